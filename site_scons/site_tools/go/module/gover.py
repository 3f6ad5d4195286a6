"""Versions of Go itself ("1.21", "1.21rc1", "1.21.3") and of toolchains ("go1.21.3"), and rules that depend on them.

The order and its exceptions are GOROOT/src/internal/gover/gover.go:12-223 and cmd/go/internal/gover/*.go.
"""

from __future__ import annotations

import re
from functools import lru_cache

from . import semver

# cmd/go/internal/gover/version.go:9-72: the version from which a go.mod (or go.work) file gets a rule.
DEFAULT_GO_MOD = "1.16"
DEFAULT_GO_WORK = "1.18"
EXPLICIT_INDIRECT = "1.17"
TIDY_GO_MOD_SUM = "1.21"
GO_STRICT = "1.21"
EXPLICIT_MODULES_TXT_IMPORT = "1.23"

_NUMBER = r"(?:0|[1-9][0-9]*)"
_GO_VERSION = re.compile(rf"({_NUMBER})(?:\.({_NUMBER})(?:\.({_NUMBER})|([a-z]+)({_NUMBER})?)?)?")

Parts = tuple[str, str, str, str, str]
"""major, minor, patch, kind ("", "alpha", "beta", "rc"), number of the pre-release."""

_INVALID: Parts = ("", "", "", "", "")


@lru_cache(maxsize=4096)
def parse(version: str) -> Parts:
    """The parts of *version* (no "go" before it); five empty strings if it is malformed (internal/gover/gover.go:107)."""
    match = _GO_VERSION.fullmatch(version)
    if match is None:
        return _INVALID
    major, minor, patch, kind, pre = match.groups()
    if minor is None:
        return (major, "0", "0", "", "")
    if patch is None and kind is None and (len(minor), minor) < (2, "21"):
        patch = "0"  # "1.20" is the release 1.20.0; from 1.21 on, "1.21" is the language, older than any release of it
    return (major, minor, patch or "", kind or "", pre or "")


def is_valid(version: str) -> bool:
    return parse(version) != _INVALID


@lru_cache(maxsize=4096)
def key(version: str) -> semver.Key:
    """A sort key: 1.21 < 1.21rc1 < 1.21.0 < 1.21.1 (internal/gover/gover.go:34)."""
    major, minor, patch, kind, pre = parse(version)
    return ((len(major), major), (len(minor), minor), (len(patch), patch), kind, (len(pre), pre))


def compare(left: str, right: str) -> int:
    """-1, 0 or +1 as *left* is less than, equal to or greater than *right*."""
    a, b = key(left), key(right)
    return (a > b) - (a < b)


def lang(version: str) -> str:
    """The language version: "1.21" for "1.21.3" and "1.21rc1" (internal/gover/gover.go:88)."""
    major, minor, *_ = parse(version)
    return major if not minor or (major, minor) == ("1", "0") else f"{major}.{minor}"


def previous(version: str) -> str:
    """The release before *version*: "1.20" for "1.21.3" (cmd/go/internal/gover/gover.go:56)."""
    major, minor, *_ = parse(version)
    return major if minor in ("", "0", "1") else f"{major}.{int(minor) - 1}"


def from_toolchain(name: str) -> str:
    """ "1.21.3" for "go1.21.3" and "go1.21.3-custom"; "" if *name* is not such a name (cmd/go/internal/gover/toolchain.go:26)."""
    if not name.startswith("go") or "/" in name or "\\" in name:
        return ""
    version = re.split(r"[ \t-]", name[2:], maxsplit=1)[0]
    return version if is_valid(version) else ""


def is_idle_toolchain(name: str, go: str) -> bool:
    """Whether the go command drops the line ``toolchain`` *name* beside the line ``go`` *go* (cmd/go/internal/modload/init.go:1972)."""
    return name == f"go{go}" or compare(from_toolchain(name), GO_STRICT) < 0


def module_key(path: str, version: str) -> semver.Key:
    """The sort key of *version* of module *path*; "go" and "toolchain" are pseudo-modules (cmd/go/internal/gover/mod.go:25)."""
    if path == "go":
        return key(version)
    if path == "toolchain":
        return key(version if is_valid(version) else from_toolchain(version))
    return semver.key(version)
