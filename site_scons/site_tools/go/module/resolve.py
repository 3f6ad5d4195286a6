"""Import path → module and folder (cmd/go/internal/modload/import.go:260-560, importFromModules).

Candidates are the modules whose paths are prefixes of the import path: first those that the roots name, and only if none of them has the
package those of the whole graph. Exactly one may have it.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..errors import GoError
from . import gover
from .fetch import Fetcher
from .mvs import NONE
from .requirements import UNPRUNED, MissingSumError, ModuleError, Requirements
from .vendor import Vendored
from .version import Version, check_import_path

STANDARD = Version("")
"""Stands for the standard library, which is no module."""


class Found(NamedTuple):
    """The *module* that has a package (``STANDARD`` for GOROOT/src), the package's *dir*, and the modules that could have had it."""

    module: Version
    dir: str
    others: tuple[Version, ...] = ()


class MissingPackageError(GoError):
    """No module in the build list has the package (import.go:31, ImportMissingError)."""


class AmbiguousImportError(GoError):
    """More than one module has the package (import.go:117)."""


class MissingPackageSumError(GoError):
    """A module that may have the package has no line in go.sum (import.go:167, ImportMissingSumError)."""

    def __init__(
        self, path: str, modules: list[Version], found: bool, importer: str = "", importer_version: str = "", test: bool = False
    ) -> None:
        self._args = (path, modules, found)
        self._importer = (importer, importer_version)
        by = f" (imported by {importer})" if importer else ""
        if found:
            message = f"missing go.sum entry needed to verify package {path}{by} is provided by exactly one module"
        else:
            message = f"missing go.sum entry for module providing package {path}{by}"
        if importer:
            at = f"@{importer_version}" if importer_version else ""
            message += f"; to add:\n\tgo get{' -t' if test else ''} {importer}{at}"
        else:
            message += f"; to add:\n\tgo mod download {' '.join(module.path for module in modules)}"
        super().__init__(message)

    def imported_by(self, importer: str, version: str) -> MissingPackageSumError:
        """The same error with the package that imports, and the version of its module, in the message."""
        return MissingPackageSumError(*self._args, importer, version)

    def imported_by_test(self) -> MissingPackageSumError:
        """The same error for an import in a test of the package that imports."""
        return MissingPackageSumError(*self._args, *self._importer, test=True)


def is_standard_path(path: str) -> bool:
    """May *path* only belong to the standard library: no dot in its first element (cmd/go/internal/search/search.go:526)?"""
    return "." not in path.partition("/")[0]


def has_go_files(folder: str) -> bool:
    """Is there a Go file in *folder*, whatever its build constraints (cmd/go/internal/fsys/fsys.go:590, IsGoDir)?"""
    try:
        with os.scandir(folder) as entries:
            return any(entry.name.endswith(".go") and entry.is_file() for entry in entries)
    except PermissionError:
        return True  # whoever reads it will say so
    except OSError:
        return False


def _prefixes(path: str) -> Iterator[str]:
    """*path* and its parents, longest first, without the pseudo-modules "go" and "toolchain"."""
    while path:
        if path not in ("go", "toolchain"):
            yield path
        path = path.rpartition("/")[0]


def invalid_path(path: str) -> str:
    """Why no module can have the package *path*, "" if one can (import.go:277)."""
    if "@" in path:
        return f'import path "{path}" should not have @version'
    if path in (".", "..") or path.startswith(("./", "../")):
        return f'"{path}" is relative, but relative import paths are not supported in module mode'
    if path.startswith("/"):
        return f"\"{path}\" is not a package path; see 'go help packages'"
    if path in ("std", "cmd", "tool", "work", "all"):
        return f"\"{path}\" is not an importable package; see 'go help packages'"
    return check_import_path(path)


def missing_package(path: str, source: str) -> MissingPackageError:
    """The error for a package that neither GOROOT/src, the folder *source*, nor a module has (import.go:62)."""
    if is_standard_path(path):
        return MissingPackageError(f"package {path} is not in std ({os.path.join(source, path)})")
    return MissingPackageError(f"no required module provides package {path}; to add it:\n\tgo get {path}")


