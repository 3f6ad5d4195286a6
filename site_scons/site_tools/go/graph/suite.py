"""GoTest: the tests of the packages that patterns name, one node a package, and what is told about all of them together."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from SCons.Environment import Base
from SCons.Node.FS import get_default_fs
from SCons.Script import ARGUMENTS
from SCons.Script.SConscript import launch_dir

from ..errors import GoError
from ..files import replace_text
from ..module.words import split_quoted
from ..plan.vet import Checks, test_checks
from ..test.covered import covered_packages
from ..test.coverhtml import coverage_page
from ..test.covermeta import nothing_ran, write_list
from ..test.coverprofile import Profile, parse_profile, share
from ..test.events import BUILD_EVENTS_SINCE
from ..test.flags import TestOptions, parse_flags
from ..test.inorder import InOrder
from ..test.program import binary_name
from ..test.run import Outcome
from ..test.testlog import ResultCache
from ..test.variants import CoverRequest
from . import messages, variables
from .actions import make_node
from .coverage import source_reader
from .patterns import PatternUnit, pattern_node
from .runtime import refuse_profile
from .session import session
from .testbinary import Purpose, TestBinaryUnit
from .testrun import TestRunUnit, marked

if TYPE_CHECKING:
    from ..package import Package
    from ..plan.vetter import Vetter
    from .build import Build

Node = Any
Nodes = list[Any]

FAIL_FAST_SINCE = 23  # older ones go on with the next package


class Suite(PatternUnit):
    """One GoTest call."""

    verb = "test"

    def __init__(self, env: Any, patterns: tuple[str, ...], place: Node) -> None:
        super().__init__(env, patterns, place)
        self.options = parse_flags(self._flags(), launch_dir)
        self.sdk = variables.sdk_of(env)
        self.minor = self.sdk.minor
        self.checks: Checks | None = test_checks(self.options.values.get("vet", ""), self.minor)
        self.outputs = {name: self._output(f"GOTEST{name}") for name in ("JUNIT", "JSON", "HTML")}
        self.benchmarks: AbstractContextManager[Any] = nullcontext()
        messages.json_stream |= self.options.json and self.minor >= BUILD_EVENTS_SINCE
        if not isinstance(env.get("GOTESTENV") or {}, Mapping):
            raise GoError(f"GOTESTENV must be a dictionary, not {env['GOTESTENV']!r}")
        if self.outputs["HTML"] and not self.options.covers:
            raise GoError("GOTESTHTML needs -cover (or -coverpkg, -coverprofile) in GOTESTFLAGS")
        atexit.register(self.finish)

    def reset(self) -> None:
        super().reset()
        self.runs: list[TestRunUnit] = []
        self._finished = False
        self._started = time.monotonic()
        self._build: Build | None = None
        self._selected: dict[str, Package] = {}
        vars(self).pop("cover_meta", None)  # is written anew
        self.in_order = InOrder(0, messages.show, lambda _: None)

    def _flags(self) -> tuple[str, ...]:
        said = str(ARGUMENTS.get("GOTESTFLAGS", ""))
        return variables.words(self.env, "GOTESTFLAGS") + split_quoted(said, "GOTESTFLAGS")

    def _output(self, name: str) -> Node:
        value = self.env.get(name)
        try:
            return self.env.File(value) if value else None
        except TypeError:
            raise GoError(f"{name}={value}: is a folder, not a file") from None

    @property
    def reports(self) -> bool:
        """Whether reports want the events of all tests."""
        return bool(self.outputs["JUNIT"] or self.outputs["JSON"])

    @cached_property
    def marked_options(self) -> TestOptions:
        """The options that binaries are run with."""
        options = self.options
        if self.outputs["HTML"] and not options.values.get("coverprofile"):
            values = {**options.values, "coverprofile": "cover.out"}
            options = replace(options, values=values, arguments=("-test.coverprofile=cover.out", *options.arguments))
        return marked(options) if self.reports and not options.json else options

    @property
    def streams(self) -> bool:
        """Whether output is shown as it comes (cmd/go/internal/test/test.go:1470)."""
        options = self.options
        return options.endless or options.json or (options.show_pass and (len(self.runs) == 1 or session().jobs == 1))

    @property
    def stopped(self) -> bool:
        """Whether tests have failed and -failfast lets no more begin (cmd/go/internal/test/test.go:1453)."""
        fast = self.options.is_on("failfast") and self.minor >= FAIL_FAST_SINCE
        return fast and any(run.outcome and run.outcome.seconds and run.outcome.failed for run in self.runs)

    @cached_property
    def cache(self) -> ResultCache:
        """The results that are kept."""
        return ResultCache(os.path.join(self.build_dir, "results"), self.ledger.state.digest)

    @cached_property
    def environ(self) -> dict[str, str]:
        """The environment of the tests: that of scons, what ENV sets beyond SCons' defaults, GOTESTENV; the SDK's go comes first."""
        environ = {**os.environ}
        usual = Base(tools=[])["ENV"]
        environ.update({name: value for name, value in variables.environ(self.env).items() if usual.get(name) != value})
        environ.update({name: self.env.subst(str(value)) for name, value in (self.env.get("GOTESTENV") or {}).items()})
        if variables.flag(self.env, "GOTRIMPATH"):  # such binaries do not know it themselves
            environ.setdefault("GOROOT", self.sdk.root)
        environ["PATH"] = os.path.join(self.sdk.root, "bin") + os.pathsep + environ.get("PATH", os.defpath)
        return environ

    @cached_property
    def wrapper(self) -> tuple[str, ...]:
        """The words of -exec, or of go_GOOS_GOARCH_exec for another target (cmd/go/internal/work/build.go:901 FindExecCmd)."""
        words = self.options.values.get("exec", "")
        if words:
            return split_quoted(words, "-exec")
        variant = variables.variant_of(self.env, self.sdk)
        if (variant.goos, variant.goarch) == (self.sdk.host_goos, self.sdk.host_goarch):
            return ()
        program = f"go_{variant.goos}_{variant.goarch}_exec"
        found = self.env.WhereIs(program) or self.env.WhereIs(program, path=os.environ.get("PATH", ""))
        return (str(found),) if found else ()

    def vetter(self, binary: TestBinaryUnit) -> Vetter:
        """What vets the packages of *binary*."""
        assert self.checks
        build = binary.build
        return build.vetter(binary.config(build), self.checks)

    # Which packages there are.

    def deciding(self, derived: Nodes) -> Nodes:
        return [node for node in derived if node.name.endswith(".go")]

    def enter(self, build: Build, paths: list[str]) -> Nodes:
        self._build = build
        self._check_packages(build, paths)
        purpose = self._purpose(build, paths)
        self.runs = [TestRunUnit(self, self._binary(build, path, purpose), number) for number, path in enumerate(paths)]
        self.in_order = InOrder(len(self.runs), messages.show, lambda number: self.runs[number].give_up())
        for run in self.runs:
            name = f"{self.node.get_abspath()}-{run.number}"
            run.node = make_node(get_default_fs().File(name), run, self.env)
        if self.options.values.get("bench"):  # benchmarks run one at a time, when all is built (test.go:1124)
            self.benchmarks = threading.Lock()
            binaries = [run.binary.node for run in self.runs]
            for run in self.runs:
                run.kids = binaries
        return [run.node for run in self.runs]

    def _check_packages(self, build: Build, paths: list[str]) -> None:
        """Refuse what go test refuses for several packages (cmd/go/internal/test/test.go:733), and what the runtime does not have."""
        options = self.options
        if len(paths) > 1 and options.values.get("fuzz"):
            raise GoError("cannot use -fuzz flag with multiple packages")
        if len(paths) > 1 and options.profile_flag:
            raise GoError(f"cannot use {options.profile_flag} flag with multiple packages")
        refuse_profile(build.runtime, options.profile_flag)
        if options.values.get("fuzz") and paths:
            folder = os.path.dirname(build.loader().sdk.src)
            package = build.loader().tested(paths[0])[0]
            if package.module is None or not package.module.main:
                raise GoError(
                    f"cannot use -fuzz flag on package outside the main module ({package.import_path} in {package.module or folder})"
                )

    def _purpose(self, build: Build, paths: list[str]) -> Purpose:
        options = self.options
        coverage = None
        if options.covers:
            mode, patterns = options.cover_mode(build.setup.variant.race), options.cover_packages
            self._selected = covered_packages(build.loader(), paths, mode, patterns, self.folder) if patterns else {}
            coverage = CoverRequest(mode, patterns, frozenset(self._selected))
        return Purpose(bool(options.profile_flag), bool(options.values.get("fuzz")), coverage)

    def _binary(self, build: Build, path: str, purpose: Purpose) -> TestBinaryUnit:
        target = os.path.join(build.setup.output, f"~test-{path.replace('/', '~')}", purpose.name, binary_name(path))
        binaries: dict[str, TestBinaryUnit] = session().test_binaries
        if target not in binaries:
            node = get_default_fs().File(target)
            unit = binaries[target] = TestBinaryUnit(node, self.env, path, self.place, purpose)
            make_node(node, unit, self.env)
        binaries[target].suites.append(self.node)
        return binaries[target]

    # Coverage.

    @property
    def coverage_key(self) -> str:
        """What is part of a result's key because of coverage; "" without it."""
        if not self.options.covers:
            return ""
        return repr((self.options.cover_packages, self.cover_meta and _content(self.cover_meta))) if self._selected else "local"

    @cached_property
    def cover_meta(self) -> str:
        """The list of meta-data of all covered packages; "" if these are only the packages under test."""
        if not self._selected:
            return ""
        assert self._build
        path = os.path.join(self._build.setup.output, "~covermeta", f"{os.path.basename(self.node.get_abspath())}", "metafiles.txt")
        write_list(self._build.config, self._selected.values(), path)
        return path

    def uncovered(self, binary: TestBinaryUnit) -> tuple[str, str] | None:
        """(what is shown of a package without tests, its profile); None without coverage or statements (test.go:1545)."""
        if not self.options.covers:
            return None
        mode = self.options.cover_mode(binary.build.setup.variant.race)
        package = binary.packages()[-1]
        if self.options.cover_packages and package.import_path not in self._selected:
            return None
        profile = nothing_ran(binary.build.config, replace(package, cover_mode=mode))
        if profile is None:
            return None
        return f"\t{package.import_path}\t\tcoverage: 0.0% of statements\n", profile.text()

    # What is told at the end.

    @property
    def outcomes(self) -> list[Outcome]:
        """How the tests of the packages went, as far as they have been run or will not be."""
        return [run.outcome for run in self.runs if run.outcome]

    def _events(self) -> list[str]:
        return [line for run in self.runs for line in run.events]

    def finish(self) -> None:
        """Write the reports and the one line about all packages: at the end, however it came."""
        if self._finished or not self._ready or session().dry:
            return
        self.in_order.finish()
        if not self.outcomes:
            return
        self._finished = True
        try:
            self._write_reports()
        except (GoError, OSError) as error:
            messages.say(f"cannot write the test report: {error}")
        if not self.options.json:
            messages.show(self._summary())

    def _write_reports(self) -> None:
        contents: dict[str, Callable[[], str]] = {
            "JSON": lambda: "".join([*(line for lines in messages.unbuilt.values() for line in lines), *self._events()]),
            "JUNIT": self._xml,
            "HTML": self._page,
        }
        for name, make in contents.items():
            if self.outputs[name]:
                replace_text(str(self.outputs[name].get_abspath()), make())
        profile = self.options.values.get("coverprofile", "")
        if profile:
            replace_text(os.path.join(self.options.values.get("outputdir") or session().here, profile), self._profile().text())

    def _xml(self) -> str:
        from ..test.junit import collect, to_xml  # it loads half of urllib

        return to_xml(collect(self._events()))

    def _page(self) -> str:
        assert self._build
        return coverage_page(self._profile(), source_reader(self._build))

    def _profile(self) -> Profile:
        profile = Profile()
        for outcome in self.outcomes:
            if outcome.profile:
                part = parse_profile(outcome.profile.decode("utf-8", "surrogateescape"), outcome.import_path)
                profile.add(part.mode, part.counts.items())
        return profile

    def _summary(self) -> str:
        failed = [outcome.import_path for outcome in self.outcomes if outcome.failed]
        passed = [outcome for outcome in self.outcomes if outcome.verdict == "ok"]
        cached = sum(outcome.cached for outcome in passed)
        parts = [f"{len(passed)} passed" + (f" ({cached} cached)" if cached else "")]
        parts += [f"{len(failed)} failed ({', '.join(failed[:5])}{', ...' if len(failed) > 5 else ''})"] if failed else []
        untested = sum(outcome.verdict == "none" for outcome in self.outcomes)
        parts += [f"{untested} without tests"] if untested else []
        left = len(self.runs) - len(self.outcomes)
        parts += [f"{left} not run"] if left else []
        if self.options.covers and self.marked_options.values.get("coverprofile"):
            counted = share(self._profile().counts.items())
            parts += [f"coverage {counted} of statements"] if counted.total else []
        total = len(self.runs)
        verdict = "FAIL" if failed or left else "ok"
        return f"{verdict}: {total} package{'s' if total != 1 else ''}: {', '.join(parts)} in {time.monotonic() - self._started:.1f}s\n"

    # The node of the whole suite.

    def is_current(self) -> bool:
        return False

    def reason(self) -> str:
        return "tests are run, or their results are looked at"

    def content_digest(self) -> str:
        return repr([(outcome.import_path, outcome.verdict) for outcome in self.outcomes])

    def remove(self) -> bool:
        from .clean import remove_tests

        return remove_tests(self.ledger, session().top, [node for node in self.outputs.values() if node])

    def run(self, env: Any) -> None:
        self.finish()


def _content(path: str) -> bytes:
    with open(path, "rb") as handle:
        return handle.read()


def go_test(env: Any, patterns: tuple[str, ...], place: Node, number: int) -> Node:
    """The node of a new suite, which is the *number*-th of this process; raises GoError for wrong flags."""
    return pattern_node(Suite(env, patterns, place), f"tests-{number}")
