"""examples/monorepo by its README: every command there is run, and says what the README says."""

from __future__ import annotations

import re
import shlex
import shutil

import pytest
from conftest import ROOT
from gocommand import run_go
from sconsproject import NEEDS_GOYACC, TOOLPATH, Project

pytestmark = NEEDS_GOYACC

SOURCE = ROOT / "examples" / "monorepo"


def commands() -> list[tuple[list[str], str]]:
    """(words, what must be printed) of each line in the README's shell block."""
    found = re.search(r"^```sh\n(.*?)^```", (SOURCE / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert found
    lines = [re.fullmatch(r"(.*?)(?:\s+# (.*))?", line) for line in found[1].splitlines()]
    return [(shlex.split(line[1]), line[2] or "") for line in lines if line]


@pytest.fixture
def repository(project: Project) -> Project:
    ignore = shutil.ignore_patterns("bin", "build", ".scons*", "expr.go", "y.output")
    shutil.copytree(SOURCE, project.dir, dirs_exist_ok=True, ignore=ignore)
    script = (SOURCE / "SConstruct").read_text().replace('"../../site_scons/site_tools"', repr(str(TOOLPATH)))
    assert repr(str(TOOLPATH)) in script
    project.write("SConstruct", script.replace('tools=["go"],', f'tools=["go"], GOROOT={str(project.goroot)!r},'))
    return project


def test_readme(repository: Project) -> None:
    listed = [words for words in commands() if words[0] != ["scons", "matrix"]]
    assert len(listed) == 6
    for (program, *arguments), expected in listed:
        run = repository.build(*arguments) if program == "scons" else repository.program(program, *arguments)
        assert expected in run.ok().out
    assert repository.build("bin/linux_amd64/calc").ok().up_to_date

    grammar = repository.dir / "expr/parse/expr.y"
    text = grammar.read_text()
    grammar.write_text(text + "\nfunc unused() {}\n")
    run = repository.build("test").ok()
    assert re.search(r"^ok {2}\texample.com/monorepo/expr/parse\t\d", run.out, re.MULTILINE), "tests of what changed are run again"
    grammar.write_text(text.replace("'+'", "'-'"))
    repository.build("-k", "test").failed()


@pytest.mark.judge
def test_matrix(repository: Project) -> None:
    """Four targets, one of them compared with what go build makes in the workspace."""
    (arguments,) = [words[1:] for words, _ in commands() if words == ["scons", "matrix"]]
    repository.build(*arguments, "-j2").ok()
    built = {name: (repository.dir / name).read_bytes() for name in repository.files(below="bin")}
    heads = {
        "bin/darwin_arm64/calc": bytes.fromhex("cffaedfe0c000001"),
        "bin/linux_amd64/calc": b"\x7fELF\x02\x01\x01",
        "bin/linux_arm64/calc": b"\x7fELF\x02\x01\x01",
        "bin/windows_amd64/calc.exe": b"MZ",
    }
    assert built.keys() == heads.keys() and all(built[name].startswith(head) for name, head in heads.items())
    flags = "-ldflags=-s -w -X example.com/monorepo/calc/internal/version.Version=1.0"
    words = ["build", "-trimpath", "-buildvcs=false", flags, "-o", "reference", "./calc"]
    done = run_go(repository.goroot, *words, cwd=repository.dir, goarch="arm64", GOWORK="")
    assert done.returncode == 0, done.stderr
    assert built["bin/linux_arm64/calc"] == (repository.dir / "reference").read_bytes()
