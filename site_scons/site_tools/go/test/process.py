"""A test binary as a process: its output as it comes, and an end to it when it takes too long.

The binary ends itself when ``-test.timeout`` has passed and prints the stacks of its goroutines. A binary that is too stuck for that is
sent SIGQUIT, at which Go's runtime prints the stacks, and is killed if it is there still (cmd/go/internal/test/test.go:1646).
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..errors import GoError
from .flags import TestOptions, format_duration


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds until a process is told to quit, and how long it may take to do so and to close its output; None is for ever."""

    quit: float | None = None
    grace: float | None = None

    @classmethod
    def of(cls, options: TestOptions) -> Limits:
        """The limits for a test run: well behind the timeout that the binary keeps itself (cmd/go/internal/test/test.go:819)."""
        if options.timeout <= 0 or options.endless:
            return cls()
        grace = max(options.timeout / 10, 5.0)
        return cls(options.timeout + max(grace, 60.0), grace)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended. *status* is Popen's; *seconds* is the wall time; *notes* are lines about what was done to it."""

    status: int
    seconds: float
    notes: tuple[str, ...]

    @property
    def succeeded(self) -> bool:
        return self.status == 0 and not self.notes

    @property
    def words(self) -> str:
        """The end as os/exec words it: "exit status 2", "signal: killed"."""
        if self.status >= 0:
            return f"exit status {self.status}"
        return f"signal: {(signal.strsignal(-self.status) or str(-self.status)).lower()}"


def run_process(argv: Sequence[str], folder: str, environ: Mapping[str, str], limits: Limits, write: Callable[[bytes], None]) -> Ended:
    """Run *argv* in *folder* and pass its output, both streams in one, to *write* piece by piece; raises GoError if it cannot be run."""
    started = time.monotonic()
    process = _start(argv, folder, environ)
    reader = _Reader(process, write)
    notes = []
    try:
        process.wait(limits.quit)
    except subprocess.TimeoutExpired:
        notes.append(_quit(process, limits))
    if not reader.finish(limits.grace):
        notes.append(f"*** Test I/O incomplete {format_duration(limits.grace or 0)} after exiting.")
    return Ended(process.returncode, time.monotonic() - started, tuple(notes))


def _start(argv: Sequence[str], folder: str, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    for attempt in range(10):
        try:
            return subprocess.Popen(
                list(argv),
                cwd=folder,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
            )
        except OSError as error:
            # A child forked while the binary was being written may hold it open for a moment (golang.org/issue/22315).
            if error.errno != errno.ETXTBSY or attempt == 9:
                raise GoError(f"cannot run {argv[0]} in {folder}: {error.strerror}") from None
            time.sleep(0.01 * 2**attempt)
    raise AssertionError("unreachable")


def _quit(process: subprocess.Popen[bytes], limits: Limits) -> str:
    ran = format_duration(round(limits.quit or 0, 3))
    if os.name == "nt":
        process.kill()
        process.wait()
        return f"*** Test killed: ran too long ({ran})."
    process.send_signal(signal.SIGQUIT)
    try:
        process.wait(limits.grace)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return f"*** Test killed with quit: ran too long ({ran})."


class _Reader(threading.Thread):
    """Reads a process's output to its end, which comes when the last descendant that has the pipe is gone."""

    def __init__(self, process: subprocess.Popen[bytes], write: Callable[[bytes], None]) -> None:
        super().__init__(daemon=True)
        self._process = process
        self._write = write
        self._lock = threading.Lock()
        self._closed = False
        self.start()

    def run(self) -> None:
        assert self._process.stdout
        while data := self._process.stdout.read(65536):
            with self._lock:
                if self._closed:
                    return
                self._write(data)

    def finish(self, grace: float | None) -> bool:
        """Wait for the end of output, *grace* seconds at most; what comes later is dropped. False if there was more to come."""
        self.join(grace)
        with self._lock:
            self._closed = True
        return not self.is_alive()
