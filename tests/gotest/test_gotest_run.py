"""Running test binaries: output, verdict and caching as with ``go test``, and an end to tests that do not end."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import threading
from pathlib import Path

import pytest
from gotest_reference import go_environment, run_go
from scons_go.errors import GoError
from scons_go.test.flags import parse_flags
from scons_go.test.process import Limits, run_process
from scons_go.test.run import BuiltTest, Outcome, build_failed, no_test_files, run_test
from scons_go.test.testlog import Place, ResultCache
from sconsproject import LONG

SOURCE = """package p

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

func TestPass(t *testing.T) { t.Log("fine") }
func TestPrint(t *testing.T) { fmt.Print("printed") }
func TestSub(t *testing.T)  { t.Run("a", func(t *testing.T) {}); t.Run("b", func(t *testing.T) { t.Skip("not now") }) }
func TestFail(t *testing.T) { t.Error("bad") }
func TestPanic(t *testing.T) { panic("oh") }
func TestExit(t *testing.T) { os.Exit(3) }
func TestSilentExit(t *testing.T) { os.Exit(0) }
func TestKilled(t *testing.T) { syscall.Kill(os.Getpid(), syscall.SIGKILL); time.Sleep(time.Hour) }
func TestSlow(t *testing.T) { fmt.Println("slow"); time.Sleep(time.Hour) }
func TestStuck(t *testing.T) {
	signal.Ignore(syscall.SIGQUIT)
	fmt.Println("stuck")
	time.Sleep(time.Hour)
}
func TestData(t *testing.T) {
	data, err := os.ReadFile("testdata/data.txt")
	if err != nil || string(data) == "wrong" {
		t.Fatal(string(data), err)
	}
}
func BenchmarkX(b *testing.B) { for i := 0; i < b.N; i++ {} }
func ExampleX() {
	fmt.Println("x")
	// Output: x
}
"""

SECONDS = re.compile(r"\b\d+\.\d+s\b")


@pytest.fixture(scope="module")
def program(current_goroot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A module in a folder of its own, with its test binary."""
    folder = tmp_path_factory.mktemp("run") / "p"
    (folder / "testdata").mkdir(parents=True)
    (folder / "scratch").mkdir()
    (folder / "testdata" / "data.txt").write_text("right")
    (folder / "go.mod").write_text("module example.com/p\n\ngo 1.22\n")
    (folder / "p_test.go").write_text(SOURCE)
    os.utime(folder / "testdata" / "data.txt", (1, 1))
    run_go(current_goroot, "test", "-c", "-vet=off", "-o", "p.test", ".", cwd=folder)
    return folder / "p.test"


def run(program: Path, flags: str, cache: ResultCache | None = None, **more: object) -> Outcome:
    place = Place(str(program.parent), str(program.parent), dict(os.environ))
    digest = hashlib.sha256(program.read_bytes()).hexdigest()
    binary = BuiltTest("example.com/p", str(program), digest, place, str(program.parent / "scratch"), str(program.parent / "fuzz"))
    return run_test(binary, parse_flags(flags.split(), str(program.parent)), cache, **more)


def plain(output: str) -> str:
    """Output without seconds, addresses and stacks, which differ from run to run."""
    output = re.sub(r"\n\ngoroutine .*?(?=\nFAIL\t|\nexit status|\Z)", "\n<stacks>", output, flags=re.S)
    output = re.sub(r"^(BenchmarkX\S*)\s+1\s+\S+ ns/op$", r"\1 1 N ns/op", output, flags=re.M)  # columns are as wide as their figures
    output = re.sub(r"^\t\tTestSlow \(\d+s\)$", "\t\tTestSlow (Ns)", output, flags=re.M)
    return re.sub(r"0x[0-9a-f]+", "0x", SECONDS.sub("N.NNs", output))


@pytest.mark.parametrize(
    "flags",
    [
        "-run=Pass -v", "-run=Sub -v", "-run=Print", "-run=Nothing", "-run=Print|Fail", "-run=Panic", "-run=Exit", "-run=SilentExit",
        "-run=Killed", "-run=Example -v", "-list=Example", "-run=Slow -timeout=1s", "-run=Pass -count=2", "-run=Fail -json",
        "-run=Sub -json", "-run=Nothing -fuzz=Nothing", "-run=Fail -bench=X -benchtime=1x",
    ],
)  # fmt: skip
def test_output_is_gos(current_goroot: Path, program: Path, flags: str) -> None:
    outcome = run(program, flags)
    words = [word for word in flags.split() if word != "-json"]
    if "-json" in flags:
        words.append("-v=test2json")  # go would convert the output to events: ours is compared before that
    reference = subprocess.run(
        [current_goroot / "bin" / "go", "test", "-vet=off", *words, "."],
        cwd=program.parent, env=go_environment(current_goroot), capture_output=True, text=True, check=False,
    )  # fmt: skip
    expected = reference.stdout.removesuffix("FAIL\n") if reference.returncode else reference.stdout
    assert plain(outcome.output.decode()) == plain(expected).replace("(cached)", "N.NNs")
    assert outcome.failed == bool(reference.returncode)


