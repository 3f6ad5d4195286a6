"""GoVet: the packages that patterns name, and their tests, looked at by vet; one node a package."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from SCons.Errors import BuildError
from SCons.Node.FS import get_default_fs
from SCons.Node.Python import Value
from SCons.Util import WhereIs

from ..digest import text_digest
from ..errors import GoError, os_problem
from ..plan.compile import needed
from ..plan.identity import source_path
from ..plan.vet import FINDINGS_ON_STDOUT_SINCE, Checks, vet_checks
from ..plan.vetter import Vetter
from ..test.variants import test_packages
from . import messages, variables
from .actions import make_node
from .closure import ClosureUnit
from .hosttools import sdk_program
from .ledger import Linked, signature
from .patterns import PatternUnit, pattern_node
from .session import session

if TYPE_CHECKING:
    from ..load import Loader
    from ..package import Package
    from .build import Build, Closure
    from .units import PackageUnit

Node = Any
Nodes = list[Any]


class VetUnit(ClosureUnit):
    """One package and its tests, vetted. What they import is compiled; they themselves need not be.

    What is made, if vet finds nothing, is a stamp.
    """

    def __init__(self, node: Any, env: Any, import_path: str, suite: VetSuite) -> None:
        self.import_path = import_path
        self.suite = suite
        super().__init__(node, env, Value(import_path))

    def _forget(self) -> None:
        super()._forget()
        self.ask: tuple[str, ...] = ()
        self.found = False

    @property
    def clean(self) -> bool:
        """Whether vet has been here and found nothing."""
        return not self.found and signature(self.target) is not None

    @property
    def folder(self) -> Node:
        return self.suite.place

    def _own_settings(self) -> dict[str, str]:
        return {"GOVETFLAGS": " ".join(self.suite.checks.flags), "GOVET": self.suite.tool}

    def describe(self, env: Any) -> str:
        shown = str(env.Override({"_GOPACKAGE": self.import_path}).subst("$GOVETCOMSTR"))
        return shown or (f"Vetting {self.import_path}" if session().dry else "")

    def run(self, env: Any) -> None:
        del env
        self._prepare()
        assert self._build and self._closure
        build, closure = self._build, self._closure
        built = self._compiled(closure)
        packages = [unit.package for unit in closure.units.values()]
        try:
            vetted = self.suite.vetter(build).vet(packages, built, self.ask)
        except GoError as error:
            raise self._failure(error, f"cannot vet {self.import_path}") from None
        aside = build.setup.sdk.minor >= FINDINGS_ON_STDOUT_SINCE
        findings = [each.bare if aside else each.findings for each in vetted if each.findings]
        self.found = bool(findings)
        self._write(self._key.encode())
        if findings:
            messages.say(messages.from_here("\n".join(findings), build.session.top, build.session.here))
        for each in vetted:
            if each.json:
                (messages.show if aside else messages.say)(each.json)

    def after_build(self) -> None:
        if self.found or self.suite.checks.json:
            self._note((0, 0, 0))  # never current: what was found is shown again
        else:
            super().after_build()

    def _packages(self, build: Build) -> Sequence[Package]:
        loader = build.loader()
        tests = test_packages(loader, self.import_path, os.path.join(build.setup.output, "~main"))
        if tests is None:
            self.ask = (self.import_path,)
            return loader.closure(self.ask)
        internal, external = tests.internal, tests.external
        self.ask = tuple(package.import_path for package in (internal, external) if package and package.files.go)
        return needed(tests.closure, self.ask)

    def _close(self, build: Build, packages: Sequence[Package]) -> Closure:
        return build.closure(replace(build.config, named=frozenset({self.import_path})), packages, None)

    def _wanted(self, closure: Closure) -> Iterable[PackageUnit]:
        imported = {path for unit in closure.units.values() for path in unit.imports}
        imported.update(self._imported_elsewhere(closure))
        return [unit for path, unit in closure.units.items() if path in imported]

    def _imported_elsewhere(self, closure: Closure) -> list[str]:
        """The package if another one needs it as it is: where it cannot be compiled, vet says nothing (work/exec.go:1326)."""
        return [path for path in self.ask if not closure.units[path].package.for_test and path in self.suite.imported]

    def _roots(self, closure: Closure) -> Iterable[PackageUnit]:
        imported = [unit for path in self.ask for unit in closure.units[path].imports.values()]
        return [*imported, *(closure.units[path] for path in self._imported_elsewhere(closure))]

    def _find_key(self, closure: Closure) -> str:
        assert self._build
        build = self._build
        parts = [repr((self.suite.checks, self.suite.tool, build.setup.sdk.identity))]
        for path, unit in closure.units.items():
            parts.append(f"{path} {unit.built.content_id if unit.immutable and unit.built else unit.signature()}")
        for path in self.ask:
            package = closure.units[path].package
            ignored = (*package.files.ignored_go, *package.files.ignored_other)
            try:
                parts += [build.state.digest(source_path(build.config, package, name)) for name in ignored]
            except OSError as error:
                raise self._failure(GoError(os_problem(error)), f"cannot vet {path}") from None
        return text_digest("\0".join(parts))

    def _users(self) -> tuple[Node, ...]:
        return (self.node, self.suite.node)

    def _tools(self) -> tuple[str, ...]:
        return (*super()._tools(), self.suite.tool)

    def _find_reason(self, known: Linked | None) -> str:
        return super()._find_reason(known) or f"the sources of {self.import_path} changed"


class VetSuite(PatternUnit):
    """One GoVet call."""

    verb = "vet"

    def __init__(self, env: Any, patterns: tuple[str, ...], place: Node) -> None:
        self.checks: Checks = vet_checks(variables.words(env, "GOVETFLAGS"))
        self.vet = self._find_tool(env)
        super().__init__(env, patterns, place)

    def _find_tool(self, env: Any) -> Node:
        """The program given by $GOVET, else the SDK's if it has one, else the node of the one that is made."""
        given = variables.text(env, "GOVET")
        if given:
            found = WhereIs(given, variables.environ(env).get("PATH")) or WhereIs(given)  # env.WhereIs takes a space for an argument
            if not found:
                raise GoError(f"{given} not found. Set GOVET to the vet program, or leave it unset for the SDK's")
            return get_default_fs().File(found)
        return sdk_program(env, variables.sdk_of(env), "vet")

    @property
    def tool(self) -> str:
        """The path of the vet program."""
        return str(self.vet.get_abspath())

    def needs(self) -> Nodes:
        return [self.vet] if self.vet.has_builder() else []

    def reset(self) -> None:
        super().reset()
        self.runs: list[VetUnit] = []
        self._loader: Loader | None = None
        self._imported: frozenset[str] | None = None

    @property
    def imported(self) -> frozenset[str]:
        """What the packages import that are vetted."""
        if self._imported is None:
            assert self._loader
            self._imported = frozenset(path for run in self.runs for path in _imports(self._loader, run.import_path))
        return self._imported

    def vetter(self, build: Build) -> Vetter:
        """What vets the packages of *build*."""
        tool = "" if os.path.dirname(self.tool) == build.setup.sdk.tool_dir else self.tool
        return build.vetter(build.config, self.checks, tool)

    def enter(self, build: Build, paths: list[str]) -> Nodes:
        self._loader = build.loader()
        self.runs = []
        for path in paths:
            name = os.path.join(build.setup.output, f"~vet-{self.checks.key}", *path.split("/")) + ".vetted"
            node = get_default_fs().File(name)
            if not node.has_builder():  # else another call names the package too
                make_node(node, VetUnit(node, self.env, path, self), self.env)
                node.set_nocache()  # it is made, too, where vet has found something
            self.runs.append(node.attributes.go)
        return [unit.node for unit in self.runs]

    def is_current(self) -> bool:
        return all(unit.clean for unit in self.runs)

    def reason(self) -> str:
        return "vet found something"

    def content_digest(self) -> str:
        return " ".join(unit.content_digest() for unit in self.runs)

    def run(self, env: Any) -> None:
        del env
        wrong = [unit.import_path for unit in self.runs if unit.found]
        if wrong:
            raise BuildError(errstr=f"vet found something in {', '.join(wrong)}", status=1)

    def remove(self) -> bool:
        from .clean import remove_vetted

        return remove_vetted(self.ledger, session().top)


def _imports(loader: Loader, path: str) -> tuple[str, ...]:
    try:
        return loader.package(path).imports
    except GoError:
        return ()  # which is told where it is vetted


def go_vet(env: Any, patterns: tuple[str, ...], place: Node, number: int) -> Node:
    """The node of the *number*-th GoVet call; raises GoError for wrong flags."""
    return pattern_node(VetSuite(env, patterns, place), f"vet-{number}")
