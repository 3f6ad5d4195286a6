"""The packages of a program are kept: an edit does not load them again, unless it changes what they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from gomodule import SUM, write_module
from sconsproject import Project

# It says when packages are loaded.
SCONSTRUCT = """\
import go.load

closure = go.load.Loader.closure

def told(*args):
    print("loading")
    return closure(*args)

go.load.Loader.closure = told
env.GoProgram("bin/app", "./cmd/app")
"""

TEXT = """\
package sum

import _ "embed"

//go:embed text/*.txt
var Text string

//go:noinline
func Of(a, b int) int { return a + b + len(Text) }
"""


@pytest.fixture
def module(project: Project) -> Project:
    """A program that has been built and prints 7, with a file to embed."""
    write_module(project)
    project.write("cmd/app/main.go", 'package main\n\nimport "example.com/m/sum"\n\nfunc main() { println(sum.Of(3, 4)) }\n')
    project.write("sum/text/a.txt", "")
    project.write("sum/sum.go", TEXT)
    project.sconstruct(SCONSTRUCT)
    assert "loading" in project.build().ok().out
    return project


def said(project: Project) -> str:
    """What the program says; it is as a build from nothing makes it, and a further build has nothing to do."""
    made = (project.dir / "bin/app").read_bytes()
    assert project.build().ok().up_to_date
    project.build("-c").ok()
    assert not (project.dir / "build/go/closures").exists()
    project.build().ok()
    assert (project.dir / "bin/app").read_bytes() == made
    return project.program("bin/app").ok().err.strip()


def test_what_is_inside_of_functions_changes_no_package(module: Project) -> None:
    for sign, result in (("*", "12"), ("-", "-1")):
        module.write("sum/sum.go", TEXT.replace("a + b", f"a {sign} b"))
        assert "loading" not in module.build().ok().out
        assert module.program("bin/app").ok().err.strip() == result
    module.write("sum/text/a.txt", "abc")
    assert "loading" not in module.build().ok().out
    assert said(module) == "2"


def test_a_build_that_failed_keeps_nothing(module: Project) -> None:
    module.write("sum/sum.go", TEXT.replace("a + b", "a + c"))
    run = module.build()
    assert run.status and "loading" not in run.out
    module.write("sum/sum.go", TEXT.replace("a + b", "name.Len").replace("import _", 'import "example.com/m/name"\nimport _'))
    assert "undefined: name.Len" in module.build().err
    module.write("name/name.go", "package name\n\nconst Len = 30\n")
    assert "loading" in module.build().ok().out
    assert said(module) == "30"


def _imports(module: Project) -> None:
    module.write("sum/sum.go", TEXT.replace("import _", 'import _ "example.com/m/name"\nimport _'))
    module.write("name/name.go", "package name\n\nfunc init() { println(0) }\n")


def _excluded(module: Project) -> None:
    module.write("sum/other.go", "package sum\n\nfunc init() { println(1) }\n")
    assert "loading" in module.build().ok().out
    module.write("sum/other.go", "//go:build never\n\npackage sum\n\nfunc init() { println(1) }\n")


def _module(module: Project) -> None:
    module.write("go.mod", "module example.com/m\n\ngo 1.24\n")


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (_imports, "0\n7"),
        (_excluded, "7"),
        (_module, "7"),
        (lambda module: module.write("sum/new.go", "package sum\n\nfunc init() { println(2) }\n"), "2\n7"),
        (lambda module: module.write("sum/sum.go", SUM), "7"),
        (lambda module: module.write("sum/sum.go", TEXT.replace("*.txt", "a.*")), "7"),
        (lambda module: (module.dir / "sum/text/a.txt").rename(module.dir / "sum/text/b.txt"), "7"),
    ],
    ids=["imports", "constraint", "go.mod", "new", "no longer embeds", "pattern", "embedded"],
)
def test_what_makes_other_packages_is_loaded(module: Project, edit: Callable[[Project], object], expected: str) -> None:
    edit(module)
    assert "loading" in module.build().ok().out
    assert said(module) == expected


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:100])], ids=["gone", "cut off"])
def test_what_is_kept_can_be_lost(module: Project, damage: Callable[[Path], object]) -> None:
    (kept,) = (module.dir / "build/go/closures").iterdir()
    damage(kept)
    module.write("sum/sum.go", TEXT.replace("a + b", "a * b"))
    assert "loading" in module.build().ok().out
    assert said(module) == "12"


def test_a_package_that_is_generated_elsewhere_now(module: Project) -> None:
    """The same files lie in the folders, but the SConstruct makes one of them from now on."""
    module.write("more/source", "package sum\n\nfunc init() { println(3) }\n")
    module.write("sum/made.go", "package sum\n")
    assert "loading" in module.build().ok().out
    module.sconstruct(SCONSTRUCT + 'env.Command("sum/made.go", "more/source", "cp $SOURCE $TARGET")\n')
    module.build().ok()
    assert module.program("bin/app").ok().err == "3\n7\n"
    module.write("more/source", "package sum\n\nfunc init() { println(4) }\n")
    module.build().ok()
    assert module.program("bin/app").ok().err == "4\n7\n"


def test_a_package_of_the_sdk_is_compiled_again(module: Project) -> None:
    """What is not watched has to be read to be compiled."""
    archive = next((module.dir / "build/go").glob("*/internal/runtime/math.a"))
    archive.unlink()
    module.write("sum/sum.go", TEXT.replace("a + b", "a * b"))
    assert "loading" in module.build().ok().out
    assert archive.exists()
    assert said(module) == "12"


def test_the_users_go_env_counts(module: Project) -> None:
    settings = module.dir / "config" / "go" / "env"
    module.environ["GOENV"] = str(settings)
    module.build().ok()
    module.write("config/go/env", "GOFLAGS=-modfile=other.mod\n")
    assert "other.mod" in module.build().failed().err
    settings.unlink()
    assert said(module) == "7"
