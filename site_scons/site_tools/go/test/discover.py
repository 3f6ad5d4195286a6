"""The tests, benchmarks, fuzz targets and examples that a ``_test.go`` file declares.

The rules are cmd/go/internal/load/test.go:732 (``testFuncs.load``) and go/doc/example.go:44 (``Examples``). Go parses the whole file;
all that is needed of it are the functions declared at top level and the comments in the bodies of examples, so this module scans for
brackets, literals and comments and looks closer only where ``func`` and a name follow each other outside all brackets, which is always a
function declaration. A file that does not parse is the compiler's to report.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import GoError, Position

_IDENTIFIER = r"[^\W\d]\w*"
_GAP = r"(?:\s|//[^\n]*|/\*.*?\*/)*"
_SKIPPED = r'//[^\n]*|/\*.*?\*/|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|`[^`]*`|\'[^\'\\\n]*(?:\\.[^\'\\\n]*)*\''

_BRACKETS = re.compile(rf"(?:{_SKIPPED})|([{{(\[])|([}})\]])", re.S)
_TOP_LEVEL = re.compile(rf"(?:{_SKIPPED})|([{{(\[])|([}})\]])|\b(func){_GAP}({_IDENTIFIER})", re.S)
_ANY_GAP = re.compile(_GAP, re.S)
_SAME_LINE_GAP = re.compile(r"(?:[ \t\r]|/\*[^\n]*?\*/)*")
_COMMENTS = re.compile(rf"(//[^\n]*|/\*.*?\*/)|(?:{_SKIPPED})", re.S)
_PARAMETER = re.compile(rf"\s*(?:{_IDENTIFIER})??\s*\*\s*(?:{_IDENTIFIER}\s*\.\s*)?({_IDENTIFIER})\s*,?\s*\Z")
_OUTPUT = re.compile(r"[ \t\n\v\f\r]*(unordered )?output:", re.I)
_DIRECTIVE = re.compile(r"(?:line|extern|export) |[a-z0-9]+:[a-z0-9]")

_PARAMETER_OF = {"Test": "T", "Benchmark": "B", "Fuzz": "F"}


@dataclass(frozen=True, slots=True)
class DeclaredTest:
    """A function that ``go test`` knows by its name.

    *kind* is "Test", "Benchmark", "Fuzz", "Example" or "TestMain". *output* and *unordered* are an example's expected output;
    *runnable* is false for an example without an output comment, which is compiled but not run.
    """

    kind: str
    name: str
    position: Position
    output: str = ""
    unordered: bool = False
    runnable: bool = True


def scan_file(source: bytes, filename: str) -> tuple[DeclaredTest, ...]:
    """The test functions of one file in source order; *filename* is used in positions only.

    Raises GoError with go's text for a function that has a test's name but not its signature (cmd/go/internal/load/test.go:805).
    """
    text = source.decode("utf-8", "replace")
    return tuple(_scan(text, filename))


def _scan(text: str, filename: str) -> Iterator[DeclaredTest]:
    depth = 0
    at = 0
    while (token := _TOP_LEVEL.search(text, at)) is not None:
        at = token.end()
        if token[1]:
            depth += 1
        elif token[2]:
            depth -= 1
        elif token[3] and depth == 0:
            function = _Declaration.read(text, token.start(3), token.start(4), token[4])
            at = function.end
            found = _classify(text, function, filename)
            if found is not None:
                yield found


@dataclass(frozen=True, slots=True)
class _Declaration:
    """A function declaration by offsets: of ``func``, of the text in its parameter list, and of the braces of its body."""

    start: int
    name: str
    type_parameters: bool
    parameters: str
    results: bool
    body: tuple[int, int] | None
    end: int

    @classmethod
    def read(cls, text: str, start: int, name_at: int, name: str) -> _Declaration:
        at = _after(_ANY_GAP, text, name_at + len(name))
        generic = text.startswith("[", at)
        if generic:
            at = _after(_ANY_GAP, text, _closing(text, at))
        parameters = ""
        if text.startswith("(", at):
            end = _closing(text, at)
            parameters = _without_comments(text[at + 1 : end - 1])
            at = end
        # A declaration without a body ends at the newline after its signature; results start on the signature's last line.
        at = _after(_SAME_LINE_GAP, text, at)
        results = False
        if text.startswith("(", at):
            end = _closing(text, at)
            results = bool(_without_comments(text[at + 1 : end - 1]).strip())
            at = _after(_ANY_GAP, text, end)
        elif at < len(text) and text[at] not in "{\n;/":
            results = True
        if text.startswith("{", at):
            end = _closing(text, at)
            return cls(start, name, generic, parameters, results, (at, end), end)
        return cls(start, name, generic, parameters, results, None, at)


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _closing(text: str, at: int) -> int:
    """The offset after the bracket that closes the one at *at*; the end of the text if none does."""
    depth = 0
    for token in _BRACKETS.finditer(text, at):
        if token[1]:
            depth += 1
        elif token[2]:
            depth -= 1
            if depth == 0:
                return token.end()
    return len(text)


def _without_comments(text: str) -> str:
    return _COMMENTS.sub(lambda match: " " if match[1] else match[0], text)


def is_test_name(name: str, prefix: str) -> bool:
    """Whether *name* is *prefix* followed by nothing or by no lower-case letter (cmd/go/internal/load/test.go:614)."""
    if not name.startswith(prefix):
        return False
    rest = name[len(prefix) :]
    return not rest or unicodedata.category(rest[0]) != "Ll"


def _classify(text: str, function: _Declaration, filename: str) -> DeclaredTest | None:
    name = function.name
    position = _position(text, function.start, filename)
    if name == "TestMain" and not _takes(function, "T"):
        _check(function, "M", position)
        return DeclaredTest("TestMain", name, position)
    for kind, parameter in _PARAMETER_OF.items():
        if is_test_name(name, kind):
            _check(function, parameter, position)
            return DeclaredTest(kind, name, position)
    if is_test_name(name, "Example") and not function.parameters.strip() and not function.results and function.body:
        expected = _expected_output(text, *function.body)
        if expected is None:
            return DeclaredTest("Example", name, position, runnable=False)
        return DeclaredTest("Example", name, position, *expected)
    return None


def _position(text: str, offset: int, filename: str) -> Position:
    line_start = text.rfind("\n", 0, offset) + 1
    column = len(text[line_start:offset].encode("utf-8")) + 1
    return Position(filename, text.count("\n", 0, offset) + 1, column)


def _takes(function: _Declaration, parameter: str) -> bool:
    """Whether the function takes one ``*T`` or ``*testing.T`` and returns nothing (cmd/go/internal/load/test.go:587)."""
    match = _PARAMETER.match(function.parameters)
    return match is not None and match[1] == parameter and not function.results


def _check(function: _Declaration, parameter: str, position: Position) -> None:
    why = ""
    if not _takes(function, parameter):
        why = f"must be: func {function.name}({parameter.lower()} *testing.{parameter})"
    if function.type_parameters:
        why = "test functions cannot have type parameters"
    if why:
        raise GoError(f"wrong signature for {function.name}, {why}", position)


def _expected_output(text: str, start: int, end: int) -> tuple[str, bool] | None:
    """The output that the last comment group between *start* and *end* promises, and whether its lines may come in any order."""
    group = _last_comment_group(text, start, end)
    comment = comment_text(group)
    match = _OUTPUT.match(comment)
    if match is None:
        return None
    output = comment[match.end() :].lstrip(" ")
    return output.removeprefix("\n"), match[1] is not None


def _last_comment_group(text: str, start: int, end: int) -> list[str]:
    """The comments of the last group in a body: neighbours with no token and no empty line between them (go/parser/parser.go:315)."""
    group: list[str] = []
    allowance = 1  # newlines that may stand between two comments of the open group
    seen = start
    for match in _COMMENTS.finditer(text, start, end):
        if match[1] is None:
            continue
        between = text[seen : match.start()]
        code = between.rstrip()
        if code:
            # A comment behind a token, on its line, goes only with others on that line.
            group, allowance = [match[1]], 1 if "\n" in between[len(code) :] else 0
        elif between.count("\n") <= allowance:
            group.append(match[1])
        else:
            group, allowance = [match[1]], 1
        seen = match.end()
    return group


def comment_text(comments: list[str]) -> str:
    """What ``ast.CommentGroup.Text`` makes of *comments*: no markers, no directives, single empty lines (go/ast/ast.go:105)."""
    lines: list[str] = []
    for comment in comments:
        comment = comment.replace("\r", "")
        if comment.startswith("/*"):
            content = comment[2:-2]
        else:
            content = comment[2:]
            if content.startswith(" "):
                content = content[1:]
            elif _DIRECTIVE.match(content):
                continue
        for line in content.split("\n"):
            line = line.rstrip(" \t\r\n")
            if line or (lines and lines[-1]):
                lines.append(line)
    if lines and lines[-1]:
        lines.append("")
    return "\n".join(lines)
