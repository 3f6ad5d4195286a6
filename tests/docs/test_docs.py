"""Every example in README.md and docs/ is run; the table of variables is the tool's."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT
from scons_go.graph.variables import VARIABLES
from sconsproject import NEEDS_GOYACC, TOOLPATH, Project

pytestmark = NEEDS_GOYACC

_EXAMPLE = re.compile(r"<!-- tested: (\S+) -->\n```python\n(.*?)```", re.DOTALL)


def examples(document: Path, name: str) -> str:
    found = [text for label, text in _EXAMPLE.findall(document.read_text()) if label == name]
    assert found, f"{document} has no example {name}"
    return "\n".join(found)


def test_readme(project: Project) -> None:
    """The SConstruct of the README, in a folder with this project's examples."""
    text = examples(ROOT / "README.md", "readme").replace('"site_scons/site_tools"', repr(str(TOOLPATH)))
    assert "toolpath=['" in text
    text = text.replace('tools=["go"],', f'tools=["go"], GOROOT={str(project.goroot)!r},')
    for name in ("hello", "registers"):
        shutil.copytree(ROOT / "examples" / name, project.dir / "examples" / name, ignore=shutil.ignore_patterns("bin", "build", ".scons*"))
    project.write("SConstruct", text)
    project.build("-j2").ok()
    assert project.program("bin/hello").ok().err == project.program("bin/hello-min").ok().err == "hello\n"
    assert "g in R14" in project.program("bin/registers").ok().out
    assert (project.dir / "bin/wasip1_wasm/hello").read_bytes()[:4] == b"\0asm"
    assert project.build().ok().up_to_date


def test_builders(project: Project) -> None:
    """The examples of docs/builders.md, in one SConstruct."""
    hello = 'package main\n\nfunc main() { println("hello") }\n'
    project.write("go.mod", "module example.com/m\n\ngo 1.22\n")
    project.write("cmd/app/main.go", hello)
    project.write("cmd/other/main.go", hello)
    project.write("lib/lib.go", "package lib\n\nfunc Hello() string { return `hello` }\n")
    project.write("tool/main.go", 'package main\n\nimport "example.com/lib"\n\nfunc main() { println(lib.Hello()) }\n')
    project.write("hook.c", "int hook;\n")
    shutil.copy(ROOT / "examples" / "registers" / "arch.y", project.write("calc/calc.y", ""))
    project.sconstruct(examples(ROOT / "docs" / "builders.md", "builders"))
    project.build().ok()
    for program in ("bin/app", "bin/tool", "bin/both", "bin/all/app", "bin/some/other"):
        assert project.program(program).ok().err == "hello\n"
    assert (project.dir / "calc" / "calc.go").exists()


TABLES = """\
package main

import "os"

func main() {
	data, _ := os.ReadFile(os.Args[1])
	os.WriteFile(os.Args[2], []byte("package main\\n\\nconst table = `"+string(data)+"`\\n"), 0o644)
}
"""


def test_tools_of_modules(project: Project) -> None:
    """The example of GoModuleTool, with a module in a folder beside it."""
    requires = "tool github.com/acme/gen/cmd/tables\n\nrequire github.com/acme/gen v1.2.3\n\nreplace github.com/acme/gen => ./gen\n"
    project.write("go.mod", f"module example.com/m\n\ngo 1.24\n\n{requires}")
    project.write("gen/go.mod", "module github.com/acme/gen\n\ngo 1.24\n")
    project.write("gen/cmd/tables/main.go", TABLES)
    project.write("main.go", "package main\n\nfunc main() { print(table) }\n")
    project.write("table.csv", "a,b\n")
    project.sconstruct(examples(ROOT / "docs" / "builders.md", "tools"))
    project.build().ok()
    assert project.program("bin/app").ok().err == "a,b\n"


def test_variables_are_the_tools() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (?:`(.*?)`)? ?\| (.*) \| (yes)? ?\|$", (ROOT / "docs" / "variables.md").read_text(), re.MULTILINE)
    documented = {name: (default, doc, bool(command_line)) for name, default, doc, command_line in rows}
    assert documented == {name: (var.default or "", var.doc, var.command_line) for name, var in VARIABLES.items()}


ARGUMENTS = {"cli": ["-top=1", "main.go"], "httpd": ["-once", "-address=127.0.0.1:0"]}
SAY = {"hello": "hello\n", "httpd": 'hello, gopher\n{"requests":1}\n'}


@pytest.mark.parametrize("name", ["hello", "cli", "workers", "registers", pytest.param("httpd", marks=pytest.mark.judge)])
def test_example_projects(name: str, project: Project) -> None:
    """Each example builds with its own SConstruct, and says the same on both runtimes."""
    shutil.copytree(
        ROOT / "examples" / name, project.dir, dirs_exist_ok=True, ignore=shutil.ignore_patterns("bin", "build", ".scons*", "arch.go")
    )
    script = (project.dir / "SConstruct").read_text()
    assert '"../../site_scons/site_tools"' in script
    script = script.replace('"../../site_scons/site_tools"', repr(str(TOOLPATH))).replace(
        'tools=["go"],', f'tools=["go"], GOROOT={str(project.goroot)!r},'
    )
    project.write("SConstruct", script)
    project.build().ok()
    programs = sorted(program.name for program in (project.dir / "bin").iterdir())
    said = {program: project.program(f"bin/{program}", *ARGUMENTS.get(name, [])).ok().text for program in programs}
    assert len(set(said.values())) == 1 and all(said.values())
    assert SAY.get(name) in (None, *said.values())
    assert (f"{programs[0]}-min" in programs) == (name != "registers")
