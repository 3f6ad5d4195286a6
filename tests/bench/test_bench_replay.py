"""bench/replay.py on a history whose compiles are known."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CURRENT, ROOT, goroot, write_files

FILES = {
    "go.mod": "module example.com/m\n\ngo 1.22\n",
    "main.go": 'package main\n\nimport "example.com/m/upper"\n\nfunc main() { println(upper.Two()) }\n',
    "upper/upper.go": 'package upper\n\nimport "example.com/m/lower"\n\nfunc Two() int { return lower.One() + lower.One() }\n',
    "lower/lower.go": "package lower\n\n//go:noinline\nfunc One() int { return 1 }\n",
}
BROKEN = FILES["main.go"].replace("Two", "Three")
BODY = FILES["lower/lower.go"].replace("return 1", "return 2")

# (subject, changed files, packages that scons-go compiles, that the go command compiles); what is broken does not count, nor does its work
HISTORY: list[tuple[str, dict[str, str], int, int]] = [
    ("a body", {"lower/lower.go": BODY}, 1, 2),
    ("a readme", {"README": "nothing\n"}, 0, 0),
    ("an interface", {"lower/lower.go": BODY + "\nfunc More() int { return 3 }\n"}, 2, 3),
    ("broken", {"main.go": BROKEN, "lower/lower.go": BODY.replace("2", "4")}, 0, 0),
    ("mended", {"main.go": FILES["main.go"] + "// mended\n"}, 1, 1),
]


@pytest.mark.judge
def test_compiles_are_counted(tmp_path: Path) -> None:
    repository = tmp_path / "repository"

    def git(*arguments: str) -> None:
        named = [shutil.which("git") or "git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run([*named, *arguments], cwd=repository, check=True)

    def commit(subject: str, files: dict[str, str]) -> None:
        write_files(repository, files)
        git("add", "-A")
        git("commit", "-q", "-m", subject)

    repository.mkdir()
    git("init", "-q")
    commit("broken", {**FILES, "main.go": BROKEN})
    commit("the first", FILES)
    for subject, files, _, _ in HISTORY:
        commit(subject, files)
    figures = tmp_path / "figures.json"
    command = [sys.executable, str(ROOT / "bench" / "replay.py"), str(repository), "--goroot", str(goroot(CURRENT)), "--json", str(figures)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "4 commits after the first, 2 that do not build" in done.stdout
    steps = json.loads(figures.read_text())
    assert [(step["subject"], step["scons_compiles"], step["go_compiles"]) for step in steps] == [
        (subject, ours, theirs) for subject, _, ours, theirs in HISTORY if subject != "broken"
    ]
