"""``//go:embed`` patterns → files. Rules: cmd/go/internal/load/pkg.go:2165 resolveEmbed, path/filepath/match.go Glob (1.27.3)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from .errors import GoError
from .module.version import check_file_path
from .overlay import Overlay
from .package import EmbedPattern
from .source.folder import State

_META = re.compile(r"[*?\[\\]")
# cmd/go/internal/load/pkg.go:2336 isBadEmbedName.
_VERSION_CONTROL = frozenset({"", ".bzr", ".hg", ".git", ".svn"})


class _PatternError(Exception):
    """What is wrong with a pattern, without the pattern."""


def resolve_embeds(folder: str, patterns: Iterable[EmbedPattern], overlay: Overlay, state: State) -> Mapping[str, tuple[str, ...]]:
    """Each pattern → the files it matches in *folder*, sorted, relative to it and with slashes.

    Folders that are looked into are watched by *state*. Raises GoError at the pattern's first place, in go's words.
    """
    tree = _Tree(folder, overlay, state)
    resolved: dict[str, tuple[str, ...]] = {}
    for item in sorted(patterns, key=lambda item: item.pattern):
        if item.pattern not in resolved:
            try:
                resolved[item.pattern] = tuple(sorted(_matches(tree, item.pattern)))
            except _PatternError as problem:
                raise GoError(f"pattern {item.pattern}: {problem}", item.position) from None
    return resolved


class _Tree:
    """The folder of a package as patterns see it, by paths relative to it with slashes; "" is the folder itself."""

    def __init__(self, folder: str, overlay: Overlay, state: State) -> None:
        self._folder = folder
        self._overlay = overlay
        self._state = state
        self._entries: dict[str, Mapping[str, str]] = {}

    def entries(self, relative: str) -> Mapping[str, str]:
        """Name → kind (f, d, l, o) in the folder *relative*, sorted by name; empty if it is none."""
        known = self._entries.get(relative)
        if known is None:
            known = self._entries[relative] = self._read(os.path.join(self._folder, *relative.split("/")) if relative else self._folder)
        return known

    def _read(self, path: str) -> Mapping[str, str]:
        try:
            listing = self._state.listing(path)
            kinds = dict(zip(listing.names, listing.kinds, strict=True))
        except OSError:
            kinds = {}
        if not self._overlay:
            return kinds
        names = self._overlay.names(path, list(kinds))
        return {name: "f" if os.path.join(path, name) in self._overlay.replace else kinds[name] for name in names}

    def kind(self, relative: str) -> str:
        """The kind of *relative*, "" if there is no such entry."""
        head, _, name = relative.rpartition("/")
        return self.entries(head).get(name, "")

    def glob(self, pattern: str) -> Iterator[str]:
        """The entries that *pattern* matches, element by element."""
        head, _, last = pattern.rpartition("/")
        folders = [""] if not head else self.glob(head) if _META.search(head) else [head]
        for folder in folders:
            prefix = f"{folder}/" if folder else ""
            if not _META.search(last):
                if self.kind(prefix + last):
                    yield prefix + last
                continue
            expression = _element(last)
            yield from (prefix + name for name in self.entries(folder) if expression.fullmatch(name))


def _matches(tree: _Tree, pattern: str) -> Iterator[str]:
    glob = pattern.removeprefix("all:")
    if not _is_valid(glob):
        raise _PatternError("invalid pattern syntax")
    count = 0
    for relative in tree.glob(glob):
        count += 1
        kind = tree.kind(relative)
        _check_parents(tree, relative, "directory" if kind == "d" else "file")
        if kind == "d":
            files = list(_walk(tree, relative, glob != pattern))
            if not files:
                raise _PatternError(f"cannot embed directory {relative}: contains no embeddable files")
            yield from files
        elif kind == "f":
            yield relative
        else:
            raise _PatternError(f"cannot embed irregular file {relative}")
    if not count:
        raise _PatternError("no matching files found")


def _check_parents(tree: _Tree, relative: str, what: str) -> None:
    """Refuse what could not be part of the module: in another module, behind a link, or with a bad name."""
    place = relative
    while place:
        if "go.mod" in tree.entries(place):
            raise _PatternError(f"cannot embed {what} {relative}: in different module")
        if place != relative and tree.kind(place) != "d":
            raise _PatternError(f"cannot embed {what} {relative}: in non-directory {place}")
        deepest = place == relative
        place, _, name = place.rpartition("/")
        if _is_bad_name(name):
            where = "invalid name" if deepest else "in invalid directory"
            raise _PatternError(f"cannot embed {what} {relative}: {where} {name}")


def _walk(tree: _Tree, top: str, hidden: bool) -> Iterator[str]:
    """The files below the folder *top*, without those of other modules and, unless *hidden*, names that begin with . or _."""
    folders = [top]
    while folders:
        folder = folders.pop()
        for name, kind in tree.entries(folder).items():
            relative = f"{folder}/{name}"
            is_hidden = name[0] in "._"
            if _is_bad_name(name) or (is_hidden and not hidden):
                if kind != "d" and not is_hidden:
                    raise _PatternError(f"cannot embed file {relative}: invalid name {name}")
            elif kind == "d":
                if "go.mod" not in tree.entries(relative):
                    folders.append(relative)
            elif kind == "f":
                yield relative


def _is_bad_name(name: str) -> bool:
    """Whether no module can hold a file of this name, or it belongs to version control."""
    return name in _VERSION_CONTROL or bool(check_file_path(name))


def _is_valid(glob: str) -> bool:
    """Whether *glob* is a relative slash path without "." and ".." (io/fs.ValidPath) and a well-formed pattern (path.Match)."""
    elements = glob.split("/")
    if any(element in ("", ".", "..") for element in elements):
        return False
    try:
        for element in elements:
            _element(element)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=512)
def _element(pattern: str) -> re.Pattern[str]:
    """The regular expression of one element of a glob (path/filepath.Match); raises ValueError if it is malformed."""
    result, position = "", 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "*":
            result += "[^/]*"
        elif character == "?":
            result += "[^/]"
        elif character == "[":
            text, position = _class(pattern, position)
            result += text
        else:
            if character == "\\":
                character, position = _escaped(pattern, position - 1)
            result += re.escape(character)
    return re.compile(result, re.DOTALL)


def _class(pattern: str, position: int) -> tuple[str, int]:
    """The expression of a character class whose "[" stands before *position*, and where it ends."""
    negated = pattern[position : position + 1] == "^"
    position += negated
    ranges = ""
    while not (ranges and pattern[position : position + 1] == "]"):
        low, position = _class_character(pattern, position)
        high = low
        if pattern[position : position + 1] == "-":
            high, position = _class_character(pattern, position + 1)
        # A range that runs backwards matches nothing; the class must still have something in it.
        ranges += f"{re.escape(low)}-{re.escape(high)}" if low <= high else "\0-\0"
    return f"[{'^' if negated else ''}{ranges}]", position + 1


def _class_character(pattern: str, position: int) -> tuple[str, int]:
    character = pattern[position : position + 1]
    if character in ("", "-", "]"):
        raise ValueError(pattern)
    return _escaped(pattern, position) if character == "\\" else (character, position + 1)


def _escaped(pattern: str, position: int) -> tuple[str, int]:
    """The character behind the backslash at *position*, and where the text goes on."""
    if position + 1 >= len(pattern):
        raise ValueError(pattern)
    return pattern[position + 1], position + 2
