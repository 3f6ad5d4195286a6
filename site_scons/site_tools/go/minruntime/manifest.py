"""runtime_min/manifest.toml: which files of GOROOT the pruned runtime keeps, in which version of Go, and what is left out of them.

The file has one table per Go release, so that a second release is a second list. Nothing in it is text of GOROOT: files are named by path
and hash, declarations by name.

    [go."1.27.3"]
    compile_flags = ["-d=noopendefer=1"]       # for every package of a program on the min runtime
    link_flags = ["-w"]                        # for the link, before the user's
    lacking = ["runtime.wbMove"]               # symbols that the compiler does not ask for with these flags

    [go."1.27.3".package.runtime]
    unlisted = "absent"                        # files of the folder not in `keep`: "absent" or "kept"
    core = "core"                              # the folder (beside the manifest) whose files are added
    compile_flags = ["-B"]                     # for this package, behind those for all
    lined = ["panic.go"]                       # the files whose lines tracebacks tell; without this entry all, but for headers of assembly
    untold = "absent"                          # what no trace tells of functions without lines (untold.py): "absent" or "kept", the default

    [go."1.27.3".package.runtime.keep]
    "chan.go" = "<sha256>"

    [go."1.27.3".package.runtime.rule."chan.go"]
    drop = ["raceReadObjectPC", "(*waitq).enqueue"]
    replace = [{ in = "chansend", old = "getcallerpc()", new = "0", count = 1 }]
    silent = ["recv"]                          # functions without their print and println statements
    noinline = ["chanbuf"]                     # functions that are called, not copied to where they are called; not in a file with lines
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import GoError, Position

tomllib: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

LONGEST_REPLACED = 60  # characters of GOROOT that one substitution may quote


@dataclass(frozen=True, slots=True)
class Substitution:
    """In the declaration *scope* ("" for the whole file) the token sequence *old* stands *count* times and becomes *new*."""

    old: str
    new: str
    count: int = 1
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What changes in one kept file: declarations left out (*drop*), or all but some (*only*), then substitutions.

    Functions in *silent* lose their print statements, those in *noinline* are not inlined.
    """

    drop: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    replace: tuple[Substitution, ...] = ()
    silent: tuple[str, ...] = ()
    noinline: tuple[str, ...] = ()


@dataclass(frozen=True)
class PrunedPackage:
    """One package of GOROOT/src as the min runtime has it: file name → sha256 of the files kept, rules, a folder added, flags, lines."""

    keep: Mapping[str, str]
    rules: Mapping[str, Rule] = field(default_factory=dict)
    core: str = ""
    keeps_unlisted: bool = False
    compile_flags: tuple[str, ...] = ()
    lined: tuple[str, ...] | None = None
    keeps_untold: bool = True

    def has_lines(self, name: str) -> bool:
        """Whether tracebacks tell the lines of the file *name*."""
        return self.lined is None or name in self.lined or name.endswith(".h")


@dataclass(frozen=True)
class Release:
    """The min runtime for one Go release: its packages by import path and the flags every package of such a program gets.

    *lacking* are symbols that a runtime has to define as a rule and this one does not, for the compiler never asks for them.
    """

    version: str
    packages: Mapping[str, PrunedPackage]
    compile_flags: tuple[str, ...] = ()
    link_flags: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    def flags_for(self, import_path: str) -> tuple[str, ...]:
        """The compiler flags that the package *import_path* gets besides the usual ones."""
        package = self.packages.get(import_path)
        return self.compile_flags + (package.compile_flags if package else ())


@dataclass(frozen=True)
class Manifest:
    """The whole file: releases by version ("1.27.3"); *path* is where it was read."""

    path: str
    releases: Mapping[str, Release]

    def release(self, version: str) -> Release:
        """The list for *version* ("1.27.3" or "go1.27.3"); raises GoError that names the versions there are."""
        found = self.releases.get(version.removeprefix("go"))
        if found is None:
            known = ", ".join(sorted(self.releases))
            raise GoError(f"the min runtime has no list for go{version.removeprefix('go')} (it has: {known}); build with GORUNTIME='full'")
        return found


