"""GoLibrary: what does not compile is told as ``go build ./...`` tells it; what has been compiled is not compiled again."""

from __future__ import annotations

import re

import pytest
from gocommand import run_go
from gomodule import GREET, SUM, write_module
from sconsproject import Project, compiled


@pytest.fixture
def module(project: Project) -> Project:
    write_module(project)
    project.write("only/only_test.go", "package only\n")
    project.sconstruct("env.Alias('all', env.GoLibrary('./...'))\n")
    return project


def test_compiles_what_has_changed(module: Project) -> None:
    everything = ["example.com/m/greet", "example.com/m/name", "example.com/m/sum", "main"]
    run = module.build().ok()
    assert sorted(compiled(run.out)) == everything and "/link -o" not in run.out
    assert module.build().ok().up_to_date
    module.write("sum/sum.go", SUM.replace("a + b", "a - b"))
    assert compiled(module.build().ok().out) == ["example.com/m/sum"]
    module.write("new/new.go", "package fresh\n")
    assert compiled(module.build().ok().out) == ["example.com/m/new"]
    (module.dir / "new/new.go").unlink()
    module.build().ok()
    assert module.build().ok().up_to_date
    module.sconstruct("env.Alias('all', env.GoLibrary('./...'))\nenv.GoProgram('bin/app', 'cmd/app')\n")
    assert compiled(module.build().ok().out) == []
    module.build("-c").ok()
    assert [name for name in module.files(below="build") if "example.com/m/sum" in name or "library" in name] == []


def errors(text: str) -> list[str]:
    return sorted(line.removeprefix("./") for line in text.splitlines() if re.match(r"(\./)?[\w/]+\.go:\d+|# ", line))


def test_errors_are_go_builds(module: Project) -> None:
    module.write("greet/greet.go", GREET.replace("return", "return nothing +"))
    module.write("sum/sum.go", SUM.replace("a + b", "a + c"))
    theirs = run_go(module.goroot, "build", "./...", cwd=module.dir)
    run = module.build("-k").failed()
    assert errors(run.err) == errors(theirs.stderr) != []
    module.write("sum/sum.go", SUM)
    module.write("greet/greet.go", 'package greet\n\nimport "example.com/m/nothing"\n')
    theirs = run_go(module.goroot, "build", "./...", cwd=module.dir)
    run = module.build("-k").failed()
    assert errors(run.err) == errors(theirs.stderr) != []


def test_generated_sources(module: Project) -> None:
    """A package that is made, in a folder that is not there yet."""
    module.sconstruct(
        "lib = env.GoLibrary('./...')\nenv.Command('made/made.go', [], \"echo 'package made' > $TARGET\")\n"
        "env.Command('lib.txt', lib, 'cp $SOURCE $TARGET')\n"
    )
    assert "example.com/m/made" in compiled(module.build("-j2").ok().out)
    assert module.build().ok().up_to_date


def test_patterns_and_flags(module: Project) -> None:
    module.sconstruct("env.GoLibrary('./sum', 'example.com/m/name', GOARCH='arm64', GOCFLAGS='-N')\n")
    assert sorted(compiled(module.build().ok().out)) == ["example.com/m/name", "example.com/m/sum"]
    module.sconstruct("env.GoLibrary('./only')\n")
    assert "no non-test Go files in" in module.build().failed().err
    module.sconstruct("env.GoLibrary('./nothing/...')\n")
    assert 'warning: "./nothing/..." matched no packages' in module.build().ok().err
    module.sconstruct("env.GoLibrary()\n")
    assert "GoLibrary names packages" in module.build().failed().text
