"""Run the test binary of a package, or take its result from the cache, and say how it went in go's words.

Rules: cmd/go/internal/test/test.go:1446 (``runTestActor.Act``).
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ..plan.run import scratch_folder
from .flags import TestOptions
from .process import Ended, Limits, run_process
from .testlog import Place, Result, ResultCache, key_arguments, result_key

Write = Callable[[bytes], None]

# Warnings in the output of a binary that had nothing to do, and what go adds to the line of the package.
_NOTHING_RUN = (
    (re.compile(rb"^testing: warning: no tests to run\n", re.M), " [no tests to run]"),
    (re.compile(rb"^testing: warning: no fuzz tests to fuzz\n", re.M), " [no fuzz tests to fuzz]"),
    (
        re.compile(rb"^testing: warning: -fuzz matches more than one fuzz test, won't fuzz\n", re.M),
        "[-fuzz matches more than one fuzz test, won't fuzz]",
    ),
)
_COVERAGE = re.compile(rb"coverage: (.*)\n")

PROFILE_NAME = "_cover_.out"


@dataclass(frozen=True)
class BuiltTest:
    """A linked test binary of the package *import_path*.

    *program* is its path, *digest* the hash of its content. *place* is where and with which environment it runs. *scratch* is a folder
    for temporary files. *fuzz_cache* is where -fuzz keeps what it finds. *coverage* tells for which packages coverage is measured and
    how, "" without it: it is part of a result's key; *cover_meta* is the list of meta-data files for -coverpkg.
    """

    import_path: str
    program: str
    digest: str
    place: Place
    scratch: str
    fuzz_cache: str = ""
    coverage: str = ""
    cover_meta: str = ""
    wrapper: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """How the tests of a package went: *verdict* is "ok", "fail" or "none" (no test files).

    *output* is what is to be shown, the line of the package included; *seconds* the time of the run.
    """

    import_path: str
    verdict: str
    output: bytes
    seconds: float = 0.0
    cached: bool = False
    profile: bytes | None = field(default=None, repr=False)

    @property
    def failed(self) -> bool:
        return self.verdict == "fail"


def no_test_files(import_path: str) -> Outcome:
    """The outcome of a package without tests."""
    return Outcome(import_path, "none", f"?   \t{import_path}\t[no test files]\n".encode())


def build_failed(import_path: str, what: str = "build") -> Outcome:
    """The outcome of a package whose test binary could not be made; *what* is "build" or "setup"."""
    return Outcome(import_path, "fail", f"FAIL\t{import_path} [{what} failed]\n".encode())


def run_test(binary: BuiltTest, options: TestOptions, cache: ResultCache | None, stream: Write | None = None) -> Outcome:
    """The outcome of *binary*'s tests; raises GoError if it cannot be run, OSError if its results cannot be written.

    With *stream*, output is passed on as it comes, and the outcome's output is what was passed.
    """
    key_part, obstacle = key_arguments(options.arguments)
    keeps = cache is not None and not obstacle and not binary.wrapper
    key = result_key(binary.digest, key_part, binary.coverage)
    wants_profile = bool(options.values.get("coverprofile"))
    if cache and keeps:
        found = cache.find(binary.import_path, key, binary.place, wants_profile)
        if found:
            output = found.cached()
            if stream:
                stream(output)
            return Outcome(binary.import_path, "ok", output, cached=True, profile=found.profile)
    with scratch_folder(binary.scratch) as scratch:
        run = _Run(binary, options, scratch, keeps, stream)
        started_ns = time.time_ns()
        outcome = run.outcome()
        if cache and keeps and not outcome.failed and run.log is not None:
            cache.keep(binary.import_path, key, binary.place, run.log, Result(outcome.output, outcome.profile), started_ns)
    return outcome


class _Run:
    """One run of a test binary."""

    def __init__(self, binary: BuiltTest, options: TestOptions, scratch: str, keeps: bool, stream: Write | None) -> None:
        self.binary = binary
        self.options = options
        self.scratch = scratch
        self.keeps = keeps
        self.stream = stream
        self.pieces: list[bytes] = []
        self.log: bytes | None = None

    def outcome(self) -> Outcome:
        """Run the binary and complete its output by what ``go test`` writes."""
        environ = dict(self.binary.place.environ, PWD=self.binary.place.folder)
        cover_folder = self._cover_folder()
        if cover_folder:
            environ["GOCOVERDIR"] = cover_folder
        argv = self._command(cover_folder)
        ended = run_process(argv, self.binary.place.folder, environ, Limits.of(self.options), self._write)
        self.log = self._read("testlog.txt")
        if ended.succeeded:
            self._succeeded(ended)
        else:
            self._failed(ended)
        verdict = "ok" if ended.succeeded else "fail"
        profile = self._read(PROFILE_NAME) if self.options.values.get("coverprofile") else None
        return Outcome(self.binary.import_path, verdict, b"".join(self.pieces), ended.seconds, profile=profile)

    def _command(self, cover_folder: str) -> list[str]:
        argv = [*self.binary.wrapper, self.binary.program]
        if self.keeps:
            argv.append("-test.testlogfile=" + os.path.join(self.scratch, "testlog.txt"))
        argv.append("-test.paniconexit0")
        if self.options.values.get("fuzz"):
            argv.append("-test.fuzzcachedir=" + self.binary.fuzz_cache)
        if cover_folder:
            argv.append("-test.gocoverdir=" + cover_folder)
        profile = "-test.coverprofile=" + os.path.join(self.scratch, PROFILE_NAME)
        return argv + [profile if argument.startswith("-test.coverprofile=") else argument for argument in self.options.arguments]

    def _cover_folder(self) -> str:
        if not self.binary.coverage:
            return ""
        folder = os.path.join(self.scratch, "gocoverdir")
        os.makedirs(folder)
        if self.binary.cover_meta:
            shutil.copyfile(self.binary.cover_meta, os.path.join(folder, os.path.basename(self.binary.cover_meta)))
        return folder

    def _write(self, data: bytes) -> None:
        self.pieces.append(data)
        if self.stream:
            self.stream(data)

    def _buffered(self) -> bytes:
        """The output as far as ``go test`` looks at it: not at what benchmarks and fuzzing print, which goes straight to the terminal."""
        return b"" if self.options.endless else b"".join(self.pieces)

    def _read(self, name: str) -> bytes | None:
        try:
            with open(os.path.join(self.scratch, name), "rb") as handle:
                return handle.read()
        except FileNotFoundError:
            return None

    def _succeeded(self, ended: Ended) -> None:
        said = self._buffered()
        nothing_run = next((text for warning, text in _NOTHING_RUN if warning.search(said)), "")
        coverage = _COVERAGE.search(said) if self.binary.coverage else None
        percentage = f"\tcoverage: {coverage[1].decode()}" if coverage else ""
        options = self.options
        if not (self.stream or options.endless or options.show_pass or options.json):
            self.pieces.clear()
        if said and not said.endswith(b"\n"):
            self._write(b"\n")
        self._write(f"ok  \t{self.binary.import_path}\t{ended.seconds:.3f}s{percentage}{nothing_run}\n".encode())

    def _failed(self, ended: Ended) -> None:
        said = self._buffered()
        for note in ended.notes:
            self._write(f"{note}\n".encode())
        if ended.status < 0 or not said:
            self._write(f"{ended.words}\n".encode())
        elif not said.endswith(b"\n"):
            self._write(b"\n")
        # The mark tells test2json that this line is no output of the test.
        mark = "\x16" if "-test.v=test2json" in self.options.arguments else ""
        self._write(f"{mark}FAIL\t{self.binary.import_path}\t{ended.seconds:.3f}s\n".encode())
