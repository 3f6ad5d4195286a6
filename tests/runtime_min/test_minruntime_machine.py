"""Blocking system calls, signals and the ways to crash: the min runtime does what Go's own does, in the same words."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, goroot
from gorun import build
from sconsproject import LONG
from toolchain import Toolchain

PROGRAMS = Path(__file__).parent / "machine"
RUNTIMES = ("full", "min")
ENVIRON = {"PATH": os.defpath, "GOMAXPROCS": "1"}  # the min runtime has one thread: with two, who comes first would be up to chance


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], str]:
    """The path of a program of the folder on a runtime, which is built when first asked for."""
    folder = tmp_path_factory.mktemp("machine")
    toolchains: dict[str, Toolchain] = {}

    def path(runtime: str, name: str) -> str:
        program = folder / f"{name}-{runtime}"
        if not program.exists():
            if runtime not in toolchains:
                toolchains[runtime] = Toolchain(str(goroot("1.27.3")), runtime, ROOT / "build" / "gorun", os.cpu_count() or 1)
            build(toolchains[runtime], [PROGRAMS / f"{name}.go"], program)
        return str(program)

    return path


def run(argv: list[str], **environment: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error; standard input stays open and empty."""
    reading, writing = os.pipe()
    try:
        done = subprocess.run(
            argv, env={**ENVIRON, **environment}, stdin=reading, capture_output=True, text=True, timeout=LONG, check=False
        )
    finally:
        os.close(reading)
        os.close(writing)
    return done.returncode, done.stdout, done.stderr


_CALL = re.compile(r"^(?:created by )?((?:main|os|time|internal/synctest|internal/poll)\.[^\s(]*(?:\(\*\w+\)[^\s(]*)?)", re.MULTILINE)


def report(stderr: str) -> tuple[list[str], list[tuple[str, tuple[str, ...]]]]:
    """A crash report without what is the runtimes' own: the lines before the first goroutine, and for each goroutine with functions of the
    user its state and these, the one that crashed first. Numbers of goroutines and addresses are left out."""
    head, _, rest = stderr.partition("\ngoroutine ")
    stacks = []
    for block in ("goroutine " + rest).split("\n\n"):
        state = re.match(r"goroutine \d+ .*?\[([^\]]*)\]:", block)
        calls = tuple(_CALL.findall(block))
        if state and any(call.startswith("main.") for call in calls):
            stacks.append((state[1], calls))
    lines = [re.sub(r"0x[0-9a-f]+|m=\d+", "?", line) for line in head.partition("\nruntime stack:")[0].strip().splitlines()]
    return lines, stacks[:1] + sorted(stacks[1:])


CRASHES = [
    "panic",
    "panic:all",
    "panic:none",
    "goroutine",
    "deadlock",
    "goexit",
    "overflow",
    "overflow-goroutine",
    "unlock",
    "abort",
    "breakpoint",
    "hooks",
    "hooks-exit",
    "hooks-panic",
    "bubble",
    "bubble-deadlock",
]


@pytest.mark.parametrize("mode", CRASHES)
def test_crash(mode: str, programs: Callable[[str, str], str]) -> None:
    """Status, output and report."""
    (full, full_out, full_err), (own, own_out, own_err) = (run([programs(runtime, "crash"), mode]) for runtime in RUNTIMES)
    assert (own, own_out) == (full, full_out)
    assert report(own_err) == report(full_err)
    assert full_out or full_err


def test_crash_without_defer(programs: Callable[[str, str], str]) -> None:
    """A program that could not recover from a fault, and does not contain what makes a panic of one, reports it all the same."""
    (full, _, full_err), (own, _, own_err) = (run([programs(runtime, "nodefer")]) for runtime in RUNTIMES)
    assert own == full == 2
    assert report(own_err) == report(full_err)
    assert "nodefer.go:10 " in own_err


