"""How long a build takes in which nothing, or one function body, has changed: scons-go beside ``go build``.

    python bench/null.py [--packages 1000] [--files 5] [--runs 9] [--jobs N] [--json FILE]

Makes a module of that many packages in one program (each imports five of the 200 before it), builds it with both, and then runs both
in turn on the same tree: with no change, with the whole graph in view (``--debug=explain``), and after an edit of a function body in a
leaf package. Times are wall seconds, the median of the runs; the floor is SCons with an empty SConstruct.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLPATH = ROOT / "site_scons" / "site_tools"
WINDOW = 200

SCONSTRUCT = """\
DefaultEnvironment(tools=[])
env = Environment(tools=["go"], toolpath=[{toolpath!r}], GOROOT={goroot!r})
env.GoProgram("bin/app", "cmd/app")
"""


def write_module(folder: Path, packages: int, files: int) -> None:
    """A module ``example.com/big``: *packages* packages of *files* files of about 4 kB, all of them in the closure of cmd/app."""
    choose = random.Random(1)
    used: set[int] = set()
    (folder / "go.mod").write_text("module example.com/big\n\ngo 1.22\n")
    for number in range(packages):
        imports = sorted(choose.sample(range(max(0, number - WINDOW), number), min(5, number)))
        used.update(imports)
        package = folder / name(number)
        package.mkdir(parents=True)
        for part in range(files):
            (package / f"f{part}.go").write_text(source(number, part, imports if part == 0 else []))
    roots = [number for number in range(packages) if number not in used]
    lines = "\n".join(f'\t"example.com/big/{name(number)}"' for number in roots)
    calls = "\n".join(f"\tsum += {package_name(number)}.F0(sum)" for number in roots)
    main = folder / "cmd" / "app"
    main.mkdir(parents=True)
    (main / "main.go").write_text(f"package main\n\nimport (\n{lines}\n)\n\nfunc main() {{\n\tsum := 1\n{calls}\n\tprintln(sum)\n}}\n")


def name(number: int) -> str:
    """The folder of package *number*."""
    return f"lib{number // 100:02d}/{package_name(number)}"


def package_name(number: int) -> str:
    return f"p{number:04d}"


def source(number: int, part: int, imports: Sequence[int]) -> str:
    """One file: a function that uses the imports, and others to make up the size, none of which is inlined."""
    lines = [f"package {package_name(number)}", ""]
    lines += [f'import "example.com/big/{name(other)}"' for other in imports]
    calls = [f"\tx += {package_name(other)}.F0(x) & 3" for other in imports]
    lines += ["", "//go:noinline", f"func F{part}(x int) int {{", f"\tx += {number}", *calls, "\treturn x", "}", ""]
    for extra in range(24):
        lines += [f"// helper{part}x{extra} is here for its size.", "//go:noinline", f"func helper{part}x{extra}(a, b int) int {{"]
        lines += ["\tif a > b {", f"\t\treturn a*{extra + 3} - b", "\t}", f"\treturn b*{number % 97 + 2} + a", "}", ""]
    lines += [f"var _ = helper{part}x{extra}" for extra in range(24)]
    return "\n".join(lines) + "\n"


def edit_body(file: Path, value: int) -> None:
    """Change a constant in the body of F0, without moving a line."""
    text = file.read_text()
    start = text.index("\tx += ") + len("\tx += ")
    end = text.index("\n", start)
    file.write_text(text[:start] + f"{value:08d}".replace("0", "1") + text[end:])


def timed(argv: Sequence[str], folder: Path, environ: dict[str, str]) -> float:
    """Wall seconds of a process that must succeed."""
    start = time.perf_counter()
    done = subprocess.run(argv, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    elapsed = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(argv)}: {done.stdout}{done.stderr}")
    return elapsed


class Bench:
    """The module in *folder*, and the commands that build it."""

    def __init__(self, folder: Path, goroot: Path, jobs: int) -> None:
        self.folder = folder
        self.jobs = str(jobs)
        self.floor = folder.parent / "floor"
        self.floor.mkdir()
        (self.floor / "SConstruct").write_text("DefaultEnvironment(tools=[])\nCommand('x', [], 'true')\nDefault(None)\nAlias('none')\n")
        (folder / "SConstruct").write_text(SCONSTRUCT.format(toolpath=str(TOOLPATH), goroot=str(goroot)))
        self.environ = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "LANG": "C.UTF-8"}
        self.go_environ = self.environ | {
            "GOROOT": str(goroot),
            "GOTOOLCHAIN": "local",
            "GOFLAGS": "",
            "GOPROXY": "off",
            "CGO_ENABLED": "0",
            "GOCACHE": str(folder.parent / "gocache"),
        }
        flags = ["-trimpath", "-buildvcs=false", "-p", self.jobs]
        self.go_command = [str(goroot / "bin" / "go"), "build", *flags, "-o", "bin/app-go", "./cmd/app"]

    def scons(self, *options: str) -> float:
        return timed([sys.executable, "-m", "SCons", "-Q", "-j", self.jobs, *options], self.folder, self.environ)

    def go(self) -> float:
        return timed(self.go_command, self.folder, self.go_environ)

    def scons_floor(self) -> float:
        return timed([sys.executable, "-m", "SCons", "-Q", "none"], self.floor, self.environ)

    def same_binary(self) -> bool:
        return (self.folder / "bin" / "app").read_bytes() == (self.folder / "bin" / "app-go").read_bytes()


def alternate(runs: int, commands: dict[str, Callable[[], float]], before: Callable[[int], None] | None = None) -> dict[str, float]:
    """The median time of each command, one run of each after the other; *before* makes the change that each of them sees."""
    times: dict[str, list[float]] = {label: [] for label in commands}
    for turn in range(runs):
        if before:
            before(turn)
        for label, command in commands.items():
            times[label].append(command())
    return {label: statistics.median(values) for label, values in times.items()}


def measure(bench: Bench, runs: int) -> dict[str, float]:
    """All figures, by name."""
    figures = {"scons cold": bench.scons(), "go cold": bench.go()}
    if not bench.same_binary():
        sys.exit("scons-go and go build made different programs")
    commands: dict[str, Callable[[], float]] = {
        "scons floor": bench.scons_floor,
        "scons null": bench.scons,
        "scons null, all nodes": lambda: bench.scons("--debug=explain"),
        "go null": bench.go,
    }
    figures |= alternate(runs, commands)
    leaf = bench.folder / name(0) / "f0.go"
    figures |= alternate(
        max(3, runs // 3), {"scons leaf edit": bench.scons, "go leaf edit": bench.go}, lambda turn: edit_body(leaf, 20000 + turn)
    )
    if not bench.same_binary():
        sys.exit("after the edits scons-go and go build made different programs")
    return figures


def table(figures: dict[str, float]) -> str:
    """The figures side by side."""
    rows = [
        ("SCons' own floor (empty SConstruct)", "scons floor", None),
        ("nothing changed", "scons null", "go null"),
        ("nothing changed, all nodes in view", "scons null, all nodes", "go null"),
        ("one body edited in a leaf", "scons leaf edit", "go leaf edit"),
        ("cold", "scons cold", "go cold"),
    ]
    lines = [f"{'':38}{'scons-go':>10}{'go build':>10}{'ratio':>8}"]
    for label, ours, theirs in rows:
        line = f"{label:38}{figures[ours]:9.3f}s"
        lines.append(line + (f"{figures[theirs]:9.3f}s{figures[ours] / figures[theirs]:8.2f}" if theirs else ""))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--packages", type=int, default=1000)
    parser.add_argument("--files", type=int, default=5)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--goroot", type=Path, default=ROOT / ".cache" / "sdks" / "1.27.3" / "go")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
    parser.add_argument("--json", type=Path, help="also write the figures, in seconds, to this file")
    parser.add_argument("--keep", type=Path, help="make the module in this folder and leave it there")
    options = parser.parse_args()
    work = options.keep or Path(tempfile.mkdtemp(prefix="scons-go-null-"))
    try:
        folder = work / "module"
        folder.mkdir(parents=True)
        write_module(folder, options.packages, options.files)
        figures = measure(Bench(folder, options.goroot.resolve(), options.jobs), options.runs)
        print(f"{options.packages} packages of {options.files} files, {options.jobs} jobs, median of {options.runs} runs")
        print(table(figures))
        if options.json:
            options.json.write_text(json.dumps(figures, indent=1) + "\n")
    finally:
        if not options.keep:
            shutil.rmtree(work)


if __name__ == "__main__":
    main()
