"""Checkouts of real programs for tests: each is laid once, and all share what was compiled of the SDK."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT, goroot
from projects import PROGRAMS, Checkout
from scons_go.errors import GoError
from scons_go.sdk import open_sdk
from sconsproject import link_standard


def checkout(version: str, name: str) -> Checkout:
    """The program *name* for the SDK *version*; the test is skipped where its module is not to be had."""
    found = Checkout(name, PROGRAMS[name], open_sdk(str(goroot(version))), ROOT / ".cache" / "real")
    try:
        found.lay()
    except GoError as error:
        if "checksum" in error.message:
            raise
        pytest.skip(f"needs {found.program.module} from a Go module proxy (GOPROXY): {error}")
    if not found.packages.exists():
        link_standard(_shared(version), found.packages)
    return found


def keep(found: Checkout) -> None:
    """Let other tests have what was compiled of the SDK."""
    link_standard(found.packages, _shared(found.version))


def _shared(version: str) -> Path:
    return ROOT / ".cache" / "tests" / version
