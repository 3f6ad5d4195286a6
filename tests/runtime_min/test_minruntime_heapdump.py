"""debug.WriteHeapDump on the min runtime writes what readers of stock Go's dumps expect: the same records, with what is in the heap."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, goroot
from gorun import build
from sconsproject import LONG
from toolchain import Toolchain

PROGRAM = """package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

type node struct {
	label [24]byte
	next  *node
}

var (
	head  *node
	nodes = make([]*node, 300)
)

func main() {
	head = &node{next: &node{}}
	copy(head.label[:], "the first of the list")
	copy(head.next.label[:], "the second of the list")
	nodes[299] = head
	object := new([5]int)
	runtime.SetFinalizer(object, func(*[5]int) {})
	runtime.SetFinalizer(new([7]int), func(*[7]int) {})
	c := make(chan int)
	go wait(c)
	runtime.Gosched()
	f, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	debug.WriteHeapDump(f.Fd())
	runtime.KeepAlive(object)
	nodes = make([]*node, 1000) // the program goes on
	runtime.GC()
}

//go:noinline
func wait(c chan int) { <-c }
"""

# What follows each tag: n a number, s a string of bytes with its length, f the offsets of pointers. From the format's description
# (https://go.dev/wiki/heapdump15-through-heapdump17) and runtime/heapdump.go:43.
RECORDS = {
    1: ("object", "nsf"),
    3: ("type", "nnsn"),
    4: ("goroutine", "nnnnnnnnsnnnn"),
    5: ("frame", "nnnsnnnsf"),
    6: ("params", "nnnnssn"),
    7: ("finalizer", "nnnnn"),
    8: ("itab", "nn"),
    9: ("thread", "nnn"),
    10: ("memstats", "n" * 281),
    11: ("queued", "nnnnn"),
    12: ("data", "nsf"),
    13: ("bss", "nsf"),
    14: ("defer", "nnnnnnn"),
    15: ("panic", "nnnnnn"),
}

Value = int | bytes | list[int]


class Reader:
    """A dump, read to its end."""

    def __init__(self, dump: bytes) -> None:
        self.at, self.dump = len(b"go1.7 heap dump\n"), dump
        assert dump.startswith(b"go1.7 heap dump\n")
        self.records: dict[str, list[list[Value]]] = {name: [] for name, _ in RECORDS.values()}
        while tag := self.number():
            name, fields = RECORDS[tag]
            self.records[name].append([self.field(kind) for kind in fields])
        assert self.at == len(dump)

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.dump[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def field(self, kind: str) -> Value:
        if kind == "n":
            return self.number()
        if kind == "s":
            length = self.number()
            self.at += length
            assert self.at <= len(self.dump)
            return self.dump[self.at - length : self.at]
        offsets: list[int] = []
        while self.number():  # 1: a pointer
            offsets.append(self.number())
        return offsets


def pointers(record: list[Value]) -> dict[int, int]:
    """What the pointers in an object hold, by offset."""
    _, content, offsets = record
    assert isinstance(content, bytes)
    assert isinstance(offsets, list)
    return {at: int.from_bytes(content[at : at + 8], "little") for at in offsets}


@pytest.mark.parametrize("runtime", ["min", "full"])
def test_dump(runtime: str, tmp_path: Path) -> None:
    """The full runtime is the control of the reader."""
    toolchain = Toolchain(str(goroot("1.27.3")), runtime, ROOT / "build" / "gorun", os.cpu_count() or 1)
    (tmp_path / "main.go").write_text(PROGRAM)
    build(toolchain, [tmp_path / "main.go"], tmp_path / "program")
    environ = {"PATH": os.defpath, "GODEBUG": "memprofilerate=0"}  # no records of the profile, which has functions of its own
    subprocess.run([str(tmp_path / "program"), str(tmp_path / "dump")], check=True, timeout=LONG, env=environ)
    records = Reader((tmp_path / "dump").read_bytes()).records

    [params] = records["params"]
    assert params[:2] == [0, 8]
    assert params[4:6] == [b"amd64", b"go1.27.3"]
    objects = {record[0]: record for record in records["object"]}
    first, second = (
        next(record for record in objects.values() if str(record[1], "latin-1").startswith(label))
        for label in ("the first of the list", "the second of the list")
    )
    assert pointers(first) == {24: second[0]}
    assert pointers(second) == {24: 0}
    arrays = [list(pointers(record).values()) for record in objects.values()]
    assert [0] * 299 + [first[0]] in [held[:300] for held in arrays]
    assert first[0] in pointers(records["bss"][0]).values()
    assert records["data"]
    assert len(records["finalizer"]) + len(records["queued"]) >= 2
    assert records["itab"]
    assert len(records["thread"]) >= 1
    frames = [frame[7] for frame in records["frame"]]
    assert {b"main.main", b"main.wait"} <= set(frames)
    reasons = {goroutine[8] for goroutine in records["goroutine"]}
    assert {b"dumping heap", b"chan receive"} <= reasons
    memstats = records["memstats"][0]
    assert memstats[0] == memstats[6]
    assert 0 < memstats[0] <= memstats[2]
