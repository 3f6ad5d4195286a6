"""The head of a source file: what can be known about it without a build context, and without compiling it.

A header depends on the bytes of the file alone, not on its name or place, so it is kept by content hash. What is read, and how
much of it, follows go/build/read.go and go/build/build.go:1610 (1.27.3). Text is scanned with regular expressions over bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .constraint import SPACE, go_build_text, plus_build_text
from .literal import string_end, unquote
from .place import Places

_GAP = rb"(?:[ \t\r\n\f;]|//[^\n]*(?:\n|\Z)|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)*"
_WORD = rb"[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*"
_END = rb"(?![A-Za-z0-9_\x80-\xff])"
_PACKAGE = re.compile(b"(" + _GAP + b")package" + _END + _GAP + b"(" + _WORD + b")")
_IMPORT = re.compile(b"(" + _GAP + b")(import)" + _END + _GAP + rb"(\(?)")
_SPEC = re.compile(b"(" + _GAP + rb")((?:(\.|" + _WORD + b")" + _GAP + rb')?("(?:[^"\\\n]|\\.)*"|`[^`]*`))')
_CLOSE = re.compile(_GAP + rb"\)")
_NAME_IN_SPEC = re.compile(rb"(\.|" + _WORD + b")" + _GAP)
_LINE_END = re.compile(rb"(?:[ \t\r]|//[^\n]*)*(?=\n)")
_LEADING = re.compile(_GAP)
_COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/", re.DOTALL)
_COMMENT_OR_LITERAL = re.compile(rb'//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|`[^`]*`|\'(?:[^\'\\\n]|\\.)*\'', re.DOTALL)
_ILLEGAL_IN_IMPORT = re.compile(r"[!\"#$%&'()*,:;<=>?\[\\\]^{|}`\ufffd\s]")
_TOKEN = re.compile(_WORD + rb"|[0-9][0-9A-Za-z_.]*|[-+*/%&|^<>=!:]+|.", re.DOTALL)
_KEYWORDS = frozenset(
    b"break case chan const continue default defer else fallthrough for func go goto if import interface map package range return"
    b" select struct switch type var".split()
)

Place = tuple[int, int, str]
"""Line, column (bytes, from 1; 0 is unknown) and the file that a ``//line`` directive names, "" for the file itself."""


class Header(NamedTuple):
    """The head of one file. All fields are plain tuples and strings, so that a header can be marshalled.

    *package* and *package_line* come from the package clause, *imports* are (path, place) in file order. *go_build* is the
    expression of the ``//go:build`` line at *go_build_line*, *plus_build* those of the ``// +build`` lines. *embeds* are (pattern,
    place). *directives* are the ``//go:debug`` lines before the package clause, (text after ``//go:debug``, place). *cgo* are the
    ``#cgo`` lines of the preamble, (line as written, place). *errors* has at most one (place, message), in the words of go/parser;
    of such a file the constraints are known, and of the *imports* what can be read, malformed paths included.
    """

    package: str = ""
    package_line: int = 0
    imports: tuple[tuple[str, Place], ...] = ()
    go_build: str = ""
    go_build_line: int = 0
    plus_build: tuple[str, ...] = ()
    embeds: tuple[tuple[str, Place], ...] = ()
    directives: tuple[tuple[str, Place], ...] = ()
    cgo: tuple[tuple[str, Place], ...] = ()
    errors: tuple[tuple[Place, str], ...] = ()


class _SyntaxError(Exception):
    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message


