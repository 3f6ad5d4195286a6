"""What is known about files and folders on disk, so that nothing unchanged is read twice.

A file's *signature* is (mtime in ns, ctime in ns, size, inode). While it stays the same, so does the content hash recorded with it; a
parsed Go header is kept by content hash. A record is *racy* while the file is so young that a second write could have left the same
signature (the clock of a file system ticks in milliseconds, not nanoseconds): a racy record is not believed, and not kept by
:meth:`FileState.dump`. The signature is taken before the content is read: a write in between makes the next signature differ.

A build rests on what it found when it first looked, whatever it finds later: that is :attr:`FileState.seen`, and what is kept. An edit made
while a build runs is then news to the next one.

Which paths a load looked at (files read, folders listed, names that turned out not to exist) is what :meth:`FileState.watch` collects.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from stat import S_ISDIR
from typing import TYPE_CHECKING, NamedTuple

from .digest import text_digest

if TYPE_CHECKING:
    from .source.header import Header

# What reads headers is imported where one is needed: a build in which nothing has changed needs none.

GRANULARITY_NS = 20_000_000
"""How old a change must be for its time stamp to tell it from the next one: two ticks of a 100 Hz kernel clock."""

COARSE_GRANULARITY_NS = 2_000_000_000
"""The same for file systems that count in whole seconds (FAT: in twos); known by a time stamp without a fraction."""

_FORMAT = 3

_NONE = (0, 0, 0, 0)
"""The signature of no file."""

Signature = tuple[int, int, int, int]
Dump = tuple[int, dict[str, tuple[Signature, str]], dict[str, tuple[Signature, tuple[str, ...], str]], bytes]


class Listing(NamedTuple):
    """The entries of a folder, sorted by name; *kinds* has a letter for each: f(ile), d(irectory), l(ink), o(ther)."""

    names: tuple[str, ...]
    kinds: str


@dataclass(eq=False, slots=True)
class Watched:
    """Paths that something was made from: *files* by their content, *folders* by their entries. Some may not exist."""

    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)


class FileState:
    """Content hashes, listings and headers, each valid as long as a signature is. Not thread-safe for writing the same path."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[Signature, str]] = {}
        self._folders: dict[str, tuple[Signature, Listing]] = {}
        self._racy: set[str] = set()
        self._headers: dict[str, Header] = {}
        self._packed_headers = b""
        self._watchers: list[Watched] = []
        self._expected: set[str] = set()
        self.seen: dict[str, str | Listing] = {}
        """What was first found at a path since :meth:`load`: the digest of a file, the entries of a folder."""

    def digest(self, path: str) -> str:
        """The SHA-256 of the content of the file *path*, in hexadecimal; raises OSError."""
        for watched in self._watchers:
            watched.files.add(path)
        now = time.time_ns()
        signature = _signature(os.stat(path))
        known = self._files.get(path)
        if known and known[0] == signature and path not in self._racy:
            self.seen.setdefault(path, known[1])
            return known[1]
        return self._record(path, signature, now, _read(path))

    def header(self, path: str, name: str = "") -> Header:
        """The header of the source file *path*, Go or other by the suffix of *name*, which it stands for (unset: its own).

        Raises OSError if the file cannot be read.
        """
        for watched in self._watchers:
            watched.files.add(path)
        now = time.time_ns()
        signature = _signature(os.stat(path))
        known = self._files.get(path)
        if known and known[0] == signature and path not in self._racy:
            header = self._header(known[1], name or path)
            if header is not None:
                self.seen.setdefault(path, known[1])
                return header
        content = _read(path)
        return self.header_of(name or path, content, self._record(path, signature, now, content))

    def header_of(self, path: str, content: bytes, digest: str = "") -> Header:
        """The header of a file named *path* with *content*, which need not exist; *digest* is the content's, if known."""
        digest = digest or hashlib.sha256(content).hexdigest()
        header = self._header(digest, path)
        if header is None:
            from .source.header import scan_go, scan_other

            header = scan_go(content) if path.endswith(".go") else scan_other(content)
            self._headers[_header_key(digest, path)] = header
        return header

    def head_digest(self, path: str) -> str:
        """What stands for the header of the file *path* as it was read last; "" if none was."""
        known = self._files.get(path)
        header = self._header(known[1], path) if known else None
        return text_digest(repr(header)) if header else ""

    def is_disturbed(self, path: str) -> bool:
        """Whether the file or folder *path* has been read again since it was first seen, and was another."""
        seen = self.seen.get(path)
        known = self._folders.get(path) if isinstance(seen, Listing) else self._files.get(path)
        return seen is not None and known is not None and known[1] != seen

    def listing(self, folder: str) -> Listing:
        """The entries of *folder*; raises OSError if it is none."""
        for watched in self._watchers:
            watched.folders.add(folder)
        now = time.time_ns()
        signature = _signature(os.stat(folder))
        known = self._folders.get(folder)
        if known and known[0] == signature and folder not in self._racy:
            self.seen.setdefault(folder, known[1])
            return known[1]
        with os.scandir(folder) as entries:
            found = sorted((entry.name, _kind(entry)) for entry in entries)
        listing = Listing(tuple(name for name, _ in found), "".join(kind for _, kind in found))
        self._folders[folder] = (signature, listing)
        self.seen.setdefault(folder, listing)
        self._mark(folder, signature, now)
        return listing

    def is_dir(self, folder: str) -> bool:
        """Whether *folder* is a folder, also through a link. Like :meth:`listing` it is watched, also if there is none."""
        try:
            self.listing(folder)
        except OSError:
            return False
        return True

    @contextmanager
    def watch(self) -> Iterator[Watched]:
        """Collect the files and folders that are asked about inside the block, by any method, existing or not."""
        watched = Watched()
        self._watchers.append(watched)
        try:
            yield watched
        finally:
            self._watchers.remove(watched)

    def observe(self, seen: Watched) -> None:
        """Count what was *seen* in an earlier block as asked about now: what came of it is used again."""
        for watched in self._watchers:
            watched.files |= seen.files
            watched.folders |= seen.folders

    def changed(self, files: Iterable[str], folders: Iterable[str] = ()) -> list[str]:
        """Those of *files* whose content may differ from what is recorded, and those of *folders* whose entries may.

        A path without a record, or with a racy one, counts as changed if it exists: ask :meth:`digest` or :meth:`listing` about it
        then, and compare. One stat each and nothing else is done, 1.6 µs a path.
        """
        stat, racy, result = os.stat, self._racy, []
        records: dict[str, tuple[Signature, str]] | dict[str, tuple[Signature, Listing]]
        for paths, records in ((files, self._files), (folders, self._folders)):
            for path in paths:
                known = records.get(path)
                try:
                    status = stat(path)
                except OSError:
                    if known:
                        result.append(path)
                    continue
                if (
                    not known
                    or known[0] != (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)
                    or (racy and path in racy)
                ):
                    result.append(path)
        return result

    def expect_new(self, paths: Iterable[str]) -> None:
        """The build itself has made these files, each once: it rests on what is in them now, and in their folders."""
        for path in paths:
            if path not in self._expected:
                self._expected.add(path)
                self.seen.pop(path, None)
                self.seen.pop(os.path.dirname(path), None)

    def dump(self) -> Dump:
        """All records that can be believed later, as plain tuples and dictionaries for ``marshal``.

        What has changed since it was first seen is as it was then, with a signature that no file has. Headers that no recorded file has
        are left out. They are packed on their own: a null build does not need them.
        """
        files = {path: record for path, record in self._files.items() if path not in self._racy}
        folders = {
            path: (signature, listing.names, listing.kinds)
            for path, (signature, listing) in self._folders.items()
            if path not in self._racy
        }
        for path, seen in self.seen.items():
            if isinstance(seen, Listing):
                if self._folders[path][1] != seen:
                    folders[path] = (_NONE, seen.names, seen.kinds)
            elif self._files[path][1] != seen:
                files[path] = (_NONE, seen)
        self._unpack_headers()
        keys = {_header_key(digest, path) for path, (_, digest) in files.items()}
        headers = {key: tuple(header) for key, header in self._headers.items() if key in keys}
        return _FORMAT, files, folders, marshal.dumps(headers)

    def load(self, dump: object) -> None:
        """Take over what :meth:`dump` gave; anything else, such as another version's, is ignored: it costs time only."""
        if not (isinstance(dump, tuple) and len(dump) == 4 and dump[0] == _FORMAT):
            return
        _, files, folders, headers = dump
        self._files.update(files)
        self._folders.update({path: (signature, Listing(names, kinds)) for path, (signature, names, kinds) in folders.items()})
        self._packed_headers = headers

    def _header(self, digest: str, path: str) -> Header | None:
        self._unpack_headers()
        return self._headers.get(_header_key(digest, path))

    def _unpack_headers(self) -> None:
        if self._packed_headers:
            from .source.header import Header

            packed, self._packed_headers = marshal.loads(self._packed_headers), b""  # noqa: S302 - our own state file
            self._headers = {key: Header(*fields) for key, fields in packed.items()} | self._headers

    def _record(self, path: str, signature: Signature, now: int, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self._files[path] = (signature, digest)
        self.seen.setdefault(path, digest)
        self._mark(path, signature, now)
        return digest

    def _mark(self, path: str, signature: Signature, now: int) -> None:
        """Note whether *signature*, taken at *now*, is racy."""
        mtime, ctime = signature[:2]
        granularity = GRANULARITY_NS if mtime % 1_000_000_000 else COARSE_GRANULARITY_NS
        if mtime > now - granularity or ctime > now - GRANULARITY_NS:
            self._racy.add(path)
        else:
            self._racy.discard(path)


def _signature(status: os.stat_result) -> Signature:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _header_key(digest: str, path: str) -> str:
    # The same bytes can be a Go file here and a C file there.
    return digest if path.endswith(".go") else digest + "-"


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "l"
    if entry.is_dir(follow_symlinks=False):
        return "d"
    return "f" if entry.is_file(follow_symlinks=False) else "o"


def _read(path: str) -> bytes:
    """The content of *path*, by system calls: a file object costs three times as much for a small file."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        status = os.fstat(handle)
        if S_ISDIR(status.st_mode):
            raise IsADirectoryError(21, os.strerror(21), path)
        content = os.read(handle, status.st_size + 1)
        chunk = content
        while chunk and len(content) != status.st_size:
            chunk = os.read(handle, 1 << 20)
            content += chunk
        return content
    finally:
        os.close(handle)
