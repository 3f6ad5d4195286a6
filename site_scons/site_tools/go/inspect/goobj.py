"""A reader of Go object files: what a package defines, what it refers to, from which line, and how large each symbol is.

The format is described at the top of cmd/internal/goobj/objfile.go. A symbol is named by a pair: a package index and a symbol index.
Most references to another package carry no name that the linker needs; the compiler writes the names all the same, in a block for tools
(``RefNames``), so that one object can be read alone. Builtins (``runtime.newobject``) are indices into a list of the release.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from ..errors import GoError, Position
from . import layout
from .archive import Member, ObjectHeader, read_archive, split_object
from .pcvalue import PCValues, decode_pc_values
from .tables import ObjectTables, object_tables

ABI0, ABI_INTERNAL = 0, 1
_ABI_STATIC = 0xFFFF
STATIC = -1

# Smallest instruction in bytes (cmd/internal/sys/arch.go, MinLC): the unit of pc deltas. 4 where not named.
_INSTRUCTION_UNIT = {"386": 1, "amd64": 1, "wasm": 1, "riscv64": 2, "s390x": 2}


class Symbol(NamedTuple):
    """A symbol that an object defines, or refers to by name.

    *abi* is :data:`ABI0`, :data:`ABI_INTERNAL` or :data:`STATIC` (seen by its own object alone); *kind* is the linker's, such as
    ``TEXT``; *size* and *align* are in bytes; *attributes* are names such as ``Dupok``, ``NoSplit``, ``Linkname``.
    *number* counts all definitions of the object (-1 for a reference).
    """

    name: str
    abi: int
    kind: str
    size: int
    align: int
    attributes: frozenset[str]
    number: int


class Target(NamedTuple):
    """What a relocation or an auxiliary entry points to.

    *package* is "" for symbols without one (types, linknames, assembly) and for those of the object itself; *abi* is None where the
    object does not say (indexed symbols of other packages); *number* is that of the definition in this object, or -1.
    """

    package: str
    name: str
    abi: int | None
    number: int


class Relocation(NamedTuple):
    """A place in a symbol's data that the linker fills in: *offset* and *size* in bytes, *kind* such as ``CALL``."""

    offset: int
    size: int
    kind: str
    addend: int
    target: Target


class Frame(NamedTuple):
    """A function and a place in it; *package* is "" for the object's own."""

    package: str
    function: str
    position: Position | None


class Auxiliary(NamedTuple):
    """An entry of a definition's list of auxiliary symbols as it stands in the object: the number of its kind, and a symbol."""

    kind: int
    package: int
    symbol: int


