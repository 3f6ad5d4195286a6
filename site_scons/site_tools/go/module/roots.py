"""Which requirements a go.mod file should have (cmd/go/internal/modload/buildlist.go:840-1500: tidyRoots, updateRoots)."""

from __future__ import annotations

from . import gover
from .mvs import NONE, minimal_requirements
from .requirements import PRUNED, UNPRUNED, Requirements, pruning_for
from .resolve import AmbiguousImportError
from .universe import Node, Universe
from .version import Version, sort_key

_TOOLCHAIN = ("go", "toolchain")


def _main(requirements: Requirements) -> Version:
    return requirements.workspace.modules[0].version


def _toolchain_roots(requirements: Requirements) -> list[Version]:
    named = ((path, requirements.root_version(path)) for path in _TOOLCHAIN)
    return [Version(path, version) for path, version in named if version]


def expand(requirements: Requirements) -> Requirements:
    """Unpruned *requirements* at the versions that their graph selects, the go version among them (load.go:992, buildlist.go:595).

    Of pruned ones, those that say nothing are left out before anything is read (init.go:1114).
    """
    if requirements.pruning != UNPRUNED:
        needed = {root.path: root for root in requirements.roots if root.path not in requirements.workspace.by_path}
        return requirements if len(needed) == len(requirements.roots) else requirements.draft(needed.values(), PRUNED)
    direct = {require.module.path for require in requirements.workspace.modules[0].gomod.require if not require.indirect}
    return _converted(_update_unpruned(requirements, direct, []))


def update_roots(requirements: Requirements, universe: Universe, added: list[Version]) -> Requirements:
    """*requirements* with all roots that the packages need, each at its selected version (buildlist.go:1012, :1340)."""
    if requirements.pruning == UNPRUNED:
        return _converted(_update_unpruned(requirements, universe.direct(), added))
    return _converted(_update_pruned(requirements, universe, added))


def _converted(requirements: Requirements) -> Requirements:
    """*requirements* with the pruning that their go version has (buildlist.go:1478, convertPruning)."""
    pruning = pruning_for(requirements.root_version("go") or gover.DEFAULT_GO_MOD)
    if pruning == requirements.pruning:
        return requirements
    if pruning == UNPRUNED:
        return _update_unpruned(requirements.draft(requirements.roots, UNPRUNED), set(), [])
    return requirements.draft(requirements.graph().build_list()[1:], PRUNED)


def _update_pruned(requirements: Requirements, universe: Universe, added: list[Version]) -> Requirements:
    roots = list(requirements.roots)
    for member in universe.external():
        if member.in_all and requirements.root_version(member.module.path) is None:
            roots.append(member.module)
    for module in added:
        known = requirements.root_version(module.path)
        if known is None or gover.module_key(module.path, known) < gover.module_key(*module):
            roots.append(module)
    while True:
        draft = requirements.draft(roots, PRUNED)
        selected = draft.graph().selected
        paths = dict.fromkeys(root.path for root in draft.roots if root.path not in draft.workspace.by_path)
        roots = [Version(path, selected(path)) for path in paths]
        if sorted(roots, key=sort_key) == draft.roots:
            return draft


def _update_unpruned(requirements: Requirements, direct: set[str], added: list[Version]) -> Requirements:
    graph = requirements.graph()
    kept = [*graph.build_list()[1:], *added]
    base = [root.path for root in requirements.roots if graph.selected(root.path) == root.version]
    base += [module.path for module in kept if module.path in direct or module.path == "go"]
    roots = minimal_requirements(_main(requirements), base, kept, lambda module: _required(requirements, module))
    return requirements.draft(roots, UNPRUNED)


def _required(requirements: Requirements, module: Version) -> tuple[Version, ...]:
    return () if module == _main(requirements) or module.version == NONE else requirements.summary(module).require


def tidy_roots(requirements: Requirements, universe: Universe) -> Requirements:
    """The least roots that keep the packages at the modules that provide them (buildlist.go:772, tidyRoots)."""
    return _tidy_unpruned(requirements, universe) if requirements.pruning == UNPRUNED else _tidy_pruned(requirements, universe)


def _tidy_pruned(requirements: Requirements, universe: Universe) -> Requirements:
    """buildlist.go:750: roots for all packages in "all"; then, further and further away, for what would be selected too low."""
    roots = {module.path: module for module in _toolchain_roots(requirements)}
    for member in universe.external():
        if member.in_all:
            roots[member.module.path] = member.module
    queue = [Node(member, False) for member in universe.members.values() if member.in_all]
    queued = set(queue)
    tidy = requirements.draft(roots.values(), PRUNED)
    while queue:
        selected = tidy.graph().selected
        following = []
        for node in queue:
            module = node.member.module
            if not module.path:
                continue
            fresh = [step for step in universe.steps(node) if step not in queued]
            queued.update(fresh)
            following += fresh
            known = module.path in roots or module.path in tidy.workspace.by_path
            if not known and gover.module_key(module.path, selected(module.path)) < gover.module_key(*module):
                roots[module.path] = module
        queue = following
        if len(roots) > len(tidy.roots):
            tidy = requirements.draft(roots.values(), PRUNED)
    return _disambiguate(requirements, tidy, universe, roots)


def _disambiguate(requirements: Requirements, tidy: Requirements, universe: Universe, roots: dict[str, Version]) -> Requirements:
    """Keep roots whose loss would leave a package with two providers (buildlist.go:860)."""
    while True:
        resolver = universe.resolver.under(tidy)
        for member in universe.external():
            if member.module.path not in roots:
                try:
                    resolver.resolve(member.path)
                except AmbiguousImportError:
                    roots[member.module.path] = member.module
        if len(roots) == len(tidy.roots):
            return tidy
        tidy = requirements.draft(roots.values(), PRUNED)


def _tidy_unpruned(requirements: Requirements, universe: Universe) -> Requirements:
    """buildlist.go:1300: the modules that provide packages, and those that could have and would otherwise be selected lower."""
    direct = universe.direct()
    keep = {module.path: module for module in _toolchain_roots(requirements)}
    base: list[str] = []
    others: dict[str, str] = {}
    for member in universe.external():
        module = member.module
        if module.path not in keep:
            keep[module.path] = module
            if module.path in direct:
                base.append(module.path)
        others.update(member.others)
    kept = list(keep.values())
    main = _main(requirements)
    draft = requirements.draft(kept, UNPRUNED)
    lower = [
        Version(module.path, others[module.path])
        for module in draft.graph().build_list()
        if module.path in others and gover.module_key(*module) < gover.module_key(module.path, others[module.path])
    ]
    roots = minimal_requirements(main, base, [*kept, *lower], lambda module: _required(requirements, module))
    return requirements.draft(roots, UNPRUNED)
