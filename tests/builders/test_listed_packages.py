"""GoCompile and GoLink: packages spelled out by the user."""

from __future__ import annotations

import pytest
from sconsproject import Project

LIB = 'package lib\n\nimport "strings"\n\nfunc Up(s string) string { return strings.ToUpper(s) + suffix() }\n'
MORE = 'package lib\n\nfunc suffix() string { return "!" }\n'
MAIN = 'package main\n\nimport "example.com/lib"\n\nfunc main() { println(lib.Up("hello")) }\n'
SCRIPT = """\
lib = env.GoCompile("obj/lib", ["lib/lib.go", "lib/more.go"], GOIMPORTPATH="example.com/lib")
main = env.GoCompile("obj/app", "app/main.go", GOIMPORTS=lib)
env.GoLink("bin/app", main)
"""


@pytest.fixture
def listed(project: Project) -> Project:
    project.write("lib/lib.go", LIB)
    project.write("lib/more.go", MORE)
    project.write("lib/unlisted.go", "package lib\n\nthis is no Go\n")
    project.write("app/main.go", MAIN)
    project.sconstruct(SCRIPT)
    return project


def test_a_program_of_listed_files(listed: Project) -> None:
    listed.build().ok()
    assert listed.program("bin/app").ok().err == "HELLO!\n"
    assert {"obj/lib.x", "obj/lib.a", "obj/app.x", "obj/app.a"} <= set(listed.files(below="."))
    assert listed.build().ok().up_to_date


def test_an_edit_behind_the_interface_stops_there(listed: Project) -> None:
    listed.build().ok()
    listed.write("lib/lib.go", LIB.replace("strings.ToUpper(s)", "strings.ToUpper(s) + strings.Repeat(s, len(s))"))
    listed.write("lib/more.go", MORE.replace('"!"', '"?"'))
    out = listed.build().ok().out
    assert "Compiling obj/lib.x" in out and "Linking bin/app" in out
    listed.write("lib/more.go", MORE.replace('{ return "!" }', '{ defer func() {}(); return "#" }'))
    listed.build().ok()
    listed.write("lib/more.go", MORE.replace('{ return "!" }', '{ defer func() {}(); return "$" }'))
    out = listed.build().ok().out
    assert "Compiling obj/lib.x" in out and "Compiling obj/app.x" not in out and "Linking bin/app" in out
    assert listed.program("bin/app").ok().err.endswith("$\n")


def test_a_flag_compiles_again(listed: Project) -> None:
    listed.build().ok()
    listed.sconstruct(SCRIPT.replace('"app/main.go"', '"app/main.go", GOCFLAGS="-N -l"'))
    out = listed.build().ok().out
    assert "Compiling obj/app.x" in out and "Compiling obj/lib.x" not in out


def test_errors_are_where_the_user_is(listed: Project) -> None:
    listed.write("lib/more.go", MORE.replace('"!"', "x"))
    assert "\nmore.go:3:31: undefined: x" in listed.build("-u", "../obj/lib.x", cwd="lib").failed().err


def test_clean(listed: Project) -> None:
    listed.build().ok()
    listed.build("-c").ok()
    assert not [name for name in listed.files() if name.startswith(("obj/", "bin/"))]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ('env.GoCompile("obj/x", ["lib/lib.go", "app/main.go"])', "the files of a package lie in one folder"),
        ('env.GoCompile("obj/app", "app/main.go", GOIMPORTS=["lib/lib.go"])', "GOIMPORTS takes results of GoCompile, not lib/lib.go"),
        ('env.GoLink("bin/app", "app/main.go")', "GoLink takes results of GoCompile, not app/main.go"),
        ('env.GoCompile("obj/app", "app/main.go")', "app/main.go:3:8: package example.com/lib is neither in std nor in GOIMPORTS"),
        ('env.GoLink("bin/lib", env.GoCompile("obj/lib", ["lib/lib.go", "lib/more.go"]))', "command-line-arguments is not a main package"),
    ],
)
def test_wrong_use_is_told(listed: Project, script: str, words: str) -> None:
    listed.sconstruct(script + "\n")
    assert words in listed.build().failed().text