def quit_when_busy(program: str, mode: str, **environment: str) -> tuple[int, str]:
    """Exit status and standard error of a program that says "ready" and gets SIGQUIT when it is where it was going to."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([program, mode], **pipes, env={**ENVIRON, **environment}, text=True) as process:
        assert process.stdout and process.stdout.readline() == "ready\n"
        wait_until_arrived(process.pid, mode)
        process.send_signal(signal.SIGQUIT)
        assert process.stderr
        stderr = process.stderr.read()
        return process.wait(LONG), stderr


def wait_until_arrived(pid: int, mode: str) -> None:
    """Until a process that spins has computed for a while, or all threads of another one wait, each time that somebody looks."""

    def fields(thread: Path) -> list[str]:
        return (thread / "stat").read_text().rpartition(")")[2].split()

    def computed() -> int:
        return sum(map(int, fields(Path(f"/proc/{pid}"))[11:13]))

    looks, begin = 0, computed()
    while looks < 5:
        time.sleep(0.01)
        if mode == "spin":
            there = computed() > begin + os.sysconf("SC_CLK_TCK") // 20
        else:
            there = all(fields(thread)[0] == "S" for thread in Path(f"/proc/{pid}/task").iterdir())
        looks = looks + 1 if there else 0


def test_quit_of_a_loop(programs: Callable[[str, str], str]) -> None:
    """SIGQUIT finds a goroutine that makes no calls, and says where."""
    status, stderr = quit_when_busy(programs("min", "crash"), "spin")
    lines, stacks = report(stderr)
    assert status == 2
    assert lines == ["SIGQUIT: quit", "PC=? ? sigcode=0"]
    assert stacks[0] == ("running", ("main.spin", "main.main")) and len(stacks) == 4


LEVELS = ["none", "single", "all", "system", "crash", "0", "1", "2", "17"]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("mode", ["read-others", "sleep"])
def test_quit(level: str, mode: str, programs: Callable[[str, str], str]) -> None:
    """What SIGQUIT shows. A goroutine that waits for standard input is in a system call, whoever waits for it."""
    (full, full_err), (own, own_err) = (quit_when_busy(programs(runtime, "crash"), mode, GOTRACEBACK=level) for runtime in RUNTIMES)
    assert own == full
    if level == "crash":  # the full runtime has each of its threads report
        assert report(own_err)[0] == report(full_err)[0]
    else:
        assert report(own_err) == report(full_err)
    assert level in ("none", "0") or ("syscall" if mode == "read-others" else "sleep") in [state for state, _ in report(own_err)[1]]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("mode", ["goroutine", "panic:all"])
def test_traceback_level(level: str, mode: str, programs: Callable[[str, str], str]) -> None:
    """GOTRACEBACK says how much; debug.SetTraceback cannot take from it."""
    (full, _, full_err), (own, _, own_err) = (run([programs(runtime, "crash"), mode], GOTRACEBACK=level) for runtime in RUNTIMES)
    assert own == full
    assert report(own_err) == report(full_err)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_broken_pipe(runtime: str, programs: Callable[[str, str], str]) -> None:
    """A write to standard output that nobody reads ends the program by SIGPIPE."""
    with subprocess.Popen([programs(runtime, "crash"), "pipe"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"a line\n"
        process.stdout.close()
        assert process.wait(LONG) == -signal.SIGPIPE


JOB_CONTROL = {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
ADDRESSED = {signal.SIGBUS, signal.SIGSEGV}  # the report shows as address who sent it
SENT = sorted(set(range(32)) - {*JOB_CONTROL, *ADDRESSED, signal.SIGKILL, 16})  # 16: SIGSTKFLT, which nothing raises


QUICK = {0, signal.SIGHUP, signal.SIGQUIT, signal.SIGILL, signal.SIGFPE, signal.SIGUSR2, signal.SIGTERM}


@pytest.mark.parametrize("number", [*(pytest.param(n, marks=[] if n in QUICK else [pytest.mark.judge]) for n in SENT), 50, 100])
def test_signal(number: int, programs: Callable[[str, str], str]) -> None:
    """os/signal, and then one signal that nobody asked for; 100 stands for exec."""
    (full, full_out, full_err), (own, own_out, own_err) = (run([programs(runtime, "signals"), str(number)]) for runtime in RUNTIMES)
    assert (own, own_out) == (full, full_out)
    assert report(own_err)[0] == report(full_err)[0]
    assert full_out.startswith("quiet\n")


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_signals_ignored_at_start(runtime: str, programs: Callable[[str, str], str]) -> None:
    """nohup: SIGHUP stays ignored, and os/signal knows."""
    done = run(["/bin/sh", "-c", "trap '' HUP; exec \"$0\" 1", programs(runtime, "signals")])
    assert done[0] == 0 and "true true false" in done[1] and "still here" in done[1]


@pytest.mark.parametrize("name", ["blocking", "retried", "polled"])
def test_blocking_calls(name: str, programs: Callable[[str, str], str]) -> None:
    """Others go on while another waits for a process, a pipe, a socket, a lock, descriptors; signals come; two wait for the same."""
    full, own = (run([programs(runtime, name)]) for runtime in RUNTIMES)
    assert own == full
    assert own[0] == 0 and "false" not in own[1]


@pytest.mark.parametrize("kind", ["pipe", "terminal"])
def test_standard_input(kind: str, programs: Callable[[str, str], str]) -> None:
    """Goroutines and timers go on while the main goroutine reads what does not come."""
    reading, writing = os.pipe() if kind == "pipe" else reversed(pty.openpty())
    with subprocess.Popen([programs("min", "stdin")], stdin=reading, stdout=subprocess.PIPE, text=True) as process:
        os.close(reading)
        assert process.stdout and {process.stdout.readline(), process.stdout.readline()} == {"fired\n", "counted\n"}
        os.write(writing, b"a line\n")
        if kind == "terminal":
            os.write(writing, b"\x04")  # end of file
        else:
            os.close(writing)
        assert process.stdout.read() == '"a line\\n" <nil>\ntrue true\n'
        assert process.wait(LONG) == 0
    if kind == "terminal":
        os.close(writing)


def test_a_blocked_read_is_no_deadlock(programs: Callable[[str, str], str]) -> None:
    """With nothing else left to happen, the program waits."""
    reading, writing = os.pipe()
    with subprocess.Popen([programs("min", "crash"), "read"], stdin=reading, stdout=subprocess.PIPE, text=True) as process:
        timer = threading.Timer(0.2, lambda: os.write(writing, b"x"))
        timer.start()
        assert process.stdout and process.stdout.read() == "1 <nil>\n"
        assert process.wait(LONG) == 0
        timer.join()
    os.close(reading)
    os.close(writing)


def test_a_heap_grows_wherever_a_stack_ends(programs: Callable[[str, str], str]) -> None:
    """The page allocator is not interrupted by the growth of a stack, which takes pages too: at each place where one could be needed."""
    program = programs("min", "growing")
    for calls in range(19):
        for more in range(12):
            assert run([program, str(calls), str(more)]) == (0, "", ""), f"{calls} and {more} calls deep"
