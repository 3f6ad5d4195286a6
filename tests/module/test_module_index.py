"""The go command reads modules of the module cache from an index, which holds the errors of excluded files, too."""

from __future__ import annotations

import pytest
from modules_at_hand import Project, Proxy, project_fixture, proxy_fixture  # noqa: F401 - fixtures
from sconsproject import Project as Build

A = "example.com/a"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.go", "nonsense\n"),
        ("x.go", ""),
        ("x_test.go", "nonsense\n"),
        ("x.go", "package a\n\nimport x\n"),
        ("x.go", 'package a\n\nimport "foo bar"\n'),
        ("x.go", "package a\n\nfunc {\n"),
    ],
)
def test_an_excluded_file_that_cannot_be_parsed(project: Project, proxy: Proxy, name: str, text: str) -> None:
    """It is the same whenever it is tried; in folders that one edits, go says so of files that are two seconds old."""
    proxy.add(A, "v1.0.0", {"a.go": "package a\n", name: f"//go:build ignore\n\n{text}"})
    project.write({"main.go": f'package main\n\nimport _ "{A}"\n\nfunc main() {{}}\n'})
    project.write({"go.mod": f"module example.com/main\n\ngo 1.21\n\nrequire {A} v1.0.0\n", "go.sum": proxy.sums(project.root.parent)})
    project.environ |= {"GOSUMDB": "off", "GODEBUG": ""}
    status, _, errors = project.go("build", ".")
    build = Build(project.root, project.goroot, environ=project.environ)
    build.sconstruct("env.GoProgram('bin/app', '.')\n")
    run = build.build("-Q")
    assert (run.status != 0) == (status != 0) == ("func" not in text)
    if status:
        told = errors.splitlines()[-1].rpartition(f"/{A}@v1.0.0/")[2]
        assert f"/{A}@v1.0.0/{told}\n" in run.failed().err
