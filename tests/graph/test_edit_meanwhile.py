"""What is edited while a build runs is built by the next one."""

from __future__ import annotations

import pytest
from gomodule import SUM, write_module
from sconsproject import Project

INIT = "package greet\n\nfunc init() { println(2) }\n"


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize(
    ("action", "said"),
    [("cp new/sum.go sum/sum.go", "hello world 12\n"), ("cp new/init.go greet/init.go", "2\nhello world 7\n"), ("rm greet/old.go", "")],
    ids=["content", "new", "gone"],
)
def test_a_source_changes_after_it_was_compiled(project: Project, first: bool, action: str, said: str) -> None:
    """The link is preceded by an action that edits a package: one that has just been compiled, or was current."""
    write_module(project)
    project.write("new/sum.go", SUM.replace("a + b", "a * b"))
    project.write("new/init.go", INIT)
    said = said or "hello world 7\n"
    if action.startswith("rm"):
        project.write("greet/old.go", INIT)
    project.sconstruct("app = env.GoProgram('bin/app', './cmd/app')\n")
    if not first:
        project.build().ok()
        project.write("name/more.go", "package name\n\nfunc init() { println(1) }\n")
        said = "1\n" + said
    project.sconstruct(f"app = env.GoProgram('bin/app', './cmd/app')\nenv.AddPreAction(app, {action!r})\n")
    project.build().ok()
    project.sconstruct("app = env.GoProgram('bin/app', './cmd/app')\n")
    project.build().ok()
    assert project.program("bin/app").ok().err == said
    assert project.build().ok().up_to_date


def test_a_module_file_changes_meanwhile(project: Project) -> None:
    write_module(project)
    project.write("new/go.mod", (project.dir / "go.mod").read_text() + "\ngodebug panicnil=1\n")
    project.sconstruct("app = env.GoProgram('bin/app', './cmd/app')\nenv.AddPreAction(app, 'cp new/go.mod go.mod')\n")
    project.build().ok()
    before = (project.dir / "bin" / "app").read_bytes()
    project.build().ok()
    assert (project.dir / "bin" / "app").read_bytes() != before
