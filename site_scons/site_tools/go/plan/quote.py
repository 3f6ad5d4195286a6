"""Go's own quoting, where a hash or a file of cmd/go depends on it byte by byte."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import GoError

_SPECIAL = re.compile(r"[^ !#-\[\]-~]")
_NAMED = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\", '"': '\\"'}


def quote(text: str | bytes) -> str:
    """What ``%q`` prints for a string or a byte slice (strconv/quote.go:31 appendQuotedWith).

    Bytes that are no UTF-8 come out as ``\\x..``; in a *str* they are the lone surrogates of the error handler "surrogateescape".
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    return f'"{_SPECIAL.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    named = _NAMED.get(char)
    if named:
        return named
    if char.isprintable():
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


def join(words: Iterable[str]) -> str:
    """The inverse of words.split_quoted (cmd/internal/quoted/quoted.go:65, Join); raises GoError for a word with both kinds of quotes."""
    return " ".join(map(_join_word, words))


def _join_word(word: str) -> str:
    if not any(char in " \t\n\r'\"" for char in word):
        return word
    if "'" not in word:
        return f"'{word}'"
    if '"' not in word:
        return f'"{word}"'
    raise GoError(f"argument {quote(word)} contains both single and double quotes and cannot be quoted")
