"""What cannot be loaded: go's words, our file and line, everything at once, and never a traceback."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from conftest import write_files
from gocommand import run_go
from scons_go.errors import GoError
from scons_go.filestate import FileState
from scons_go.load import Loader
from scons_go.module.build import open_build_list
from scons_go.module.environment import module_env
from scons_go.overlay import Overlay
from scons_go.package import Location, Module
from scons_go.sdk import open_sdk
from scons_go.variant import Variant

MAIN = "package main\n\nimport _ {}\n\nfunc main() {{}}\n"


def project(root: Path, **files: str) -> Path:
    """A module "m" whose files are given by name, with "/" and "." as they are."""
    (root / "go.mod").write_text("module m\n\ngo 1.27\n")
    return write_files(root, files)


def load_error(root: Path, goroot: Path, path: str = "m", cgo: bool = False) -> GoError:
    sdk = open_sdk(str(goroot))
    modules = open_build_list(str(root), module_env(sdk.root, sdk.version.removeprefix("go"), {}))
    loader = Loader(sdk, Variant.of(sdk, "linux", "amd64", cgo=cgo), Overlay(), FileState(), modules)
    with pytest.raises(GoError) as caught:
        loader.closure([path])
    return caught.value


def go_says(root: Path, goroot: Path, path: str = "m") -> str:
    done = run_go(goroot, "build", "-n", path, cwd=root)
    assert done.returncode != 0
    return done.stderr.replace(f"{root}{os.sep}", "")


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('"nosuch"', "package nosuch is not in std ({goroot}/src/nosuch)"),
        ('"net/nosuch"', "package net/nosuch is not in std ({goroot}/src/net/nosuch)"),
        ('"example.com/x"', "no required module provides package example.com/x; to add it:\n\tgo get example.com/x"),
        ('"./a"', '"./a" is relative, but relative import paths are not supported in module mode'),
        ('"../a"', '"../a" is relative, but relative import paths are not supported in module mode'),
        ('"/tmp/a"', "\"/tmp/a\" is not a package path; see 'go help packages'"),
        ('"a@v1"', "a@v1: can only use path@version syntax with 'go get' and 'go install' in module-aware mode"),
        ('"a//b"', 'malformed import path "a//b": double slash'),
        ('"a/"', 'malformed import path "a/": trailing slash'),
        ('"-a"', 'malformed import path "-a": leading dash'),
        ('"a/con.x"', 'malformed import path "a/con.x": "con" disallowed as path element component on Windows'),
        ('"a/..."', 'malformed import path "a/...": invalid path element "..."'),
        ('"été"', "malformed import path \"été\": invalid char 'é'"),
        ('"std"', "\"std\" is not an importable package; see 'go help packages'"),
        ('"internal/abi"', "use of internal package internal/abi not allowed"),
        ('"net/http/internal"', "use of internal package net/http/internal not allowed"),
        ('"cmd/internal/obj"', "use of internal package cmd/internal/obj not allowed"),
        ('"vendor/golang.org/x/net/dns/dnsmessage"', "use of vendored package not allowed"),
        ('"cmd/gofmt"', 'import "cmd/gofmt" is a program, not an importable package'),
        ('"m/inner/internal/x"', "use of internal package m/inner/internal/x not allowed"),
        ('"m/program"', 'import "m/program" is a program, not an importable package'),
    ],
)
def test_imports(tmp_path: Path, current_goroot: Path, written: str, message: str) -> None:
    root = project(
        tmp_path,
        **{"main.go": MAIN.format(written), "inner/internal/x/x.go": "package x\n", "program/p.go": "package main\n\nfunc main() {}\n"},
    )
    error = load_error(root, current_goroot)
    message = message.format(goroot=current_goroot)
    assert str(error) == f"{root}/main.go:3:8: {message}"
    theirs = go_says(root, current_goroot)
    assert message in theirs
    assert "main.go:3:8: " in theirs or "@" in written


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a/x.txt": ""}, "package m/a is not in std ({goroot}/src/m/a)"),
        ({"a/a_test.go": "package a\n"}, "no non-test Go files in {root}/a"),
        ({"a/a_windows.go": "package a\n"}, "build constraints exclude all Go files in {root}/a"),
        ({"a/a.go": 'package a\n\nimport "C"\n'}, "build constraints exclude all Go files in {root}/a"),
        ({"a/a.go": "package documentation\n"}, "build constraints exclude all Go files in {root}/a"),
        ({"a/go.mod": "module a\n", "a/a.go": "package a\n"}, "package m/a is not in std ({goroot}/src/m/a)"),
    ],
)
def test_nothing_to_import(tmp_path: Path, current_goroot: Path, files: dict[str, str], message: str) -> None:
    root = project(tmp_path, **{"main.go": MAIN.format('"m/a"')}, **files)
    message = message.format(root=root, goroot=current_goroot)
    assert str(load_error(root, current_goroot)) == f"{root}/main.go:3:8: {message}"
    assert message.replace(f"{root}/", "") in go_says(root, current_goroot)


@pytest.mark.parametrize(
    ("files", "place", "message"),
    [
        ({"a/a.go": "package a\n", "a/b.go": "package b\n"}, "a/b.go:1", "found packages a (a.go) and b (b.go) in {root}/a"),
        ({"a/a.go": "package a\n\nimport fmt\n"}, "a/a.go:3:11", "missing import path"),
        ({"a/a.go": "//go:build linux ||\n\npackage a\n"}, "a/a.go:1", "parsing //go:build line: unexpected end of expression"),
        ({"a/a.go": "package a\n", "a/A.go": "package a\n"}, "a/a.go", 'case-insensitive file name collision: "A.go" and "a.go"'),
        ({"a/a.go": "package a\n", "a/-b.go": "package a\n"}, "a/-b.go", 'invalid input file name "-b.go"'),
        ({"a/a.go": 'package a\n\nimport _ "embed"\n\n//go:embed x\nvar x string\n'}, "a/a.go:5:12", "pattern x: no matching files found"),
        (
            {"a/a.go": 'package a\n\nimport _ "embed"\n\n//go:embed *\nvar x string\n', "a/-x": ""},
            "a/-x",
            'invalid input file name "-x"',
        ),
        ({"a/a.go": "package a\n", "a/a.f90": ""}, "a", "Fortran source files not allowed when not using cgo or SWIG: a.f90"),
    ],
)
def test_broken_packages(tmp_path: Path, current_goroot: Path, files: dict[str, str], place: str, message: str) -> None:
    root = project(tmp_path, **{"main.go": MAIN.format('"m/a"')}, **files)
    message = message.format(root=root)
    assert str(load_error(root, current_goroot)) == f"{root}/{place}: {message}"
    assert message.replace(f"{root}/", "") in go_says(root, current_goroot)


def test_c_files_without_cgo(tmp_path: Path, current_goroot: Path) -> None:
    root = project(tmp_path, **{"main.go": "package main\n\nfunc main() {}\n", "x.c": "", "y.c": ""})
    assert load_error(root, current_goroot, cgo=True).message == "C source files not allowed when not using cgo or SWIG: x.c y.c"


def test_import_cycle(tmp_path: Path, current_goroot: Path) -> None:
    root = project(
        tmp_path,
        **{
            "main.go": MAIN.format('"m/a"'),
            "a/a.go": 'package a\n\nimport _ "m/b"\n',
            "b/b.go": 'package b\n\nimport "fmt"\nimport _ "m/c"\n',
            "c/c.go": 'package c\n\nimport _ "m/a"\n',
        },
    )
    chain = "package m\n\timports m/a from main.go\n\timports m/b from a.go\n\timports m/c from b.go\n\timports m/a from c.go"
    assert str(load_error(root, current_goroot)) == f"{root}/c/c.go:3:8: import cycle not allowed\n\t{chain}"
    assert f"{chain}: import cycle not allowed" in go_says(root, current_goroot)


def test_a_package_that_imports_itself(tmp_path: Path, current_goroot: Path) -> None:
    root = project(tmp_path, **{"a/a.go": 'package a\n\nimport _ "m/a"\n'})
    error = load_error(root, current_goroot, "m/a")
    assert str(error) == f"{root}/a/a.go:3:8: import cycle not allowed\n\tpackage m/a\n\timports m/a from a.go"
    assert "package m/a\n\timports m/a from a.go: import cycle not allowed" in go_says(root, current_goroot, "m/a")


def test_import_paths_that_differ_in_case(tmp_path: Path, current_goroot: Path) -> None:
    main = 'package main\n\nimport (\n\t_ "m/A"\n\t_ "m/a"\n)\n\nfunc main() {}\n'
    root = project(tmp_path, **{"main.go": main, "a/a.go": "package a\n", "A/a.go": "package a\n"})
    message = 'case-insensitive import collision: "m/a" and "m/A"'
    assert str(load_error(root, current_goroot)) == f"{root}/main.go:5:2: {message}"
    assert message in go_says(root, current_goroot)


def test_all_errors_at_once(tmp_path: Path, current_goroot: Path) -> None:
    main = 'package main\n\nimport (\n\t_ "m/a"\n\t_ "nosuch1"\n\t_ "nosuch2"\n)\n\nfunc main() {}\n'
    root = project(tmp_path, **{"main.go": main, "a/a.go": 'package a\n\nimport (\n\t_ "m/b"\n)\n', "b/b.go": "package b\n\nimport fmt\n"})
    lines = str(load_error(root, current_goroot)).splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{root}/main.go:5:2", f"{root}/main.go:6:2"]
    (root / "main.go").write_text(main.replace('\t_ "nosuch1"\n\t_ "nosuch2"\n', '\t_ "m/c"\n'))
    (root / "c").mkdir()
    (root / "c" / "c.go").write_text('package c\n\nimport _ "nosuch"\n')
    lines = str(load_error(root, current_goroot)).splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{root}/b/b.go:3:11", f"{root}/c/c.go:3:8"]


class TwoModules:
    """A main module "m" and a dependency "example.com/d", which refuses to be imported from the main module."""

    def __init__(self, root: Path) -> None:
        self.main = Module("m", "", str(root), main=True)
        self.other = Module("example.com/d", "v1.0.0", str(root / "d"))
        self.main_modules = (self.main,)

    @property
    def complete(self) -> bool:
        return True

    def prefetch(self, paths: Iterable[str]) -> None:
        list(paths)

    def resolve(self, path: str, importer: str, importer_module: Module | None) -> Location:
        if path == "example.com/d/inner" and importer_module == self.main:
            raise GoError(f"package {importer} imports {path} from implicitly required module")
        module = self.main if path.startswith("m") else self.other
        return Location(os.path.join(module.dir, path.removeprefix(module.path).lstrip("/")), module, False)


def test_what_a_dependency_may_import_the_main_module_may_not(tmp_path: Path, current_goroot: Path) -> None:
    """Whoever asks first: the answer for a dependency does not hold for the main module."""
    main = 'package main\n\nimport (\n\t_ "example.com/d"\n\t_ "m/z"\n)\n\nfunc main() {}\n'
    inner = 'import _ "example.com/d/inner"\n'
    root = project(
        tmp_path, **{"main.go": main, "d/d.go": f"package d\n\n{inner}", "d/inner/i.go": "package i\n", "z/z.go": f"package z\n\n{inner}"}
    )
    sdk = open_sdk(str(current_goroot))
    loader = Loader(sdk, Variant.of(sdk, "linux", "amd64"), Overlay(), FileState(), TwoModules(root))
    with pytest.raises(GoError) as caught:
        loader.closure(["m"])
    assert str(caught.value) == f"{root}/z/z.go:3:8: package m/z imports example.com/d/inner from implicitly required module"


def test_a_named_package_has_no_importer_to_blame(tmp_path: Path, current_goroot: Path) -> None:
    root = project(tmp_path)
    assert str(load_error(root, current_goroot, "nosuch")) == f"package nosuch is not in std ({current_goroot}/src/nosuch)"
    assert load_error(root, current_goroot, "example.com/x").position is None


def test_unreadable_file(tmp_path: Path, current_goroot: Path) -> None:
    root = project(tmp_path, **{"main.go": MAIN.format('"m/a"'), "a/a.go": "package a\n"})
    (root / "a" / "a.go").chmod(0)
    if os.access(root / "a" / "a.go", os.R_OK):
        pytest.skip("needs a process that may not read every file: run as another user than root, or without CAP_DAC_OVERRIDE")
    assert re.fullmatch(r".*/main\.go:3:8: cannot read package m/a: .*/a/a\.go: Permission denied", str(load_error(root, current_goroot)))


def test_a_broken_link_is_named(tmp_path: Path, current_goroot: Path) -> None:
    root = project(tmp_path, **{"main.go": MAIN.format('"m/a"'), "a/a.go": "package a\n"})
    (root / "a" / "b.go").symlink_to("nowhere.go")
    assert str(load_error(root, current_goroot)) == f"{root}/main.go:3:8: cannot read package m/a: {root}/a/b.go: No such file or directory"


def test_a_missing_std_package_is_an_incomplete_sdk(tmp_path: Path, current_goroot: Path) -> None:
    """A GOROOT without one of std's folders: the importer inside std is named."""
    root = project(tmp_path, **{"main.go": MAIN.format('"fmt"')})
    copy = tmp_path / "sdk"
    (copy / "src").mkdir(parents=True)
    for name in os.listdir(current_goroot):
        if name != "src":
            (copy / name).symlink_to(current_goroot / name)
    for name in os.listdir(current_goroot / "src"):
        if name != "slices":
            (copy / "src" / name).symlink_to(current_goroot / "src" / name)
    error = str(load_error(root, copy))
    assert error.startswith(f"{copy}/src/") and f"package slices is not in std ({copy}/src/slices)" in error
