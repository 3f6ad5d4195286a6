"""Words of flags, quoted texts, and small pieces of messages, as the go command has them, byte by byte: some of it is hashed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ..errors import GoError

_SPACE = " \t\n\r"
_SPECIAL = re.compile(r"[^ !#-\[\]-~]")
_NAMED = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\", '"': '\\"'}


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


def join(words: Iterable[str]) -> str:
    """The inverse of :func:`split_quoted` (cmd/internal/quoted/quoted.go:65, Join); raises GoError for a word with both kinds of quotes."""
    return " ".join(map(_join_word, words))


def _join_word(word: str) -> str:
    if not any(char in " \t\n\r'\"" for char in word):
        return word
    if "'" not in word:
        return f"'{word}'"
    if '"' not in word:
        return f'"{word}"'
    raise GoError(f"argument {quote(word)} contains both single and double quotes and cannot be quoted")


def quote(text: str | bytes, is_print: Callable[[str], bool] = str.isprintable) -> str:
    """What ``%q`` prints for a string or a byte slice (strconv/quote.go:31 appendQuotedWith); *is_print* tells what stands for itself.

    Bytes that are no UTF-8 come out as ``\\x..``; in a *str* they are the lone surrogates of the error handler "surrogateescape".
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    return f'"{_SPECIAL.sub(lambda found: _escape(found[0], is_print), text)}"'


def _escape(char: str, is_print: Callable[[str], bool]) -> str:
    named = _NAMED.get(char)
    if named:
        return named
    if is_print(char):
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quote_list(items: Iterable[str]) -> str:
    """What ``%q`` prints for a slice of strings: ``["a" "b"]``, ``[]`` for none."""
    return "[" + " ".join(map(quote, items)) + "]"


def reason(error: OSError) -> str:
    """Why a system call failed: "no such file or directory"."""
    return (error.strerror or str(error)).lower()
