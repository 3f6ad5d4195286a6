"""Whether this process was asked to end: what waits for others asks now and then.

SCons takes SIGINT, SIGTERM and SIGHUP for itself while it builds, and lets each action come to its end; no exception tells an action of
it. The descriptor that Python writes each signal to does, whoever handles the signal.
"""

from __future__ import annotations

import os
import signal
import threading

_ENDS = frozenset([signal.SIGINT, signal.SIGTERM, signal.SIGHUP])

_lock = threading.Lock()
_reader = -1
_asked = False


def watch() -> None:
    """Notice from now on; for the main thread, the only one that may arrange that."""
    global _reader
    if _reader >= 0 or threading.current_thread() is not threading.main_thread():
        return
    reader, writer = os.pipe()
    for end in (reader, writer):
        os.set_blocking(end, False)
    others = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    if others < 0:
        _reader = reader
    else:  # somebody else in this process has arranged it for themselves
        signal.set_wakeup_fd(others)
        os.close(reader)
        os.close(writer)


def interrupted() -> bool:
    """Was such a signal received since :func:`watch` or :func:`forget`?"""
    global _asked
    with _lock:
        try:
            while _reader >= 0 and (received := os.read(_reader, 512)):
                _asked = _asked or not _ENDS.isdisjoint(received)
        except BlockingIOError:
            pass
        return _asked


def forget() -> None:
    """Begin anew: what was interrupted is over."""
    global _asked
    interrupted()
    _asked = False
