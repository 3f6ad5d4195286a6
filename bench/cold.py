"""How long a program takes to build from nothing: scons-go beside ``go build`` with an empty GOCACHE.

    python bench/cold.py [--rounds 5] [--jobs N] [--goroot DIR] [--json FILE]

The program serves JSON over HTTP and consists of about 200 packages of std. Each round builds it three times in turn: by the go command, by
scons-go's planner alone, and by SCons. The three programs must be the same, byte for byte. Shown are wall seconds, CPU seconds of all
processes, and the most memory that one process had; the ratio of the wall seconds is taken within each round.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLPATH = ROOT / "site_scons" / "site_tools"
GO, PLANNER, SCONS = "go build", "planner", "SCons"

MAIN = """\
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Println("usage: server address")
		os.Exit(2)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"path": r.URL.Path})
	})
	fmt.Println(http.ListenAndServe(os.Args[1], nil))
}
"""

SCONSTRUCT = """\
DefaultEnvironment(tools=[])
env = Environment(tools=["go"], toolpath=[{toolpath!r}], GOROOT={goroot!r})
env.GoProgram("made/scons", ".")
"""

DRIVER = """\
import os, sys
sys.path.insert(0, {toolpath!r})
from go.plan.program import build_program, open_workplace
from go.sdk import open_sdk
from go.variant import Variant
sdk = open_sdk({goroot!r})
place = open_workplace(sdk, Variant.of(sdk), os.path.abspath("packages"), os.getcwd(), os.environ)
build_program(place, "example.com/server", os.path.abspath("made/planner"), {jobs})
"""


@dataclass
class Run:
    """What one build took: *wall* and *cpu* in seconds, *memory* in MiB."""

    wall: float
    cpu: float
    memory: float


class Bench:
    """The program in *folder*, and the ways to build it."""

    def __init__(self, folder: Path, goroot: Path, jobs: int) -> None:
        self.folder = folder
        (folder / "go.mod").write_text("module example.com/server\n\ngo 1.22\n")
        (folder / "main.go").write_text(MAIN)
        names = {"toolpath": str(TOOLPATH), "goroot": str(goroot), "jobs": jobs}
        (folder / "SConstruct").write_text(SCONSTRUCT.format(**names))
        base = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
        settings = {"GOTOOLCHAIN": "local", "GOFLAGS": "", "GOPROXY": "off", "GOENV": "off", "CGO_ENABLED": "0"}
        go_environ = {**base, **settings, "GOROOT": str(goroot), "GOCACHE": str(folder / "gocache")}
        go = [str(goroot / "bin" / "go"), "build", "-trimpath", "-buildvcs=false", "-p", str(jobs), "-o", "made/go", "."]
        self.ways: dict[str, tuple[list[str], dict[str, str]]] = {
            GO: (go, go_environ),
            PLANNER: ([sys.executable, "-c", DRIVER.format(**names)], base),
            SCONS: ([sys.executable, "-m", "SCons", "-Q", "-j", str(jobs)], base),
        }

    def run(self, way: str) -> Run:
        """Build from nothing, one *way*."""
        for name in ("gocache", "packages", "build", ".sconsign.dblite"):
            path = self.folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        argv, environ = self.ways[way]
        with (self.folder / "said").open("wb") as said:
            start = time.perf_counter()
            process = subprocess.Popen(argv, cwd=self.folder, env=environ, stdout=said, stderr=said)
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
        process.returncode = status
        if status:
            sys.exit(f"{way} failed:\n{(self.folder / 'said').read_text()}")
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)

    def same_programs(self) -> bool:
        return len({path.read_bytes() for path in (self.folder / "made").iterdir()}) == 1


def table(rounds: Sequence[Mapping[str, Run]]) -> str:
    """The best and the median of each way, and the ratios to the go command's."""
    lines = [f"{'':10}{'wall: best':>12}{'median':>10}{'CPU: best':>12}{'memory':>10}{'ratio: best':>13}{'median':>9}"]
    for way in (GO, PLANNER, SCONS):
        runs = [each[way] for each in rounds]
        walls = [run.wall for run in runs]
        ratios = [each[way].wall / each[GO].wall for each in rounds]
        line = f"{way:10}{min(walls):11.2f}s{statistics.median(walls):9.2f}s{min(run.cpu for run in runs):11.2f}s"
        line += f"{max(run.memory for run in runs):6.0f} MiB"
        best = min(walls) / min(each[GO].wall for each in rounds)
        lines.append(line + (f"{best:13.2f}{statistics.median(ratios):9.2f}" if way != GO else ""))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
    parser.add_argument("--goroot", type=Path, default=ROOT / ".cache" / "sdks" / "1.27.3" / "go")
    parser.add_argument("--json", type=Path, help="also write all figures to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scons-go-cold-") as folder:
        bench = Bench(Path(folder), options.goroot.resolve(), options.jobs)
        rounds = [{way: bench.run(way) for way in bench.ways} for _ in range(options.rounds)]
        if not bench.same_programs():
            sys.exit("the programs differ")
    print(f"from nothing, {options.jobs} jobs, {options.rounds} rounds in turn; the programs are the same, byte for byte")
    print(table(rounds))
    if options.json:
        options.json.write_text(json.dumps([{way: asdict(run) for way, run in each.items()} for each in rounds], indent=1) + "\n")


if __name__ == "__main__":
    main()
