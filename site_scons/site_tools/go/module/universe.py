"""All packages that a module has to do with: its own and its tools', what they import under any build tags, and the tests of all these.

This is the pattern "all" with tests, as ``go mod tidy`` loads it (cmd/go/internal/modload/load.go:1676, applyPkgFlags).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..errors import GoError, Position
from .requirements import Requirements
from .resolve import STANDARD, Resolver
from .scan import Imports, find_import, package_folders
from .version import Version
from .workspace import MainModule

_NOTHING = Imports((), ())


@dataclass(eq=False)
class Member:
    """A package. *in_all* says that main modules' packages, tests or tools import it, directly or not; *tested* that its tests count too.

    *others* are modules that could have had it; *error* says why it was not found; *importer* is one that imports it.
    """

    path: str
    module: Version = STANDARD
    imports: Imports = _NOTHING
    others: tuple[Version, ...] = ()
    error: GoError | None = None
    importer: str = ""
    in_all: bool = False
    tested: bool = False


class Node(NamedTuple):
    """A package or, if *test*, its tests: a step of the import graph."""

    member: Member
    test: bool


@dataclass
class Universe:
    """The packages by path, found from *roots* on; *scan* is scan.scan_folder, or knows its answers.

    *closes_over_tests* is the meaning of "all" before go 1.16: tests of dependencies count like main modules'.

    *reads_go_mods* has the go.mod read of each module that has a package, also where the graph of requirements does not reach it: it says
    for which Go the package is. Since go 1.21 tidying does so (load.go:1112, import.go:475), and go.sum has a line for it.
    """

    requirements: Requirements
    resolver: Resolver
    roots: Iterable[str]
    scan: Callable[[str], Imports | None]
    closes_over_tests: bool
    reads_go_mods: bool
    members: dict[str, Member] = field(default_factory=dict)

    def load(self) -> None:
        """Find everything."""
        for path in self.roots:
            self._visit(path, "", True)
        untested = True
        while untested:
            untested = False
            for member in list(self.members.values()):
                if member.in_all and not member.tested:
                    member.tested = untested = True
                    for path in member.imports.test:
                        self._visit(path, member.path, self.closes_over_tests)

    def place_of(self, member: Member) -> Position | None:
        """Where *member* is imported."""
        return find_import(self.resolver.resolve(member.importer).dir, member.path) if member.importer else None

    def external(self) -> Iterator[Member]:
        """The packages that modules other than the main one provide."""
        return (member for member in self.members.values() if self._is_external(member))

    def steps(self, node: Node) -> Iterator[Node]:
        """What a package or its tests lead to: imports, and from a package its tests."""
        member, test = node
        for path in member.imports.test if test else member.imports.own:
            yield Node(self.members[path], False)
        if not test and member.tested:
            yield Node(member, True)

    def direct(self) -> set[str]:
        """The paths of modules that packages and tests of the main module import from."""
        found = set()
        for member in self.members.values():
            if self._is_main(member.module):
                for path in (*member.imports.own, *member.imports.test):
                    if self._is_external(self.members[path]):
                        found.add(self.members[path].module.path)
        return found

    def _is_main(self, module: Version) -> bool:
        return module.version == "" and module.path in self.requirements.workspace.by_path

    def _is_external(self, member: Member) -> bool:
        return member.module != STANDARD and not self._is_main(member.module)

    def _visit(self, path: str, importer: str, in_all: bool) -> None:
        stack = [(path, importer, in_all)]
        while stack:
            path, importer, in_all = stack.pop()
            member = self.members.get(path)
            if member is None:
                member = self.members[path] = self._find(path, importer)
            elif member.in_all or not in_all:
                continue
            member.in_all = member.in_all or in_all
            stack += [(imported, path, member.in_all) for imported in member.imports.own]
            if self._is_main(member.module):
                member.tested = True
                stack += [(imported, path, True) for imported in member.imports.test]

    def _find(self, path: str, importer: str) -> Member:
        try:
            found = self.resolver.resolve(path)
            if self.reads_go_mods and found.module != STANDARD and not self._is_main(found.module):
                self.requirements.summary(found.module)
        except GoError as error:
            return Member(path, error=error, importer=importer)
        if found.module == STANDARD:
            return Member(path, importer=importer)
        imports = self.scan(found.dir) or _NOTHING
        return Member(path, found.module, imports, found.others, importer=importer, in_all=self._is_main(found.module))


def main_packages(main: MainModule, scan: Callable[[str], Imports | None]) -> Iterator[str]:
    """The import paths of the main module's packages, whatever their build tags."""
    ignore = tuple(entry.path for entry in main.gomod.ignore)
    for relative in package_folders(main.root, ignore):
        if scan(f"{main.root}/{relative}".rstrip("/")) is not None:
            yield f"{main.gomod.module}/{relative}".rstrip("/")
