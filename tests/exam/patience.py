"""Time limits that pass when the program says so, and not by the clock: on a busy machine a moment may be too short for anything."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest


def limit_when(monkeypatch: pytest.MonkeyPatch, mark: Path) -> list[float]:
    """From here on a time limit is over as soon as there is a file *mark*, which is taken away, and never before; the limits asked for."""
    asked: list[float] = []

    class Timer(threading.Thread):
        def __init__(self, interval: float, function: Callable[[], None]) -> None:
            super().__init__(daemon=True)
            asked.append(interval)
            self._expire = function
            self._cancelled = threading.Event()

        def run(self) -> None:
            while not self._cancelled.wait(0.01):
                if mark.exists():
                    mark.unlink()
                    self._expire()
                    return

        def cancel(self) -> None:
            self._cancelled.set()

    monkeypatch.setattr(threading, "Timer", Timer)
    return asked
