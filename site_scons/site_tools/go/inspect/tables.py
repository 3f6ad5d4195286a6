"""Numbers of the Go object format whose meaning differs between releases, read from the sources of the SDK at hand.

Block layout and record sizes have been the same since Go 1.20 ("\\0go120ld"); the kinds of symbols and relocations, the flag bits and
the list of builtins are not. Every SDK carries the tables as source, so that no copy has to be kept here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..errors import GoError, Position

_CONST_BLOCK = re.compile(r"^const \(\n(.*?)^\)", re.MULTILINE | re.DOTALL)
_FIRST = re.compile(r"^\t(\w+)(?: \w+)? = (iota|1 \+ iota|1 << iota)$")
_NEXT = re.compile(r"^\t(\w+)$")
_BUILTIN = re.compile(r'^\t\{"([^"]+)", ([01])\},', re.MULTILINE)


@dataclass(frozen=True)
class ObjectTables:
    """What the numbers in an object mean.

    *builtins* are the symbols known by index, each with its ABI (cmd/internal/goobj/builtinlist.go). *symbol_kinds* and
    *relocation_kinds* map a number to a name without its prefix (``TEXT``, ``CALL``); *auxiliary_kinds* likewise (``FuncInfo``).
    *flags* and *flags2* map a bit to a name (``Dupok``).
    """

    builtins: tuple[tuple[str, int], ...]
    symbol_kinds: Mapping[int, str]
    relocation_kinds: Mapping[int, str]
    auxiliary_kinds: Mapping[int, str]
    flags: Mapping[int, str]
    flags2: Mapping[int, str]


def _without_comments(text: str) -> str:
    return re.sub(r"[ \t]*//[^\n]*", "", text)


def _constants(text: str, first: str, path: str) -> dict[int, str]:
    """The names of the iota block that starts with *first*, by value; "_" lines count but have no name."""
    for block in _CONST_BLOCK.findall(text):
        lines = [line for line in block.splitlines() if line.strip()]
        start = _FIRST.match(lines[0])
        if not start or start[1] != first:
            continue
        names = [start[1]]
        for line in lines[1:]:
            following = _NEXT.match(line)
            if not following and " = " in line:
                break  # names for combinations of the values above
            if not following:
                raise GoError(f"cannot read the constants after {first}: {line.strip()!r}", Position(path))
            names.append(following[1])
        if start[2] == "1 << iota":
            return {1 << number: name for number, name in enumerate(names) if name != "_"}
        base = 1 if start[2] == "1 + iota" else 0
        return {base + number: name for number, name in enumerate(names) if name != "_"}
    raise GoError(f"no constants that start with {first}", Position(path))


def _unprefixed(names: Mapping[int, str], prefix: str) -> dict[int, str]:
    return {number: name.removeprefix(prefix) for number, name in names.items()}


@lru_cache(maxsize=8)
def object_tables(goroot: str) -> ObjectTables:
    """The tables of the SDK at *goroot*; raises :class:`GoError` where its sources are missing or cannot be read."""

    def source(name: str) -> tuple[str, str]:
        path = os.path.join(goroot, "src", "cmd", "internal", *name.split("/"))
        try:
            with open(path, encoding="utf-8") as handle:
                return _without_comments(handle.read()), path
        except OSError as error:
            raise GoError(f"the SDK has no {name}: {error.strerror}", Position(path)) from None

    objfile, objfile_path = source("goobj/objfile.go")
    kinds, kinds_path = source("objabi/symkind.go")
    relocations, relocations_path = source("objabi/reloctype.go")
    builtins, builtins_path = source("goobj/builtinlist.go")
    found = tuple((name, int(abi)) for name, abi in _BUILTIN.findall(builtins))
    if not found:
        raise GoError("no builtins in it", Position(builtins_path))
    return ObjectTables(
        builtins=found,
        symbol_kinds=_unprefixed(_constants(kinds, "Sxxx", kinds_path), "S"),
        relocation_kinds=_unprefixed(_constants(relocations, "R_ADDR", relocations_path), "R_"),
        auxiliary_kinds=_unprefixed(_constants(objfile, "AuxGotype", objfile_path), "Aux"),
        flags=_unprefixed(_constants(objfile, "SymFlagDupok", objfile_path), "SymFlag"),
        flags2=_unprefixed(_constants(objfile, "SymFlagUsedInIface", objfile_path), "SymFlag"),
    )
