"""The build list of a main module or a workspace: which module has a package, at which version, in which folder.

:func:`open_build_list` reads the files; everything else happens when a package is asked for. What was found in immutable modules is kept in
a file between runs, under a digest of all that it depends on (go.mod, go.sum, go.work, vendor/modules.txt, settings, SDK), so that a second
run parses no go.mod but the main module's and opens no module's folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from ..digest import text_digest
from ..errors import GoError
from ..files import replace_file
from ..package import Module
from .environment import ModuleEnv
from .fetch import Fetcher
from .gomod import Setting
from .mvs import Selection
from .requirements import UNPRUNED, Known, Requirements, Summary
from .resolve import STANDARD, Found, MissingPackageSumError, Resolver, has_go_files, is_standard_path
from .sums import Sums, mod_key, read_if_there
from .vendor import Vendored, check_consistency, read_vendored
from .version import Version
from .workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from .proxy import Source
    from .web import Client

_FORMAT = 1
"""Raised whenever the content of the file between runs changes its meaning."""


class Resolution(NamedTuple):
    """A package's *module*, None for the standard library, and its *dir*."""

    module: Module | None
    dir: str


class BuildList:
    """Made by :func:`open_build_list`."""

    def __init__(
        self, env: ModuleEnv, workspace: Workspace, source: Callable[[], Source], go_dir: Callable[[str], bool], memory: str
    ) -> None:
        self.workspace = workspace
        self._env = env
        sums = {file: read_if_there(file) for file in workspace.sum_files}
        vendored, modules_txt = self._read_vendored()
        self._vendored = vendored
        key = text_digest(f"{env.go} {workspace.folder}")
        self._memory_file = memory and f"{memory}-{key[:8]}"
        self._memory_key = _digest(env, workspace, sums, modules_txt)
        self._memory = _Memory.read(self._memory_file, self._memory_key)
        self._fetcher = Fetcher(env, Sums(sums, env, required=workspace.work is None), source)
        self._requirements = Requirements(workspace, self._fetcher, env.go, vendored, self._memory.known)
        self._resolver = Resolver(self._requirements, self._fetcher, env.goroot, vendored, go_dir)
        self._modules: dict[Version, Module] = {}
        self._usable: dict[Version, bool] = {}
        self._found: dict[str, Found] = {}
        self._in_all: set[str] = set()  # imported by packages of main modules, directly or not
        self._local = frozenset(self._local_paths())
        if not self._memory.found:
            self._check_multiple_paths(self._requirements.roots)

    def _read_vendored(self) -> tuple[Vendored | None, bytes]:
        if self.workspace.mod != "vendor":
            return None, b""
        vendored, data = read_vendored(self.workspace.vendor, self._env.go)
        check_consistency(self.workspace, vendored)
        return vendored, data

    def _local_paths(self) -> Iterable[str]:
        yield from self.workspace.by_path
        for replace, _ in self.workspace.all_replacements():
            if not replace.new.version:
                yield replace.old.path

    def _check_multiple_paths(self, modules: Iterable[Version]) -> None:
        """A module must not stand in for two module paths, or for itself and another (modload/load.go:1998)."""
        first: dict[Version, str] = {}
        for module in modules:
            actual = self.workspace.resolve(module)
            before = first.setdefault(actual, module.path)
            if before != module.path:
                raise GoError(f"{actual.path}@{actual.version} used for two different module paths ({before} and {module.path})")

    @property
    def go(self) -> str:
        """The go version of the main module or of go.work, for default GODEBUGs and pruning."""
        return self.workspace.go

    @property
    def godebug(self) -> tuple[Setting, ...]:
        """The ``godebug`` lines in force; they stand in :attr:`settings_file`."""
        return self.workspace.godebug

    @property
    def settings_file(self) -> str:
        return self.workspace.settings_file

    @property
    def work_file(self) -> str:
        """The go.work file in force, "" without one."""
        return self.workspace.work_file

    @property
    def main_modules(self) -> tuple[Module, ...]:
        """The main modules in the order of go.work."""
        return tuple(self.module(main.version) for main in self.workspace.modules)

    def resolve(self, path: str, importer: str = "", importer_module: Module | None = None) -> Resolution:
        """The module and the folder of the package *path*, imported by package *importer* of *importer_module*.

        Without an importer the package is one that the user named. The answer stays the same for the life of this object. Raises GoError in
        go's words, without a position.
        """
        found = self._found.get(path) or self._recall(path)
        if found is None:
            try:
                found = self._resolver.resolve(path)
            except MissingPackageSumError as error:
                if importer:
                    version = importer_module.version if importer_module else ""
                    raise error.imported_by(importer, version) from None
                raise
            self._remember(path, found)
        self._found[path] = found
        if found.module == STANDARD:
            return Resolution(None, found.dir)
        if not importer or importer in self._in_all or (importer_module and importer_module.main):
            if importer:
                self._in_all.add(path)
            if found.module.version:
                self._check_required(path, found.module, importer, bool(importer_module and importer_module.main))
        return Resolution(self.module(found.module), found.dir)

    def prefetch(self, paths: Iterable[str]) -> None:
        """Download at once the modules that may have the packages *paths* and are not in the module cache yet.

        Errors show when a path is resolved; a path of the standard library needs nothing.
        """
        if self._vendored:
            return
        wanted: dict[Version, None] = {}
        for path in paths:
            if not is_standard_path(path) and self._recall(path) is None:
                wanted.update(dict.fromkeys(self._resolver.candidates(path)))
        actual = (self.workspace.resolve(module) for module in wanted)
        sums = self._fetcher.sums
        allowed = [module for module in actual if module.version and sums.allows(module)]
        self._fetcher.prefetch(allowed)
        self._fetcher.prefetch_go_mods(module for module in allowed if sums.allows(mod_key(module)))

    @cached_property
    def complete(self) -> bool:
        """Whether the module cache has all modules that main modules require."""
        if self._vendored:
            return True
        roots = (self.workspace.resolve(root) for root in self._requirements.roots if root.path not in ("go", "toolchain"))
        return all(self._fetcher.is_ready(module) for module in roots if module.version)

    def ignored(self, module: Module) -> tuple[str, ...]:
        """What the ``ignore`` lines of a main *module* say."""
        return tuple(entry.path for entry in self.workspace.by_path[module.path].gomod.ignore)

    def module(self, version: Version) -> Module:
        """What is known of a module; nothing is downloaded for it (modload/build.go:317, moduleInfo)."""
        module = self._modules.get(version)
        if module is None:
            module = self._modules[version] = self._describe(version)
        return module

    def all_modules(self) -> tuple[Module, ...]:
        """The whole build list, main modules first, as ``go list -m all`` prints it."""
        listed = self._requirements.build_list()
        self._check_multiple_paths(listed)
        return tuple(self.module(version) for version in listed)

    def graph_edges(self) -> list[tuple[Version, Version]]:
        """The requirement graph in the order of ``go mod graph``."""
        graph = self._requirements.graph()
        return [(module, required) for module in graph.walk() for required in graph.required_by(module) or ()]

    def save(self) -> None:
        """Keep what was found for the next run, if there is anything new and a file to keep it in."""
        if self._memory_file and self._memory.changed:
            self._memory.write(self._memory_file, self._memory_key, self._requirements.known())

    def _recall(self, path: str) -> Found | None:
        found = self._memory.found.get(path)
        return found if found and self._is_usable(found.module) else None

    def _is_usable(self, module: Version) -> bool:
        """Are the folder of *module* and its noted hash as they were when they were checked?"""
        usable = self._usable.get(module)
        if usable is None:
            actual = self.workspace.resolve(module)
            kept = self._memory.ready.get(module)
            usable = self._usable[module] = bool(kept) and kept == self._fetcher.trace(actual)
        return usable

    def _remember(self, path: str, found: Found) -> None:
        module = found.module
        if module == STANDARD or self._vendored or not module.version:
            return
        self._requirements.summary(module)  # its go version is needed to compile the package (import.go:515)
        self._requirements.spot_check(module)
        actual = self.workspace.resolve(module)
        if actual.version and not any(path == local or path.startswith(local + "/") for local in self._local):
            self._memory.add(path, Found(module, found.dir), self._fetcher.trace(actual))

    def _check_required(self, path: str, module: Version, importer: str, direct: bool) -> None:
        """What main modules import must come from modules that are required as they should be (load.go:1398, buildlist.go:1070-1150).

        *direct* says that a main module's own package imports *path*.
        """
        requirements = self._requirements
        if self.workspace.work:
            listed = self._vendored is not None or not direct or module in requirements.selection().loaded
        else:
            listed = requirements.root_version(module.path) == module.version
        if listed:
            return
        if not self.workspace.work and requirements.pruning != UNPRUNED:
            raise requirements.dirty()
        if direct:
            advice = f"to add missing requirements, run:\n\tgo get {module}"
            raise GoError(f"package {importer} imports {path} from implicitly required module; {advice}")

    def _describe(self, version: Version) -> Module:
        main = self.workspace.by_path.get(version.path) if not version.version else None
        if main:
            return Module(version.path, "", main.root, main.gomod.go, main=True, go_mod=main.file)
        replacement = self.workspace.replacement(version)
        if self._vendored:
            go = self._vendored.go(version)
            stand_in = Module(replacement.path, replacement.version, "", go) if replacement else None
            return Module(version.path, version.version, "", go, replace=stand_in)
        if replacement is None:
            return self._downloaded(version, version)
        if replacement.version:
            stand_in = self._downloaded(version, replacement)
        else:
            folder = self.workspace.replacement_dir(replacement)
            go = self._requirements.summary(version).go
            stand_in = Module(replacement.path, "", folder, go, go_mod=os.path.join(folder, "go.mod"))
        return Module(version.path, version.version, stand_in.dir, stand_in.go_version, replace=stand_in, go_mod=stand_in.go_mod)

    def _downloaded(self, version: Version, actual: Version) -> Module:
        """A module in the cache; its folder and its go.mod count as far as go.sum vouches for them."""
        cache, sums = self._fetcher.cache, self._fetcher.sums
        try:
            go = self._requirements.summary(version).go
        except GoError:
            go = ""  # listed, but its go.mod is pruned out and has no sum
        file = cache.path(actual, "mod")
        if self._memory.found and self._is_usable(version):
            return Module(actual.path, actual.version, cache.folder(actual), go, sum=self._fetcher.zip_hash(actual), go_mod=file)
        file = file if sums.allows(mod_key(actual)) and os.path.isfile(file) else ""
        folder = cache.extracted(actual) if sums.allows(actual) else ""
        return Module(actual.path, actual.version, folder, go, sum=self._fetcher.zip_hash(actual) if folder else "", go_mod=file)


