"""One line on a terminal that says which modules are being downloaded; nothing where there is no terminal."""

from __future__ import annotations

import sys
import threading
from types import TracebackType

from .version import Version


class Progress:
    """Counts downloads of *total* modules; used as a context manager, which clears the line at the end. Safe among threads."""

    def __init__(self, total: int) -> None:
        self._shown = sys.stderr.isatty()
        self._total = total
        self._done = 0
        self._bytes = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    def start(self, module: Version) -> None:
        self._show(module)

    def received(self, count: int) -> None:
        with self._lock:
            self._bytes += count

    def finish(self, module: Version) -> None:
        with self._lock:
            self._done += 1
        self._show(module)

    def _show(self, module: Version) -> None:
        if not self._shown:
            return
        with self._lock:
            text = f"go: downloading {self._done}/{self._total} ({self._bytes / 1e6:.1f} MB) {module.path} {module.version}"
            sys.stderr.write("\r\033[K" + text[:120])
            sys.stderr.flush()
