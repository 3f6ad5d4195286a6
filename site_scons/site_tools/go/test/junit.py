"""JUnit XML from JSON events: one test suite a package, one test case a test, example, fuzz target or benchmark.

The format is the one that CI servers read (the "Jenkins" schema): testsuites, testsuite, testcase with failure, error or skipped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

# Characters that XML 1.0 cannot hold in any form.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass
class Case:
    """A test: *verdict* is "pass", "fail", "skip", "bench", or "" if it never ended."""

    name: str
    verdict: str = ""
    seconds: float = 0.0
    output: list[str] = field(default_factory=list)


@dataclass
class Suite:
    """A package: its tests in the order in which they began, its own *output*, and how it ended."""

    package: str
    cases: dict[str, Case] = field(default_factory=dict)
    verdict: str = ""
    seconds: float = 0.0
    time: str = ""
    output: list[str] = field(default_factory=list)
    failed_build: str = ""

    def count(self, verdict: str) -> int:
        """How many tests have *verdict*."""
        return sum(case.verdict == verdict for case in self.cases.values())

    @property
    def unfinished(self) -> list[Case]:
        """The tests that were running when the package ended: it panicked, exited, or was killed."""
        return [case for case in self.cases.values() if not case.verdict]


def collect(lines: Iterable[str]) -> list[Suite]:
    """The suites that JSON event *lines* tell about; lines that are no events of a test are passed over."""
    suites: dict[str, Suite] = {}
    for line in lines:
        if not line.startswith("{"):
            continue
        event = json.loads(line)
        package = event.get("Package")
        if package:
            _take(suites.setdefault(package, Suite(package)), event)
    return list(suites.values())


def _take(suite: Suite, event: dict[str, str]) -> None:
    action = event["Action"]
    name = event.get("Test", "")
    case = suite.cases.setdefault(name, Case(name)) if name else None
    if action == "start":
        suite.time = event.get("Time", "")
    elif action == "output":
        (case or suite).output.append(event["Output"])
    elif action in ("pass", "fail", "skip", "bench"):
        (case or suite).verdict = action
        (case or suite).seconds = float(event.get("Elapsed", 0))
        suite.failed_build = event.get("FailedBuild", suite.failed_build)


def to_xml(suites: Iterable[Suite]) -> str:
    """The report as an XML document."""
    suites = list(suites)
    tests = sum(len(suite.cases) for suite in suites)
    failures = sum(suite.count("fail") for suite in suites)
    errors = sum(_has_error(suite) for suite in suites)
    seconds = sum(suite.seconds for suite in suites)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<testsuites tests="{tests}" failures="{failures}" errors="{errors}" time="{seconds:.3f}">')
    for suite in suites:
        lines += _suite(suite)
    return "\n".join([*lines, "</testsuites>", ""])


def _has_error(suite: Suite) -> bool:
    """Whether the package failed for a reason that no test reports: it could not be built, or its process died."""
    return suite.verdict == "fail" and not suite.count("fail")


def _suite(suite: Suite) -> list[str]:
    error = _has_error(suite)
    attributes = {
        "name": suite.package,
        "tests": str(len(suite.cases)),
        "failures": str(suite.count("fail")),
        "errors": str(int(error)),
        "skipped": str(suite.count("skip")),
        "time": f"{suite.seconds:.3f}",
        **({"timestamp": suite.time[:19]} if suite.time else {}),
    }
    lines = [f"\t<testsuite{_attributes(attributes)}>"]
    for case in suite.cases.values():
        lines += _case(suite, case)
    if error and not suite.unfinished:
        what = f"{suite.failed_build or suite.package}: build failed" if suite.failed_build else "the package failed outside its tests"
        lines.append(f"\t\t<testcase{_attributes({'classname': suite.package, 'name': '(package)', 'time': '0.000'})}>")
        lines += [f"\t\t\t<error{_attributes({'message': what})}>{_text(suite.output)}</error>", "\t\t</testcase>"]
    elif suite.output:
        lines.append(f"\t\t<system-out>{_text(suite.output)}</system-out>")
    return [*lines, "\t</testsuite>"]


def _case(suite: Suite, case: Case) -> list[str]:
    head = f"\t\t<testcase{_attributes({'classname': suite.package, 'name': case.name, 'time': f'{case.seconds:.3f}'})}"
    if case.verdict == "fail":
        return [head + ">", f'\t\t\t<failure message="Failed">{_text(case.output)}</failure>', "\t\t</testcase>"]
    if case.verdict == "skip":
        reason = [line.strip() for line in case.output if line.startswith("    ") and not line.lstrip().startswith("--- ")]
        return [head + ">", f"\t\t\t<skipped{_attributes({'message': ' '.join(reason)})}/>", "\t\t</testcase>"]
    if not case.verdict:
        message = "the test did not finish"
        return [head + ">", f"\t\t\t<error{_attributes({'message': message})}>{_text(case.output)}</error>", "\t\t</testcase>"]
    return [head + "/>"]


def _attributes(values: dict[str, str]) -> str:
    return "".join(f" {name}={quoteattr(_FORBIDDEN.sub('�', value))}" for name, value in values.items())


def _text(output: list[str]) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", "".join(output)))
