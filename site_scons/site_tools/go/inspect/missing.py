"""What a runtime lacks, said in Go's terms: from the linker's undefined symbols to the feature, the line that uses it, and the way there.

The linker names symbols ("main.main: relocation target runtime.selectgo not defined") and gives up at the first missing builtin. Here the
objects are read again: from main.main and the initialisers along relocations, as the linker's own dead-code pass goes
(cmd/link/internal/ld/deadcode.go), the shortest way to each missing symbol is found and told as file:line.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ..errors import GoError, Position
from .features import feature_of
from .goobj import STATIC, Frame, GoArchive, GoObject, Relocation, Symbol, read_go_archive

# cmd/link/internal/ld/errors.go:62,64 and cmd/link/internal/loader/loader.go:742
_UNDEFINED = re.compile(r"relocation target (\S+) not defined|reference to undefined builtin \"([^\"]+)\"")

_NUMBERED = re.compile(r".*\.#(\d+)")

# Relocations that do not make their target reachable: marks for the dead-code pass, and the methods of a type, which are kept only where
# an interface calls one of that name.
_NOT_FOLLOWED = frozenset({"METHODOFF", "USEIFACE", "USEIFACEMETHOD", "USENAMEDMETHOD", "USEFIELD", "INLMARK"})

# Symbols that the linker makes (xdefine, defineInternal and CreateSymForUpdate in cmd/link/internal/ld/{symtab,data,pcln,lib}.go).
_LINKER_MADE = re.compile(
    r"runtime\.(e?(text|rodata|types|noptrdata|data|bss|noptrbss|gcdata|gcbss|pclntab)|e?covctrs|end|pcheader|funcnametab|cutab|filetab|pctab|"
    r"functab|findfunctab|textsectionmap|itablink|typelink|symtab|esymtab|tlsg|modinfo|defaultGOROOT|buildVersion)"
    r"|go:(main|runtime)\.inittasks|go:buildinfo\S*|go:fipsinfo|go:textfipsstart|go:\S+fips\S*"
)


REFUSED_ON_MIN: Mapping[str, str] = {
    "plugin": "it links programs statically",
    "runtime/cgo": "it runs Go on one thread, without C",
    "runtime/pprof": "it takes no profiles",
    "runtime/race": "the race detector belongs to the full runtime",
    "runtime/trace": "it records no execution traces",
}
"""Packages that a program on the min runtime must not import, and why."""

STUBS_ON_MIN: Mapping[str, str] = {
    "plugin": "plugin.Open returns an error",
    "runtime/pprof": "StartCPUProfile returns an error, other profiles are empty",
    "runtime/trace": "trace.Start returns an error",
}
"""Those of them that are whole enough to link, for users who say so (GORUNTIMESTUBS), and what they do then."""

TOLERATED_IMPORTERS = frozenset({"testing", "testing/internal/testdeps"})
"""Packages of std that import refused ones for what is only used on request (test -cpuprofile, -trace)."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A symbol that nothing defines, the feature it stands for, and the shortest chain of uses from main.main or an initialiser.

    Each frame of the chain is a function (or variable) that refers to the next, and where it does; inlined calls are frames of their own.
    """

    symbol: str
    feature: str
    chain: tuple[Frame, ...]


def undefined_symbols(stderr: str) -> tuple[str, ...]:
    """The names in the linker's messages about undefined symbols, each once, in order."""
    return tuple(dict.fromkeys(first or second for first, second in _UNDEFINED.findall(stderr)))


class _Program:
    """All objects of a program, indexed by what they define. A name stands for its definitions of either ABI together."""

    def __init__(self, archives: Mapping[str, GoArchive]) -> None:
        self._archives = archives
        self.where: dict[str, list[tuple[str, GoObject, Symbol]]] = {}
        for package, archive in archives.items():
            for member in archive.objects:
                for symbol in member.symbols:
                    if symbol.name and symbol.abi != STATIC:
                        self.where.setdefault(symbol.name, []).append((package, member, symbol))

    def frames(self, package: str, member: GoObject, source: Symbol, offset: int, name: str) -> Iterator[Frame]:
        """The calls at *offset* of *source* in *member* of *package*, with names; *name* stands for a symbol that has none."""
        for frame in member.frames(source.number, offset):
            function = frame.function or name
            number = _NUMBERED.fullmatch(function)
            if number and frame.package in self._archives:  # only inlined: the name is in the package's own object
                function = self._archives[frame.package].objects[0].symbols[int(number[1])].name
            yield Frame(frame.package or package, function, frame.position)

    def uses(self, name: str) -> Iterator[tuple[str, GoObject, Symbol, Relocation]]:
        """What the definitions of *name* refer to, through symbols of file scope too."""
        for package, member, symbol in self.where.get(name, ()):
            seen = {symbol.number}
            pending = [symbol]
            while pending:
                source = pending.pop()
                for relocation in member.relocations(source.number):
                    if relocation.kind in _NOT_FOLLOWED or relocation.kind.startswith(("WEAK|", "DW")):
                        continue
                    target = relocation.target
                    if target.number >= 0 and (target.abi == STATIC or not target.name):
                        if target.number not in seen:
                            seen.add(target.number)
                            pending.append(member.symbols[target.number])
                    elif target.name:
                        yield package, member, source, relocation


