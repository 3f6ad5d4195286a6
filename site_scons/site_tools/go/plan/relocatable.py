"""A program as one relocatable ELF object: what the linker hands to an external linker, merged with other objects by ``ld -r``.

``link -linkmode=external`` writes all of the Go program into go.o in its -tmpdir and then runs the external linker
(cmd/link/internal/ld/lib.go:1525 hostlink). That one is a program that does nothing here; go.o is what is wanted.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..errors import GoError
from .commands import WORK, Run
from .config import Config
from .link import LinkPlan, linked
from .record import Built
from .run import run_step

# Said because package runtime/cgo is not part of a program without cgo; the linker goes on without it (ld/lib.go:600 loadlib).
_EXPECTED = "loadinternal: cannot find runtime/cgo"


def relocatable_plan(config: Config, plan: LinkPlan) -> LinkPlan:
    """*plan* for a program turned into one that stops at go.o; raises GoError for targets whose objects are not ELF."""
    variant = config.variant
    if variant.goos in ("windows", "darwin", "ios", "aix", "js", "wasip1", "plan9"):
        raise GoError(f"GoLinkRelocatable makes ELF objects, which {variant.goos}/{variant.goarch} does not use")
    if variant.runtime != "full":
        raise GoError("GoLinkRelocatable needs GORUNTIME='full': the min runtime has no entry for a C library's start code")
    idle = shutil.which("true", path=config.path) or shutil.which("true")
    if idle is None:
        raise GoError("GoLinkRelocatable needs the program true(1) on the PATH, which runs in place of an external linker")
    argv = [word for word in plan.argv if not word.startswith("-extld=")]
    return replace(plan, argv=(*argv, "-linkmode=external", f"-tmpdir={WORK}", f"-extld={idle}"))


def run_relocatable(
    config: Config, plan: LinkPlan, built: Mapping[str, Built], merge: tuple[Sequence[str], Sequence[str]], objects: Sequence[str]
) -> str:
    """Write the object that *plan* (of :func:`relocatable_plan`) names, and return what the tools said.

    *merge* is the command that merges: the words before its arguments and those behind; *objects* are merged behind go.o.
    Raises GoError; then there is no output.
    """
    with linked(config, plan, built) as (work, _, said):
        merged = os.path.join(work, "merged.o")
        words = [*merge[0], "-r", "-o", merged, os.path.join(work, "go.o"), *objects, *merge[1]]
        said = "".join(line for line in said.splitlines(True) if _EXPECTED not in line)
        said = "" if said.strip() == f"# {plan.import_path}" else said
        said += run_step(Run(tuple(words), config.base, plan.env), work, plan.import_path, plan.folder, config.base)
        os.replace(merged, plan.output)
    return said
