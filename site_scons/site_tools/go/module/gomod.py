"""What a go.mod or go.work file says of a build; directives.py reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from . import gover
from .version import Version


class Require(NamedTuple):
    """``require path version``; *indirect* is its ``// indirect`` comment, *line* counts from 1."""

    module: Version
    indirect: bool
    line: int


class Replace(NamedTuple):
    """``replace old => new``; *old* without a version stands for all versions, *new* without one is a folder as written."""

    old: Version
    new: Version
    line: int


class Setting(NamedTuple):
    """``godebug key=value``."""

    key: str
    value: str
    line: int


class Entry(NamedTuple):
    """The one argument of ``tool``, ``ignore`` or ``use``."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class GoMod:
    """A go.mod file. *go* is "" without a go line (see :attr:`language`); *toolchain* is "" without such a line."""

    filename: str
    module: str = ""
    go: str = ""
    toolchain: str = ""
    godebug: tuple[Setting, ...] = ()
    require: tuple[Require, ...] = ()
    exclude: tuple[Version, ...] = ()
    replace: tuple[Replace, ...] = ()
    tool: tuple[Entry, ...] = ()
    ignore: tuple[Entry, ...] = ()
    go_line: int = 0
    toolchain_line: int = 0

    @property
    def language(self) -> str:
        """The go version that holds for the module: 1.16 without a go line (cmd/go/internal/gover/version.go:24)."""
        return self.go or gover.DEFAULT_GO_MOD


@dataclass(frozen=True, slots=True)
class GoWork:
    """A go.work file; *use* has the folders as written."""

    filename: str
    go: str = ""
    toolchain: str = ""
    godebug: tuple[Setting, ...] = ()
    use: tuple[Entry, ...] = ()
    replace: tuple[Replace, ...] = ()
    go_line: int = 0

    @property
    def language(self) -> str:
        """The go version that holds for the workspace: 1.18 without a go line (cmd/go/internal/gover/version.go:30)."""
        return self.go or gover.DEFAULT_GO_WORK
