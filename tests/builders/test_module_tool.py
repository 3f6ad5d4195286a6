"""GoModuleTool, and GoYacc with the goyacc that go.mod requires."""

from __future__ import annotations

import os

import pytest
from conftest import ROOT
from gocommand import run_go
from sconsproject import Project

TOOL = """\
package main

import "os"

func main() {
	f, _ := os.Create(os.Args[2])
	f.WriteString("// made by " + version + "\\npackage main\\n\\nfunc init() { println(`" + version + "`) }\\n")
	f.Close()
}
"""
GO_MOD = """\
module example.com/m

go 1.24

{line}

require golang.org/x/tools v0.0.0

replace golang.org/x/tools => ./tools
"""


@pytest.fixture
def module(project: Project) -> Project:
    """A module with a stand-in for golang.org/x/tools, and no goyacc on the PATH."""
    project.write("go.mod", GO_MOD.format(line=""))
    project.write("main.go", "package main\n\nfunc main() {}\n")
    project.write("gram.y", "")
    project.write("tools/go.mod", "module golang.org/x/tools\n\ngo 1.24\n")
    project.write("tools/cmd/goyacc/main.go", TOOL)
    project.write("tools/cmd/goyacc/version.go", 'package main\n\nconst version = "one"\n')
    without_goyacc(project)
    return project


def without_goyacc(project: Project) -> None:
    project.program("/bin/true").ok()  # from here on there is a PATH
    (project.dir.parent / f"{project.dir.name}-bin" / "goyacc").unlink(missing_ok=True)


PATH = "import os\nenv['ENV']['PATH'] = os.environ['PATH']\n"  # SCons' own PATH has /usr/bin
YACC = f"{PATH}env.GoYacc('gram.go', 'gram.y')\n"


def test_goyacc_of_the_module(module: Project) -> None:
    """It is made for this machine whatever the program is for, with none of its flags, and again when its sources change."""
    module.sconstruct(
        f"{YACC}env.GoProgram('bin/app', '.', GOOS='linux')\nenv.GoProgram('bin/app.exe', '.')\n",
        GOOS="windows",
        GOTAGS=["extra"],
        GOLINKFLAGS=["-s"],
    )
    module.build("-j2").ok()
    assert module.program("bin/app").ok().err == "one\n"
    assert (module.dir / "bin/app.exe").read_bytes()[:2] == b"MZ"
    assert module.build().ok().up_to_date
    module.write("tools/cmd/goyacc/version.go", 'package main\n\nconst version = "two"\n')
    out = module.build().ok().out
    assert "goyacc -o gram.go" in out
    assert module.program("bin/app").ok().err == "two\n"
    module.build("-c").ok()
    assert not (module.dir / "gram.go").exists()


def test_a_tool_as_a_source(module: Project) -> None:
    module.sconstruct(
        "tool = env.GoModuleTool('golang.org/x/tools/cmd/goyacc')\nassert tool == env.GoModuleTool('golang.org/x/tools/cmd/goyacc')\n"
        "env.Command('made.go', tool, '$SOURCE -o $TARGET')\nenv.GoProgram('bin/app', '.')\n"
    )
    module.build().ok()
    assert module.program("bin/app").ok().err == "one\n"
    assert module.build().ok().up_to_date


def test_who_decides_which_goyacc(module: Project) -> None:
    module.sconstruct(YACC)
    assert "build/go/tools/" in module.build("-n").ok().out
    module.write("go.mod", GO_MOD.format(line="tool golang.org/x/tools/cmd/goyacc"))
    assert "build/go/tools/" in module.build("-n").ok().out
    module.sconstruct(f"{PATH}env.GoYacc('gram.go', 'gram.y', GOYACC='./mine')\n")
    assert "./mine -o gram.go" in module.build("-n").ok().out
    module.write("go.mod", "module example.com/m\n\ngo 1.24\n")
    module.sconstruct(YACC)
    assert "go get -tool golang.org/x/tools/cmd/goyacc" in module.build().failed().err


def test_what_cannot_be(module: Project) -> None:
    module.sconstruct("env.GoModuleTool('golang.org/x/tools/cmd/goyacc@v1.0.0')\n")
    assert "the version is the one in go.mod" in module.build().failed().text
    module.sconstruct("env.GoModuleTool('example.org/other/tool')\n")
    assert "no required module provides package example.org/other/tool; to add it:" in module.build().failed().err
    module.sconstruct("env.GoModuleTool('golang.org/x/tools/cmd/nothing')\n")
    assert "golang.org/x/tools/cmd/nothing" in module.build().failed().err


GRAMMAR = (ROOT / "examples" / "registers" / "arch.y").read_text()


@pytest.mark.judge
@pytest.mark.xdist_group("modules")
def test_the_real_goyacc(project: Project) -> None:
    """golang.org/x/tools from the module proxy: the tool is go build's, byte for byte."""
    environ = {"GOMODCACHE": str(ROOT / ".cache" / "gomodcache"), "GOSUMDB": "off"}
    environ["GOPROXY"] = os.environ.get("GOPROXY", "https://proxy.golang.org")
    project.write("go.mod", "module example.com/m\n\ngo 1.24\n")
    done = run_go(project.goroot, "get", "-tool", "golang.org/x/tools/cmd/goyacc@v0.50.0", cwd=project.dir, **environ)
    if done.returncode:
        pytest.skip(f"needs golang.org/x/tools from a Go module proxy (GOPROXY): {done.stderr[-200:]}")
    project.environ = environ
    without_goyacc(project)
    project.write("g.y", GRAMMAR)
    project.sconstruct(f"{PATH}env.GoYacc('g.go', 'g.y', GOYACCFLAGS='-p x')\n")
    project.build("-j2").ok()
    (made,) = (project.dir / "build/go/tools").glob("*/goyacc")
    flags = ["-trimpath", "-buildvcs=false", "-o", "golden", "golang.org/x/tools/cmd/goyacc"]
    assert run_go(project.goroot, "build", *flags, cwd=project.dir, **environ).returncode == 0
    assert made.read_bytes() == (project.dir / "golden").read_bytes()
    assert "func xParse(" in (project.dir / "g.go").read_text()
    assert project.build().ok().up_to_date
