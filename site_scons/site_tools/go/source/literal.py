"""Go string literals: where one ends, and what it stands for. Rules: strconv.Unquote, the language specification's "String literals"."""

from __future__ import annotations

import re

_ESCAPE = re.compile(rb"\\(?:([abfnrtv\\\"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|.?)", re.DOTALL)
_SIMPLE = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v", b"\\": b"\\", b'"': b'"'}


class _EscapeError(Exception):
    pass


def unquote(literal: bytes) -> str | None:
    """The value of a string *literal* with its quotes, None if it is malformed. Bytes that are no UTF-8 become U+FFFD."""
    if len(literal) < 2 or literal[:1] != literal[-1:]:
        return None
    body = literal[1:-1]
    if literal[:1] == b"`":
        return None if b"`" in body else body.replace(b"\r", b"").decode("utf-8", "replace")
    if literal[:1] != b'"' or b"\n" in body:
        return None
    if b"\\" in body:
        try:
            body = _ESCAPE.sub(_value, body)
        except _EscapeError:
            return None
    elif b'"' in body:
        return None
    return body.decode("utf-8", "replace")


def _value(escape: re.Match[bytes]) -> bytes:
    simple, hexadecimal, octal, short, long = escape.groups()
    if simple:
        return _SIMPLE[simple]
    if hexadecimal:
        return bytes([int(hexadecimal, 16)])
    if octal and int(octal, 8) < 256:
        return bytes([int(octal, 8)])
    point = int(short or long, 16) if short or long else -1
    if not 0 <= point <= 0x10FFFF or 0xD800 <= point < 0xE000:
        raise _EscapeError
    return chr(point).encode()


def string_end(text: str, start: int) -> int:
    """The index behind the string literal that begins at *start* with a quote or back quote; *start* if it does not end."""
    quote, position = text[start], start + 1
    while position < len(text):
        if text[position] == quote:
            return position + 1
        position += 2 if text[position] == "\\" and quote == '"' else 1
    return start
