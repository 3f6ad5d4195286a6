"""Says on a terminal what a long run is at, and how long it has taken so far."""

from __future__ import annotations

import sys
import time

_STARTED = time.monotonic()


def progress(text: str) -> None:
    """Show *text* on standard error in place of the line before; nothing if that is not a terminal. "" only takes the line away."""
    if not sys.stderr.isatty():
        return
    minutes, seconds = divmod(int(time.monotonic() - _STARTED), 60)
    line = f"{minutes}:{seconds:02d}  {text}" if text else ""
    print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
