"""The packages of a program as they were loaded, kept for later builds: an edit inside a function changes nothing of what they are.

A package follows from the entries of its folder, from the heads of its files (header.py) and from the modules. If all that has changed are
the contents of files whose heads are as they were, the packages need not be found again, which takes longer than to compile one of them.
There is a file for each program, ``$GOBUILDDIR/closures/...``; the ledger knows the digest of its content.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..digest import text_digest
from ..files import replace_file
from ..filestate import FileState
from ..package import Package

if TYPE_CHECKING:
    from .build import Build
    from .derived import Derived
    from .ledger import Linked
    from .units import PackageUnit

FOLDER = "closures"


class Kept(NamedTuple):
    """*packages*, imported ones first, and what they rest on.

    *heads* are the digests of the heads of their source files, by path; files to embed have "". *fixed* are the stems of those packages
    that are not watched for changes. *derived* stands for the derived files that there were.
    """

    packages: tuple[Package, ...]
    heads: dict[str, str]
    fixed: tuple[str, ...]
    derived: str


def kept_file(ledger_file: str, target: str) -> str:
    """The file for the program *target* beside the ledger."""
    name = text_digest(target)[:16]
    return os.path.join(os.path.dirname(ledger_file), FOLDER, name)


def keep(build: Build, target: str, units: Collection[PackageUnit], files: Iterable[str], folders: Iterable[str]) -> str:
    """Keep the packages of *units*, all that *target* is made of, which rest on *files* and *folders*.

    Returns the digest of what is kept; "" if one was edited meanwhile, or if it cannot be written: the next build does more work.
    """
    if any(map(build.state.is_disturbed, (*files, *folders))):
        return ""
    heads = _heads(build.state, files, [unit.package for unit in units if not unit.immutable])
    fixed = tuple(unit.stem for unit in units if unit.immutable)
    kept = Kept(tuple(unit.package for unit in units), heads, fixed, _digest(build.derived))
    content = pickle.dumps(kept, pickle.HIGHEST_PROTOCOL)
    path = kept_file(build.ledger.path, target)
    try:
        replace_file(path, content)
    except OSError:
        return ""
    return hashlib.sha256(content).hexdigest()


def recall(build: Build, target: str, known: Linked) -> Sequence[Package] | None:
    """The packages that are kept of what is *known* of *target*, if loading them would give the same; the settings are as they were."""
    if not known.kept:
        return None
    build.notice_made()
    ledger = build.ledger
    kept = _read(kept_file(ledger.path, target), known.kept)
    if kept is None or kept.derived != _digest(build.derived):
        return None
    changes = ledger.changes(known.files, known.folders, known.number)
    if not all(_has_same_head(path, kept, build.state) for path in changes):
        return None
    # What is not watched has to be read again to be compiled again.
    return kept.packages if all(map(ledger.vouches_for, kept.fixed)) else None


def _read(path: str, digest: str) -> Kept | None:
    with contextlib.suppress(OSError):
        with open(path, "rb") as handle:
            content = handle.read()
        if hashlib.sha256(content).hexdigest() == digest:
            kept: Kept = pickle.loads(content)  # noqa: S301 - what the ledger has the digest of, this tool has written
            return kept
    return None


def _heads(state: FileState, files: Iterable[str], packages: Sequence[Package]) -> dict[str, str]:
    folders = {package.dir for package in packages}
    embedded = {os.path.join(package.dir, name) for package in packages for names in package.embed_files.values() for name in names}
    heads = {}
    for path in files:
        head = state.head_digest(path) if os.path.dirname(path) in folders else ""
        if head or path in embedded:
            heads[path] = head
    return heads


def _has_same_head(path: str, kept: Kept, state: FileState) -> bool:
    head = kept.heads.get(path)
    if head is None or not os.path.isfile(path):
        return False
    if head:
        with contextlib.suppress(OSError):
            state.header(path)
        return state.head_digest(path) == head
    return True


def _digest(derived: Derived) -> str:
    names = {folder: sorted(node.name for node in nodes) for folder, nodes in derived.by_folder.items()}
    return text_digest(repr((sorted(derived.overlay.items()), sorted(names.items()))))
