"""SCons' own options, each with a Go program."""

from __future__ import annotations

import re

import pytest
from gomodule import GREET, NAME, SUM, write_module
from sconsproject import Project, compiled, scons_release

PROGRAM = "app = env.GoProgram('bin/app', 'cmd/app')\n"
ALL = ["example.com/m/name", "example.com/m/greet", "example.com/m/sum", "main"]


@pytest.fixture
def module(project: Project) -> Project:
    write_module(project)
    project.sconstruct(PROGRAM)
    return project


def says(project: Project, words: str) -> None:
    assert project.program("bin/app").ok().err == words + "\n"


@pytest.mark.parametrize("scons", ["", "4.4.0"], ids=["newest", "4.4.0"])
def test_builds_and_is_up_to_date(module: Project, scons: str) -> None:
    module.scons = scons_release(scons) if scons else None
    assert sorted(compiled(module.build().ok().out)) == sorted(ALL)
    says(module, "hello world 7")
    assert module.build().ok().up_to_date
    module.write("sum/sum.go", SUM.replace("a + b", "a * b"))
    assert compiled(module.build().ok().out) == ["example.com/m/sum"]
    says(module, "hello world 12")
    assert module.build("--debug=explain").ok().up_to_date


def test_a_build_in_which_nothing_changed_loads_no_planner(module: Project) -> None:
    """Half of such a build is the start of Python: what reads packages, plans and compiles them is not part of it."""
    module.build().ok()
    module.environ["PYTHONPROFILEIMPORTTIME"] = "1"
    loaded = {line.rpartition("|")[2].strip() for line in module.build().ok().err.splitlines()}
    assert "go.graph.closure" in loaded
    assert (
        loaded & {"go.load", "go.source.folder", "go.plan.compile", "go.plan.engine", "go.plan.link", "go.minruntime", "go.module.build"}
        == set()
    )


def test_dry_run_shows_all_and_does_nothing(module: Project) -> None:
    out = module.build("-n").ok().out
    assert sorted(compiled(out)) == sorted(ALL)
    assert "/link -o" in out
    assert not (module.dir / "bin").exists()
    assert not (module.dir / "build" / "go" / "ledger").exists()
    module.build().ok()
    ledger = (module.dir / "build" / "go" / "ledger").read_bytes()
    assert module.build("-n").ok().up_to_date
    module.write("greet/greet.go", GREET.replace("hello", "good day"))
    out = module.build("-n").ok().out
    assert compiled(out) == ["example.com/m/greet", "main"]  # what greet exports nobody knows before it is compiled
    assert (module.dir / "build" / "go" / "ledger").read_bytes() == ledger
    says(module, "hello world 7")


def test_question(module: Project) -> None:
    assert module.build("-q").status == 1
    module.build().ok()
    assert module.build("-q").status == 0
    module.write("greet/greet.go", GREET.replace("hello", "good day"))
    assert module.build("-q").status == 1
    assert module.build("-q").status == 1


def test_clean_removes_everything_it_made(module: Project) -> None:
    module.share = False  # what is not this program's stays
    before = module.files()
    module.build().ok()
    out = module.build("-c").ok().out
    assert "Removed bin/app" in out
    assert [name for name in module.files() if name not in before and not name.startswith(".sconsign")] == []
    assert sorted(compiled(module.build().ok().out)) == sorted(ALL)


def test_clean_works_with_broken_sources(module: Project) -> None:
    module.share = False  # what is not this program's stays
    module.build().ok()
    module.write("cmd/app/main.go", "package main\nimport (")
    module.build("-c").ok()
    assert not (module.dir / "bin" / "app").exists()
    assert not list((module.dir / "build").rglob("*.a"))


def test_keep_going_builds_what_it_can(module: Project) -> None:
    module.write("greet/greet.go", GREET.replace("return", "retrun"))
    run = module.build("-k").failed()
    assert "example.com/m/sum" in compiled(run.out)
    assert "main" not in compiled(run.out)
    assert run.err.count("greet/greet.go:9:") == 1
    module.write("greet/greet.go", GREET)
    assert sorted(compiled(module.build("-k").ok().out)) == sorted(["example.com/m/greet", "main"])


