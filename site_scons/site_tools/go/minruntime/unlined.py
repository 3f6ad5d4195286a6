"""Let all code of a file stand on one line of one file, so that functions have no tables of files and lines.

The compiler writes down, for each instruction, which file and line it comes from. What comes from one place takes a few bytes.
"""

from __future__ import annotations

from .decl import tokens

PLACE = "runtime.go"  # beside each of them; where tracebacks say that a function of the runtime is


def unlined(source: str) -> str:
    """*source*, a Go file, with a directive before each line that says it is the first one of PLACE; lines of comment are left out."""
    inside = _lines_inside_tokens(source)
    lines = []
    for number, line in enumerate(source.split("\n")):
        text = line.strip()
        if number in inside or text.startswith("//go:"):
            lines.append(line)
        elif text and not text.startswith("//"):
            lines += [f"//line {PLACE}:1", line]
    return "\n".join(lines) + "\n"


def _lines_inside_tokens(source: str) -> set[int]:
    """The numbers, from 0, of the lines that begin within a raw string or a comment."""
    inside: set[int] = set()
    line = position = 0
    for token in tokens(source):
        line += source.count("\n", position, token.start)
        position = token.start
        if token.kind != "newline":
            inside.update(range(line + 1, line + 1 + token.text.count("\n")))
    return inside


def unlined_assembly(source: str) -> str:
    """The same for an assembly file; macros stay as they are, the place of what they make is where they are used."""
    lines, continued = [], False
    for line in source.split("\n"):
        text = line.strip()
        if not continued and text and not text.startswith(("#", "//")):
            lines.append(f'#line 2 "{PLACE}"')
        lines.append(line)
        continued = line.endswith("\\")
    return "\n".join(lines)
