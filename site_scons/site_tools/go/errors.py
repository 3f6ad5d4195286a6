"""Errors that reach the user, without SCons.

Everything below ``graph/`` raises :class:`GoError`; ``graph/`` turns it into the SCons error that fits (UserError while SConscripts are
read, BuildError while actions run), so that no traceback reaches a user.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a source file; *line* and *column* count from 1, 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.file]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)


class GoError(Exception):
    """A problem in the user's input or set-up: what is wrong, where, and what to do.

    *message* is one or more plain lines; *position* is put before it as ``file:line:column: ``.
    """

    def __init__(self, message: str, position: Position | None = None) -> None:
        self.message = message
        self.position = position
        super().__init__(f"{position}: {message}" if position else message)


def os_problem(error: OSError, path: str = "") -> str:
    """What went wrong, and with which file, *path* if *error* does not say: "a/b.go: No such file or directory"."""
    place = error.filename2 or error.filename or path
    return f"{place}: {error.strerror or error}" if place else error.strerror or str(error)


def joined(errors: Sequence[GoError]) -> GoError:
    """All of *errors* as one, at the place of the first; those after it are on lines of their own, with their places."""
    first, *more = errors
    return GoError("\n".join([first.message, *map(str, more)]), first.position)
