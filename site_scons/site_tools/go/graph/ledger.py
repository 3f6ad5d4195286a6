"""What the last builds made and from what, so that a build in which nothing has changed need not find it out again.

There is one ledger for a ``$GOBUILDDIR``. It is a memo: without it, or for what it does not vouch for, the sources are read and the
packages' own records decide.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..filestate import GRANULARITY_NS, Dump, FileState

FORMAT = "scons-go ledger 3"

Signature = tuple[int, int, int]
"""A made file as it was left: mtime in ns, size, inode."""


class Made(NamedTuple):
    """A compiled package: what record.Built says of it, and the signatures of its two files.

    *action_key* and *imports* are those of its plan and *key* is the digest of all that went in, so that the package can be told to be
    current without being planned again; they are empty for packages of the SDK and the module cache.
    """

    import_path: str
    export_digest: str
    content_id: str
    export: Signature
    archive: Signature
    key: str = ""
    action_key: str = ""
    imports: tuple[str, ...] = ()


class Linked(NamedTuple):
    """A program that was linked.

    *settings* are the variables it was built with. *files* and *folders* are all that was read for it, apart from what does not change:
    the SDK and the module cache. *tools* are files that count by their signatures: the SDK's tools and the modules of this tool.
    *packages* are the stems of the packages that it is linked from. *key* is the digest of all that went into the link, *added* of what
    the user added to the node. *output* and *digest* are the signature and the SHA-256 of the program. *number* is that of the build
    that found it to be so: what has changed since then has changed for it, whichever build noticed. *kept* is the digest of the packages
    as they were loaded (kept.py), "" where they are not kept.
    """

    settings: dict[str, str]
    tools: dict[str, Signature]
    files: tuple[str, ...]
    folders: tuple[str, ...]
    packages: tuple[str, ...]
    key: str
    added: str
    output: Signature
    digest: str = ""
    number: int = 0
    kept: str = ""


@dataclass(eq=False)
class Ledger:
    """The ledger in the file *path*. *linked* is by the target's path, *state* what is known about files now."""

    path: str
    linked: dict[str, Linked] = field(default_factory=dict)
    state: FileState = field(default_factory=FileState)
    basis: dict[str, str] = field(default_factory=dict)
    """Output folder → digest of what all of its packages rest on."""

    number: int = 1
    """How many builds have written the ledger, with this one."""

    dirty: bool = False
    _made: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    _files: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    _folders: Mapping[str, tuple[Any, tuple[str, ...], str]] = field(default_factory=dict)
    _compared: dict[str, bool] = field(default_factory=dict)
    _vouched: set[str] = field(default_factory=set)
    _tools: dict[str, Signature | None] = field(default_factory=dict)
    _read: Signature | None = None
    _youngest: int = 0
    _changed_in: dict[str, int] = field(default_factory=dict)
    """File or folder → number of the last build that found it changed."""

    _newer: dict[int, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: str) -> Ledger:
        """The ledger in *path*; an empty one if there is none that can be read."""
        ledger = cls(path)
        ledger._read = signature(path)
        with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
            with open(path, "rb") as handle:
                content = marshal.loads(handle.read())  # noqa: S302 (our own file)
            if content[0] == FORMAT:
                _, ledger._made, linked, ledger.basis, dump, number, ledger._changed_in = content
                ledger.number = number + 1
                ledger.linked = {target: Linked(*facts) for target, facts in linked.items()}
                _, ledger._files, ledger._folders, _ = dump
                ledger.state.load(dump)
        return ledger

    def is_outdated(self) -> bool:
        """Whether another process has written the file since it was read."""
        return signature(self.path) != self._read

    def write(self) -> None:
        """Write the ledger to its file if it has changed. That it cannot be written is no error: the next build does more work."""
        if not self.dirty:
            return
        from ..files import replace_file

        self.dirty = False
        if not self.linked:
            with contextlib.suppress(OSError):
                os.unlink(self.path)
            return
        wait = self._youngest + GRANULARITY_NS - time.time_ns()
        if 0 < wait <= GRANULARITY_NS:
            time.sleep(wait / 1e9)  # then no later change can leave the same signature
        needed = {stem for linked in self.linked.values() for stem in linked.packages}
        made = {stem: tuple(made) for stem, made in self._made.items() if stem in needed}
        linked = {target: tuple(linked) for target, linked in self.linked.items()}
        dump = self.state.dump()
        self._note_changes(dump)
        content = marshal.dumps((FORMAT, made, linked, self.basis, dump, self.number, self._changed_in))
        with contextlib.suppress(OSError):
            replace_file(self.path, content)

    def _note_changes(self, dump: Dump) -> None:
        """Take down what this build has found to be other than before, for the programs that it had nothing to do with, or that failed."""
        _, files, folders, _ = dump
        changed = [path for path, (_, digest) in files.items() if path not in self._files or self._files[path][1] != digest]
        changed += [path for path, record in folders.items() if path not in self._folders or self._folders[path][1:] != record[1:]]
        self._changed_in.update(dict.fromkeys(changed, self.number))
        oldest = min((linked.number for linked in self.linked.values()), default=self.number)
        self._changed_in = {path: number for path, number in self._changed_in.items() if number > oldest}

    def known(self, stem: str) -> Made | None:
        """What is noted about the package with the outputs *stem*."""
        facts = self._made.get(stem)
        return Made(*facts) if facts else None

    def vouches_for(self, stem: str) -> bool:
        """Whether the outputs of the package are as they were left."""
        if stem in self._vouched:  # many programs ask for the same package
            return True
        facts = self._made.get(stem)
        vouched = facts is not None and signature(stem + ".x") == facts[3] and signature(stem + ".a") == facts[4]
        if vouched:
            self._vouched.add(stem)
        return vouched

    def has_tools(self, tools: Mapping[str, Signature]) -> bool:
        """Whether the files in *tools*, which do not change while a build runs, have these signatures."""
        known = self._tools
        for path, before in tools.items():
            if path not in known:
                known[path] = signature(path)
            if known[path] != before:
                return False
        return True

    def note(self, stem: str, made: Made) -> None:
        """Take down a package."""
        self._made[stem] = made
        self._vouched.discard(stem)
        self.dirty = True

    def rest_on(self, output: str, basis: str) -> None:
        """Forget the packages in the folder *output* if they rest on something else than *basis*."""
        if self.basis.get(output) != basis:
            self.basis[output] = basis
            prefix = output + os.sep
            self._made = {stem: made for stem, made in self._made.items() if not stem.startswith(prefix)}
            self._vouched.clear()
            self.dirty = True

    def sign(self, path: str) -> Signature:
        """The signature of the file *path*, which may have been made just now; raises OSError if it is not there."""
        status = os.stat(path)
        self._youngest = max(self._youngest, status.st_mtime_ns)
        return status.st_mtime_ns, status.st_size, status.st_ino

    def changes(self, files: Iterable[str], folders: Iterable[str], since: int) -> list[str]:
        """Those of *files* whose content differs from when the build *since* ended, and those of *folders* whose entries do."""
        if since not in self._newer:
            self._newer[since] = frozenset(path for path, number in self._changed_in.items() if number > since)
        newer = self._newer[since]
        result = []
        stat, compared = os.stat, self._compared
        for paths, records in ((files, self._files), (folders, self._folders)):
            for path in paths:
                if path in newer:
                    result.append(path)
                    continue
                record = records.get(path)
                if path in compared:
                    if compared[path] or self._was_other(path, record):
                        result.append(path)
                    continue
                try:
                    status = stat(path)
                except OSError:
                    compared[path] = record is not None
                else:
                    now = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)
                    compared[path] = record is None or (record[0] != now and not self._same_content(path, record))
                if compared[path]:
                    result.append(path)
        return result

    def _was_other(self, path: str, record: tuple[Any, ...] | None) -> bool:
        """Whether *path* was edited after it had been compared, and before this build looked into it."""
        seen = self.state.seen.get(path)
        return seen is not None and record is not None and seen != (record[1] if len(record) == 2 else record[1:])

    def new_and_gone(self, folder: str) -> tuple[list[str], list[str]]:
        """The entries that *folder* has got, and lost, since the last build ended."""
        record = self._folders.get(folder)
        before = record[1] if record else ()
        try:
            now = self.state.listing(folder).names
        except OSError:
            now = ()
        return sorted(set(now) - set(before)), sorted(set(before) - set(now))

    def _same_content(self, path: str, record: tuple[Any, ...]) -> bool:
        self.dirty = True
        try:
            if len(record) == 2:
                return bool(self.state.digest(path) == record[1])
            listing = self.state.listing(path)
        except OSError:
            return False
        return (listing.names, listing.kinds) == record[1:]


def signature(path: str) -> Signature | None:
    """The signature of the file *path* as it is now; None without one."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def signatures(paths: Iterable[str]) -> dict[str, Signature]:
    """The signatures of those of *paths* that exist."""
    return {path: found for path in paths if (found := signature(path))}
