"""Coverage profiles: the text that ``-coverprofile`` writes, merged, and what share of the statements has run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ..errors import GoError, Position

_MAX_COUNT = 2**32 - 1
_LINE = re.compile(r"(.+):(\d+)\.(\d+),(\d+)\.(\d+) (\d+) (\d+)\Z")


class Block(NamedTuple):
    """A piece of code that runs as a whole: from line.column up to line.column, and how many statements it has."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    statements: int


@dataclass
class Profile:
    """How often blocks ran. *mode* is "set" (0 or 1), "count" or "atomic"; "" as long as nothing has been added."""

    mode: str = ""
    counts: dict[Block, int] = field(default_factory=dict)

    def add(self, mode: str, counts: Iterable[tuple[Block, int]], origin: str = "") -> None:
        """Add counts of another run; raises GoError if *mode*, found in the file *origin*, is another than before."""
        if self.mode and mode != self.mode:
            raise GoError(f"coverage mode {mode!r} cannot be merged with mode {self.mode!r}", Position(origin) if origin else None)
        self.mode = mode
        limit = 1 if mode == "set" else _MAX_COUNT
        for block, count in counts:
            self.counts[block] = min(self.counts.get(block, 0) + count, limit)

    def text(self) -> str:
        """The profile in the format of ``go test -coverprofile``, packages in the order of ``./...``."""
        lines = [f"mode: {self.mode or 'set'}\n"]
        lines += [
            f"{file}:{line}.{column},{end_line}.{end_column} {statements} {count}\n"
            for (file, line, column, end_line, end_column, statements), count in sorted(self.counts.items(), key=_order)
        ]
        return "".join(lines)

    def files(self) -> dict[str, list[tuple[Block, int]]]:
        """The blocks of each file with their counts, in source order; files sorted by package and name."""
        grouped: dict[str, list[tuple[Block, int]]] = {}
        for block, count in sorted(self.counts.items(), key=_order):
            grouped.setdefault(block.file, []).append((block, count))
        return grouped


def _order(item: tuple[Block, int]) -> tuple[list[str], str, int, int, int, int, int]:
    block = item[0]
    package, _, name = block.file.rpartition("/")
    return package.split("/"), name, block.line, block.end_line, block.column, block.end_column, block.statements


def parse_profile(text: str, name: str) -> Profile:
    """The profile in *text*, merged where a block occurs twice; *name* is the file's, for errors. Raises GoError."""
    first, _, rest = text.partition("\n")
    if not first.startswith("mode: "):
        raise GoError(f"bad mode line: {first}", Position(name, 1))
    mode = first.removeprefix("mode: ")
    profile = Profile(mode)
    profile.add(mode, (_parse_line(line, name, number) for number, line in enumerate(rest.splitlines(), 2) if line))
    return profile


def _parse_line(line: str, name: str, number: int) -> tuple[Block, int]:
    match = _LINE.match(line)
    if match is None:
        raise GoError(f"line {line!r} doesn't match expected format of a coverage profile", Position(name, number))
    file, *numbers = match.groups()
    *place, count = map(int, numbers)
    return Block(file, *place), count


@dataclass(frozen=True, slots=True)
class Share:
    """*covered* statements of *total*."""

    covered: int
    total: int

    @property
    def percent(self) -> float:
        """Per cent; 0 where there are no statements."""
        return 100.0 * self.covered / self.total if self.total else 0.0

    def __str__(self) -> str:
        return f"{self.percent:.1f}%" if self.total else "[no statements]"


def share(counts: Iterable[tuple[Block, int]]) -> Share:
    """The share of statements that have run."""
    covered = total = 0
    for block, count in counts:
        total += block.statements
        covered += block.statements if count else 0
    return Share(covered, total)


def package_shares(profile: Profile) -> Mapping[str, Share]:
    """The share of each package, by import path, sorted."""
    packages: dict[str, list[tuple[Block, int]]] = {}
    for block, count in profile.counts.items():
        packages.setdefault(block.file.rpartition("/")[0], []).append((block, count))
    return {path: share(packages[path]) for path in sorted(packages)}
