"""GoLibrary: what does not compile is told as ``go build ./...`` tells it; what has been compiled is not compiled again."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

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


def test_what_was_made_for_the_min_runtime_is_no_package(module: Project) -> None:
    module.sconstruct("env.GoProgram('bin/app', 'cmd/app', GORUNTIME='min')\nenv.GoLibrary('./...')\n")
    module.build().ok()
    assert module.build().ok().up_to_date


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
    assert "pattern ./nothing/...: lstat ./nothing/: no such file or directory" in module.build().failed().err
    module.write("nothing/README", "")
    assert 'warning: "./nothing/..." matched no packages' in module.build().ok().err
    module.sconstruct("env.GoLibrary()\n")
    assert "GoLibrary names packages" in module.build().failed().text


PROFILES = Path(__file__).resolve().parent.parent / "golden/programs/profiled"


def with_profiles(text: str) -> list[tuple[str, bool]]:
    """(import path, whether with a profile) of the compile commands for packages outside std."""
    commands = [line for line in text.splitlines() if re.search(r"/compile\b.* -p (main|example\.com)", line)]
    return sorted((re.findall(r"=>(example\.com/[^;]*);", line)[0], "-pgoprofile" in line) for line in commands)


def test_programs_with_profiles(module: Project) -> None:
    """What a program with a default.pgo imports is compiled with it, and again without it for the others."""
    module.write("cmd/other/main.go", 'package main\n\nimport "example.com/m/greet"\n\nfunc main() { println(greet.Text()) }\n')
    module.write("cmd/app/default.pgo", (PROFILES / "default.pgo").read_bytes())
    for patterns in (["./cmd/app"], ["./..."]):
        module.sconstruct(f"env.Alias('all', env.GoLibrary({patterns!r}))\n")
        theirs = with_profiles(run_go(module.goroot, "build", "-n", "-a", "-trimpath", *patterns, cwd=module.dir).stderr)
        assert with_profiles(module.build("-n").ok().out) == theirs != []
    once = sorted({path for path, _ in theirs})
    assert with_profiles(module.build("-n", "GOPGO=off").ok().out) == [(path, False) for path in once]
    assert with_profiles(module.build("-n", "GOPGO=cmd/app/default.pgo").ok().out) == [(path, True) for path in once]


def test_a_changed_profile(project: Project) -> None:
    project.write("go.mod", "module example.com/m\n")
    project.write("alone.go", "package alone\n")
    profile = (PROFILES / "default.pgo").read_bytes()
    project.write("profile", profile)
    project.sconstruct("env.Alias('all', env.GoLibrary('.'))\n", GOPGO="profile")
    project.build().ok()
    assert project.build().ok().up_to_date
    project.write("profile", gzip.compress(gzip.decompress(profile), 1))
    assert compiled(project.build().ok().out) == ["example.com/m"]
    assert project.build().ok().up_to_date
