"""After ``pip install .``: the callable, the toolpath, and a vendored site_scons."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from sconsproject import Project

MAIN = 'package main\n\nfunc main() { println("hello") }\n'
DOORS = {
    "callable": "import scons_go\nenv = Environment(tools=[scons_go.tool], GOROOT={root!r})\n",
    "toolpath": (
        'import os, scons_go\nenv = Environment(tools=["scons_go"], toolpath=[os.path.dirname(scons_go.__path__[0])], GOROOT={root!r})\n'
    ),
    "vendored": 'env = Environment(tools=["go"], GOROOT={root!r})\n',
}


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project, installed by pip into a folder of its own."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
    for name in ("site_scons", "runtime_min"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and re.search(r"No matching distribution|install build dependencies", done.stderr):
        pytest.skip("needs setuptools from PyPI")
    assert done.returncode == 0, done.stderr
    return target


@pytest.mark.parametrize("door", DOORS)
def test_door(door: str, installed: Path, project: Project) -> None:
    project.write("go.mod", "module example.com/m\n\ngo 1.22\n")
    project.write("main.go", MAIN)
    if door == "vendored":
        shutil.copytree(
            ROOT / "site_scons" / "site_tools", project.dir / "site_scons" / "site_tools", ignore=shutil.ignore_patterns("__pycache__")
        )
    else:
        project.environ = {"PYTHONPATH": str(installed)}
    project.write("SConstruct", DOORS[door].format(root=str(project.goroot)) + "env.GoProgram('hello', '.')\n")
    project.build().ok()
    assert project.program("hello").ok().err == "hello\n"


def test_the_min_runtime_is_installed_too(installed: Path, project: Project) -> None:
    project.write("go.mod", "module example.com/m\n\ngo 1.22\n")
    project.write("main.go", MAIN)
    project.environ = {"PYTHONPATH": str(installed)}
    project.write("SConstruct", DOORS["callable"].format(root=str(project.goroot)) + "env.GoProgram('hello', '.', GORUNTIME='min')\n")
    project.build().ok()
    assert project.program("hello").ok().err == "hello\n"


def test_importing_loads_no_scons() -> None:
    script = "import sys; sys.path.insert(0, sys.argv[1]); import go; print([name for name in sys.modules if name.startswith('SCons')])"
    done = subprocess.run(
        [sys.executable, "-c", script, str(ROOT / "site_scons" / "site_tools")],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ},
    )
    assert done.stdout.strip() == "[]"
