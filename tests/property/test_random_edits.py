"""Random edits (content, new, removed and renamed files, tags, sub-second apart), each followed by a build.

The program must be the one that the go command makes of the same tree, and that a clean build makes.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from gocommand import go
from sconsproject import Project

PACKAGES = ("a", "b", "c", "d")
SCRIPT = "env.GoProgram('bin/app', 'cmd/app', GOTAGS=ARGUMENTS.get('TAGS', ''))\n"


class Tree:
    """A module whose packages a to d each import the ones before, and the edits that can be made to it."""

    def __init__(self, project: Project, seed: int) -> None:
        self.project = project
        self.random = random.Random(seed)
        self.serial = 0
        self.extra: list[Path] = []
        self.tags = ""
        project.write("go.mod", "module example.com/m\n\ngo 1.22\n")
        imports = "".join(f'\t"example.com/m/{name}"\n' for name in PACKAGES)
        calls = ", ".join(f"{name}.Value()" for name in PACKAGES)
        project.write("cmd/app/main.go", f"package main\n\nimport (\n{imports})\n\nfunc main() {{ println({calls}) }}\n")
        for name in PACKAGES:
            self.write(name)
        project.sconstruct(SCRIPT)

    def write(self, name: str) -> None:
        """New content for a package, which sometimes shows in what it exports."""
        self.serial += 1
        before = PACKAGES[: PACKAGES.index(name)]
        imports = "".join(f'import "example.com/m/{other}"\n' for other in before)
        inline = "" if self.random.random() < 0.5 else "//go:noinline\n"
        padding = "\n" * self.random.randrange(3)
        total = " + ".join([str(self.serial), *(f"{other}.Value()" for other in before)])
        self.project.write(f"{name}/{name}.go", f"package {name}\n\n{imports}{padding}\n{inline}func Value() int {{ return {total} }}\n")

    def content(self) -> None:
        self.write(self.random.choice(PACKAGES))

    def add(self) -> None:
        name = self.random.choice(PACKAGES)
        self.serial += 1
        constraint = self.random.choice(["", "//go:build extra\n\n", "//go:build !extra\n\n", "//go:build windows\n\n"])
        text = f"{constraint}package {name}\n\nvar V{self.serial} = {self.serial}\n\nfunc init() {{ V{self.serial}++ }}\n"
        self.extra.append(self.project.write(f"{name}/extra{self.serial}.go", text))

    def remove(self) -> None:
        if self.extra:
            self.extra.pop(self.random.randrange(len(self.extra))).unlink()

    def rename(self) -> None:
        if self.extra:
            place = self.random.randrange(len(self.extra))
            self.serial += 1
            suffix = self.random.choice(["", "_linux", "_arm64", "_test"])
            self.extra[place] = self.extra[place].rename(self.extra[place].with_name(f"renamed{self.serial}{suffix}.go"))

    def tag(self) -> None:
        self.tags = "" if self.tags else "extra"

    def touch(self) -> None:
        path = self.project.dir / "a" / "a.go"
        path.write_bytes(path.read_bytes())

    def edit(self) -> str:
        """Make one edit, or two at once; their names."""
        edits: list[Callable[[], None]] = [self.content, self.content, self.add, self.remove, self.rename, self.tag, self.touch]
        chosen = self.random.sample(edits, self.random.choice([1, 1, 2]))
        for edit in chosen:
            edit()
        return "+".join(edit.__name__ for edit in chosen)


def run_edits(project: Project, other: Project, seed: int, count: int, clean_every: int) -> None:
    """After each edit the program is go build's, and after every *clean_every*th that of a clean build too."""
    tree = Tree(project, seed)
    done: list[str] = []
    for number in range(count):
        done.append(tree.edit())
        project.build(f"TAGS={tree.tags}").ok()
        made = (project.dir / "bin/app").read_bytes()
        story = f"seed {seed}: another program after {' '.join(done)}"
        go(project.goroot, "build", "-trimpath", "-buildvcs=false", f"-tags={tree.tags}", "-o", "bin/go", "./cmd/app", cwd=project.dir)
        assert made == (project.dir / "bin/go").read_bytes(), story
        if number % clean_every == 0:
            shutil.rmtree(other.dir)
            shutil.copytree(project.dir, other.dir, ignore=shutil.ignore_patterns("build", "bin", ".scons*"))
            other.build(f"TAGS={tree.tags}").ok()
            assert made == (other.dir / "bin/app").read_bytes(), story


@pytest.fixture
def other(project: Project, tmp_path: Path) -> Project:
    folder = tmp_path / "clean"
    folder.mkdir()
    return Project(folder, project.goroot)


def test_a_few_edits(project: Project, other: Project) -> None:
    run_edits(project, other, 1, 6, 3)


@pytest.mark.judge
@pytest.mark.parametrize("seed", [2, 3, 4, 5])
def test_many_edits(seed: int, project: Project, other: Project) -> None:
    """200 edits in all."""
    run_edits(project, other, seed, 50, 5)
