"""What packages import under whatever build tags, for questions about a module as a whole.

Rules: cmd/go/internal/imports/build.go and scan.go with AnyTags, cmd/go/internal/modload/search.go:40 (matchPackages).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import GoError, Position
from ..source.constraint import Constraint, ConstraintError, parse_go_build, parse_plus_build
from ..source.header import Header, scan_go
from .words import reason


class Imports(NamedTuple):
    """The import paths of a folder's files, sorted, and those of its test files."""

    own: tuple[str, ...]
    test: tuple[str, ...]


def _may_hold(constraint: Constraint) -> bool:
    """Can *constraint* hold, each tag but "ignore" being both set and not (imports/build.go:232, eval)?

    Carries for each term whether it may be true and whether it may be false.
    """
    stack: list[tuple[bool, bool]] = []
    for item in constraint.program:
        if item == "!":
            may_be_true, may_be_false = stack[-1]
            stack[-1] = (may_be_false, may_be_true)
        elif item in ("&&", "||"):
            right, left = stack.pop(), stack.pop()
            if item == "&&":
                stack.append((left[0] and right[0], left[1] or right[1]))
            else:
                stack.append((left[0] or right[0], left[1] and right[1]))
        else:
            stack.append((item != "ignore", True))
    return stack[-1][0]


def _counts(header: Header) -> bool:
    """May the file with *header* be part of some build (imports/build.go:57, ShouldBuild)?"""
    try:
        if header.go_build_line:
            return _may_hold(parse_go_build(header.go_build))
        return all(_may_hold(parse_plus_build(line)) for line in header.plus_build)
    except ConstraintError:
        return False


# modload/load.go:2278, scanDir: packages that have no folder anywhere.
_MAGIC = ("C", "appengine", "appengine_internal")


def scan_folder(folder: str) -> Imports | None:
    """The imports of the Go files in *folder*, None if there are none that count (imports/scan.go:23)."""
    own: set[str] = set()
    test: set[str] = set()
    found = False
    for name, head in _files(folder):
        found = True
        paths = (path for path, _ in head.imports if path.partition("/")[0] not in _MAGIC)
        (test if name.endswith("_test.go") else own).update(paths)
    return Imports(tuple(sorted(own)), tuple(sorted(test))) if found else None


def find_import(folder: str, path: str) -> Position | None:
    """Where a Go file in *folder* imports *path*."""
    for name, head in _files(folder):
        for imported, (line, column, _) in head.imports:
            if imported == path:
                return Position(os.path.join(folder, name), line, column)
    return None


def _files(folder: str) -> Iterator[tuple[str, Header]]:
    """The Go files in *folder* that count, and their heads; those that cannot be parsed are among them.

    Raises GoError if the folder or a file of it may not be read.
    """
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith(".go") and entry.is_file())
        for name in names:
            if not name.startswith(("_", ".")):
                with open(os.path.join(folder, name), "rb") as handle:
                    head = scan_go(handle.read())
                if _counts(head):
                    yield name, head
    except OSError as error:
        _refuse(error)


def _refuse(error: OSError) -> None:
    """What is gone has no files; what is there must be read."""
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise GoError(f"open {error.filename}: {reason(error)}") from None


def is_ignored(relative: str, patterns: tuple[str, ...]) -> bool:
    """Does an ``ignore`` line name the folder *relative* (search/search.go:229, ShouldIgnore)?"""
    path = f"/{relative}/"
    for pattern in patterns:
        anchored = pattern.startswith("./")
        wanted = "/" + pattern.removeprefix("./").strip("/") + "/"
        if path.startswith(wanted) if anchored else wanted in path:
            return True
    return False


def may_hold_packages(relative: str, ignore: tuple[str, ...] = ()) -> bool:
    """Whether go looks for packages in the folder *relative* (with slashes) of a main module; it is one if it has no go.mod of its own."""
    parent, _, name = relative.rpartition("/")
    if name.startswith((".", "_")) or name == "testdata":
        return False
    # A package may be called vendor, but what is below it belongs to others.
    return parent.rpartition("/")[2] != "vendor" and not is_ignored(relative, ignore)


def package_folders(root: str, ignore: tuple[str, ...] = ()) -> Iterator[str]:
    """The folders below *root*, a main module's, that may hold its packages, relative with slashes, "" first.

    Raises GoError if one may not be read.
    """
    for base, folders, _ in os.walk(root, onerror=_refuse):
        relative = os.path.relpath(base, root).replace(os.sep, "/")
        relative = "" if relative == "." else relative
        yield relative
        folders[:] = sorted(
            name
            for name in folders
            if may_hold_packages(f"{relative}/{name}".lstrip("/"), ignore) and not os.path.isfile(os.path.join(base, name, "go.mod"))
        )
