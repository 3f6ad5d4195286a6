"""Which packages a pattern such as ``./...`` means. Rules: cmd/go/internal/modload/search.go, cmd/go/internal/search/search.go (1.27.3)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from .errors import GoError
from .load import Loader
from .module.scan import may_hold_packages, package_folders
from .package import Module
from .plan.patterns import matches_path
from .source.folder import read_folder

_MAJOR = re.compile(r"v(?:[2-9]|[1-9][0-9]+)")
"""The element of an import path that is a module's major version (cmd/go/internal/load/pkg.go:1347)."""


def select_packages(loader: Loader, patterns: Iterable[str], base: str) -> list[str]:
    """The import paths of the packages that *patterns* name, each once, in the order of the patterns and in go's within each.

    Relative patterns start at the absolute folder *base*. A pattern with ``...`` stands for all packages in main modules (or in std and
    cmd) that it matches and that have Go files under this build context; it may match none. Raises GoError for a folder that is not there
    or no package of these modules.
    """
    selected: dict[str, None] = {}
    for pattern in patterns:
        selected.update(dict.fromkeys(select_folders(loader, pattern, base) if is_wide(pattern) else [_single(loader, pattern, base)]))
    return list(selected)


def select_folders(loader: Loader, pattern: str, base: str) -> dict[str, str]:
    """Import path → folder of the packages that a *pattern* with ``...`` matches; see :func:`select_packages`.

    Folders are in the order in which one walks through them (search.go:232), import paths are sorted.
    """
    found = sorted(_select(loader, pattern, base))
    return dict(sorted(found, key=lambda each: each[1].split(os.sep)) if _is_folder(pattern) else found)


def is_wide(pattern: str) -> bool:
    """Whether *pattern* stands for any number of packages."""
    return "..." in pattern or pattern in ("all", "std", "cmd")


def _is_folder(pattern: str) -> bool:
    return pattern in (".", "..") or pattern.startswith(("./", "../")) or os.path.isabs(pattern)


def _single(loader: Loader, pattern: str, base: str) -> str:
    return folder_package(loader, os.path.normpath(os.path.join(base, pattern))) if _is_folder(pattern) else pattern


def folder_package(loader: Loader, folder: str) -> str:
    """The import path of the package in the absolute *folder*; raises GoError if there is none, or no folder."""
    there = loader.state.is_dir(folder)
    names = loader.overlay.names(folder, list(loader.state.listing(folder).names) if there else [])
    if not there and not names:
        raise GoError(f"stat {folder}: directory not found")
    path = loader.import_path(folder)
    if not any(name.endswith(".go") for name in names):
        raise GoError(f"no Go files in {folder}")
    return path


def _select(loader: Loader, pattern: str, base: str) -> Iterator[tuple[str, str]]:
    """(import path, folder) of the packages that *pattern* matches; one may come more than once."""
    if pattern == "all":
        raise GoError('the pattern "all" is not supported: name folders ("./...") or modules ("example.com/m/...")')
    if pattern in ("std", "cmd"):
        return (found for found in _standard(loader) if (found[0].partition("/")[0] == "cmd") == (pattern == "cmd"))
    if _is_folder(pattern):
        return _below(loader, pattern, base)
    first = pattern.partition("/")[0]
    own = chain.from_iterable(_own(loader, module) for module in (loader.modules.main_modules if loader.modules else ()))
    found = [(path, folder) for path, folder in own if matches_path(pattern, path) and _has_go(loader, folder)]
    if first.startswith("...") or "." not in first.removesuffix("..."):
        found += [(path, folder) for path, folder in _standard(loader) if matches_path(pattern, path)]
    return iter(found)


