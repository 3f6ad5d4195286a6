"""Judge: std's own tests have the same verdicts through GoTest as through ``go test``, test by test."""

from __future__ import annotations

import json
from pathlib import Path

import conftest
import gotests
import pytest

# The others of gotests.STD take minutes; tools/gotests.py runs all of them.
PACKAGES = ("strings", "sort", "strconv", "encoding/json", "text/template", "regexp", "go/parser")


def test_differences_are_told(tmp_path: Path) -> None:
    """A judge that finds nothing must be able to find something."""
    lines = [("p", "TestA", "pass"), ("p", "TestB", "fail"), ("p", "", "fail")]
    text = "\n".join(json.dumps({"Action": action, "Package": package, "Test": test}) for package, test, action in lines)
    ours = gotests.verdicts(text)
    assert not gotests.differences(ours, ours)
    theirs = {**ours, ("p", "TestB"): "pass", ("p", "TestC"): "skip"}
    assert gotests.differences(ours, theirs) == [
        "p TestB: GoTest fail, go test pass",
        "p TestC: GoTest did not run it, go test skip",
    ]
    assert gotests.table(ours, theirs).splitlines()[1].split() == ["p", "1", "2"]


@pytest.mark.judge
def test_std(current_goroot: Path) -> None:
    work = conftest.ROOT / ".cache" / "gotests"
    work.mkdir(parents=True, exist_ok=True)
    scene = gotests.Scene(current_goroot, current_goroot / "src", PACKAGES, ["-short"], work)
    ran = scene.scons(2)
    scene.go(2)
    ours, theirs = (gotests.verdicts(scene.events(side).read_text()) for side in ("scons", "go"))
    assert not gotests.differences(ours, theirs), ran.stdout + ran.stderr
    assert {package for package, test in ours if not test} == set(PACKAGES)
    assert sum(verdict == "pass" for verdict in ours.values()) > 1000
