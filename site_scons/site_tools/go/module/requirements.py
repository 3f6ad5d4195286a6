"""Which version of each module takes part: requirements read lazily, the graph pruned as the go command prunes it.

Rules: cmd/go/internal/modload/buildlist.go (Requirements, readModGraph, updateRoots) and modfile.go (goModSummary). Everything is as with
``-mod=readonly``: where the go command would change go.mod, there is an error that says so.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..errors import GoError, Position
from . import gover
from .directives import parse_gomod, read_text
from .fetch import Fetcher
from .gomod import GoMod
from .mvs import NONE, Graph, Selection
from .sums import mod_key
from .vendor import Vendored
from .version import Version, sort_key
from .words import reason
from .workspace import TooNewError, Workspace

PRUNED, UNPRUNED, WORKSPACE = "pruned", "unpruned", "workspace"
"""How far a graph reaches (buildlist.go:34): to the requirements of the roots, everywhere, or as the modules of a workspace need it."""


class Summary(NamedTuple):
    """What counts of a go.mod file that is not a main module's. *require* has the pseudo-module "go" where the go line is strict."""

    path: str
    go: str
    require: tuple[Version, ...]

    @property
    def pruning(self) -> str:
        return pruning_for(self.go) if self.go else UNPRUNED


class ModuleError(GoError):
    """An error that concerns one module version, which stands before it (golang.org/x/mod/module, ModuleError)."""

    def __init__(self, module: Version, cause: str) -> None:
        self.module = module
        self.cause = cause
        super().__init__(f"{module}: {cause}")


class MissingSumError(ModuleError):
    """go.sum has no line that is needed (modload/import.go:834, sumMissingError)."""


def pruning_for(go: str) -> str:
    """modload/modfile.go:126."""
    return UNPRUNED if gover.compare(go, gover.EXPLICIT_INDIRECT) < 0 else PRUNED


def _with_go(go: str, require: Iterable[Version]) -> tuple[Version, ...]:
    listed = tuple(require)
    return (*listed, Version("go", go)) if go and gover.compare(go, gover.GO_STRICT) >= 0 else listed


def summarise(gomod: GoMod) -> Summary:
    """modload/modfile.go:724, summaryFromModFile."""
    return Summary(gomod.module, gomod.go, _with_go(gomod.go, (require.module for require in gomod.require)))


class Known(NamedTuple):
    """What an earlier run found under the same files: *summaries* of immutable modules, and the graph's selection if it had to be read."""

    summaries: Mapping[Version, Summary]
    selection: Selection | None


