"""Leave functions out of a kept assembly file."""

from __future__ import annotations

import re

from ..errors import GoError, Position
from .manifest import Rule

_TEXT = re.compile(r"^TEXT[ \t]+([^\s(<]+(?:<>)?)(?:<ABI\w+>)?\(SB\)")
_OTHER = re.compile(r"^(?:TEXT|DATA|GLOBL)\b")


def prune_assembly(source: str, rule: Rule, filename: str) -> str:
    """*source* without the functions of ``rule.drop``, named as after TEXT (``runtime·gogo``); lines keep their numbers.

    A function ends where the next TEXT, DATA or GLOBL stands at the start of a line; macros that are defined on the way stay. Raises
    GoError for a name that is not there, and for rules that only Go files can have.
    """
    if rule != Rule(drop=rule.drop):
        raise GoError("the manifest of the min runtime can only drop functions of an assembly file", Position(filename))
    missing = set(rule.drop)
    lines, dropping, macro = [], False, False
    for line in source.split("\n"):
        if macro or line.startswith("#define"):
            macro = line.endswith("\\")
            lines.append(line)
            continue
        if _OTHER.match(line):
            match = _TEXT.match(line)
            dropping = match is not None and match.group(1) in rule.drop
            if match is not None:
                missing.discard(match.group(1))
        lines.append("" if dropping else line)
    if missing:
        raise GoError(f"the manifest of the min runtime names {min(missing)}, which the file does not define", Position(filename))
    return "\n".join(lines)
