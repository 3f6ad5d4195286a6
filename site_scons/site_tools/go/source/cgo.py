"""The ``#cgo`` lines of a preamble: conditions, verb and arguments. Rules: go/build/build.go:1731-1900 (1.27.3)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from ..errors import GoError, Position
from .constraint import SPACE
from .context import BuildContext
from .header import Place

_FLAG_VERBS = frozenset({"CFLAGS", "CPPFLAGS", "CXXFLAGS", "FFLAGS", "LDFLAGS"})
_VERBS = _FLAG_VERBS | {"pkg-config"}
_UNSAFE = re.compile(r"[^-+.,/0-9=A-Z_a-z:$@%! ~^\x80-\U0010ffff]")

Directive = tuple[str, tuple[str, ...], Position]


def cgo_directives(lines: Iterable[tuple[str, Place]], folder: str, name: str, context: BuildContext) -> list[Directive]:
    """(verb, arguments, position) of each of the #cgo *lines* of the file *name* whose conditions hold in *context*.

    ``${SRCDIR}`` is *folder*, and relative -I and -L paths are made absolute below it. Raises GoError for a malformed line.
    """
    directives: list[Directive] = []
    for line, (number, column, file) in lines:
        position = Position(os.path.normpath(os.path.join(folder, file or name)), number, column)
        words = line.split()
        if len(words) == 3 and words[1] in ("nocallback", "noescape"):
            continue
        head, colon, text = line[len("#cgo") :].partition(":")
        conditions = head.split()
        arguments = split_quoted(text)
        if not colon or not conditions or arguments is None:
            raise GoError(f"invalid #cgo line: {line}", position)
        verb = conditions.pop()
        if conditions and not any(map(context.matches_condition, conditions)):
            continue
        arguments = [_expand(argument, folder, position) for argument in arguments]
        if verb not in _VERBS:
            raise GoError(f"invalid #cgo verb: {line}", position)
        if verb in _FLAG_VERBS:
            arguments = list(_absolute(arguments, folder))
        directives.append((verb, tuple(arguments), position))
    return directives


def split_quoted(text: str) -> list[str] | None:
    """*text* split at white space outside quotes, with quotes and backslashes taken away; None if a quote or escape is left open."""
    words: list[str] = []
    word = ""
    escaped = quoted = False
    quote = ""
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
            continue
        elif quote:
            if character == quote:
                quote = ""
                continue
        elif character in "\"'":
            quoted, quote = True, character
            continue
        elif character in SPACE:
            if quoted or word:
                words.append(word)
            quoted, word = False, ""
            continue
        word += character
    if quote or escaped:
        return None
    return [*words, word] if quoted or word else words


def _expand(argument: str, folder: str, position: Position) -> str:
    chunks = argument.split("${SRCDIR}")
    source = folder.replace(os.sep, "/")
    expanded = source.join(chunks)
    parts = [*(chunk for chunk in chunks if chunk), source] if len(chunks) > 1 else chunks
    if not expanded or any(not part or _UNSAFE.search(part) for part in parts):
        raise GoError(f"malformed #cgo argument: {expanded}", position)
    return expanded


def _absolute(arguments: list[str], folder: str) -> Iterable[str]:
    is_path = False
    for argument in arguments:
        flag = "" if is_path else argument[:2]
        path = argument[len(flag) :]
        if is_path or (flag in ("-I", "-L") and path):
            is_path = False
            yield flag + (path if os.path.isabs(path) else os.path.normpath(os.path.join(folder, path)))
        else:
            is_path = flag in ("-I", "-L")
            yield argument