def scan_go(data: bytes) -> Header:
    """The header of a Go file with content *data*. It does not raise: what is wrong is in ``errors``."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    places = Places(data)
    found = _PACKAGE.match(data)
    leading = found.group(1) if found else _leading(data)
    constraints = _constraints(leading) if b"build" in leading else ("", 0, (), "")
    go_build, go_build_line, plus_build, problem = constraints
    header = Header(go_build=go_build, go_build_line=go_build_line, plus_build=plus_build)
    if problem:
        return header._replace(errors=((places.at(0), problem),))
    imports: list[tuple[str, int]] = []
    cgo: list[tuple[str, int]] = []
    try:
        if not found or found.group(2) in _KEYWORDS:
            raise _missing_package(data)
        end = _imports(data, found.end(2), imports, cgo)
    except _SyntaxError as error:
        placed = tuple((path, places.at(offset)) for path, offset in imports)
        return header._replace(imports=placed, errors=((places.at(error.offset), error.message),))
    if b"\0" in data[:end]:
        return header._replace(errors=((places.at(data.index(b"\0")), "unexpected NUL in input"),))
    name = found.group(2).decode("utf-8", "replace")
    embeds = _embeds(data) if any(path == "embed" for path, _ in imports) else ()
    return Header(
        name,
        places.line(found.start(2)),
        tuple((path, places.at(offset)) for path, offset in imports),
        go_build,
        go_build_line,
        plus_build,
        tuple((pattern, places.at(offset)) for pattern, offset in embeds),
        tuple((text, places.at(offset)) for text, offset in _debug_directives(leading)) if b"//go:debug" in leading else (),
        tuple((text, places.at(offset)) for text, offset in cgo),
    )


def scan_other(data: bytes) -> Header:
    """The header of a file in another language: its build constraints, which stand in the leading ``//`` comments.

    A file whose beginning is no comment that Go understands has none (go/build/build.go:1483: such a file is taken).
    """
    leading = _leading(data)
    if b"build" not in leading or data[len(leading) : len(leading) + 1] == b"/" or b"\0" in leading:
        return Header()
    go_build, go_build_line, plus_build, problem = _constraints(leading)
    errors = (((0, 0, ""), problem),) if problem else ()
    return Header(go_build=go_build, go_build_line=go_build_line, plus_build=plus_build, errors=errors)


def _leading(data: bytes) -> bytes:
    found = _LEADING.match(data)
    return found.group() if found else b""


def _constraints(leading: bytes) -> tuple[str, int, tuple[str, ...], str]:
    """(go:build expression, its line, +build expressions, problem) of the comments before the package clause.

    ``// +build`` lines count only before the last blank line of the leading run of // comments (go/build/build.go:1697).
    """
    go_build, go_build_line, plus_before_blank = "", 0, 0
    plus: list[str] = []
    ended = in_block = False
    # The clause itself stands at the end, so that the text before it on its line is no blank line.
    for number, raw in enumerate((leading.decode("utf-8", "replace") + "package").split("\n"), start=1):
        line = raw.strip(SPACE)
        if not line and not ended:
            plus_before_blank = len(plus)
            continue
        ended = ended or not line.startswith("//")
        if not in_block and line.startswith("//"):
            text = go_build_text(line)
            if text is not None:
                if go_build_line:
                    return "", number, (), "multiple //go:build comments"
                # An empty expression is an error of its own; a blank keeps it apart from "no constraint".
                go_build, go_build_line = text or " ", number
            plus_text = None if ended else plus_build_text(line)
            if plus_text is not None:
                plus.append(plus_text)
            continue
        in_block = _block_open(line, in_block)
    return go_build, go_build_line, () if go_build else tuple(plus[:plus_before_blank]), ""


def _block_open(line: str, is_open: bool) -> bool:
    """Whether a /* comment is open at the end of *line*, given whether one *is_open* at its start."""
    while line:
        if is_open:
            _, closed, line = line.partition("*/")
            if not closed:
                return True
            is_open, line = False, line.strip(SPACE)
        elif line.startswith("/*"):
            is_open, line = True, line[2:]
        else:
            return False
    return is_open


def _debug_directives(leading: bytes) -> Iterator[tuple[str, int]]:
    for comment in _COMMENT.finditer(leading):
        text = comment.group()
        rest = text[len(b"//go:debug") :]
        # "//go:debugx" is another directive (cmd/go/internal/load/godebug.go:26).
        if text.startswith(b"//go:debug") and not rest.strip(b" \t\r")[:1] == rest[:1] != b"":
            yield rest.decode("utf-8", "replace").strip(SPACE), comment.start()


