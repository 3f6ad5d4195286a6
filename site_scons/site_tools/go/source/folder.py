"""One folder of Go files, read under one build context. Rules: go/build/build.go:797-1075 (1.27.3)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ..errors import GoError, Position
from ..overlay import Overlay
from ..package import EmbedPattern, Files, Folder
from .cgo import cgo_directives
from .constraint import ConstraintError
from .context import BuildContext
from .header import Header, Place

# Suffix → the field of Files that lists such files (build.go:1085 fileListForExt).
_KIND_OF_SUFFIX: Mapping[str, str] = {
    ".go": "go",
    ".c": "c",
    ".cc": "cxx",
    ".cpp": "cxx",
    ".cxx": "cxx",
    ".m": "m",
    ".h": "h",
    ".hh": "h",
    ".hpp": "h",
    ".hxx": "h",
    ".f": "f",
    ".F": "f",
    ".for": "f",
    ".f90": "f",
    ".s": "s",
    ".S": "S",
    ".sx": "S",
    ".swig": "swig",
    ".swigcxx": "swigcxx",
    ".syso": "syso",
}


class Listing(Protocol):
    """The entries of a folder: names and, for each, a letter for its kind."""

    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def kinds(self) -> str: ...


class State(Protocol):
    """Where headers and listings come from: filestate.FileState."""

    def header(self, path: str, name: str = "") -> Header: ...
    def header_of(self, path: str, content: bytes) -> Header: ...
    def listing(self, folder: str) -> Listing: ...
    def is_dir(self, folder: str) -> bool: ...


@dataclass(slots=True)
class _Part:
    """What the files of one kind (package, test, external test) bring in."""

    imports: dict[str, list[Position]] = field(default_factory=dict)
    embeds: list[EmbedPattern] = field(default_factory=list)
    directives: list[tuple[str, Position]] = field(default_factory=list)


@dataclass(slots=True)
class _Reader:
    folder: str
    context: BuildContext
    lists: dict[str, list[str]] = field(default_factory=dict)
    parts: dict[str, _Part] = field(default_factory=lambda: {"go": _Part(), "test_go": _Part(), "xtest_go": _Part()})
    cgo: list[tuple[str, tuple[str, ...], Position]] = field(default_factory=list)
    name: str = ""
    first_file: str = ""

    def keep(self, kind: str, name: str) -> None:
        self.lists.setdefault(kind, []).append(name)

    def position(self, name: str, place: Place) -> Position:
        line, column, file = place
        if file:
            return Position(os.path.normpath(os.path.join(self.folder, file)), line, column)
        return Position(f"{self.folder}{os.sep}{name}", line, column)

    def matches(self, name: str, header: Header) -> bool:
        """Whether the constraints in the file's head hold; raises GoError for a malformed one."""
        if header.errors and not header.package and header.errors[0][1] == "multiple //go:build comments":
            place, message = header.errors[0]
            raise GoError(message, self.position(name, place))
        try:
            return self.context.matches(header.go_build, header.plus_build)
        except ConstraintError as error:
            position = Position(os.path.join(self.folder, name), header.go_build_line)
            raise GoError(f"parsing //go:build line: {error.message}", position) from None

    def check(self, name: str, header: Header) -> None:
        """Raise GoError for a Go file that cannot be parsed."""
        if header.errors:
            place, message = header.errors[0]
            raise GoError(message, self.position(name, place))

    def go_file(self, name: str, header: Header) -> None:
        """Sort in a Go file whose constraints hold."""
        self.check(name, header)
        package = header.package
        if package == "documentation":
            self.keep("ignored_go", name)
            return
        is_test = name.endswith("_test.go")
        is_external = is_test and package.endswith("_test") and package != self.name
        self._check_name(name, header, package.removesuffix("_test") if is_external else package)
        uses_cgo = any(path == "C" for path, _ in header.imports)
        if uses_cgo and is_test:
            place = next(place for path, place in header.imports if path == "C")
            raise GoError(f"use of cgo in test {name} not supported", self.position(name, place))
        if uses_cgo and header.cgo:
            self.cgo += cgo_directives(header.cgo, self.folder, name, self.context)
        if uses_cgo and not self.context.cgo:
            self.keep("ignored_go", name)
            return
        part = "xtest_go" if is_external else "test_go" if is_test else "go"
        self.keep("cgo" if uses_cgo else part, name)
        self._add(self.parts[part], name, header)

    def _check_name(self, name: str, header: Header, package: str) -> None:
        if not self.name:
            self.name, self.first_file = package, name
        elif package != self.name:
            raise GoError(
                f"found packages {self.name} ({self.first_file}) and {package} ({name}) in {self.folder}",
                Position(os.path.join(self.folder, name), header.package_line),
            )

    def _add(self, part: _Part, name: str, header: Header) -> None:
        for path, place in header.imports:
            part.imports.setdefault(path, []).append(self.position(name, place))
        part.embeds += [EmbedPattern(pattern, self.position(name, place)) for pattern, place in header.embeds]
        part.directives += [(text, self.position(name, place)) for text, place in header.directives]


