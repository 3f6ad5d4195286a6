"""Real programs from the module proxy, against ``go build``. For the large ones: tools/realprograms.py gopls hugo rclone gh."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import CURRENT, PREVIOUS
from projects import PROGRAMS
from realcheckout import checkout, keep
from realprograms import compare, judge

SMALL = ["goyacc", "stringer", "esbuild", "fzf"]


@pytest.mark.judge
@pytest.mark.parametrize(
    ("version", "name"),
    [
        pytest.param(version, name, marks=pytest.mark.xdist_group(f"real-{version}-{PROGRAMS[name].module.path}"))
        for version in (CURRENT, PREVIOUS)
        for name in SMALL
    ],
)
def test_small_programs_are_the_same(version: str, name: str) -> None:
    place = checkout(version, name)
    verdict = judge(place)
    keep(place)
    assert not verdict.differences, "\n".join(verdict.differences)


@pytest.mark.judge
@pytest.mark.xdist_group(f"real-{CURRENT}-golang.org/x/tools")
def test_differences_are_told(tmp_path: Path) -> None:
    """Another program differs in its modules and packages; one byte in the middle differs in its section."""
    places = [checkout(CURRENT, name) for name in ("goyacc", "stringer")]
    for place in places:
        judge(place)
    goyacc, stringer = (place.made for place in places)
    found = "\n".join(compare(goyacc, stringer))
    assert "build information path\tgolang.org/x/tools/cmd/stringer is missing" in found
    assert "section .text differs" in found and "package bufio: " in found
    changed = tmp_path / "goyacc"
    shutil.copy(goyacc, changed)
    data = bytearray(changed.read_bytes())
    data[data.index(b"bufio")] ^= 1
    changed.write_bytes(data)
    assert any(line.startswith("section ") for line in compare(changed, goyacc))