class Requirements:
    """The root requirements of a workspace, and on demand their graph; *strict* ones must agree with it."""

    def __init__(
        self, workspace: Workspace, fetcher: Fetcher, go: str, vendored: Vendored | None, known: Known, *, strict: bool = True
    ) -> None:
        self.workspace = workspace
        self._fetcher = fetcher
        self._go = go
        self._vendored = vendored
        self._graph: Graph | None = None
        self._strict = strict
        self._checked: set[Version] = set()
        self.summaries: dict[Version, Summary] = dict(known.summaries)
        self._selection = known.selection
        self.pruning = WORKSPACE if workspace.work else pruning_for(workspace.go)
        self.roots = self._find_roots()
        self._versions = self._root_versions()
        if self.pruning != WORKSPACE:
            if vendored:
                self.graph()  # is checked
            self._check_excluded()
            self._check_redundant()
            self._check_lines()

    def _root_versions(self) -> dict[str, str]:
        versions = {root.path: root.version for root in self.roots}  # sorted: the highest version of a path comes last
        return {**versions, **{module.path: "" for module in self._mains()}}

    def draft(self, roots: Iterable[Version], pruning: str) -> Requirements:
        """The same workspace with other roots, which need not be consistent with their graph."""
        draft = copy.copy(self)
        draft.roots = sorted(set(roots), key=sort_key)
        draft.pruning = pruning
        draft._strict = False
        draft._graph = draft._selection = None
        draft._versions = draft._root_versions()
        return draft

    def _mains(self) -> list[Version]:
        return [module.version for module in self.workspace.modules]

    def _find_roots(self) -> list[Version]:
        """The main modules of a workspace, else what the main module requires; with "go" and "toolchain" (init.go:1472-1545)."""
        work = self.workspace.work
        if work:
            roots, toolchain = self._mains(), work.toolchain
        else:
            gomod = self.workspace.modules[0].gomod
            roots = [require.module for require in gomod.require if require.module not in gomod.exclude]
            toolchain = gomod.toolchain
        roots.append(Version("go", self.workspace.go))
        if toolchain:
            roots.append(Version("toolchain", toolchain))
        return sorted(roots, key=sort_key)

    def _check_excluded(self) -> None:
        """A requirement on an excluded version does not count, and should not be there (init.go:1512)."""
        gomod = self.workspace.modules[0].gomod
        for require in gomod.require if self._strict else ():
            if require.module in gomod.exclude:
                ignored = f"ignoring requirement on excluded version {require.module.path} {require.module.version}"
                raise GoError(f"{ignored}\n{self.dirty().message}", Position(self.workspace.modules[0].file, require.line))

    def _check_redundant(self) -> None:
        """Of a path that is required twice, all versions must be the selected one; so must a main module's, unpruned (init.go:1114)."""
        paths = [root.path for root in self.roots]
        if len(set(paths)) == len(paths) and not any(path in self.workspace.by_path for path in paths):
            return
        if self.pruning == UNPRUNED:
            self.graph()  # is checked
        elif self._strict and any(self._versions[root.path] not in ("", root.version) for root in self.roots):
            raise self.dirty()

    def _check_lines(self) -> None:
        """Lines that would not be written as they stand (init.go:1968, modfile.go:475): wrong comments count in a vendored module only."""
        gomod = self.workspace.modules[0].gomod
        direct = {require.module.path for require in gomod.require if not require.indirect}
        indirect = {require.module: require.indirect for require in gomod.require}
        wrong = self._vendored and any(said and module.path in direct for module, said in indirect.items())
        idle = gomod.toolchain and gover.is_idle_toolchain(gomod.toolchain, gomod.language)
        if self._strict and (wrong or idle):
            raise self.dirty()

    def root_version(self, path: str) -> str | None:
        """The version of a module named by the roots alone, None if they do not name it (buildlist.go:241, rootSelected)."""
        return self._versions.get(path)

    def graph(self) -> Graph:
        """The whole graph, read on first use and checked against the roots; raises GoError (buildlist.go:300, :540)."""
        if self._graph is None:
            graph = self._vendor_graph(self._vendored) if self._vendored else self.read_graph(self.pruning, self.roots)
            if self.pruning != WORKSPACE:
                self._check_roots(graph)
            self._graph = graph  # only now: who asks again is told again what is wrong
        return self._graph

    def selection(self) -> Selection:
        """What the graph says about versions, without reading it if an earlier run did; raises GoError."""
        if self._selection is None:
            self._selection = self.graph().selection()
        return self._selection

    def known(self) -> Known:
        """What to keep for the next run."""
        immutable = {module: summary for module, summary in self.summaries.items() if self.workspace.resolve(module).version}
        return Known(immutable, self._selection)

    def _check_roots(self, graph: Graph) -> None:
        """All roots must be at the versions that the graph selects (buildlist.go:1172-1240 and :1390)."""
        for root in self.roots if self._strict else ():
            pruned_main = self.pruning == PRUNED and root.path in self.workspace.by_path
            if not pruned_main and graph.selected(root.path) != root.version:
                raise self.dirty()

    def dirty(self) -> GoError:
        """go.mod would have to change (modload/init.go:784, goModDirtyError)."""
        workspace = self.workspace
        if workspace.mod_explicit:
            message = f"updates to go.mod needed, disabled by -mod={workspace.mod}; to update it:\n\tgo mod tidy"
        elif workspace.mod_reason:
            message = (
                f"updates to go.mod needed, disabled by -mod={workspace.mod}\n\t({workspace.mod_reason})\n\tto update it:\n\tgo mod tidy"
            )
        else:
            message = "updates to go.mod needed; to update it:\n\tgo mod tidy"
        return GoError(message, Position(workspace.modules[0].file))

    def spot_check(self, module: Version) -> None:
        """What *module* requires must not be above the roots; else the roots are out of date (buildlist.go:1265, spotCheckRoots)."""
        if self.pruning != PRUNED or self._vendored or self._graph is not None or module in self._checked:
            return
        for requirement in self.summary(module).require:
            root = self._versions.get(requirement.path)
            if root and gover.module_key(requirement.path, root) < gover.module_key(*requirement):
                raise self.dirty()
        self._checked.add(module)

    def require_sum(self, actual: Version, key: Version, suggestion: str = "") -> None:
        """Raise MissingSumError if a line of go.sum is needed and missing (modload/modfile.go:586, import.go:829)."""
        if not self._fetcher.sums.allows(key):
            raise MissingSumError(actual, f"missing go.sum entry{suggestion}")

    def summary(self, module: Version) -> Summary:
        """What *module*'s go.mod, or its replacement's, says, without excluded requirements; raises GoError (modfile.go:545)."""
        known = self.summaries.get(module)
        if known is None:
            known = self.summaries[module] = self._summary(module)
        return known

    def _summary(self, module: Version) -> Summary:
        if module.path == "go":
            strict = gover.compare(module.version, gover.GO_STRICT) >= 0
            return Summary("go", "", (Version("toolchain", "go" + module.version),) if strict else ())
        if module.path == "toolchain":
            return Summary("toolchain", "", ())
        main = self.workspace.by_path.get(module.path) if not module.version else None
        if main:
            return self._without_excluded(summarise(main.gomod))
        actual = self.workspace.resolve(module)
        summary = summarise(self._read(module, actual))
        if summary.go and gover.compare(summary.go, self._go) > 0:
            raise TooNewError(f"module {actual}", summary.go, self._go)
        if actual.version:
            if not summary.path:
                raise ModuleError(actual, "parsing go.mod: missing module line")
            if summary.path not in (module.path, actual.path):
                declared = f"\tmodule declares its path as: {summary.path}\n\t        but was required as: {module.path}"
                raise ModuleError(actual, f"parsing go.mod:\n{declared}")
        return self._without_excluded(summary)

    def _without_excluded(self, summary: Summary) -> Summary:
        excluded = self.workspace.excluded
        if excluded.isdisjoint(summary.require):
            return summary
        return summary._replace(require=tuple(requirement for requirement in summary.require if requirement not in excluded))

    def _read(self, module: Version, actual: Version) -> GoMod:
        """Parse the go.mod of a dependency (modfile.go:784, rawGoModData)."""
        if actual.version:
            self.require_sum(actual, mod_key(actual), f" for go.mod file; to add it:\n\tgo mod download {module.path}")
            name, text = "go.mod", self._fetcher.go_mod(actual).decode("utf-8", "replace")
        else:
            name = os.path.join(self.workspace.replacement_dir(actual), "go.mod")
            try:
                text = read_text(name)
            except OSError as error:
                raise ModuleError(actual, f"reading {name}: {reason(error)}") from None
        try:
            return parse_gomod(text, name, strict=False)
        except GoError as error:
            raise ModuleError(actual, f"parsing {name}: {error}") from None

    def _prefetch(self, modules: Iterable[Version]) -> None:
        """Download go.mod files that a step of the graph needs, at once; those without a go.sum line fail later with their message."""
        wanted = []
        for module in modules:
            if module not in self.summaries and module.path not in ("go", "toolchain") and module.version:
                actual = self.workspace.resolve(module)
                if actual.version and self._fetcher.sums.allows(mod_key(actual)):
                    wanted.append(actual)
        self._fetcher.prefetch_go_mods(wanted)

    def read_graph(self, pruning: str, roots: list[Version]) -> Graph:
        """The graph from *roots* on, reaching as far as *pruning* says.

        Raises GoError with the chain of requirements that led to the module at fault (buildlist.go:327, readModGraph).
        """
        graph = Graph(roots if pruning == WORKSPACE else self._mains())
        if pruning != WORKSPACE:
            graph.require(self._mains()[0], roots)
        walk = _Walk(self, graph)
        walk.load([(root, pruning) for root in roots])
        if pruning == WORKSPACE:
            walk.load_selected(roots)
        if walk.errors:
            chain = graph.find_path(lambda module: module in walk.errors)
            raise _chain_error(chain, walk.errors[chain[-1]])
        return graph

    def _vendor_graph(self, vendored: Vendored) -> Graph:
        """The graph that stands for the vendor folder (buildlist.go:165, initVendor)."""
        listed = vendored.modules
        if self.workspace.work:
            graph = Graph(self.roots)
            for main in self.workspace.modules:
                graph.require(main.version, [*(r.module for r in main.gomod.require), *listed])
            return graph
        graph = Graph(self._mains())
        if self.pruning == PRUNED:
            for module in listed:
                if self._versions.get(module.path) != module.version:
                    raise GoError(f"vendored module {module} should be required explicitly in go.mod\n{self.dirty().message}")
            listed = []
        graph.require(self._mains()[0], [*self.roots, *listed])
        return graph

    def build_list(self) -> list[Version]:
        """The selected version of every module: main modules first, then sorted; without "go" and "toolchain"."""
        return [module for module in self.graph().build_list() if module.path not in ("go", "toolchain")]