def read_folder(folder: str, context: BuildContext, overlay: Overlay, state: State, indexed: bool = False) -> Folder:
    """The files of *folder* (an absolute path) by kind, and what they import, embed and direct, under *context*.

    *indexed* says that the go command reads the folder from its index, as all of the module cache: then no Go file may be one that cannot
    be parsed, not even one that constraints exclude (cmd/go/internal/modindex/read.go:498). Those that their names exclude are not read.

    A folder without Go files that match has an empty name. Raises GoError with file and line for a malformed constraint or import, for
    a second package and for cgo in a test; raises OSError if the folder or a file cannot be read.
    """
    reader = _Reader(folder, context)
    for name in _file_names(folder, overlay, state):
        dot = name.rfind(".")
        kind = _KIND_OF_SUFFIX.get(name[dot:]) if dot >= 0 else None
        if kind is None or name[0] in "._":
            continue
        if not context.matches_name(name):
            reader.keep("ignored_go" if kind == "go" else "ignored_other", name)
            continue
        if kind == "syso":
            reader.keep(kind, name)
            continue
        header = _header(os.path.join(folder, name), overlay, state)
        if not reader.matches(name, header):
            if indexed and kind == "go":
                reader.check(name, header)
            reader.keep("ignored_go" if kind == "go" else "ignored_other", name)
        elif kind == "go":
            reader.go_file(name, header)
        else:
            reader.keep(kind, name)
    return _finish(reader)


def _file_names(folder: str, overlay: Overlay, state: State) -> Iterable[str]:
    try:
        listing = state.listing(folder)
    except OSError:
        if not overlay.names(folder, []):
            raise
        return overlay.names(folder, [])
    names = [
        name
        for name, kind in zip(listing.names, listing.kinds, strict=True)
        if kind != "d" and not (kind == "l" and state.is_dir(os.path.join(folder, name)))
    ]
    return overlay.names(folder, names) if overlay else names


def _header(path: str, overlay: Overlay, state: State) -> Header:
    if overlay:
        actual = overlay.actual(path)
        if actual in overlay.generated:
            return state.header_of(path, overlay.generated[actual])
        if actual != path:
            return state.header(actual, path)
    return state.header(path)


def _finish(reader: _Reader) -> Folder:
    lists = reader.lists
    # Assembly for the C compiler counts only where cgo is used (build.go:1054).
    for_c_compiler = lists.pop("S", None)
    if for_c_compiler:
        target = "s" if "cgo" in lists else "ignored_other"
        lists[target] = sorted(lists.get(target, []) + for_c_compiler)
    package, test, xtest = (reader.parts[part] for part in ("go", "test_go", "xtest_go"))
    return Folder(
        dir=reader.folder,
        name=reader.name,
        files=Files(**{kind: tuple(names) for kind, names in lists.items()}),
        imports=_frozen(package.imports),
        test_imports=_frozen(test.imports),
        xtest_imports=_frozen(xtest.imports),
        embeds=tuple(package.embeds),
        test_embeds=tuple(test.embeds),
        xtest_embeds=tuple(xtest.embeds),
        directives=tuple(package.directives),
        test_directives=tuple(test.directives),
        xtest_directives=tuple(xtest.directives),
        cgo_directives=tuple(reader.cgo),
    )


def _frozen(imports: dict[str, list[Position]]) -> Mapping[str, tuple[Position, ...]]:
    return {path: tuple(imports[path]) for path in sorted(imports)}
