"""What one Go package is, once its folder has been read and its imports have been resolved.

These are the values that flow from ``source`` through ``load`` to ``plan`` and ``graph``. All are frozen; none refers to SCons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .errors import Position


@dataclass(frozen=True, slots=True)
class EmbedPattern:
    """One pattern of a ``//go:embed`` line, as written (without quotes), and where it stands."""

    pattern: str
    position: Position


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a folder by kind, base names in sorted order; the fields are go/build's (go/build/build.go, type Package)."""

    go: tuple[str, ...] = ()
    cgo: tuple[str, ...] = ()
    c: tuple[str, ...] = ()
    cxx: tuple[str, ...] = ()
    m: tuple[str, ...] = ()
    h: tuple[str, ...] = ()
    f: tuple[str, ...] = ()
    s: tuple[str, ...] = ()
    swig: tuple[str, ...] = ()
    swigcxx: tuple[str, ...] = ()
    syso: tuple[str, ...] = ()
    test_go: tuple[str, ...] = ()
    xtest_go: tuple[str, ...] = ()
    ignored_go: tuple[str, ...] = ()
    ignored_other: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of Go files as read under one build context, before imports are resolved.

    *imports*, *test_imports* and *xtest_imports* map an import path as written to the positions where it is imported.
    *directives* are the ``//go:debug`` lines of the package's own files, in order: (text after ``//go:debug``, position).
    *cgo_directives* are the ``#cgo`` lines: (verb such as "CFLAGS", words, position), already filtered by their conditions.
    """

    dir: str
    name: str
    files: Files
    imports: Mapping[str, tuple[Position, ...]]
    test_imports: Mapping[str, tuple[Position, ...]]
    xtest_imports: Mapping[str, tuple[Position, ...]]
    embeds: tuple[EmbedPattern, ...] = ()
    test_embeds: tuple[EmbedPattern, ...] = ()
    xtest_embeds: tuple[EmbedPattern, ...] = ()
    directives: tuple[tuple[str, Position], ...] = ()
    test_directives: tuple[tuple[str, Position], ...] = ()
    xtest_directives: tuple[tuple[str, Position], ...] = ()
    cgo_directives: tuple[tuple[str, tuple[str, ...], Position], ...] = ()


@dataclass(frozen=True, slots=True)
class Module:
    """A module that takes part in a build.

    *version* is "" for a main module. *dir* is where its files are. *replace* is the module that stands in for it, with its own path
    and version ("" for a folder). *go_version* is what its go.mod says ("" without a go line). *sum* is the ``h1:`` of its zip.
    """

    path: str
    version: str
    dir: str
    go_version: str = ""
    main: bool = False
    replace: Module | None = None
    sum: str = ""
    go_mod: str = ""

    @property
    def identity(self) -> tuple[str, ...]:
        """What its files follow from, where it is a module of the module cache: path and version, and those of its stand-in."""
        own = (self.path, self.version)
        return (*own, *self.replace.identity) if self.replace else own


class Location(NamedTuple):
    """Where a package is: its folder, and the module it belongs to, None for *standard* packages."""

    dir: str
    module: Module | None
    standard: bool

    @property
    def fixed(self) -> bool:
        """Whether nobody edits it: it is in the SDK or in the module cache."""
        module = self.module and (self.module.replace or self.module)
        return self.standard or bool(module and module.version and module.dir)


@dataclass(frozen=True, slots=True)
class Package:
    """A package of a closure.

    *import_path* is the path the compiler and the linker use (``vendor/golang.org/x/...`` for std's vendored packages, "main" is not
    used here: a command keeps its own path). *imports* are the final import paths of direct imports including "unsafe" and "C" not,
    sorted; *import_map* holds only the raw paths that differ from the final ones. *implicit* are imports that the go command
    adds (runtime for a main, runtime/cgo and syscall for cgo, ...), not in *imports*.
    *embed_files* maps each pattern to the files it matches, relative to *dir* with slashes.
    *standard* is true for std and cmd packages of GOROOT/src. *for_test* is the import path of the package under test when this is a
    variant recompiled for that test (import_path then reads ``p [q.test]`` in messages only), its external tests, or its test main.
    *for_main* is the import path of the program whose profile this is compiled with, when others want it without.
    *ordered_imports* are all imports, implicit ones too, in cmd/go's order where that is not the usual one, as in tests.
    *cover_mode* is the mode of coverage that the package is instrumented for, "" if it is not. *cover_set* tells apart what is compiled
    for different choices of packages to instrument, "" where none is among this one and its imports.
    """

    import_path: str
    name: str
    dir: str
    files: Files
    imports: tuple[str, ...]
    import_map: Mapping[str, str] = field(default_factory=dict)
    implicit: tuple[str, ...] = ()
    embed_files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    standard: bool = False
    module: Module | None = None
    for_test: str = ""
    for_main: str = ""
    go_debug: tuple[tuple[str, Position], ...] = ()
    cgo_directives: tuple[tuple[str, tuple[str, ...], Position], ...] = ()
    ordered_imports: tuple[str, ...] = ()
    cover_mode: str = ""
    cover_set: str = ""

    @property
    def is_main(self) -> bool:
        """Whether this is a program: a command that is tested, or imported by a test, is compiled as a library."""
        return self.name == "main" and (not self.for_test or self.is_test_main)

    @property
    def is_test_main(self) -> bool:
        """Whether this is the generated main package of a test binary."""
        return bool(self.for_test) and self.import_path == f"{self.for_test}.test"

    @property
    def listed(self) -> str:
        """The name by which ``go list`` tells variants of a package apart: "p [q.test]", "p [main]" (load/pkg.go:198 Desc)."""
        variant = f"{self.for_test}.test" if self.for_test and not self.is_test_main else self.for_main
        return f"{self.import_path} [{variant}]" if variant else self.import_path

    @property
    def origin(self) -> str:
        """The import path that flags and trimmed paths go by: external tests and the test main have that of the package under test."""
        return self.for_test if self.import_path in (f"{self.for_test}_test", f"{self.for_test}.test") else self.import_path
