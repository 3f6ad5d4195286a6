"""Packages of PyPI that tests compare with: each is fetched once, whichever test asks first."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def fetched(requirement: str, target: Path, proof: str) -> Path:
    """The folder *target* with the package *requirement*, of which *proof* is a file or folder; the test is skipped where it cannot be had.

    One process at a time fetches it, and it is there as a whole or not at all.
    """
    if (target / proof).exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (target / proof).exists():
            fresh = target.with_name(f"{target.name}.new")
            shutil.rmtree(fresh, ignore_errors=True)
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(fresh), requirement]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"needs the package {requirement} from PyPI: {done.stderr.strip()[-200:]}")
            shutil.rmtree(target, ignore_errors=True)
            fresh.rename(target)
    return target
