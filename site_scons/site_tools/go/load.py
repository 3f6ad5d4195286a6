"""Import path → package, and the closure of a program. Rules: cmd/go/internal/load/pkg.go (1.27.3).

Std and its vendored packages are found here; all others by an object that follows :class:`Modules`. What is wrong with the sources is
reported in go's words, at the import or the line that is to blame, and for all packages at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from .embed import resolve_embeds
from .errors import GoError, Position, joined, os_problem
from .filestate import FileState, Watched
from .implicit import implicit_imports
from .module.resolve import MissingPackageSumError, is_standard_path, missing_package
from .overlay import Overlay
from .package import Folder, Location, Module, Package
from .refusals import check_files, checked_c, is_safe, malformed_path, no_go_files, outside, without_c
from .sdk import SDK
from .source.context import BuildContext
from .source.folder import read_folder
from .variant import Variant
from .visibility import check_visible

Imports = Mapping[str, tuple[Position, ...]]


class Resolution(Protocol):
    """The module of a package, None for std, and its folder."""

    @property
    def module(self) -> Module | None: ...
    @property
    def dir(self) -> str: ...


class Modules(Protocol):
    """The modules of a build: module.build.BuildList."""

    @property
    def main_modules(self) -> tuple[Module, ...]: ...

    def resolve(self, path: str, importer: str, importer_module: Module | None) -> Resolution:
        """Where the package *path* is when *importer* asks ("": the user); raises GoError without a position, in go's words."""
        ...

    def prefetch(self, paths: Iterable[str]) -> None:
        """Notice that these import paths will be resolved soon."""
        ...

    @property
    def complete(self) -> bool:
        """Whether no module that may be needed has to be downloaded."""
        ...

    @property
    def work_file(self) -> str:
        """The go.work file in force, "" without one."""
        ...

    def ignored(self, module: Module) -> tuple[str, ...]:
        """The folders of a main *module* that its ``ignore`` lines keep from patterns such as ``./...``."""
        ...


