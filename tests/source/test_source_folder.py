"""Files of a folder by kind: names, links, other languages, overlays, and the folders that are refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from gocommand import go_list
from scons_go.errors import GoError
from scons_go.filestate import FileState
from scons_go.overlay import Overlay
from scons_go.package import Folder
from scons_go.source.context import KNOWN_ARCH, KNOWN_OS, UNIX_OS, BuildContext
from scons_go.source.folder import read_folder

LINUX = BuildContext.with_tags("linux", "amd64", False, ())
LINUX_CGO = BuildContext.with_tags("linux", "amd64", True, ())


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def read(folder: Path, context: BuildContext = LINUX, overlay: Overlay | None = None) -> Folder:
    return read_folder(str(folder), context, overlay or Overlay(), FileState())


@pytest.mark.parametrize(
    ("name", "goos", "goarch", "expected"),
    [
        ("x.go", "linux", "amd64", True),
        ("linux.go", "windows", "amd64", True),
        ("x_linux.go", "windows", "amd64", False),
        ("x_linux.go", "android", "arm64", True),
        ("x_darwin.go", "ios", "arm64", True),
        ("x_solaris.go", "illumos", "amd64", True),
        ("x_unix.go", "windows", "amd64", True),
        ("x_amd64.go", "linux", "arm64", False),
        ("x_linux_amd64.go", "linux", "amd64", True),
        ("x_linux_amd64_test.go", "linux", "386", False),
        ("x_windows_linux.go", "linux", "amd64", True),
        ("x_amd64_linux.go", "linux", "arm64", True),
        ("x_test.go", "linux", "amd64", True),
        ("_linux_test.go", "linux", "amd64", True),
        ("x_linux.amd64.go", "windows", "amd64", False),
        ("x_linux_foo.go", "windows", "amd64", True),
        ("x_arm64be.s", "linux", "amd64", False),
    ],
)
def test_names(name: str, goos: str, goarch: str, expected: bool) -> None:
    assert BuildContext.with_tags(goos, goarch, False, ()).matches_name(name) == expected


def test_tables_are_the_sdks(any_goroot: Path) -> None:
    """internal/syslist, or before Go 1.23 go/build/syslist.go, names the same systems."""
    new, old = any_goroot / "src/internal/syslist/syslist.go", any_goroot / "src/go/build/syslist.go"
    text = (new if new.exists() else old).read_text()
    tables = [set(re.findall(r'"(\w+)": +true', block)) for block in text.split("= map[string]bool{")[1:]]
    assert tables == [KNOWN_OS, UNIX_OS, KNOWN_ARCH]


def test_kinds(tmp_path: Path, current_goroot: Path) -> None:
    names = re.findall(r"\S+", "a.c b.cc c.cpp d.cxx e.m f.h g.hh h.hpp i.hxx j.f k.F l.for m.f90 n.s o.S p.sx q.swig r.swigcxx s.syso")
    for name in [*names, "x.txt", "README", ".hidden.go", "_draft.go", "y_windows.c", "t_windows.syso", "go.sum"]:
        (tmp_path / name).write_text("")
    write(tmp_path, z__go="package z\n", z_windows__go="package z\n", z_test__go="package z\n", go__mod="module z\n")
    (tmp_path / "x_test.go").write_text("package z_test\n")
    (tmp_path / "c.go").write_text('package z\n\nimport "C"\n')
    (tmp_path / "dir.go").mkdir()
    (tmp_path / "link.go").symlink_to("dir.go")
    (tmp_path / "file.go").symlink_to("z.go")
    for context, cgo in ((LINUX, False), (LINUX_CGO, True)):
        files = read(tmp_path, context).files
        (theirs,) = go_list(current_goroot, "-e", ".", cwd=tmp_path, cgo=cgo)
        fields = {
            "GoFiles": "go",
            "CgoFiles": "cgo",
            "SFiles": "s",
            "HFiles": "h",
            "FFiles": "f",
            "SysoFiles": "syso",
            "TestGoFiles": "test_go",
        }
        fields |= {"XTestGoFiles": "xtest_go", "IgnoredGoFiles": "ignored_go", "IgnoredOtherFiles": "ignored_other"}
        if cgo:
            fields |= {"CFiles": "c", "CXXFiles": "cxx", "MFiles": "m", "SwigFiles": "swig", "SwigCXXFiles": "swigcxx"}
        assert {field: list(getattr(files, kind)) for field, kind in fields.items()} == {field: theirs.get(field, []) for field in fields}


def test_two_packages(tmp_path: Path) -> None:
    write(tmp_path, a__go="package a\n", b__go="\n// b\npackage b\n")
    with pytest.raises(GoError) as caught:
        read(tmp_path)
    assert str(caught.value) == f"{tmp_path}/b.go:3: found packages a (a.go) and b (b.go) in {tmp_path}"


def test_a_test_of_a_third_package(tmp_path: Path) -> None:
    write(tmp_path, a__go="package a\n", b_test__go="package c_test\n")
    with pytest.raises(GoError, match=r"b_test\.go:1: found packages a \(a\.go\) and c \(b_test\.go\)"):
        read(tmp_path)


def test_packages_whose_names_end_in_test(tmp_path: Path) -> None:
    folder = read(write(tmp_path, a__go="package a_test\n", a_test__go="package a_test\n", b_test__go="package a_test_test\n"))
    assert (folder.name, folder.files.test_go, folder.files.xtest_go) == ("a_test", ("a_test.go",), ("b_test.go",))


def test_cgo_in_a_test(tmp_path: Path) -> None:
    write(tmp_path, a__go="package a\n", a_test__go='package a\n\nimport "C"\n')
    with pytest.raises(GoError, match=r"a_test\.go:3:8: use of cgo in test a_test\.go not supported"):
        read(tmp_path, LINUX_CGO)


def test_malformed_constraint_has_its_line(tmp_path: Path) -> None:
    write(tmp_path, a__go="package a\n", b__go="// Copyright\n\n//go:build linux &\n\npackage a\n", c__s="//go:build (\n\n")
    with pytest.raises(GoError) as caught:
        read(tmp_path)
    assert str(caught.value) == f"{tmp_path}/b.go:3: parsing //go:build line: invalid syntax at &"
    (tmp_path / "b.go").unlink()
    with pytest.raises(GoError, match=r"c\.s:1: parsing //go:build line: missing close paren|unexpected end of expression"):
        read(tmp_path)


def test_only_excluded_files(tmp_path: Path) -> None:
    folder = read(write(tmp_path, a__go="//go:build windows\n\npackage a\n", a_windows__go="package a\n"))
    assert (folder.name, folder.files.ignored_go) == ("", ("a.go", "a_windows.go"))


def test_positions(tmp_path: Path) -> None:
    folder = read(write(tmp_path, a__go='package a\n\nimport (\n\t"fmt"\n\tx "os"\n)\n', b__go='package a\n\nimport "fmt"\n'))
    assert [str(place) for place in folder.imports["fmt"]] == [f"{tmp_path}/a.go:4:2", f"{tmp_path}/b.go:3:8"]
    assert [str(place) for place in folder.imports["os"]] == [f"{tmp_path}/a.go:5:2"]


def test_overlay(tmp_path: Path) -> None:
    write(tmp_path, a__go='package a\n\nimport "os"\n', b__go='package a\n\nimport "io"\n', c__go='package a\n\nimport "net"\n')
    other = write(tmp_path / "other", x__go='package a\n\nimport "fmt"\n')
    place = {name: str(tmp_path / name) for name in ("a.go", "b.go", "d.go", "e.go")}
    made = str(tmp_path / "made" / "e.go")
    overlay = Overlay(
        {place["a.go"]: "", place["b.go"]: str(other / "x.go"), place["d.go"]: str(other / "x.go"), place["e.go"]: made},
        {made: b'package a\n\nimport "sync"\n'},
    )
    folder = read(tmp_path, overlay=overlay)
    assert folder.files.go == ("b.go", "c.go", "d.go", "e.go")
    assert list(folder.imports) == ["fmt", "net", "sync"]
    assert folder.imports["sync"][0].file == place["e.go"]


def test_overlay_makes_a_folder(tmp_path: Path) -> None:
    made = str(tmp_path / "made.go")
    overlay = Overlay({str(tmp_path / "none" / "a.go"): made}, {made: b"package a\n"})
    assert read(tmp_path / "none", overlay=overlay).name == "a"
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none")
