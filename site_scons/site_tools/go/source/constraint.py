"""Build constraints: ``//go:build`` expressions and ``// +build`` lines, compiled once into a small program over tags.

Grammar and messages: go/build/constraint/expr.go (1.27.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
"""What unicode.IsSpace is true for; str.strip() alone would also take the ASCII separators 0x1c to 0x1f."""

_MAX_SIZE = 1000
_MAX_PLUS_SIZE = 100
_AND, _OR, _NOT = "&&", "||", "!"
_IGNORE = "ignore"


class ConstraintError(Exception):
    """A malformed constraint; *offset* counts characters from the start of the expression."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Constraint:
    """A condition on build tags, in postfix order: each item is a tag or one of the operators ``&&``, ``||`` and ``!``."""

    program: tuple[str, ...]

    def evaluate(self, satisfied: Callable[[str], bool]) -> bool:
        """Whether the condition holds, given which tags are *satisfied*."""
        stack: list[bool] = []
        for item in self.program:
            if item == _NOT:
                stack[-1] = not stack[-1]
            elif item == _AND:
                right = stack.pop()
                stack[-1] = stack[-1] and right
            elif item == _OR:
                right = stack.pop()
                stack[-1] = stack[-1] or right
            else:
                stack.append(satisfied(item))
        return stack[-1]


def _is_tag_character(character: str) -> bool:
    return character.isalpha() or character.isdecimal() or character in "_."


class _Tokens:
    """The tokens of a ``//go:build`` expression; *current* is "" at the end, *start* is where the last one began."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.next = 0
        self.start = 0
        self.current = ""
        self.is_tag = False

    def advance(self) -> None:
        text, start = self.text, self.next
        while start < len(text) and text[start] in " \t":
            start += 1
        self.is_tag = False
        end = start
        if start < len(text):
            if text[start] in "()!":
                end = start + 1
            elif text[start] in "&|":
                end = start + 2
                if text[start:end] not in (_AND, _OR):
                    raise ConstraintError(f"invalid syntax at {text[start]}", start)
            else:
                while end < len(text) and _is_tag_character(text[end]):
                    end += 1
                if end == start:
                    raise ConstraintError(f"invalid syntax at {text[start]}", start)
                self.is_tag = True
        self.start, self.next, self.current = start, end, text[start:end]


@dataclass(slots=True)
class _Level:
    """One nesting of parentheses: how many operands of ``&&`` and of ``||`` it has so far."""

    opened: int = -1
    negated: bool = False
    conjuncts: int = 0
    disjuncts: int = 0


@lru_cache(maxsize=4096)
def parse_go_build(text: str) -> Constraint:
    """The constraint of the expression *text* (what follows ``//go:build``); raises ConstraintError.

    Nesting is kept on a list, not on Python's stack: the language allows 1000 levels.
    """
    tokens, output, levels = _Tokens(text), [], [_Level()]
    size = 0
    while True:
        size += 1
        if size > _MAX_SIZE:
            raise ConstraintError("build expression too large", tokens.start)
        tokens.advance()
        negated = tokens.current == _NOT
        if negated:
            tokens.advance()
            if tokens.current == _NOT:
                raise ConstraintError("double negation not allowed", tokens.start)
        if tokens.current == "(":
            levels.append(_Level(tokens.start, negated))
            continue
        if not tokens.is_tag:
            if tokens.current:
                raise ConstraintError(f"unexpected token {tokens.current}", tokens.start)
            raise ConstraintError("missing close paren" if len(levels) > 1 else "unexpected end of expression", tokens.start)
        output.append(tokens.current)
        tokens.advance()
        if _finish_operand(tokens, output, levels, negated):
            return Constraint(tuple(output))


def _finish_operand(tokens: _Tokens, output: list[str], levels: list[_Level], negated: bool) -> bool:
    """Emit the operators that an operand completes, closing parentheses; true at the end of the expression."""
    while True:
        level = levels[-1]
        if negated:
            output.append(_NOT)
        level.conjuncts += 1
        if level.conjuncts > 1:
            output.append(_AND)
        if tokens.current == _AND:
            return False
        level.conjuncts = 0
        level.disjuncts += 1
        if level.disjuncts > 1:
            output.append(_OR)
        if tokens.current == _OR:
            return False
        if len(levels) == 1:
            if tokens.current:
                raise ConstraintError(f"unexpected token {tokens.current}", tokens.start)
            return True
        if tokens.current != ")":
            raise ConstraintError("missing close paren", level.opened)
        levels.pop()
        negated = level.negated
        tokens.advance()


@lru_cache(maxsize=1024)
def parse_plus_build(text: str) -> Constraint:
    """The constraint of *text* (what follows ``// +build`` in one line); raises ConstraintError if it is too complex.

    Blanks are "or", commas are "and"; what is no tag counts as "ignore", which no build has.
    """
    output: list[str] = []
    operators = 0
    for clauses, clause in enumerate(re.split(f"[{SPACE}]+", text.strip(SPACE)), start=1):
        for literals, literal in enumerate(clause.split(","), start=1):
            negated = literal.startswith(_NOT) and not literal.startswith("!!") and literal != _NOT
            tag = literal[1:] if negated else literal
            output.append(tag if tag and all(map(_is_tag_character, tag)) else _IGNORE)
            if negated:
                output.append(_NOT)
            if literals > 1:
                output.append(_AND)
                operators += 1
        if clauses > 1:
            output.append(_OR)
            operators += 1
        if operators > _MAX_PLUS_SIZE:
            raise ConstraintError("expression too complex for // +build lines", 0)
    return Constraint(tuple(output))


def go_build_text(line: str) -> str | None:
    """The expression of a ``//go:build`` *line* (stripped), None if it is no such line."""
    return _after(line, "//go:build")


def plus_build_text(line: str) -> str | None:
    """The expression of a ``// +build`` *line* (stripped), None if it is no such line."""
    return _after(line[2:].strip(SPACE), "+build") if line.startswith("//") else None


def _after(line: str, prefix: str) -> str | None:
    if not line.startswith(prefix):
        return None
    rest = line[len(prefix) :]
    text = rest.strip(SPACE)
    return None if rest and len(rest) == len(text) else text
