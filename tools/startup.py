"""Measures programs from exec to exit: wall time by turns, memory at its peak, threads, system calls.

    tools/startup.py build/bin/hello build/bin/hello-min
    tools/startup.py --runs 500 --calls --json startup.json 'build/bin/tool -version'

Each argument is a program, or a quoted command line. Linux only; needs the right to ptrace.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))


from results import write_json
from scons_go.errors import GoError
from scons_go.inspect.process import count_calls, observe, start_up, system_call_names


def measure(commands: list[list[str]], runs: int, goroot: str, goarch: str) -> list[dict[str, Any]]:
    """The figures of each command, in seconds and bytes; system calls by name where *goroot* has a table of names."""
    names = system_call_names(goroot, goarch) if goroot else {}
    labels = [shlex.join(command) for command in commands]
    seen = [observe(command, calls=True) for command in commands]
    times = start_up(dict(zip(labels, commands, strict=True)), runs)
    return [
        {
            "command": command,
            "status": ran.status,
            "start_up": asdict(times[label]),
            "peak_memory_bytes": ran.peak_memory,
            "threads": ran.threads,
            "system_calls": len(ran.calls),
            "calls": dict(count_calls(ran.calls, names)),
        }
        for command, label, ran in zip(commands, labels, seen, strict=True)
    ]


def main() -> int:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="+", help="a program, or a quoted command line")
    parser.add_argument("--runs", type=int, default=200, help="runs of each for the time (default 200)")
    parser.add_argument("--calls", action="store_true", help="list system calls by name")
    parser.add_argument("--goroot", default=os.environ.get("GOROOT", ""), help="an SDK, for the names of system calls")
    parser.add_argument("--goarch", default="amd64", help="GOARCH of the programs, for the same (default amd64)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    options = parser.parse_args()
    commands = [shlex.split(text) for text in options.program]
    try:
        results = measure(
            [[os.path.abspath(command[0]), *command[1:]] for command in commands], options.runs, options.goroot, options.goarch
        )
    except GoError as error:
        print(f"startup: {error}", file=sys.stderr)
        return 1
    print(f"{'ms median':>10} {'ms best':>10} {'KB peak':>10} {'threads':>8} {'calls':>6}  program")
    for result, text in zip(results, options.program, strict=True):
        times = result["start_up"]
        print(
            f"{times['median'] * 1e3:>10.3f} {times['minimum'] * 1e3:>10.3f} {result['peak_memory_bytes'] // 1024:>10,}"
            f" {result['threads']:>8} {result['system_calls']:>6}  {text}"
        )
        if options.calls:
            print("\n".join(f"{count:>50}  {name}" for name, count in result["calls"].items()))
    if options.json:
        write_json(options.json, results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
