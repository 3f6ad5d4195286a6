"""Programs on the min runtime stay small: what a change links into programs that have no use for it shows here, in bytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import ROOT, goroot
from gorun import build
from samples import FMT, HELLO, HTTP
from scons_go.inspect.process import observe
from toolchain import Toolchain

ALLOCATE = """package main

var kept *[100]int

func main() {
	kept = new([100]int)
	println("hello, world")
}
"""
SWITCH = """package main

func main() {
	go println("hello, world")
}
"""
COLLECT = """package main

import "runtime"

func main() {
	c := make(chan string)
	go func() { c <- "hello, world" }()
	println(<-c)
	runtime.GC()
}
"""
# The most bytes, with -s -w: what they were when this was written and less than 2 % more. A linker of one release, given the same objects,
# makes the same bytes on every machine, in steps of pages.
LIMITS = [
    pytest.param(HELLO, 13_500, id="print"),
    pytest.param(ALLOCATE, 35_400, id="allocate"),
    pytest.param(SWITCH, 56_300, id="switch"),
    pytest.param(COLLECT, 64_700, id="collect"),
    pytest.param(FMT, 343_000, id="format"),
    pytest.param(HTTP, 3_735_000, id="serve", marks=pytest.mark.judge),
]


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    """The min runtime; std is kept where tools/gorun.py keeps it."""
    return Toolchain(str(goroot("1.27.3")), "min", ROOT / "build" / "gorun", os.cpu_count() or 1)


@pytest.mark.parametrize(("source", "most"), LIMITS)
def test_size(source: str, most: int, toolchain: Toolchain, tmp_path: Path) -> None:
    """Programs without a heap, with the collector, with collector and scheduler, with channels, too, with fmt, with net/http."""
    (tmp_path / "main.go").write_text(source)
    build(toolchain, [tmp_path / "main.go"], tmp_path / "program", ("-s", "-w"))
    assert (tmp_path / "program").stat().st_size <= most


def test_start(toolchain: Toolchain, tmp_path: Path) -> None:
    """Start-up makes few system calls, and none that a program without goroutines and package os has no use for."""
    (tmp_path / "main.go").write_text(HELLO)
    build(toolchain, [tmp_path / "main.go"], tmp_path / "program")
    ran = observe([str(tmp_path / "program")], calls=True)
    assert ran.status == 0
    assert len(ran.calls) <= 8
    assert ran.threads == 1
