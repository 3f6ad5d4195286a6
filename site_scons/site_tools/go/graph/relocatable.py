"""GoLinkRelocatable: a Go program and C objects in one relocatable object, by external linking and ``ld -r``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SCons.Errors import UserError
from SCons.Node.FS import Dir
from SCons.Node.Python import Value

from ..errors import GoError
from . import messages
from .actions import unit_action
from .calls import GoBuilder, file_of
from .nodes import GoNode, adopt
from .program import ProgramUnit, package_source
from .variables import shown_instead

if TYPE_CHECKING:
    from ..plan.link import LinkPlan

Node = Any
Nodes = list[Any]


class RelocatableUnit(ProgramUnit):
    """A program that ends as an object, with the files *objects* merged in, which are dependencies of its node."""

    def __init__(self, node: GoNode, env: Any, source: Node, objects: Nodes) -> None:
        super().__init__(node, env, source)
        self.objects = objects

    def _plan_link(self) -> LinkPlan:
        from ..plan.relocatable import relocatable_plan

        assert self._closure
        try:
            return relocatable_plan(self._closure.config, super()._plan_link())
        except GoError as error:
            raise self._failure(error, f"cannot link {self.target}") from None

    def describe(self, env: Any) -> str:
        return shown_instead(env, "GOLD", self.node) or super().describe(env)

    def run(self, env: Any) -> None:
        from ..plan.relocatable import run_relocatable
        from .commands import user_command

        self._prepare()
        assert self._closure and self._plan
        built = self._compiled(self._closure)
        merge = user_command(env, "GOLD")
        objects = [node.rfile().get_abspath() for node in self.objects]
        try:
            said = run_relocatable(self._closure.config, self._plan, built, merge, objects)
        except GoError as error:
            raise self._failure(error, f"cannot link {self._plan.import_path}") from None
        if said:
            messages.say(said)


def _source(name: str) -> Node:
    return file_of(name) if name.endswith((".o", ".obj", ".a", ".os")) else package_source(name)


def _emit(target: Nodes, source: Nodes, env: Any) -> tuple[Nodes, Nodes]:
    packages = [node for node in source if isinstance(node, (Dir, Value))]
    objects = [node for node in source if node not in packages]
    if len(target) != 1 or len(packages) != 1:
        raise UserError(
            "GoLinkRelocatable makes one object from one main package and objects: GoLinkRelocatable('prog.o', ['cmd/prog', 'c.o'])"
        )
    node = adopt(target[0], None)
    node.attributes.go = RelocatableUnit(node, env, packages[0], objects)
    env.Depends(node, objects)
    return target, packages


def generate(env: Any) -> None:
    """Add the builder to *env*."""
    env["BUILDERS"]["GoLinkRelocatable"] = GoBuilder("GoLinkRelocatable", action=unit_action, emitter=_emit, source_factory=_source)
