"""What a person reads of a test run that was recorded with marks for test2json."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from .events import Converter

_FRAME = re.compile(r"=== (?:RUN|PAUSE|CONT|NAME|ATTR|ARTIFACTS) ")


def plain_text(output: bytes, package: str, minor: int, verbose: bool, failed: bool) -> str:
    """The text that ``go test`` would have shown, with -v if *verbose*, for the marked *output* of a test binary of Go 1.*minor*.

    Without -v, a passing package is its last line only, and a failing one shows its failed tests and what is no test's.
    """
    events = _events(output, package, minor)
    if verbose:
        return "".join(event["Output"] for event in events if event["Action"] == "output")
    if not failed:
        return "".join(event["Output"] for event in events if event["Action"] == "output").splitlines(keepends=True)[-1]
    return _failures(events)


def _events(output: bytes, package: str, minor: int) -> list[dict[str, str]]:
    lines: list[str] = []
    converter = Converter(lines.append, package, minor)
    converter.write(output)
    converter.close()
    return [json.loads(line) for line in lines]


@dataclass
class _Test:
    """What a test printed: *report* is its result line, *log* the lines of t.Log and its kin, *prints* all else."""

    report: str = ""
    failed: bool = False
    log: list[str] = field(default_factory=list)


def _failures(events: list[dict[str, str]]) -> str:
    tests: dict[str, _Test] = {}
    text: list[str] = []
    for event in events:
        name, action = event.get("Test", ""), event["Action"]
        if action in ("pass", "fail", "skip") and name:
            tests.setdefault(name, _Test()).failed = action == "fail"
        elif action == "output":
            line = event["Output"]
            if not name:
                text.append(line)
            elif line.lstrip(" ").startswith("--- "):
                tests.setdefault(name, _Test()).report = line
            elif not _FRAME.match(line):
                tests.setdefault(name, _Test()).log.append(line)
    shown = "".join(_shown(name, test) for name, test in tests.items() if test.failed or not test.report)
    return shown + "".join(text)


def _shown(name: str, test: _Test) -> str:
    """The lines of a failed test; what it logged is indented below its result, as deep as the test is."""
    indent = "    " * name.count("/") if test.report else ""
    lines = [indent + line if line.startswith("    ") else line for line in test.log]
    return test.report + "".join(lines)
