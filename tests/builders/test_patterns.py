"""Packages are named alike everywhere: by a folder with or without ``./``, from the top, by a node, or by an import path."""

from __future__ import annotations

import pytest
from gomodule import write_module
from sconsproject import Project

TEST = 'package {name}\n\nimport "testing"\n\nfunc TestIt(t *testing.T) {{}}\n'


@pytest.fixture
def module(project: Project) -> Project:
    write_module(project)
    for name in ("sum", "name"):
        project.write(f"{name}/{name}_test.go", TEST.format(name=name))
    return project


@pytest.mark.parametrize(
    ("pattern", "tested"),
    [
        ("'sum'", {"sum"}),
        ("'./sum'", {"sum"}),
        ("'#sum'", {"sum"}),
        ("env.Dir('sum')", {"sum"}),
        ("env.Entry('sum')", {"sum"}),
        ("['sum', [env.Dir('name')]]", {"sum", "name"}),
        ("'example.com/m/sum'", {"sum"}),
        ("env.Value('example.com/m/sum')", {"sum"}),
        ("'sum/...'", {"sum"}),
        ("'./s...'", {"sum"}),
        ("'#...'", {"sum", "name"}),
        ("'sum', 'name'", {"sum", "name"}),
    ],
)
def test_ways_to_name_a_package(module: Project, pattern: str, tested: set[str]) -> None:
    module.sconstruct(f"env.GoTest({pattern})\n")
    run = module.build("test", "GOTESTFLAGS=-vet=off").ok()
    assert {line.split()[1].rpartition("/")[2] for line in run.out.splitlines() if line.startswith("ok  \t")} == tested


def test_folders_are_relative_to_the_script(module: Project) -> None:
    calls = "env.GoLibrary('inner', '#name', env.Dir('..').Dir('sum'))\nenv.GoFmt(Glob('inner/*.go'))\n"
    module.write("sub/SConscript", f"Import('env')\n{calls}")
    module.write("sub/inner/inner.go", "package inner\n")
    module.sconstruct("env['GOBUILDDIR'] = env.Dir('out')\nSConscript('sub/SConscript', exports='env')\n")
    module.build().ok()
    made = {name.rpartition("/")[2] for name in module.files(below="out") if name.endswith(".x") and "example.com" in name}
    assert made == {"inner.x", "name.x", "sum.x"}


def test_a_search_path_may_be_a_list(module: Project) -> None:
    body = 'import (\n\t"os"\n\t"testing"\n)\n\nfunc TestPath(t *testing.T) { println(os.Getenv("PATH")) }\n'
    module.write("sum/path_test.go", f"package sum\n\n{body}")
    module.sconstruct("env['ENV']['PATH'] = ['/one', '/two']\nenv.GoTest('sum')\n")
    assert ":/one:/two\n" in module.build("test", "GOTESTFLAGS=-vet=off -v").ok().text
