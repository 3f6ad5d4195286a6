"""Go string literals as ``%q`` writes them."""

from __future__ import annotations

import bisect
import os
import re
from functools import lru_cache

from ..module import words

_TABLE = re.compile(r"var (is(?:Not)?Print(?:16|32)) = \[\]uint\d+\{(.*?)\n\}", re.S)


def quote(text: str, sdk_src: str) -> str:
    """*text* as ``strconv.Quote`` of the SDK with sources in *sdk_src* writes it.

    Which characters stand for themselves depends on the Unicode tables of that SDK, not on Python's (strconv/quote.go:541, ``IsPrint``).
    """
    return words.quote(text, lambda character: _is_print(ord(character), sdk_src))


def _is_print(code: int, sdk_src: str) -> bool:
    """Whether the character *code*, which is no printable ASCII, stands for itself."""
    if code <= 0xFF:
        return code >= 0xA1 and code != 0xAD
    tables = _tables(sdk_src)
    width = "16" if code < 0x10000 else "32"
    ranges = tables[f"isPrint{width}"]
    at = bisect.bisect_left(ranges, code)
    if at >= len(ranges) or code < ranges[at & ~1] or ranges[at | 1] < code:
        return False
    if code >= 0x20000:
        return True
    exceptions = tables[f"isNotPrint{width}"]
    low = code & 0xFFFF
    at = bisect.bisect_left(exceptions, low)
    return at >= len(exceptions) or exceptions[at] != low


@lru_cache(maxsize=4)
def _tables(sdk_src: str) -> dict[str, list[int]]:
    with open(os.path.join(sdk_src, "strconv", "isprint.go"), encoding="utf-8") as handle:
        text = handle.read()
    tables = {name: [int(number, 16) for number in re.findall(r"0x[0-9a-f]+", body)] for name, body in _TABLE.findall(text)}
    return {name: tables.get(name, []) for name in ("isPrint16", "isNotPrint16", "isPrint32", "isNotPrint32")}
