"""GoProgram: a program from a package folder or an import path, with everything it is made of."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from SCons.Errors import UserError
from SCons.Node.FS import Dir, File, get_default_fs
from SCons.Node.Python import Value
from SCons.Util import flatten

from ..digest import text_digest
from ..errors import GoError
from . import messages, variables
from .actions import unit_action
from .calls import GoBuilder
from .closure import ClosureUnit
from .coverage import cover_mode, program_packages
from .ledger import Linked
from .nodes import GoNode, adopt
from .settings import changed_settings, settings_of

if TYPE_CHECKING:
    from ..package import Package
    from ..plan.link import LinkPlan
    from .build import Build, Closure
    from .units import PackageUnit

Node = Any
Nodes = list[Any]


class ProgramUnit(ClosureUnit):
    """One program: its packages, linked."""

    def _forget(self) -> None:
        super()._forget()
        self._main: Package | None = None
        self._plan: LinkPlan | None = None

    def describe(self, env: Any) -> str:
        from ..plan.commands import Run, describe
        from ..plan.link import BUILD_ID

        shown = variables.shown_instead(env, "GOLINK", self.node)
        if shown:
            return shown
        self._prepare()
        assert self._plan
        argv = (*self._plan.argv, self._closure.units[self._plan.import_path].stem + ".a") if self._closure else self._plan.argv
        return describe(Run(argv, self._plan.cwd, self._plan.env)).replace(BUILD_ID, "$BUILD_ID")

    def run(self, env: Any) -> None:
        from ..plan.link import run_link

        self._prepare()
        assert self._closure and self._plan
        built = self._compiled(self._closure)
        try:
            self._spare_sources()
            said = run_link(self._closure.config, self._plan, built)
        except GoError as error:
            from .runtime import explained

            assert self._build and self._main
            packages = [unit.package for unit in self._closure.units.values()]
            error = explained(self._build.runtime, error, self._closure.config.sdk, self._main, packages, built)
            raise self._failure(error, f"cannot link {self._plan.import_path}") from None
        if said:
            messages.say(said)

    def _spare_sources(self) -> None:
        """Raise GoError if the program would replace a file that is none. What the user's actions may have made of it does not count."""
        from ..plan.link import is_foreign

        made = self.target in self.ledger.linked or self.node.get_executor().post_actions
        if not made and is_foreign(self.target):
            raise GoError(f"{self.node} already exists and is not an object file: remove it, or give the program another name")

    def _prepare(self) -> None:
        super()._prepare()
        if self._plan is None and self._closure is not None:
            self._plan = self._plan_link()
            self._key = self._find_key(self._closure)

    def _packages(self, build: Build) -> Sequence[Package]:
        loader = build.loader()
        import_path = self._import_path(loader)
        packages = program_packages(self.env, loader, import_path, self.module_folder)
        if not packages:  # unsafe
            raise GoError(f"{import_path} is not a main package")
        return packages

    @property
    def _keeps_packages(self) -> bool:
        return not cover_mode(self.env)  # which warns of patterns as it looks at the packages

    def _close(self, build: Build, packages: Sequence[Package]) -> Closure:
        from ..plan.pgo import find_profile

        self._main = packages[-1]
        self._refuse(build, packages)
        config = replace(build.config, named=frozenset({self._main.import_path}))
        return build.closure(config, packages, find_profile(config, self._main))

    def _refuse(self, build: Build, packages: Sequence[Package]) -> None:
        """Raise GoError if the program imports what one on its runtime cannot have."""
        from .runtime import refuse

        assert self._main
        refuse(build.runtime, self._main.import_path, packages, variables.words(self.env, "GORUNTIMESTUBS"))

    def _roots(self, closure: Closure) -> Iterable[PackageUnit]:
        assert self._main
        return [closure.units[self._main.import_path]]

    def _tools(self) -> tuple[str, ...]:
        assert self._build
        return (*super()._tools(), self._build.setup.sdk.tool("link"))

    def _plan_ahead(self) -> None:
        self._plan = self._plan_link()

    def _find_key(self, closure: Closure) -> str:
        assert self._build and self._plan
        contents = sorted((path, unit.built.content_id if unit.built else "") for path, unit in closure.units.items())
        return self._build.setup.commands.key(text_digest(repr((self._plan.action_key, contents))))

    def _import_path(self, loader: Any) -> str:
        from ..selection import folder_package

        return folder_package(loader, self.module_folder) if isinstance(self.source, Dir) else str(self.source.read())

    def _plan_link(self) -> LinkPlan:
        from ..plan.link import plan_link

        assert self._closure and self._build and self._main
        closure = self._closure
        try:
            packages = [unit.package for unit in closure.units.values()]
            plan = plan_link(closure.config, self._main, packages, self.target, closure.profile)
        except GoError as error:
            raise self._failure(error, f"cannot link {self._main.import_path}") from None
        return self._build.setup.commands.apply_link(plan)

    def _find_reason(self, known: Linked | None) -> str:
        return super()._find_reason(known) or "what the linker is told changed"


