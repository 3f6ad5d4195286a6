"""A program as the linker writes it → the same program in a file without what only fills up pages.

Go's linker reserves a page for headers, of which it uses a third, and fills up the last page of data before what is not loaded
(cmd/link/internal/ld elf.go:119 ELFRESERVE, data.go:3329 layout, 1.27.3). Where text is told to begin a few hundred bytes behind the
start of a page (link -T, see link_flags in runtime_min/manifest.toml), the linker still writes it a page behind the headers, to where
no kernel can map it from; here it comes next to them. All addresses stay what they are: only places in the file change.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Sequence
from typing import BinaryIO, NamedTuple

from ..errors import GoError, Position
from ..files import replacement

LAYOUT = "compact 1"
"""Goes into the key of a program: another number where the same program would come out otherwise."""

_HEADER, _SEGMENT, _SECTION = struct.Struct("<16sHHIQQQIHHHHHH"), struct.Struct("<IIqQQQQQ"), struct.Struct("<IIQQQQIIQQ")  # elf.h
_PT_LOAD, _PT_PHDR = 1, 6
_SHT_NULL, _SHT_NOBITS = 0, 8
_SHF_ALLOC = 2
_CHUNK = 16 << 10
"""Bytes copied at once. What is written in larger pieces, Linux may keep in larger pieces, and then it maps more of it than a program
touches: with 64 KB at once, the peak memory of hello with fmt was 420 KB instead of 372."""


class _Segment(NamedTuple):
    type: int
    flags: int
    offset: int
    address: int
    physical: int
    file_size: int
    memory_size: int
    alignment: int


class _Section(NamedTuple):
    name: int
    type: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry_size: int

    @property
    def in_file(self) -> bool:
        return self.type not in (_SHT_NULL, _SHT_NOBITS)


class _Headers(NamedTuple):
    """The file header, where its section headers are, the program headers and the section headers."""

    file: tuple[int, ...]
    table: int
    segments: list[_Segment]
    sections: list[_Section]

    @property
    def size(self) -> int:
        """Of what has to be at the start of a file."""
        return _HEADER.size + len(self.segments) * _SEGMENT.size

    @property
    def table_size(self) -> int:
        return len(self.sections) * _SECTION.size


class _Piece(NamedTuple):
    """*size* bytes of the linker's file at *start*, and the *place* in the new one where they belong."""

    start: int
    size: int
    place: int


def compact(path: str, program: str) -> None:
    """Make the file *path*, as Go's linker has written it, smaller; it is to be the *program* of that name.

    One that another linker has put together is left alone. Raises OSError, and GoError for what is no ELF program for 64 bits or lacks a
    part; the file is what it was then.
    """
    try:
        with open(path, "rb") as source:
            headers = _read(source)
            if headers is None:
                return
            new, pieces = _layout(headers)
            with replacement(path) as made, open(made, "xb") as target:
                shutil.copymode(path, made)
                for piece in pieces:
                    _copy(source, target, piece)
                _write(target, new)
    except (struct.error, ValueError, ArithmeticError) as error:
        raise GoError(f"not an ELF program that Go's linker has written, or a damaged one: {error}", Position(program)) from None


def _read(source: BinaryIO) -> _Headers | None:
    """The headers; None where they are not all in a row, as Go's linker and no other puts them.

    Raises ValueError or struct.error where they are no program's.
    """
    file = _HEADER.unpack(source.read(_HEADER.size))
    if not file[0].startswith(b"\x7fELF\2\1"):
        raise ValueError("no ELF file of 64 bits, little-endian")
    table, numbers = file[6], file[8:13]
    size = numbers[2] * _SEGMENT.size
    if (file[5], table, numbers[1], numbers[3]) != (_HEADER.size, _HEADER.size + size, _SEGMENT.size, _SECTION.size):
        return None
    segments = [_Segment(*fields) for fields in _SEGMENT.iter_unpack(source.read(size))]
    sections = [_Section(*fields) for fields in _SECTION.iter_unpack(source.read(numbers[4] * _SECTION.size))]
    if (len(segments), len(sections)) != (numbers[2], numbers[4]):
        raise ValueError("it ends in its headers")
    return _Headers(file, table, segments, sections)


