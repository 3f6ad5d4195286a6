"""The few bytes of an ELF or Mach-O program that do not count for its identity, and the signature of a Mach-O program.

Sources: cmd/internal/buildid/rewrite.go (what is left out), cmd/internal/codesign/codesign.go (the signature); the layouts are those of
elf.h, mach-o/loader.h and cs_blobs.h.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass

Content = bytes | bytearray | mmap.mmap

_LC_SEGMENT, _LC_SEGMENT_64, _LC_UUID, _LC_CODE_SIGNATURE = 0x1, 0x19, 0x1B, 0x1D
_MH_EXECUTE = 2
_MACHO_MAGIC = {
    b"\xfe\xed\xfa\xce": (">", 28),
    b"\xfe\xed\xfa\xcf": (">", 32),
    b"\xce\xfa\xed\xfe": ("<", 28),
    b"\xcf\xfa\xed\xfe": ("<", 32),
}

_CS_PAGE = 4096
_CS_IDENTIFIER = b"a.out\0"
_CS_SUPER_BLOB, _CS_BLOB = struct.Struct(">III"), struct.Struct(">II")
_CS_DIRECTORY = struct.Struct(">9I4B4I4Q")


@dataclass(frozen=True)
class Signature:
    """Where a Mach-O program keeps its code signature: *start* and *size* in bytes; *text* is (offset, size) of segment __TEXT."""

    start: int
    size: int
    text: tuple[int, int]
    executable: bool


def host_build_id(data: Content) -> tuple[int, int] | None:
    """(start, end) of the GNU build ID of an ELF file, or of the UUID of a Mach-O file; None without one."""
    if data[:4] == b"\x7fELF":
        return _elf_build_id(data)
    for command, offset, size, _ in _load_commands(data):
        if command == _LC_UUID:
            return offset + 8, offset + size
    return None


def _elf_build_id(data: Content) -> tuple[int, int] | None:
    order = "<" if data[5] == 1 else ">"
    if data[4] == 2:
        table, (size, count, names) = struct.unpack_from(order + "Q", data, 0x28)[0], struct.unpack_from(order + "3H", data, 0x3A)
        header = struct.Struct(order + "IIQQQQ")
    else:
        table, (size, count, names) = struct.unpack_from(order + "I", data, 0x20)[0], struct.unpack_from(order + "3H", data, 0x2E)
        header = struct.Struct(order + "IIIIII")
    if not table or names >= count:
        return None
    sections = [header.unpack_from(data, table + index * size) for index in range(count)]
    strings = sections[names][4]
    wanted = b".note.gnu.build-id\0"
    for name, _, _, _, offset, length in sections:
        if data[strings + name : strings + name + len(wanted)] == wanted:
            return offset + 16, offset + length  # after the note's three words and "GNU\0"
    return None


def _load_commands(data: Content) -> Iterator[tuple[int, int, int, str]]:
    """(command, offset, size, byte order) of each load command of a Mach-O file; nothing for another file."""
    kind = _MACHO_MAGIC.get(bytes(data[:4]))
    if kind is None:
        return
    order, offset = kind
    (count,) = struct.unpack_from(order + "I", data, 16)
    for _ in range(count):
        command, size = struct.unpack_from(order + "II", data, offset)
        yield command, offset, size, order
        offset += size


def signature(data: Content) -> Signature | None:
    """Where the code signature of a Mach-O file is; None for a file without one."""
    place, text = None, (0, 0)
    for command, offset, _, order in _load_commands(data):
        if command == _LC_CODE_SIGNATURE:
            place = struct.unpack_from(order + "II", data, offset + 8)
        elif command in (_LC_SEGMENT, _LC_SEGMENT_64) and data[offset + 8 : offset + 24].rstrip(b"\0") == b"__TEXT":
            wide = command == _LC_SEGMENT_64
            text = struct.unpack_from(order + ("QQ" if wide else "II"), data, offset + (40 if wide else 32))
    if place is None:
        return None
    (kind,) = struct.unpack_from(_MACHO_MAGIC[bytes(data[:4])][0] + "I", data, 12)
    return Signature(place[0], place[1], text, kind == _MH_EXECUTE)


def sign(data: Content, place: Signature) -> bytes | None:
    """The ad-hoc signature that belongs at *place* for the content *data*; None if it would not fit exactly, as go leaves it then."""
    pages = (place.start + _CS_PAGE - 1) // _CS_PAGE
    head = _CS_SUPER_BLOB.size + _CS_BLOB.size
    hashes = _CS_DIRECTORY.size + len(_CS_IDENTIFIER)
    length = hashes + pages * 32
    if head + length != place.size:
        return None
    directory = _CS_DIRECTORY.pack(
        *(0xFADE0C02, length, 0x20400, 0x20002, hashes, _CS_DIRECTORY.size, 0, pages, place.start),
        *(32, 2, 0, 12),  # SHA-256, pages of 2**12 bytes
        *(0, 0, 0, 0),
        *(0, *place.text, 1 if place.executable else 0),
    )
    view = memoryview(data)[: place.start]
    digests = (hashlib.sha256(view[start : start + _CS_PAGE]).digest() for start in range(0, place.start, _CS_PAGE))
    return b"".join([_CS_SUPER_BLOB.pack(0xFADE0CC0, place.size, 1), _CS_BLOB.pack(0, head), directory, _CS_IDENTIFIER, *digests])
