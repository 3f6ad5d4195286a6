"""The module proxy protocol and the GOPROXY list (cmd/go/internal/modfetch/proxy.go, https://go.dev/ref/mod#goproxy-protocol)."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from ..errors import GoError
from .environment import ModuleEnv
from .modzip import MAX_GO_MOD, MAX_ZIP
from .version import Version, escape_path, escape_version, matches_prefix
from .web import Client, NotFoundError, redacted

T = TypeVar("T")


class Proxy(NamedTuple):
    """One entry of GOPROXY: a URL, "off" or "direct"; *any_error* is set where ``|`` follows it, "go on after whatever error"."""

    url: str
    any_error: bool


def parse_goproxy(value: str) -> list[Proxy]:
    """The entries of GOPROXY in order; raises GoError (proxy.go:66, proxyList)."""
    proxies: list[Proxy] = []
    for match in re.finditer(r"([^,|]*)([,|]?)", value):
        url, any_error = match[1].strip(), match[2] == "|"
        if not url:
            continue
        if url in ("off", "direct"):
            return [*proxies, Proxy(url, any_error)]
        if re.search(r"[.:/]", url) and ":/" not in url and not url.startswith("/"):
            url = "https://" + url
        _check_url(url)
        proxies.append(Proxy(url, any_error))
    if not proxies:
        raise GoError("GOPROXY list is not the empty string, but contains no entries" if value else "GOPROXY is not set")
    return proxies


def _check_url(url: str) -> None:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme in ("http", "https"):
        return
    if parts.scheme == "file":
        if parts.netloc or parts.query or parts.fragment:
            raise GoError(f"invalid file:// proxy URL with non-path elements: {redacted(url)}")
    elif not parts.scheme:
        raise GoError(f"invalid proxy URL missing scheme: {redacted(url)}")
    else:
        raise GoError(f"invalid proxy URL scheme (must be https, http, file): {redacted(url)}")


class Source:
    """Where modules come from: the proxies of GOPROXY, tried in order."""

    def __init__(self, env: ModuleEnv, client: Client) -> None:
        self._env = env
        self._client = client

    def go_mod(self, module: Version) -> bytes:
        """The module's go.mod; raises NotFoundError or GoError, with "path@version: " before the message."""
        return self._try(module, lambda base: self._client.get(f"{base}.mod", MAX_GO_MOD))

    def zip(self, module: Version, write: Callable[[bytes], object], restart: Callable[[], object]) -> None:
        """Hand the module's zip to *write*; see :meth:`Client.copy`. Raises as :meth:`go_mod` does."""

        def copy(base: str) -> None:
            restart()
            self._client.copy(f"{base}.zip", MAX_ZIP, write, restart)

        self._try(module, copy)

    def _try(self, module: Version, fetch: Callable[[str], T]) -> T:
        """The first answer of the proxies in order (proxy.go:139, TryProxies).

        Any error tells more than "not found"; what a proxy said is kept beside the word that "direct" is not supported.
        """
        best: GoError | None = None
        for proxy in self._proxies(module):
            try:
                return fetch(self._base(proxy, module))
            except NotFoundError as error:
                best = error if best is None or isinstance(best, NotFoundError) else best
            except GoError as error:
                best = GoError(f"{best.message}\n\tand it {error.message}") if best and proxy.url == "direct" else error
                if not proxy.any_error:
                    break
        if best is None:
            best = GoError("GOPROXY list contains no entries")
        raise type(best)(f"{module}: {best.message}", best.position)

    def _proxies(self, module: Version) -> list[Proxy]:
        if matches_prefix(self._env.noproxy, module.path):
            return [Proxy("direct", False)]
        return parse_goproxy(self._env.proxy)

    def _base(self, proxy: Proxy, module: Version) -> str:
        if proxy.url == "off":
            raise NotFoundError("module lookup disabled by GOPROXY=off")
        if proxy.url == "direct":
            private = matches_prefix(self._env.noproxy, module.path)
            reason = "GONOPROXY or GOPRIVATE names it" if private else "GOPROXY says 'direct'"
            raise GoError(
                f"cannot be fetched from its repository ({reason}): version control is not supported\n"
                f"\tfetch it into the module cache with 'go mod download {module}', vendor it, or name a proxy that serves it in GOPROXY"
            )
        try:
            path, version = escape_path(module.path), escape_version(module.version)
        except ValueError as error:
            raise GoError(str(error)) from None
        # "!" is written %21, as the go command does (proxy.go:451, pathEscape)
        return f"{proxy.url.rstrip('/')}/{urllib.parse.quote(path)}/@v/{urllib.parse.quote(version, safe='+')}"
