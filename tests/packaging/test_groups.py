"""Tests that share what one of them makes run in one process: marks of pytest-xdist do what they say with the pinned versions."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TESTS = """\
import pytest

@pytest.mark.xdist_group("shared")
@pytest.mark.parametrize("name", ["a@v1", "b@v1", "c@v1", "d@v1", "e@v1", "f@v1"])
def test_together(name):
    pass
"""


def test_a_group_stays_together(tmp_path: Path) -> None:
    (tmp_path / "test_together.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist=loadgroup", "-vv", "-p", "no:cacheprovider", "--rootdir=."]
    command.append("test_together.py")  # the folder may have brackets in its path, which pytest takes for parameters
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    workers = re.findall(r"^\[(gw\d+)\].* PASSED", done.stdout, re.MULTILINE)
    assert len(workers) == 6 and len(set(workers)) == 1, done.stdout + done.stderr
