"""A Go file cut into its top-level declarations, by tokens, without parsing expressions.

The Go specification makes this exact: a declaration starts with a keyword at nesting depth 0 and ends where a semicolon is inserted
(a line break after a name, a literal, or a closing bracket: "Semicolons" in the spec); inside a group the same holds at depth 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r]+)
  | (?P<newline>\n)
  | (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<literal>`[^`]*`|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.[^'\n]*)'
      |0[xX][\da-fA-F_.]*(?:[pP][+-]?[\d_]+)?i?|0[bBoO][\d_]+i?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?[\d_]+)?i?)
  | (?P<word>[^\W\d]\w*)
  | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_KEYWORDS = frozenset(("import", "const", "type", "var", "func"))


@dataclass(frozen=True, slots=True)
class Token:
    """A token of Go source: *kind* is literal, word, mark (one character), comment or newline; *start* and *end* are offsets."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Declaration:
    """One function, type, or const/var/import specification.

    *names* are what it declares, a method as ``(*T).m`` or ``T.m``; an import declares its path, unquoted. *start* includes the comment
    that belongs to it. *name_spans* are the offsets of the declared names. *group* numbers the parenthesised group it is in, -1 for none.
    """

    keyword: str
    names: tuple[str, ...]
    start: int
    end: int
    name_spans: tuple[tuple[int, int], ...]
    group: int = -1


@dataclass(frozen=True, slots=True)
class Group:
    """A parenthesised declaration ``keyword ( ... )`` with the comment that belongs to it."""

    keyword: str
    start: int
    end: int


def tokens(source: str) -> Iterator[Token]:
    """The tokens of *source* without spaces; comments and line breaks are kept because layout decides where declarations end."""
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup or ""
        if kind != "space":
            yield Token(kind, match.group(), match.start(), match.end())


class Declarations:
    """The top-level declarations of one file: ``items`` and ``groups``, in order."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.items: list[Declaration] = []
        self.groups: list[Group] = []
        self._tokens = list(tokens(source))
        self._split()

    def _split(self) -> None:
        for first, last in self._statements(0, len(self._tokens)):
            keyword = self._tokens[first].text
            if keyword not in _KEYWORDS:
                continue
            code = self._code(first, last)
            if keyword != "func" and code[1].text == "(":
                self._split_group(keyword, first, last)
            else:
                self._add(keyword, first, last, code if keyword == "func" else code[1:], -1)

    def _split_group(self, keyword: str, first: int, last: int) -> None:
        opening = next(i for i in range(first, last) if self._tokens[i].text == "(")
        for begin, end in self._statements(opening + 1, last - 1):
            self._add(keyword, begin, end, self._code(begin, end), len(self.groups))
        self.groups.append(Group(keyword, self._comment_start(first), self._tokens[last - 1].end))

    def _statements(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """Index ranges of the statements in tokens[begin:end], cut where the language puts semicolons, comments at the ends left out."""
        depth, first, last, ends = 0, -1, -1, False
        for index in range(begin, end):
            token = self._tokens[index]
            if token.kind == "comment":
                if "\n" not in token.text:
                    continue
                line_break = True
            else:
                line_break = token.kind == "newline"
            if depth == 0 and first >= 0 and ((line_break and ends) or token.text == ";"):
                yield first, last + 1
                first = -1
            if line_break or token.text == ";":
                ends = ends and token.text != ";"
                continue
            if first < 0:
                first = index
            last = index
            depth += (token.text in _OPEN) - (token.text in _CLOSE) if token.kind == "mark" else 0
            ends = token.kind in ("word", "literal") or (token.kind == "mark" and token.text in _CLOSE)
        if first >= 0:
            yield first, last + 1

    def _code(self, first: int, last: int) -> list[Token]:
        return [token for token in self._tokens[first:last] if token.kind not in ("comment", "newline")]

    def _add(self, keyword: str, first: int, last: int, code: list[Token], group: int) -> None:
        if keyword == "import":
            literal = code[-1]
            names: tuple[str, ...] = (literal.text[1:-1],)
            spans: list[Token] = [literal]
        elif keyword == "func":
            names, spans = _function_name(code)
        else:
            spans = _leading_names(code) if keyword != "type" else code[:1]
            names = tuple(token.text for token in spans)
        positions = tuple((token.start, token.end) for token in spans)
        self.items.append(Declaration(keyword, names, self._comment_start(first), self._tokens[last - 1].end, positions, group))

    def _comment_start(self, first: int) -> int:
        """Where the comment that touches the declaration at token *first* starts: whole-line comments without a blank line between."""
        start, index = self._tokens[first].start, first - 1
        while index >= 1 and self._tokens[index].kind == "newline" and self._tokens[index - 1].kind == "comment":
            comment = self._tokens[index - 1]
            before = self._tokens[index - 2].kind if index >= 2 else "newline"
            if before != "newline":
                break  # it ends a line of code
            start, index = comment.start, index - 2
        return start


def _leading_names(code: list[Token]) -> list[Token]:
    names = code[:1]
    for comma, name in zip(code[1::2], code[2::2], strict=False):
        if comma.text != ",":
            break
        names.append(name)
    return names


def _function_name(code: list[Token]) -> tuple[tuple[str, ...], list[Token]]:
    if code[1].text != "(":
        return (code[1].text,), [code[1]]
    close = next(i for i, token in enumerate(code) if token.text == ")")
    receiver = [token.text for token in code[2:close]]
    if "[" in receiver:
        receiver = receiver[: receiver.index("[")]
    base, name = receiver[-1], code[close + 1]
    return (f"(*{base}).{name.text}" if "*" in receiver else f"{base}.{name.text}",), [name]
