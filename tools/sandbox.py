"""Running a program that may hang, flood or grow: with a time limit, a memory limit, and its whole process group killed afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """*seconds* of wall time, *memory* in bytes of private writable memory (RLIMIT_DATA), *output* in bytes."""

    seconds: float = 60.0
    memory: int = 8 << 30
    output: int = 64 << 20


@dataclass(frozen=True)
class Outcome:
    """How a run ended: *status* (negative: the signal), standard output and error together, wall time and processor time in seconds.

    Processor time is the program's and that of the children it waited for, in user and in kernel mode."""

    status: int
    output: bytes
    seconds: float
    timed_out: bool = False
    processor: float = 0.0

    @property
    def text(self) -> str:
        """The output as text, whatever its bytes."""
        return self.output.decode("utf-8", "replace")


def run_limited(argv: Sequence[str], cwd: Path, environment: Mapping[str, str], limits: Limits) -> Outcome:
    """Run *argv* to its end or to its limit, in a process group of its own, of which nothing is left afterwards."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*_limiter(limits), *argv],
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        # A timer and a wait without limit: one with a limit polls, which would show in the times.
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            _kill_group(process.pid)

        timer = threading.Timer(limits.seconds, expire)
        timer.start()
        processor = 0.0
        try:
            processor = _wait(process)
        finally:
            timer.cancel()
            _kill_group(process.pid)
            process.wait()
        seconds = time.monotonic() - start
        output.seek(0)
        return Outcome(process.returncode, output.read(limits.output), seconds, expired.is_set(), processor)


def _wait(process: subprocess.Popen[bytes]) -> float:
    """Wait for the end of a process; the processor time that it took, in seconds."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def _limiter(limits: Limits) -> list[str]:
    """The command that sets the limits and becomes what follows it: set from outside they would come too late for the first children.

    Between fork and exec no Python may run in a process with threads, so it is util-linux's prlimit(1) that does it.
    """
    program = shutil.which("prlimit") or "/usr/bin/prlimit"
    return [program, f"--data={limits.memory}", f"--fsize={limits.output}", "--core=0", "--"]


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
