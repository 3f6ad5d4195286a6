"""The generated main has the bytes that go writes: they are in the build ID of every test binary."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from gotest_reference import run_go
from scons_go.errors import GoError
from scons_go.test.discover import scan_file
from scons_go.test.quote import quote
from scons_go.test.testmain import Coverage, MainSource

MODULE = {
    "go.mod": "module example.com/m\n\ngo 1.22\n",
    "m.go": "package m\n\nfunc Add(a, b int) int { return a + b }\n",
    "m_test.go": """package m

import (
	"fmt"
	"os"
	"testing"
)

func TestAdd(t *testing.T)       {}
func TestMain(m *testing.M)      { os.Exit(m.Run()) }
func BenchmarkAdd(b *testing.B)  {}
func FuzzAdd(f *testing.F)       { f.Fuzz(func(t *testing.T, a int) {}) }
func ExampleAdd() {
	fmt.Println("é\\u3000x", Add(1, 2)) // a comment on a line of code
	// Output: é　x "3" \\
	//	b\u200b🫠
}
""",
    "x_test.go": """package m_test

import "fmt"

func Example_unchecked() { fmt.Println() }
""",
}


def _declared(folder: Path, names: list[str]) -> tuple:
    return tuple(test for name in names for test in scan_file((folder / name).read_bytes(), name))


def test_every_package_of_std(any_goroot: Path, tmp_path: Path) -> None:
    """Test mains of all packages of the standard library, from ``go list -test``, which writes them into its cache."""
    listed = run_go(
        any_goroot, "list", "-test", "-json=ImportPath,Dir,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,ForTest", "std", cwd=any_goroot
    )
    packages, mains = {}, {}
    decoder, text, at = json.JSONDecoder(), listed.stdout, 0
    while at < len(text.rstrip()):
        package, at = decoder.raw_decode(text, at)
        at += 1
        path = package["ImportPath"]
        if path.endswith(".test"):
            mains[path.removesuffix(".test")] = Path(package["GoFiles"][0])
        elif "ForTest" not in package:
            packages[path] = package
    minor = int((any_goroot / "VERSION").read_text().split(".")[1])
    for path, main in mains.items():
        package = packages[path]
        folder = Path(package["Dir"])
        internal, external = package.get("TestGoFiles", []), package.get("XTestGoFiles", [])
        source = MainSource(
            path, "", _declared(folder, internal), _declared(folder, external),
            bool(internal or package.get("GoFiles") or package.get("CgoFiles")), bool(external), minor, str(any_goroot / "src"),
        )  # fmt: skip
        assert source.text() == main.read_bytes(), path
    assert len(mains) > 150


@pytest.mark.parametrize("coverpkg", ["", "./...,fmt"])
@pytest.mark.parametrize("cover", [False, True])
def test_module(any_goroot: Path, tmp_path: Path, cover: bool, coverpkg: str) -> None:
    """TestMain, a module path, characters that are quoted or not, and coverage; the text stays in go's work folder."""
    minor = int((any_goroot / "VERSION").read_text().split(".")[1])
    if minor == 22 and cover:
        pytest.skip("Go 1.22's coverage set-up is done by a text of our own")
    if coverpkg and not cover:
        pytest.skip("-coverpkg implies -cover")
    for name, content in MODULE.items():
        (tmp_path / name).write_text(content)
    flags = ["-cover"] * cover + [f"-coverpkg={coverpkg}"] * bool(coverpkg)
    done = run_go(any_goroot, "test", "-c", "-work", "-o", "/dev/null", *flags, ".", cwd=tmp_path, GOTMPDIR=str(tmp_path))
    work = Path(done.stderr.split("WORK=")[1].split("\n")[0])
    (generated,) = work.glob("b*/_testmain.go")
    coverage = Coverage("set", tuple(filter(None, coverpkg.split(","))), ("example.com/m", "fmt")) if cover else None
    source = MainSource(
        "example.com/m", "example.com/m", _declared(tmp_path, ["m_test.go"]), _declared(tmp_path, ["x_test.go"]), True, True, minor,
        str(any_goroot / "src"), coverage,
    )  # fmt: skip
    assert source.text() == generated.read_bytes()


def test_second_test_main() -> None:
    declared = scan_file(b"package a\n\nfunc TestMain(m *testing.M) {}\n", "a_test.go")
    with pytest.raises(GoError, match=r"^a_test.go:3:1: multiple definitions of TestMain$"):
        MainSource("a", "", declared, declared, True, True, 27, "").text()


def test_quote(current_goroot: Path) -> None:
    sources = str(current_goroot / "src")
    assert quote('a"\\\t\x00\x7f\u00ad\u00e9\u3000\u4e16\U0001f600\U000e0001', sources) == (
        '"a\\"\\\\\\t\\x00\\x7f\\u00adé\\u3000世😀\\U000e0001"'
    )
