"""Following a process by ptrace(2): its system calls, its threads, and its memory at the moment it exits. Linux only.

The process is started by posix_spawn as a shell that stops itself and then becomes the program, so that no code of ours runs between
fork and exec. What the shell does is not counted: counting starts at the stop that the kernel reports for the exec.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..errors import GoError

_PTRACE_CONT, _PTRACE_SYSCALL, _PTRACE_SEIZE, _PTRACE_GET_SYSCALL_INFO = 7, 24, 0x4206, 0x420E
_OPTION_SYSGOOD, _OPTION_CLONE, _OPTION_EXEC, _OPTION_EXIT, _OPTION_EXITKILL = 1, 8, 0x10, 0x40, 0x100000
_EVENT_CLONE, _EVENT_EXEC, _EVENT_EXIT = 3, 4, 6
_SYSCALL_STOP = signal.SIGTRAP | 0x80
# __WALL: threads too; __WNOTHREAD: only what this thread traces or started, so that other threads' children are left to them.
_WAIT_OPTIONS = 0x40000000 | 0x20000000
_STOP_THEN_EXEC = 'kill -STOP $$; exec "$@"'
_INFO_SIZE = 88  # sizeof(struct ptrace_syscall_info)
_INFO_ENTRY, _INFO_EXIT = 1, 2


class SystemCall(NamedTuple):
    """One system call: the thread that made it, its number, its six arguments, and its result (None where it did not return)."""

    thread: int
    number: int
    arguments: tuple[int, ...]
    result: int | None


@dataclass
class Trace:
    """What was seen: *status* as os.waitstatus_to_exitcode gives it; *peak_memory* in bytes (VmHWM when the process exited)."""

    status: int = 0
    peak_memory: int = 0
    threads: int = 1
    calls: list[SystemCall] = field(default_factory=list)


def _libc() -> ctypes.CDLL:
    if not sys.platform.startswith("linux"):
        raise GoError("following a process needs Linux (ptrace)")
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    libc.ptrace.restype = ctypes.c_long
    return libc


class _Tracer:
    """The state of one trace; all ptrace requests come from the thread that made it, as the kernel demands."""

    def __init__(self, pid: int, record_calls: bool) -> None:
        self._libc = _libc()
        self._pid = pid
        self._record = record_calls
        self._running = False
        self._pending: dict[int, int] = {}  # thread → index of its call that has not returned
        self.trace = Trace()

    def _ptrace(self, request: int, thread: int, address: int = 0, data: int = 0) -> int:
        result: int = self._libc.ptrace(request, thread, address, data)
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, f"ptrace: {os.strerror(number)}")
        return result

    def seize(self) -> None:
        options = _OPTION_SYSGOOD | _OPTION_CLONE | _OPTION_EXEC | _OPTION_EXIT | _OPTION_EXITKILL
        try:
            self._ptrace(_PTRACE_SEIZE, self._pid, 0, options)
        except OSError as error:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            raise GoError(f"this system does not let us follow a process ({error.strerror}); in a container, allow ptrace") from None

    def _system_call(self, thread: int) -> None:
        buffer = ctypes.create_string_buffer(_INFO_SIZE)
        self._ptrace(_PTRACE_GET_SYSCALL_INFO, thread, _INFO_SIZE, ctypes.addressof(buffer))
        operation = buffer.raw[0]
        if operation == _INFO_ENTRY:
            number, *arguments = struct.unpack_from("=7Q", buffer.raw, 24)
            self._pending[thread] = len(self.trace.calls)
            self.trace.calls.append(SystemCall(thread, number, tuple(arguments), None))
        elif operation == _INFO_EXIT and thread in self._pending:
            (result,) = struct.unpack_from("=q", buffer.raw, 24)
            index = self._pending.pop(thread)
            self.trace.calls[index] = self.trace.calls[index]._replace(result=result)

    def _event(self, thread: int, event: int) -> None:
        if event == _EVENT_EXEC:
            self._running = True
        elif event == _EVENT_CLONE:
            self.trace.threads += 1
        elif event == _EVENT_EXIT and thread == self._pid:
            self.trace.peak_memory = _peak_memory(self._pid)

    def _stopped(self, thread: int, status: int) -> None:
        """Handle one stop and let the thread go on."""
        stop, event, deliver = os.WSTOPSIG(status), status >> 16, 0
        if event:
            self._event(thread, event)
        elif stop == _SYSCALL_STOP:
            self._system_call(thread)
        else:
            deliver = stop
        request = _PTRACE_SYSCALL if self._record and self._running else _PTRACE_CONT
        try:
            self._ptrace(request, thread, 0, deliver)
        except OSError as error:
            if error.errno != errno.ESRCH:  # killed while it was stopped
                raise

    def run(self) -> Trace:
        """Until the process is gone."""
        while True:
            thread, status = os.waitpid(-1, _WAIT_OPTIONS)
            if os.WIFSTOPPED(status):
                try:
                    self._stopped(thread, status)
                except OSError as error:
                    if error.errno != errno.ESRCH:
                        raise
            elif thread == self._pid:
                self.trace.status = os.waitstatus_to_exitcode(status)
                return self.trace


def _peak_memory(pid: int) -> int:
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as handle:
        for line in handle:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def trace(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    file_actions: Sequence[tuple[int, ...]],
    record_calls: bool,
    started: Callable[[int], None],
) -> Trace:
    """Run the program *arguments* (a path first) to its end and say what it did.

    *file_actions* are those of os.posix_spawn; *started* is called with the process id before the program runs. Raises
    :class:`GoError` where the system forbids it or the program cannot be started.
    """
    if not os.access(arguments[0], os.X_OK):
        raise GoError(f"{arguments[0]}: no such program, or not executable")
    shell = ["/bin/sh", "-c", _STOP_THEN_EXEC, "sh", *arguments]
    try:
        pid = os.posix_spawn(shell[0], shell, dict(environment), file_actions=list(file_actions))
    except OSError as error:
        raise GoError(f"cannot start {shell[0]}: {error.strerror}") from None
    os.waitpid(pid, os.WUNTRACED)
    tracer = _Tracer(pid, record_calls)
    tracer.seize()
    started(pid)
    os.kill(pid, signal.SIGCONT)
    return tracer.run()
