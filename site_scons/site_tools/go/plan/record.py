"""What a run leaves behind besides its outputs: the facts that later steps need without reading the outputs again.

A record is a memo. It counts only while the outputs have the size and the time that it notes; without it the facts are computed from
the outputs, for instance when a cache has brought them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass

from ..files import replace_text
from .buildid import content_id
from .compile import PackagePlan

_FORMAT = "scons-go package 1"


@dataclass(frozen=True)
class Built:
    """A compiled package. *export_digest* is the SHA-256 of its export data in hexadecimal, *content_id* its part in Go's build IDs.

    *output* is what the tools said while they succeeded: warnings and diagnostics that were asked for.
    """

    import_path: str
    export: str
    archive: str
    export_digest: str
    content_id: str
    output: str = ""


def describe(plan: PackagePlan, export: str = "", archive: str = "", output: str = "") -> Built:
    """The facts about the outputs of *plan*, from the outputs themselves, or from the files that are about to become them.

    *output* is what the tools said. Raises OSError.
    """
    with open(export or plan.export, "rb") as handle:
        exported = handle.read()
    with open(archive or plan.archive, "rb") as handle:
        objects = handle.read()
    digest = hashlib.sha256(exported).hexdigest()
    return Built(plan.import_path, plan.export, plan.archive, digest, content_id(exported, objects), output)


def load(plan: PackagePlan, key: str) -> Built | None:
    """The facts about the outputs of *plan* if they are as its record says, and it was written for *key* (see :func:`save`); else None."""
    try:
        with open(plan.record, encoding="utf-8", errors="surrogateescape") as handle:
            head, recorded_key, digest, content, state, output = handle.read().split("\n", 5)
        if head == _FORMAT and key == recorded_key and state == output_state(plan.export, plan.archive):
            return Built(plan.import_path, plan.export, plan.archive, digest, content, output)
    except (OSError, ValueError):
        pass  # no record, or not one of ours: the outputs are made anew
    return None


def save(plan: PackagePlan, built: Built, key: str) -> None:
    """Note *built* as made for *key*; raises OSError."""
    lines = (_FORMAT, key, built.export_digest, built.content_id, output_state(built.export, built.archive), built.output)
    replace_text(plan.record, "\n".join(lines))


def forget(plan: PackagePlan) -> None:
    """Take the record away before the outputs change."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(plan.record)


def full_key(plan: PackagePlan, export_digests: dict[str, str]) -> str:
    """The digest of everything that goes into the package: its action key and what its imports export."""
    digest = hashlib.sha256(plan.action_key.encode())
    for path in plan.imports:
        digest.update(f"\0{path}\0{export_digests[path]}".encode())
    return digest.hexdigest()


def output_state(*paths: str) -> str:
    """What tells, without reading them, that the outputs are those of a certain run; raises OSError."""
    return " ".join(f"{status.st_mtime_ns} {status.st_size}" for status in map(os.stat, paths))
