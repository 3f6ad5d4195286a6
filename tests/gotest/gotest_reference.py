"""The go command of an SDK, as the reference that results are compared with."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from gocommand import CACHE, STEADY


def go_environment(root: Path, **more: str) -> dict[str, str]:
    """The environment in which the go command of *root* depends on nothing of the user's; *more* is added to it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GO", "CGO"))}
    fixed = {"GOROOT": str(root), "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOPROXY": "off", "GOENV": "off", "GOWORK": "off", **STEADY}
    return {**environment, **fixed, "GOCACHE": str(CACHE), "CGO_ENABLED": "0", **more}


def run_go(root: Path, *arguments: str, cwd: Path, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the go command in *cwd* and return what it printed; with *check* a failure fails the test with that text."""
    command = [str(root / "bin" / "go"), *arguments]
    done = subprocess.run(command, cwd=cwd, env=go_environment(root, **more), capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
    return done
