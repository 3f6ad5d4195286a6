"""The reader of Go objects against go tool nm, go tool objdump and the compiler's own notes."""

from __future__ import annotations

import re
import struct
import subprocess
from pathlib import Path

import conftest
import pytest
from inspect_support import go, link_bare, must, stock, stock_files, tool
from scons_go.errors import GoError
from scons_go.inspect.archive import read_archive
from scons_go.inspect.goobj import ABI0, ABI_INTERNAL, read_go_archive
from scons_go.inspect.pcvalue import decode_pc_values
from scons_go.inspect.tables import object_tables

VERSIONS = [conftest.OLDEST, conftest.PREVIOUS, conftest.CURRENT]
LOOK = """package p

var table = map[string]int{}

func Look(key string) (int, bool) {
	value, ok := table[key]

	return value, ok
}
"""
NM_CODES = {"TEXT": "T", "RODATA": "R", "NOPTRDATA": "D", "DATA": "D", "BSS": "B", "NOPTRBSS": "B"}


@pytest.mark.parametrize("package", ["runtime", "fmt", "internal/bytealg", "unicode/utf8"])
def test_symbols_are_those_of_go_tool_nm(package: str) -> None:
    """Name, kind and size of every definition, as the last SDK that ships nm tells it (1.22)."""
    version = conftest.OLDEST
    expected = set()
    for line in go(version, "tool", "nm", "-size", stock_files(version)[package]).splitlines():
        found = re.match(r"(?:\S+:)?\s*([0-9a-f]*)\s+(\d+) ([A-Za-z?]) (.*)$", line)
        assert found, line
        if found[3] not in "U_?":
            # nm marks symbols of file scope by <1>.
            expected.add((re.sub(r"<\d+>$", "", found[4]), found[3].upper(), int(found[2])))
    actual = {
        (symbol.name, NM_CODES[symbol.kind], symbol.size)
        for member in stock(version, package).objects
        for symbol in member.symbols
        if symbol.kind in NM_CODES and symbol.name
    }
    # nm leaves out what has no name in the source (constants by content, pc tables).
    assert expected - actual == set()
    assert {entry for entry in actual - expected if not re.match(r"(\$|type:|gclocals|go:|.*\.\.|runtime\.gcbits)", entry[0])} == set()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_of_a_closure_is_read(version: str) -> None:
    """Each reference of each package resolves to a name; each import is one of the closure."""
    for package in stock_files(version):
        archive = stock(version, package)
        for member in archive.objects:
            assert member.header.version == f"go{version}"
            assert {imported.path for imported in member.imports} <= set(stock_files(version))
            for symbol in member.symbols:
                if symbol.kind.startswith("DWARF"):
                    continue  # the compiler writes no names for what only debug information refers to
                for relocation in member.relocations(symbol.number):
                    name = relocation.target.name
                    assert not name.rpartition(".#")[2].isdigit(), f"{package}: {symbol.name} refers to {name}"
                    assert 0 <= relocation.offset <= symbol.size


@pytest.mark.parametrize("version", VERSIONS)
def test_references_by_index_meet_the_definition_in_the_other_object(version: str) -> None:
    """A name in fmt's object for (package, index) is the name of that definition in the package's own object."""
    checked = 0
    fmt = stock(version, "fmt").objects[0]
    for (package, index), name in fmt._reference_names.items():
        path = fmt.packages[package]
        assert stock(version, path).objects[0].symbols[index].name == name
        checked += 1
    assert checked > 50


@pytest.mark.parametrize("version", VERSIONS)
def test_listing_of_the_compiler(version: str, tmp_path: Path) -> None:
    """Relocations (offset, size, kind, target) and lines are those of compile -S."""
    (tmp_path / "p.go").write_text(LOOK)
    done = tool(version, "compile", "-o", "p.a", "-p", "p", "-S", "-trimpath", f"{tmp_path}=>", "p.go", cwd=tmp_path)
    must(done)
    member = read_go_archive(str(tmp_path / "p.a"), str(conftest.goroot(version))).objects[0]
    symbol = next(symbol for symbol in member.symbols if symbol.name == "p.Look")
    text = done.stdout.split("p.Look STEXT")[1].split("\np.")[0]
    listed = set()
    for offset, size, kind, target in re.findall(r"^\trel (\d+)\+(\d+) t=R_(\w+) (\S*)\+\d+$", text, re.MULTILINE):
        listed.add((int(offset), int(size), kind, target))
    read = {(r.offset, r.size, r.kind, r.target.name) for r in member.relocations(symbol.number)}
    assert listed and {entry for entry in listed if entry[3]} <= read
    # At each address the last entry counts: those before it have no bytes.
    lines = dict(re.findall(r"^\t0x([0-9a-f]+) \d+ \((?:\S*/)?p\.go:(\d+)\)\t(?!PCDATA|FUNCDATA|TEXT)", text, re.MULTILINE))
    assert len(lines) > 10
    for offset, line in lines.items():
        position = member.position(symbol.number, int(offset, 16))
        assert position is not None and (position.file.rpartition("/")[2], position.line) == ("p.go", int(line))


