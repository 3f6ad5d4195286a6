"""The harness: limits, controls, mutants, results and the comparison of two runtimes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import conftest
import pytest
from exam import NOT_APPLICABLE_LIST, not_applicable, summary, with_silent_exits, write_results
from exam_controls import CONTROLS, control_fault, take_controls
from exam_run import FAIL, NOT_APPLICABLE, PASS, Result
from patience import limit_when
from sandbox import Limits, run_limited
from scons_go.errors import GoError
from sconsproject import link_standard
from toolchain import Toolchain

TOOLS = conftest.ROOT / "tools"
DEBIAN = Path("/usr/share/go-1.19/test")
STD = conftest.ROOT / ".cache" / "std"


def test_time_limit_reaches_all_descendants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that hangs is killed with what it started, and what it printed is kept."""
    asked = limit_when(monkeypatch, tmp_path / "begun")
    script = "echo on; sleep 600 & echo $! > child; touch begun; wait"
    outcome = run_limited(["/bin/sh", "-c", script], tmp_path, os.environ, Limits(seconds=0.4))
    assert outcome.timed_out and outcome.status == -9 and outcome.output == b"on\n" and asked == [0.4]
    child = Path("/proc", (tmp_path / "child").read_text().strip(), "stat")
    while child.exists() and child.read_text().rpartition(")")[2].split()[0] not in "ZX":
        time.sleep(0.01)  # killed it is, and gone as soon as it has its turn


def test_memory_and_output_limits(tmp_path: Path) -> None:
    """A program that grows gets no memory, one that floods is stopped."""
    grow = run_limited([sys.executable, "-c", "x = bytearray(1 << 30)"], tmp_path, os.environ, Limits(memory=256 << 20))
    assert grow.status == 1 and "MemoryError" in grow.text
    flood = run_limited(["/bin/sh", "-c", "yes"], tmp_path, os.environ, Limits(output=1 << 20))
    assert not flood.timed_out and flood.status != 0 and len(flood.output) <= 1 << 20


def test_status_and_environment(tmp_path: Path) -> None:
    """Exit status, signals, the folder, and only the environment that is given."""
    assert run_limited(["/bin/sh", "-c", "exit 3"], tmp_path, {}, Limits()).status == 3
    assert run_limited(["/bin/sh", "-c", "kill -SEGV $$"], tmp_path, {}, Limits()).status == -11
    assert run_limited(["/bin/sh", "-c", "pwd; echo $A-$HOME"], tmp_path, {"A": "b"}, Limits()).text == f"{tmp_path}\nb-\n"


def controls_on(runtime: str, work: Path, tree: Path | None) -> tuple[int, list[str]]:
    return take_controls(Toolchain(str(conftest.goroot(conftest.CURRENT)), runtime, STD, 2), work, 2, tree)


def test_controls_on_the_full_runtime(tmp_path: Path) -> None:
    """Each program that must fail fails for its reason, each that must pass passes, silent exits are seen."""
    taken, faults = controls_on("full", tmp_path, None)
    assert taken == len(CONTROLS) and not faults, "\n".join(faults)


@pytest.mark.judge
@pytest.mark.parametrize("runtime", ["full", "min"])
def test_controls_and_mutants(runtime: str, tmp_path: Path) -> None:
    """On either runtime: all controls, and 20 real tests with a panic, a print and an early exit put in."""
    if not DEBIAN.is_dir():
        pytest.skip("needs a GOROOT/test tree (Debian: apt install golang-1.19-src)")
    taken, faults = controls_on(runtime, tmp_path, DEBIAN)
    assert taken == len(CONTROLS) + 60 and not faults, "\n".join(faults)


def test_a_control_that_comes_out_wrong_is_told() -> None:
    """Another verdict, another cause, a main that does not return."""
    panics = next(control for control in CONTROLS if control.name == "panics")
    early = next(control for control in CONTROLS if control.name == "exits_early")
    assert "pass, not fail" in control_fault(panics, Result("panics.go", "run", PASS))
    assert "for another reason" in control_fault(panics, Result("panics.go", "run", FAIL, cause="exit status 1: nothing printed"))
    assert control_fault(panics, Result("panics.go", "run", FAIL, cause="exit status 2: panic: control [recovered]")) == ""
    assert "main was seen to return" in control_fault(early, Result("exits_early.go", "run", PASS, returned=True))


def result(name: str, verdict: str, cause: str = "", returned: bool | None = None) -> Result:
    return Result(name, "run", verdict, 0.1, cause, "", returned)


def test_comparison_of_two_runtimes() -> None:
    """Counted is what the full runtime passes; a silent exit is a miss; what does not apply is left out; every miss has its cause."""
    full = [
        result("a", PASS, returned=True),
        result("b", PASS),
        result("c", FAIL, "x"),
        result("d", PASS, returned=True),
        result("e", PASS),
    ]
    own = [result("a", PASS, returned=True), result("b", FAIL, "exit status 2: panic: y"), result("c", FAIL, "x")]
    own += [result("d", PASS, returned=False), result("e", NOT_APPLICABLE, "needs cgo")]
    own = with_silent_exits(full, own)
    lines, misses = summary(full, own, Counter({"run": 5, "errorcheck": 7}))
    assert misses == 2
    assert lines == [
        "full: 4 pass, 1 fail, 0 not applicable, 0 excluded",
        "min: 1 pass, 3 fail, 1 not applicable, 0 excluded",
        "not taken, for they run no program: 7 errorcheck",
        "full passes 4 (1 of them do not apply to min); min passes 1 of 3 (33.3 %)",
        "  b: exit status 2: panic: y",
        "  d: exits with status 0 before main has returned",
    ]


