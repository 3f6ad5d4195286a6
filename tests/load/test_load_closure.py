"""Closures are those of ``go list -deps``, in the same order, and their packages have what go list says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import CURRENT, OLDEST, PREVIOUS, goroot, write_files
from gocommand import go, go_list
from scons_go.filestate import FileState
from scons_go.implicit import external_link_reason, linker_dependencies
from scons_go.load import Loader
from scons_go.module.build import open_build_list
from scons_go.module.environment import module_env
from scons_go.overlay import Overlay
from scons_go.package import Package
from scons_go.sdk import SDK, open_sdk
from scons_go.variant import Variant

ALL = [OLDEST, PREVIOUS, CURRENT]


def loader(
    root: Path, target: str = "linux/amd64", module: Path | None = None, state: FileState | None = None, **settings: object
) -> Loader:
    sdk = open_sdk(str(root))
    modules = open_build_list(str(module), module_env(sdk.root, sdk.version.removeprefix("go"), {})) if module else None
    return Loader(sdk, Variant.of(sdk, *target.split("/"), **settings), Overlay(), state or FileState(), modules)


def compare(version: str, target: str, cgo: bool, program: str, cwd: Path, **settings: object) -> list[Package]:
    root = goroot(version)
    goos, goarch = target.split("/")
    experiment = str(settings.get("experiment", ""))
    flags = [f"-buildmode={settings['buildmode']}"] if "buildmode" in settings else []
    text = go(root, "list", "-pgo=off", "-deps", *flags, program, cwd=cwd, goos=goos, goarch=goarch, cgo=cgo, GOEXPERIMENT=experiment)
    packages = loader(root, target, cgo=cgo, **settings).closure([program])
    assert [package.import_path for package in packages] == [path for path in text.split() if path != "unsafe"]
    return list(packages)


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("program", ["fmt", "net/http"])
def test_closure(version: str, program: str, tmp_path: Path) -> None:
    compare(version, "linux/amd64", False, program, tmp_path)


@pytest.mark.judge
@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("target", ["linux/amd64", "linux/arm64", "linux/arm", "windows/amd64", "darwin/arm64", "js/wasm", "wasip1/wasm"])
@pytest.mark.parametrize("program", ["fmt", "net/http", "cmd/compile", "cmd/go"])
def test_closures_without_cgo(version: str, target: str, program: str, tmp_path: Path) -> None:
    compare(version, target, False, program, tmp_path)


@pytest.mark.judge
@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("program", ["fmt", "net/http", "cmd/compile", "cmd/go"])
def test_closures_with_cgo(version: str, program: str, tmp_path: Path) -> None:
    compare(version, "linux/amd64", True, program, tmp_path)


def test_race_and_plugin_bring_their_packages(tmp_path: Path) -> None:
    assert linker_dependencies(open_sdk(str(goroot(CURRENT))), Variant("linux", "arm", cgo=True, race=True), cover=True) == (
        "runtime",
        "math",
        "runtime/race",
        "runtime/coverage",
    )
    packages = compare(CURRENT, "linux/amd64", True, "cmd/gofmt", tmp_path, buildmode="plugin")
    assert packages[-1].implicit[-1] == "runtime/cgo"


def test_simd_brings_its_bridge(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module m\n\ngo 1.27\n")
    (tmp_path / "m.go").write_text('package main\n\nimport "simd"\n\nvar _ simd.Int8s\n\nfunc main() {}\n')
    root = goroot(CURRENT)
    expected = go(root, "list", "-deps", ".", cwd=tmp_path, GOEXPERIMENT="simd").split()
    packages = loader(root, module=tmp_path, experiment="simd").closure(["m"])
    assert [package.import_path for package in packages] == [path for path in expected if path != "unsafe"]
    assert packages[-1].implicit[0] == "simd/internal/bridge"


def test_vendored_std_and_its_import_map(current_goroot: Path, tmp_path: Path) -> None:
    ours = {package.import_path: package for package in loader(current_goroot).closure(["net/http", "cmd/go"])}
    theirs = {
        package["ImportPath"]: package for package in go_list(current_goroot, "-pgo=off", "-deps", "net/http", "cmd/go", cwd=tmp_path)
    }
    mapped = 0
    for path, package in ours.items():
        assert package.import_map == theirs[path].get("ImportMap", {}), path
        assert sorted(package.imports) == sorted(theirs[path].get("Imports", [])), path
        assert (package.standard, package.name, package.dir) == (True, theirs[path]["Name"], theirs[path]["Dir"])
        mapped += len(package.import_map)
    assert mapped > 50
    assert ours["net/http"].import_map["golang.org/x/net/http/httpguts"] == "vendor/golang.org/x/net/http/httpguts"


def test_a_module_without_requirements(current_goroot: Path, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/m\n\ngo 1.25\n")
    files = {
        "main.go": (
            'package main\n\nimport (\n\t"embed"\n\t"example.com/m/internal/a"\n)\n\n'
            "//go:embed t/*\nvar f embed.FS\n\nfunc main() { a.A() }\n"
        ),
        "t/x.txt": "x",
        "internal/a/a.go": 'package a\n\nimport "example.com/m/b/vendor_like"\n\nfunc A() { b.B() }\n',
        "b/vendor_like/b.go": "package b\n\nfunc B() {}\n",
        "b/vendor_like/b_test.go": 'package b\n\nimport "testing"\n',
    }
    load = loader(current_goroot, module=write_files(tmp_path, files))
    packages = load.closure(["example.com/m"])
    expected = go(current_goroot, "list", "-deps", ".", cwd=tmp_path).split()
    assert [package.import_path for package in packages] == [path for path in expected if path != "unsafe"]
    main = packages[-1]
    assert main.is_main and main.module and main.module.path == "example.com/m" and main.module.go_version == "1.25"
    assert (main.imports, main.implicit) == (("embed", "example.com/m/internal/a"), ("runtime",))
    assert main.embed_files == {"t/*": ("t/x.txt",)}
    assert load.import_path(str(tmp_path / "internal" / "a")) == "example.com/m/internal/a"
    assert load.import_path(str(current_goroot / "src" / "net" / "http")) == "net/http"
    assert list(load.folder("example.com/m/b/vendor_like").test_imports) == ["testing"]


def test_directives_belong_to_the_package_clause(current_goroot: Path, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module m\n")
    (tmp_path / "m.go").write_text("//go:debug panicnil=1\n\npackage main\n\nfunc main() {}\n")
    (debug,) = loader(current_goroot, module=tmp_path).package("m").go_debug
    assert (debug[0], str(debug[1])) == ("panicnil=1", f"{tmp_path}/m.go:1:1")


def test_chains_deeper_than_pythons_stack(current_goroot: Path, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module m\n")
    for number in range(1200):
        (tmp_path / f"p{number}").mkdir()
        imported = f'import _ "m/p{number + 1}"\n' if number < 1199 else ""
        (tmp_path / f"p{number}" / "p.go").write_text(f"package p\n\n{imported}")
    packages = loader(current_goroot, module=tmp_path).closure(["m/p0"])
    assert [package.import_path for package in packages] == [f"m/p{number}" for number in range(1199, -1, -1)]


def test_what_a_load_looked_at_is_watched(current_goroot: Path, tmp_path: Path) -> None:
    """Adding a file, a folder with a go.mod in between, or an embedded file changes something that is watched."""
    (tmp_path / "go.mod").write_text("module m\n")
    for name, text in {"a/b/b.go": 'package b\n\nimport _ "embed"\n\n//go:embed t\nvar s string\n', "a/b/t/deep/x.txt": "x"}.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    state = FileState()
    with state.watch() as watched:
        loader(current_goroot, module=tmp_path, state=state).closure(["m/a/b"])
    mine = {os.path.relpath(folder, tmp_path) for folder in watched.folders if folder.startswith(str(tmp_path))}
    assert mine >= {"a", "a/b", "a/b/t", "a/b/t/deep"}
    assert str(tmp_path / "a/b/b.go") in watched.files


@pytest.mark.parametrize(
    ("target", "settings", "reason"),
    [
        ("linux/amd64", {}, ""),
        ("linux/amd64", {"buildmode": "c-shared"}, "-buildmode=c-shared"),
        ("wasip1/wasm", {"buildmode": "c-shared"}, ""),
        ("linux/386", {"buildmode": "pie"}, "-buildmode=pie"),
        ("linux/amd64", {"buildmode": "pie"}, ""),
        ("android/amd64", {}, "android/amd64"),
        ("ios/amd64", {}, "default PIE binary"),
        ("linux/amd64", {"ldflags": (("", ("-linkmode=external",)),)}, "-linkmode=external"),
        ("linux/amd64", {"ldflags": (("", ("-linkmode", "external", "-s")),)}, "-linkmode"),
        ("linux/amd64", {"ldflags": (("", ("-linkmode=external", "-linkmode=internal")),)}, ""),
        ("linux/amd64", {"ldflags": (("other", ("-linkmode=external",)),)}, ""),
        ("linux/amd64", {"ldflags": (("p", ("-linkmode=external",)),)}, "-linkmode=external"),
    ],
)
def test_external_link_reason(current_goroot: Path, target: str, settings: dict[str, object], reason: str) -> None:
    sdk: SDK = open_sdk(str(current_goroot))
    assert external_link_reason(sdk, Variant.of(sdk, *target.split("/"), **settings), "p") == reason