class _Walk:
    """Loads the modules of a graph wave by wave, so that what is missing of one wave is downloaded together."""

    def __init__(self, requirements: Requirements, graph: Graph) -> None:
        self._requirements = requirements
        self._graph = graph
        self._entered: set[tuple[Version, str]] = set()
        self._loaded: set[Version] = set()
        self.errors: dict[Version, GoError] = {}

    def load(self, wave: list[tuple[Version, str]]) -> None:
        while wave:
            wave = [entry for entry in dict.fromkeys(wave) if entry not in self._entered and entry[0].version != NONE]
            self._entered.update(wave)
            self._requirements._prefetch(module for module, _ in wave)
            following: list[tuple[Version, str]] = []
            for module, pruning in wave:
                following += self._enter(module, pruning)
            wave = following

    def _enter(self, module: Version, pruning: str) -> list[tuple[Version, str]]:
        """Add one module's requirements to the graph; gives what must be loaded for it (buildlist.go:392-425)."""
        try:
            summary = self._requirements.summary(module)
        except GoError as error:
            self.errors[module] = error
            return []
        if module not in self._loaded:
            self._loaded.add(module)
            self._graph.require(module, summary.require)
        following = UNPRUNED if pruning == UNPRUNED else summary.pruning
        everything = pruning != PRUNED or summary.pruning == UNPRUNED
        return [(required, following) for required in summary.require] if everything else []

    def load_selected(self, roots: list[Version]) -> None:
        """Load the selected versions of what workspace modules need, until nothing changes (buildlist.go:434-475)."""
        graph = self._graph
        paths = {root.path for root in roots}
        seen: set[Version] = set()
        while True:
            wanted: set[Version] = set()
            for path in paths:
                module = Version(path, graph.selected(path))
                if module not in seen:
                    wanted.add(module)
                    continue
                for required in graph.required_by(module) or ():
                    selected = Version(required.path, graph.selected(required.path))
                    if selected not in seen and gover.module_key(*selected) > gover.module_key(*required):
                        wanted.add(selected)
            if not wanted:
                return
            self.load([(module, WORKSPACE) for module in sorted(wanted, key=sort_key)])
            seen |= wanted
            paths |= {module.path for module in wanted}


def _chain_error(chain: list[Version], error: GoError) -> GoError:
    """Tell how the build came to require the module at fault (cmd/go/internal/mvs/errors.go:62)."""
    while chain and not chain[0].version:
        chain = chain[1:]
    if not chain:
        return error
    last = chain[-1]
    before = "".join(f"{module} requires\n\t" for module in chain[:-1])
    if isinstance(error, ModuleError):
        told = str(error) if error.module == last else f"{last} (replaced by {error.module}): {error.cause}"
    else:
        told = error.message if error.message.startswith(f"{last}: ") else f"{last}: {error}"
    return GoError(before + told)
