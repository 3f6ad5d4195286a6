"""Packages as golang.org/x/tools/go/packages describes them (go/packages/packages.go, type Package; external.go, type DriverResponse).

Identifiers are those of ``go list -deps -test``: ``p``, ``p [p.test]`` with its tests, ``p_test [p.test]``, ``p.test``, and
``q [p.test]`` for packages that are compiled again because they see p with its tests. A package that cannot be loaded is listed with what
is known of it and with the error: an editor is most needed where something is wrong.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import GoError
from ..implicit import linker_dependencies
from ..load import Loader
from ..package import Files, Folder, Module, Package
from ..plan.compile import output_stem
from ..plan.config import Config
from ..plan.identity import source_path
from ..source.folder import read_folder
from ..test.variants import test_packages

Entry = dict[str, Any]

_LIST_ERROR = 1  # go/packages ErrorKind of what is not a parser's nor a type checker's

# The kinds of files that are not Go, in the order of go/packages (golist.go otherFiles).
_OTHERS = ("c", "cxx", "m", "h", "f", "s", "swig", "swigcxx", "syso")


class Listing:
    """The packages of one build, as *loader* finds and *config* compiles them; :attr:`packages` by identifier."""

    def __init__(self, config: Config, loader: Loader) -> None:
        self.config = config
        self.loader = loader
        self.packages: dict[str, Entry] = {}

    def add(self, import_path: str) -> None:
        """Add a package and all that it needs."""
        if import_path in self.packages:
            return
        try:
            for package in self.loader.closure([import_path]):
                if package.import_path not in self.packages:
                    self._put(package, {})
        except GoError as error:
            self._add_broken(import_path, error)

    def add_tested(self, import_path: str) -> None:
        """Add a package with its tests, and all that they need."""
        try:
            self._add_tests(import_path)
        except GoError as error:
            self.add(import_path)
            entry = self.packages.get(import_path)
            if entry is not None and "Errors" not in entry:
                entry["Errors"] = [_error(error)]

    def _add_tests(self, import_path: str) -> None:
        program = test_packages(self.loader, import_path, "")
        if program is None:
            self.add(import_path)
            return
        if program.tested.files.go or program.tested.files.cgo:
            self.add(import_path)
        ids = {package.import_path: package.listed for package in program.closure}
        for package in program.closure:
            if package.import_path not in self.packages and not package.for_test:
                self._put(package, {})
            elif package.for_test:
                self._put(package, ids)

    def _put(self, package: Package, ids: Mapping[str, str]) -> None:
        """Add the entry of one package; *ids* has the identifiers of imports that differ from their paths."""
        entry: Entry = {"ID": package.listed, "Name": package.name, "PkgPath": package.import_path}
        if not package.is_test_main:
            entry |= {"Dir": package.dir, **self._files(package)}
            export = output_stem(self.config, package) + ".x"
            entry["ExportFile"] = export if os.path.isfile(export) else ""
        raw = {final: raw for raw, final in package.import_map.items()}
        entry["Imports"] = {raw.get(final, final): ids.get(final, final) for final in self._imports(package)}
        entry["ForTest"] = package.for_test
        entry["Module"] = _module(package.module) if package.module else None
        self.packages[entry["ID"]] = {key: value for key, value in entry.items() if value}
        if "unsafe" in package.imports:
            self._add_unsafe()

    def _imports(self, package: Package) -> list[str]:
        """What the files of a package import: a test program is also linked with what the linker needs, which its file does not name."""
        if not package.is_test_main:
            return list(package.imports)
        linked = linker_dependencies(self.config.sdk, self.config.variant, package.for_test)
        return [path for path in package.imports if path not in linked]

    def _files(self, package: Package) -> Entry:
        files = package.files

        def paths(*names: str) -> list[str]:
            return [source_path(self.config, package, name) for name in names]

        embedded = sorted({name for names in package.embed_files.values() for name in names})
        return {
            "GoFiles": paths(*files.go, *files.cgo),
            "CompiledGoFiles": paths(*files.go),
            "OtherFiles": paths(*(name for kind in _OTHERS for name in getattr(files, kind))),
            "EmbedFiles": paths(*embedded),
            "EmbedPatterns": [os.path.join(package.dir, pattern) for pattern in package.embed_files],
            "IgnoredFiles": paths(*files.ignored_go, *files.ignored_other),
        }

    def _add_unsafe(self) -> None:
        """Package unsafe has a file to read and nothing to compile."""
        if "unsafe" not in self.packages:
            file = os.path.join(self.loader.sdk.src, "unsafe", "unsafe.go")
            folder = os.path.dirname(file)
            self.packages["unsafe"] = {"ID": "unsafe", "Name": "unsafe", "PkgPath": "unsafe", "Dir": folder, "GoFiles": [file]}

    def _add_broken(self, path: str, error: GoError) -> None:
        """Add what is known of a package that cannot be loaded, or one of whose imports cannot."""
        try:
            location = self.loader.location(path)
        except KeyError:
            self.packages[path] = {"ID": path, "PkgPath": path, "Errors": [_error(error)]}
            return
        folder = self._read(location.dir)
        try:
            package = self.loader.package(path)
        except GoError:
            package = Package(path, folder.name, location.dir, folder.files, (), standard=location.standard, module=location.module)
        self._put(package, {})
        entry = self.packages[path]
        files = folder.files
        only_tests = (files.test_go or files.xtest_go) and not (files.go or files.cgo)  # which is no fault
        if not only_tests and (not error.position or os.path.dirname(error.position.file) == location.dir):
            entry["Errors"] = [_error(error)]  # else it is in something that it imports
        imports = entry.setdefault("Imports", {})
        for raw, positions in folder.imports.items():
            try:
                resolved = self.loader.resolve_imports({raw: positions}, path, location)
            except GoError:
                continue
            for final in resolved.values():
                imports[raw] = final
                if final == "unsafe":
                    self._add_unsafe()
                else:
                    self.add(final)

    def _read(self, folder: str) -> Folder:
        loader = self.loader
        try:
            return read_folder(folder, loader.context, loader.overlay, loader.state)
        except (GoError, OSError):
            # Not even the head of each file can be read: then all of them are shown, and the editor says where it stops.
            names = loader.overlay.names(folder, sorted(os.listdir(folder))) if os.path.isdir(folder) else []
            go = tuple(name for name in names if name.endswith(".go") and not name.endswith("_test.go"))
            return Folder(folder, os.path.basename(folder), Files(go=go), {}, {}, {})


def _error(error: GoError) -> Entry:
    return {"Pos": str(error.position or "-"), "Msg": error.message, "Kind": _LIST_ERROR}


def _module(module: Module) -> Entry:
    entry: Entry = {"Path": module.path, "Version": module.version, "Main": module.main, "Dir": module.dir, "GoMod": module.go_mod}
    entry |= {"GoVersion": module.go_version, "Replace": _module(module.replace) if module.replace else None}
    return {key: value for key, value in entry.items() if value}


def respond(listings: Iterable[Listing], roots: Iterable[str], goarch: str, minor: int) -> Entry:
    """A DriverResponse with the packages of all *listings*; where two have one of the same identifier, the first counts.

    *roots* are the import paths of the packages that are the user's own. *goarch* is for the sizes of types, *minor* is the SDK's.
    """
    packages: dict[str, Entry] = {}
    for listing in listings:
        packages = listing.packages | packages
    own = set(roots)
    ids = [name for name, entry in packages.items() if (entry.get("ForTest") or entry["PkgPath"]) in own and _is_root(entry)]
    ordered = [packages[name] for name in sorted(packages)]
    return {"Compiler": "gc", "Arch": goarch, "GoVersion": minor, "Roots": sorted(ids), "Packages": ordered}


def _is_root(entry: Entry) -> bool:
    """Not one that is there only because it sees another one with its tests."""
    tested = entry.get("ForTest", "")
    return not tested or entry["PkgPath"] in (tested, f"{tested}_test", f"{tested}.test")
