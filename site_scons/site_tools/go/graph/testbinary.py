"""Test binaries as SCons nodes: programs whose main package is generated, and stand-ins for packages that have no tests."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import SCons.Node
from SCons.Node.Python import Value

from ..digest import text_digest
from ..errors import GoError
from ..files import replace_text
from ..plan.config import Config
from ..plan.record import Built
from ..plan.vet import Checks
from ..test.program import TestProgram, fuzz_config, plan_test_link, test_program
from ..test.unreadable import is_unreadable
from ..test.variants import CoverRequest
from . import messages
from .program import ProgramUnit
from .session import session
from .units import remove_files

if TYPE_CHECKING:
    from ..package import Package
    from .build import Build, Closure

Node = Any
Nodes = list[Any]

_NO_TESTS = b"no test files\n"


@dataclass(frozen=True)
class Purpose:
    """What a test binary is for: *debug* keeps its symbols, *fuzz* lets it be fuzzed, *coverage* makes it count what runs."""

    debug: bool = False
    fuzz: bool = False
    coverage: CoverRequest | None = None

    @property
    def name(self) -> str:
        """A name for the folder of such binaries."""
        words = ["fuzz"] * self.fuzz + ["debug"] * self.debug
        if self.coverage:
            words.append(f"cover-{text_digest(repr((self.coverage.mode, self.coverage.patterns)))[:8]}")
        return "-".join(words) or "run"


@dataclass(frozen=True)
class Facts:
    """The *folder* of a package, the *root* of its module (or GOROOT), and whether it has *tests*."""

    folder: str
    root: str
    tests: bool


class TestBinaryUnit(ProgramUnit):
    """The test binary of one package.

    Where the package has no tests, it is compiled, and a text stands in the place of the binary.
    """

    def __init__(self, node: Any, env: Any, import_path: str, place: Node, purpose: Purpose) -> None:
        self.import_path = import_path
        self.place = place
        self.purpose = purpose
        self.program: TestProgram | None = None
        self.suites: Nodes = []
        super().__init__(node, env, Value(import_path))

    def _forget(self) -> None:
        super()._forget()
        self.program = None

    @property
    def folder(self) -> Node:
        return self.place

    def _own_settings(self) -> dict[str, str]:
        coverage = self.purpose.coverage
        return {"test": self.purpose.name, "covered packages": " ".join(sorted(coverage.select)) if coverage else ""}

    def facts(self) -> Facts:
        """What running the tests has to know; the binary, or what stands in its place, is up to date."""
        try:
            with open(self.target + ".facts", encoding="utf-8", errors="surrogateescape") as handle:
                folder, root, tests = handle.read().split("\n")
            return Facts(folder, root, tests == "yes")
        except (OSError, ValueError):
            self._prepare()
            return self._find_facts()

    def unbuilt(self) -> str:
        """The package, as go list names it, because of which there is no binary; "" if none is known to have failed."""
        failed = self.node.get_state() == SCons.Node.failed
        return next(iter(self._unbuilt_packages()), f"{self.import_path}.test" if failed else "")

    def _unbuilt_packages(self) -> list[str]:
        units = self._closure.units.values() if self._closure else ()
        names = [f"{self.import_path}.test", *(unit.package.listed for unit in units if unit.built is None)]
        return [name for name in names if name in messages.unbuilt]

    @property
    def failed_stage(self) -> str:
        """What failed, in go's word: "setup" where a package could not be loaded, "build" where one could not be compiled.

        go parses test files to find the tests in them before it builds anything (cmd/go/internal/load/test.go loadTestFuncs); here the
        compiler says that it cannot read them.
        """
        told = (line for name in self._unbuilt_packages() for line in messages.unbuilt[name])
        return "setup" if self._closure is None or any(map(is_unreadable, told)) else "build"

    def _failure(self, error: GoError, summary: str) -> Exception:
        text = str(error)
        told = error if text.startswith("# ") else GoError(f"# {self.import_path}\n{text}")
        return session().build_failure(told, f"{self.import_path}.test", summary)

    def vet_stamp(self, checks: Checks) -> str:
        """The file that is there if *checks* have found nothing in the packages as they are now."""
        return f"{self.target}.vet-{checks.key}"

    @property
    def build(self) -> Build:
        self._prepare()
        assert self._build
        return self._build

    def packages(self) -> list[Package]:
        """The packages of the binary, imported ones first, and what has been compiled of them."""
        self._prepare()
        assert self._closure
        return [unit.package for unit in self._closure.units.values()]

    def _users(self) -> tuple[Node, ...]:
        return (self.node, *self.suites)

    def built(self) -> dict[str, Built]:
        """What has been compiled of the packages."""
        self._prepare()
        assert self._closure
        return self._compiled(self._closure)

    def describe(self, env: Any) -> str:
        return super().describe(env) if self.program else ""

    def run(self, env: Any) -> None:
        self._prepare()
        if self.program:
            super().run(env)
            return
        self._write(_NO_TESTS)

    def config(self, build: Build) -> Config:
        """The settings that the packages are compiled with."""
        return fuzz_config(build.config) if self.purpose.fuzz else build.config

    def _note(self, output: tuple[int, int, int]) -> None:
        # Sources may have changed: what was found out from them is forgotten.
        super()._note(output)
        folder, name = os.path.split(self.target)
        remove_files(os.path.join(folder, entry) for entry in os.listdir(folder) if entry.startswith(name + ".vet-"))
        facts = self._find_facts()
        lines = (facts.folder, facts.root, "yes" if facts.tests else "no")
        replace_text(self.target + ".facts", "\n".join(lines))

    def _find_facts(self) -> Facts:
        assert self._main and self._build
        tested = self.program.packages.tested if self.program else self._main
        return Facts(tested.dir, tested.module.dir if tested.module else self._build.setup.sdk.root, self.program is not None)

    @property
    def _keeps_packages(self) -> bool:
        return False  # more has to be known of a test than its packages

    def _packages(self, build: Build) -> Sequence[Package]:
        self.program = test_program(self.config(build), build.loader(), self.import_path, self.purpose.coverage)
        packages = self.program.packages.closure if self.program else build.loader().closure([self.import_path])
        self._main = self.program.packages.main if self.program else packages[-1]
        return packages

    def _close(self, build: Build, packages: Sequence[Package]) -> Closure:
        if self.program:
            self._refuse(build, packages)
            return build.closure(self.program.config, packages, self.program.profile)
        return super()._close(build, packages)

    def _plan_link(self) -> Any:
        assert self._build and self._main
        if self.program is None:
            return _NoLink(self._main.import_path)
        try:
            plan = plan_test_link(self.program, self.target, self.purpose.debug, self._build.loader())
        except GoError as error:
            raise self._failure(error, f"cannot link {self._main.import_path}") from None
        return self._build.setup.commands.apply_link(plan)


@dataclass(frozen=True)
class _NoLink:
    """In place of the plan for a binary that is not made."""

    import_path: str

    @property
    def action_key(self) -> str:
        return f"no tests in {self.import_path}"
