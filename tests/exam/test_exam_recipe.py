"""Recipes, flags, constraints and packages of the tests of a GOROOT/test tree."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from exam_recipe import RecipeError, Tags, expected_output, packages_of, parse_test, read_tests
from exam_run import _sources, _tool_flags

TAGS = Tags("linux", "amd64", 27, frozenset({"regabi"}))
DEBIAN = Path("/usr/share/go-1.19/test")


@pytest.mark.parametrize("text", ["run 'a", 'run "a', "run a\\"])
def test_unfinished_words(text: str) -> None:
    """An open quote or a backslash at the end."""
    with pytest.raises(RecipeError, match="unclosed quote or unfinished escaping"):
        parse_test("x.go", f"// {text}\n\npackage p\n", TAGS)


def test_recipe_and_its_flags() -> None:
    """The recipe is in the first line that is no constraint; options with values are taken out, -0 and -1 are not flags."""
    test = parse_test(
        "a/b.go", "//go:build !windows\n\n// run -t 7 -gcflags -l=4 -s -goexperiment fieldtrack -godebug=x one two\n\npackage main\n", TAGS
    )
    assert (test.action, test.timeout, test.experiment, test.single_file_packages) == ("run", 7, "fieldtrack", True)
    assert (test.flags, test.arguments, test.folder) == (("-gcflags", "-l=4", "-godebug=x"), ("one", "two"), "a/b.dir")
    assert parse_test("x.go", "// errorcheck -0 -d=panic\n\npackage p\n", TAGS).flags == ("-d=panic",)


def test_flags_of_go_run() -> None:
    """Files among the arguments, and flags with their value in the same word or the next."""
    test = parse_test("x.go", "// run -gcflags -l=4 -ldflags=-X=a.b=c y.go arg z.go\n\npackage main\n", TAGS)
    assert _sources(test) == (["x.go", "y.go"], ("arg", "z.go"))
    flags = _tool_flags(test.flags)
    assert (flags.compile, flags.link) == (("-l=4",), ("-X=a.b=c",))


@pytest.mark.parametrize(
    ("lines", "excluded"),
    [
        ("//go:build linux && amd64\n// run", ""),
        ("// +build windows\n// run", "// +build windows"),
        ("// +build !windows,gc\n// run", ""),
        ("//go:build cgo\n// run", "//go:build cgo"),
        ("//go:build go1.27 && !go1.28\n// run", ""),
        ("// run\n\n//go:build goexperiment.regabi\n// +build ignore", "// +build ignore"),
        ("//go:build ignore\n\n// Copyright", "//go:build ignore"),
    ],
)
def test_constraints(lines: str, excluded: str) -> None:
    """Of both kinds, before and after the recipe; an excluded file need not be a test."""
    assert parse_test("x.go", f"{lines}\n\npackage main\n\n// +build never\n", TAGS).constraint_failed == excluded


@pytest.mark.parametrize(
    ("source", "words"),
    [("package main\n", "unknown pattern: 'package'"), ("", "not found"), ("// run -t\n", "-t needs"), ("// run -t x\n", "seconds")],
)
def test_no_recipe(source: str, words: str) -> None:
    """What is not understood is an error."""
    with pytest.raises(RecipeError, match=words):
        parse_test("x.go", source, TAGS)


def test_packages_of_a_folder(tmp_path: Path) -> None:
    """By package clause in the order of the files, or one for each file."""
    for name, package in (("a.go", "p"), ("b.go", "main"), ("c.go", "p"), ("d.txt", "q")):
        (tmp_path / name).write_text(f"// x\n\npackage {package} // y\n")
    assert packages_of(tmp_path, False) == [("p", ["a.go", "c.go"]), ("main", ["b.go"])]
    assert packages_of(tmp_path, True) == [("p", ["a.go"]), ("main", ["b.go"]), ("p", ["c.go"])]
    (tmp_path / "e.go").write_text("// nothing\n")
    with pytest.raises(RecipeError, match="package name"):
        packages_of(tmp_path, False)


def test_expected_output(tmp_path: Path) -> None:
    """The file of the same name that ends in .out; none is not the same as an empty one."""
    test = parse_test("x.go", "// run\n\npackage main\n", TAGS)
    assert expected_output(tmp_path, test) is None
    (tmp_path / "x.out").write_bytes(b"1\n")
    assert expected_output(tmp_path, test) == b"1\n"


def test_debians_tree() -> None:
    """All tests of Debian's golang-1.19-src are understood, in the numbers that its runner finds."""
    if not DEBIAN.is_dir():
        pytest.skip("needs a GOROOT/test tree (Debian: apt install golang-1.19-src)")
    counts = Counter(test.action for test in read_tests(DEBIAN, TAGS))
    assert (counts["run"], counts["rundir"], counts["runoutput"], counts["errorcheck"], counts["compile"]) == (934, 112, 20, 623, 439)
