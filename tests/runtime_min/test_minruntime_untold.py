"""What objects of package runtime lose because no trace tells it, what they keep, and that a program shows it where it should."""

from __future__ import annotations

import os
import re
import struct
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import ROOT, goroot
from elftools.elf.elffile import ELFFile
from gorun import build
from scons_go.errors import GoError
from scons_go.inspect.archive import Member, read_archive
from scons_go.inspect.goobj import GoObject, read_go_archive, read_go_object
from scons_go.minruntime.untold import FUNCDATA, PCDATA, UNSAFE_POINT, is_shown, without_untold
from scons_go.plan import archive
from scons_go.plan.commands import WORK, describe
from scons_go.plan.compile import plan_package
from scons_go.plan.run import run_package
from toolchain import Toolchain

SDK = str(goroot("1.27.3"))
PROGRAM = """package main

import (
	"os"
	"runtime"
	"time"
)

var times = 3

//go:noinline
func show(pc uintptr) {
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	file, line := runtime.FuncForPC(pc - 1).FileLine(pc - 1)
	println(frame.Function, frame.File, frame.Line, file, line)
}

func inlined(n int) int {
	if n > len(os.Args)+100 {
		panic(n)
	}
	return n * times
}

func main() {
	defer func() {
		pcs := make([]uintptr, 10)
		for _, pc := range pcs[:runtime.Callers(0, pcs)] {
			show(pc)
		}
		panic(recover())
	}()
	go time.Sleep(time.Hour)
	c := make(chan int)
	go func() { c <- inlined(times) }()
	runtime.Gosched()
	var nowhere *int
	println(*nowhere, <-c)
}
"""


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    """The min runtime; std is kept where tools/gorun.py keeps it."""
    return Toolchain(SDK, "min", ROOT / "build" / "gorun", os.cpu_count() or 1)


@pytest.fixture(scope="module")
def whole(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The archive of package runtime as compiler and assembler have made it."""
    *_, package = toolchain.loader.closure(["runtime"])
    exports = {path: made.export for path, made in toolchain.prepare([]).items()}
    config = replace(toolchain.config, untold={}, output=str(tmp_path_factory.mktemp("whole")))
    return run_package(config, plan_package(config, package), exports).archive


@pytest.fixture(scope="module")
def pairs(whole: str, toolchain: Toolchain) -> list[tuple[GoObject, GoObject]]:
    """Its objects, each before and after."""
    after = read_go_archive(toolchain.prepare([])["runtime"].archive, SDK)
    return list(zip(read_go_archive(whole, SDK).objects, after.objects, strict=True))


def functions(pairs: list[tuple[GoObject, GoObject]]) -> Iterator[tuple[GoObject, GoObject, int]]:
    """Each function of the objects, by its number."""
    for before, after in pairs:
        for symbol in before.symbols:
            if before.function_info(symbol.number):
                yield before, after, symbol.number


def tables(found: GoObject, number: int, kind: str) -> list[str | None]:
    """What the tables of one *kind* of a function are, by content: functions that differ in nothing else may share them."""
    return [
        bytes(found.data(target.number)).hex() if target.number >= 0 else target.name
        for name, target in found.auxiliaries(number)
        if name == kind
    ]


def test_nothing_else_changes(pairs: list[tuple[GoObject, GoObject]]) -> None:
    """Definitions, code, data and relocations are what they were, but for what is noted of functions."""
    assert len(pairs) > 5
    for before, after in pairs:
        assert before.symbols == after.symbols and before.references == after.references and before.fingerprint == after.fingerprint
        notes = {info.number for symbol in before.symbols if (info := before.function_info(symbol.number))}
        for number in range(len(before.symbols)):
            assert number in notes or before.data(number) == after.data(number)
            assert list(before.relocations(number)) == list(after.relocations(number))
    assert len(before.content) > len(after.content)


def test_what_goes_and_what_stays(pairs: list[tuple[GoObject, GoObject]]) -> None:
    """Functions that traces tell are the same; others keep what stacks are unwound and scanned by, and are at one place."""
    changed = 0
    for before, after, number in functions(pairs):
        was, is_now = before.function_info(number), after.function_info(number)
        assert was and is_now
        if before.auxiliary_entries(number) == after.auxiliary_entries(number):
            assert was == is_now
            continue
        changed += 1
        name = before.symbols[number].name
        assert was.start_line == is_now.start_line == 1 and not is_shown(name)
        assert is_now.inlined == () and tables(after, number, "Pcinline") == []
        assert tables(after, number, "Pcsp") == tables(before, number, "Pcsp")
        funcdata = dict(enumerate(tables(before, number, "Funcdata")))
        kept = {index: data for index, data in funcdata.items() if index not in FUNCDATA.values() and data}
        assert {index: data for index, data in enumerate(tables(after, number, "Funcdata")) if data} == kept, name
        assert tables(after, number, "Pcdata")[1:] == [data for data in tables(before, number, "Pcdata")[1:2] if data], name
        for offset in (0, before.symbols[number].size - 1):
            assert str(after.position(number, offset)) == "runtime/runtime.go:1"
    assert changed > 500


def test_preemption_stays_unsafe(pairs: list[tuple[GoObject, GoObject]]) -> None:
    """Where the compiler has said that a goroutine must not be interrupted, it still says so, to the end of the function."""
    for before, after, number in functions(pairs):
        was, is_now = (
            [entry for entry in found.auxiliary_entries(number) if found.tables.auxiliary_kinds[entry.kind] == "Pcdata"]
            for found in (before, after)
        )
        if not was:
            continue
        old, new = (found.pc_values(found.definition(*entries[0][1:])) for found, entries in ((before, was), (after, is_now)))
        for offset in range(before.symbols[number].size):
            assert new.at(offset) in (old.at(offset), UNSAFE_POINT)


@pytest.mark.parametrize(
    "name",
    ["runtime.gopanic", "runtime.sigpanic", "time.Sleep", "internal/poll.runtime_pollWait", "runtime.Gosched", "runtime.(*Func).Name"],
)
def test_told_functions_keep_everything(name: str, pairs: list[tuple[GoObject, GoObject]]) -> None:
    """With lines, with one that has lines inlined, another package's by name, exported: at least one of its ABIs has code."""
    found = [(before, after, number) for before, after, number in functions(pairs) if before.symbols[number].name == name]
    assert found
    for before, after, number in found:
        assert before.auxiliary_entries(number) == after.auxiliary_entries(number)
        assert before.function_info(number) == after.function_info(number)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("runtime.gopark", False),
        ("runtime.Gosched", True),
        ("runtime.GC.func1", False),
        ("runtime.(*Func).Name", True),
        ("runtime.(*Func).name", False),
        ("runtime.(*mspan).Name", False),
        ("runtime.Error.Error", True),
        ("time.Sleep", True),
        ("internal/poll.runtime_pollWait", True),
        ("_rt0_amd64_linux", False),
    ],
)
def test_shown_names(name: str, shown: bool) -> None:
    assert is_shown(name) is shown