def test_results_file(tmp_path: Path) -> None:
    """Facts, counts, and every test with verdict, seconds and cause; nothing half-written stays."""
    write_results(tmp_path / "out" / "min.json", [result("a", PASS), result("b", FAIL, "why")], {"runtime": "min"})
    data = json.loads((tmp_path / "out" / "min.json").read_text())
    assert data["runtime"] == "min" and data["counts"] == {PASS: 1, FAIL: 1}
    assert data["tests"][1] == {
        "name": "b",
        "action": "run",
        "verdict": FAIL,
        "seconds": 0.1,
        "cause": "why",
        "detail": "",
        "returned": None,
    }
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["min.json"]


def test_list_of_what_does_not_apply(tmp_path: Path) -> None:
    """Every entry has a reason and, where Debian's tree is there, names one of its tests; an entry without a reason is an error."""
    reasons = {**not_applicable(NOT_APPLICABLE_LIST, "full"), **not_applicable(NOT_APPLICABLE_LIST, "min")}
    if DEBIAN.is_dir():
        assert [name for name in reasons if not (DEBIAN / name).is_file()] == []
    (tmp_path / "na.toml").write_text(
        '[[test]]\nname = "x.go"\nruntimes = ["min"]\nreason = "r"\n\n[[test]]\nname = "y.go"\nreason = "s"\n'
    )
    assert not_applicable(tmp_path / "na.toml", "full") == {"y.go": "s"}
    assert not_applicable(tmp_path / "na.toml", "min") == {"x.go": "r", "y.go": "s"}
    (tmp_path / "na.toml").write_text('[[test]]\nname = "x.go"\n')
    with pytest.raises(GoError, match=r"x\.go has no reason"):
        not_applicable(tmp_path / "na.toml", "full")


def test_command_line(tmp_path: Path) -> None:
    """A small tree from start to end: results, summary, exit status 1 for a miss; a missing tree is told."""
    tree = tmp_path / "tree"
    (tree / "chan").mkdir(parents=True)
    (tree / "good.go").write_text("// run\n\npackage main\n\nfunc main() {}\n")
    (tree / "chan" / "bad.go").write_text('// run\n\npackage main\n\nfunc main() { panic("bad") }\n')
    (tree / "gen.go").write_text("// runoutput\n\npackage main\n\nfunc main() { println() }\n")
    (tree / "dir.go").write_text("// rundir\n\npackage ignored\n")
    (tree / "dir.dir").mkdir()
    (tree / "dir.dir" / "a.go").write_text('package a\n\nfunc A() string { return "from a" }\n')
    (tree / "dir.dir" / "main.go").write_text('package main\n\nimport "./a"\n\nfunc main() { println(a.A()) }\n')
    (tree / "dir.out").write_text("from a\n")
    (tree / "check.go").write_text("// errorcheck\n\npackage p\n")
    (tmp_path / "out").mkdir()
    link_standard(STD, tmp_path / "out" / "std")
    command = [sys.executable, str(TOOLS / "exam.py"), "--goroot", str(conftest.goroot(conftest.CURRENT)), "--runtime", "full", "-j", "2"]
    command += ["--output", str(tmp_path / "out")]
    done = subprocess.run([*command, "--tree", str(tree)], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "full: 2 pass, 2 fail, 0 not applicable, 0 excluded" in done.stdout
    assert "  chan/bad.go: exit status 2: panic: bad\n" in done.stdout
    assert "1 errorcheck" in done.stdout
    data = json.loads((tmp_path / "out" / "full.json").read_text())
    verdicts = {test["name"]: (test["verdict"], test["returned"]) for test in data["tests"]}
    assert verdicts["gen.go"][0] == FAIL and verdicts["good.go"] == (PASS, True) and verdicts["dir.go"] == (PASS, None)
    assert [path.name for path in (tmp_path / "out").iterdir() if path.name.startswith("exam-")] == []
    done = subprocess.run([*command, "--tree", str(tree / "absent")], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stderr.startswith("exam: no tree of tests at ")


@pytest.mark.judge
def test_exam_of_the_min_runtime(tmp_path: Path) -> None:
    """Of the tests of Debian's tree that the full runtime passes, the min runtime passes at least 97 %."""
    if not DEBIAN.is_dir():
        pytest.skip("needs a GOROOT/test tree (Debian: apt install golang-1.19-src)")
    output = conftest.ROOT / "build" / "exam"
    command = [sys.executable, str(TOOLS / "exam.py"), "--goroot", str(conftest.goroot(conftest.CURRENT)), "--output", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    full, own = (json.loads((output / f"{runtime}.json").read_text())["tests"] for runtime in ("full", "min"))
    stock = {test["name"] for test in full if test["verdict"] == PASS}
    common = [test for test in own if test["name"] in stock and test["verdict"] != NOT_APPLICABLE]
    assert len(stock) > 980
    assert sum(test["verdict"] == PASS for test in common) >= 0.97 * len(common), done.stdout
