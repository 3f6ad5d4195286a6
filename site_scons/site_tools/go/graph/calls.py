"""Calls in SConscripts: what they may be given, and where they stand when it is something else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from types import TracebackType
from typing import Any, NoReturn

import SCons
from SCons.Builder import BuilderBase
from SCons.Errors import UserError
from SCons.Node import Node as SConsNode
from SCons.Node.FS import get_default_fs
from SCons.Util import flatten

from ..errors import GoError

Node = Any
Nodes = list[Any]

# SCons names the innermost frame that is not its own: the line of the SConscript is what the user wants to read, not one of this tool.
_INNER = tuple(os.path.dirname(os.path.abspath(path)) + os.sep for path in (SCons.__file__, os.path.dirname(__file__)))


class CallErrors:
    """A context whose errors SCons tells as those of the line in the SConscript that calls *builder*."""

    def __init__(self, builder: str = "") -> None:
        self.builder = builder

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UserError):
            refuse(str(error))
        if isinstance(error, GoError):
            refuse(f"{self.builder}: {error}" if self.builder else str(error))


def refuse(message: str) -> NoReturn:
    """Raise UserError as if the SConscript, or the user's function, did that called this tool."""
    error = UserError(message)
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith(_INNER):
        if frame.f_back is None:
            raise error
        frame = frame.f_back
    raise error.with_traceback(TracebackType(None, frame, frame.f_lasti, frame.f_lineno))


def names(builder: str, given: Iterable[object]) -> list[Any]:
    """The names and nodes in *given*, also those in lists; raises UserError if there is anything else."""
    found: list[Any] = flatten(list(given))
    for value in found:
        if not isinstance(value, (str, os.PathLike, SConsNode)):
            hint = "; make a list of it" if isinstance(value, Iterable) and not isinstance(value, bytes) else ""
            raise UserError(f"{builder} takes names and nodes, not {value!r}{hint}")
    return found


def refuse_chdir(builder: str, folder: object) -> None:
    """Raise UserError if the call names a *folder* for its commands to run in, as SCons' own builders may: Go's have theirs."""
    if folder:
        raise UserError(f"{builder} takes no chdir: where its commands run is settled, and so is what paths in them are relative to")


def file_of(name: str) -> Node:
    """The file *name* of a target or a source; raises UserError if that is a folder."""
    try:
        return get_default_fs().File(name)
    except TypeError:  # in SCons' own words, with a traceback
        raise UserError(f"{name or '.'} is a folder; what is needed here is the name of a file") from None


class GoBuilder(BuilderBase):
    """The builder *name*, of files. Wrong calls of it are told with their place."""

    def __init__(self, name: str, **settings: Any) -> None:
        super().__init__(name=name, **{"target_factory": file_of, "source_factory": file_of} | settings)

    def __call__(self, env: Any, target: Any = None, source: Any = None, *args: Any, **kwargs: Any) -> Nodes:
        with CallErrors(self.name):
            refuse_chdir(self.name, args[0] if args else kwargs.get("chdir"))
            for given in (target, source):
                names(self.name, [] if given is None else [given])
            return self.call(env, target, source, *args, **kwargs)

    def call(self, env: Any, target: Any, source: Any, *args: Any, **kwargs: Any) -> Nodes:
        """Do what the call asks for; raises UserError or GoError."""
        nodes: Nodes = super().__call__(env, target, source, *args, **kwargs)
        return nodes