def package_source(name: str) -> Node:
    """What a string in the place of a source means: a folder, or else an import path."""
    fs = get_default_fs()
    if not name.endswith(".go"):
        with contextlib.suppress(TypeError):
            folder = fs.Dir(name, create=True)
            if name.startswith((".", "/", "#")) or folder.rdir().exists() or folder.srcnode().rdir().exists():
                return folder
    if name.endswith(".go"):
        return fs.File(name)
    return Value(name)


def _emit(target: Nodes, source: Nodes, env: Any) -> tuple[Nodes, Nodes]:
    source = [node.disambiguate() for node in source]
    if len(target) != 1 or len(source) != 1 or not isinstance(source[0], (Dir, Value)):
        made, what = (", ".join(str(node) for node in nodes) or "nothing" for nodes in (target, source))
        raise UserError(f"GoProgram builds one program from a package, given by its folder or import path, not {made} from {what}")
    _refuse_second(target[0], source[0], env)
    node = adopt(target[0], None)
    node.attributes.go = ProgramUnit(node, env, source[0])
    return target, source


def _refuse_second(target: Node, source: Node, env: Any) -> None:
    """Raise UserError if another call makes *target* otherwise; SCons sees the same action in both."""
    other = getattr(target.attributes, "go", None) if isinstance(target, GoNode) else None
    if isinstance(other, ProgramUnit):
        changed = changed_settings(settings_of(other.env, other.source), settings_of(env, source))
        if changed:
            raise UserError(f"GoProgram: {target} is the target of another call: {changed}")


class ProgramBuilder(GoBuilder):
    """Makes one program from one package; into a folder, one for each main package."""

    def call(self, env: Any, target: Any, source: Any, *args: Any, **kwargs: Any) -> Nodes:
        targets, sources = flatten([target or []]), flatten([source or []])
        if not targets:
            raise UserError("GoProgram takes the name of the program and its package: GoProgram('bin/app', 'cmd/app')")
        if len(targets) != 1 or not _is_many(targets[0], sources):
            return super().call(env, target, source, *args, **kwargs)
        from .programs import programs_of

        nodes: Nodes = []
        for name, package in programs_of(env.Override(kwargs), sources):
            nodes += super().call(env, [env.Dir(targets[0]).File(name)], [package], *args, **kwargs)
        return nodes


def _is_many(target: Any, sources: Nodes) -> bool:
    """Whether the call names a folder for its programs, or more than one package."""
    if any(isinstance(source, File) or str(source).endswith(".go") for source in sources):
        return False
    wide = any(isinstance(source, str) and "..." in source for source in sources)
    return isinstance(target, Dir) or str(target).endswith(("/", os.sep)) or len(sources) > 1 or wide


def generate(env: Any) -> None:
    """Add the builder to *env*."""
    env["BUILDERS"]["GoProgram"] = ProgramBuilder("GoProgram", action=unit_action, emitter=_emit, source_factory=package_source)
