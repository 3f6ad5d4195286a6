"""Make the changed copy of a kept file: leave declarations out, and put a few expressions in place of others.

What is left keeps its line numbers (what goes leaves its line breaks behind), so that positions in panics and in the compiler's messages
are those of GOROOT's file.
"""

from __future__ import annotations

import re

from ..errors import GoError, Position
from .decl import Declaration, Declarations, Token, tokens
from .manifest import Rule, Substitution

_LINKNAME = re.compile(r"^//go:linkname(?:std)?[ \t]+(\w+).*$", re.MULTILINE)


def prune(source: str, rule: Rule, filename: str) -> str:
    """*source* changed by *rule*; raises GoError, with *filename* as its position, for a name or an expression that is not there."""
    file = Declarations(source)
    declared = {name for item in file.items if item.keyword != "import" for name in item.names}
    for name in (*rule.drop, *rule.only, *rule.silent, *rule.noinline):
        if name not in declared:
            raise GoError(f"the manifest of the min runtime names {name}, which the file does not declare", Position(filename))
    dropped = set(rule.drop) if not rule.only else declared - set(rule.only)
    edits = _substitution_edits(file, rule.replace, dropped, filename)
    for name in rule.silent:
        edits += _print_edits(file, *_scope(file, name, dropped, filename)[0], name, filename)
    edits += [_noinline_edit(file, *_scope(file, name, dropped, filename)[0]) for name in rule.noinline]
    edits += _drop_edits(file, dropped)
    edits += [(match.start(), match.end(), "") for match in _LINKNAME.finditer(source) if match.group(1) in dropped]
    changed = _apply(source, edits)
    return _without_unused_imports(changed)


def _drop_edits(file: Declarations, dropped: set[str]) -> list[tuple[int, int, str]]:
    """Edits that leave out the *dropped* names; a name of a const group becomes ``_`` so that iota and repeated expressions still count."""
    edits = []
    left = [0] * len(file.groups)
    for item in file.items:
        gone = item.keyword != "import" and all(name in dropped for name in item.names)
        if item.group >= 0 and not gone:
            left[item.group] += 1
    for item in file.items:
        if item.keyword == "import" or (item.group >= 0 and not left[item.group]):
            continue
        edits += _item_edits(file.source, item, dropped)
    edits += [(g.start, g.end, _blank(file.source[g.start : g.end])) for g, count in zip(file.groups, left, strict=True) if not count]
    return edits


def _item_edits(source: str, item: Declaration, dropped: set[str]) -> list[tuple[int, int, str]]:
    gone = [span for name, span in zip(item.names, item.name_spans, strict=True) if name in dropped]
    if not gone:
        return []
    counted = item.keyword == "const" and item.group >= 0
    if len(gone) < len(item.names) or counted:
        return [(start, end, "_") for start, end in gone]
    return [(item.start, item.end, _blank(source[item.start : item.end]))]


def _blank(text: str) -> str:
    return "\n" * text.count("\n")


def _substitution_edits(
    file: Declarations, substitutions: tuple[Substitution, ...], dropped: set[str], filename: str
) -> list[tuple[int, int, str]]:
    edits: list[tuple[int, int, str]] = []
    for substitution in substitutions:
        spans = _scope(file, substitution.scope, dropped, filename)
        found = [edit for start, end in spans for edit in _matches(file.source, start, end, substitution)]
        if len(found) != substitution.count:
            where = f" in {substitution.scope}" if substitution.scope else ""
            message = f"the manifest of the min runtime replaces {substitution.old!r}{where} {substitution.count} times; it is there"
            raise GoError(f"{message} {len(found)} times", Position(filename))
        edits += found
    return edits


def _scope(file: Declarations, scope: str, dropped: set[str], filename: str) -> list[tuple[int, int]]:
    kept = [item for item in file.items if item.keyword != "import" and not all(name in dropped for name in item.names)]
    if not scope:
        return [(item.start, item.end) for item in kept]
    spans = [(item.start, item.end) for item in kept if scope in item.names]
    if not spans:
        raise GoError(f"the manifest of the min runtime changes {scope}, which is not declared or dropped", Position(filename))
    return spans


def _matches(source: str, start: int, end: int, substitution: Substitution) -> list[tuple[int, int, str]]:
    """The places of source[start:end] where the tokens of ``substitution.old`` stand in a row, layout and comments aside."""
    wanted = [token.text for token in tokens(substitution.old)]
    code: list[Token] = [token for token in tokens(source[start:end]) if token.kind not in ("comment", "newline")]
    texts = [token.text for token in code]
    found, index = [], 0
    while index <= len(texts) - len(wanted):
        if texts[index : index + len(wanted)] == wanted:
            first, last = start + code[index].start, start + code[index + len(wanted) - 1].end
            found.append((first, last, substitution.new + _blank(source[first:last])))
            index += len(wanted)
        else:
            index += 1
    return found


def _print_edits(file: Declarations, start: int, end: int, name: str, filename: str) -> list[tuple[int, int, str]]:
    """Edits that leave out the statements of source[start:end] that are a call of print or println, each on lines of its own."""
    code = [token for token in tokens(file.source[start:end]) if token.kind != "comment"]
    edits, index = [], 1
    while index < len(code):
        if code[index].text in ("print", "println") and code[index - 1].kind == "newline":
            first, depth = index, 0
            while depth or code[index].kind != "newline":
                depth += (code[index].text == "(") - (code[index].text == ")")
                index += 1
            begin, stop = start + code[first].start, start + code[index].start
            edits.append((begin, stop, _blank(file.source[begin:stop])))
        index += 1
    if not edits:
        raise GoError(f"the manifest of the min runtime makes {name} silent, which prints nothing", Position(filename))
    return edits


def _noinline_edit(file: Declarations, start: int, end: int) -> tuple[int, int, str]:
    """The edit that marks the function source[start:end]."""
    position = start + next(token.start for token in tokens(file.source[start:end]) if token.text == "func")
    return position, position, "//go:noinline\n"


def _apply(source: str, edits: list[tuple[int, int, str]]) -> str:
    """*source* with the edits made; an edit inside a bigger one is lost with it."""
    parts, position = [], 0
    for start, end, text in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
        if start >= position:
            parts += [source[position:start], text]
            position = end
    return "".join(parts) + source[position:]


def _without_unused_imports(source: str) -> str:
    """Go refuses unused imports: leave out those whose name no longer stands before a dot (blank imports stay)."""
    file = Declarations(source)
    code = [token for token in tokens(source) if token.kind not in ("comment", "newline")]
    used = {
        token.text
        for before, token, after in zip([None, *code], code, code[1:], strict=False)
        if after.text == "." and token.kind == "word" and not (before is not None and before.text == ".")
    }
    unused = set()
    for item in file.items:
        if item.keyword == "import":
            prefix = source[item.start : item.name_spans[0][0]].split()
            name = prefix[-1] if prefix and prefix[-1] not in ("import", "(") else item.names[0].rpartition("/")[2]
            if name not in used and name not in ("_", "."):
                unused.add(item)
    remaining = [0] * len(file.groups)
    for item in file.items:
        if item.group >= 0 and item not in unused:
            remaining[item.group] += 1
    edits = [(item.start, item.end, _blank(source[item.start : item.end])) for item in unused]
    edits += [
        (group.start, group.end, _blank(source[group.start : group.end]))
        for group, count in zip(file.groups, remaining, strict=True)
        if group.keyword == "import" and not count
    ]
    return _apply(source, edits)
