"""HTTP connections that stay open from one request to the next, directly or through the proxy that the environment names.

The standard library's urllib opens a connection, and asks the name server, for every request; a build that lacks a thousand go.mod files
would spend its time on that alone.
"""

from __future__ import annotations

import base64
import http.client
import ssl
import threading
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple


class _Host(NamedTuple):
    scheme: str
    netloc: str


class Connections:
    """A pool of open connections; safe among threads. *timeout* in seconds holds for connecting and for each piece of an answer."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._idle: defaultdict[_Host, list[http.client.HTTPConnection]] = defaultdict(list)
        self._opening: defaultdict[_Host, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()
        self._proxies = urllib.request.getproxies()
        self._context: ssl.SSLContext | None = None

    def request(self, url: str, headers: Mapping[str, str]) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """Send a GET; gives the connection, to be handed to :meth:`release`, and the answer. Raises OSError or HTTPException."""
        parts = urllib.parse.urlsplit(url)
        host = _Host(parts.scheme, parts.netloc)
        target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        if parts.scheme == "http" and self._proxy(parts):
            target, headers = url, {**headers, **_proxy_headers(self._proxy(parts))}
        connection = self._take_idle(host)
        if connection is not None:
            try:
                connection.request("GET", target, headers=dict(headers))
                return connection, connection.getresponse()
            except (http.client.RemoteDisconnected, http.client.BadStatusLine, ConnectionError):
                connection.close()  # the server closed it meanwhile: not a failure of this request
        connection = self._open(host, parts)
        try:
            connection.request("GET", target, headers=dict(headers))
            return connection, connection.getresponse()
        except BaseException:
            connection.close()
            raise

    def release(self, url: str, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        """Keep the connection if the answer was read to its end and the server agrees, else close it."""
        if response.isclosed() and not response.will_close:
            parts = urllib.parse.urlsplit(url)
            with self._lock:
                self._idle[_Host(parts.scheme, parts.netloc)].append(connection)
        else:
            connection.close()

    def _take_idle(self, host: _Host) -> http.client.HTTPConnection | None:
        with self._lock:
            return self._idle[host].pop() if self._idle[host] else None

    def _proxy(self, parts: urllib.parse.SplitResult) -> str:
        if urllib.request.proxy_bypass(parts.hostname or ""):
            return ""
        return self._proxies.get(parts.scheme, "")

    def _open(self, host: _Host, parts: urllib.parse.SplitResult) -> http.client.HTTPConnection:
        proxy = self._proxy(parts)
        via = urllib.parse.urlsplit(proxy if "://" in proxy else "http://" + proxy) if proxy else parts
        if via.hostname is None:
            raise http.client.InvalidURL(f"no host in {via.geturl()}")
        default = 443 if parts.scheme == "https" and not proxy else 80
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            with self._lock:
                # Loading the certificates takes longer than most answers: once is enough.
                self._context = self._context or ssl.create_default_context()
            connection = http.client.HTTPSConnection(via.hostname, via.port or default, timeout=self._timeout, context=self._context)
            if proxy:
                connection.set_tunnel(parts.hostname or "", parts.port or 443, headers=_proxy_headers(proxy))
        else:
            connection = http.client.HTTPConnection(via.hostname, via.port or default, timeout=self._timeout)
        with self._lock:
            opening = self._opening[host]
        with opening:  # name servers drop what comes a dozen at a time
            connection.connect()
        return connection


def _proxy_headers(proxy: str) -> dict[str, str]:
    parts = urllib.parse.urlsplit(proxy if "://" in proxy else "http://" + proxy)
    if parts.username is None:
        return {}
    pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
    return {"Proxy-Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
