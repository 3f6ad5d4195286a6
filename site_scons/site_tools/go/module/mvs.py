"""Minimal version selection over a graph of requirements (cmd/go/internal/mvs/graph.go, https://research.swtch.com/vgo-mvs)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from .gover import module_key
from .semver import Key
from .version import Version, sort_key

NONE = "none"
"""The version that stands for no version at all; less than all others."""


def _key(path: str, version: str) -> tuple[int, Key]:
    """The order of versions of one module; "", which a main module has, is above all (modload/mvs.go:25, cmpVersion)."""
    return (1, ()) if version == "" else (0, module_key(path, version))


class Selection(NamedTuple):
    """What is asked of a graph for imports: the *versions* that it selects by path, and the modules whose requirements are *loaded*."""

    versions: Mapping[str, str]
    loaded: frozenset[Version]


class Graph:
    """Requirements found so far, from *roots* on. A module version counts once something required it, selected or not."""

    def __init__(self, roots: Iterable[Version]) -> None:
        self.roots = list(roots)
        self._required: dict[Version, tuple[Version, ...]] = {}
        self._selected: dict[str, str] = {}
        self._raised: set[Version] = set()
        for module in self.roots:
            self._raise(module)

    def _raise(self, module: Version) -> None:
        if module in self._raised:
            return
        self._raised.add(module)
        known = self._selected.get(module.path)
        if known is None or (known != module.version and _key(module.path, known) < _key(*module)):
            self._selected[module.path] = module.version

    def require(self, module: Version, requirements: Iterable[Version]) -> None:
        """Note what *module* requires; called once a module."""
        listed = tuple(requirements)
        self._required[module] = listed
        for dependency in listed:
            self._raise(dependency)

    def required_by(self, module: Version) -> tuple[Version, ...] | None:
        """What *module* requires, or None if that has not been loaded, as it is pruned out."""
        return self._required.get(module)

    def selected(self, path: str) -> str:
        return self._selected.get(path, NONE)

    def selection(self) -> Selection:
        return Selection(self._selected, frozenset(self._required))

    def build_list(self) -> list[Version]:
        """The selected version of each module: the roots in their order, then the others sorted (graph.go:118)."""
        first = {module.path: None for module in self.roots}
        roots = [Version(path, self.selected(path)) for path in first if self.selected(path) != NONE]
        rest = [Version(path, version) for path, version in self._selected.items() if path not in first]
        return roots + sorted(rest, key=sort_key)

    def walk(self) -> Iterator[Version]:
        """All module versions in the graph, breadth first (graph.go:156)."""
        queue = deque(module for module in self.roots if module.version != NONE)
        seen = set(queue)
        while queue:
            module = queue.popleft()
            yield module
            for dependency in self._required.get(module, ()):
                if dependency not in seen and dependency.version != NONE:
                    seen.add(dependency)
                    queue.append(dependency)

    def find_path(self, wanted: Callable[[Version], bool]) -> list[Version]:
        """The shortest chain of requirements from a root to a module that is *wanted*; empty if there is none (graph.go:184)."""
        first: dict[Version, Version | None] = dict.fromkeys(self.roots)
        queue = deque(self.roots)
        while queue:
            module = queue.popleft()
            if wanted(module):
                chain = [module]
                while (before := first[chain[-1]]) is not None:
                    chain.append(before)
                return chain[::-1]
            for dependency in self._required.get(module, ()):
                if dependency not in first:
                    first[dependency] = module
                    queue.append(dependency)
        return []


def minimal_requirements(
    main: Version, base: list[str], roots: list[Version], required: Callable[[Version], tuple[Version, ...]]
) -> list[Version]:
    """The shortest requirements of *main* that give the build list of *roots* and have all paths in *base* (mvs/mvs.go:184, Req)."""
    graph = Graph([main])
    graph.require(main, roots)
    queue = deque(roots)
    seen = set(roots)
    while queue:
        module = queue.popleft()
        listed = required(module)
        graph.require(module, listed)
        fresh = [dependency for dependency in listed if dependency not in seen]
        seen.update(fresh)
        queue.extend(fresh)
    build_list = graph.build_list()
    highest = {module.path: module.version for module in build_list}
    order = _postorder(build_list[1:], graph)
    covered: set[Version] = {main}

    def cover(start: Version) -> None:
        stack = [start]
        while stack:
            module = stack.pop()
            if module not in covered:
                covered.add(module)
                stack.extend(graph.required_by(module) or ())

    chosen: list[Version] = []
    taken: set[str] = set()
    for path in base:
        if path not in taken:
            taken.add(path)
            module = Version(path, highest[path])
            chosen.append(module)
            cover(module)
    for module in reversed(order):
        if highest[module.path] == module.version and module not in covered:
            chosen.append(module)
            cover(module)
    return sorted(chosen, key=sort_key)


def _postorder(modules: list[Version], graph: Graph) -> list[Version]:
    order: list[Version] = []
    seen: set[Version] = set()
    for start in modules:
        stack = [(start, False)]
        while stack:
            module, done = stack.pop()
            if done:
                order.append(module)
            elif module not in seen:
                seen.add(module)
                stack.append((module, True))
                stack.extend((dependency, False) for dependency in reversed(graph.required_by(module) or ()))
    return order
