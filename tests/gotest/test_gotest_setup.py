"""Which packages are not set up and which are not built, in the words of ``go test``."""

from __future__ import annotations

import json
import re
from pathlib import Path

from gotest_reference import run_go
from scons_go.test.unreadable import is_unreadable
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


UNREADABLE = {
    "newline": ' _ = "abc\n',
    "rune": " _ = 'ab'\n",
    "sign": " _ = 1 # 2\n",
    "escape": ' _ = "\\z"\n',
    "digit": " _ = 089\n",
    "comment": " /* abc\n",
    "nul": ' _ = "a\0b"\n',
    "mark": ' _ = "\ufeff"\n',
    "call": " go 1\n",
    "slice": " _ = s[::2]\n",
}
READABLE = {"receiver": "}\nfunc () m() {\n", "label": " L:\n", "assign": " 1 = 2\n", "select": " select { case 1: }\n"}


def test_what_the_scanner_refuses_is_setup(project: Project) -> None:
    project.write("go.mod", "module example.com/m\n\ngo 1.22\n")
    for name, body in {**UNREADABLE, **READABLE}.items():
        project.write(f"{name}_/x.go", "package x\n")
        project.write(f"{name}_/x_test.go", TEST.format(package="x", body=body))
    project.sconstruct('env.GoTest("./...")\n')
    ours, reference = project.build("-k", "test").failed(), run_go(project.goroot, "test", "./...", cwd=project.dir, check=False)
    verdicts = [sorted(re.findall(r"^FAIL\t.* \[.*\]", text, re.M)) for text in (ours.out, reference.stdout)]
    assert verdicts[0] == verdicts[1] and len(verdicts[0]) == len(UNREADABLE) + len(READABLE)
    headings = [sorted(re.findall(r"^# .*", text, re.M)) for text in (ours.err, reference.stderr)]
    assert headings[0] == headings[1]


def test_events_of_what_is_not_set_up(project: Project) -> None:
    project.write("go.mod", "module example.com/m\n\ngo 1.22\n")
    project.write("m.go", "package m\n")
    project.write("m_test.go", TEST.format(package="m_test", body=UNREADABLE["rune"]))
    project.sconstruct('env.GoTest(".")\n')
    run = project.build("-Q", "-s", "-k", "test", "GOTESTFLAGS=-json").failed()
    reference = run_go(project.goroot, "test", "-json", ".", cwd=project.dir, check=False)
    events = []
    for text in (run.out, reference.stdout):
        lines = [json.loads(line) for line in text.splitlines()]
        kept = ("ImportPath", "Package", "Action", "FailedBuild")
        events.append([[line.get(name) for name in kept] for line in lines])
    assert events[0] == events[1]


def test_table_of_what_the_scanner_refuses(any_goroot: Path) -> None:
    folder = any_goroot / "src/cmd/compile/internal/syntax"
    found = []
    for name in ("scanner.go", "source.go"):
        found += re.findall(r'\b(?:errorf|errorAtf|error)\((?:\w+, )?"((?:[^"\\]|\\.)+)"', (folder / name).read_text())
    words = [word for word in found if word != "%s" and not word.startswith("I/O error")]
    assert len(words) > 20
    for word in words:
        said = re.sub("%#U|%d", "7", word).replace("%q", "'7'").replace("%s", "octal")
        assert is_unreadable(f"# p\np/p_test.go:3:5: {said}\n"), word
        assert not is_unreadable(f"p/p.go:3:5: {said}\n"), word
