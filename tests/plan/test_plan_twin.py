"""A package that another variant has compiled from the same is taken over, and nothing else is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from plan_support import FILES, closure, workplace, write
from scons_go.plan import engine as engine_module
from scons_go.plan import twin
from scons_go.plan.engine import Engine
from scons_go.plan.program import Workplace

TAGGED = {"left/more.go": "//go:build extra\n\npackage left\n\nfunc More() int { return 3 }\n"}


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The last elements of the import paths that the engine compiles, as it does."""
    paths: list[str] = []
    original = engine_module.run_package

    def counting(config: Any, plan: Any, *rest: Any) -> Any:
        paths.append(plan.import_path.rpartition("/")[2])
        return original(config, plan, *rest)

    monkeypatch.setattr(engine_module, "run_package", counting)
    return paths


def build(place: Workplace) -> dict[str, Any]:
    return Engine(place.config, 1).build(closure(place, "top"))


def contents(built: dict[str, Any]) -> dict[str, bytes]:
    return {path: Path(each.export).read_bytes() + Path(each.archive).read_bytes() for path, each in built.items()}


def test_other_tags(current_goroot: Path, tmp_path: Path, compiled: list[str]) -> None:
    folder = write(tmp_path / "m", FILES | TAGGED)
    plain = build(workplace(current_goroot, folder))
    before = contents(plain)
    del compiled[:]
    tagged = build(workplace(current_goroot, folder, tags=("extra",)))
    assert compiled == ["left", "top"], "top imports what left exports"
    assert {os.path.dirname(each.export) for each in plain.values()}.isdisjoint(os.path.dirname(each.export) for each in tagged.values())
    assert contents(plain) == before

    del compiled[:]
    alone = build(workplace(current_goroot, folder, tmp_path / "alone", tags=("extra",)))
    assert len(compiled) == 4
    assert contents(tagged) == contents(alone)
    assert {each.content_id for each in tagged.values()} == {each.content_id for each in alone.values()}

    del compiled[:]
    build(workplace(current_goroot, folder, tags=("extra",)))
    assert compiled == [], "there are records"


def test_flags_of_some_packages(current_goroot: Path, tmp_path: Path, compiled: list[str]) -> None:
    folder = write(tmp_path / "m")
    build(workplace(current_goroot, folder))
    del compiled[:]
    build(workplace(current_goroot, folder, gcflags=(("example.com/m/right", ("-N",)),)))
    assert compiled[0] == "right" and "base" not in compiled and "left" not in compiled


def test_changed_twins_are_left(current_goroot: Path, tmp_path: Path, compiled: list[str]) -> None:
    folder = write(tmp_path / "m")
    plain = build(workplace(current_goroot, folder))
    archive = Path(plain["example.com/m/base"].archive)
    archive.write_bytes(archive.read_bytes() + b"more")
    os.unlink(plain["example.com/m/left"].export)
    del compiled[:]
    build(workplace(current_goroot, folder, tags=("extra",)))
    assert compiled == ["base", "left"]


def test_a_twin_that_changes_meanwhile(current_goroot: Path, tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "m")
    expected = contents(build(workplace(current_goroot, folder)))
    original = twin._link

    def racing(source: str, target: str) -> None:
        if "base" in source and source.endswith(".a"):  # another process compiles it anew, of other sources
            os.unlink(source.removesuffix(".a") + ".built")
            Path(source).unlink()
            Path(source).write_bytes(b"!<arch>\nother")
        original(source, target)

    monkeypatch.setattr(twin, "_link", racing)
    del compiled[:]
    assert contents(build(workplace(current_goroot, folder, tags=("extra",)))) == expected
    assert compiled == ["base"]


def test_links_that_are_there_already(current_goroot: Path, tmp_path: Path, compiled: list[str]) -> None:
    folder = write(tmp_path / "m")
    build(workplace(current_goroot, folder))
    place = workplace(current_goroot, folder, tags=("extra",))
    for built in build(place).values():
        Path(built.archive).with_suffix(".built").unlink()
    del compiled[:]
    build(workplace(current_goroot, folder, tags=("extra",)))
    assert not compiled
    assert not list(Path(place.config.output).rglob("*.tmp"))


def test_no_hard_links(current_goroot: Path, tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: str, target: str) -> None:
        raise PermissionError(1, "Operation not permitted", target)

    folder = write(tmp_path / "m")
    build(workplace(current_goroot, folder))
    monkeypatch.setattr(os, "link", refuse)
    del compiled[:]
    place = workplace(current_goroot, folder, tags=("extra",))
    build(place)
    assert len(compiled) == 4
    assert not list(Path(place.config.output).rglob("*.tmp"))