def test_ignored_errors_leave_nothing_taken_for_built(module: Project) -> None:
    module.write("name/name_test.go", 'package name\n\nimport "testing"\n\nfunc TestName(t *testing.T) {}\n')
    module.sconstruct("env.GoProgram('bin/app', 'cmd/app')\nenv.GoLibrary('./...')\nenv.GoTest('./name', GOTESTFLAGS='-vet=off')\n")
    for _ in ("from nothing", "over what was built before"):
        module.write("name/name.go", "package name\n\nconst Name = wrong\n")
        run = module.build("-i")
        assert "Traceback" not in run.text and "Error :" not in run.text
        assert "[bin/app] package example.com/m/name could not be compiled" in run.text
        assert "FAIL\texample.com/m/name [build failed]" in run.out and "ok  \t" not in run.out
        assert "name/name.go:3:14: undefined: wrong" in module.build().failed().err
        module.write("name/name.go", NAME)
        assert "ok  \texample.com/m/name" in module.build().ok().out
        assert module.program("bin/app").ok().err == "hello world 7\n"


def test_stops_at_the_first_error_without_k(module: Project) -> None:
    module.write("name/name.go", "package name\n\nconst Name = 1 +\n")
    run = module.build().failed()
    assert "main" not in compiled(run.out)
    assert "name/name.go:4:1: syntax error" in run.err


@pytest.mark.parametrize("jobs", ["-j1", "-j4"])
def test_jobs(module: Project, jobs: str) -> None:
    for number in range(6):
        module.write(f"extra{number}/x.go", f"package extra{number}\n\nvar X = {number}\n")
        module.write(
            "cmd/app/main.go",
            "package main\n\n" + "".join(f'import _ "example.com/m/extra{n}"\n' for n in range(number + 1)) + "func main() {}\n",
        )
    out = module.build(jobs).ok().out
    assert len(compiled(out)) == 7
    assert module.build(jobs).ok().up_to_date


def test_explain_names_the_file(module: Project) -> None:
    assert "scons: building `bin/app' because it is not there" in module.build("--debug=explain").ok().out
    module.write("name/name.go", 'package name\n\nconst Name = "moon"\n')
    out = module.build("--debug=explain").ok().out
    assert re.search(r"scons: rebuilding `build/go/\S+/example.com/m/name.x' because name/name.go changed\n", out)
    assert re.search(r"/greet.x' because example.com/m/name exports something else\n", out)
    assert "scons: rebuilding `bin/app' because package example.com/m/greet changed\n" in out
    module.write("sum/more.go", "package sum\n")
    assert "because sum/more.go is new" in module.build("--debug=explain").ok().out
    (module.dir / "sum" / "more.go").unlink()
    assert "because sum/more.go is gone" in module.build("--debug=explain").ok().out
    (module.dir / "bin" / "app").write_bytes(b"garbage")
    assert "rebuilding `bin/app' because it was changed by something else" in module.build("--debug=explain").ok().out


def test_explain_names_the_flag(module: Project) -> None:
    module.build().ok()
    out = module.build("--debug=explain", "GOTAGS=extra").ok().out
    assert "because GOTAGS changed from '' to 'extra'" in out
    module.sconstruct(PROGRAM, GOLINKFLAGS=["-s", "-w"])
    module.build().ok()
    module.sconstruct(PROGRAM)
    assert "rebuilding `bin/app' because GOLINKFLAGS changed from '-s -w' to ''" in module.build("--debug=explain").ok().out


def test_explain_without_debug(module: Project) -> None:
    module.build().ok()
    module.write("sum/sum.go", SUM.replace("a + b", "a * b"))
    out = module.build("-Q", "GOEXPLAIN=1").ok().out
    assert re.search(r"^rebuilding `build/go/\S+/sum.x' because sum/sum.go changed$", out, re.MULTILINE)


def test_tree_shows_packages(module: Project) -> None:
    module.build().ok()
    out = module.build("--tree=prune", "bin/app").ok().out
    for name in ("cmd/app", "greet", "name", "sum"):
        assert re.search(rf"\+-build/go/\S+/example.com/m/{name}\.x$", out, re.MULTILINE), out


def test_random_order(module: Project) -> None:
    module.build("--random", "-j2").ok()
    says(module, "hello world 7")
    assert module.build("--random").ok().up_to_date


def test_interactive_builds_again(module: Project) -> None:
    module.write("name/changed", 'package name\n\nconst Name = "moon"\n')
    change = "cp name/changed name/name.go"
    run = module.build("--interactive", input=f"build bin/app\nshell {change}\nbuild bin/app\nbuild bin/app\nexit\n".encode())
    assert compiled(run.ok().out) == [*ALL, "example.com/m/name", "example.com/m/greet"]  # greet exports the same as before
    assert "`bin/app' is up to date" in run.out
    says(module, "hello moon 7")


def test_silent(module: Project) -> None:
    assert module.build("-s").ok().text == ""