def _layout(old: _Headers) -> tuple[_Headers, list[_Piece]]:
    """The headers of the new file and what is to be copied from the old one; raises ValueError where these are not the linker's."""
    loads = [segment for segment in old.segments if segment.type == _PT_LOAD]
    if not loads or loads[0].offset > 0 or loads != sorted(loads, key=lambda load: (load.offset, load.address)):
        raise ValueError("segments in another order")
    # The first segment has the headers, the rest of their page, and then notes and text. It begins where a page begins: so its offset is
    # negative (elf.go:239 fixElfPhdr) where that is before the headers.
    first, end = loads[0], loads[0].offset + loads[0].file_size
    start = min((s.offset for s in old.sections if s.in_file and s.flags & _SHF_ALLOC), default=end)
    if not old.table + old.table_size <= start <= end:
        raise ValueError("sections in the headers")
    address = first.address + start - first.offset
    base = address - old.size - (address - old.size) % first.alignment
    pieces = [_Piece(start, end - start, address - base)]
    for load in loads[1:]:
        end = pieces[-1].place + pieces[-1].size
        pieces.append(_Piece(load.offset, load.file_size, end + (load.address - end) % load.alignment))
    moves = [(load.address, piece.place - piece.start) for load, piece in zip(loads, pieces, strict=True)]
    segments = [_moved_segment(segment, base, moves) for segment in old.segments]
    free = _Free(pieces)
    table = free.take(old.table_size, 8)
    sections = []
    for section in old.sections:
        if section.flags & _SHF_ALLOC:
            section = section._replace(offset=section.offset + _move(section.address, moves))
        elif section.in_file:
            pieces.append(_Piece(section.offset, section.size, free.take(section.size, section.alignment)))
            section = section._replace(offset=pieces[-1].place)
        sections.append(section)
    return _Headers(old.file, table, segments, sections), pieces


def _move(address: int, moves: Sequence[tuple[int, int]]) -> int:
    """How far what is loaded at *address* moves in the file: as the last of the segments in *moves* that does not begin behind it."""
    return next((move for start, move in reversed(moves) if start <= address), 0)


def _moved_segment(segment: _Segment, base: int, moves: Sequence[tuple[int, int]]) -> _Segment:
    if segment.type == _PT_PHDR:
        return segment._replace(address=base + segment.offset, physical=base + segment.offset)
    if segment.type == _PT_LOAD and segment.offset <= 0:
        more = segment.address - base
        return _Segment(_PT_LOAD, segment.flags, 0, base, base, segment.file_size + more, segment.memory_size + more, segment.alignment)
    move = _move(segment.address, moves) if segment.file_size else 0  # PT_GNU_STACK is about no part of the file
    return segment._replace(offset=segment.offset + move)


class _Free:
    """Where a file has room for what is not loaded: in what is left of the pages between segments, and at its end."""

    def __init__(self, loaded: Sequence[_Piece]) -> None:
        ends = [piece.place + piece.size for piece in loaded]
        self._gaps = list(zip(ends, [piece.place for piece in loaded[1:]], strict=False))
        self._end = ends[-1]

    def take(self, size: int, alignment: int) -> int:
        """The first place for *size* bytes."""
        for number, (start, end) in enumerate(self._gaps):
            place = start + -start % max(alignment, 1)
            if place + size <= end:
                self._gaps[number] = (place + size, end)
                return place
        place = self._end + -self._end % max(alignment, 1)
        self._end = place + size
        return place


def _copy(source: BinaryIO, target: BinaryIO, piece: _Piece) -> None:
    source.seek(piece.start)
    target.seek(piece.place)
    left = piece.size
    while left:
        content = source.read(min(left, _CHUNK))
        if not content:
            raise ValueError("it ends in a segment or section")
        target.write(content)
        left -= len(content)


def _write(target: BinaryIO, headers: _Headers) -> None:
    target.seek(0)
    target.write(_HEADER.pack(*headers.file[:6], headers.table, *headers.file[7:]))
    for segment in headers.segments:
        target.write(_SEGMENT.pack(*segment))
    target.seek(headers.table)
    for section in headers.sections:
        target.write(_SECTION.pack(*section))
