"""Words of flags, and small pieces of messages, as the go command has them."""

from __future__ import annotations

import json

from ..errors import GoError

_SPACE = " \t\n\r"


def split_quoted(text: str, what: str) -> tuple[str, ...]:
    """The words of *text*; one that starts with a quote runs to the next, nothing is unescaped (cmd/internal/quoted/quoted.go:25, Split).

    Raises GoError, for *what* was to be split, if a quote is not closed.
    """
    words = []
    rest = text.lstrip(_SPACE)
    while rest:
        if rest[0] in "'\"":
            opened = rest[0]
            word, closed, rest = rest[1:].partition(opened)
            if not closed:
                raise GoError(f"{what}: unterminated {opened} string")
        else:
            end = next((i for i, char in enumerate(rest) if char in _SPACE), len(rest))
            word, rest = rest[:end], rest[end:]
        words.append(word)
        rest = rest.lstrip(_SPACE)
    return tuple(words)


def quote(text: str) -> str:
    """*text* as Go's ``%q`` prints it."""
    return json.dumps(text, ensure_ascii=False)


def reason(error: OSError) -> str:
    """Why a system call failed: "no such file or directory"."""
    return (error.strerror or str(error)).lower()
