"""The wrapper: where it finds its SConstruct, and what it says when it cannot set itself up."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT


def wrapper(folder: Path, *arguments: str, cwd: Path, path: str | None = None) -> subprocess.CompletedProcess[str]:
    env = {"PATH": path or "/usr/bin:/bin", "HOME": str(folder)}
    return subprocess.run([str(folder / "sconsw"), *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with a space in its name that holds the wrapper and a SConstruct, and the environment of this checkout."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    shutil.copy(ROOT / "sconsw", folder)
    shutil.copy(ROOT / "requirements.txt", folder)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    (folder / "SConstruct").write_text(
        "import sys\nAlwaysBuild(Alias('verb', [], [[sys.executable, '-c', 'print(6 * 7)']]))\nAlwaysBuild(Alias('bad', [], 'exit 3'))\n"
    )
    return folder


@pytest.mark.skipif(not (ROOT / ".venv" / "requirements.txt").exists(), reason="needs .venv: run ./sconsw once")
def test_from_the_top_a_subfolder_and_elsewhere(checkout: Path, tmp_path: Path) -> None:
    (checkout / "sub folder").mkdir()
    for cwd in (checkout, checkout / "sub folder", tmp_path):
        done = wrapper(checkout, "-Q", "-s", "verb", cwd=cwd)
        assert (done.returncode, done.stdout) == (0, "42\n"), done.stderr
    assert wrapper(checkout, "-Q", "bad", cwd=checkout).returncode == 2
    link = tmp_path / "link"
    link.symlink_to(checkout / "sconsw")
    assert subprocess.run([str(link), "-Q", "-s", "verb"], cwd=checkout, capture_output=True, text=True, check=True).stdout == "42\n"


def test_without_venv_or_python_it_says_what_to_install(checkout: Path, tmp_path: Path) -> None:
    (checkout / ".venv").unlink()
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "cmp", "readlink", "rm", "cp", "mv", "flock"):
        (tools / name).symlink_to(shutil.which(name) or "/missing")
    done = wrapper(checkout, "verb", cwd=checkout, path=str(tools))
    assert done.returncode == 2 and "needs Python 3.10 or newer" in done.stderr and "apt install python3" in done.stderr
    # A Python as Debian ships it without python3-venv: it runs, but cannot import ensurepip.
    (tools / "python3").write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\nexit 0\n')
    (tools / "python3").chmod(0o755)
    done = wrapper(checkout, "verb", cwd=checkout, path=str(tools))
    assert done.returncode == 2 and "apt install python3-venv" in done.stderr
    assert not (checkout / ".venv").exists()
