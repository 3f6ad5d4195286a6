"""go.sum: what the content of a module must hash to.

Rules: cmd/go/internal/modfetch/fetch.go:680-1020 and golang.org/x/mod/sumdb/dirhash/hash.go. A line in go.sum is trusted; without one the
go command asks the checksum database. We do not, so that a sum which is in no go.sum is accepted only where the go command would not ask
either (GOSUMDB=off, GONOSUMDB, GOPRIVATE).
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import IO

from ..errors import GoError, Position
from .environment import ModuleEnv
from .version import Version, matches_prefix
from .words import reason

SumLines = Mapping[tuple[str, str], tuple[str, ...]]
"""(module path, version or "version/go.mod") → hashes."""

# fetch.go:694: an old bug wrote the hash of an empty go.mod for folders that are no module.
_EMPTY_GO_MOD = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY="

_MISMATCH = """

SECURITY ERROR
This download does NOT match an earlier download recorded in go.sum.
The bits may have been replaced on the origin server, or an attacker may
have intercepted the download attempt.

For more information, see 'go help module-auth'."""

VALID_LENGTH = len("h1:") + 44
"""The length of an h1 hash: what is shorter or has NUL bytes was left by a crash (fetch.go:1012, isValidSum)."""


def mod_key(module: Version) -> Version:
    """The go.sum key of a module's go.mod file alone (modload/init.go:2181)."""
    return Version(module.path, module.version + "/go.mod")


def parse_gosum(text: str, filename: str, *, lenient: bool = False) -> dict[tuple[str, str], tuple[str, ...]]:
    """The lines of a go.sum file; raises GoError for a malformed one unless *lenient* (fetch.go:701, readGoSum)."""
    lines: dict[tuple[str, str], tuple[str, ...]] = {}
    for number, line in enumerate(text.split("\n"), 1):
        fields = line.split()
        if len(fields) != 3:
            if fields and not lenient:
                raise GoError(f"malformed go.sum: wrong number of fields {len(fields)}", Position(filename, number))
            continue
        path, version, value = fields
        if value == _EMPTY_GO_MOD:
            continue
        key = (path, version)
        known = lines.get(key)
        lines[key] = (*known, value) if known else (value,)
    return lines


def read_if_there(filename: str) -> bytes:
    """The content of a go.sum or go.mod file, empty if there is none. Raises GoError."""
    try:
        with open(filename, "rb") as handle:
            return handle.read()
    except (FileNotFoundError, NotADirectoryError):
        return b""
    except OSError as error:
        raise GoError(f"reading {os.path.basename(filename)}: {reason(error)}", Position(filename)) from None


def hash1(files: Iterable[tuple[str, str]]) -> str:
    """The "h1:" hash over (name, hexadecimal sha256) pairs (dirhash/hash.go:40, Hash1)."""
    summary = hashlib.sha256()
    for name, digest in sorted(files):
        if "\n" in name:
            raise GoError("dirhash: filenames with newlines are not supported")
        summary.update(f"{digest}  {name}\n".encode())
    return "h1:" + base64.b64encode(summary.digest()).decode()


def digest(stream: IO[bytes]) -> str:
    """The sha256 of what is left of *stream*, in hexadecimal."""
    state = hashlib.sha256()
    while chunk := stream.read(1 << 18):
        state.update(chunk)
    return state.hexdigest()


def hash_gomod(data: bytes) -> str:
    """The hash that go.sum has for a go.mod file (fetch.go:842, goModSum)."""
    return hash1([("go.mod", hashlib.sha256(data).hexdigest())])


class Sums:
    """The go.sum lines in force: of the main module, or of go.work.sum and of each module of the workspace.

    *contents* maps a file's name to what is in it, the main one first; it is parsed when a sum is first needed. *required* says that a
    module without a line may not be used at all (with -mod=readonly outside workspaces, modload/import.go:830, mustHaveSums).
    """

    def __init__(self, contents: Mapping[str, bytes], env: ModuleEnv, *, required: bool) -> None:
        self._contents = contents
        self._env = env
        self.required = required

    @cached_property
    def _files(self) -> dict[str, SumLines]:
        return {name: parse_gosum(data.decode("utf-8", "replace"), name) for name, data in self._contents.items()}

    def recorded(self, module: Version) -> str:
        """The h1 hash of *module*, "" if there is none (fetch.go:772)."""
        for lines in self._files.values():
            for value in lines.get(module, ()):
                if value.startswith("h1:"):
                    return value
        return ""

    def allows(self, module: Version) -> bool:
        """Whether *module* may be used, as far as that is a matter of lines that are there."""
        return not self.required or bool(self.recorded(module))

    def check(self, module: Version, actual: str) -> None:
        """Raise GoError unless *actual* is a hash that go.sum has for *module*, whose version may end in "/go.mod" (fetch.go:863-942)."""
        found = False
        for number, (file, lines) in enumerate(self._files.items()):
            for value in lines.get(module, ()):
                if value == actual:
                    found = True
                    if not number:
                        return  # in the main file, what stands after the hash does not count
                elif value.startswith("h1:"):
                    message = f"verifying {module.path}@{module.version}: checksum mismatch\n\tdownloaded: {actual}"
                    raise GoError(f"{message}\n\t{os.path.basename(file)}:     {value}{_MISMATCH}")
        if found or self._env.sumdb in ("", "off") or matches_prefix(self._env.nosumdb, module.path):
            return
        version, slash, _ = module.version.partition("/")
        name = os.path.basename(next(iter(self._contents), "go.sum"))
        raise GoError(
            f"{module.path}@{version}: verifying {'go.mod' if slash else 'module'}: no checksum in {name}, and the checksum database "
            f"({self._env.sumdb}) is not asked\n\tto add it, run 'go mod download {module.path}@{version}', or list the module in GONOSUMDB"
        )