def find_missing(archives: Mapping[str, GoArchive], entries: Sequence[str] = ("main.main", "main..inittask")) -> tuple[Missing, ...]:
    """The symbols that code reachable from *entries* refers to and no object defines, in the order of their distance.

    What can be reached from the first entry is told as reached from there: a call from main says more than an initialiser does.

    *archives* maps each import path of the program (its main package is "main") to its objects.
    """
    program = _Program(archives)
    came_from: dict[str, tuple[str, tuple[Frame, ...]]] = {}
    seen = set(entries)
    queue = deque(name for name in entries[:1] if name in program.where)
    # Every function calls morestack: a way through it tells nobody anything, so such ways come last.
    late = deque(name for name in entries[1:] if name in program.where)
    found: list[Missing] = []
    while queue or late:
        name = (queue or late).popleft()
        for package, member, source, relocation in program.uses(name):
            target = relocation.target.name
            if target in seen:
                continue
            seen.add(target)
            came_from[target] = (name, tuple(program.frames(package, member, source, relocation.offset, name)))
            if target in program.where:
                (late if target.startswith("runtime.morestack") else queue).append(target)
            elif not _LINKER_MADE.fullmatch(target) and not target.startswith("go:string."):
                found.append(Missing(target, feature_of(target), _chain(came_from, target)))
    return tuple(found)


def _chain(came_from: Mapping[str, tuple[str, tuple[Frame, ...]]], symbol: str) -> tuple[Frame, ...]:
    chain: tuple[Frame, ...] = ()
    while symbol in came_from:
        symbol, frames = came_from[symbol]
        chain = frames + chain
    return chain


def missing_message(missing: Sequence[Missing], runtime: str, folders: Mapping[str, str]) -> str:
    """One message for all of *missing*, by feature: what the *runtime* lacks, and for each the nearest line of the user's that needs it.

    *folders* maps import paths to the packages' folders, so that files are shown with paths that can be opened; files of other packages
    are shown as the objects name them.
    """
    by_feature: dict[str, list[Missing]] = {}
    for item in missing:
        by_feature.setdefault(item.feature, []).append(item)
    lines = [f"the program needs what the {runtime} runtime does not have:"]
    for feature, items in by_feature.items():
        symbols = ", ".join(item.symbol for item in items[:3]) + (f" and {len(items) - 3} more" if len(items) > 3 else "")
        lines.append(f"  {feature} ({symbols})")
        chain = min((item.chain for item in items), key=len)
        lines += [f"\t{line}" for line in _told(chain, folders)]
    lines.append("build it with GORUNTIME='full', or without these features")
    return "\n".join(lines)


def _told(chain: Sequence[Frame], folders: Mapping[str, str]) -> Iterator[str]:
    """A chain of uses backwards, the first line the place of use, then one line a package up to the user's."""
    shown: set[str] = set()
    for number, use in enumerate(reversed(chain)):
        if use.package in shown and number:
            continue
        shown.add(use.package)
        where = ""
        if use.position and use.position.file != "<autogenerated>":
            where = f"{_shown(use.position, folders)}: "
        yield f"{where}{'used by' if number == 0 else 'for'} {use.function}"


def _shown(position: Position, folders: Mapping[str, str]) -> str:
    file = position.file
    for package, folder in folders.items():
        prefix = f"{package}/"
        if file.startswith(prefix) and "/" not in file[len(prefix) :]:
            file = f"{folder}/{file[len(prefix) :]}"
            break
    return str(Position(file, position.line))


def explain_link_failure(
    error: GoError, archives: Mapping[str, str], main: str, runtime: str, goroot: str, folders: Mapping[str, str]
) -> GoError:
    """What to tell the user instead of *error*, the linker's: which features the *runtime* lacks and where they are used.

    *archives* maps import paths to the archives the program was to be linked from, *main* is the import path of its main package.
    *folders* are those of :func:`missing_message`. Returns *error* itself where no symbol is missing.
    """
    if not undefined_symbols(error.message):
        return error
    read = {("main" if path == main else path): read_go_archive(archive, goroot) for path, archive in archives.items()}
    missing = find_missing(read)
    if not missing:
        return error
    return GoError(missing_message(missing, runtime, folders))


def refuse_imports(
    imports: Mapping[str, Collection[str]],
    start: str,
    refused: Mapping[str, str],
    tolerated: Collection[str],
    stubs: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Raise :class:`GoError` where the program *start* imports packages that the runtime cannot have.

    *imports* maps each import path to what it imports; *refused* maps a package to the reason; imports made by one of *tolerated* do
    not count (std's testing links profiling in, without using it unless asked). *stubs* are those refused that the user may accept, and
    what they do then. The message shows, for each of the packages, the shortest chain of imports, and the ways out.
    """
    came_from: dict[str, str] = {}
    queue = deque([start])
    seen = {start}
    found: list[str] = []
    while queue:
        package = queue.popleft()
        for imported in sorted(imports.get(package, ())):
            if imported in seen or (package in tolerated and imported in refused):
                continue
            seen.add(imported)
            came_from[imported] = package
            (found if imported in refused else queue).append(imported)
    if found:
        said = [_refusal(path, refused[path], came_from) for path in found]
        raise GoError("\n".join([*said, *_ways_out(found, stubs)]))


def _refusal(path: str, reason: str, came_from: Mapping[str, str]) -> str:
    chain = [path]
    while chain[-1] in came_from:
        chain.append(came_from[chain[-1]])
    way = "\n".join(f"    {'imported by ' if number else ''}{step}" for number, step in enumerate(chain))
    return f"package {path} is not available on the min runtime: {reason}\n{way}"


def _ways_out(found: Sequence[str], stubs: Mapping[str, str]) -> Iterator[str]:
    yield "build without what imports this (a build tag, another module by replace in go.mod), or with GORUNTIME='full'"
    if all(path in stubs for path in found):
        yield f"or accept that it does nothing: GORUNTIMESTUBS={list(found)}"
        yield from (f"    {path}: {stubs[path]}" for path in found)
