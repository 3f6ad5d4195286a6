"""The go command's settings that concern modules, read from the environment and from files, never by running go.

Order: environment, the user's ``go/env`` file (or GOENV), GOROOT/go.env (cmd/go/internal/cfg/cfg.go:342-440).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import GoError
from .words import split_quoted


@dataclass(frozen=True)
class ModuleEnv:
    """*cache* is GOMODCACHE, *proxy* GOPROXY, and so on; *mod*, *modfile* and *cache_writable* come from ``-mod``, ``-modfile`` and
    ``-modcacherw`` in GOFLAGS. *environ* is the environment itself, for HTTP proxies and ``.netrc``. *go* is the SDK's version ("1.27.3").
    """

    goroot: str
    go: str
    cache: str
    proxy: str
    noproxy: str = ""
    sumdb: str = ""
    nosumdb: str = ""
    auth: str = "netrc"
    work: str = ""
    mod: str = ""
    modfile: str = ""
    cache_writable: bool = False
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> tuple[str | bool, ...]:
        """Everything that changes which modules are chosen or where they are; part of the key of a cached build list."""
        return (self.goroot, self.go, self.cache, self.work, self.mod, self.modfile, self.sumdb, self.nosumdb)


def _home(environ: Mapping[str, str]) -> str:
    return environ.get("USERPROFILE" if sys.platform == "win32" else "HOME", "")


def user_env_file(environ: Mapping[str, str]) -> str:
    """The path of the user's go/env file, "" if there is none to read (cfg.go:344, EnvFile; os.UserConfigDir)."""
    named = environ.get("GOENV", "")
    if named:
        return "" if named == "off" else named
    home = _home(environ)
    if sys.platform == "win32":
        folder = environ.get("AppData", "")
    elif sys.platform == "darwin":
        folder = home and os.path.join(home, "Library", "Application Support")
    else:
        folder = environ.get("XDG_CONFIG_HOME", "") or (home and os.path.join(home, ".config"))
        folder = folder if os.path.isabs(folder) else ""
    return folder and os.path.join(folder, "go", "env")


def _read_env_file(path: str) -> dict[str, str]:
    """The assignments of a go/env file; a missing file has none, other lines do not count (cfg.go:379, readEnvFile)."""
    try:
        with open(path, encoding="utf-8", errors="replace") as handle:
            lines = handle.read().split("\n")
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines if "A" <= line[:1] <= "Z")
    return {key: value for key, equals, value in pairs if equals}


def _flags(text: str) -> dict[str, str]:
    """GOFLAGS as a mapping of name to value, "true" for a flag without one (cmd/go/internal/base/goflags.go:33)."""
    flags = {}
    for word in split_quoted(text, "parsing $GOFLAGS"):
        name, equals, value = (word[2:] if word.startswith("--") else word[1:]).partition("=")
        if not word.startswith("-") or not name or name.startswith("-"):
            raise GoError(f'parsing $GOFLAGS: non-flag "{word}"')
        flags[name] = value if equals else "true"
    return flags


def module_env(goroot: str, go_version: str, environ: Mapping[str, str], mod: str = "") -> ModuleEnv:
    """The settings that hold under *environ* for the SDK at *goroot*, whose version is *go_version* ("1.27.3").

    *mod*, a valid ``-mod``, comes before that of GOFLAGS; "" leaves it to them.
    Raises :class:`GoError` for a malformed GOFLAGS or an unknown ``-mod``.
    """
    settings = _read_env_file(os.path.join(goroot, "go.env"))
    user = user_env_file(environ)
    if user:
        settings.update(_read_env_file(user))

    def get(key: str, default: str = "") -> str:
        return environ.get(key) or settings.get(key) or default

    flags = _flags(get("GOFLAGS"))
    flag = flags.get("mod", "")
    if flag not in ("", "readonly", "vendor", "mod"):
        raise GoError(f"-mod={flag} not supported (can be '', 'mod', 'readonly', or 'vendor')")
    home = _home(environ)
    gopath = get("GOPATH", home and os.path.join(home, "go")).split(os.pathsep)[0]
    cache = get("GOMODCACHE", gopath and os.path.join(gopath, "pkg", "mod"))
    private = get("GOPRIVATE")
    return ModuleEnv(
        goroot=goroot,
        go=go_version,
        cache=cache,
        proxy=get("GOPROXY"),
        noproxy=get("GONOPROXY", private),
        sumdb=get("GOSUMDB"),
        nosumdb=get("GONOSUMDB", private),
        auth=get("GOAUTH", "netrc"),
        work=get("GOWORK"),
        mod=mod or flag,
        modfile=flags.get("modfile", ""),
        cache_writable=flags.get("modcacherw", "false") == "true",
        environ=environ,
    )
