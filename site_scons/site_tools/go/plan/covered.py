"""Which packages of a program count what runs, as with ``go build -cover``. Rules: cmd/go/internal/load/pkg.go:3527 (1.27.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..digest import text_digest
from ..package import Package
from .compile import import_order
from .patterns import matches

RUNTIME = "runtime/coverage"
"""What every program that counts is linked with (cmd/go/internal/load/pkg.go:2711)."""

# Counting atomically takes these, which therefore cannot be counted (cmd/go/internal/load/pkg.go:3608; Go 1.22 has the last name).
_NOT_WITH_ATOMIC = frozenset({"sync/atomic", "internal/runtime/atomic", "runtime/internal/atomic"})


def instrumented(package: Package, mode: str) -> Package:
    """*package* so that it counts in *mode*; as it is if it cannot be (load/pkg.go:3560)."""
    if not package.files.go or (mode == "atomic" and package.standard and package.import_path in _NOT_WITH_ATOMIC):
        return package
    imports = import_order(package)
    more = ("sync/atomic",) if mode == "atomic" and "sync/atomic" not in imports else ()
    return replace(package, cover_mode=mode, ordered_imports=(*imports, *more))


def set_key(mode: str, *choice: object) -> str:
    """A name for packages that count in *mode*, where *choice* says which; without one, those that usually do."""
    return f"{mode}-{text_digest(repr(choice))[:8]}" if any(choice) else mode


def set_apart(packages: Iterable[Package], key: str) -> list[Package]:
    """*packages*, imported ones first, with *key* as the cover_set of those that count or depend on one that does."""
    apart: set[str] = set()
    result = []
    for package in packages:
        if package.cover_mode or not apart.isdisjoint(import_order(package)):
            apart.add(package.import_path)
            package = replace(package, cover_set=key)
        result.append(package)
    return result


def covered_program(
    packages: Iterable[Package], program: str, mode: str, patterns: Sequence[str], base: str
) -> tuple[list[Package], list[str]]:
    """(*packages* so that the command *program*, which they are all of, counts what runs; the patterns that none of them matches).

    Counted are the packages that *patterns* select, of which relative ones start at the folder *base*; without patterns those of main
    modules (cmd/go/internal/load/pkg.go:3532). :data:`RUNTIME` must be among *packages*.
    """
    unused = dict.fromkeys(patterns)
    result = []
    for package in packages:
        if package.import_path == program:
            package = replace(package, ordered_imports=tuple(dict.fromkeys((*import_order(package), RUNTIME))))
        matching = [pattern for pattern in patterns if matches(pattern, package, base)]
        for pattern in matching:
            unused.pop(pattern, None)
        main = package.import_path == program or (package.module is not None and package.module.main)
        result.append(instrumented(package, mode) if matching or (main and not patterns) else package)
    return set_apart(result, set_key(mode, *patterns)), list(unused)
