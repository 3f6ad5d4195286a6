"""Test files that cannot be parsed: go parses them to find the tests in them before it builds anything (cmd/go/internal/load/test.go:732).

Here the compiler reads them first, so what it says is looked at: is it about the syntax of a test file?
"""

from __future__ import annotations

import re

from ..errors import GoError
from ..package import Package

# What the compiler says without "syntax error: " before it, of what go/parser refuses, too: all of cmd/compile/internal/syntax/scanner.go
# and source.go (1.22 to 1.27), and those words of its parser.go and of types2 that go/parser/parser.go has.
_SYNTAX = (
    r"syntax error: ",
    r"invalid character ",
    r"identifier cannot begin with digit ",
    r"invalid radix point in \w+ literal",
    r"\w+ literal has no digits",
    r"'.' exponent requires \w+ mantissa",
    r"exponent has no digits",
    r"hexadecimal mantissa requires a 'p' exponent",
    r"invalid digit '.' in \w+ literal",
    r"'_' must separate successive digits",
    r"empty rune literal or unescaped '",
    r"more than one character in rune literal",
    r"newline in (?:string|rune literal)",
    r"(?:rune literal|string|comment) not terminated",
    r"unknown escape",
    r"octal escape value ",
    r"escape is invalid Unicode code point ",
    r"invalid NUL character",
    r"invalid UTF-8 encoding",
    r"invalid BOM in the middle of the file",
    r"expression in (?:go|defer) must be function call",
    r"(?:middle|final) index required in 3-index slice",
    r"interface method must have no type parameters",
)
_UNREADABLE = re.compile(rf"_test\.go:\d+(?::\d+)?: (?:{'|'.join(_SYNTAX)})")


def is_unreadable(text: str) -> bool:
    """Whether *text*, from the compiler, says that a test file cannot be parsed."""
    return _UNREADABLE.search(text) is not None


def as_told(package: Package, error: GoError) -> tuple[str, GoError]:
    """(name of what is not built, error) for a *package* that the compiler refuses with *error*, as ``go test`` tells of it."""
    text = str(error)
    if not package.for_test or not is_unreadable(text):
        return package.listed, error
    return f"{package.for_test}.test", GoError(text.replace(f"# {package.listed}\n", f"# {package.for_test}\n", 1))
