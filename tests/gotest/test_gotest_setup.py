"""Which packages are not set up and which are not built, in the words of ``go test``."""

from __future__ import annotations

import re

from gotest_reference import run_go
from sconsproject import Project

TEST = 'package {package}\n\nimport "testing"\n\nfunc TestX(t *testing.T) {{{body}}}\n'


def test_the_stage_that_failed_is_gos(project: Project) -> None:
    """A test file that cannot be parsed is found when tests are looked for; what is wrong elsewhere, by the compiler."""
    project.write("go.mod", "module example.com/m\n\ngo 1.22\n")
    for name in ("syntax", "external", "type", "plain", "user", "head", "debug", "fine"):
        project.write(f"{name}/{name}.go", f"package {name}\n")
        project.write(f"{name}/{name}_test.go", TEST.format(package=name, body=""))
    project.write("syntax/syntax_test.go", TEST.format(package="syntax", body=" x := "))
    project.write("external/external_test.go", TEST.format(package="external_test", body=" x := "))
    project.write("type/type_test.go", TEST.format(package="type_", body=""))
    project.write("type/type.go", "package type_\n\nvar X int = nothing\n")
    project.write("plain/plain.go", "package plain\n\nfunc {\n")
    project.write("user/user.go", 'package user\n\nimport _ "example.com/m/plain"\n')
    project.write("head/head_test.go", "package head\n\nimport testing\n")
    project.write("debug/debug_test.go", "//go:debug nothing=1\n" + TEST.format(package="debug", body=""))
    project.sconstruct('env.GoTest("./...")\n')
    ours, reference = project.build("-k", "test").failed(), run_go(project.goroot, "test", "./...", cwd=project.dir, check=False)
    verdicts = [sorted(re.findall(r"^(FAIL\t.* \[.*\]|ok  \t\S+)", text, re.M)) for text in (ours.out, reference.stdout)]
    assert verdicts[0] == verdicts[1] and len(verdicts[0]) == 8
    wrong = 'debug/debug_test.go:1:1: invalid //go:debug: unknown //go:debug setting "nothing"\n'
    wrong = f"# example.com/m/debug [example.com/m/debug.test]\n{wrong}"
    assert wrong in ours.err and wrong in reference.stderr


def test_directives_of_libraries_are_looked_at(project: Project) -> None:
    project.write("go.mod", "module example.com/m\n\ngo 1.22\n")
    project.write("lib/lib.go", "//go:debug panicnil=1\n//go:debug nothing\n//go:debug panicnil=0\npackage lib\n")
    project.sconstruct('env.GoLibrary("./lib")\n')
    ours, reference = project.build().failed(), run_go(project.goroot, "build", "./lib", cwd=project.dir, check=False)
    assert reference.returncode == 1 and "lib.go:3" in reference.stderr
    assert reference.stderr in ours.err
