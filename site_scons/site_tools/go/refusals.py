"""What go refuses of a package before it is compiled, in go's words: its path, its files, what they are written in.

Rules: cmd/go/internal/load/pkg.go (1.27.3).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from .errors import GoError, Position
from .module.resolve import invalid_path
from .module.workspace import find_up
from .package import Folder, Package


def no_go_files(folder: Folder) -> str:
    """Why there is nothing to build in *folder* (pkg.go:256 NoGoError)."""
    if folder.files.ignored_go:
        return f"build constraints exclude all Go files in {folder.dir}"
    if folder.files.test_go or folder.files.xtest_go:
        return f"no non-test Go files in {folder.dir}"
    return f"no Go files in {folder.dir}"


def outside(folder: str, work_file: str | None) -> str:
    """What go says of the absolute *folder*, which is in no main module (cmd/go/internal/modload/load.go:663, init.go:1690).

    *work_file* is the go.work file in force, "" without one; None if there is not even a go.mod.
    """
    if work_file is None:
        return f"go.mod file not found in {folder} or any parent directory; see 'go help modules'"
    if not work_file:
        return f"directory {folder} outside main module or its selected dependencies"
    gomod = find_up(folder, "go.mod")
    if not gomod:
        return f"directory {folder} outside modules listed in go.work or their selected dependencies"
    return (
        f"directory {folder} is contained in a module that is not one of the workspace modules listed in go.work. "
        f"You can add the module to the workspace using:\n\tgo work use {os.path.dirname(gomod)}"
    )


def malformed_path(path: str) -> str:
    """What is wrong with an import path, "" if nothing (cmd/go/internal/modload/import.go:277)."""
    if path == "":
        return 'invalid import path: ""'
    if "@" in path:
        return f"{path}: can only use path@version syntax with 'go get' and 'go install' in module-aware mode"
    return invalid_path(path)


def is_safe(name: str) -> bool:
    """Whether *name* cannot be taken for a flag (pkg.go:2675 SafeArg)."""
    return name[:1] > "\x7f" or name[:1].isalnum() or name[:1] in (".", "_", "/")


def check_files(path: str, folder: Folder, embedded: Iterable[tuple[str, ...]]) -> None:
    """The rules for file names (pkg.go:2006-2037); raises GoError."""
    seen: dict[str, str] = {}
    for name in chain.from_iterable((*(getattr(folder.files, field) for field in folder.files.__slots__), *embedded)):
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            raise GoError(f'case-insensitive file name collision: "{other}" and "{name}"', Position(os.path.join(folder.dir, name)))
        if not is_safe(name) or name.startswith("_cgo_"):
            raise GoError(f'invalid input file name "{name}"', Position(os.path.join(folder.dir, name)))
    if not is_safe(path.rpartition("/")[2]):
        raise GoError(f'invalid input directory name "{path.rpartition("/")[2]}"')
    if "\n" in folder.dir or "\r" in folder.dir:
        raise GoError(f"invalid package directory {folder.dir!r}")


def without_c(package: Package) -> Package:
    """*package* without the sources that only cgo takes (pkg.go:2070)."""
    files = package.files
    if files.c or files.cxx or files.m or files.swig or files.swigcxx:
        package = replace(package, files=replace(files, c=(), cxx=(), m=(), swig=(), swigcxx=()))
    return checked_c(package)


def checked_c(package: Package) -> Package:
    """*package*, if it has no sources of other languages, or uses cgo (pkg.go:2113); raises GoError."""
    files = package.files
    if files.cgo or files.swig or files.swigcxx:
        return package
    for language, names in (("C", files.c), ("C++", files.cxx), ("Objective-C", files.m), ("Fortran", files.f)):
        if names:
            raise GoError(f"{language} source files not allowed when not using cgo or SWIG: {' '.join(names)}", Position(package.dir))
    return package
