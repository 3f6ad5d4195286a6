"""GoLibrary: packages are compiled, to see that they can be, and nothing is linked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from SCons.Node.FS import get_default_fs
from SCons.Node.Python import Value

from ..digest import text_digest
from ..errors import GoError
from ..selection import is_wide, select_packages
from . import messages, variables
from .actions import make_node
from .build import Closure
from .closure import ClosureUnit
from .ledger import Linked
from .session import session

if TYPE_CHECKING:
    from ..load import Loader
    from ..package import Package
    from .build import Build
    from .units import PackageUnit

Node = Any


class LibraryUnit(ClosureUnit):
    """The packages that *patterns* name, relative to the folder *place*; what is made is a stamp."""

    def __init__(self, node: Any, env: Any, patterns: tuple[str, ...], place: Node) -> None:
        self.patterns = patterns
        self.place = place
        super().__init__(node, env, Value(" ".join(patterns)))

    def _forget(self) -> None:
        super()._forget()
        self._paths: list[str] = []

    @property
    def folder(self) -> Node:
        return self.place

    def _own_settings(self) -> dict[str, str]:
        return {"folder": self.module_folder}

    def describe(self, env: Any) -> str:
        return ""  # the packages have been shown

    def run(self, env: Any) -> None:
        del env
        self._prepare()
        assert self._closure
        self._compiled(self._closure)
        if not self._paths:
            messages.say(f'warning: "{" ".join(self.patterns)}" matched no packages')
        self._write(self._key.encode())

    def _look(self) -> None:
        if not session().clean:  # which packages there are depends on what is made
            derived = session().derived(self.folder)
            inside = all(pattern.startswith("./") and ".." not in pattern.replace("...", "").split("/") for pattern in self.patterns)
            self._await([derived.below(self.module_folder) if inside else derived.nodes])
        super()._look()

    def _packages(self, build: Build) -> Sequence[Package]:
        loader = build.loader()
        self._paths = compilable(loader, self.patterns, self.module_folder)
        return loader.closure(self._paths)

    def _close(self, build: Build, packages: Sequence[Package]) -> Closure:
        from ..plan.profiled import split_by_profile

        config = replace(build.config, named=frozenset(self._paths))
        closures = [build.closure(config, needed, profile) for needed, profile in split_by_profile(config, packages, self._paths)]
        units = {unit.package.listed: unit for closure in closures for unit in closure.units.values()}
        return Closure(config, None, units, tuple(standard for closure in closures for standard in closure.standards))

    def _roots(self, closure: Closure) -> Iterable[PackageUnit]:
        return [closure.units[path] for path in self._paths]

    def _find_reason(self, known: Linked | None) -> str:
        return super()._find_reason(known) or "which packages there are changed"

    def _find_key(self, closure: Closure) -> str:
        contents = sorted((path, unit.built.content_id if unit.built else "") for path, unit in closure.units.items())
        return text_digest(repr((self._paths, contents)))


def compilable(loader: Loader, patterns: Iterable[str], base: str) -> list[str]:
    """The packages that *patterns* name; what wildcards match and has nothing but tests does not count (work/build.go:734)."""
    chosen: dict[str, None] = {}
    for pattern in patterns:
        for path in select_packages(loader, [pattern], base):
            if not is_wide(pattern) or _has_sources(loader, path):
                chosen[path] = None
    return list(chosen)


def _has_sources(loader: Loader, path: str) -> bool:
    try:
        files = loader.tested(path)[0].files
    except GoError:
        return True  # what is wrong with it is told when it is loaded with the others
    return bool(files.go or files.cgo)


def go_library(env: Any, patterns: tuple[str, ...], place: Node, number: int) -> Node:
    """The node of the *number*-th GoLibrary call."""
    node = get_default_fs().File(os.path.join(variables.build_dir(env), f"library-{number}"))
    return make_node(node, LibraryUnit(node, env, patterns, place), env)