def members(path: str) -> list[Member]:
    return list(read_archive(Path(path).read_bytes(), path))


def test_a_second_time_changes_nothing(toolchain: Toolchain) -> None:
    path = toolchain.prepare([])["runtime"].archive
    for member in members(path):
        assert without_untold(member, path, SDK) == bytes(member.data)


def test_an_archive_is_rewritten_as_the_compiler_writes_it(whole: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.a"
    copy.write_bytes(Path(whole).read_bytes())
    archive.rewrite(str(copy), lambda member: bytes(member.data))
    assert copy.read_bytes() == Path(whole).read_bytes()


def _cut(content: bytearray, at: int) -> bytes:
    return bytes(content[: len(content) - 1000])


def _other_format(content: bytearray, at: int) -> bytes:
    content[at : at + 8] = b"\x00go121ld"
    return bytes(content)


def _wild_offset(content: bytearray, at: int) -> bytes:
    struct.pack_into("<I", content, at + 20 + 4 * 14, 0xFFFFFF00)
    return bytes(content)


def _other_release(content: bytearray, at: int) -> bytes:
    return bytes(content).replace(b"amd64 go1.27.3", b"amd64 go1.27.4", 1)


def _no_functions(content: bytearray, at: int) -> bytes:
    (start,) = struct.unpack_from("<I", content, at + 20 + 4 * 16)
    return bytes(content[: at + start]) + b"\xff" * (len(content) - at - start)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_cut, r"_go_\.o: damaged or cut short"),
        (_other_format, r"_go_\.o: unknown object format 'go121ld'"),
        (_wild_offset, r"_go_\.o: damaged or cut short"),
        (_other_release, r"compiled by go1\.27\.4, but the SDK is go1\.27\.3"),
        (_no_functions, r"_go_\.o: damaged or cut short"),
    ],
)
def test_damage_is_told(damage: Callable[[bytearray, int], bytes], message: str, whole: str) -> None:
    member = next(member for member in members(whole) if member.name == "_go_.o")
    content = bytearray(member.data)
    damaged = damage(content, content.index(b"\n!\n") + 3)
    with pytest.raises(GoError, match=message) as caught:
        without_untold(Member(member.name, memoryview(damaged)), "some/runtime.a", SDK)
    assert caught.value.position is not None and caught.value.position.file == "some/runtime.a"


def test_other_objects_stay_as_they_are(toolchain: Toolchain) -> None:
    """A package with lines loses nothing, and what is no Go object is handed through."""
    path = toolchain.prepare(["strings"])["strings"].archive
    for member in members(path):
        assert without_untold(member, path, SDK) == bytes(member.data)
        assert read_go_object(member, path, SDK)
    other = Member("blob.syso", memoryview(b"\x7fELF"))
    assert without_untold(other, path, SDK) == b"\x7fELF"


def test_numbers_of_tables() -> None:
    """The SDK's own numbers."""
    source = Path(SDK, "src", "internal", "abi", "symtab.go").read_text()
    numbers = {name: int(value) for name, value in re.findall(r"^\t(\w+) += (-?\d+)", source, re.MULTILINE)}
    assert {f"PCDATA_{name}": number for name, number in PCDATA.items()}.items() <= numbers.items()
    assert {f"FUNCDATA_{name}": number for name, number in FUNCDATA.items()}.items() <= numbers.items()
    assert numbers["UnsafePointUnsafe"] == UNSAFE_POINT


