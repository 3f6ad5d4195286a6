"""The file of a program without what fills up pages: sections keep content, address and access, and nothing else is in their place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import ROOT, goroot
from elftools.elf.elffile import ELFFile
from samples import HELLO
from scons_go.errors import GoError
from scons_go.inspect.elf import read_elf
from scons_go.plan.buildid import stamp
from scons_go.plan.compact import compact
from sconsproject import Project, run
from toolchain import Toolchain

BUILD_ID = "/".join(["abcdefghijklmnopqrst"] * 4)
FILES = {
    "go.mod": "module example.com/m\n\ngo 1.27\n",
    "hello/main.go": HELLO,
    "tested/tested.go": "package tested\n",
    "tested/tested_test.go": 'package tested\n\nimport "testing"\n\nfunc TestA(*testing.T) {}\n',
}


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a main package compiled for Go's own runtime, whose programs nothing makes smaller by itself."""
    folder = tmp_path_factory.mktemp("linked")
    (folder / "main.go").write_text(HELLO)
    toolchain = _toolchain()
    toolchain.prepare([])
    (folder / "link.cfg").write_text(toolchain.import_config(linking=True))
    made = toolchain.compile(["-p=main", "-pack", "-o=main.a", "main.go"], folder)
    assert not made.status, made.output
    return folder


def _toolchain() -> Toolchain:
    return Toolchain(str(goroot("1.27.3")), "full", ROOT / "build" / "gorun", os.cpu_count() or 1)


def _link(folder: Path, program: Path, *flags: str) -> Path:
    said = _toolchain().link(program, ["-importcfg=link.cfg", f"-buildid={BUILD_ID}", *flags, "main.a"], folder)
    assert not said.status, said.output
    return program


def _contents(path: Path) -> list[tuple[object, ...]]:
    """All that a file's sections are, but for where they are in it."""
    with path.open("rb") as handle:
        elf = ELFFile(handle)
        headers = [dict(section.header, sh_offset=0) for section in elf.iter_sections()]
        return [(section.name, header, section.data()) for section, header in zip(elf.iter_sections(), headers, strict=True)]


def _check_places(path: Path) -> None:
    """What is loaded is where the kernel maps it from, and no two parts of the file are in the same place."""
    with path.open("rb") as handle:
        elf = ELFFile(handle)
        loads = [segment.header for segment in elf.iter_segments("PT_LOAD")]
        (own,) = elf.iter_segments("PT_PHDR")
        assert own["p_vaddr"] - own["p_offset"] == loads[0]["p_vaddr"] and loads[0]["p_offset"] == 0
        assert all((load["p_vaddr"] - load["p_offset"]) % load["p_align"] == 0 for load in loads)
        parts = [(load["p_offset"], load["p_filesz"]) for load in loads]
        parts.append((elf["e_shoff"], elf["e_shnum"] * elf["e_shentsize"]))
        for section in (section.header for section in elf.iter_sections()):
            if section["sh_flags"] & 2:  # SHF_ALLOC
                load = max((load for load in loads if load["p_vaddr"] <= section["sh_addr"]), key=lambda load: load["p_vaddr"])
                place = section["sh_addr"] - load["p_vaddr"]
                assert section["sh_offset"] - load["p_offset"] == place
                assert section["sh_type"] == "SHT_NOBITS" or place + section["sh_size"] <= load["p_filesz"]
            elif section["sh_type"] != "SHT_NULL":
                parts.append((section["sh_offset"], section["sh_size"]))
                assert section["sh_offset"] % section["sh_addralign"] == 0
        ends = [0, *(start + size for start, size in sorted(parts))]
        assert all(end <= start for end, (start, _) in zip(ends, sorted(parts), strict=False))
        assert ends[-1] == path.stat().st_size


