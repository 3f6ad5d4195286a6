"""The steps that a plan is made of: plain values that say what to do, not how.

A step's texts may contain :data:`WORK`, which stands for the scratch folder of the run, and :data:`BACKENDS`, the number of threads that
the compiler may use; :func:`expand` puts the real ones in. No path and no argument can contain a NUL, so nothing else is replaced.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

WORK = "\0W"
BACKENDS = "\0C"

Environment = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Run *argv* in the folder *cwd* with *env* as the whole environment."""

    argv: tuple[str, ...]
    cwd: str
    env: Environment


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Write *content* to *path*."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Copy:
    """Copy the content of *source* to *target*."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class AppendArchive:
    """Append the object files *members* to *archive*."""

    archive: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeaveOutUntold:
    """Take out of the objects in *archive*, compiled by the SDK at *goroot*, what no trace tells (minruntime/untold.py)."""

    archive: str
    goroot: str


Step = Run | WriteFile | Copy | AppendArchive | LeaveOutUntold


def expand(texts: Iterable[str], work: str, backends: int = 0) -> list[str]:
    """*texts* with the scratch folder and the number of threads put in; without *backends* an argument that wants it is left out."""
    return [
        text.replace(WORK, work).replace(BACKENDS, str(backends)) if "\0" in text else text
        for text in texts
        if backends or BACKENDS not in text
    ]


def describe(step: Step) -> str:
    """One line for people, in the style of ``go build -x``: the scratch folder reads ``$WORK``."""
    if isinstance(step, Run):
        text = " ".join(expand(step.argv, "$WORK"))
    elif isinstance(step, WriteFile):
        text = f"write {step.path} ({len(step.content)} bytes)"
    elif isinstance(step, Copy):
        text = f"cp {step.source} {step.target}"
    elif isinstance(step, LeaveOutUntold):
        text = f"leave out what no trace tells: {step.archive}"
    else:
        text = " ".join(("ar r", step.archive, *step.members))
    return text.replace(WORK, "$WORK")
