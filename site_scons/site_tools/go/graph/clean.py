"""``scons -c``: what a program and its packages left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable
from typing import Any

from SCons.Util import display

from .kept import kept_file
from .ledger import Ledger
from .units import output_files, remove_files


def remove_program(ledger: Ledger, target: str, top: str) -> bool:
    """Remove the program *target* and the packages that the *ledger* says it is linked from; whether there was anything."""
    known = ledger.linked.pop(target, None)
    ledger.dirty = True
    removed = remove_files([target])
    remove_files([kept_file(ledger.path, target)])
    stems = known.packages if known else ()
    count = sum(remove_files(output_files(stem)) for stem in stems)
    root = os.path.dirname(ledger.path)
    if count:
        display(f"Removed {count} package{'s' if count > 1 else ''} in {os.path.relpath(root, top)}")
    for output in {stem[len(root) :].split(os.sep)[1] for stem in stems}:
        _sweep(os.path.join(root, output))
    if not ledger.linked:
        remove_files([os.path.join(root, "modules")])
        with contextlib.suppress(OSError):
            os.rmdir(os.path.dirname(kept_file(ledger.path, target)))
    return removed or bool(count)


def remove_tests(ledger: Ledger, top: str, outputs: Iterable[Any]) -> bool:
    """Remove all test binaries, the results that are kept, and the reports *outputs*; whether there was anything."""
    root = os.path.dirname(ledger.path)
    results = os.path.join(root, "results")
    removed = [os.path.isdir(results), _remove_made(ledger, "~test-", top)]
    shutil.rmtree(results, ignore_errors=True)
    with contextlib.suppress(OSError):
        os.rmdir(root)
    return any([*removed, remove_files(str(node.get_abspath()) for node in outputs)])


def remove_vetted(ledger: Ledger, top: str) -> bool:
    """Remove what vet has found and what was compiled for it; whether there was anything."""
    return _remove_made(ledger, "~vet-", top)


def _remove_made(ledger: Ledger, prefix: str, top: str) -> bool:
    """Remove what is made in folders that begin with *prefix*, and what tests and checks note; whether anything was made."""
    targets = [target for target in ledger.linked if f"{os.sep}{prefix}" in target]
    removed = [remove_program(ledger, target, top) for target in targets]
    with contextlib.suppress(OSError), os.scandir(os.path.dirname(ledger.path)) as variants:
        for variant in variants:
            if variant.is_dir():
                _remove_memos(variant.path)
    return any(removed)


def _remove_memos(output: str) -> None:
    """Remove what tests and checks note in the folder of a variant."""
    with os.scandir(output) as entries:
        names = [entry.name for entry in entries if entry.name.startswith(("~test-", "~vet-", "~covermeta"))]
    for name in names:
        shutil.rmtree(os.path.join(output, name), ignore_errors=True)
    with contextlib.suppress(OSError):
        os.rmdir(output)


def _sweep(output: str) -> None:
    """Remove memos and empty folders below *output*."""
    for name in ("~stamps", "~work", "_runtime"):
        shutil.rmtree(os.path.join(output, name), ignore_errors=True)
    for folder, _, _ in os.walk(output, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(folder)
