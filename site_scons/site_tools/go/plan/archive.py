"""Archives of object files, as the Go compiler writes them and the linker reads them: 60-byte ar headers and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from ..errors import GoError
from ..inspect.archive import Member, read_archive

MAGIC = b"!<arch>\n"


def append(archive: str, members: Iterable[str]) -> None:
    """Append the files *members* to *archive*, under their base names cut to 16 bytes, with no time, owner or mode of theirs.

    Source: cmd/go/internal/work/gc.go:496 packInternal. Raises OSError.
    """
    with open(archive, "ab") as output:
        for member in members:
            with open(member, "rb") as handle:
                content = handle.read()
            output.write(_member(os.path.basename(member), content))


def rewrite(archive: str, change: Callable[[Member], bytes]) -> None:
    """Put in the place of each member of *archive* what *change* makes of it; raises OSError, and GoError for a damaged archive."""
    with open(archive, "rb") as handle:
        content = handle.read()
    members = [_member(member.name, change(member)) for member in read_archive(content, archive)]
    with open(archive, "wb") as output:
        output.write(MAGIC + b"".join(members))


def _member(name: str, content: bytes) -> bytes:
    header = os.fsencode(name)[:16].ljust(16) + f"{0:<12}{0:<6}{0:<6}{0o644:<8o}{len(content):<10}`\n".encode()
    return header + content + b"\0" * (len(content) % 2)


def combined(export: bytes, objects: bytes) -> bytes:
    """The one archive that the compiler writes without -linkobj, from the two that it writes with it.

    Raises GoError if one of them is no archive.
    """
    if not export.startswith(MAGIC) or not objects.startswith(MAGIC):
        raise GoError("the compiler's output is not an archive")
    return export + objects[len(MAGIC) :]