class Loader:
    """Loads packages for one SDK, one variant and one set of modules; each at most once.

    What has been loaded before counts as looked at each time it is asked for (FileState.watch): several programs may consist of it.
    """

    def __init__(self, sdk: SDK, variant: Variant, overlay: Overlay, state: FileState, modules: Modules | None = None) -> None:
        self.sdk = sdk
        self.variant = variant
        self.state = state
        self.modules = modules
        self.overlay = overlay
        self.context = BuildContext.of(sdk, variant)
        self._packages: dict[str, Package] = {}
        self._locations: dict[str, Location] = {}
        self._folders: dict[str, Folder] = {}
        self._folded: dict[str, str] = {}
        self._seen: dict[tuple[str, str], Watched] = {}  # what was looked at to place, to read and to load a package

    def package(self, import_path: str) -> Package:
        """The package that the user calls *import_path*; raises GoError if it is not there or broken.

        Its imports are resolved, not loaded.
        """
        return self._load(self._locate(import_path, "", None), ())

    def folder(self, import_path: str) -> Folder:
        """The folder of a package as it was read: with its test files and where each import stands."""
        return self._folders[self.package(import_path).import_path]

    def tested(self, import_path: str) -> tuple[Package, Folder]:
        """The package *import_path* and its folder; unlike others, a package that is tested may have no files but tests."""
        try:
            package = self.package(import_path)
            return package, self._folders[package.import_path]
        except GoError:
            location = self._locations.get(import_path)
            folder = self._folders.get(import_path)
            if location is None or folder is None:
                raise
            files = folder.files
            if files.go or files.cgo or not (files.test_go or files.xtest_go):
                raise
        return Package(import_path, folder.name, location.dir, files, (), standard=location.standard, module=location.module), folder

    def import_path(self, folder: str) -> str:
        """The import path of the absolute *folder*, in a main module or in GOROOT/src; raises GoError if it is in neither."""
        module = self.main_module(folder)
        if module:
            below = _below(folder, module.dir)
            return f"{module.path}/{below}" if below else module.path
        below = _below(folder, self.sdk.src)
        if below:
            return below
        raise GoError(outside(folder, self.modules.work_file if self.modules else None))

    def main_module(self, folder: str) -> Module | None:
        """The main module that the absolute *folder* is in, itself and not a module inside it."""
        modules = self.modules.main_modules if self.modules else ()
        return next((each for each in modules if _below(folder, each.dir) is not None and not self._is_nested(folder, each)), None)

    def _is_nested(self, folder: str, module: Module) -> bool:
        """Whether *folder* is in another module inside *module*; the folders between are watched: a go.mod can come there."""
        while len(folder) > len(module.dir):
            if self.state.is_dir(folder) and "go.mod" in self.state.listing(folder).names:
                return True
            folder = os.path.dirname(folder)
        return False

    def closure(self, import_paths: Iterable[str]) -> tuple[Package, ...]:
        """The packages named and all they need to be linked, imported ones first, in the order of ``go list -deps``.

        unsafe is not in it: there is nothing to compile. Raises one GoError with all that is wrong.
        """
        import_paths = tuple(import_paths)
        if self.modules and not self.modules.complete:
            self._fetch_ahead(import_paths)
        walk = _Walk(self)
        for path in import_paths:
            walk.visit(path)
        if walk.errors:  # a package that was named and is imported, too, may have told its error twice
            raise joined(list({str(error): error for error in walk.errors}.values()))
        return tuple(walk.finished)

    def _fetch_ahead(self, import_paths: Iterable[str]) -> None:
        """Have the modules of all that *import_paths* consist of downloaded, in waves: those one import away, then two, and so on.

        The walk over the imports would come to them one by one. It will also tell what is wrong: here that only ends the matter.
        """
        assert self.modules
        seen: set[str] = set()
        wave: list[tuple[str, str, Location | None]] = [(path, "", None) for path in import_paths]
        try:
            while wave:
                self.modules.prefetch(raw for raw, _, _ in wave)
                asked, wave = wave, []
                for raw, importer, location in asked:
                    path = self._locate(raw, importer, location)
                    place = self._locations[path]
                    if path not in seen and not place.standard:
                        seen.add(path)
                        wave += [(imported, path, place) for imported in self._read(path, place, ()).imports if imported != "C"]
        except GoError:
            return

    def resolve_imports(self, imports: Imports, importer: str, location: Location, *, test: bool = False) -> dict[str, str]:
        """Raw path → final path of each of the *imports* that the package *importer* at *location* makes, without "C".

        With *test* they are those of its test files. Raises one GoError with all that cannot be imported.
        """
        resolved: dict[str, str] = {}
        errors: list[GoError] = []
        if self.modules and not location.standard:
            self.modules.prefetch(raw for raw in imports if raw not in self._locations)
        for raw, positions in imports.items():
            if raw == "C":
                continue
            try:
                resolved[raw] = self._resolve(raw, importer, location)
            except GoError as error:
                if test and isinstance(error, MissingPackageSumError):
                    error = error.imported_by_test()
                errors.append(GoError(error.message, positions[0] if positions else None))
        if errors:
            raise joined(errors)
        return resolved

    def location(self, import_path: str) -> Location:
        """Where the package with this final path is; it must have been resolved before."""
        return self._locations[import_path]

    def _resolve(self, raw: str, importer: str, location: Location) -> str:
        final = self._locate(raw, importer, location)
        if final != "unsafe":
            target = self._locations[final]
            check_visible(raw, final, target.dir, target.module is not None, importer, location.dir)
        return final

    def _locate(self, raw: str, importer: str, location: Location | None) -> str:
        """The final path of *raw*, whose place is noted in ``_locations``; raises GoError without a position."""
        path = self._vendored(raw, importer) if location and location.standard else raw
        known = self._locations.get(path)
        asking = location.module if location else None
        if known:
            self._observe("place", path)
            if known.module and known.module.version and self.modules and (asking is None or asking.main):
                self.modules.resolve(path, importer, asking)  # what main modules import must also be required by them
            return path
        problem = malformed_path(path)
        if problem:
            raise GoError(problem)
        folder = self._standard_folder(path)
        if folder:
            self._locations[path] = Location(folder, None, True)
        elif self.modules is not None and not (location and location.standard):
            with self._watching("place", path):
                found = self.modules.resolve(path, importer, asking)
                self._locations[path] = Location(found.dir, found.module, found.module is None)
                if found.module and not found.module.version:
                    self._is_nested(found.dir, found.module)  # known not to be; but from now on watched
        else:
            raise missing_package(path, self.sdk.src)
        return path

    def _vendored(self, path: str, importer: str) -> str:
        """The path of std's own copy of *path*, if there is one (cmd/go/internal/modload/load.go:1960 stdVendor)."""
        if is_standard_path(path):
            return path
        prefix = "cmd/vendor/" if importer == "cmd" or importer.startswith("cmd/") else "vendor/"
        return prefix + path if self.state.is_dir(os.path.join(self.sdk.src, prefix + path)) else path

    def _standard_folder(self, path: str) -> str:
        if not is_standard_path(path):
            return ""
        folder = os.path.join(self.sdk.src, *path.split("/"))
        return folder if _has_go_files(folder, self.overlay, self.state) else ""

    def _load(self, path: str, positions: tuple[Position, ...]) -> Package:
        """The package with the final *path*, imported at *positions*."""
        package = self._packages.get(path)
        if package is not None:
            self._observe("package", path)
            return package
        self._check_path(path, positions)
        location = self._locations[path]
        with self._watching("package", "" if location.fixed else path):
            folder = self._read(path, location, positions)
            package = self._packages[path] = self._make(path, location, folder)
        return package

    @contextmanager
    def _watching(self, what: str, path: str) -> Iterator[None]:
        """Note what is looked at inside the block for :meth:`_observe`; for the *path* "" nothing is."""
        if not path:
            yield
            return
        with self.state.watch() as watched:
            yield
        self._seen[what, path] = watched

    def _observe(self, what: str, path: str) -> None:
        seen = self._seen.get((what, path))
        if seen:
            self.state.observe(seen)

    def _read(self, path: str, location: Location, positions: tuple[Position, ...]) -> Folder:
        folder = self._folders.get(path)
        if folder is not None:
            self._observe("folder", path)
        else:
            try:
                with self._watching("folder", "" if location.fixed else path):
                    cached = location.fixed and not location.standard
                    folder = self._folders[path] = read_folder(location.dir, self.context, self.overlay, self.state, cached)
            except OSError as error:
                raise GoError(f"cannot read package {path}: {os_problem(error)}", *positions[:1]) from None
        files = folder.files
        if not files.go and not files.cgo:
            raise GoError(no_go_files(folder), *positions[:1])
        return folder

    def _check_path(self, path: str, positions: tuple[Position, ...]) -> None:
        other = self._folded.setdefault(path.casefold(), path)
        if other != path:
            raise GoError(f'case-insensitive import collision: "{path}" and "{other}"', *positions[:1])
        if not is_safe(path):
            raise GoError(f'invalid import path "{path}"', *positions[:1])

    def _make(self, path: str, location: Location, folder: Folder) -> Package:
        embedded = resolve_embeds(location.dir, folder.embeds, self.overlay, self.state)
        check_files(path, folder, embedded.values())
        resolved = self.resolve_imports(folder.imports, path, location)
        package = Package(
            import_path=path,
            name=folder.name,
            dir=location.dir,
            files=folder.files,
            imports=tuple(sorted(set(resolved.values()))),
            import_map={raw: final for raw, final in resolved.items() if raw != final},
            implicit=self._implicit(path, location, folder, resolved),
            embed_files=embedded,
            standard=location.standard,
            module=location.module,
            go_debug=folder.directives,
            cgo_directives=folder.cgo_directives,
        )
        return without_c(package) if not self.variant.cgo else checked_c(package)

    def _implicit(self, path: str, location: Location, folder: Folder, resolved: Mapping[str, str]) -> tuple[str, ...]:
        """The imports that the go command adds; their places are noted."""
        present = set(resolved.values())
        added = implicit_imports(self.sdk, self.variant, path, folder, location.standard, resolved)
        final = tuple(item for item in dict.fromkeys(added) if item not in present)
        for item in final:
            self._locate(item, path, None)
        return final


