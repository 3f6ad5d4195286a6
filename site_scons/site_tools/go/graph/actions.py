"""The SCons actions and builders behind the nodes of Go builds. What they do, and what goes into it, the node's unit says."""

from __future__ import annotations

from typing import Any

from SCons.Action import FunctionAction
from SCons.Builder import Builder
from SCons.Executor import Executor

from .nodes import GoNode, Unit, adopt

Node = Any
Nodes = list[Any]


class UnitAction(FunctionAction):
    """Runs the target's unit."""

    def __init__(self) -> None:
        super().__init__(self._run, {})

    def _run(self, target: Nodes, source: Nodes, env: Any) -> int:
        target[0].attributes.go.run(env)
        target[0].attributes.go_made = True
        return 0

    def strfunction(self, target: Nodes, source: Nodes, env: Any, executor: Any = None) -> str:
        text: str = target[0].attributes.go.describe(env)
        return text

    def get_presig(self, target: Nodes, source: Nodes, env: Any, executor: Any = None) -> bytes:
        signature: str = target[0].attributes.go.signature()
        return signature.encode()

    def get_contents(self, target: Nodes, source: Nodes, env: Any) -> bytes:
        return self.get_presig(target, source, env)

    def get_implicit_deps(self, target: Nodes, source: Nodes, env: Any, executor: Any = None) -> Nodes:
        return []

    def presub_lines(self, env: Any) -> list[str]:
        return [str(self)]

    def __str__(self) -> str:
        return "go(target, source, env)"


unit_action = UnitAction()
unit_builder = Builder(action=unit_action)


def make_node(node: Node, unit: Unit, env: Any) -> GoNode:
    """Make the file *node* the node of *unit*, built in *env*; actions and dependencies that the user has added stay."""
    adopted = adopt(node, unit)
    old = adopted.get_executor(create=False) if hasattr(adopted, "executor") else None
    adopted.builder_set(unit_builder)
    adopted.set_explicit(True)
    adopted.env_set(env)
    executor = Executor([unit_action], env, [{}], [adopted], [])
    if old is not None:
        executor.pre_actions, executor.post_actions = old.pre_actions, old.post_actions
    adopted.set_executor(executor)
    return adopted