class FunctionInfo(NamedTuple):
    """What the compiler notes of a function: the line of its declaration, the *files* its code is from, and the calls *inlined* in it.

    It is the content of the definition *number*. A call: its parent, file and line, package and symbol of the callee, pc in the parent.
    """

    number: int
    start_line: int
    files: tuple[int, ...]
    inlined: tuple[tuple[int, int, int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Import:
    """An object that this one was compiled against and the fingerprint of its export data."""

    path: str
    fingerprint: bytes


class GoObject:
    """One Go object of an archive, decoded on demand.

    *filename* and *member* are for messages. Raises :class:`GoError` for another format or one that is cut short.
    """

    def __init__(self, header: ObjectHeader, data: memoryview, tables: ObjectTables, filename: str, member: str) -> None:
        self.header = header
        self.filename = filename
        self.member = member
        self.content = data
        self.tables = tables
        if len(data) < layout.FILE_HEADER.size:
            raise self.error("cut short")
        magic, self.fingerprint, self.flags, *offsets = layout.FILE_HEADER.unpack_from(data)
        if magic != layout.MAGIC:
            raise self.error(f"unknown object format {magic[1:].decode('ascii', 'replace')!r} (known: go120ld)")
        self.offsets: list[int] = offsets
        if sorted(offsets) != offsets or offsets[layout.END] > len(data):
            raise self.error("damaged or cut short")

    def error(self, message: str) -> GoError:
        """The problem *message* of this object."""
        return GoError(f"{self.member}: {message}", Position(self.filename))

    def _block(self, number: int) -> memoryview:
        return self.content[self.offsets[number] : self.offsets[number + 1]]

    def _string(self, length: int, offset: int) -> str:
        return str(self.content[offset : offset + length], "utf-8", "replace")

    def _strings(self, number: int) -> tuple[str, ...]:
        return tuple(self._string(*pair) for pair in layout.STRING.iter_unpack(self._block(number)))

    @property
    def from_assembly(self) -> bool:
        """True where cmd/asm wrote the object."""
        return bool(self.flags & 4)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """The packages it was compiled against (the linker loads them and compares fingerprints)."""
        return tuple(Import(self._string(n, at), print_) for n, at, print_ in layout.AUTOLIB.iter_unpack(self._block(layout.AUTOLIBS)))

    @cached_property
    def packages(self) -> tuple[str, ...]:
        """Packages referred to by index; the first is "" (index 0 is invalid)."""
        return self._strings(layout.PACKAGES)

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The source files that positions refer to."""
        return self._strings(layout.FILES)

    @cached_property
    def _attributes(self) -> dict[tuple[int, int], frozenset[str]]:
        return {}

    def _symbols(self, number: int, first_index: int) -> list[Symbol]:
        kinds, known, found = self.tables.symbol_kinds, self._attributes, []
        records = layout.SYMBOL.iter_unpack(self._block(number))
        for index, (length, at, abi, kind, flag, flag2, size, align) in enumerate(records, first_index):
            attributes = known.get((flag, flag2))
            if attributes is None:
                attributes = frozenset(
                    [name for bit, name in self.tables.flags.items() if flag & bit]
                    + [name for bit, name in self.tables.flags2.items() if flag2 & bit]
                )
                known[flag, flag2] = attributes
            found.append(
                Symbol(
                    self._string(length, at),
                    STATIC if abi == _ABI_STATIC else abi,
                    kinds.get(kind, str(kind)),
                    size,
                    align,
                    attributes,
                    index,
                )
            )
        return found

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """Every definition: of the package, short hashed, hashed (content-addressed), and without a package."""
        found: list[Symbol] = []
        for number in (layout.DEFINED, layout.HASHED64, layout.HASHED, layout.NONPACKAGE):
            found += self._symbols(number, len(found))
        return tuple(found)

    @cached_property
    def references(self) -> tuple[Symbol, ...]:
        """Symbols used by name that this object does not define (linknames, assembly, types of other packages)."""
        return tuple(symbol._replace(number=-1) for symbol in self._symbols(layout.REFERENCES, 0))

    @cached_property
    def _starts(self) -> dict[int, int]:
        """Where the definitions of each special package index start in :attr:`symbols`."""
        blocks = (layout.DEFINED, layout.HASHED64, layout.HASHED)
        packages = (layout.OWN_PACKAGE, layout.HASHED64_PACKAGE, layout.HASHED_PACKAGE, layout.NO_PACKAGE)
        sizes = (len(self._block(number)) // layout.SYMBOL.size for number in blocks)
        return dict(zip(packages, itertools.accumulate(sizes, initial=0), strict=True))

    @cached_property
    def _reference_names(self) -> Mapping[tuple[int, int], str]:
        records = layout.REFERENCE_NAME.iter_unpack(self._block(layout.REFERENCE_NAMES))
        return {(package, symbol): self._string(n, at) for package, symbol, n, at in records}

    @cached_property
    def _targets(self) -> dict[tuple[int, int], Target]:
        return {}

    def _target(self, package: int, symbol: int) -> Target:
        key = (package, symbol)
        found = self._targets.get(key)
        if found is None:
            found = self._targets[key] = self._resolve(package, symbol)
        return found

    def _resolve(self, package: int, symbol: int) -> Target:
        if package == 0:
            return Target("", "", None, -1)
        if package == layout.BUILTIN_PACKAGE:
            if symbol >= len(self.tables.builtins):
                raise self.error(f"builtin {symbol} is not in the list of this SDK: the object is of another release")
            name, abi = self.tables.builtins[symbol]
            return Target("" if name.startswith("type:") else "runtime", name, abi, -1)
        start = self._starts.get(package)
        if start is not None:
            index = start + symbol
            if index < len(self.symbols):
                definition = self.symbols[index]
                return Target("", definition.name, definition.abi, index)
            reference = self.references[index - len(self.symbols)]
            return Target("", reference.name, reference.abi, -1)
        path = self.packages[package]
        return Target(path, self._reference_names.get((package, symbol), f"{path}.#{symbol}"), None, -1)

    def _range(self, number: int, index: int) -> tuple[int, int]:
        at = self.offsets[number] + 4 * index
        first, last = layout.STRING.unpack_from(self.content, at)
        return first, last

    def relocations(self, number: int) -> Iterator[Relocation]:
        """The relocations of the definition with that *number*, by offset."""
        first, last = self._range(layout.RELOCATION_INDEX, number)
        base, kinds = self.offsets[layout.RELOCATIONS], self.tables.relocation_kinds
        records = self.content[base + first * layout.RELOCATION.size : base + last * layout.RELOCATION.size]
        for offset, size, kind, addend, package, symbol in layout.RELOCATION.iter_unpack(records):
            # The top bit marks a weak relocation (cmd/internal/objabi/reloctype.go, R_WEAK).
            name = kinds.get(kind & 0x7FFF, str(kind))
            yield Relocation(offset, size, f"WEAK|{name}" if kind & 0x8000 else name, addend, self._target(package, symbol))

    def auxiliary_entries(self, number: int) -> list[Auxiliary]:
        """The auxiliary symbols of the definition, undecoded; the tables of one kind that functions have a number of are in their order."""
        first, last = self._range(layout.AUXILIARY_INDEX, number)
        base = self.offsets[layout.AUXILIARIES]
        records = self.content[base + first * layout.AUXILIARY.size : base + last * layout.AUXILIARY.size]
        return [Auxiliary(*record) for record in layout.AUXILIARY.iter_unpack(records)]

    def auxiliaries(self, number: int) -> Iterator[tuple[str, Target]]:
        """(kind, target) of the symbols that belong to the definition: its type, pc tables, DWARF, funcdata."""
        kinds = self.tables.auxiliary_kinds
        for kind, package, symbol in self.auxiliary_entries(number):
            yield kinds.get(kind, str(kind)), self._target(package, symbol)

    def definition(self, package: int, symbol: int) -> int:
        """The number of the definition that a pair of indices names, -1 if it is not of this object."""
        start = self._starts.get(package)
        return start + symbol if start is not None and start + symbol < len(self.symbols) else -1

    def data_offset(self, number: int) -> int:
        """Where in :attr:`content` the bytes of a definition are."""
        return self.offsets[layout.DATA] + self._range(layout.DATA_INDEX, number)[0]

    def data(self, number: int) -> memoryview:
        """The bytes of a definition (shorter than its size where the rest is zero)."""
        first, last = self._range(layout.DATA_INDEX, number)
        base = self.offsets[layout.DATA]
        return self.content[base + first : base + last]

    def pc_values(self, number: int) -> PCValues:
        """The table that the definition is, if it is one by program counter."""
        return decode_pc_values(self.data(number), _INSTRUCTION_UNIT.get(self.header.goarch, 4))

    def _pc_table(self, number: int, wanted: str) -> PCValues | None:
        for kind, target in self.auxiliaries(number):
            if kind == wanted and target.number >= 0:
                return self.pc_values(target.number)
        return None

    def position(self, number: int, offset: int) -> Position | None:
        """The file and line of the instruction at *offset* (bytes) in a function, of the innermost inlined call; None without one."""
        file, line = self._pc_table(number, "Pcfile"), self._pc_table(number, "Pcline")
        if file is None or line is None:
            return None
        return self._place(file.at(offset), line.at(offset))

    def _place(self, file: int, line: int) -> Position | None:
        return Position(self.files[file], line) if 0 <= file < len(self.files) else None

    def frames(self, number: int, offset: int) -> tuple[Frame, ...]:
        """The calls at the instruction at *offset* in a function: first the function itself, then those inlined, innermost last."""
        inlined = self._pc_table(number, "Pcinline")
        index = inlined.at(offset) if inlined else -1
        position = self.position(number, offset)
        frames: list[Frame] = []
        info = self.function_info(number)
        tree = info.inlined if info else ()
        while 0 <= index < len(tree):
            parent, file, line, package, symbol, _ = tree[index]
            target = self._target(package, symbol)
            frames.append(Frame(target.package, target.name, position))
            position, index = self._place(file, line), parent
        frames.append(Frame("", self.symbols[number].name, position))
        return tuple(reversed(frames))

    def function_info(self, number: int) -> FunctionInfo | None:
        """What is noted of a function (cmd/internal/goobj/funcinfo.go); None for what is none."""
        for kind, target in self.auxiliaries(number):
            if kind == "FuncInfo" and target.number >= 0:
                data = self.data(target.number)
                *_, start_line, count = layout.FUNCTION.unpack_from(data)
                end = layout.FUNCTION.size + layout.WORD.size * count
                files = tuple(file for (file,) in layout.WORD.iter_unpack(data[layout.FUNCTION.size : end]))
                (count,) = layout.WORD.unpack_from(data, end)
                start = end + layout.WORD.size
                inlined = layout.INLINED.iter_unpack(data[start : start + count * layout.INLINED.size])
                return FunctionInfo(target.number, start_line, files, tuple(inlined))
        return None


@dataclass(frozen=True)
class GoArchive:
    """A package archive: its Go objects (the compiler's first, then those of cmd/asm) and the names of other members."""

    filename: str
    objects: tuple[GoObject, ...]
    others: tuple[str, ...]


def read_go_archive(filename: str, goroot: str) -> GoArchive:
    """Read an archive that the SDK at *goroot* wrote.

    Raises :class:`GoError` for a file that is no archive, is cut short, or comes from another release (whose numbers mean other things).
    """
    try:
        with open(filename, "rb") as handle:
            content = handle.read()
    except OSError as error:
        raise GoError(error.strerror or str(error), Position(filename)) from None
    objects: list[GoObject] = []
    others: list[str] = []
    for member in read_archive(content, filename):
        found = read_go_object(member, filename, goroot)
        if found:
            objects.append(found)
        else:
            others.append(member.name)
    return GoArchive(filename, tuple(objects), tuple(others))


def read_go_object(member: Member, filename: str, goroot: str) -> GoObject | None:
    """The Go object that *member* of the archive *filename* is, None for export data and C objects; raises :class:`GoError` as above."""
    split = None if member.name == "__.PKGDEF" else split_object(member.data)
    if split is None:
        return None
    header, data = split
    version = _version(goroot)
    if header.version != version:
        raise GoError(f"compiled by {header.version}, but the SDK is {version}", Position(filename))
    return GoObject(header, data, object_tables(goroot), filename, member.name)


@lru_cache(maxsize=8)
def _version(goroot: str) -> str:
    path = f"{goroot}/VERSION"
    try:
        with open(path, encoding="utf-8") as handle:
            return handle.readline().strip()
    except OSError as error:
        raise GoError(error.strerror or str(error), Position(path)) from None
