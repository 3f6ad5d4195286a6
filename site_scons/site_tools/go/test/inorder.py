"""The output of test runs that go on at the same time, shown one run after the other (cmd/go/internal/test/test.go:1112)."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable

Show = Callable[[bytes], None]


class InOrder:
    """Passes what the runs 0 … *count* - 1 print on to *show*: of the run whose turn it is at once, of later ones when their turn comes.

    *given_up* is asked about a run that has not ended: what to show in its place if it will never begin, None if it may.
    """

    def __init__(self, count: int, show: Show, given_up: Callable[[int], bytes | None]) -> None:
        self._count = count
        self._show = show
        self._given_up = given_up
        self._lock = threading.Lock()
        self._turn = 0
        self._held: defaultdict[int, list[bytes]] = defaultdict(list)
        self._ended: set[int] = set()

    def write(self, number: int, data: bytes) -> None:
        """Take the next piece of the output of run *number*."""
        with self._lock:
            if number == self._turn:
                self._show(data)
            else:
                self._held[number].append(data)

    def end(self, number: int) -> None:
        """Take note that the output of run *number* is complete."""
        with self._lock:
            self._ended.add(number)
            while self._turn < self._count and self._is_over(self._turn):
                self._pass_on()

    def finish(self) -> None:
        """Show all that is held back: nothing more will come."""
        with self._lock:
            while self._turn < self._count:
                self._is_over(self._turn)
                self._pass_on()

    def _is_over(self, number: int) -> bool:
        if number in self._ended:
            return True
        instead = self._given_up(number)
        if instead is not None:
            self._show(instead)
        return instead is not None

    def _pass_on(self) -> None:
        """It is the turn of the next run, which may have printed already."""
        self._turn += 1
        for data in self._held.pop(self._turn, ()):
            self._show(data)