class _Walk:
    """A depth-first walk over imports that keeps its own stack: chains of a thousand packages are nothing unusual."""

    def __init__(self, loader: Loader) -> None:
        self.finished: list[Package] = []
        self.errors: list[GoError] = []
        self._loader = loader
        self._done: set[str] = {"unsafe"}
        self._open: dict[str, tuple[Package, Iterator[tuple[str, tuple[Position, ...]]], tuple[Position, ...]]] = {}

    def visit(self, import_path: str) -> None:
        try:
            path = self._loader.package(import_path).import_path
        except GoError as error:
            self.errors.append(error)
            return
        self._enter(path, ())
        while self._open:
            package, edges, _ = next(reversed(self._open.values()))
            edge = next(edges, None)
            if edge is None:
                self._open.popitem()
                self._done.add(package.import_path)
                self.finished.append(package)
            else:
                self._follow(package, *edge)

    def _follow(self, importer: Package, path: str, positions: tuple[Position, ...]) -> None:
        if path in self._open:
            self._add("import cycle not allowed" + self._chain(path, positions), positions)
            return
        self._enter(path, positions)
        package = self._loader._packages.get(path)
        if package and package.is_main and package.dir != importer.dir:
            self._add(f'import "{path}" is a program, not an importable package', positions)

    def _enter(self, path: str, positions: tuple[Position, ...]) -> None:
        if path in self._done:
            return
        try:
            package = self._loader._load(path, positions)
        except GoError as error:
            self._done.add(path)
            self.errors.append(error)
            return
        folder = self._loader._folders[path]
        raw = {final: raw for raw, final in package.import_map.items()}
        ordered = sorted(package.imports, key=lambda final: raw.get(final, final))
        edges = [(final, folder.imports.get(raw.get(final, final), ())) for final in ordered]
        edges += [(final, ()) for final in package.implicit]
        self._open[path] = (package, iter(edges), positions)

    def _add(self, message: str, positions: tuple[Position, ...]) -> None:
        self.errors.append(GoError(message, *positions[:1]))

    def _chain(self, path: str, positions: tuple[Position, ...]) -> str:
        """Who imports whom, from the package that the user named to *path* (pkg.go:597 PkgsWithPos)."""
        links = [*((name, at) for name, (_, _, at) in self._open.items()), (path, positions)]
        lines = [name + (f" from {os.path.basename(at[0].file)}" if at else "") for name, at in links]
        return "\n\tpackage " + "\n\timports ".join(lines)


def _below(folder: str, root: str) -> str | None:
    """*folder* relative to *root* with slashes, "" for *root* itself, None if it is elsewhere."""
    if folder == root:
        return ""
    return folder[len(root) + 1 :].replace(os.sep, "/") if folder.startswith(root + os.sep) else None


def _has_go_files(folder: str, overlay: Overlay, state: FileState) -> bool:
    try:
        names = list(state.listing(folder).names)
    except OSError:
        names = []
    return any(name.endswith(".go") for name in (overlay.names(folder, names) if overlay else names))
