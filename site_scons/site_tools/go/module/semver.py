"""Semantic versions as modules use them: a "v", three numbers, an optional pre-release and build part.

The rules are golang.org/x/mod/semver's (GOROOT/src/cmd/vendor/golang.org/x/mod/semver/semver.go:1-407).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_NUMBER = r"(?:0|[1-9][0-9]*)"
_PRE_IDENTIFIER = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_SEMVER = re.compile(
    rf"v({_NUMBER})(?:\.({_NUMBER})(?:\.({_NUMBER})(-{_PRE_IDENTIFIER}(?:\.{_PRE_IDENTIFIER})*)?(\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)?)?"
)

Key = tuple[object, ...]
"""An opaque value whose ``<`` is the order of versions."""


class Parts(NamedTuple):
    """A parsed version; a missing minor or patch reads "0". *prerelease* keeps its "-" and *build* its "+"."""

    major: str
    minor: str
    patch: str
    prerelease: str
    build: str


@lru_cache(maxsize=65536)
def parse(version: str) -> Parts | None:
    """The parts of *version*, or None if it is not a valid semantic version (semver.go:178)."""
    match = _SEMVER.fullmatch(version)
    if match is None:
        return None
    major, minor, patch, prerelease, build = match.groups()
    return Parts(major, minor or "0", patch or "0", prerelease or "", build or "")


def is_valid(version: str) -> bool:
    return parse(version) is not None


def canonical(version: str) -> str:
    """vMAJOR.MINOR.PATCH[-PRERELEASE], without the build part; "" if *version* is invalid (semver.go:51)."""
    parts = parse(version)
    return f"v{parts.major}.{parts.minor}.{parts.patch}{parts.prerelease}" if parts else ""


def major(version: str) -> str:
    """ "v2" for "v2.1.0"; "" if *version* is invalid."""
    parts = parse(version)
    return "v" + parts.major if parts else ""


def build(version: str) -> str:
    """ "+meta" for "v2.1.0-pre+meta"; "" without one."""
    parts = parse(version)
    return parts.build if parts else ""


@lru_cache(maxsize=65536)
def key(version: str) -> Key:
    """A sort key: an invalid version is less than a valid one, build parts do not count (semver.go:119).

    Numbers are compared as (length, digits): no version, however long its digits, is turned into an integer.
    """
    parts = parse(version)
    if parts is None:
        return ()
    numbers = tuple((len(part), part) for part in parts[:3])
    if not parts.prerelease:
        return (*numbers, (1,))
    identifiers = tuple((0, len(name), name) if name.isdigit() else (1, 0, name) for name in parts.prerelease[1:].split("."))
    return (*numbers, (0, identifiers))


def compare(left: str, right: str) -> int:
    """-1, 0 or +1 as *left* is less than, equal to or greater than *right*."""
    a, b = key(left), key(right)
    return (a > b) - (a < b)
