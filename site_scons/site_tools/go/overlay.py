"""A view of the file system in which some files are replaced, added or gone.

It serves two users: ``go build -overlay`` (rules: cmd/go/internal/fsys/fsys.go) and the min runtime, which is nothing but an overlay of
GOROOT/src/runtime: files not kept are gone, the files of ``runtime_min/core`` are added.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from .errors import GoError, Position
from .files import update_file


@dataclass(frozen=True)
class Overlay:
    """*replace* maps an absolute path to the absolute path read in its place, or to "" where the file is to be absent.

    *generated* maps an absolute path (a value in *replace*) to the bytes it will have; such a file need not exist on disk until
    :meth:`materialise` has been called.
    """

    replace: Mapping[str, str] = field(default_factory=dict)
    generated: Mapping[str, bytes] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.replace)

    @cached_property
    def _by_folder(self) -> Mapping[str, Mapping[str, str]]:
        folders: dict[str, dict[str, str]] = {}
        for path, actual in self.replace.items():
            head, tail = os.path.split(path)
            folders.setdefault(head, {})[tail] = actual
        return folders

    def actual(self, path: str) -> str:
        """The path to read (and to hand to a tool) for *path*."""
        return self.replace.get(path, path)

    def names(self, folder: str, on_disk: list[str]) -> list[str]:
        """The file names of *folder*, sorted, given those *on_disk*."""
        changes = self._by_folder.get(folder)
        if not changes:
            return sorted(on_disk)
        present = {name for name in on_disk if changes.get(name) != ""}
        present.update(name for name, actual in changes.items() if actual)
        return sorted(present)

    def read(self, path: str) -> bytes:
        """The content of *path*; raises OSError as ``open`` would."""
        actual = self.actual(path)
        content = self.generated.get(actual)
        if content is not None:
            return content
        if actual == "":
            raise FileNotFoundError(2, "removed by the overlay", path)
        with open(actual, "rb") as handle:
            return handle.read()

    def materialise(self) -> None:
        """Write the generated files that are missing or differ, each by a rename; called before tools run. Raises GoError."""
        for path, content in self.generated.items():
            update_file(path, content)

    @cached_property
    def key(self) -> str:
        """A digest of the mapping, for variants; empty for an empty overlay."""
        if not self.replace:
            return ""
        digest = hashlib.sha256()
        for path, actual in sorted(self.replace.items()):
            digest.update(f"{path}\0{actual}\0".encode("utf-8", "surrogateescape"))
            digest.update(hashlib.sha256(self.generated.get(actual, b"")).digest())
        return digest.hexdigest()[:16]


_MODULE_FILES = frozenset(["go.mod", "go.sum", "go.work", "go.work.sum", "modules.txt"])


def read_overlay(file: str, base: str) -> dict[str, str]:
    """What a *file* for ``go build -overlay`` replaces, its paths being relative to *base* (cmd/go/internal/fsys/fsys.go:343-402).

    Raises GoError for a file that is wrong, or that would replace what says which modules there are.
    """
    place = Position(file)
    try:
        with open(file, "rb") as handle:
            content = json.loads(handle.read())
    except OSError as error:
        raise GoError(f"reading overlay: {(error.strerror or str(error)).lower()}", place) from None
    except ValueError as error:
        raise GoError(f"parsing overlay JSON: {error}", place) from None
    listed = content.get("Replace") or {} if isinstance(content, dict) else None
    if not isinstance(listed, dict) or not all(isinstance(actual, str) for actual in listed.values()):
        raise GoError('parsing overlay JSON: {"Replace": {path: path or ""}} is expected', place)
    replaced: dict[str, str] = {}
    named: dict[str, str] = {}
    for name, actual in sorted(listed.items()):
        path = os.path.normpath(os.path.join(base, name))
        if not name:
            raise GoError("empty string key in overlay map", place)
        if path in named:
            raise GoError(f"duplicate paths {named[path]} and {name} in overlay map", place)
        if os.path.basename(path) in _MODULE_FILES:
            raise GoError(f"{name} cannot be replaced: which modules there are is read from disk", place)
        named[path] = name
        replaced[path] = os.path.normpath(os.path.join(base, actual)) if actual else ""
    for path in replaced:
        folder = os.path.dirname(path)
        if replaced.get(folder) and replaced[path]:
            raise GoError(f"inconsistent files {folder} and {path} in overlay map", place)
    return replaced
