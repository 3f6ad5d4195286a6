"""Package patterns select what ``go list`` selects."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import write_files
from gocommand import go, run_go
from scons_go.errors import GoError
from scons_go.filestate import FileState
from scons_go.load import Loader
from scons_go.module.build import open_build_list
from scons_go.module.environment import module_env
from scons_go.overlay import Overlay
from scons_go.sdk import find_sdk
from scons_go.selection import select_packages
from scons_go.variant import Variant

FILES = {
    "go.mod": "module example.com/m\n\ngo 1.22\n\nignore (\n\t./a/left\n\tout\n)\n",
    "a/left/l.go": "package l\n",
    "a/out/o.go": "package o\n",
    "root.go": "package m\n",
    "a/a.go": "package a\n",
    "a/b/b_test.go": "package b\n",
    "a/b/testdata/t.go": "package t\n",
    "a/_hidden/h.go": "package h\n",
    "a/.hidden/h.go": "package h\n",
    "a/windows/w_windows.go": "package w\n",
    "a/vendor/v.go": "package vendor\n",
    "ab/ab.go": "package ab\n",
    "a-b/x.go": "package x\n",
    "cmd/tool/main.go": "package main\n",
    "nested/go.mod": "module example.com/nested\n",
    "nested/n.go": "package nested\n",
    "empty/README": "",
}


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("selection"), FILES)


def open_loader(root: Path, folder: Path) -> Loader:
    sdk = find_sdk({"GOROOT": str(root)})
    variant = Variant.of(sdk, "linux", "amd64", cgo=False)
    environment = module_env(sdk.root, sdk.version[2:], {"GOPROXY": "off", "HOME": str(folder)})
    return Loader(sdk, variant, Overlay(), FileState(), open_build_list(str(folder), environment))


@pytest.mark.parametrize(
    ("base", "patterns"),
    [
        (".", "./..."), (".", "."), (".", "./a/..."), (".", "./a..."), ("a", "./..."), ("a", "../..."), ("a", ".. ./b"),
        (".", "example.com/m/..."),
        (".", "example.com/m/a..."), (".", ".../tool"), (".", "./.../b"), (".", "./cmd/tool example.com/m/ab"), (".", "./empty/..."),
        (".", "fmt"),
        (".", "encoding/..."), (".", "./ab ./..."),
    ],
)  # fmt: skip
def test_same_as_go_list(current_goroot: Path, module: Path, base: str, patterns: str) -> None:
    words = patterns.split()
    listed = go(current_goroot, "list", *words, cwd=module / base).split()
    assert select_packages(open_loader(current_goroot, module), words, str((module / base).resolve())) == listed


@pytest.mark.parametrize("pattern", ["std", "cmd"])
def test_same_as_go_list_in_goroot(current_goroot: Path, module: Path, pattern: str) -> None:
    listed = {path for path in go(current_goroot, "list", pattern, cwd=module).split() if not path.startswith(("vendor/", "cmd/vendor/"))}
    assert set(select_packages(open_loader(current_goroot, module), [pattern], str(module))) == listed


def test_folders_that_are_no_packages(current_goroot: Path, module: Path) -> None:
    loader = open_loader(current_goroot, module)
    for pattern in ("./nested", "./nowhere", "./nowhere/...", "./empty"):
        with pytest.raises(GoError) as caught:
            select_packages(loader, [pattern], str(module))
        told = run_go(current_goroot, "vet", pattern, cwd=module).stderr
        assert caught.value.message in told or ("outside main module" in caught.value.message and "main module" in told)
    with pytest.raises(GoError, match='the pattern "all" is not supported'):
        select_packages(loader, ["all"], str(module))


WORKSPACE = {
    "go.work": "go 1.22\n\nuse (\n\t./one\n\t./one/inside\n\t./two\n)\n",
    "one/go.mod": "module example.com/one\n\ngo 1.22\n",
    "one/a/a.go": "package a\n",
    "one/inside/go.mod": "module example.com/inside\n\ngo 1.22\n",
    "one/inside/i.go": "package inside\n",
    "one/inside/b/b.go": "package b\n",
    "two/go.mod": "module example.com/two\n\ngo 1.22\n",
    "two/two.go": "package two\n",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write_files(tmp_path, WORKSPACE)


@pytest.mark.parametrize(
    "patterns",
    ["./one/...", "./one/inside/...", "./one/... ./two/...", "./one/inside...", "./two", "example.com/...", "example.com/inside/..."],
)
def test_same_as_go_list_in_a_workspace(current_goroot: Path, workspace: Path, patterns: str) -> None:
    """A pattern of folders stays in the module that it starts in; one of import paths goes for all."""
    listed = go(current_goroot, "list", *patterns.split(), cwd=workspace, GOWORK="").split()
    assert select_packages(open_loader(current_goroot, workspace), patterns.split(), str(workspace)) == listed


@pytest.mark.parametrize("pattern", ["./...", "./one...", "../..."])
def test_patterns_that_start_in_no_module_of_a_workspace(current_goroot: Path, workspace: Path, pattern: str) -> None:
    with pytest.raises(GoError) as caught:
        select_packages(open_loader(current_goroot, workspace), [pattern], str(workspace))
    message, _, advice = caught.value.message.partition("; ")
    words = message.removesuffix(" or their selected dependencies")
    assert words != message and words in run_go(current_goroot, "vet", pattern, cwd=workspace, GOWORK="").stderr
    assert advice == "name their folders: ./one/..., ./one/inside/..., ./two/..."
