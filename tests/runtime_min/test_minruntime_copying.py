"""Copying and clearing of memory on the min runtime: small sizes at all alignments and overlaps, and larger ones, compared byte by byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import ROOT, goroot
from gorun import build
from sandbox import Limits, run_limited
from sconsproject import LONG
from toolchain import Toolchain

COPYING = Path(__file__).parent / "copying"


@pytest.mark.parametrize("memory", ["mapped", "plain"])
def test_copying(memory: str, tmp_path: Path) -> None:
    """In memory between pages that may not be touched; and in a program whose runtime does not ask what the processor can do."""
    toolchain = Toolchain(str(goroot("1.27.3")), "min", ROOT / "build" / "gorun", os.cpu_count() or 1)
    build(toolchain, [COPYING / "check.go", COPYING / f"{memory}.go"], tmp_path / memory)
    outcome = run_limited([str(tmp_path / memory)], tmp_path, {}, Limits(LONG, 1 << 40))
    assert (outcome.status, outcome.text) == (0, "1152156 checks, 0 bytes wrong\n")
