"""How a program behaves from exec to exit: time, memory at its peak, system calls, threads. Linux only."""

from __future__ import annotations

import gc
import os
import re
import signal
import statistics
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter_ns

from ..errors import GoError, Position
from .ptrace import SystemCall, trace


@dataclass(frozen=True)
class StartUp:
    """Wall time from the call that starts a program to its exit, in seconds, over *runs* runs."""

    runs: int
    median: float
    minimum: float
    mean: float


@dataclass(frozen=True)
class Observation:
    """One run: exit *status* (negative: the signal that ended it), *output* (standard output and error together), *peak_memory* in
    bytes (VmHWM read while the process was in exit, so it is its own and not what it shared with its parent before exec), *threads*
    that existed over its life, and *calls* after exec where they were asked for."""

    status: int
    output: bytes
    peak_memory: int
    threads: int
    calls: tuple[SystemCall, ...]


def start_up(programs: Mapping[str, Sequence[str]], runs: int) -> dict[str, StartUp]:
    """Time programs by turns, so that what else the machine does falls on all of them alike.

    *programs* maps a label to an argument vector that starts with a path. Each is started by posix_spawn (vfork in effect: the cost
    does not depend on our own size) with all three standard files on /dev/null, and *runs* times. Raises :class:`GoError` where one
    cannot be started or does not exit with status 0.
    """
    environ = dict(os.environ)
    times: dict[str, list[int]] = {label: [] for label in programs}
    collecting = gc.isenabled()
    gc.disable()
    try:
        with open(os.devnull, "r+b") as null:
            actions = [(os.POSIX_SPAWN_DUP2, null.fileno(), number) for number in range(3)]
            for turn in range(runs + 1):
                for label, arguments in programs.items():
                    taken = _time_once(list(arguments), environ, actions)
                    if turn:  # the first one warms the page cache
                        times[label].append(taken)
    finally:
        if collecting:
            gc.enable()
    return {
        label: StartUp(runs, statistics.median(taken) / 1e9, min(taken) / 1e9, statistics.fmean(taken) / 1e9)
        for label, taken in times.items()
    }


def _time_once(arguments: list[str], environment: dict[str, str], actions: list[tuple[int, int, int]]) -> int:
    start = perf_counter_ns()
    try:
        pid = os.posix_spawn(arguments[0], arguments, environment, file_actions=actions)
    except OSError as error:
        raise GoError(f"cannot start {arguments[0]}: {error.strerror}") from None
    _, status = os.waitpid(pid, 0)
    taken = perf_counter_ns() - start
    if status:
        raise GoError(f"{arguments[0]} did not exit with status 0 but {describe_status(os.waitstatus_to_exitcode(status))}")
    return taken


def describe_status(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"


def observe(
    arguments: Sequence[str],
    *,
    calls: bool = False,
    environment: Mapping[str, str] | None = None,
    timeout: float = 60.0,
) -> Observation:
    """Run a program once under ptrace; *calls* asks for the list of system calls, *timeout* is in seconds.

    Raises :class:`GoError` where it cannot be started or does not end in time.
    """
    environ = os.environ if environment is None else environment
    timers: list[threading.Timer] = []
    expired = threading.Event()

    def watch(pid: int) -> None:
        def kill() -> None:
            expired.set()
            os.kill(pid, signal.SIGKILL)

        timers.append(threading.Timer(timeout, kill))
        timers[0].start()

    with tempfile.TemporaryFile() as output, open(os.devnull, "rb") as null:
        actions = [
            (os.POSIX_SPAWN_DUP2, null.fileno(), 0),
            (os.POSIX_SPAWN_DUP2, output.fileno(), 1),
            (os.POSIX_SPAWN_DUP2, output.fileno(), 2),
        ]
        try:
            seen = trace(arguments, environ, actions, calls, watch)
        finally:
            for timer in timers:
                timer.cancel()
        output.seek(0)
        text = output.read()
    if expired.is_set():
        raise GoError(f"{arguments[0]} did not end within {timeout:g} s")
    return Observation(seen.status, text, seen.peak_memory, seen.threads, tuple(seen.calls))


@lru_cache(maxsize=8)
def system_call_names(goroot: str, goarch: str) -> dict[int, str]:
    """Numbers and names of Linux' system calls for *goarch*, from the table of golang.org/x/sys that every SDK carries."""
    path = os.path.join(goroot, "src", "cmd", "vendor", "golang.org", "x", "sys", "unix", f"zsysnum_linux_{goarch}.go")
    try:
        with open(path, encoding="utf-8") as handle:
            found = re.findall(r"^\tSYS_(\w+)\s*= (\d+)$", handle.read(), re.MULTILINE)
    except OSError as error:
        raise GoError(f"no table of system calls: {error.strerror}", Position(path)) from None
    return {int(number): name.lower() for name, number in found}


def count_calls(calls: Sequence[SystemCall], names: Mapping[int, str]) -> list[tuple[str, int]]:
    """System calls by name and how often each was made, most frequent first."""
    counter = Counter(names.get(call.number, f"#{call.number}") for call in calls)
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))
