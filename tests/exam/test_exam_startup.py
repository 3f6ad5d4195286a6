"""tools/startup.py from the command line."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import conftest

COMMAND = [sys.executable, str(conftest.ROOT / "tools" / "startup.py")]


def test_table_and_json(tmp_path: Path) -> None:
    """Each program has a row and its figures; system calls have names where an SDK is given."""
    (tmp_path / "five").write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "five").chmod(0o755)
    options = ["--runs", "3", "--calls", "--goroot", str(conftest.goroot(conftest.CURRENT)), "--json", str(tmp_path / "out.json")]
    done = subprocess.run(
        [*COMMAND, *options, shlex.quote(str(tmp_path / "five")), "/bin/sh -c ':'"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split() == ["ms", "median", "ms", "best", "KB", "peak", "threads", "calls", "program"]
    five, shell = json.loads((tmp_path / "out.json").read_text())
    assert five["command"] == [str(tmp_path / "five")] and shell["command"] == ["/bin/sh", "-c", ":"]
    assert five["threads"] == 1 and five["peak_memory_bytes"] > 100_000 and five["start_up"]["runs"] == 3
    assert five["calls"]["exit_group"] == 1 and sum(five["calls"].values()) == five["system_calls"]


def test_errors() -> None:
    """A missing program and a failing one are told in one line."""
    for program, words in (("/absent", "/absent: no such program, or not executable"), ("/bin/false", "did not exit with status 0")):
        done = subprocess.run([*COMMAND, "--runs", "1", program], capture_output=True, text=True, check=False)
        assert done.returncode == 1 and done.stderr.startswith("startup: ") and words in done.stderr and done.stderr.count("\n") == 1
