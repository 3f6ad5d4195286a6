"""The report behind scons minimal-runtime: what it measures, and that it fails where something does not hold."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import conftest
import pytest
from inspect_support import go, link_bare, must, stock_files
from scons_go.errors import GoError
from scons_go.inspect.report import Report, minimal_runtime_report

VERSION = conftest.CURRENT
HELLO = 'package main\n\nfunc main() { println("hello") }\n'
EXPERIMENTS = ("sizespecializedmalloc",)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """hello on the stock runtime, with symbols and without."""
    folder = tmp_path_factory.mktemp("full")
    (folder / "main.go").write_text(HELLO)
    go(VERSION, "build", "-trimpath", "-o", "plain", "main.go", cwd=folder)
    go(VERSION, "build", "-trimpath", "-ldflags=-s -w", "-o", "stripped", "main.go", cwd=folder)
    return str(folder / "plain"), str(folder / "stripped")


def stock_archives() -> list[str]:
    return [file for package, file in stock_files(VERSION).items() if package == "runtime" or package.startswith("internal/")]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[str, str], list[str]]:
    """The same on the bare runtime, and its archive."""
    folder = tmp_path_factory.mktemp("bare")
    must(link_bare(VERSION, folder, {"main.go": HELLO}, "-w"))
    shutil.copy(folder / "program", folder / "plain")
    must(link_bare(VERSION, folder, {"main.go": HELLO}, "-s", "-w"))
    return (str(folder / "plain"), str(folder / "program")), [str(folder / "runtime.a")]


def make(full: tuple[str, str], own: tuple[str, str], archives: list[str], **more: object) -> Report:
    root = str(conftest.goroot(VERSION))
    return minimal_runtime_report(full, own, (stock_archives(), archives), root, ("linux", "amd64"), EXPERIMENTS, runs=5, **more)  # type: ignore[arg-type]


def missing_of(full: tuple[str, str], bare: tuple[tuple[str, str], list[str]]) -> list[str]:
    with pytest.raises(GoError) as caught:
        make(full, *bare)
    return re.findall(r"^  (\S+) \(ABI\w+, for .*\) is not defined by the min runtime", str(caught.value), re.MULTILINE)


def test_a_bare_runtime_fails_with_all_that_it_lacks(full: tuple[str, str], bare: tuple[tuple[str, str], list[str]]) -> None:
    """Every unmet requirement is a line of its own, with the ABI and the feature."""
    with pytest.raises(GoError) as caught:
        make(full, *bare)
    assert "\n  runtime.selectgo (ABIInternal, for select) is not defined by the min runtime\n" in str(caught.value)
    missing = missing_of(full, bare)
    assert len(missing) > 150 and "runtime.printstring" not in missing and "type:int32" not in missing


def test_declared_lacks_are_reported(full: tuple[str, str], bare: tuple[tuple[str, str], list[str]]) -> None:
    """With the lacks declared the report is made: figures of both, names in brackets, a last line with how many are lacking."""
    lacking = missing_of(full, bare)
    report = make(full, *bare, lacking=lacking)
    assert report.min.stripped.size < 20_000 < 1_000_000 < report.full.stripped.size
    assert report.min.ran.peak_memory < 64 * 1024 < report.full.ran.peak_memory
    assert report.min.ran.output == report.full.ran.output == b"hello\n"
    assert len(report.min.ran.calls) == 3 and len(report.full.ran.calls) > 100
    assert report.min.start_up.runs == report.full.start_up.runs == 5 and report.min.start_up.median > 0
    table = report.table()
    assert f"{report.full.stripped.size:,}" in table and f"{report.min.stripped.size:,}" in table
    assert (
        "[selectgo]" in table and " morestack\n" in table and f"but for {len(lacking)} that the min runtime is declared to lack." in table
    )
    assert max(map(len, table.splitlines())) <= 140
    data = json.loads(json.dumps(report.to_json()))
    by_name = {symbol["name"]: symbol for symbol in data["required_symbols"]}
    assert by_name["runtime.selectgo"]["full"] == "TEXT" and by_name["runtime.selectgo"]["min"] == ""
    assert data["programs"]["min"]["stripped_bytes"] == report.min.stripped.size
    assert sum(data["programs"]["full"]["sections"].values()) > 1_000_000


def test_a_stale_declaration_is_an_error(full: tuple[str, str], bare: tuple[tuple[str, str], list[str]]) -> None:
    """What is declared as lacking must be lacking."""
    with pytest.raises(GoError, match=r"runtime\.printstring is declared as lacking, but the min runtime defines it"):
        make(full, *bare, lacking=[*missing_of(full, bare), "runtime.printstring"])


def test_programs_that_do_not_hold(full: tuple[str, str], tmp_path: Path) -> None:
    """Another output, another status, a program that needs an interpreter: all in one error."""
    (tmp_path / "main.go").write_text('package main\n\nimport "os"\n\nfunc main() {\n\tprintln("other")\n\tos.Exit(3)\n}\n')
    go(VERSION, "build", "-o", "other", "main.go", cwd=tmp_path)
    go(VERSION, "build", "-buildmode=pie", "-o", "pie", "main.go", cwd=tmp_path)
    with pytest.raises(GoError) as caught:
        make(full, (str(tmp_path / "pie"), str(tmp_path / "other")), stock_archives())
    text = str(caught.value)
    assert f"{tmp_path / 'pie'} needs the interpreter " in text and f"{tmp_path / 'pie'} is ET_DYN" in text
    assert "did not exit with status 0 but exit status 3: 'other\\n'" in text
    assert "the programs do not print the same: full 'hello\\n', min 'other\\n'" in text


def test_the_full_runtime_against_itself(full: tuple[str, str]) -> None:
    """Nothing is missing, ratios are 1, and a floor is timed where one is given."""
    report = make(full, full, stock_archives(), floor="/bin/true")
    assert all(finding.met for finding in report.min_findings) and "[" not in report.table().split("[name]")[1]
    assert report.floor is not None and "a static C program" in report.table()
    assert "min/full" in report.table() and "declared to lack" not in report.table()
