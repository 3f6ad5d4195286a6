"""The run of one package's tests as a SCons node: vet, then the test binary, or the result that is kept of it."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from SCons.Errors import BuildError

from ..errors import GoError, os_problem
from ..files import replace_file
from ..test.events import Converter
from ..test.flags import TestOptions
from ..test.plain import plain_converter, plain_text
from ..test.run import BuiltTest, Outcome, build_failed, no_test_files, run_test
from ..test.testlog import Place
from . import messages
from .nodes import Unit
from .session import session
from .testbinary import TestBinaryUnit

if TYPE_CHECKING:
    from .suite import Suite

Node = Any


class TestRunUnit(Unit):
    """The tests of one package. The node is never up to date: whether a result still holds depends on more than SCons sees."""

    def __init__(self, suite: Suite, binary: TestBinaryUnit, number: int) -> None:
        self.suite = suite
        self.binary = binary
        self.number = number
        self.node: Node = None
        self.kids: list[Node] = [binary.node]
        self._forget()

    def _forget(self) -> None:
        self.outcome: Outcome | None = None
        self.events: list[str] = []

    @property
    def import_path(self) -> str:
        return self.binary.import_path

    def children(self) -> list[Node]:
        return self.kids

    def is_current(self) -> bool:
        return False

    def reason(self) -> str:
        return "tests are run, or the result of their last run is looked at"

    def signature(self) -> str:
        return self.import_path

    def content_digest(self) -> str:
        return self.outcome.verdict if self.outcome else ""

    def remove(self) -> bool:
        return False

    def reset(self) -> None:
        self._forget()

    def describe(self, env: Any) -> str:
        shown = str(env.Override({"_GOPACKAGE": self.import_path}).subst("$GOTESTCOMSTR"))
        return shown or (f"Testing {self.import_path}" if session().dry else "")

    def run(self, env: Any) -> None:
        del env
        if self.suite.stopped:
            return
        if self.binary.unbuilt():  # scons -i
            raise BuildError(errstr=f"cannot test {self.import_path}", status=2)
        try:
            outcome = self.outcome = self._vetted() or self._tested()
        except GoError as error:
            raise session().failure(error, f"cannot test {self.import_path}") from None
        except OSError as error:
            raise session().failure(GoError(f"{self.import_path}: {os_problem(error)}"), f"cannot test {self.import_path}") from None
        finally:
            self.suite.in_order.end(self.number)
        if outcome.failed:
            raise BuildError(errstr=f"tests of {self.import_path} failed", status=1)

    def _vetted(self) -> Outcome | None:
        """The outcome if vet finds something wrong, None if not (cmd/go/internal/test/test.go:1378)."""
        checks = self.suite.checks
        if checks is None or os.path.exists(self.binary.vet_stamp(checks)):
            return None
        program = self.binary
        built = program.built()
        ask = self._packages_to_vet()
        packages = {package.import_path: package.listed for package in program.packages()}
        vetted = self.suite.vetter(program).vet(program.packages(), built, ask)
        findings = {packages[each.import_path]: each.findings for each in vetted if each.findings}
        if not findings:
            replace_file(program.vet_stamp(checks), b"")
            return None
        for name, text in findings.items():
            messages.tell_unbuilt(name, messages.from_here(text, session().top, session().here))
        outcome = build_failed(self.import_path)
        self._show(outcome, next(iter(findings)))
        return outcome

    def _packages_to_vet(self) -> frozenset[str]:
        program = self.binary.program
        if program is None:
            return frozenset({self.import_path})
        internal, external = program.packages.internal, program.packages.external
        paths = [internal.import_path] if internal.files.go else []
        return frozenset([*paths, *([external.import_path] if external else [])])

    def _tested(self) -> Outcome:
        facts = self.binary.facts()
        if not facts.tests:
            outcome = self._untested()
            self._show(outcome)
            return outcome
        suite, options = self.suite, self.suite.marked_options
        place = Place(facts.folder, facts.root, suite.environ)
        built = BuiltTest(
            self.import_path,
            self.binary.target,
            self.binary.content_digest(),
            place,
            scratch=suite.build_dir,
            fuzz_cache=os.path.join(suite.build_dir, "fuzz", *self.import_path.split("/")),
            coverage=suite.coverage_key,
            cover_meta=suite.cover_meta,
            wrapper=suite.wrapper,
        )
        with suite.benchmarks:
            if suite.streams:
                return self._streamed(built, options)
            outcome = run_test(built, options, suite.cache)
            self._show(outcome)
            return outcome

    def _streamed(self, built: BuiltTest, options: TestOptions) -> Outcome:
        """Run the tests and show what they print as they print it."""
        suite = self.suite
        if not suite.options.json:
            if suite.reports:
                plain = plain_converter(lambda text: self._write(text.encode()), self.import_path, suite.minor, suite.options.show_pass)
                outcome = run_test(built, options, suite.cache, plain.write)
                plain.close()
            else:
                outcome = run_test(built, options, suite.cache, self._write)
            self.events = self._events(outcome)
            return outcome
        lines: list[str] = []

        def emit(line: str) -> None:
            lines.append(line)
            messages.show(line)

        converter = Converter(emit, self.import_path, suite.minor)
        outcome = run_test(built, options, suite.cache, converter.write)
        converter.exited(outcome.failed)
        converter.close()
        self.events = lines
        return outcome

    def _untested(self) -> Outcome:
        """The outcome of a package without tests; with coverage, that none of its statements ran (test.go:1545)."""
        coverage = self.suite.uncovered(self.binary)
        if coverage is None:
            return no_test_files(self.import_path)
        text, profile = coverage
        return Outcome(self.import_path, "none", text.encode(), profile=profile.encode())

    def _show(self, outcome: Outcome, unbuilt: str = "") -> None:
        """Show a run whose output is complete, JSON events at once and all else when it is its turn; *unbuilt* as for the events."""
        suite, lines = self.suite, self._events(outcome, unbuilt)
        if suite.options.json:
            messages.show("".join(lines))
        elif suite.reports:
            text = plain_text(lines, suite.minor, suite.options.show_pass, outcome.failed)
            self._write(text.encode())
        else:
            self._write(outcome.output)
        self.events = lines

    def _write(self, data: bytes) -> None:
        self.suite.in_order.write(self.number, data)

    def give_up(self) -> bytes | None:
        """What is shown of tests that could not be built, None if they may yet be."""
        unbuilt = self.binary.unbuilt() if self.outcome is None and not self.suite.stopped else ""
        if not unbuilt:
            return None
        self.outcome = build_failed(self.import_path, self.binary.failed_stage)
        self.events = self._events(self.outcome, unbuilt)
        return "".join(self.events).encode() if self.suite.options.json else self.outcome.output

    def _events(self, outcome: Outcome, unbuilt: str = "") -> list[str]:
        """The JSON events of a run whose output is complete; none if nobody wants them."""
        if not (self.suite.reports or self.suite.options.json):
            return []
        return events_of(outcome, self.suite.minor, unbuilt)


def events_of(outcome: Outcome, minor: int, failed_build: str = "") -> list[str]:
    """The JSON events for *outcome*."""
    lines: list[str] = []
    converter = Converter(lines.append, outcome.import_path, minor)
    converter.write(outcome.output)
    if failed_build:
        converter.failed_build(failed_build)
    converter.exited(outcome.failed)
    converter.close()
    return lines


def marked(options: TestOptions) -> TestOptions:
    """*options* with which the output can be turned into events, whatever is shown of it."""
    arguments = tuple(argument for argument in options.arguments if not argument.startswith("-test.v="))
    return replace(options, arguments=("-test.v=test2json", *arguments), values={**options.values, "json": "true"})
