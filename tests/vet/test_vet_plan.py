"""Vet through facts: what go vet finds, in packages whose imports decide what is wrong, and results that are kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import write_files
from gocommand import run_go
from scons_go.errors import GoError
from scons_go.filestate import FileState
from scons_go.load import Loader
from scons_go.module.build import open_build_list
from scons_go.module.environment import module_env
from scons_go.overlay import Overlay
from scons_go.package import Package
from scons_go.plan import vet
from scons_go.plan.config import Config
from scons_go.plan.engine import Engine
from scons_go.plan.vetter import Vetter
from scons_go.sdk import find_sdk
from scons_go.variant import Variant

FILES = {
    "go.mod": "module example.com/m\n\ngo 1.22\n",
    "log/log.go": 'package log\n\nimport "fmt"\n\nfunc Logf(format string, args ...any) { fmt.Printf(format, args...) }\n',
    "mid/mid.go": 'package mid\n\nimport "example.com/m/log"\n\nfunc Wrapf(format string, args ...any) { log.Logf(format, args...) }\n',
    "main.go": """package main

import (
	"example.com/m/mid"
)

func main() {
	mid.Wrapf("%d", "text")
	if x := 1; x == 1 || x == 1 {
		println(string(x))
	}
}
""",
}
FINDINGS = {
    "main.go:8:13: example.com/m/mid.Wrapf format %d has arg \"text\" of wrong type string",
    "main.go:9:13: redundant or: x == 1 || x == 1",
    "main.go:10:11: conversion from int to string yields a string of one rune, not a string of digits",
}  # fmt: skip


class Scene:
    """A module, compiled into a folder beside it."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.folder = folder
        self.root = root

        self.vet_again: Callable[[frozenset[str]], list[vet.Vetted]]

    def lay(self) -> None:
        """Write the sources as they are at first."""
        write_files(self.folder, FILES)

    def vet(self, value: str = "", ask: frozenset[str] = frozenset({"example.com/m"})) -> list[vet.Vetted]:
        sdk = find_sdk({"GOROOT": str(self.root)})
        variant = Variant.of(sdk, "linux", "amd64", cgo=False)
        state = FileState()
        environment = module_env(sdk.root, sdk.version[2:], {"GOPROXY": "off", "HOME": str(self.folder)})
        loader = Loader(sdk, variant, Overlay(), state, open_build_list(str(self.folder), environment))
        closure = loader.closure(["example.com/m"])
        config = Config(sdk, variant, str(self.folder.parent / "out"), state, base=str(self.folder))
        built = Engine(config, 2).build(closure)
        checks = vet.test_checks(value, sdk.minor)
        assert checks
        vetter = Vetter(config, 2, checks, lambda package: package.standard)
        self.vet_again = lambda ask: vetter.vet(closure, built, ask)
        return vetter.vet(closure, built, ask)


@pytest.fixture(scope="module")
def compiled_scene(current_goroot: Path, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(current_goroot, tmp_path_factory.mktemp("vet") / "m")


@pytest.fixture
def scene(compiled_scene: Scene) -> Scene:
    """What is compiled is kept from one test to the next; the sources are not."""
    compiled_scene.lay()
    return compiled_scene


def lines(text: str) -> set[str]:
    return {line.removeprefix("./") for line in text.splitlines() if not line.startswith("#")}


def test_findings_are_gos(scene: Scene) -> None:
    (vetted,) = scene.vet()
    for verb in ("test", "vet"):  # packages without tests are vetted before their tests, too
        assert lines(run_go(scene.root, verb, ".", cwd=scene.folder).stderr) == FINDINGS
    assert lines(vetted.findings) == FINDINGS
    assert vetted.findings.startswith("# example.com/m\n")


def test_chosen_analyzers(scene: Scene) -> None:
    (vetted,) = scene.vet("bools")
    assert lines(vetted.findings) == {line for line in FINDINGS if "redundant" in line}


def test_clean_results_are_kept(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.vet()
    (scene.folder / "main.go").write_text('package main\n\nimport "example.com/m/mid"\n\nfunc main() { mid.Wrapf("%d", 1) }\n')
    (vetted,) = scene.vet()
    assert vetted.findings == ""

    def fail(*_: object) -> None:
        raise AssertionError("vet ran")

    with monkeypatch.context() as patch:
        patch.setattr("scons_go.plan.vetter.run_vet", fail)
        assert scene.vet()[0].findings == ""
    (scene.folder / "log" / "log.go").write_text("package log\n\nfunc Logf(format string, args ...any) { _ = format }\n")
    (scene.folder / "main.go").write_text('package main\n\nimport "example.com/m/mid"\n\nfunc main() { mid.Wrapf("%d", "s") }\n')
    assert scene.vet()[0].findings == "", "Logf is no longer about formats"
    (scene.folder / "log" / "log.go").write_text(FILES["log/log.go"])
    assert "wrong type" in scene.vet()[0].findings


def test_packages_of_several_programs_are_planned_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of many packages consist of the same packages: what is known of one is not found out again for each of them."""
    first = scene.vet()
    planned: list[str] = []

    def plan(config: Config, package: Package, *rest: Any) -> vet.VetPlan:
        planned.append(package.import_path)
        return vet.plan_vet(config, package, *rest)

    monkeypatch.setattr("scons_go.plan.vetter.plan_vet", plan)
    assert scene.vet_again(frozenset({"example.com/m"})) == first
    assert planned == []
    mid, main = scene.vet_again(frozenset({"example.com/m", "example.com/m/mid"}))
    assert planned == ["example.com/m/mid"], "it was not asked before what is wrong with it"
    assert (mid.findings, main) == ("", *first)


def test_tables_are_the_sdks(any_goroot: Path) -> None:
    folder = any_goroot / "src/cmd/go/internal/test"
    minor = int((any_goroot / "VERSION").read_text().split(".")[1])
    legacy = {"bool": "bools", "buildtags": "buildtag"}
    source = (folder / "test.go").read_text()
    flags = re.findall(r'^\t"-(\w+)",', source[source.index("var defaultVetFlags") :].split("\n}\n")[0], re.M)
    assert {legacy.get(flag, flag) for flag in flags} == {name for name, since in vet.TEST_ANALYZERS.items() if minor >= since}
    source = (folder / "flagdefs.go").read_text()
    names = set(re.findall(r'^\t"(\w+)": ', source[source.index("passAnalyzersToVet") :], re.M))
    assert names == {name for name, since in vet.ANALYZERS.items() if minor >= since}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("a=b", "-vet argument cannot contain equal signs"),
        ("a b", "-vet argument is comma-separated list, cannot contain spaces"),
        ("bools,,printf", "-vet argument contains empty list element"),
        ("nonsense", "-vet argument must be a supported analyzer or a distinguished value; found nonsense"),
        ("all,bools", '-vet does not accept "all" in a list with other analyzers'),
    ],
)
def test_wrong_choices(value: str, message: str) -> None:
    with pytest.raises(GoError) as caught:
        vet.test_checks(value, 27)
    assert str(caught.value) == f'invalid value "{value}" for flag -vet: {message}'


def test_choices() -> None:
    assert vet.test_checks("off", 27) is None
    assert vet.test_checks("all", 27) == vet.Checks((), explicit=True)
    assert vet.test_checks("bools,printf", 27) == vet.Checks(("-bools", "-printf"), explicit=True)
    default = vet.test_checks("", 22)
    assert default
    assert "-stdversion" not in default.flags
