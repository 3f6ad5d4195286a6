"""The lines and blocks of a go.mod or go.work file, before their meaning.

Grammar: GOROOT/src/cmd/vendor/golang.org/x/mod/modfile/read.go. No token spans lines, so a file is read line by line; a line of plain
words, which nearly all are, takes no tokenizer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from ..errors import GoError, Position

_PLAIN = re.compile(r"[\t\r !#-&*+\--Z\\^_a-z|~]*")
_PUNCTUATION = "()[]{},"
_SPACE = re.compile(r"[ \t\r]*")


@dataclass(slots=True)
class Line:
    """One directive: its *tokens*, where it starts, and the comment after it (with "//")."""

    tokens: list[str]
    line: int
    column: int
    suffix: str = ""


@dataclass(slots=True)
class Block:
    """``verb ( … )``: the tokens before the parenthesis and the lines inside."""

    tokens: list[str]
    line: int
    column: int
    lines: list[Line] = field(default_factory=list)


@lru_cache(maxsize=65536)
def _plain_tokens(text: str) -> tuple[list[str], str, int] | None:
    """See :meth:`_Reader.tokens`; None if the line has other tokens than words and a parenthesis at its end.

    The go.mod files of a large graph consist of the same lines over and over: the list of tokens is shared.
    """
    body, slashes, rest = text.partition("//")
    words, last = body, []
    if body.rstrip().endswith(("(", ")")):
        words, last = body.rstrip()[:-1], [body.rstrip()[-1]]
    if "/*" in body or not _PLAIN.fullmatch(words):
        return None
    comment = (slashes + rest).rstrip("\r") if slashes else ""
    return words.split() + last, comment, len(body) - len(body.lstrip(" \t\r")) + 1


class _Reader:
    def __init__(self, text: str, filename: str) -> None:
        self.filename = filename
        self.lines = text.split("\n")

    def error(self, message: str, line: int, column: int) -> GoError:
        return GoError(message, Position(self.filename, line, column if column > 1 else 0))

    def tokens(self, text: str, number: int) -> tuple[list[str], str, int]:
        """The tokens of one line, its comment and the column of its first token (read.go:512, readToken)."""
        return _plain_tokens(text) or self._slow_tokens(text, number)

    def _slow_tokens(self, text: str, number: int) -> tuple[list[str], str, int]:
        tokens: list[str] = []
        first = 0
        at = 0
        while True:
            space = _SPACE.match(text, at)
            at = space.end() if space else at
            if at == len(text):
                return tokens, "", first or 1
            first = first or at + 1
            if text.startswith("//", at):
                return tokens, text[at:].rstrip("\r"), first
            if text.startswith("/*", at):
                raise self.error("mod files must use // comments (not /* */ comments)", number, at + 1)
            char = text[at]
            if char in _PUNCTUATION:
                end = at + 1
            elif char in '"`':
                end = self._string_end(text, at, number)
            elif not char.isprintable() or char.isspace():
                raise self.error(f"unexpected input character {char!r}", number, at + 1)
            else:
                end = self._word_end(text, at, number)
            tokens.append(text[at:end])
            at = end

    def _string_end(self, text: str, at: int, number: int) -> int:
        quote = text[at]
        end = at + 1
        while end < len(text):
            if text[end] == quote:
                return end + 1
            end += 2 if text[end] == "\\" and quote == '"' else 1
        if number == len(self.lines):
            raise self.error("unexpected EOF in string", number, at + 1)
        raise self.error("unexpected newline in string", number, len(text) + 1)

    def _word_end(self, text: str, at: int, number: int) -> int:
        end = at
        while end < len(text):
            char = text[end]
            if char in _PUNCTUATION or char.isspace() or not char.isprintable() or text.startswith("//", end):
                break
            if text.startswith("/*", end):
                raise self.error("mod files must use // comments (not /* */ comments)", number, end + 1)
            end += 1
        return end

    def statements(self) -> Iterator[Line | Block]:
        """The statements in order (read.go:772, parseFile)."""
        numbered = iter(enumerate(self.lines, 1))
        for number, text in numbered:
            tokens, comment, column = self.tokens(text, number)
            if len(tokens) > 1 and tokens[-1] == "(":
                block = Block(tokens[:-1], number, column)
                self._fill(block, numbered)
                yield block
            elif len(tokens) > 2 and tokens[-2:] == ["(", ")"]:
                yield Block(tokens[:-2], number, column)
            elif tokens:
                yield Line(tokens, number, column, comment)

    def _fill(self, block: Block, numbered: Iterator[tuple[int, str]]) -> None:
        """Read the lines of *block* up to its closing parenthesis (read.go:853, parseLineBlock)."""
        for number, text in numbered:
            tokens, comment, column = self.tokens(text, number)
            if tokens[:1] == [")"]:
                if len(tokens) > 1:
                    end = text.index(tokens[1], text.index(")") + 1) + len(tokens[1])
                    raise self.error("syntax error (expected newline after closing paren)", number, end + 1)
                return
            if tokens:
                block.lines.append(Line(tokens, number, column, comment))
        started = f"{self.filename}:{block.line}:{block.column}"
        raise self.error(f"syntax error (unterminated block started at {started})", len(self.lines), len(self.lines[-1]) + 1)


def parse(text: str, filename: str) -> list[Line | Block]:
    """The statements of a go.mod or go.work file; raises GoError at the first syntax error."""
    return list(_Reader(text, filename).statements())
