"""Commands that the user has changed: another compiler, a wrapper around it, another linker."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..digest import text_digest
from ..errors import GoError
from ..plan.commands import Run, Step
from ..plan.compile import PackagePlan
from ..plan.link import LinkPlan
from .variables import VARIABLES

_TOOLS = {"compile": "GOC", "asm": "GOASM", "link": "GOLINK"}
_ARGUMENTS = "\1arguments"
_TOOL = "\1tool"

Words = tuple[str, ...]


@dataclass(frozen=True)
class Commands:
    """The commands in place of those of the SDK: (tool, words before its arguments, words behind); none where the SDK's run as they are.

    *texts* are the variables as the user wrote them: they go into the key of what is made, the places that they expand to do not.
    """

    words: tuple[tuple[str, Words, Words], ...] = ()
    texts: tuple[str, ...] = ()

    def apply(self, plan: PackagePlan) -> PackagePlan:
        """*plan* with the user's compiler and assembler."""
        if not self.words:
            return plan
        return replace(plan, steps=tuple(self._step(step) for step in plan.steps), action_key=self.key(plan.action_key))

    def apply_link(self, plan: LinkPlan) -> LinkPlan:
        """*plan* with the user's linker."""
        return replace(plan, argv=self._argv(plan.argv)) if self.words else plan

    def key(self, key: str) -> str:
        """The digest of *key* and the user's commands."""
        return text_digest(repr((key, self.texts))) if self.texts else key

    def _step(self, step: Step) -> Step:
        return replace(step, argv=self._argv(step.argv)) if isinstance(step, Run) else step

    def _argv(self, argv: Sequence[str]) -> Words:
        program = os.path.basename(argv[0]).removesuffix(".exe")
        for tool, before, behind in self.words:
            if tool == program:
                return (*before, *argv[1:], *behind)
        return tuple(argv)


def user_command(env: Any, name: str) -> tuple[Words, Words]:
    """The words of the command in the variable *name* + "COM" before and behind its arguments; raises GoError without ``$_GOARGS``."""
    marks = {"_GOARGS": _ARGUMENTS}
    if str(env.get(name, "")) == VARIABLES[name].default:
        marks[name] = _TOOL  # the SDK's path is one word, spaces and all
    words = [str(word) for word in env.Override(marks).subst_list(f"${name}COM")[0]]
    command = [word.replace(_TOOL, env.subst(f"${name}")) if _TOOL in word else word for word in words]
    if _ARGUMENTS not in command:
        raise GoError(f"{name}COM must contain $_GOARGS, a word of its own: {env.get(f'{name}COM', '')}")
    place = command.index(_ARGUMENTS)
    return tuple(command[:place]), tuple(command[place + 1 :])


def commands_of(env: Any) -> Commands:
    """The commands that *env* has changed; raises GoError for one without ``$_GOARGS``."""
    words, texts = [], []
    for tool, name in _TOOLS.items():
        variables = (name, f"{name}COM")
        values = [str(env.get(variable, "")) for variable in variables]
        if values == [VARIABLES[variable].default for variable in variables]:
            continue
        words.append((tool, *user_command(env, name)))
        texts += values
    return Commands(tuple(words), tuple(texts))