def _imports(data: bytes, offset: int, imports: list[tuple[str, int]], cgo: list[tuple[str, int]]) -> int:
    """Where the imports end that begin at *offset*; they are added to *imports* as (path, offset), and (#cgo line, offset) to *cgo*.

    Raises what is wrong first, when nothing more can be read.
    """
    wrong: list[_SyntaxError] = []
    try:
        end = _clauses(data, offset, imports, cgo, wrong)
    except _SyntaxError as error:
        wrong.append(error)
    if wrong:
        raise wrong[0]
    return end


def _clauses(data: bytes, offset: int, imports: list[tuple[str, int]], cgo: list[tuple[str, int]], wrong: list[_SyntaxError]) -> int:
    """As :func:`_imports`; what is no obstacle to reading on is added to *wrong* (cmd/go/internal/imports/read.go goes on, too)."""
    while True:
        clause = _IMPORT.match(data, offset)
        if not clause:
            return offset
        wrong += _missing_separator(clause.group(1), clause.start(2), "'import'")
        offset = clause.end()
        specs: list[tuple[str | None, tuple[int, int]]] = []
        while True:
            spec = _SPEC.match(data, offset)
            if not spec or spec.group(3) in _KEYWORDS:
                break
            if clause.group(3) and specs:
                wrong += _missing_separator(spec.group(1), spec.start(2), spec.group(4).decode("utf-8", "replace"))
            path = unquote(spec.group(4))
            wrong += _wrong_path(spec, path)
            imports += [] if path is None else [(path, spec.start(2))]
            specs.append((path, (offset, spec.start(2))))
            offset = spec.end()
            if not clause.group(3):
                break
        if clause.group(3):
            close = _CLOSE.match(data, offset)
            if not close:
                raise _unexpected_in_import(data, offset, in_block=True)
            offset = close.end()
        elif not specs:
            raise _unexpected_in_import(data, offset, in_block=False)
        for path, gap in specs:
            if path == "C":
                cgo += _cgo_lines(data, gap if clause.group(3) else None, clause.span(1) if len(specs) == 1 else None)


def _wrong_path(spec: re.Match[bytes], path: str | None) -> list[_SyntaxError]:
    if path is None:
        return [_SyntaxError(spec.start(4), f"invalid import path: {spec.group(4).decode('utf-8', 'replace')}")]
    if not path or not path.isprintable() or _ILLEGAL_IN_IMPORT.search(path):
        return [_SyntaxError(spec.start(2), f"invalid import path: {path}")]
    return []


def _missing_separator(gap: bytes, offset: int, found: str) -> list[_SyntaxError]:
    return [] if b"\n" in gap or b";" in gap else [_SyntaxError(offset, f"expected ';', found {found}")]


def _cgo_lines(data: bytes, own: tuple[int, int] | None, clause: tuple[int, int] | None) -> Iterator[tuple[str, int]]:
    """The #cgo lines of the comment that documents import "C": its own, or else that of an import clause with one spec."""
    for gap in (own, clause):
        group = _doc_comments(data, *gap) if gap else []
        if group:
            for comment in group:
                yield from _cgo_lines_of(comment)
            return


def _doc_comments(data: bytes, start: int, end: int) -> list[re.Match[bytes]]:
    """The comments between *start* and *end* that go/parser takes as documentation of what stands at *end*.

    They are the last run of comments without a blank line between, and end on the line before (go/parser/parser.go next()).
    """
    group: list[re.Match[bytes]] = []
    comments = list(_COMMENT.finditer(data, start, end))
    if comments and start and b"\n" not in data[start : comments[0].start()]:
        comments.pop(0)  # It stands behind what came before, on the same line.
    for comment in comments:
        if group and data.count(b"\n", group[-1].end(), comment.start()) > 1:
            group = []
        group.append(comment)
    return group if group and data.count(b"\n", group[-1].end(), end) == 1 else []


def _cgo_lines_of(comment: re.Match[bytes]) -> Iterator[tuple[str, int]]:
    text = comment.group()
    body = text[2:] if text.startswith(b"//") else text[2:-2]
    offset = comment.start() + 2
    for raw in body.split(b"\n"):
        line = raw.strip()
        if line.startswith(b"#cgo") and line[4:5] in (b" ", b"\t"):
            yield line.decode("utf-8", "replace"), offset + raw.index(b"#")
        offset += len(raw) + 1