def test_another_rule_compiles_anew(toolchain: Toolchain) -> None:
    """The step is last, is told, and what it does is part of what the package is made from; other packages have none."""
    closure = {package.import_path: package for package in toolchain.loader.closure(["runtime"])}

    def planned(path: str, rule: dict[str, str]) -> tuple[str, str]:
        plan = plan_package(replace(toolchain.config, untold=rule), closure[path])
        return plan.action_key, describe(plan.steps[-1])

    keys = {planned("runtime", rule)[0] for rule in ({}, {"runtime": "1"}, {"runtime": "2"})}
    assert len(keys) == 3
    assert planned("runtime", {"runtime": "1"})[1] == "leave out what no trace tells: $WORK/_pkg_.a"
    assert planned("runtime", {})[1].startswith("ar r ") and WORK not in planned("runtime", {})[1]
    assert len({planned("internal/abi", rule) for rule in ({}, {"runtime": "1"})}) == 1
    assert list(toolchain.config.untold) == ["runtime"] and len(toolchain.config.untold["runtime"]) == 64


class Record(NamedTuple):
    """A function of the table that the linker has written: its start line, how many pc tables it has, which other tables are there."""

    start_line: int
    pcdata: int
    funcdata: frozenset[int]


def function_table(path: Path) -> dict[str, Record]:
    """The functions of a program by name (cmd/link/internal/ld/pcln.go writeFuncs, Go 1.27)."""
    with path.open("rb") as handle:
        data: bytes = ELFFile(handle).get_section_by_name(".gopclntab").data()
    count, _, _, names, _, _, _, start = struct.unpack_from("<8Q", data, 8)
    found = {}
    for index in range(count):
        (offset,) = struct.unpack_from("<I", data, start + 8 * index + 4)
        _, name, *_, pcdata, _, line, _, _, _, number = struct.unpack_from("<IiiIIIIIIiBBBB", data, start + offset)
        offsets = struct.unpack_from(f"<{number}I", data, start + offset + 44 + 4 * pcdata)
        text = data[names + name : data.index(b"\0", names + name)].decode()
        found[text] = Record(line, pcdata, frozenset(table for table, at in enumerate(offsets) if at != 0xFFFFFFFF))
    return found


@pytest.fixture(scope="module")
def program(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("program")
    (folder / "main.go").write_text(PROGRAM)
    build(toolchain, [folder / "main.go"], folder / "program", ("-w",))
    return folder / "program"


def test_tables_of_a_program(program: Path) -> None:
    """The linker has written what the objects say."""
    described = set(FUNCDATA.values())
    found = function_table(program)
    hidden = {
        name: record for name, record in found.items() if name.startswith("runtime.") and record.start_line == 1 and not is_shown(name)
    }
    bare = {name for name, record in hidden.items() if not record.funcdata & described and record.pcdata <= PCDATA["InlTreeIndex"]}
    assert len(bare) > 150
    # The others are wrappers, and those that have a function inlined which traces tell.
    assert len(hidden) - len(bare) < len(hidden) / 10
    assert {"runtime.gopark", "runtime.schedule", "runtime.mallocgc", "runtime.selectgo"} & found.keys() <= bare
    assert FUNCDATA["InlTree"] in found["main.main.func2"].funcdata and FUNCDATA["ArgInfo"] in found["main.show"].funcdata
    assert FUNCDATA["ArgInfo"] in found["runtime.gopanic"].funcdata and FUNCDATA["ArgInfo"] in found["time.Sleep"].funcdata
    assert found["runtime.gopanic"].start_line > 1


def test_what_a_program_shows(program: Path) -> None:
    """Frames of the runtime have a name and the one place; those that traces tell have arguments, and panics' lines."""
    done = subprocess.run([program], env={"GOTRACEBACK": "all"}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    shown, _, trace = done.stderr.partition("panic: ")
    callers = [line.split(" ") for line in shown.splitlines()]
    told = ["runtime.Callers", "main.main.func1", "runtime.gopanic", "runtime.panicmem", "runtime.sigpanic", "main.main", "runtime.main"]
    assert [words[0] for words in callers[: len(told)]] == told
    places = {words[0]: words[1:] for words in callers}
    assert all(place[:2] == place[2:] for place in places.values())
    one = ["runtime/runtime.go", "1"]
    assert places["runtime.main"][:2] == one
    assert places["runtime.gopanic"][0] == "runtime/panic.go" and int(places["runtime.gopanic"][1]) > 100
    assert re.search(r"^time\.Sleep\(0x34630b8a000\)\n\truntime/runtime\.go:1 \+0x", trace, re.MULTILINE)
    assert "runtime.gopark" not in trace
    everything = subprocess.run([program], env={"GOTRACEBACK": "system"}, capture_output=True, text=True, check=False).stderr
    assert re.search(r"^runtime\.chansend1\(\)\n\truntime/runtime\.go:1 \+0x", everything, re.MULTILINE)
