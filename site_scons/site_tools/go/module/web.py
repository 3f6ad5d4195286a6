"""GET over HTTP, HTTPS or ``file://`` with bounded size, bounded waiting and retries (cmd/go/internal/web, cmd/go/internal/auth).

HTTP proxies (HTTPS_PROXY, NO_PROXY …) and the certificates (SSL_CERT_FILE) come from the environment, as urllib and ssl read them.
Credentials from ``.netrc`` go to HTTPS only, and never along a redirect to plain HTTP.
"""

from __future__ import annotations

import base64
import http.client
import os
import random
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping

from ..errors import GoError
from .connection import Connections
from .environment import ModuleEnv
from .words import reason

USER_AGENT = "scons-go (module downloads)"
ATTEMPTS = 3
_DETAIL_LINES = 8  # web/api.go:42-43
_DETAIL_BYTES = _DETAIL_LINES * 81
_MAX_REDIRECTS = 10  # web/http.go:66
_REDIRECTS = frozenset([301, 302, 303, 307, 308])


class NotFoundError(GoError):
    """What was asked for does not exist there (404, 410, a missing file): the next proxy in the list may have it."""


class _TransientError(Exception):
    """A failure that may pass: no connection, a cut connection, a busy server. It is worth so many *attempts*."""

    attempts = ATTEMPTS


class _SilenceError(_TransientError):
    """No answer in time. A connection may have been lost; a server that is silent again hangs."""

    attempts = 2


def redacted(url: str) -> str:
    """*url* with its password as "xxxxx", for messages (net/url, URL.Redacted)."""
    parts = urllib.parse.urlsplit(url)
    if parts.password is None:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return urllib.parse.urlunsplit(parts._replace(netloc=f"{user.split(':', 1)[0]}:xxxxx@{host}"))


def parse_netrc(text: str) -> Iterator[tuple[str, str, str]]:
    """The (machine, login, password) entries of a .netrc file (cmd/go/internal/auth/netrc.go:21)."""
    in_macro = False
    machine = login = password = ""
    for line in text.split("\n"):
        if in_macro:
            in_macro = bool(line)
            continue
        words = line.split()
        for word, value in zip(words[::2], words[1::2], strict=False):
            if word == "machine":
                machine, login, password = value, "", ""
            elif word == "login":
                login = value
            elif word == "password":
                password = value
            elif word == "macdef":
                in_macro = True
            if machine and login and password:
                yield machine, login, password
                machine = login = password = ""
        if len(words) % 2 and words[-1] == "default":
            return


