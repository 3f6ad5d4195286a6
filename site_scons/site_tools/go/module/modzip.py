"""Module zips: what may be in one, and how it is extracted (GOROOT/src/cmd/vendor/golang.org/x/mod/zip/zip.go).

A zip is taken as hostile: every name is checked before the first byte is written, sizes are bounded, and nothing but plain files is made,
whatever an entry's mode says.
"""

from __future__ import annotations

import os
import posixpath
import stat
import zipfile
import zlib
from typing import IO

from ..errors import GoError
from .sums import digest, hash1
from .version import Version, check_file_path
from .words import quote

MAX_ZIP = 500 << 20
"""The largest zip, and the largest sum of its files' sizes, in bytes (zip.go:69-80)."""
MAX_GO_MOD = 16 << 20
MAX_LICENSE = 16 << 20

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What the zipfile module raises for archives that are cut short, corrupt, encrypted or packed in ways that it does not know."""

_UTF8_NAME = 0x800


def entry_name(entry: zipfile.ZipInfo) -> str:
    """The name as it stands in the archive; names are UTF-8 whether flagged or not, as archive/zip has it."""
    if entry.flag_bits & _UTF8_NAME or entry.orig_filename.isascii():
        return entry.orig_filename
    return entry.orig_filename.encode("cp437").decode("utf-8", "replace")


class _Collisions:
    """Finds names that are the same file on a file system that ignores case (zip.go:913, collisionChecker)."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[str, bool]] = {}

    def problem(self, path: str, folder: bool) -> str:
        while path:
            other, other_folder = self._seen.setdefault(path.casefold(), (path, folder))
            if other != path:
                return f"case-insensitive file name collision: {quote(other)} and {quote(path)}"
            if other_folder != folder:
                return f"entry {quote(path)} is both a file and a directory"
            path, folder = os.path.dirname(path), True
        return ""


def _name_problem(name: str, folder: bool) -> str:
    if posixpath.normpath(name) != name or name.startswith("//"):
        return "file path is not clean"
    problem = check_file_path(name)
    if problem or folder:
        return problem
    head, _, base = name.rpartition("/")
    if base.lower() == "go.mod":
        if head:
            return "go.mod file not in module root directory"
        if name != "go.mod":
            return "go.mod files must have lowercase names"
    return ""


def check_zip(archive: zipfile.ZipFile, module: Version) -> list[tuple[zipfile.ZipInfo, str]]:
    """The files of *archive* as (entry, name inside the module); raises GoError for names, sizes and collisions (zip.go:417, checkZip)."""
    prefix = f"{module}/"
    problems: list[str] = []
    files: list[tuple[zipfile.ZipInfo, str]] = []
    collisions = _Collisions()
    seen: set[str] = set()
    total = 0
    for entry in archive.infolist():
        full = entry_name(entry)
        if not full.startswith(prefix):
            raise GoError(f"zip for {module} has unexpected file {full}")
        folder = full.endswith("/")
        name = full[len(prefix) :].removesuffix("/")
        if not name:
            continue
        problem = _name_problem(name, folder) or collisions.problem(name, folder)
        if not problem and not folder:
            total += entry.file_size
            if name in seen:
                problem = f"multiple entries for file {quote(name)}"
            elif name == "go.mod" and entry.file_size > MAX_GO_MOD:
                problem = f"go.mod file too large (max size is {MAX_GO_MOD} bytes)"
            elif name == "LICENSE" and entry.file_size > MAX_LICENSE:
                problem = f"LICENSE file too large (max size is {MAX_LICENSE} bytes)"
            seen.add(name)
            files.append((entry, name))
        if problem:
            problems.append(f"{full}: {problem}")
    if total > MAX_ZIP:
        problems.append(f"total uncompressed size of module contents too large (max size is {MAX_ZIP} bytes)")
    if problems:
        raise GoError("\n".join(problems))
    return files


def open_zip(path: str, module: Version) -> tuple[zipfile.ZipFile, list[tuple[zipfile.ZipInfo, str]]]:
    """Open and check a module zip; raises GoError."""
    size = os.path.getsize(path)
    if size > MAX_ZIP:
        raise GoError(f"module zip file is too large ({size} bytes; limit is {MAX_ZIP} bytes)")
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGED as error:
        raise GoError(f"zip: not a valid zip file: {error}") from None
    try:
        return archive, check_zip(archive, module)
    except GoError:
        archive.close()
        raise


def hash_zip(path: str) -> str:
    """The "h1:" hash of a module zip; raises GoError if it is damaged (golang.org/x/mod/sumdb/dirhash/hash.go:111, HashZip)."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = []
            for entry in archive.infolist():
                with archive.open(entry) as stream:
                    files.append((entry_name(entry), digest(stream)))
    except DAMAGED as error:
        raise GoError(f"zip: {error}") from None
    return hash1(files)


def _copy(source: IO[bytes], target: IO[bytes], size: int) -> None:
    left = size
    while chunk := source.read(1 << 18):
        left -= len(chunk)
        if left < 0:
            raise zipfile.BadZipFile(f"larger than declared size ({size} bytes)")
        target.write(chunk)


def unzip(path: str, module: Version, folder: str) -> None:
    """Extract the zip at *path* into *folder*, which must be empty or absent; files get mode 0444 (zip.go:840, Unzip).

    Raises GoError and leaves what is there already to the caller.
    """
    archive, files = open_zip(path, module)
    made: set[str] = set()
    with archive:
        os.makedirs(folder, exist_ok=True)
        for entry, name in files:
            target = os.path.join(folder, *name.split("/"))
            parent = os.path.dirname(target)
            if parent not in made:
                os.makedirs(parent, exist_ok=True)
                made.add(parent)
            try:
                with archive.open(entry) as source, open(target, "xb") as output:
                    _copy(source, output, entry.file_size)
            except DAMAGED as error:
                raise GoError(f"unzip {path}: {name}: {error}") from None
            os.chmod(target, stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
