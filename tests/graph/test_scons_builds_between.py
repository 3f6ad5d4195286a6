"""What one build has seen of the sources does not make the next one believe that everything has seen it."""

from __future__ import annotations

import pytest
from gomodule import GREET, MAIN, SUM, write_module
from sconsproject import Project, compiled


@pytest.fixture
def module(project: Project) -> Project:
    """Two programs with the same packages, and the packages themselves."""
    write_module(project)
    project.write("cmd/other/main.go", MAIN)
    project.sconstruct("env.GoProgram('bin/', './cmd/...')\nenv.Alias('lib', env.GoLibrary('./...'))\n")
    project.build().ok()
    return project


def test_a_failure_is_told_until_it_is_mended(module: Project) -> None:
    module.write("sum/sum.go", SUM.replace("a + b", "a + nothing"))
    for targets in (["bin/app"], ["bin/app"], ["bin/other"], ["lib"], ["lib"], ["-k"]):
        assert "undefined: nothing" in module.build(*targets).failed().err
    module.write("sum/sum.go", SUM)
    assert compiled(module.build().ok().out) == []
    assert module.build().ok().up_to_date


def test_a_change_that_one_program_has_seen_is_new_to_the_other(module: Project) -> None:
    module.write("sum/sum.go", SUM.replace("a + b", "a * b"))
    module.build("bin/app").ok()
    assert module.program("bin/app").ok().err == "hello world 12\n"
    assert module.program("bin/other").ok().err == "hello world 7\n"
    out = module.build("bin/other").ok().out
    assert "/link -o" in out and compiled(out) == []
    assert module.program("bin/other").ok().err == "hello world 12\n"
    module.write("greet/more.go", "package greet\n\nfunc init() { println(1) }\n")
    module.build("bin/app").ok()
    module.build("bin/other").ok()
    assert module.program("bin/other").ok().err == "1\nhello world 12\n"
    module.write("greet/greet.go", GREET.replace("hello", "good day"))
    module.build("lib").ok()
    module.build().ok()
    assert module.program("bin/app").ok().err == module.program("bin/other").ok().err == "1\ngood day world 12\n"
    assert module.build().ok().up_to_date


@pytest.mark.parametrize("name", ["app", "other"])
def test_either_program_sees_what_is_new_in_a_package_of_both(module: Project, name: str) -> None:
    module.write("greet/left_out.go", "//go:build plan9\n\npackage greet\n\nfunc init() { println(2) }\n")
    module.build().ok()
    module.write("greet/more.go", "package greet\n\nfunc init() { println(1) }\n")
    module.build(f"bin/{name}").ok()
    assert module.program(f"bin/{name}").ok().err == "1\nhello world 7\n"
    module.write("greet/left_out.go", "package greet\n\nfunc init() { println(2) }\n")
    module.build(f"bin/{name}").ok()
    assert module.program(f"bin/{name}").ok().err == "2\n1\nhello world 7\n"