class _Memory:
    """What is kept between runs of immutable modules: their summaries, that they were checked, and the packages found in them."""

    def __init__(self) -> None:
        self.known = Known({}, None)
        self.ready: dict[Version, tuple[int, ...]] = {}
        self.found: dict[str, Found] = {}
        self.changed = False

    def add(self, path: str, found: Found, trace: tuple[int, ...]) -> None:
        self.found[path] = found
        self.ready[found.module] = trace
        self.changed = True

    @classmethod
    def read(cls, file: str, key: str) -> _Memory:
        """What *file* holds under *key*; nothing if it is missing, of another key, or damaged."""
        memory = cls()
        if file:
            with contextlib.suppress(OSError, EOFError, ValueError, TypeError):
                with open(file, "rb") as handle:
                    content: Any = marshal.loads(handle.read())  # noqa: S302 - our own file, in the user's build folder
                if content[0] == key:
                    memory._fill(content)
        return memory

    def _fill(self, content: tuple[str, Any, Any, Any, Any]) -> None:
        _, modules, summaries, found, selection = content
        versions = [Version(*module) for module, _ in modules]
        self.ready = {version: trace for version, (_, trace) in zip(versions, modules, strict=True) if trace}
        self.known = Known(
            {versions[index]: Summary(path, go, tuple(versions[i] for i in require)) for index, path, go, require in summaries},
            Selection(selection[0], frozenset(versions[index] for index in selection[1])) if selection else None,
        )
        self.found = {path: Found(versions[index], folder) for path, index, folder in found}

    def write(self, file: str, key: str, known: Known) -> None:
        """Write all of it, each module version once."""
        index: dict[Version, int] = {}

        def number(module: Version) -> int:
            return index.setdefault(module, len(index))

        kept = [
            (number(module), summary.path, summary.go, [number(required) for required in summary.require])
            for module, summary in known.summaries.items()
        ]
        found = [(path, number(entry.module), entry.dir) for path, entry in self.found.items()]
        selection = known.selection and (dict(known.selection.versions), [number(module) for module in known.selection.loaded])
        modules = [(tuple(module), self.ready.get(module, ())) for module in index]
        with contextlib.suppress(OSError):
            replace_file(file, marshal.dumps((key, modules, kept, found, selection)))
            self.changed = False