def _embeds(data: bytes) -> list[tuple[str, int]]:
    """(pattern, offset) of each pattern in the ``//go:embed`` comments; a malformed line has none: the compiler reports it."""
    embeds: list[tuple[str, int]] = []
    if b"//go:embed" not in data:
        return embeds
    for found in _COMMENT_OR_LITERAL.finditer(data):
        comment = found.group()
        if comment.startswith(b"//go:embed"):
            text = comment[len(b"//go:embed") :].decode("utf-8", "surrogateescape")
            if not text or text[0] in SPACE:
                embeds += _embed_arguments(text, found.start() + len(b"//go:embed"))
    return embeds


def _embed_arguments(text: str, offset: int) -> list[tuple[str, int]]:
    """(pattern, offset) of each blank-separated, quoted or back-quoted argument (go/ast/directive.go ParseArgs); none if malformed."""
    arguments: list[tuple[str, int]] = []
    position = 0
    while True:
        while position < len(text) and text[position] in SPACE:
            position += 1
        if position == len(text):
            return arguments
        start = position
        if text[start] in '"`':
            position = string_end(text, start)
            pattern = unquote(text[start:position].encode("utf-8", "surrogateescape")) if position > start else None
            if pattern is None or (position < len(text) and text[position] not in SPACE):
                return []
        else:
            while position < len(text) and text[position] not in SPACE:
                position += 1
            pattern = text[start:position].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        arguments.append((pattern, offset + len(text[:start].encode("utf-8", "surrogateescape"))))


def _missing_package(data: bytes) -> _SyntaxError:
    """The error of go/parser for a file that does not begin with a package clause."""
    offset = len(_leading(data))
    keyword = re.compile(b"package" + _END).match(data, offset)
    if not keyword:
        return _lexical_error(data, offset) or _SyntaxError(offset, f"expected 'package', found {_token(data, offset)}")
    gap = _LEADING.match(data, keyword.end())
    offset = gap.end() if gap else keyword.end()
    return _lexical_error(data, offset) or _SyntaxError(offset, f"expected 'IDENT', found {_token(data, offset)}")


def _unexpected_in_import(data: bytes, offset: int, in_block: bool) -> _SyntaxError:
    """The error for whatever stands at *offset* where an import spec was due (go/parser/parser.go:2508 parseImportSpec)."""
    gap = _LEADING.match(data, offset)
    offset = gap.end() if gap else offset
    name = _NAME_IN_SPEC.match(data, offset)
    if name and name.group(1) not in _KEYWORDS:
        line_end = _LINE_END.match(data, name.end(1))
        if line_end:
            # The scanner puts a semicolon where a line ends behind a name.
            return _SyntaxError(line_end.end(), "missing import path")
        offset = name.end()
    lexical = _lexical_error(data, offset)
    if lexical:
        return lexical
    if in_block and offset >= len(data):
        return _SyntaxError(offset, "expected ')', found 'EOF'")
    if re.compile(rb"[0-9']").match(data, offset):
        return _SyntaxError(offset, "import path must be a string")
    return _SyntaxError(offset, "missing import path")


def _lexical_error(data: bytes, offset: int) -> _SyntaxError | None:
    """The error of go/scanner for a comment or a string that begins at *offset* and does not end."""
    if data.startswith(b"/*", offset):
        return _SyntaxError(offset, "comment not terminated")
    if data.startswith(b"`", offset) and b"`" not in data[offset + 1 :]:
        return _SyntaxError(offset, "raw string literal not terminated")
    if data.startswith(b'"', offset) and not re.compile(rb'"(?:[^"\\\n]|\\.)*"').match(data, offset):
        return _SyntaxError(offset, "string literal not terminated")
    return None


def _token(data: bytes, offset: int) -> str:
    """The token at *offset* as go/parser names it: 'EOF', identifiers and literals bare, all else quoted."""
    if offset >= len(data):
        return "'EOF'"
    found = _TOKEN.match(data, offset)
    token = found.group() if found else b""
    text = token.decode("utf-8", "replace")
    bare = token not in _KEYWORDS and re.compile(_WORD + b"|[0-9\"`'].*", re.DOTALL).fullmatch(token)
    return text if bare else f"'{text}'"
