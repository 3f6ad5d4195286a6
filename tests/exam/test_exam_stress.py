"""Programs under load: how runs are judged, with scripts in place of programs; and that the real ones build and agree."""

from __future__ import annotations

import re
from pathlib import Path

import conftest
import pytest
from patience import limit_when
from sconsproject import LONG
from stress import LOADS, PROGRAMS, Load, Measured, build_loads, measure, table
from stress_controls import MUTANTS, missed
from toolchain import Toolchain

LOAD = Load("x", ("3",), "some load")


def put(folder: Path, runtime: str, script: str) -> None:
    path = folder / f"x-{runtime}"
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("echo out $1", ""),
        ("echo other", "prints something else: 'other\\n'"),
        ("echo panic: no >&2; exit 2", "exit status 2: panic: no"),
        ("kill -SEGV $$", "was killed by SIGSEGV: nothing printed"),
        ("touch hangs; sleep 600", "runs longer than 0 s"),
        ("date +%N", "does not print the same each time"),
    ],
)
def test_faults(script: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another output, a failure, a crash, a hang, an output that changes: each is told for the runtime it is on."""
    limit_when(monkeypatch, tmp_path / "hangs")
    put(tmp_path, "full", "echo out $1")
    put(tmp_path, "min", script)
    row = measure(LOAD, ["full", "min"], tmp_path, 3, 0.7, LONG)
    assert (row["full"].fault, re.sub(r"\d+ s$", "0 s", row["min"].fault)) == ("", fault)
    assert len(row["full"].seconds) == len(row["full"].processor) == 3 and row["full"].peak_memory > 100_000
    lines = table({"x": row}, [LOAD])
    assert lines[2].startswith("some load") and (fault == "") == (len(lines) == 3)


def test_processor_time_and_budget(tmp_path: Path) -> None:
    """A program that sleeps takes little processor time, one that computes takes some; no turn begins when the budget is spent."""
    put(tmp_path, "full", "sleep 1")
    put(tmp_path, "min", "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done")
    row = measure(LOAD, ["full", "min"], tmp_path, 9, LONG, 0.2)
    assert len(row["full"].seconds) == len(row["min"].seconds) == 1
    assert row["full"].best < 1 <= row["full"].seconds[0] and row["min"].best > 0.01


def test_table_has_ratios() -> None:
    """The best times, megabytes and their ratios; dashes for what failed."""
    row = {"full": Measured((3.0, 2.0, 2.5), (4.0, 4.0, 4.0), 4_000_000), "min": Measured((1.0, 1.0, 9.0), (1.0, 1.0, 9.0), 3_000_000)}
    assert table({"x": row}, [LOAD])[2].split() == ["some", "load", "2.000", "1.000", "0.50", "4.0", "3.0", "0.75"]
    row["min"] = Measured((), (), 0, "exit status 2")
    assert [line.split() for line in table({"x": row}, [LOAD])[2:]] == [
        ["some", "load", "2.000", "-", "4.0", "-"],
        ["x", "on", "min:", "exit", "status", "2"],
    ]


def test_every_load_has_its_program() -> None:
    """And no program is left out."""
    assert {load.program for load in LOADS} == {path.name for path in PROGRAMS.iterdir()}


@pytest.mark.judge
def test_loads_on_both_runtimes(tmp_path: Path) -> None:
    """Each program prints the same on both, in at most 1.3 times the memory."""
    root = str(conftest.goroot(conftest.CURRENT))
    output = tmp_path / "programs"
    output.mkdir()
    for runtime in ("full", "min"):
        assert build_loads(root, runtime, LOADS, output, 2) == {}
    for load in LOADS:
        row = measure(load, ["full", "min"], output, 1, LONG, 0)
        assert [side.fault for side in row.values()] == ["", ""], load.program
        assert row["min"].peak_memory <= 1.3 * row["full"].peak_memory, load.program


@pytest.mark.judge
def test_mistakes_are_caught(tmp_path: Path) -> None:
    """Each program has at least one mutant, and all of them fail as they must."""
    assert {mutant.program for mutant in MUTANTS} == {load.program for load in LOADS}
    toolchain = Toolchain(str(conftest.goroot(conftest.CURRENT)), "min", tmp_path / "std", 2)
    assert [failure for mutant in MUTANTS if (failure := missed(mutant, toolchain, PROGRAMS, tmp_path))] == []
