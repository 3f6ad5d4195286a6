"""std's own test suites: how results are counted when tests fail, crash or hang; and one suite for real."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import conftest
import pytest
from patience import limit_when
from sandbox import Limits
from stdtests import Runner, Suite, load_causes, load_results, markdown, misses, offered, public_packages, put_table, rows, save_results
from toolchain import Toolchain

STD = conftest.ROOT / ".cache" / "std"
BINARY = """#!{python}
import re, sys, time
skip = next((word.partition("=")[2] for word in sys.argv if word.startswith("-test.skip=")), "^$")
def test(name, verdict, said=""):
    if re.search(skip, name):
        return
    print(f"=== RUN   {{name}}", flush=True)
    print(f"=== RUN   {{name}}/sub")
    if verdict == "crash":
        print("SIGSEGV: segmentation violation\\n", flush=True); sys.exit(2)
    if verdict == "hang":
        open({hangs!r}, "w").close(); time.sleep(600)
    if said:
        print(f"    x_test.go:7: {{said}}")
    print(f"    --- PASS: {{name}}/sub (0.00s)\\n--- {{verdict}}: {{name}} (0.00s)")
test("TestA", "PASS"); test("TestB", "FAIL", "is 1, not 2"); test("TestC", "crash"); test("TestD", "SKIP")
test("TestE", "hang"); test("ExampleF", "PASS")
sys.exit(1)
"""


def test_a_suite_that_crashes_and_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has its verdict in the end, each culprit is a failure with its reason, subtests are not counted."""
    asked = limit_when(monkeypatch, tmp_path / "hangs")
    binary = tmp_path / "x.test"
    binary.write_text(BINARY.format(python=sys.executable, hangs=str(tmp_path / "hangs")))
    binary.chmod(0o755)
    runner = Runner(Toolchain(str(conftest.goroot(conftest.CURRENT)), "full", STD, 2), tmp_path / "work", Limits(seconds=1.0))
    suite = Suite("strings")
    runner.run(suite, binary)
    assert set(asked) == {1.0 + runner.grace}
    assert suite.verdicts == {"TestA": "PASS", "TestB": "FAIL", "TestC": "FAIL", "TestD": "SKIP", "TestE": "FAIL", "ExampleF": "PASS"}
    assert suite.why == {
        "TestB": "x_test.go:7: is 1, not 2",
        "TestC": "exit status 2: SIGSEGV: segmentation violation",
        "TestE": "runs too long",
    }


def test_counts_of_two_runtimes() -> None:
    """Counted is what the full runtime passes; a skip is no miss, a test that was not reached is."""
    full = {
        "p": Suite("p", verdicts={"A": "PASS", "B": "PASS", "C": "FAIL", "D": "PASS", "E": "SKIP"}),
        "q": Suite("q", fault="no test files"),
    }
    own = {
        "p": Suite("p", verdicts={"A": "PASS", "B": "FAIL", "D": "SKIP"}, why={"B": "x"}),
        "q": Suite("q", builds=False, fault="undefined: f"),
    }
    assert rows(full, own) == [("p", "yes", "3 of 4", "1 of 3"), ("q", "no", "no test files", "undefined: f")]
    assert misses(full, own) == ["  p.B: x"]
    del own["p"].verdicts["D"]
    assert misses(full, own) == ["  p.B: x", "  p.D: not reached"]


def test_the_table(tmp_path: Path) -> None:
    """Each miss with its cause, the known one or what was printed; what is skipped on min only is told too. Only the table is replaced."""
    full = {"p": Suite("p", verdicts={"A": "PASS", "B": "PASS", "C": "PASS", "D": "PASS"}), "q": Suite("q")}
    own = {
        "p": Suite("p", verdicts={"A": "PASS", "B": "FAIL", "C": "FAIL", "D": "SKIP"}, why={"B": "x", "C": "y|z"}, day="2026-11-23"),
        "q": Suite("q", fault="undefined: f", day="2026-11-24"),
    }
    table = markdown(full, own, {"p.B": "there is no B", "q": "no f"}, "go1.27.3")
    assert "with go1.27.3, 2026-11-23 to 2026-11-24.\n" in table
    assert "| p | yes | 1 of 4 | B: there is no B; C: y&#124;z; D: skipped |\n| q | yes | - | no f |\n" in table
    document = tmp_path / "table.md"
    document.write_text("before\n<!-- stdtests -->\nold\n<!-- end of stdtests -->\nafter\n")
    put_table(document, table)
    put_table(document, table)
    assert document.read_text() == f"before\n<!-- stdtests -->\n{table}<!-- end of stdtests -->\nafter\n"


def test_causes_are_of_tests_that_exist() -> None:
    """The SDK has each test whose failure is explained."""
    source = conftest.goroot(conftest.CURRENT) / "src"
    for name in load_causes():
        package, _, test = name.partition(".")
        texts = [path.read_text() for path in (source / package).glob("*_test.go")]
        assert texts and (not test or any(f"func {test}(" in text for text in texts)), name


def test_results_are_kept(tmp_path: Path) -> None:
    """What an earlier run found is there again, unless it was with another Go."""
    results = {"full": {"p": Suite("p", verdicts={"A": "PASS"}, seconds=1.5)}, "min": {"p": Suite("p", builds=False, fault="x")}}
    save_results(tmp_path / "report.json", "go1.27.3", results)
    assert load_results(tmp_path / "report.json", "go1.27.3") == results
    assert load_results(tmp_path / "report.json", "go1.26.6") == {"full": {}, "min": {}}
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_public_packages() -> None:
    """Those that programs may import, and no others."""
    found = public_packages(conftest.goroot(conftest.CURRENT) / "src")
    assert {"fmt", "net/http", "encoding/json", "archive/tar", "unsafe", "runtime/debug"} <= set(found)
    assert not [path for path in found if set(path.split("/")) & {"internal", "vendor", "cmd", "testdata", "builtin"}]


def test_offered(tmp_path: Path) -> None:
    """Of these, those that the target has and the min runtime does not refuse."""
    found = offered(Toolchain(str(conftest.goroot(conftest.CURRENT)), "full", tmp_path, 1))
    assert {"crypto/subtle", "net/http/pprof", "embed"} <= set(found)
    assert not {"arena", "runtime/pprof", "runtime/trace", "plugin", "syscall/js"} & set(found)


def test_a_real_suite(tmp_path: Path) -> None:
    """The suite of errors on the full runtime, from the command line."""
    command = [sys.executable, str(conftest.ROOT / "tools" / "stdtests.py"), "--goroot", str(conftest.goroot(conftest.CURRENT))]
    command += [
        "--runtime",
        "full",
        "--output",
        str(conftest.ROOT / ".cache" / "stdtests"),
        "--markdown",
        str(tmp_path / "table.md"),
        "errors",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    suites = json.loads((conftest.ROOT / ".cache" / "stdtests" / "report.json").read_text())["full"]
    (suite,) = (suite for suite in suites if suite["package"] == "errors")
    assert suite["verdicts"]["TestIs"] == "PASS" and set(suite["verdicts"].values()) <= {"PASS", "SKIP"}
    assert "| package | builds | own tests | misses |\n" in (tmp_path / "table.md").read_text()
