"""Real programs do on the min runtime what they do on Go's own; for the large ones: tools/realruns.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import CURRENT, ROOT, goroot
from realcheckout import checkout, keep
from realruns import TASKS, compare, judge
from scons_go.sdk import open_sdk

WORK = ROOT / ".cache" / "real"


@pytest.mark.judge
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xdist_group(f"real-{CURRENT}-{module}"))
        for name, module in (("goyacc", "golang.org/x/tools"), ("fzf", "github.com/junegunn/fzf"), ("esbuild", "github.com/evanw/esbuild"))
    ],
)
def test_real_programs_do_the_same(name: str) -> None:
    place = checkout(CURRENT, name)
    task = next(task for task in TASKS if task.program == name)
    verdict = judge(task, place.sdk, WORK, repeat=1)
    keep(place)
    assert not verdict.faults, "\n".join(verdict.faults)
    assert verdict.min.size < verdict.full.size


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("echo a; echo b > made", ""),
        ("echo c; echo b > made", "min: prints something else: 'c\\n'"),
        ("echo a; echo c > made", "min: the file made and 0 more differ"),
        ("echo a; echo b > made; echo b > other", "min: the file other and 0 more differ"),
        ("echo a; echo b > made; exit 3", "min: exit status 3, expected 0: a"),
        ("echo a; echo b > made; kill -SEGV $$", "min: was killed by SIGSEGV, expected 0: a"),
    ],
    ids=["same", "output", "content", "one more", "status", "signal"],
)
def test_differences_are_told(script: str, fault: str, tmp_path: Path) -> None:
    """Two scripts in place of the programs."""
    programs = []
    for name, text in (("full", "echo a; echo b > made"), ("min", script)):
        programs.append(tmp_path / name)
        programs[-1].write_text(f"#!/bin/sh\n{text}\n")
        programs[-1].chmod(0o755)
    sdk = open_sdk(str(goroot(CURRENT)))
    verdict = compare(replace(TASKS[0], arguments=(), prepare=None), programs[0], programs[1], sdk, repeat=1)
    assert verdict.faults == ((fault,) if fault else ())