def _below(loader: Loader, pattern: str, base: str) -> Iterator[tuple[str, str]]:
    """The packages whose folders match *pattern*, of the main module that it starts in: not of others of a workspace that are inside it."""
    above = pattern.partition("...")[0].rpartition("/")[0]
    fixed = os.path.normpath(os.path.join(base, above or "."))
    made = (os.path.dirname(path) for path, actual in loader.overlay.replace.items() if actual)
    if not loader.state.is_dir(fixed) and not any((folder + os.sep).startswith(fixed + os.sep) for folder in made):
        raise GoError(f"pattern {pattern}: lstat {above}/: no such file or directory")
    module = loader.main_module(fixed)
    if module is None:
        raise _outside(loader, pattern, above or ".", base)
    wanted = os.path.normpath(os.path.join(base, pattern)).replace(os.sep, "/")
    for path, folder in _own(loader, module):
        inside = folder == fixed or folder.startswith(fixed.rstrip(os.sep) + os.sep)
        if inside and matches_path(wanted, folder.replace(os.sep, "/")) and _has_go(loader, folder):
            yield path, folder


def _outside(loader: Loader, pattern: str, prefix: str, base: str) -> GoError:
    """The error for a *pattern* that starts in no main module (cmd/go/internal/modload/load.go:540)."""
    modules = loader.modules.main_modules if loader.modules else ()
    message = f"pattern {pattern}: directory prefix {prefix} does not contain "
    if len(modules) < 2:
        return GoError(f"{message}main module or its selected dependencies")
    folders = (os.path.relpath(module.dir, base).replace(os.sep, "/") for module in modules)
    advice = ", ".join(f"{folder}/..." if folder.startswith("..") else f"./{folder}/..." for folder in folders)
    return GoError(f"{message}modules listed in go.work or their selected dependencies; name their folders: {advice}")


def _own(loader: Loader, module: Module) -> Iterator[tuple[str, str]]:
    """(import path, folder) of all folders of a main *module* that may be packages; folders of generated files are among them."""
    made = {os.path.dirname(path) for path, actual in loader.overlay.replace.items() if actual and path.endswith(".go")}
    for relative, folder in _folders(loader, module.dir, loader.modules.ignored(module) if loader.modules else ()):
        made.discard(folder)
        yield (f"{module.path}/{relative}" if relative else module.path), folder
    for folder in sorted(made):
        if loader.main_module(folder) == module:
            yield loader.import_path(folder), folder


def _folders(loader: Loader, root: str, ignored: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(relative path with slashes, folder) of the folders of the main module in *root* that may be packages; all of them are watched."""
    waiting = [("", root)]
    while waiting:
        relative, folder = waiting.pop()
        try:
            listing = loader.state.listing(folder)
        except PermissionError as error:
            raise GoError(f"{folder}: {error.strerror}") from None
        except OSError:
            continue
        if relative and "go.mod" in listing.names:
            continue  # another module
        yield relative, folder
        for name, kind in zip(listing.names, listing.kinds, strict=True):
            below = f"{relative}/{name}".lstrip("/")
            if kind == "d" and may_hold_packages(below, ignored):
                waiting.append((below, os.path.join(folder, name)))


def _standard(loader: Loader) -> Iterator[tuple[str, str]]:
    src = loader.sdk.src
    left_out = ("builtin", *([] if loader.variant.cgo else ["runtime/cgo"]))
    for relative in package_folders(src):
        if relative and relative not in left_out and not relative.startswith("vendor") and _has_go(loader, os.path.join(src, relative)):
            yield relative, os.path.join(src, relative)
    for relative in package_folders(os.path.join(src, "cmd")):
        path = f"cmd/{relative}" if relative else "cmd"
        if relative.partition("/")[0] != "vendor" and _has_go(loader, os.path.join(src, path)):
            yield path, os.path.join(src, path)


def _has_go(loader: Loader, folder: str) -> bool:
    """Whether the folder has a Go file that counts; what is wrong with the others, whoever loads the package will say."""
    try:
        files = read_folder(folder, loader.context, loader.overlay, loader.state).files
    except (GoError, PermissionError):
        return True
    except OSError:
        return False
    return bool(files.go or files.cgo or files.test_go or files.xtest_go)


def exec_name(import_path: str) -> str:
    """The name that go gives to the program *import_path* (cmd/go/internal/load/pkg.go:1755 exeFromImportPath)."""
    rest, _, last = import_path.rpartition("/")
    return rest.rpartition("/")[2] if rest and _MAJOR.fullmatch(last) else last
