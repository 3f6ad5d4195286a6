"""Flags for some packages only: ``-gcflags=[pattern=]args`` and its siblings.

Rules: cmd/go/internal/load/flag.go PerPackageFlag, load/search.go:17 MatchPackage, cmd/internal/pkgpattern/pkgpattern.go.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache

from ..module.words import join
from ..package import Package
from ..variant import PatternFlags

_VENDOR = "\0"


def flags_for(flags: PatternFlags, package: Package, named: bool, base: str) -> tuple[str, ...]:
    """The arguments that *package* gets: those of the last pattern that matches it.

    *named* and *base* are as for :func:`matches`.
    """
    chosen: tuple[str, ...] = ()
    for pattern, arguments in flags:
        if matches(pattern, package, base, named):
            chosen = arguments
    return chosen


def raw_value(flags: PatternFlags) -> str:
    """The flag as the user typed it last, which is what the build information shows; "" for none."""
    if not flags:
        return ""
    pattern, arguments = flags[-1]
    return (f"{pattern}=" if pattern else "") + join(arguments)


def matches(pattern: str, package: Package, base: str, named: bool = False) -> bool:
    """Whether *pattern* matches *package*.

    An empty one matches what the user *named*; those that begin with "./" or "../" are relative to the folder *base*.
    """
    if not pattern:
        return named
    if pattern in (".", "..") or pattern.startswith(("./", "../")):
        return _matches_folder(pattern, package.dir, base)
    if pattern == "all":
        return True
    if pattern == "std":
        return package.standard
    if pattern == "cmd":
        return package.standard and package.origin.startswith("cmd/")
    if pattern == "work":
        return package.module is not None and package.module.main
    return matches_path(pattern, package.origin)


def _matches_folder(pattern: str, folder: str, base: str) -> bool:
    fixed, dots, _ = pattern.partition("...")
    if not dots:
        return folder == os.path.normpath(os.path.join(base, pattern))
    head = fixed.rpartition("/")[0]
    relative = os.path.relpath(folder, os.path.normpath(os.path.join(base, head))).replace(os.sep, "/")
    return not relative.startswith("..") and matches_path(pattern[len(head) + 1 :], relative)


def matches_path(pattern: str, path: str) -> bool:
    """Whether *pattern*, in which "..." stands for any string, matches the import path *path*.

    A trailing "/..." also matches nothing, and "..." does not match into a folder "vendor" (cmd/internal/pkgpattern/pkgpattern.go:61).
    """
    return _compile(pattern).fullmatch(_hide_vendor(path)) is not None


@lru_cache(maxsize=256)
def _compile(pattern: str) -> re.Pattern[str]:
    head, anything = _hide_vendor(pattern), ""
    if head == f"{_VENDOR}/..." or head.endswith(f"/{_VENDOR}/..."):
        head, anything = head[: -len(f"{_VENDOR}/...")].removesuffix("/"), f"(?:/vendor|/{_VENDOR}/[^{_VENDOR}]*)"
    elif head.endswith("/..."):
        head, anything = head.removesuffix("/..."), f"(?:/[^{_VENDOR}]*)?"
    return re.compile(f"[^{_VENDOR}]*".join(map(re.escape, head.split("..."))) + anything, re.DOTALL)


def _hide_vendor(path: str) -> str:
    """*path* with its elements "vendor", but for the last, turned into what no wildcard matches."""
    if "vendor" not in path:
        return path
    *elements, last = path.split("/")
    return "/".join([*(_VENDOR if element == "vendor" else element for element in elements), last])