def _netrc(environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    path = environ.get("NETRC") or os.path.join(environ.get("HOME", ""), ".netrc")
    try:
        with open(path, encoding="utf-8", errors="replace") as handle:
            text = handle.read()
    except OSError:
        return {}
    entries: dict[str, tuple[str, str]] = {}
    for machine, login, password in parse_netrc(text):
        entries.setdefault(machine, (login, password))
    return entries


class Client:
    """Fetches URLs; safe to use from several threads.

    *timeout* is the longest wait for one answer or one piece of a body, in seconds; *pause* is the first wait before a retry, which
    doubles from one to the next.
    """

    def __init__(self, env: ModuleEnv, *, timeout: float = 60.0, pause: float = 0.5) -> None:
        self._env = env
        self._timeout = timeout
        self._pause = pause
        self._credentials: dict[str, tuple[str, str]] | None = None
        self._connections = Connections(timeout)

    def get(self, url: str, limit: int) -> bytes:
        """The body at *url*; raises NotFoundError, or GoError if it cannot be had or is longer than *limit* bytes."""
        pieces: list[bytes] = []
        self.copy(url, limit, pieces.append, pieces.clear)
        return b"".join(pieces)

    def copy(self, url: str, limit: int, write: Callable[[bytes], object], restart: Callable[[], object]) -> None:
        """Hand the body at *url* to *write* piece by piece; *restart* is called before a body begins anew after a failure.

        Raises NotFoundError, or GoError if it cannot be had or is longer than *limit* bytes.
        """
        shown = redacted(url)
        if url.startswith("file:"):
            self._copy_file(url, write)
            return
        if url.startswith("http:") and urllib.parse.urlsplit(url).password is not None:
            raise GoError(f"refusing to pass credentials to insecure URL: {shown}")
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._copy_http(url, limit, write)
                return
            except _TransientError as failure:
                if attempt >= failure.attempts:
                    raise GoError(str(failure)) from None
                time.sleep(self._pause * 2 ** (attempt - 1) * random.uniform(1.0, 1.5))
                restart()

    def _copy_file(self, url: str, write: Callable[[bytes], object]) -> None:
        path = urllib.request.url2pathname(urllib.parse.urlsplit(url).path)
        try:
            with open(path, "rb") as handle:
                while chunk := handle.read(1 << 18):
                    write(chunk)
        except (FileNotFoundError, NotADirectoryError):
            raise NotFoundError(f"reading {url}: no such file or directory") from None
        except OSError as error:
            raise GoError(f"reading {url}: {reason(error)}") from None

    def _copy_http(self, url: str, limit: int, write: Callable[[bytes], object]) -> None:
        shown = redacted(url)
        try:
            for _ in range(_MAX_REDIRECTS):
                bare, headers = self._prepare(url)
                connection, response = self._connections.request(bare, headers)
                try:
                    if response.status in _REDIRECTS:
                        url = self._redirect(url, response)
                        continue
                    if response.status != 200:
                        raise _status_error(shown, response)
                    self._read(shown, response, limit, write)
                    return
                finally:
                    self._connections.release(bare, connection, response)
        except TimeoutError:
            raise _SilenceError(f'Get "{shown}": no answer within {self._timeout:g} seconds') from None
        except http.client.IncompleteRead:
            raise _TransientError(f'read "{shown}": unexpected EOF') from None
        except (http.client.HTTPException, OSError) as error:
            what = reason(error) if isinstance(error, OSError) else str(error)
            raise _TransientError(f'Get "{shown}": {what or type(error).__name__}') from None
        raise GoError(f'Get "{shown}": stopped after {_MAX_REDIRECTS} redirects')

    @staticmethod
    def _read(shown: str, response: http.client.HTTPResponse, limit: int, write: Callable[[bytes], object]) -> None:
        expected = response.length
        received = 0
        while chunk := response.read(1 << 17):
            received += len(chunk)
            if received > limit:
                raise GoError(f"reading {shown}: more than {limit} bytes")
            write(chunk)
        if expected is not None and received < expected:
            raise _TransientError(f'read "{shown}": unexpected EOF')

    @staticmethod
    def _redirect(url: str, response: http.client.HTTPResponse) -> str:
        """Where a redirect leads; from HTTPS it must not lead to anything else (web/http.go:52)."""
        target = urllib.parse.urljoin(url, response.headers.get("Location", ""))
        response.read(_DETAIL_BYTES)
        if url.startswith("https:") and not target.startswith("https:"):
            raise GoError(f"redirected from secure URL {redacted(url)} to insecure URL {redacted(target)}")
        if not target.startswith(("https:", "http:")):
            raise GoError(f"redirected to unsupported URL {redacted(target)}")
        return target

    def _prepare(self, url: str) -> tuple[str, dict[str, str]]:
        """*url* without its user, and the headers to send: credentials only for HTTPS (web/http.go:140)."""
        parts = urllib.parse.urlsplit(url)
        credentials = None
        if parts.username is not None:
            credentials = (urllib.parse.unquote(parts.username), urllib.parse.unquote(parts.password or ""))
            parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
        elif parts.scheme == "https":
            credentials = self._lookup(parts.netloc + parts.path)
        headers = {"User-Agent": USER_AGENT}
        if credentials:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(credentials).encode()).decode()
        return urllib.parse.urlunsplit(parts), headers

    def _lookup(self, prefix: str) -> tuple[str, str] | None:
        """The credentials for the longest leading part of ``host/path`` that .netrc names (auth/auth.go:150)."""
        if self._credentials is None:
            method = self._env.auth.strip()
            if method not in ("netrc", "off"):
                raise GoError(f"GOAUTH={method} is not supported; use GOAUTH=netrc or GOAUTH=off")
            self._credentials = _netrc(self._env.environ) if method == "netrc" else {}
        while self._credentials and prefix:
            if prefix in self._credentials:
                return self._credentials[prefix]
            prefix = prefix.rpartition("/")[0]
        return None


def _status_error(shown: str, answer: http.client.HTTPResponse) -> Exception:
    """What an answer other than 200 means (web/api.go:46-96)."""
    message = f"reading {shown}: {answer.status} {answer.reason}".rstrip()
    detail = _detail(answer)
    if detail:
        message += "\n\tserver response:" + ("\n\t" if "\n" in detail else " ") + detail
    if answer.status in (404, 410):
        return NotFoundError(message)
    if answer.status >= 500 or answer.status in (408, 429):
        return _TransientError(message)
    return GoError(message)


def _detail(answer: http.client.HTTPResponse) -> str:
    """The first lines of a plain-text answer, if they are fit for a terminal (web/api.go:138, formatErrorDetail)."""
    if answer.headers.get_content_type() != "text/plain":
        return ""
    try:
        text = answer.read(_DETAIL_BYTES + 1).decode("utf-8")
    except (OSError, http.client.HTTPException, UnicodeDecodeError):
        return ""
    if any(not char.isprintable() and not char.isspace() for char in text):
        return ""
    lines: list[str] = []
    for line in text.split("\n"):
        if not line.strip():
            break
        if len(lines) >= _DETAIL_LINES:
            lines.append("[Truncated: too many lines.]")
            break
        if len("\n\t".join(lines)) + len(line) > _DETAIL_BYTES:
            lines.append("[Truncated: too long.]")
            break
        lines.append(line.rstrip("\r"))
    return "\n\t".join(lines)
