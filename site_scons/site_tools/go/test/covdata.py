"""The coverage data that instrumented binaries leave in ``GOCOVERDIR``, read into a profile.

A *meta-data file* (``covmeta.HASH``) describes the packages of a program: functions and their blocks. *Counter files*
(``covcounters.HASH.PID.TIME``) hold what one run counted. The formats are described in internal/coverage/defs.go of the SDK (version 1
in Go 1.22 to 1.27).
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import GoError, Position
from .coverprofile import Block, Profile

_META_MAGIC, _COUNTER_MAGIC = b"\x00cvm", b"\x00cwm"
_VERSION = 1
_MODES = ("", "set", "count", "atomic", "regonly", "testmain")

_META_HEADER = struct.Struct("<4sIQQ16sIIBB6x")
_PACKAGE_HEADER = struct.Struct("<IIII16s4xII")
_COUNTER_HEADER = struct.Struct("<4sI16sBB6x")
_SEGMENT_HEADER = struct.Struct("<QII")
_FOOTER = struct.Struct("<4s4xI4x")
_RAW, _ULEB128 = 1, 2

_META_NAME = re.compile(r"covmeta\.(\S+)\Z")
_COUNTER_NAME = re.compile(r"covcounters\.(\S+)\.(\d+)\.(\d+)\Z")


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its name, and its blocks, which name the file."""

    name: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Meta:
    """A meta-data file: the mode of counting, and (import path, functions) of each package."""

    mode: str
    packages: tuple[tuple[str, tuple[Function, ...]], ...]


class _Reader:
    """A cursor over bytes."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def unpack(self, layout: struct.Struct) -> tuple[Any, ...]:
        values = layout.unpack_from(self.data, self.at)
        self.at += layout.size
        return values

    def uleb128(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def strings(self) -> list[str]:
        return [self._string() for _ in range(self.uleb128())]

    def _string(self) -> str:
        length = self.uleb128()
        text = self.data[self.at : self.at + length]
        self.at += length
        return text.decode("utf-8", "surrogateescape")


def read_meta(data: bytes, name: str) -> Meta:
    """The meta-data file *name* with content *data*; raises GoError if it is malformed or of an unknown version."""
    try:
        reader = _Reader(data)
        magic, version, _, entries, _, _, _, mode, _ = reader.unpack(_META_HEADER)
        _check("meta-data", magic, _META_MAGIC, version, name)
        offsets = [value for (value,) in (reader.unpack(struct.Struct("<Q")) for _ in range(entries))]
        return Meta(_MODES[mode], tuple(_read_package(data[offset:]) for offset in offsets))
    except (struct.error, IndexError, ValueError):
        raise GoError("malformed coverage meta-data file", Position(name)) from None


def _check(kind: str, magic: object, expected: bytes, version: int, name: str) -> None:
    if magic != expected:
        raise GoError(f"not a coverage {kind} file", Position(name))
    if version > _VERSION:
        raise GoError(f"coverage {kind} file has version {version}, newer than {_VERSION}, which scons-go knows", Position(name))


def _read_package(data: bytes) -> tuple[str, tuple[Function, ...]]:
    reader = _Reader(data)
    _, _, path, _, _, _, functions = reader.unpack(_PACKAGE_HEADER)
    offsets = reader.unpack(struct.Struct(f"<{functions}I"))
    strings = reader.strings()
    return strings[path], tuple(_read_function(_Reader(data, offset), strings) for offset in offsets)


def _read_function(reader: _Reader, strings: Sequence[str]) -> Function:
    units, name, file = reader.uleb128(), reader.uleb128(), reader.uleb128()
    numbers = [reader.uleb128() for _ in range(5 * units)]
    return Function(strings[name], tuple(Block(strings[file], *numbers[at : at + 5]) for at in range(0, len(numbers), 5)))


def read_counters(data: bytes, name: str) -> Iterator[tuple[int, int, list[int]]]:
    """(package index, function index, counts of its blocks) from a counter file, run by run; raises GoError if it is malformed."""
    try:
        reader = _Reader(data)
        magic, version, _, flavor, big_endian = reader.unpack(_COUNTER_HEADER)
        _check("counter", magic, _COUNTER_MAGIC, version, name)
        footer, segments = _FOOTER.unpack_from(data, len(data) - _FOOTER.size)
        _check("counter", footer, _COUNTER_MAGIC, 0, name)
        if flavor not in (_RAW, _ULEB128):
            raise ValueError(flavor)
        for segment in range(segments):
            if segment:
                reader.at += _FOOTER.size
            functions, strings, arguments = reader.unpack(_SEGMENT_HEADER)
            reader.at = -(-(reader.at + strings + arguments) // 4) * 4
            number = reader.uleb128 if flavor == _ULEB128 else _word_reader(reader, bool(big_endian))
            for _ in range(functions):
                count, package, function = number(), number(), number()
                yield package, function, [number() for _ in range(count)]
    except (struct.error, IndexError, ValueError):
        raise GoError("malformed coverage counter file", Position(name)) from None


def _word_reader(reader: _Reader, big_endian: bool) -> Callable[[], int]:
    word = struct.Struct(">I" if big_endian else "<I")
    return lambda: int(reader.unpack(word)[0])


def read_folders(folders: Iterable[str]) -> Profile:
    """The profile of all runs that left data in *folders*; blocks of packages that never ran count 0.

    Raises GoError if there is no data, or for files that are malformed or disagree in mode.
    """
    metas: dict[str, str] = {}
    counters: list[tuple[str, str]] = []
    searched = list(folders)
    for folder in searched:
        for name in _listing(folder):
            path = os.path.join(folder, name)
            if match := _META_NAME.match(name):
                metas.setdefault(match[1], path)
            elif match := _COUNTER_NAME.match(name):
                counters.append((match[1], path))
    if not metas:
        raise GoError(f"no coverage data in {', '.join(searched)}: run a binary that was built with -cover with GOCOVERDIR set to it")
    profile = Profile()
    for tag, path in sorted(metas.items()):
        meta = read_meta(_content(path), path)
        profile.add(meta.mode, ((block, 0) for _, functions in meta.packages for function in functions for block in function.blocks), path)
        for other, counter in counters:
            if other == tag:
                profile.add(meta.mode, _counted(meta, _content(counter), counter), counter)
    return profile


def _counted(meta: Meta, data: bytes, name: str) -> Iterator[tuple[Block, int]]:
    for package, function, counts in read_counters(data, name):
        try:
            blocks = meta.packages[package][1][function].blocks
        except IndexError:
            raise GoError("coverage counter file does not fit its meta-data file", Position(name)) from None
        yield from zip(blocks, counts, strict=False)


def _listing(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        raise GoError(f"cannot read {folder}: {error.strerror}") from None


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as handle:
            return handle.read()
    except OSError as error:
        raise GoError(f"cannot read {path}: {error.strerror}") from None