@pytest.mark.parametrize(
    ("flags", "less"),
    [
        (("-T=0x400240", "-s", "-w"), 4097),
        (("-T=0x400240", "-w"), 4096),
        (("-T=0x400240",), 4096),
        (("-s", "-w"), 1),
        (("-T=0x400200", "-s", "-w"), 1),  # too little room for the notes: a page more
        (("-T=0x400240", "-R=0x10000", "-s", "-w"), 4096),
        (("-T=0x400240", "-D=0x7000000", "-d=false"), 4096),
    ],
    ids=["stripped", "symbols", "DWARF", "text elsewhere", "no room", "segments", "dynamic"],
)
def test_programs_stay_what_they_are(flags: tuple[str, ...], less: int, linked: Path, tmp_path: Path) -> None:
    """By what is in them, by what they are for the kernel, and by what they do; a second time changes nothing."""
    program = _link(linked, tmp_path / "program", *flags)
    contents, size = _contents(program), program.stat().st_size
    compact(str(program), "program")
    assert _contents(program) == contents
    _check_places(program)
    assert size - program.stat().st_size >= less
    elf = read_elf(str(program))
    assert [segment.access for segment in elf.segments if segment.type == "PT_LOAD"] == ["r-x", "r--", "rw-"]
    assert "PT_GNU_STACK" in {segment.type for segment in elf.segments}
    assert "-d=false" in flags or elf.dependence() == ()
    assert run([str(program)], cwd=tmp_path).ok().err == "hello, world\n"
    again = program.read_bytes()
    compact(str(program), "program")
    assert program.read_bytes() == again and os.listdir(tmp_path) == ["program"]


def test_what_is_no_program_is_refused(linked: Path, tmp_path: Path) -> None:
    """The message names the program, and the file stays."""
    whole = _link(linked, tmp_path / "program", "-T=0x400240").read_bytes()
    program = tmp_path / "part"
    for content in (
        b"",
        b"#!/bin/sh\n",
        b"\xcf\xfa\xed\xfe" + bytes(4096),
        *(whole[:size] for size in (63, 200, 1000, 4096, len(whole) - 1)),
    ):
        program.write_bytes(content)
        with pytest.raises(GoError, match=r"^bin/it: not an ELF program that Go's linker has written, or a damaged one: "):
            compact(str(program), "bin/it")
        assert program.read_bytes() == content
    assert sorted(os.listdir(tmp_path)) == ["part", "program"]


def test_damaged_headers_are_no_bugs(linked: Path, tmp_path: Path) -> None:
    whole = _link(linked, tmp_path / "program", "-T=0x400240", "-s", "-w").read_bytes()
    program = tmp_path / "damaged"
    for place in range(4, 0x600, 3):
        program.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            compact(str(program), "program")
        except (GoError, OSError):
            assert program.stat().st_size == len(whole)


def test_a_program_of_another_linker_is_left_alone(tmp_path: Path) -> None:
    """Such as a linker in GOLINK may have made."""
    program = tmp_path / "program"
    program.write_bytes(Path("/bin/true").read_bytes())
    before = program.stat()
    compact(str(program), "program")
    assert program.stat() == before


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "project", goroot("1.27.3"))
    for name, text in FILES.items():
        made.write(name, text)
    return made


def test_what_the_product_links_is_compact(project: Project) -> None:
    """Programs and tests, with build IDs that tell their content; wherever the user's flags put text."""
    go = str(project.goroot / "bin" / "go")
    flags = {"plain": [], "stripped": ["-s", "-w"], "place": ["-T=0x600100"], "page": ["-T=-1"], "wide": ["-R=0x4000"]}
    calls = "".join(f"env.GoProgram('{name}', 'hello', GOLINKFLAGS={value!r})\n" for name, value in flags.items())
    project.sconstruct(calls + "env.GoTest('./tested')\n", GORUNTIME="min")
    project.build("-Q", "test", ".").ok()
    for name in flags:
        _check_places(project.dir / name)
        assert project.program(name).ok().err == "hello, world\n"
        assert "\tpath\texample.com/m/hello\n" in run([go, "version", "-m", name], cwd=project.dir).ok().out
    assert "/link " not in project.build("-Q", ".").ok().out
    (test,) = (project.dir / name for name in project.files(pattern="**/tested.test"))
    _check_places(test)
    build_id = run([go, "tool", "buildid", str(test)], cwd=project.dir).ok().out.strip()
    assert stamp(str(test), build_id, 27) == build_id


def test_what_is_no_elf_program_is_an_error(project: Project) -> None:
    project.sconstruct("env.GoProgram('p', 'hello', GOLINKFLAGS=['-H=darwin'])\n", GORUNTIME="min")
    said = project.build("-Q").failed()
    assert "p: not an ELF program that Go's linker has written, or a damaged one: no ELF file of 64 bits, little-endian\n" in said.err
    assert "cannot link example.com/m/hello" in said.err and not (project.dir / "p").exists()
