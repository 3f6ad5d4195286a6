"""A command whose target appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from SCons.Action import CommandAction
from SCons.Errors import BuildError
from SCons.Subst import CmdStringHolder

Nodes = list[Any]
Finish = Callable[[Nodes, Nodes, str], None]


class AtomicCommand(CommandAction):
    """Runs a command that names ``$TARGET`` with a temporary name in the same folder in its place, which is then renamed.

    The command is in the construction variable *name* + ``COM``, what is shown in its ``COMSTR``; *program* expands to the program it
    runs. Display, signature and the dependency on the program are those of a plain command. *advice* tells how to get the program.
    *finish(target, source, temporary)* may rewrite the temporary file before it is renamed.
    """

    def __init__(self, name: str, program: str, advice: str, finish: Finish | None = None) -> None:
        self.program = program
        self.advice = advice
        self.finish = finish
        super().__init__(f"${name}COM", cmdstr=f"${name}COMSTR")

    def execute(self, target: Nodes, source: Nodes, env: Any, executor: Any = None) -> Any:
        if executor:
            target, source = executor.get_all_targets(), executor.get_all_sources()
        program = str(env.subst_list(self.program, target=target, source=source)[0][0])
        if not (os.access(program, os.X_OK) if os.path.dirname(program) else env.WhereIs(program)):
            return BuildError(errstr=f"{program} not found. {self.advice}", status=127)
        temporary = f"{target[0]}.{os.getpid()}.tmp"
        try:
            failed = _Renamed(self.cmd_list, str(target[0]), temporary).execute(target, source, env, executor)
            if not failed:
                if self.finish:
                    self.finish(target, source, temporary)
                os.replace(temporary, str(target[0]))
            return failed
        finally:
            if os.path.exists(temporary):
                os.unlink(temporary)


class _Renamed(CommandAction):
    """A command line with *new* in place of the word *old* (also in ``-o=old``)."""

    def __init__(self, command: Any, old: str, new: str) -> None:
        self.words = {old: new, f"-o={old}": f"-o={new}"}
        super().__init__(command)

    def process(self, *args: Any, **kwargs: Any) -> Any:
        lines, ignore, silent = super().process(*args, **kwargs)
        renamed = [[CmdStringHolder(self.words[str(word)], True) if str(word) in self.words else word for word in line] for line in lines]
        return renamed, ignore, silent
