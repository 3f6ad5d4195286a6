"""Go's build IDs: ``action/main action/main content/content`` in a program, each part 20 characters of a SHA-256.

Packages are compiled with a constant placeholder, so that a package's export data depends on nothing but what it exports. What the go
command would have written is computed when a program is linked: from the content of each package's archive with the ID left out, which
is the same content whatever ID stands there. The comment at the top of cmd/go/internal/work/buildid.go explains the scheme.
"""

from __future__ import annotations

import base64
import hashlib
import mmap

from ..sdk import SDK
from . import binary
from .archive import combined

PLACEHOLDER = "scons-go-placeholder/scons-go-placeholder"
"""The build ID of every package: two parts of the length that go's have."""


def short(digest: bytes) -> str:
    """The first 120 bits of *digest* as 20 characters (cmd/internal/buildid/buildid.go:331 HashToString)."""
    return base64.urlsafe_b64encode(digest[:15]).decode()


def action_id(sdk: SDK, text: str) -> str:
    """The action ID for the description *text*, salted with the go command's version (cmd/go/internal/cache/hash.go:44)."""
    return short(hashlib.sha256((sdk.version.partition(" X:")[0] + text).encode("utf-8", "surrogateescape")).digest())


def content_id(export: bytes, objects: bytes) -> str:
    """The content ID of a package, from its export data and its object archive (cmd/internal/buildid/rewrite.go:22 FindAndHash)."""
    whole = combined(export, objects)
    return short(hashlib.sha256(whole.replace(PLACEHOLDER.encode(), bytes(len(PLACEHOLDER)))).digest())


def stamp(path: str, build_id: str, minor: int) -> str:
    """Turn the temporary *build_id* in the program *path*, as Go 1.*minor* does, into the final one, and return that.

    The last part becomes the content ID. A program that does not carry *build_id* (the user gave -ldflags=-buildid=) is left alone, and
    a Mach-O program is signed anew. Sources: cmd/go/internal/work/buildid.go:665 updateBuildID, cmd/internal/buildid/rewrite.go.
    Raises OSError.
    """
    with open(path, "r+b") as program:
        with mmap.mmap(program.fileno(), 0, access=mmap.ACCESS_COPY) as data:  # of its pages, only those that are blanked are copied
            where = binary.signature(data)
            places, digest = _blank_and_hash(data, build_id.encode(), minor, where)
        final = build_id.rpartition("/")[0] + "/" + short(digest)
        if not places:
            return final
        for place in places:
            program.seek(place)
            program.write(final.encode())
        if where is not None:
            program.seek(0)
            new = binary.sign(program.read(), where)
            if new is not None:
                program.seek(where.start)
                program.write(new)
    return final


def _blank_and_hash(data: mmap.mmap, build_id: bytes, minor: int, where: binary.Signature | None) -> tuple[list[int], bytes]:
    """(where *build_id* stands, digest of *data* without it, without the Mach-O signature at *where* and without the host's build ID).

    What is left out is zero in *data* then.
    """
    host = binary.host_build_id(data) if minor >= 24 else None  # since then the linker derives it from Go's build ID
    if where is not None:
        end = min(where.start + where.size, len(data))
        data[where.start : end] = bytes(end - where.start)
    if host is not None:
        data[host[0] : host[1]] = bytes(host[1] - host[0])
    places = []
    place = data.find(build_id)
    while place >= 0:
        places.append(place)
        data[place : place + len(build_id)] = bytes(len(build_id))
        place = data.find(build_id, place + len(build_id))
    return places, hashlib.sha256(data).digest()
