"""What compiled code and the linker ask of package runtime, read from the compiler and linker of the SDK at hand.

There is no document of this ABI: the compiler looks symbols up by name. So the table is made from its sources, per release:

- cmd/internal/goobj/builtinlist.go: symbols that objects name by number (calls that the compiler, its back end and the assembler insert,
  and the descriptors of basic types, which only the object of package runtime holds), each with its ABI;
- LookupRuntimeFunc and LookupRuntimeVar with a literal in cmd/compile/internal: the rest of what the compiler names;
- what the linker itself looks up (``features.LINKER``) and, from cmd/link/internal/ld/dwarf.go, the types that DWARF is made from (needed
  unless linked with -w).

A requirement holds for a target and a way of building: ``raceread`` is only called under -race. The table in ``features`` says which Go
feature a name serves and when it is asked for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..errors import GoError, Position
from .features import LINKER, applies, feature_of
from .goobj import ABI0, ABI_INTERNAL, STATIC, GoArchive
from .tables import object_tables

ABI_NAMES = {ABI0: "ABI0", ABI_INTERNAL: "ABIInternal"}


@dataclass(frozen=True, slots=True)
class Requirement:
    """A symbol that package runtime has to define: *asked_by* is compiler, linker or debugger (DWARF); *feature* in Go's terms."""

    name: str
    abi: int
    asked_by: str
    feature: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A requirement and what a runtime has for it.

    *kind* is that of the definition (``TEXT``, ``NOPTRBSS``), "" where there is none; *stock_kind* that of the stock runtime's.
    *other_abi* tells that there is a definition, but for the other calling convention.
    """

    requirement: Requirement
    kind: str
    stock_kind: str
    other_abi: bool = False

    @property
    def empty(self) -> bool:
        """Whether this is a variable without a value where the stock runtime has one."""
        return self.kind in _WITHOUT_CONTENT and self.stock_kind not in _WITHOUT_CONTENT

    @property
    def met(self) -> bool:
        return bool(self.kind) and not self.empty


_WITHOUT_CONTENT = ("BSS", "NOPTRBSS", "TLSBSS")

_LOOKUP = re.compile(r'LookupRuntime(Func|Var)\("(\w+)"\)')
_LOOKUP_NUMBERED = re.compile(
    r"for i := (\d+); i < len\(ir\.Syms\.(\w+)\); i\+\+ \{\s*"
    r"ir\.Syms\.\w+\[i\] = typecheck\.LookupRuntimeFunc\(fmt\.Sprintf\(\"(\w+)%d\", i\)\)"
)
_DWARF_TYPE = re.compile(r'"(type:(?:runtime|internal/abi|internal/runtime/maps)\.\w+)"')


def _sources(goroot: str, folder: str) -> Iterator[tuple[str, str]]:
    root = os.path.join(goroot, "src", "cmd", *folder.split("/"))
    found = False
    for path, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".go") and not name.endswith("_test.go"):
                found = True
                with open(os.path.join(path, name), encoding="utf-8") as handle:
                    yield os.path.relpath(os.path.join(path, name), root), handle.read()
    if not found:
        raise GoError("the SDK has no sources of its compiler or linker here", Position(root))


def _compiler_lookups(goroot: str) -> Iterator[tuple[str, int]]:
    """Names that the compiler looks up with a literal, or with a number appended in a loop."""
    texts = dict(_sources(goroot, "compile/internal"))
    lengths = dict(re.findall(r"^\t(\w+)\s+\[(\d+)\]\*obj\.LSym$", texts.get("ir/symtab.go", ""), re.MULTILINE))
    for text in texts.values():
        for kind, name in _LOOKUP.findall(text):
            yield f"runtime.{name}", ABI_INTERNAL if kind == "Func" else ABI0
        for first, array, prefix in _LOOKUP_NUMBERED.findall(text):
            for number in range(int(first), int(lengths[array])):
                yield f"runtime.{prefix}{number}", ABI_INTERNAL


class Definitions:
    """What a set of objects defines: for each name, the kind of the definition by ABI (symbols of file scope in assembly left out).

    Where a variable is declared in Go and has its value from assembly, the value counts, as it does for the linker
    (cmd/link/internal/loader/loader.go, "overwrite").
    """

    def __init__(self, archives: Iterable[GoArchive]) -> None:
        self._kinds: dict[str, dict[int, str]] = {}
        for archive in archives:
            for member in archive.objects:
                for symbol in member.symbols:
                    if symbol.abi == STATIC or not symbol.name:
                        continue
                    kinds = self._kinds.setdefault(symbol.name, {})
                    if kinds.get(symbol.abi, "BSS") in _WITHOUT_CONTENT:
                        kinds[symbol.abi] = symbol.kind

    def __contains__(self, name: str) -> bool:
        return name in self._kinds

    def kind(self, name: str, abi: int) -> str:
        """The kind of the definition (``TEXT``), "" without one for that ABI."""
        return self._kinds.get(name, {}).get(abi, "")


def required_symbols(goroot: str, goos: str, goarch: str, experiments: Collection[str], stock: Definitions) -> tuple[Requirement, ...]:
    """What package runtime and what it imports have to define on a target, linker's needs first, then by feature and name.

    *experiments* are the GOEXPERIMENTs in force. *stock* is what GOROOT's own runtime and its imports define: a name that these do
    without (duffzero on amd64 since Go 1.26) is in the lists for other targets. Raises :class:`GoError` where the SDK lacks the sources
    of its compiler and linker.
    """
    found: dict[tuple[str, int], Requirement] = {}
    for name, abi, asked_by in asked_for(goroot, goos, goarch):
        if asked_by == "linker" or (name in stock and applies(name, goarch, experiments)):
            feature = "debug information" if asked_by == "debugger" else feature_of(name)
            found.setdefault((name, abi), Requirement(name, abi, asked_by, feature))
    order = {"linker": 0, "compiler": 1, "debugger": 2}
    return tuple(sorted(found.values(), key=lambda r: (order[r.asked_by], r.feature, r.name)))


def check(requirements: Iterable[Requirement], definitions: Definitions, stock: Definitions) -> tuple[Finding, ...]:
    """Compare what is required with what a runtime defines, and with what the *stock* one does."""
    return tuple(Finding(r, definitions.kind(r.name, r.abi), stock.kind(r.name, r.abi), r.name in definitions) for r in requirements)


@lru_cache(maxsize=16)
def asked_for(goroot: str, goos: str, goarch: str) -> tuple[tuple[str, int, str], ...]:
    """(name, ABI, who asks) of everything that the compiler and linker of an SDK name, for any target and any way of building."""
    found = [(name.format(arch=goarch, os=goos), abi, "linker") for name, abi, _ in LINKER]
    found += [(name, abi, "compiler") for name, abi in (*object_tables(goroot).builtins, *_compiler_lookups(goroot))]
    for name, text in _sources(goroot, "link/internal/ld"):
        if name == "dwarf.go":
            found += [(kind, ABI0, "debugger") for kind in _DWARF_TYPE.findall(text)]
    return tuple(found)
