"""Programs that exercise memory say on the min runtime what they say on Go's own, also when garbage is collected all the time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import ROOT, goroot
from gorun import build
from sandbox import Limits, run_limited
from sconsproject import LONG
from toolchain import Toolchain

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.go"))
# How often to collect under stress: every n-th allocation. Programs that allocate much, or that count allocations, less often or never.
STRESS = {"busy": 0, "finalizerssoon": 0, "graph": 500, "preempted": 5000, "shapes": 500, "memstats": 0, "stackmemory": 20000}


@pytest.fixture(scope="module")
def toolchains() -> dict[str, Toolchain]:
    """Both runtimes; std is kept where tools/gorun.py keeps it."""
    sdk = str(goroot("1.27.3"))
    return {runtime: Toolchain(sdk, runtime, ROOT / "build" / "gorun", os.cpu_count() or 1) for runtime in ("full", "min")}


def run(program: Path, **environment: str) -> tuple[int, str]:
    """Exit status and output of *program*; of a crash report what comes before the first goroutine, where addresses begin.

    On one processor, as on the min runtime, what the program yields to comes before it goes on: a finalizer, a goroutine that it began.
    Memory is limited to a terabyte, for a kernel may be set to promise any amount (vm.overcommit_memory).
    """
    environ = {"PATH": os.defpath, "GOTRACEBACK": "single", "GOMAXPROCS": "1", **environment}
    outcome = run_limited([str(program)], program.parent, environ, Limits(LONG, 1 << 40))
    return outcome.status, outcome.text.split("\ngoroutine ", 1)[0].split("\nruntime stack:", 1)[0].rstrip()


# What memstats prints depends on how far the collector got, so on a loaded machine on the other programs that run; cutstd imports much.
JUDGES = ("memstats", "cutstd")
CASES = [pytest.param(path, id=path.stem, marks=[pytest.mark.judge] if path.stem in JUDGES else []) for path in PROGRAMS]


@pytest.mark.parametrize("source", CASES)
def test_program(source: Path, toolchains: dict[str, Toolchain], tmp_path: Path) -> None:
    """What is expected is in a file where the full runtime, whose collector runs beside the program, does not always say the same."""
    recorded = source.with_suffix(".out")
    build(toolchains["min"], [source], tmp_path / "min")
    if recorded.exists():
        expected = (0, recorded.read_text().rstrip())
    else:
        build(toolchains["full"], [source], tmp_path / "full")
        expected = run(tmp_path / "full")
    assert run(tmp_path / "min") == expected
    every = STRESS.get(source.stem, 1)
    if every:
        build(toolchains["min"], [source], tmp_path / "min", stress=True)
        assert run(tmp_path / "min", GODEBUG=f"gcstress={every}") == expected


LIMITS = "9223372036854775807 9223372036854775808 +5MiB -1 -0 8388607TiB 8388608TiB 16777216TiB 5iB 5XiB MiB 5B 1_0"


def test_a_memory_limit_is_read_as_by_stock_go(toolchains: dict[str, Toolchain], tmp_path: Path) -> None:
    """The greatest number was malformed, and so was one with a plus sign."""
    source = tmp_path / "main.go"
    source.write_text("package main\n\nvar kept []byte\n\nfunc main() {\n\tkept = make([]byte, 100)\n\tprintln(len(kept))\n}\n")
    for runtime, toolchain in toolchains.items():
        build(toolchain, [source], tmp_path / runtime)
    for limit in LIMITS.split():
        assert run(tmp_path / "min", GOMEMLIMIT=limit) == run(tmp_path / "full", GOMEMLIMIT=limit), limit
