"""One build at a time in an output folder. Two at once are each right alone, but one may link what the other is about to replace.

The lock is flock(2)'s on the file ``lock`` of the folder, which holds the number of the process that has it; it ends with the process,
however that ends. On network file systems without it builds do not wait for each other.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator

from SCons.Errors import StopError

from . import messages

_WAIT = "import fcntl, sys; fcntl.flock(int(sys.argv[1]), fcntl.LOCK_EX)"


class Lock:
    """The lock of *folder*, which is made if need be.

    An SCons that is run by an action of the one that has the lock does not wait for it.
    """

    def __init__(self, folder: str, shown: str) -> None:
        self._path = os.path.join(folder, "lock")
        self._shown = shown
        self._file = -1
        self._interrupted = False

    def acquire(self) -> None:
        """Get it; raises StopError if the user interrupts the waiting, and each time from then on."""
        while not self._held():
            self.release()  # of a file that another process has removed since
            try:
                os.makedirs(os.path.dirname(self._path), exist_ok=True)
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
                if not _try(self._file):
                    holder = self._holder()
                    if holder in _ancestors():
                        break
                    self._wait(holder)
            except OSError:  # no locks on this file system, or nothing may be written
                break
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def release(self, *, remove: bool = False) -> None:
        """Let others build; with *remove* the file goes away."""
        if self._file >= 0:
            if remove and self._held():
                os.unlink(self._path)
            os.close(self._file)
            self._file = -1

    def _held(self) -> bool:
        """Whether the lock file is the one that this process has locked."""
        try:
            return self._file >= 0 and self._holder() == os.getpid() and os.path.samestat(os.fstat(self._file), os.stat(self._path))
        except OSError:
            return False

    def _holder(self) -> int:
        """The process that has the lock; 0 if it has not said yet who it is."""
        number = os.pread(self._file, 20, 0)
        return int(number) if number.isdigit() else 0

    def _wait(self, holder: int) -> None:
        # SCons takes Ctrl-C for itself while it builds; a process of the same group hears it as well. The lock it gets is also ours.
        command = [sys.executable, "-c", _WAIT, str(self._file)]
        if not self._interrupted:
            with subprocess.Popen(command, pass_fds=[self._file], stderr=subprocess.DEVNULL) as process:
                messages.say(f"scons: waiting for another build in {self._shown}" + (f" (process {holder})" if holder else ""))
            self._interrupted = process.returncode != 0
        if self._interrupted:
            raise StopError("interrupted while waiting for another build")


def _try(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _ancestors() -> Iterator[int]:
    """The processes that have started this one: its parent, the parent's parent and so on, as far as the system tells."""
    process = os.getppid()
    while process > 1:
        yield process
        try:
            with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as handle:
                process = int(handle.read().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            return
