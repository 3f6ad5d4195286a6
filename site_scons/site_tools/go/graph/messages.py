"""What the user reads: errors and words of the tools, with paths from where the user is, and progress on a terminal."""

from __future__ import annotations

import os
import re
import sys
import threading

import SCons.Action
from SCons.Errors import BuildError

from ..errors import GoError

_lock = threading.Lock()

json_stream = False
"""Whether standard output is a stream of JSON events, as with ``go test -json``."""

unbuilt: dict[str, list[str]] = {}
"""The packages that could not be built, as go list names them, and the JSON events about each."""

# A path at the start of a line, or after what go puts before one, with a line number behind it.
_PLACE = re.compile(r"^(\t?(?:vet: )?)([^\s:][^:\n]*?)(?=:\d+(?::\d+)?: )", re.MULTILINE)


def from_here(text: str, top: str, here: str) -> str:
    """*text* with the paths of ``path:line: `` relative to the folder *here*; in *text* they are absolute or relative to *top*."""

    return _PLACE.sub(lambda found: found[1] + path_from_here(found[2], top, here), text)


def path_from_here(path: str, top: str, here: str) -> str:
    """*path*, which is absolute or relative to the folder *top*, as it is reached from the folder *here*; absolute if it is far away."""
    path = os.path.normpath(os.path.join(top, path))
    relative = os.path.relpath(path, here)
    return path if relative.startswith(os.pardir + os.sep + os.pardir + os.sep + os.pardir) else relative


def say(text: str) -> None:
    """Put *text* on standard error, in one piece."""
    with _lock:
        _clear_progress()
        sys.stdout.flush()
        sys.stderr.write(text if text.endswith("\n") else text + "\n")
        sys.stderr.flush()


def show(text: str | bytes) -> None:
    """Put *text*, or what a program printed, on standard output, in one piece."""
    with _lock:
        _clear_progress()
        binary = getattr(sys.stdout, "buffer", None)  # not there where somebody has put something else in its place
        if isinstance(text, str) or binary is None:
            sys.stdout.write(text if isinstance(text, str) else text.decode("utf-8", "replace"))
        else:
            sys.stdout.flush()
            binary.write(text)
        sys.stdout.flush()


def failure(error: GoError, summary: str, top: str, here: str) -> Exception:
    """Show *error*, and return the SCons error with *summary* that ends the task."""
    say(from_here(str(error), top, here))
    return _build_error(summary)


def build_failure(error: GoError, package: str, summary: str, top: str, here: str) -> Exception:
    """Like :func:`failure`, for the *package* (as go list names it) that cannot be built."""
    tell_unbuilt(package, from_here(str(error), top, here))
    return _build_error(summary)


def _build_error(summary: str) -> Exception:
    error: Exception = BuildError(errstr=summary, status=2)
    return error


def tell_unbuilt(package: str, text: str) -> None:
    """Show why *package* (as go list names it) cannot be built or tested; in a JSON stream as events."""
    from ..test.events import build_events

    unbuilt[package] = build_events(package, text)
    if json_stream:
        show("".join(unbuilt[package]))
    else:
        say(text)


class Progress:
    """One line at the bottom of a terminal that says how far a long step is; nothing where there is no terminal, or under ``-s``."""

    _shown = 0

    def __init__(self, what: str) -> None:
        self.what = what
        self.enabled = sys.stdout.isatty() and bool(SCons.Action.print_actions)

    def __call__(self, done: int, total: int, name: str) -> None:
        if self.enabled:
            line = f"[{done}/{total}] {self.what} {name}"[: _columns() - 1]
            with _lock:
                _clear_progress()
                sys.stdout.write(line)
                sys.stdout.flush()
                Progress._shown = len(line)

    def end(self) -> None:
        with _lock:
            _clear_progress()
            sys.stdout.flush()


def _clear_progress() -> None:
    if Progress._shown:
        sys.stdout.write("\r" + " " * Progress._shown + "\r")
        Progress._shown = 0


def _columns() -> int:
    try:
        return os.get_terminal_size().columns
    except OSError:
        return 80