def test_streamed_output_is_the_same(program: Path) -> None:
    pieces: list[bytes] = []
    outcome = run(program, "-run=Pass -v", stream=pieces.append)
    assert b"".join(pieces) == outcome.output
    assert b"=== RUN   TestPass" in outcome.output


def test_cached_until_something_changes(program: Path, tmp_path: Path) -> None:
    cache = ResultCache(str(tmp_path), lambda path: hashlib.sha256(Path(path).read_bytes()).hexdigest())
    data = program.parent / "testdata" / "data.txt"
    first = run(program, "-run=Data -v", cache)
    assert not first.cached
    second = run(program, "-run=Data -v", cache)
    assert second.cached
    lines = first.output.decode().splitlines()
    assert second.output.decode().splitlines() == [*lines[:-1], "ok  \texample.com/p\t(cached)"]
    assert not run(program, "-run=Data", cache).cached, "other arguments"
    assert not run(program, "-run=Data -v -count=1", cache).cached, "asked to run"
    data.write_text("wrong")
    failed = run(program, "-run=Data -v", cache)
    assert failed.failed
    assert not run(program, "-run=Data -v", cache).cached, "failures are not kept"
    data.write_text("right")
    os.utime(data, (1, 1))
    assert run(program, "-run=Data -v", cache).cached


@pytest.mark.parametrize(
    ("test", "grace", "words"),
    [("Stuck", 0.2, "signal: killed"), ("Slow", LONG, "exit status 2")],
)
def test_stuck_tests_are_killed(program: Path, monkeypatch: pytest.MonkeyPatch, test: str, grace: float, words: str) -> None:
    """The time that a test may take begins when it has printed its name: however slow the machine is, it is stuck before it is over."""
    said: list[bytes] = []
    began = threading.Event()
    original = subprocess.Popen.wait

    def wait(process: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        assert timeout != 0.5 or began.wait(LONG)
        return original(process, timeout)

    def write(data: bytes) -> None:
        said.append(data)
        if f"{test.lower()}\n".encode() in b"".join(said):
            began.set()

    monkeypatch.setattr(subprocess.Popen, "wait", wait)
    ended = run_process([str(program), f"-test.run={test}"], str(program.parent), os.environ, Limits(0.5, grace), write)
    assert not ended.succeeded
    assert ended.notes == ("*** Test killed with quit: ran too long (500ms).",)
    assert ended.words == words
    if test == "Slow":
        assert b"SIGQUIT: quit" in b"".join(said)
        assert b"example.com/p.TestSlow(" in b"".join(said)


def test_output_that_a_child_keeps_open(tmp_path: Path) -> None:
    said: list[bytes] = []

    def write(data: bytes) -> None:
        said.append(data)
        (tmp_path / "seen").touch()

    script = "sleep 600 & echo $! > child; echo done; while ! [ -e seen ]; do sleep 0.01; done"
    ended = run_process(["/bin/sh", "-c", script], str(tmp_path), os.environ, Limits(LONG, 0.2), write)
    os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)
    assert not ended.succeeded
    assert ended.notes == ("*** Test I/O incomplete 200ms after exiting.",)
    assert b"".join(said) == b"done\n"


def test_limits() -> None:
    assert Limits.of(parse_flags([], "/")) == Limits(660, 60)
    assert Limits.of(parse_flags(["-timeout=1h"], "/")) == Limits(3960, 360)
    assert Limits.of(parse_flags(["-timeout=10s"], "/")) == Limits(70, 5)
    assert Limits.of(parse_flags(["-bench=."], "/")) == Limits()
    assert Limits.of(parse_flags(["-timeout=0"], "/")) == Limits()


def test_a_binary_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(GoError, match=r"^cannot run /nowhere/p.test in .*: No such file or directory$"):
        run_process(["/nowhere/p.test"], str(tmp_path), os.environ, Limits(), lambda _: None)


def test_lines_for_packages_that_are_not_run() -> None:
    assert no_test_files("p").output == b"?   \tp\t[no test files]\n"
    assert build_failed("p").output == b"FAIL\tp [build failed]\n"
    assert build_failed("p", "setup").output == b"FAIL\tp [setup failed]\n"