def _digest(env: ModuleEnv, workspace: Workspace, sums: dict[str, bytes], modules_txt: bytes) -> str:
    """A digest of all that the choice of modules depends on, the go.mod files of replacements by folders among it."""
    digest = hashlib.sha256(repr((_FORMAT, env.facts, workspace.folder, workspace.mod)).encode())
    stand_ins = {workspace.resolve(replace.old) for replace, _ in workspace.all_replacements()}
    files = (os.path.join(workspace.replacement_dir(stand_in), "go.mod") for stand_in in sorted(stand_ins) if not stand_in.version)
    contents = {file: read_if_there(file) for file in files}
    for name, data in (*workspace.contents.items(), *sums.items(), *contents.items(), ("modules.txt", modules_txt)):
        digest.update(f"{name}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
        digest.update(data)
    return digest.hexdigest()


def open_build_list(
    folder: str, env: ModuleEnv, *, memory: str = "", client: Client | None = None, go_dir: Callable[[str], bool] = has_go_files
) -> BuildList | None:
    """The build list that holds in *folder* (absolute), or None if it is in no module.

    *memory* begins the name of the file that keeps what was found from one run to the next. *go_dir* tells whether a folder of a main
    module or of a replacement has Go files, or will have. Raises GoError for files that are wrong, inconsistent or newer than the SDK.
    """
    workspace = find_workspace(folder, env)
    if workspace is None:
        return None

    @cache
    def source() -> Source:
        from .proxy import Source  # these load urllib and ssl, and most builds download nothing
        from .web import Client

        return Source(env, client or Client(env))

    return BuildList(env, workspace, source, go_dir, memory)