class Resolver:
    """Finds packages. *go_dir* tells whether a folder outside the module cache has Go files (or will have, once they are generated)."""

    def __init__(
        self, requirements: Requirements, fetcher: Fetcher, goroot: str, vendored: Vendored | None, go_dir: Callable[[str], bool]
    ) -> None:
        self._requirements = requirements
        self._workspace = requirements.workspace
        self._fetcher = fetcher
        self._source = os.path.join(goroot, "src")
        self._vendored = vendored
        self._go_dir = go_dir
        self._nested: dict[str, bool] = {}
        self._cached_dirs: dict[str, bool] = {}

    def under(self, requirements: Requirements) -> Resolver:
        """A resolver for other requirements of the same workspace, which knows the folders that this one has looked at."""
        other = copy.copy(self)
        other._requirements = requirements
        return other

    def resolve(self, path: str) -> Found:
        """Where the package *path* is; raises GoError in go's words, without a position."""
        problem = invalid_path(path)
        if problem:
            raise GoError(problem)
        standard = self._standard(path)
        if self._vendored is not None:
            return self._resolve_vendored(path, standard, self._vendored)
        found = None
        if self._requirements.pruning != UNPRUNED:
            found = self._search(path, self._requirements.root_version, standard)
        found = found or self._search(path, self._requirements.selection().versions.get, standard)
        if found is None:
            raise self._missing(path)
        return found

    def _standard(self, path: str) -> Found | None:
        if is_standard_path(path):
            folder = os.path.join(self._source, path)
            if has_go_files(folder):
                return Found(STANDARD, folder)
        return None

    def candidates(self, path: str) -> list[Version]:
        """The modules named by the roots that could have *path*; what to download before it is resolved."""
        modules = []
        for prefix in _prefixes(path):
            version = self._requirements.root_version(prefix)
            if version not in (None, NONE, ""):
                modules.append(Version(prefix, version or ""))
        return modules

    def _search(self, path: str, version_of: Callable[[str], str | None], standard: Found | None) -> Found | None:
        matches: list[Found] = [standard] if standard else []
        others: list[Version] = []
        unsummed: list[Version] = []
        for prefix in _prefixes(path):
            version = version_of(prefix)
            if version is None or version == NONE:
                continue
            module = Version(prefix, version)
            try:
                root, local = self.root(module)
            except MissingSumError:
                unsummed.append(module)
                continue
            folder = self._dir_in_module(path, prefix, root, local)
            if folder:
                matches.append(Found(module, folder))
            else:
                others.append(module)
        if len(matches) > 1:
            raise self._ambiguous(path, matches)
        if unsummed:
            raise MissingPackageSumError(path, unsummed[::-1], bool(matches))
        return matches[0]._replace(others=tuple(others)) if matches else None

    @staticmethod
    def _ambiguous(path: str, matches: list[Found]) -> AmbiguousImportError:
        places = [f"{match.module.path} {match.module.version}".rstrip() + f" ({match.dir})" for match in reversed(matches)]
        return AmbiguousImportError("\n\t".join([f"ambiguous import: found package {path} in multiple modules:", *places]))

    def root(self, module: Version) -> tuple[str, bool]:
        """(folder, is it local) of a module or its replacement, downloaded if need be; raises GoError (import.go:790, fetch)."""
        if not module.version:
            main = self._workspace.by_path.get(module.path)
            if main:
                return main.root, True
        replacement = self._workspace.replacement(module)
        if replacement and not replacement.version:
            folder = self._workspace.replacement_dir(replacement)
            if not os.path.exists(folder):
                raise ModuleError(module, f"replacement directory {replacement.path} does not exist")
            return folder, True
        actual = replacement or module
        self._requirements.require_sum(actual, actual)
        return self._fetcher.download(actual), False

    def _dir_in_module(self, path: str, prefix: str, root: str, local: bool) -> str:
        """The package's folder if it is in the module, else "" (import.go:712, dirInModule)."""
        folder = os.path.join(root, path[len(prefix) + 1 :]) if path != prefix else root
        if local:
            inner = folder
            while len(inner) > len(root):
                if self._has_go_mod(inner):
                    return ""  # a module of its own
                inner = os.path.dirname(inner)
            return folder if self._go_dir(folder) else ""
        known = self._cached_dirs.get(folder)
        if known is None:
            known = self._cached_dirs[folder] = has_go_files(folder)
        return folder if known else ""

    def _has_go_mod(self, folder: str) -> bool:
        known = self._nested.get(folder)
        if known is None:
            known = self._nested[folder] = os.path.isfile(os.path.join(folder, "go.mod"))
        return known

    def _resolve_vendored(self, path: str, standard: Found | None, vendored: Vendored) -> Found:
        """With -mod=vendor everything is in the main modules or in the vendor folder (import.go:330-400)."""
        matches: list[Found] = [standard] if standard else []
        for main in self._workspace.modules:
            prefix = main.gomod.module
            if path == prefix or path.startswith(prefix + "/"):
                folder = self._dir_in_module(path, prefix, main.root, True)
                if folder:
                    matches.append(Found(main.version, folder))
        folder = os.path.join(self._workspace.vendor, path)
        if self._go_dir(folder):
            module = vendored.packages.get(path)
            if module or gover.compare(self._workspace.go, gover.EXPLICIT_MODULES_TXT_IMPORT) < 0:
                matches.append(Found(module or STANDARD, folder))
        if len(matches) > 1:
            places = [match.dir for match in matches]
            raise AmbiguousImportError("\n\t".join([f"ambiguous import: found package {path} in multiple directories:", *places]))
        if not matches:
            raise self._missing(path)
        return matches[0]

    def _missing(self, path: str) -> MissingPackageError:
        """What go says about a package that no module has (import.go:62, queryImport :525)."""
        for replaced in self._unrequired_replacements(path):
            name = str(replaced) if replaced.version else replaced.path
            return MissingPackageError(
                f"module {replaced.path} provides package {path} and is replaced but not required; to add it:\n\tgo get {name}"
            )
        if not is_standard_path(path) and (self._workspace.mod_explicit or self._workspace.mod_reason):
            reason = f"\n\t({self._workspace.mod_reason})" if self._workspace.mod_reason else ""
            disabled = f"import lookup disabled by -mod={self._workspace.mod}{reason}"
            return MissingPackageError(f"cannot find module providing package {path}: {disabled}")
        return missing_package(path, self._source)

    def _unrequired_replacements(self, path: str) -> Iterator[Version]:
        """Modules that are replaced, not in the build list, and would have the package, the longest path first."""
        if self._vendored is not None:
            return
        highest: dict[str, str] = {}
        for replace, _ in self._workspace.all_replacements():
            old = replace.old
            if path == old.path or path.startswith(old.path + "/"):
                known = highest.get(old.path, "")
                highest[old.path] = max(known, old.version, key=lambda version: gover.module_key(old.path, version))
        selected = self._requirements.selection().versions
        for name in sorted(highest, key=len, reverse=True):
            module = Version(name, highest[name])
            if name not in selected:
                root, local = self.root(module)
                if self._dir_in_module(path, name, root, local):
                    yield module
