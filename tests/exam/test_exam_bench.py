"""The benchmark's table and its ways of building, without the measuring."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import conftest
import pytest


def load_bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_side_by_side", conftest.ROOT / "bench" / "bench.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


bench = load_bench()


def test_table() -> None:
    """Rows that have a figure, a dash where a way has none, units as the labels say."""
    results = bench.Results()
    results.programs["hello"] = {
        bench.GO: bench.Figures(2_000_000, 1_200_000, 0.0008, 1_740_800, 190, 4),
        bench.FLOOR: bench.Figures(9000, 8800),
    }
    results.builds = {"cold": {bench.GO: 5.5, bench.MIN: 4.25}}
    lines = bench.results_table(results).splitlines()
    assert lines[0].split("  ")[-1].strip() == "C"
    rows = {line[:24].strip(): line[24:].split() for line in lines[1:]}
    assert rows["bytes"] == ["2,000,000", "-", "-", "-", "9,000"]
    assert rows["start-up, ms"] == ["0.800", "-", "-", "-", "-"]
    assert rows["peak memory, KB"][0] == "1,700" and rows["cold"] == ["5.500", "-", "-", "4.250", "-"]


def test_what_it_was_measured_on() -> None:
    """Processor, system and versions are all there."""
    facts = bench.machine()
    assert facts["scons"].count(".") >= 2 and facts["processor"] and facts["system"].startswith("Linux")


def test_ways_make_working_programs(tmp_path: Path) -> None:
    """go build and the C compiler make the hello programs, and an edit changes what is built."""
    if not shutil.which("gcc"):
        pytest.skip("needs gcc (Debian: apt install gcc libc6-dev)")
    builder = bench.Builder(tmp_path, str(conftest.goroot(conftest.CURRENT)))
    for way in (bench.GO, bench.FLOOR):
        builder.fresh(way, ["hello"])
        assert builder.build(way, "hello") > 0 and builder.build(way, "hello", stripped=True) > 0
        plain, stripped = (builder.folder(way) / "bin" / name for name in ("hello", "hello-s"))
        assert plain.stat().st_size > stripped.stat().st_size
        assert bench.observe([str(stripped)]).output == b"hello, world\n"
    builder.edit(bench.GO, 7)
    assert 'fmt.Println("hello, w0007")' in (builder.folder(bench.GO) / "cmd" / "fmt" / "main.go").read_text()
    builder.edit(bench.GO, 8)
    assert 'fmt.Println("hello, w0008")' in (builder.folder(bench.GO) / "cmd" / "fmt" / "main.go").read_text()


def test_a_failing_build_is_told(tmp_path: Path) -> None:
    """With the command and what it said."""
    builder = bench.Builder(tmp_path, str(conftest.goroot(conftest.CURRENT)))
    builder.fresh(bench.SCONS, ["hello"])
    (builder.folder(bench.SCONS) / "SConstruct").write_text("raise UserError('broken on purpose')\nfrom SCons.Errors import UserError\n")
    with pytest.raises(bench.GoError, match="scons-go: "):
        builder.build(bench.SCONS, "hello")
