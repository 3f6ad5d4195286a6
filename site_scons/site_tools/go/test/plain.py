"""What a person reads of a test run that was recorded with marks for test2json: what ``go test`` shows of a run without.

A test binary with marks tells at once what it otherwise keeps until a test has ended. The rules are those of package testing (testing.go:
flushToParent, report, chattyPrinter; benchmark.go:847): what a test logs stands below its result, indented as deep as the test is, and
results of nested tests below that of the outermost; what tests print themselves comes when they print it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping

from .events import TYPED_OUTPUT_SINCE, Converter

_FRAME = re.compile(r"=== ([A-Z]+) +(\S*)")
_REPORT = re.compile(r"--- (PASS|FAIL|SKIP|BENCH): (\S+)")
_LOG = re.compile(r"    (?:.+?\.go:\d+|\?\?\?:1): ")  # testing.go: (*common).decorate
_MORE_LOG = " " * 8


def plain_text(events: Iterable[str], minor: int, verbose: bool, failed: bool) -> str:
    """The text that ``go test`` would have shown, with -v if *verbose*, for the JSON *events* of a test binary of Go 1.*minor*.

    Without -v, a passing package is its last line only.
    """
    shown: list[str] = []
    plain = _Plain(shown.append, minor >= TYPED_OUTPUT_SINCE, verbose)
    for line in events:
        plain.take(json.loads(line))
    text = "".join(shown)
    return text if verbose or failed else text.splitlines(keepends=True)[-1]


def plain_converter(show: Callable[[str], None], package: str, minor: int, verbose: bool) -> Converter:
    """A converter that passes plain text on to *show* as it comes; *minor* and *verbose* are as for :func:`plain_text`."""
    plain = _Plain(show, minor >= TYPED_OUTPUT_SINCE, verbose)
    return Converter(lambda line: plain.take(json.loads(line)), package, minor)


class _Plain:
    """Turns events into text. *typed* says that they tell which lines frame tests."""

    def __init__(self, show: Callable[[str], None], typed: bool, verbose: bool) -> None:
        self._show = show
        self._typed = typed
        self._verbose = verbose
        self._held: dict[str, list[str]] = {}  # of each running test: what will stand below its result
        self._named = ""  # the test that a reader takes the next line to be of
        self._logging = ""  # the test whose log the last line was of
        self._rest = False  # the next event goes on with the line of the last one

    def take(self, event: Mapping[str, str]) -> None:
        if event["Action"] != "output":
            return
        test, line, kind = event.get("Test", ""), event["Output"], event.get("OutputType", "")
        frame, report = _FRAME.match(line), _REPORT.match(line)
        if (frame or report) and (kind == "frame" or not self._typed):
            self._rest, self._logging = False, ""
            if report:
                self._report(report[1], report[2], line)
            elif frame:
                self._frame(frame[1], frame[2], line)
            return
        if not self._rest:
            more = self._logging == test and line.startswith(_MORE_LOG)
            self._logging = test if test and (kind.startswith("error") or more or _LOG.match(line)) else ""
        self._rest = not line.endswith("\n")
        if self._logging:
            self._log(test, line)
        elif line.rstrip("\n") != test or not test.startswith("Benchmark") or self._verbose:  # else it is what -v alone shows
            self._show(line)

    def _frame(self, word: str, name: str, line: str) -> None:
        benchmark = name.startswith("Benchmark")
        if word == "RUN" and not benchmark:
            self._held[name] = []
        if self._verbose and word != "NAME" and not benchmark:
            self._named = name
            self._show(line)

    def _log(self, test: str, line: str) -> None:
        if self._verbose:
            if self._named not in ("", test) and not test.startswith("Benchmark"):
                self._show(f"=== NAME  {test}\n")
            self._named = test
            self._show(line)
        elif test in self._held:
            self._held[test].append(line)
        else:  # benchmarks log below their results
            self._show(line)

    def _report(self, verdict: str, name: str, line: str) -> None:
        text = line + "".join(self._held.pop(name, ()))
        if not self._verbose and verdict not in ("FAIL", "BENCH"):
            return
        parent = name
        while parent and parent not in self._held:
            parent = parent.rpartition("/")[0]
        if parent:
            self._held[parent] += ["    " + each for each in text.splitlines(keepends=True)]
        else:
            self._named = name
            self._show(text)
