"""``scons -c``: what a program and its packages left behind."""

from __future__ import annotations

import contextlib
import os
import shutil

from SCons.Util import display

from .ledger import Ledger
from .units import output_files, remove_files


def remove_program(ledger: Ledger, target: str, top: str) -> bool:
    """Remove the program *target* and the packages that the *ledger* says it is linked from; whether there was anything."""
    known = ledger.linked.pop(target, None)
    ledger.dirty = True
    removed = remove_files([target])
    stems = known.packages if known else ()
    count = sum(remove_files(output_files(stem)) for stem in stems)
    root = os.path.dirname(ledger.path)
    if count:
        display(f"Removed {count} package{'s' if count > 1 else ''} in {os.path.relpath(root, top)}")
    for output in {stem[len(root) :].split(os.sep)[1] for stem in stems}:
        _sweep(os.path.join(root, output))
    if not ledger.linked:
        remove_files([os.path.join(root, "modules")])
    return removed or bool(count)


def _sweep(output: str) -> None:
    """Remove memos and empty folders below *output*."""
    for name in ("~stamps", "~work", "~runtime"):
        shutil.rmtree(os.path.join(output, name), ignore_errors=True)
    for folder, _, _ in os.walk(output, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(folder)
