"""Coverage data of binaries and profiles of tests: read as ``go tool covdata`` reads them, merged, and shared out."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from gotest_reference import go_environment, run_go
from scons_go.errors import GoError
from scons_go.test.covdata import read_counters, read_folders, read_meta
from scons_go.test.coverprofile import Block, Profile, Share, package_shares, parse_profile, share

MAIN = """package main

import (
	"fmt"
	"os"

	"example.com/p/inner"
)

func main() {
	for _, arg := range os.Args[1:] {
		if arg == "inner" {
			fmt.Println(inner.F(3))
		} else {
			fmt.Println(func(s string) string { return s }(arg))
		}
	}
}

func unused() {
	fmt.Println()
}
"""
INNER = "package inner\n\nfunc F(n int) int {\n\tif n == 0 {\n\t\treturn 0\n\t}\n\treturn 1 + F(n-1)\n}\n\nfunc Unused() {}\n"


@pytest.fixture(scope="module", params=["set", "count", "atomic"])
def runs(request: pytest.FixtureRequest, any_goroot: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[Path]]:
    """(GOROOT, module folder, folders with the data of two runs each)."""
    folder = tmp_path_factory.mktemp("covdata")
    (folder / "inner").mkdir()
    (folder / "go.mod").write_text("module example.com/p\n\ngo 1.22\n")
    (folder / "main.go").write_text(MAIN)
    (folder / "inner" / "inner.go").write_text(INNER)
    run_go(any_goroot, "build", "-covermode", request.param, "-coverpkg=./...", "-o", "p", ".", cwd=folder)
    data = [folder / "data1", folder / "data2"]
    for place, arguments in zip(data, (["a", "inner"], ["inner", "inner"]), strict=True):
        place.mkdir()
        for words in (arguments, []):
            environment = {**go_environment(any_goroot), "GOCOVERDIR": str(place)}
            subprocess.run([str(folder / "p"), *words], env=environment, check=True, capture_output=True)
    return any_goroot, folder, data


def test_same_profile_as_covdata(runs: tuple[Path, Path, list[Path]]) -> None:
    root, folder, data = runs
    for places in (data[:1], data):
        run_go(root, "tool", "covdata", "textfmt", "-i", ",".join(map(str, places)), "-o", "reference.txt", cwd=folder)
        expected = (folder / "reference.txt").read_text().splitlines()
        assert sorted(read_folders(map(str, places)).text().splitlines()) == sorted(expected)
    assert any(line.endswith(" 0") for line in expected)


def test_percentages(runs: tuple[Path, Path, list[Path]]) -> None:
    root, folder, data = runs
    done = run_go(root, "tool", "covdata", "percent", "-i", str(data[0]), cwd=folder)
    expected = dict(re.findall(r"^\t(\S+)\t\tcoverage: (\S+) of statements$", done.stdout, re.M))
    shares = package_shares(read_folders([str(data[0])]))
    assert {path: str(value) for path, value in shares.items()} == expected
    assert len(expected) == 2


def test_truncated_data_is_an_error(runs: tuple[Path, Path, list[Path]]) -> None:
    place = runs[2][0]
    (meta,) = place.glob("covmeta.*")
    counters = min(place.glob("covcounters.*"), key=lambda path: (path.stat().st_size, path.name))
    for cut in (3, 40, 70, meta.stat().st_size - 3):
        with pytest.raises(GoError, match=r"^covmeta: "):
            read_meta(meta.read_bytes()[:cut], "covmeta")
    for cut in (3, 33, counters.stat().st_size - 17):
        with pytest.raises(GoError, match=r"^covcounters: "):
            list(read_counters(counters.read_bytes()[:cut], "covcounters"))


def test_no_data(tmp_path: Path) -> None:
    with pytest.raises(GoError, match=r"no coverage data in .*: run a binary that was built with -cover with GOCOVERDIR set to it"):
        read_folders([str(tmp_path)])
    with pytest.raises(GoError, match="No such file or directory"):
        read_folders([str(tmp_path / "nowhere")])


def test_profiles_are_merged() -> None:
    first = parse_profile("mode: count\np/a.go:1.2,3.4 2 1\np/a.go:5.2,6.4 1 0\np/a.go:1.2,3.4 2 4\n", "c")
    assert first.counts == {Block("p/a.go", 1, 2, 3, 4, 2): 5, Block("p/a.go", 5, 2, 6, 4, 1): 0}
    assert parse_profile(first.text(), "again") == first
    first.add("count", [(Block("p/a.go", 5, 2, 6, 4, 1), 2**32)])
    assert first.counts[Block("p/a.go", 5, 2, 6, 4, 1)] == 2**32 - 1
    with pytest.raises(GoError, match=r"^c: coverage mode 'set' cannot be merged with mode 'count'$"):
        first.add("set", [], "c")
    in_set = parse_profile("mode: set\np/a.go:1.2,3.4 2 1\np/a.go:1.2,3.4 2 1\n", "c")
    assert set(in_set.counts.values()) == {1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "c:1: bad mode line: "),
        ("p/a.go:1.2,3.4 2 1\n", "c:1: bad mode line: p/a.go:1.2,3.4 2 1"),
        ("mode: set\nnonsense\n", "c:2: line 'nonsense' doesn't match expected format of a coverage profile"),
    ],
)
def test_malformed_profiles(text: str, message: str) -> None:
    with pytest.raises(GoError) as caught:
        parse_profile(text, "c")
    assert str(caught.value) == message


def test_shares() -> None:
    assert share([(Block("p/a.go", 1, 1, 1, 1, 3), 1), (Block("p/a.go", 2, 1, 1, 1, 1), 0)]) == Share(3, 4)
    assert str(Share(1, 3)) == "33.3%"
    assert str(Share(0, 0)) == "[no statements]"
    assert Profile().text() == "mode: set\n"


def test_packages_are_in_the_order_of_a_pattern() -> None:
    files = ["m/z.go", "m/a/a.go", "m/a/b.go", "m/a/a/z.go", "m/a-b/a.go"]
    text = parse_profile("mode: set\n" + "".join(f"{file}:1.1,2.1 1 0\n" for file in reversed(files)), "c.out").text()
    assert [line.partition(":")[0] for line in text.splitlines()[1:]] == files