def load_manifest(path: str) -> Manifest:
    """Read the manifest at *path*; raises GoError for what cannot be read, is no TOML or has an entry of an unknown kind."""
    try:
        with open(path, "rb") as handle:
            data = tomllib.load(handle)
    except OSError as error:
        raise GoError(f"cannot read the manifest of the min runtime: {error.strerror}", Position(path)) from None
    except tomllib.TOMLDecodeError as error:
        raise GoError(str(error), Position(path)) from None
    table = _Table(path, "", data)
    table.only("go")
    releases = table.tables("go")
    return Manifest(path, {version: _release(version, releases.sub(version)) for version in releases.data})


@dataclass(frozen=True)
class _Table:
    """A table of the manifest and where it stands, so that an error can say so."""

    path: str
    where: str
    data: Mapping[str, Any]

    def error(self, message: str) -> GoError:
        return GoError(f"{self.where or 'top level'}: {message}", Position(self.path))

    def only(self, *keys: str) -> None:
        for key in self.data:
            if key not in keys:
                raise self.error(f"unknown entry {key!r} (known: {', '.join(keys)})")

    def tables(self, key: str) -> _Table:
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            raise self.error(f"{key} must be a table")
        return _Table(self.path, f"{self.where}.{key}".lstrip("."), value)

    sub = tables

    def string(self, key: str, default: str) -> str:
        value = self.data.get(key, default)
        if not isinstance(value, str):
            raise self.error(f"{key} must be a string")
        return value

    def keeps(self, key: str, default: str) -> bool:
        value = self.string(key, default)
        if value not in ("absent", "kept"):
            raise self.error(f'{key} must be "absent" or "kept", not {value!r}')
        return value == "kept"

    def strings(self, key: str) -> tuple[str, ...]:
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(f"{key} must be a list of strings")
        return tuple(value)


def _release(version: str, table: _Table) -> Release:
    table.only("compile_flags", "link_flags", "lacking", "package")
    packages = table.tables("package")
    return Release(
        version,
        {path: _package(packages.sub(path)) for path in packages.data},
        table.strings("compile_flags"),
        table.strings("link_flags"),
        table.strings("lacking"),
    )


def _package(table: _Table) -> PrunedPackage:
    table.only("unlisted", "core", "keep", "rule", "compile_flags", "lined", "untold")
    hashes = table.tables("keep")
    keep = {name: hashes.string(name, "") for name in hashes.data}
    rules = table.tables("rule")
    for name in rules.data:
        if name not in keep:
            raise rules.error(f"{name} has a rule but is not in keep")
    core = table.string("core", "")
    folder = os.path.join(os.path.dirname(os.path.abspath(table.path)), core) if core else ""
    package = PrunedPackage(
        keep,
        {name: _rule(rules.sub(name)) for name in rules.data},
        folder,
        table.keeps("unlisted", "absent"),
        table.strings("compile_flags"),
        table.strings("lined") if "lined" in table.data else None,
        table.keeps("untold", "kept"),
    )
    for name, rule in package.rules.items():
        if rule.noinline and package.has_lines(name):
            raise rules.error(f"{name} has lines, which noinline would shift")
    return package


def _rule(table: _Table) -> Rule:
    table.only("drop", "only", "replace", "silent", "noinline")
    rule = Rule(table.strings("drop"), table.strings("only"), _substitutions(table), table.strings("silent"), table.strings("noinline"))
    if rule.drop and rule.only:
        raise table.error("drop and only exclude each other")
    return rule


def _substitutions(table: _Table) -> tuple[Substitution, ...]:
    items = table.data.get("replace", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise table.error("replace must be a list of tables")
    result = []
    for item in items:
        entry = _Table(table.path, f"{table.where}.replace", item)
        entry.only("in", "old", "new", "count")
        count = item.get("count", 1)
        if not isinstance(count, int) or count < 1:
            raise entry.error("count must be a positive number")
        old = entry.string("old", "")
        if not old or len(old) > LONGEST_REPLACED or "\n" in old:
            raise entry.error(f"old must be one short expression (1 to {LONGEST_REPLACED} characters)")
        result.append(Substitution(old, entry.string("new", ""), count, entry.string("in", "")))
    return tuple(result)


def manifest_path() -> str:
    """Where the manifest is: in the installed package, or else in the checkout that this file is part of."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    installed = os.path.join(package, "runtime_min", "manifest.toml")
    return installed if os.path.exists(installed) else os.path.join(package, "..", "..", "..", "runtime_min", "manifest.toml")
