"""docs/tests.md: its SConstruct and its commands, in the order of the document."""

from __future__ import annotations

import re
import shlex
import xml.etree.ElementTree as ElementTree

from conftest import ROOT
from sconsproject import Project

GREET = "package greet\n\n// Text greets.\nfunc Text() string { return `hello` }\n"
GREET_TEST = """\
package greet

import "testing"

func TestText(t *testing.T) {
	if Text() != "hello" {
		t.Error(Text())
	}
}

func BenchmarkText(b *testing.B) {
	for b.Loop() {
		Text()
	}
}
"""
MAIN = 'package main\n\nimport "example.com/m/greet"\n\nfunc main() { println(greet.Text()) }\n'
MAIN_TEST = 'package main\n\nimport "testing"\n\nfunc TestMain_(t *testing.T) { main() }\n'

BLOCK = re.compile(r"<!-- tested: tests -->\n```(python|sh)\n(.*?)```", re.DOTALL)


def test_commands(project: Project) -> None:
    blocks = BLOCK.findall((ROOT / "docs" / "tests.md").read_text())
    project.sconstruct("\n".join(text for language, text in blocks if language == "python"))
    project.write("go.mod", "module example.com/m\n\ngo 1.24\n")
    for name, text in (
        ("greet/greet.go", GREET),
        ("greet/greet_test.go", GREET_TEST),
        ("cmd/app/main.go", MAIN),
        ("cmd/app/m_test.go", MAIN_TEST),
    ):
        project.write(name, text)
    (project.dir / "counted").mkdir()
    lines = [line for language, text in blocks if language == "sh" for line in text.splitlines()]
    assert len(lines) == 12
    for line in lines:
        command, _, expected = line.partition(" # ")
        words = shlex.split(command)
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            project.environ[name] = value
        run = project.build(*words[1:]) if words[0] == "scons" else project.program(*words)
        assert expected.strip() in run.ok().text, line
        project.environ.clear()
    assert "func Text() string" in (project.dir / "reports/app.html").read_text()
    cases = ElementTree.parse(project.dir / "reports/tests.xml").iter("testcase")
    assert {case.get("name") for case in cases} >= {"TestText", "TestMain_"}
