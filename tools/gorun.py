#!/usr/bin/env python3
"""Compiles a Go program that imports only std, on Go's own runtime or on the min runtime, and runs it.

    tools/gorun.py examples/hello/main.go
    tools/gorun.py --runtime full -o hello --strip main.go other.go
    GODEBUG=gcstress=10 tools/gorun.py main.go argument

The files are the program's package; what follows them are its arguments. std is compiled once and kept in build/gorun.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from repository import ROOT
from scons_go.errors import GoError
from scons_go.source.header import scan_go
from toolchain import Said, Toolchain

# Programs heed GODEBUG=gcstress if this package is linked in.
STRESS = 'package main\n\nimport _ "internal/godebug"\n'


def build(toolchain: Toolchain, files: Sequence[Path], output: Path, link_flags: Sequence[str] = (), stress: bool = False) -> None:
    """Compile and link the program made of *files* into *output*, if *stress* with STRESS; raises GoError with what the tools say."""
    with tempfile.TemporaryDirectory(dir=output.parent) as folder:
        work = Path(folder)
        if stress:
            (work / "stress.go").write_text(STRESS, encoding="utf-8")
            files = [*files, work / "stress.go"]
        toolchain.prepare(sorted({path for file in files for path, _ in scan_go(file.read_bytes()).imports} - {"unsafe"}))
        (work / "compile.cfg").write_text(toolchain.import_config(linking=False), encoding="utf-8")
        (work / "link.cfg").write_text(toolchain.import_config(linking=True), encoding="utf-8")
        lang = f"-lang=go1.{toolchain.sdk.minor}"
        command = ["-p=main", "-complete", lang, f"-importcfg={work / 'compile.cfg'}", "-pack", f"-o={work / 'main.a'}"]
        _must(toolchain.compile([*command, *(str(file.resolve()) for file in files)], Path.cwd()))
        command = [f"-importcfg={work / 'link.cfg'}", "-buildmode=exe", *link_flags, str(work / "main.a")]
        _must(toolchain.link(work / "program", command, Path.cwd()))
        os.replace(work / "program", output)


def _must(said: Said) -> None:
    if said.status:
        raise GoError(said.output.rstrip())


def main() -> int:
    """Parse the command line, build, run; the status is the program's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runtime", choices=("min", "full"), default="min", help="the runtime (default min)")
    parser.add_argument("--goroot", default=os.environ.get("GOROOT"), help="the SDK (default: found as the SCons tool does)")
    parser.add_argument("--strip", action="store_true", help="link with -s -w")
    parser.add_argument("-o", dest="output", type=Path, help="write the program there and do not run it")
    parser.add_argument("file", nargs="+", type=Path, help="Go files, then the program's arguments")
    options, rest = parser.parse_known_args()
    files = [file for file in options.file if file.suffix == ".go"]
    arguments = [str(word) for word in options.file[len(files) :]] + rest
    try:
        toolchain = Toolchain(options.goroot, options.runtime, ROOT / "build" / "gorun", os.cpu_count() or 1)
        flags = ("-s", "-w") if options.strip else ()
        if options.output:
            build(toolchain, files, options.output, flags)
            return 0
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / files[0].stem
            build(toolchain, files, program, flags, stress="gcstress=" in os.environ.get("GODEBUG", ""))
            status = subprocess.run([str(program), *arguments], check=False).returncode
            return status if status >= 0 else 128 - status
    except (GoError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
