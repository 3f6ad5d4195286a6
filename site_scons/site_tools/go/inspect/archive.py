"""The members of an archive that the compiler writes (``.a``, ``.x``) and the text header of a Go object.

Format: the common ``ar`` with 60-byte member headers, cmd/internal/archive/archive.go:35; the header line of an object is
cmd/internal/objabi/util.go:HeaderString, and the text part ends with a line of a single ``!``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import GoError, Position

_MAGIC = b"!<arch>\n"
_HEADER_SIZE = 60
_GO_OBJECT = b"go object "
_TEXT_END = b"\n!\n"


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its name without padding and its bytes."""

    name: str
    data: memoryview


@dataclass(frozen=True, slots=True)
class ObjectHeader:
    """The first line of a Go object: what it was compiled for and by which release; *experiments* as the tools print them."""

    goos: str
    goarch: str
    version: str
    experiments: tuple[str, ...] = ()


def read_archive(data: bytes, filename: str) -> Iterator[Member]:
    """The members of an archive in order; raises :class:`GoError` where *data* is none, or is cut short."""
    if not data.startswith(_MAGIC):
        raise GoError("not an archive of the Go compiler", Position(filename))
    view, offset = memoryview(data), len(_MAGIC)
    while offset < len(data):
        header = data[offset : offset + _HEADER_SIZE]
        try:
            if header[58:60] != b"`\n":
                raise ValueError
            size = int(header[48:58])
        except ValueError:
            raise GoError(f"damaged archive: no member header at offset {offset}", Position(filename)) from None
        offset += _HEADER_SIZE
        if offset + size > len(data):
            raise GoError(f"damaged archive: the member at offset {offset} is cut short", Position(filename))
        yield Member(header[:16].decode("utf-8", "replace").rstrip(" /"), view[offset : offset + size])
        offset += size + size % 2


def split_object(data: memoryview) -> tuple[ObjectHeader, memoryview] | None:
    """The header of a Go object and the part after its text; None for anything else (a C object, export data)."""
    if bytes(data[: len(_GO_OBJECT)]) != _GO_OBJECT:
        return None
    text = bytes(data[:65536])
    end = text.find(_TEXT_END)
    if end < 0:
        end = bytes(data).find(_TEXT_END)
        if end < 0:
            return None
    words = text[: text.index(b"\n")].decode().split()
    experiments: tuple[str, ...] = ()
    if len(words) > 5 and words[5].startswith("X:"):
        experiments = tuple(words[5][2:].split(","))
    return ObjectHeader(words[2], words[3], words[4], experiments), data[end + len(_TEXT_END) :]
