"""The reader of linked programs against go build, strip, gcc and readelf."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import conftest
import pytest
from inspect_support import go, link_bare, must
from scons_go.errors import GoError
from scons_go.inspect.elf import ElfProgram, Section, Segment, read_elf

VERSIONS = [conftest.OLDEST, conftest.PREVIOUS, conftest.CURRENT]
HELLO = 'package main\n\nfunc main() { println("hello") }\n'


def must_run(program: str, *arguments: str | Path) -> str:
    """Run a tool of the system; the test is skipped where it is not installed."""
    path = shutil.which(program)
    if not path:
        pytest.skip(f"needs {program} (Debian: apt install gcc libc6-dev binutils)")
    return subprocess.run([path, *arguments], check=True, capture_output=True, text=True).stdout


def gcc(folder: Path, name: str, source: str, *flags: str) -> Path:
    (folder / f"{name}.c").write_text(source)
    must_run("gcc", "-o", folder / name, folder / f"{name}.c", *flags)
    return folder / name


@pytest.mark.parametrize("version", VERSIONS)
def test_stripped_size_is_what_the_linker_makes(version: str, tmp_path: Path) -> None:
    """The size computed from the full program is the size of the one linked with -s -w, for the stock runtime and a bare one."""
    (tmp_path / "main.go").write_text(HELLO)
    for name, flags in (("plain", "-ldflags="), ("stripped", "-ldflags=-s -w")):
        go(version, "build", "-trimpath", flags, "-o", name, "main.go", cwd=tmp_path)
    plain, stripped = read_elf(str(tmp_path / "plain")), read_elf(str(tmp_path / "stripped"))
    assert plain.size == (tmp_path / "plain").stat().st_size > stripped.size
    assert plain.stripped_size == stripped.stripped_size
    # Linkers before 1.26 leave the names of sections that are gone in the table of names.
    assert 0 <= stripped.size - plain.stripped_size <= (64 if version == conftest.OLDEST else 0)
    assert [section.name for section in plain.loaded] == [section.name for section in stripped.loaded]
    assert plain.dependence() == stripped.dependence() == ()
    assert plain.type == "ET_EXEC" and plain.machine == "x64"


@pytest.mark.parametrize("version", VERSIONS)
def test_bare_program(version: str, tmp_path: Path) -> None:
    """-s alone and -s -w leave the same, as computed."""
    must(link_bare(version, tmp_path, {"main.go": HELLO}, "-w"))
    with_symbols = read_elf(str(tmp_path / "program"))
    must(link_bare(version, tmp_path, {"main.go": HELLO}, "-s", "-w"))
    stripped = read_elf(str(tmp_path / "program"))
    assert 0 <= stripped.size - with_symbols.stripped_size <= 64 and stripped.size < 20_000
    assert any(symbol.name == "main.main" and symbol.kind == "STT_FUNC" and symbol.defined for symbol in with_symbols.symbols)
    assert stripped.symbols == ()


def test_sections_are_those_of_readelf(tmp_path: Path) -> None:
    """Name, offset and size of each."""
    (tmp_path / "main.go").write_text(HELLO)
    go(conftest.CURRENT, "build", "-o", "plain", "main.go", cwd=tmp_path)
    text = must_run("readelf", "-SW", tmp_path / "plain")
    listed = [(n, int(o, 16), int(z, 16)) for n, o, z in re.findall(r"^ +\[ *\d+\] (\S+) +[A-Z]\S* +\S+ (\S+) (\S+)", text, re.MULTILINE)]
    assert listed == [
        (section.name, section.offset, section.size) for section in read_elf(str(tmp_path / "plain")).sections if section.name
    ]


def test_c_programs(tmp_path: Path) -> None:
    """A static one stands alone; a dynamic one needs its interpreter, libraries and symbols; strip leaves what is computed."""
    source = '#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n'
    static = read_elf(str(gcc(tmp_path, "static", source, "-static")))
    assert static.dependence() == ()
    dynamic = read_elf(str(gcc(tmp_path, "dynamic", source)))
    assert dynamic.interpreter and "libc.so.6" in dynamic.needed and any(name.startswith("puts") for name in dynamic.undefined)
    words = "\n".join(dynamic.dependence())
    assert "not a fixed-address executable" in words and "needs the interpreter" in words and "does not define the symbol" in words
    must_run("strip", tmp_path / "static")
    # strip aligns the tables that it moves.
    assert 0 <= (tmp_path / "static").stat().st_size - static.stripped_size < 128


def test_writable_and_executable_memory_is_found(tmp_path: Path) -> None:
    """-z execstack and a section that is both."""
    source = '__attribute__((section(".both,\\"awx\\"#"))) int f(void) { return 0; }\nint main(void) { return f(); }\n'
    program = read_elf(str(gcc(tmp_path, "both", source, "-static", "-z", "execstack")))
    assert [fault.split(" (")[1][:12] for fault in program.dependence()] == ["PT_LOAD at 0", "PT_GNU_STACK"]


def test_stripped_size_without_a_loaded_segment() -> None:
    """An object file: nothing is loaded yet, so only what is left of the headers counts."""
    program = ElfProgram("x", "ET_REL", "x64", 0, 0, "", (), (), (Section("", "SHT_NULL", "", 0, 0, 0),), ())
    assert program.loaded == () and program.dependence() == ("is ET_REL, not a fixed-address executable (ET_EXEC)",)
    assert Segment("PT_LOAD", "r-x", 0, 0, 1, 1).access == "r-x"


def test_errors(tmp_path: Path) -> None:
    """A file that is none, a damaged one, a missing one: one line with the name."""
    (tmp_path / "text").write_text("#!/bin/sh\n")
    (tmp_path / "cut").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(9))
    for name in ("text", "cut", "absent"):
        with pytest.raises(GoError) as caught:
            read_elf(str(tmp_path / name))
        assert str(caught.value).startswith(f"{tmp_path / name}: ") and "\n" not in str(caught.value)
