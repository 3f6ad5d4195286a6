"""GoLinkRelocatable: Go and C in one object that gcc links into a program."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from sconsproject import Project

pytestmark = pytest.mark.skipif(not (shutil.which("gcc") and shutil.which("ld")), reason="needs gcc and ld: apt install gcc binutils")

MAIN = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("from Go") }\n'
HOOK = """\
#include <unistd.h>
__attribute__((constructor)) static void hook(void) { write(1, "from C\\n", 7); }
"""
SCRIPT = """\
hook = env.Command("obj/hook.o", "c/hook.c", "gcc -c -o $TARGET $SOURCE")
both = env.GoLinkRelocatable("obj/both.o", ["./app", hook])
env.Command("bin/both", both, "gcc -no-pie -o $TARGET $SOURCES")
"""


@pytest.fixture
def mixed(project: Project) -> Project:
    project.write("go.mod", "module example.com/m\n\ngo 1.22\n")
    project.write("app/main.go", MAIN)
    project.write("c/hook.c", HOOK)
    project.sconstruct(SCRIPT)
    return project


def kind(path: Path) -> str:
    with path.open("rb") as handle:
        return str(ELFFile(handle)["e_type"])


def test_go_and_c_in_one_program(mixed: Project) -> None:
    """The C constructor runs before Go's main, from one relocatable object."""
    mixed.build().ok()
    assert kind(mixed.dir / "obj" / "both.o") == "ET_REL"
    assert mixed.program("bin/both").ok().out == "from C\nfrom Go\n"
    assert mixed.build().ok().up_to_date


def test_a_change_of_either_side_is_merged_again(mixed: Project) -> None:
    mixed.build().ok()
    mixed.write("c/hook.c", HOOK.replace("from C", "of C!!"))
    mixed.build().ok()
    assert mixed.program("bin/both").ok().out == "of C!!\nfrom Go\n"
    mixed.write("app/main.go", MAIN.replace("from Go", "of Go"))
    mixed.build().ok()
    assert mixed.program("bin/both").ok().out == "of C!!\nof Go\n"
    before = (mixed.dir / "obj" / "both.o").read_bytes()
    mixed.build("-c").ok()
    assert not (mixed.dir / "obj" / "both.o").exists()
    mixed.build().ok()
    assert (mixed.dir / "obj" / "both.o").read_bytes() == before


def test_what_it_cannot_do_is_told(mixed: Project) -> None:
    mixed.sconstruct('env.GoLinkRelocatable("obj/both.o", "./app", GOOS="windows")\n')
    assert "makes ELF objects, which windows/amd64 does not use" in mixed.build().failed().text
    mixed.sconstruct('env.GoLinkRelocatable("obj/both.o", "./app", GOLD="no-such-ld")\n')
    assert "no-such-ld" in mixed.build().failed().text
    assert not (mixed.dir / "obj" / "both.o").exists()
