"""Packages that are there already, compiled for another variant.

Each variant has a folder of its own, but other tags, or flags for some packages only, leave most packages as they are. What a package
is made from decides (record.full_key), as in the go command's cache, which knows no variants.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace

from ..files import replacement
from . import record
from .compile import PackagePlan
from .config import Config
from .record import Built


def adopt(config: Config, plan: PackagePlan, key: str) -> Built | None:
    """Take the package that *plan* makes from a variant folder beside *config*'s, if one of them has it for the same *key*.

    The outputs are hard links then, and have a record. None if there is no such package, or no hard links; nothing is changed then
    that a record speaks of.
    """
    folder = os.path.dirname(config.output)
    for export, archive, note in _places(folder, plan):
        twin = replace(plan, export=export, archive=archive, record=note)
        built = record.load(twin, key)
        if built is None:
            continue
        try:
            os.makedirs(os.path.dirname(plan.export), exist_ok=True)
            record.forget(plan)
            _link(export, plan.export)
            _link(archive, plan.archive)
            # Another process may have compiled the twin anew in the meantime.
            if record.load(twin, key) and record.output_state(export, archive) == record.output_state(plan.export, plan.archive):
                adopted = replace(built, export=plan.export, archive=plan.archive)
                record.save(plan, adopted, key)
                return adopted
        except OSError:
            continue  # a file system without hard links, or a twin that has just been removed
    return None


def _places(folder: str, plan: PackagePlan) -> Iterator[tuple[str, str, str]]:
    """Where the other variant folders in *folder* have the export data, the archive and the record of *plan*, if they have them."""
    own, _, stem = os.path.relpath(plan.record, folder).partition(os.sep)
    stem = os.path.splitext(stem)[0]
    with contextlib.suppress(OSError):
        for name in sorted(os.listdir(folder)):
            if name != own:
                there = os.path.join(folder, name, stem)
                yield there + ".x", there + ".a", there + ".built"


def _link(source: str, target: str) -> None:
    """Make *target* a hard link to *source*, in place of what it was; raises OSError."""
    with replacement(target) as temporary:
        os.link(source, temporary)
