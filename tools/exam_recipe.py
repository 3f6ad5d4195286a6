"""The tests of a GOROOT/test tree: which files are tests, what each asks for, what it must print.

The rules are those of cmd/internal/testdir/testdir_test.go: the recipe is the comment in the first line that is no build constraint
(``// run``, ``// rundir -s``, ``// errorcheck -0 -l``), constraints are looked for up to the package clause, and what a program prints on
both outputs must equal its ``.out`` file, or be empty where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scons_go.source.cgo import split_quoted
from scons_go.source.constraint import ConstraintError, go_build_text, parse_go_build, parse_plus_build, plus_build_text

# testdir_test.go: dirs (1.27.3; older trees lack some).
FOLDERS = (
    ".",
    "ken",
    "chan",
    "interface",
    "internal/runtime/sys",
    "syntax",
    "dwarf",
    "fixedbugs",
    "codegen",
    "abi",
    "typeparam",
    "typeparam/mdempsky",
    "arenas",
    "simd",
)

EXECUTED = ("run", "rundir", "runoutput")
"""The recipes that run a program; the others examine the compiler alone, which is the SDK's own in any case."""

_KNOWN = frozenset(
    (
        *("asmcheck", "build", "builddir", "buildrun", "buildrundir", "compile", "compiledir"),
        *("errorcheck", "errorcheckandrundir", "errorcheckdir", "errorcheckoutput", "errorcheckwithauto"),
        *("run", "rundir", "runindir", "runoutput", "skip"),
    )
)
_PACKAGE = re.compile(r"^package ([^\W\d]\w*)", re.MULTILINE)


class RecipeError(Exception):
    """A test whose first lines cannot be understood."""


@dataclass(frozen=True)
class Test:
    """One test: *name* relative to the tree with slashes, the recipe's *action*, and what follows it.

    *flags* are for the compiler (and, after ``-ldflags``, the linker), *arguments* for the program. *constraint_failed* is the line of
    the build constraint that excludes it, "" where it is to be run. *timeout* is in seconds, 0 where the recipe gives none.
    """

    name: str
    action: str
    flags: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    single_file_packages: bool = False
    timeout: int = 0
    experiment: str = ""
    godebug: str = ""
    constraint_failed: str = ""

    @property
    def folder(self) -> str:
        """The folder of a ``rundir`` test's packages, relative to the tree."""
        return self.name.removesuffix(".go") + ".dir"


@dataclass(frozen=True)
class Tags:
    """What build constraints are judged by (testdir_test.go: match)."""

    goos: str
    goarch: str
    minor: int
    experiments: frozenset[str] = field(default_factory=frozenset)

    def satisfied(self, name: str) -> bool:
        """Whether the tag *name* holds; ``cgo`` does not."""
        if name in (self.goos, self.goarch, "gc", "test_run"):
            return True
        if name.startswith("goexperiment."):
            return name.removeprefix("goexperiment.") in self.experiments
        release = re.fullmatch(r"go1\.(\d+)", name)
        return release is not None and 1 <= int(release[1]) <= self.minor


def _recipe_line(source: str) -> str:
    for line in source.split("\n"):
        if go_build_text(line) is not None or plus_build_text(line) is not None:
            continue
        text = line.removeprefix("//").strip()
        if text:
            return text
    return ""


def _failed_constraint(source: str, recipe: str, tags: Tags) -> str:
    """The first build constraint before the package clause that does not hold, "" without one."""
    header, clause, _ = source.partition("\npackage")
    for line in (header if clause else recipe).split("\n"):
        if line.startswith("package "):
            break
        try:
            text = go_build_text(line)
            if text is not None:
                constraint = parse_go_build(text)
            else:
                text = plus_build_text(line)
                if text is None:
                    continue
                constraint = parse_plus_build(text)
        except ConstraintError:
            continue
        if not constraint.evaluate(tags.satisfied):
            return line
    return ""


def parse_test(name: str, source: str, tags: Tags) -> Test:
    """Read the recipe of the test *name*; raises :class:`RecipeError` where there is none or it is not understood."""
    recipe = _recipe_line(source)
    words = split_quoted(recipe)  # the rules of testdir_test.go's splitQuoted are the same
    if words is None:
        raise RecipeError(f"unclosed quote or unfinished escaping in {recipe!r}")
    if not words:
        raise RecipeError("execution recipe not found")
    action, rest = words[0], words[1:]
    failed = _failed_constraint(source, recipe, tags)
    if failed and action not in _KNOWN:
        return Test(name, "skip", constraint_failed=failed)  # no test: its first comment is something else
    if action not in _KNOWN:
        raise RecipeError(f"unknown pattern: {action!r}")
    flags: list[str] = []
    options: dict[str, str] = {}
    single = False
    while rest and rest[0].startswith("-"):
        flag = rest.pop(0)
        if flag in ("-t", "-goexperiment", "-godebug", "-gomodversion"):
            if not rest:
                raise RecipeError(f"{flag} needs a value")
            options[flag] = rest.pop(0)
        elif flag == "-s":
            single = True
        elif flag not in ("-0", "-1"):
            flags.append(flag)
    if not options.get("-t", "0").isdigit():
        raise RecipeError(f"need number of seconds for -t timeout, got {options['-t']} instead")
    return Test(
        name=name,
        action=action,
        flags=tuple(flags),
        arguments=tuple(rest),
        single_file_packages=single,
        timeout=int(options.get("-t", "0")),
        experiment=options.get("-goexperiment", ""),
        godebug=options.get("-godebug", ""),
        constraint_failed=failed,
    )


def read_tests(tree: Path, tags: Tags) -> Iterator[Test]:
    """All tests of a tree, by folder and name; raises :class:`RecipeError` with the file's name where one is not understood."""
    for folder in FOLDERS:
        for path in sorted((tree / folder).glob("[!.]*.go")) if (tree / folder).is_dir() else ():
            name = path.name if folder == "." else f"{folder}/{path.name}"
            try:
                yield parse_test(name, path.read_text(encoding="utf-8", errors="surrogateescape"), tags)
            except RecipeError as error:
                raise RecipeError(f"{name}: {error}") from None


def expected_output(tree: Path, test: Test) -> bytes | None:
    """The content of the ``.out`` file, None where there is none (nothing may be printed then)."""
    try:
        return (tree / (test.name.removesuffix(".go") + ".out")).read_bytes()
    except FileNotFoundError:
        return None


def packages_of(folder: Path, single_file_packages: bool) -> list[tuple[str, list[str]]]:
    """(package name, file names) of the packages of a ``rundir`` folder, in the order they are compiled (goDirPackages)."""
    packages: list[tuple[str, list[str]]] = []
    by_name: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.go")):
        found = _PACKAGE.search(path.read_text(encoding="utf-8", errors="surrogateescape"))
        if not found:
            raise RecipeError(f"cannot find package name in {path}")
        files = by_name.get(found[1])
        if files is None or single_file_packages:
            files = by_name[found[1]] = []
            packages.append((found[1], files))
        files.append(path.name)
    return packages
