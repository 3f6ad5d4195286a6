"""GOOVERLAY is ``go build -overlay``: the same program as the go command's, and what stands in for files is noticed when it changes."""

from __future__ import annotations

import json

import pytest
from gocommand import go
from gomodule import write_module
from sconsproject import Project

EMBED = """\
package name

import _ "embed"

//go:embed name.txt
var Name string
"""


@pytest.fixture
def module(project: Project) -> Project:
    write_module(project)
    project.share = False  # in the output folder of an overlay are its packages of the SDK
    project.write("name/name.go", EMBED)
    project.write("name/name.txt", "disk")
    project.write("sum/gone.go", "package sum\n\nvar broken = missing\n")
    project.write("other/sum.txt", "package sum\n\nfunc Of(a, b int) int { return a*b + more() }\n")
    project.write("other/more.txt", "package sum\n\nfunc more() int { return 100 }\n")
    project.write("other/name.txt", "overlay")
    replaced = {"sum/sum.go": "other/sum.txt", "sum/more.go": "other/more.txt", "sum/gone.go": "", "name/name.txt": "other/name.txt"}
    project.write("overlay.json", json.dumps({"Replace": replaced}))
    project.sconstruct("env.GoProgram('bin/app', 'cmd/app', GOOVERLAY='overlay.json')\n")
    return project


def says(module: Project, text: str) -> None:
    """The program, built, prints *text*, and is the go command's."""
    module.build().ok()
    assert module.program("bin/app").ok().err == text
    flags = ["-trimpath", "-buildvcs=false", "-overlay=overlay.json", "-o", "bin/go-app"]
    go(module.goroot, "build", *flags, "./cmd/app", cwd=module.dir)
    assert (module.dir / "bin/app").read_bytes() == (module.dir / "bin/go-app").read_bytes()
    assert module.build().ok().up_to_date


def test_overlay(module: Project) -> None:
    says(module, "hello overlay 112\n")
    module.write("other/sum.txt", "package sum\n\nfunc Of(a, b int) int { return a*b + 2*more() }\n")
    says(module, "hello overlay 212\n")
    module.write("other/more.txt", "package sum\n\nfunc more() int { return 7 }\n")
    module.write("other/name.txt", "edited")
    says(module, "hello edited 26\n")
    replaced = {"sum/gone.go": "", "name/name.go": "other/name.txt"}
    module.write("other/name.txt", 'package name\n\nconst Name = "constant"\n')
    module.write("overlay.json", json.dumps({"Replace": replaced}))
    says(module, "hello constant 7\n")


def test_overlay_of_the_sdk(module: Project) -> None:
    """Packages of the SDK and files that only the overlay has, in a folder that is nowhere."""
    module.write("other/path.txt", 'package path\n\nfunc Base(string) string { return "replaced" }\n')
    module.write("other/new.txt", 'package new\n\nimport "path"\n\nvar Name = path.Base("x")\n')
    module.write("name/name.go", 'package name\n\nimport "example.com/m/new"\n\nvar Name = new.Name\n')
    path = f"{module.goroot}/src/path"
    replaced = {f"{path}/path.go": "other/path.txt", f"{path}/match.go": "", "new/new.go": "other/new.txt", "sum/gone.go": ""}
    module.write("overlay.json", json.dumps({"Replace": replaced}))
    says(module, "hello replaced 7\n")
    module.write("other/path.txt", 'package path\n\nfunc Base(string) string { return "again" }\n')
    says(module, "hello again 7\n")
    (module.dir / "other/path.txt").unlink()
    assert "other/path.txt: No such file or directory" in module.build().failed().err


def test_tests_with_an_overlay(module: Project) -> None:
    test = 'package sum\n\nimport "testing"\n\nfunc Test(t *testing.T) {\n\tif Of(1, 2) != 102 {\n\t\tt.Fatal(Of(1, 2))\n\t}\n}\n'
    module.write("sum/sum_test.go", test)
    module.sconstruct("env.GoTest('./...', GOOVERLAY='overlay.json')\nenv.GoProgram('bin/', './...', GOOVERLAY='overlay.json')\n")
    assert "1 passed" in module.build("test").ok().out
    assert "1 passed (1 cached)" in module.build("test").ok().out
    module.write("other/more.txt", "package sum\n\nfunc more() int { return 7 }\n")
    assert "sum_test.go:7: 9" in module.build("test").failed().out
    module.build("bin").ok()
    assert module.program("bin/app").ok().err == "hello overlay 19\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "overlay.json: reading overlay: no such file or directory"),
        ("{", "overlay.json: parsing overlay JSON: "),
        ('{"Replace": {"a": 3}}', "overlay.json: parsing overlay JSON: "),
        ('{"Replace": {"": "a"}}', "overlay.json: empty string key in overlay map"),
        ('{"Replace": {"a": "b", "./a": "b"}}', "overlay.json: duplicate paths ./a and a in overlay map"),
        ('{"Replace": {"a": "b", "a/b": "b"}}', "/a and "),
        ('{"Replace": {"go.mod": "other.mod"}}', "overlay.json: go.mod cannot be replaced: which modules there are is read from disk"),
        ('{"Replace": {"sum/gone.go": "", "sum/sum.go": "nowhere"}}', "nowhere"),
    ],
)
def test_wrong_overlays(module: Project, text: str | None, message: str) -> None:
    (module.dir / "overlay.json").unlink()
    if text is not None:
        module.write("overlay.json", text)
    assert message in module.build().failed().err