@pytest.mark.parametrize("version", VERSIONS)
def test_abi_attributes_and_first_line(version: str) -> None:
    """Both ABIs of an assembly function, a nosplit one, an initialiser, and where a function begins."""
    runtime = stock(version, "runtime")
    by_name = {(symbol.name, symbol.abi): symbol for member in runtime.objects for symbol in member.symbols}
    assert by_name["runtime.morestack", ABI0].kind == "TEXT"
    assert by_name["runtime.gogo", ABI_INTERNAL].kind == "TEXT" and by_name["runtime.gogo", ABI0].kind == "TEXT"
    assert "NoSplit" in by_name["runtime.memmove", ABI_INTERNAL].attributes
    fmt = stock(version, "fmt").objects[0]
    assert not fmt.from_assembly and any(member.from_assembly for member in runtime.objects)
    println = next(symbol for symbol in fmt.symbols if symbol.name == "fmt.Println")
    source = (conftest.goroot(version) / "src" / "fmt" / "print.go").read_text().splitlines()
    position = fmt.position(println.number, 0)
    assert position is not None and position.file == "fmt/print.go"
    assert source[position.line - 1].startswith("func Println(")


@pytest.mark.parametrize("version", VERSIONS)
def test_inlined_calls(version: str, tmp_path: Path) -> None:
    """Frames at an instruction: the function, and two calls inlined into it, each with its own line."""
    lines = ["package p", "", "var sink []int", "", "func inner(n int) { sink = make([]int, n) }", "", "func middle(n int) {"]
    lines += ["\tinner(n + 1)", "}", "", "func Outer(n int) {", "\tmiddle(n + 1)", "}", ""]
    (tmp_path / "p.go").write_text("\n".join(lines))
    must(tool(version, "compile", "-o", "p.a", "-p", "p", "-trimpath", f"{tmp_path}=>", "p.go", cwd=tmp_path))
    member = read_go_archive(str(tmp_path / "p.a"), str(conftest.goroot(version))).objects[0]
    outer = next(symbol for symbol in member.symbols if symbol.name == "p.Outer")
    (call,) = (r for r in member.relocations(outer.number) if r.target.name == "runtime.makeslice")
    frames = [(frame.function, str(frame.position).rpartition("/")[2]) for frame in member.frames(outer.number, call.offset)]
    assert frames == [("p.Outer", "p.go:12"), ("p.middle", "p.go:8"), ("p.inner", "p.go:5")]


def test_flag_bits_follow_the_release() -> None:
    """1.27 put a bit between two others."""
    newest, older = (object_tables(str(conftest.goroot(version))) for version in (conftest.CURRENT, conftest.PREVIOUS))
    assert newest.flags2[1 << 5] == "LinknameStd" and older.flags2[1 << 5] == "ABIWrapper"
    assert newest.relocation_kinds[1] == "ADDR" and newest.symbol_kinds[1] == "TEXT" and newest.auxiliary_kinds[1] == "FuncInfo"


def test_pc_values() -> None:
    """Value and pc differences, in units of four bytes; a zero difference first is a value, later the end."""
    table = decode_pc_values(memoryview(bytes([2, 3, 1, 0x81, 0x01, 0, 9, 9])), 4)
    assert (table.starts, table.values, table.end) == ((0, 12), (0, -1), 12 + 129 * 4)
    assert [table.at(pc) for pc in (-1, 0, 11, 12, 527, 528)] == [-1, 0, 0, -1, -1, -1]
    assert decode_pc_values(memoryview(bytes([0, 5, 4, 1, 0])), 1).values == (-1, 1)


def test_damage_is_told(tmp_path: Path) -> None:
    """A cut file, another file, and objects of another release are errors that name the file."""
    root, whole = str(conftest.goroot(conftest.CURRENT)), Path(stock_files(conftest.CURRENT)["errors"]).read_bytes()
    cases = {
        "not an archive": b"\x7fELF" + bytes(100),
        "is cut short": whole[: len(whole) // 2],
        "no member header": whole + b"junk" * 20,
    }
    for words, content in cases.items():
        path = tmp_path / "p.a"
        path.write_bytes(content)
        with pytest.raises(GoError, match=words) as caught:
            read_go_archive(str(path), root)
        assert caught.value.position and caught.value.position.file == str(path)
    with pytest.raises(GoError, match=r"compiled by go1\.26\.6, but the SDK is go1\.27\.3"):
        read_go_archive(stock_files(conftest.PREVIOUS)["errors"], root)
    offset = whole.index(b"\x00go120ld")
    blocks = struct.unpack_from("<19I", whole, offset + 20)
    (tmp_path / "q.a").write_bytes(whole[: offset + 20] + struct.pack("<19I", *reversed(blocks)) + whole[offset + 96 :])
    with pytest.raises(GoError, match="damaged"):
        read_go_archive(str(tmp_path / "q.a"), root)


def test_members_that_are_not_go_objects() -> None:
    """The export data is a member of its own, and is passed over."""
    data = Path(stock_files(conftest.CURRENT)["runtime"]).read_bytes()
    names = [member.name for member in read_archive(data, "runtime.a")]
    archive = stock(conftest.CURRENT, "runtime")
    assert names[0] == "__.PKGDEF" and archive.others == ("__.PKGDEF",)
    assert [member.member for member in archive.objects] == names[1:] and len(names) > 5


@pytest.mark.parametrize("version", VERSIONS)
def test_bare_runtime_runs(version: str, tmp_path: Path) -> None:
    """The bare runtime that other tests link on makes programs that run: what they miss is missing on purpose."""
    must(link_bare(version, tmp_path, {"main.go": 'package main\n\nfunc main() { println("bare") }\n'}, "-s", "-w"))
    done = subprocess.run([tmp_path / "program"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "bare\n")
