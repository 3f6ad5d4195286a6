"""Cached test results: a result holds as long as the test binary, its arguments and all that the test looked at are the same.

A test binary that runs with ``-test.testlogfile`` notes which environment variables it reads and which files it opens or asks about. As
in cmd/go/internal/test/test.go:1840-2180, a result is found in two steps: binary and arguments give the list of what was looked at last
time; the values of those things today give the result. What lies outside the module (for std, outside GOROOT) is not checked again.

Two rules differ from go's. A file that was opened counts by content instead of size and time, so that results survive a checkout and
move with the tree: names are kept relative to the module. And a result is not kept if an opened file changed after the test had started,
where go looks at the last two seconds.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..digest import text_digest
from ..files import replace_file, replace_text

MAGIC = b"# test log\n"

# Arguments with which a result may be kept: those that are part of its key, and those that do not matter to it
# (cmd/go/internal/test/test.go:1852, Go 1.27; older releases keep fewer).
KEY_ARGUMENTS = frozenset(
    f"-test.{name}" for name in ("benchtime", "cpu", "list", "parallel", "run", "short", "skip", "timeout", "failfast", "v", "fullpath")
)
NEUTRAL_ARGUMENTS = frozenset({"-test.coverprofile", "-test.outputdir"})

_KEPT_RESULTS = 32  # a package; the oldest goes first
_CLOCK_TICK_NS = 20_000_000  # file times lag behind the clock by up to a timer tick

_TIME = re.compile(rb"\Aok  \t[^\t\n]*\t([0-9.]+s)")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a test looked at: (operation, name) in the order of its log.

    An operation is "getenv", "chdir", "stat" or "open". Names of files inside the root are relative to it and begin with "./"; others are
    left out, except that "chdir" is kept wherever it leads.
    """

    operations: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a test runs: its *folder* and the *root* of its module (or GOROOT), both absolute, and its environment."""

    folder: str
    root: str
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """The output of a passing test, with its final ``ok`` line, and its coverage profile if there is one."""

    output: bytes
    profile: bytes | None = None

    def cached(self) -> bytes:
        """The output with ``(cached)`` in place of the seconds in its last line."""
        start = self.output.rfind(b"\n", 0, len(self.output) - 1) + 1
        match = _TIME.match(self.output[start:])
        if match is None:
            return self.output
        return self.output[: start + match.start(1)] + b"(cached)" + self.output[start + match.end(1) :]


def key_arguments(arguments: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """(the arguments that are part of a result's key, the argument because of which no result can be kept or "")."""
    key = []
    for argument in arguments:
        name, equals, _ = argument.partition("=")
        if equals and name in KEY_ARGUMENTS:
            key.append(argument)
        elif not equals or name not in NEUTRAL_ARGUMENTS:
            return (), argument
    return tuple(key), ""


def parse_log(log: bytes, place: Place) -> Inputs | None:
    """The inputs in a test log; None if it is incomplete or not one."""
    if not log.startswith(MAGIC) or not log.endswith(b"\n"):
        return None
    folder = place.folder
    operations: dict[tuple[str, str], None] = {}
    for line in log[len(MAGIC) :].decode("utf-8", "surrogateescape").split("\n")[:-1]:
        operation, space, name = line.partition(" ")
        if operation == "getenv" and space:
            operations[operation, name] = None
        elif operation in ("chdir", "stat", "open") and space:
            path = os.path.normpath(os.path.join(folder, name))
            inside = _inside(path, place.root)
            if operation == "chdir":
                folder = path
            if inside or operation == "chdir":
                operations[operation, inside or path] = None
        elif line:
            return None
    return Inputs(tuple(operations))


def _inside(path: str, root: str) -> str:
    """*path* relative to *root*, beginning with "./"; "" if it is outside even by symbolic links (cmd/go/internal/search/search.go:549)."""
    for candidate in (path, os.path.realpath(path)):
        for top in (root, os.path.realpath(root)):
            if candidate == top:
                return "./"
            if candidate.startswith(top.rstrip(os.sep) + os.sep):
                return "./" + os.path.relpath(candidate, top)
    return ""


class InputsChangedError(Exception):
    """A file changed while the test ran: nobody knows which content it saw."""


def inputs_key(inputs: Inputs, place: Place, digest: Callable[[str], str], started_ns: int | None = None) -> str:
    """A digest of the values that *inputs* have now.

    *digest* gives the hash of a file's content (filestate.FileState.digest). With *started_ns*, a time in nanoseconds since the epoch,
    raises InputsChangedError if an opened file was written after it.
    """
    key = hashlib.sha256()
    for operation, name in (("getenv", "GODEBUG"), *inputs.operations):  # the runtime reads GODEBUG without a note in the log
        if operation == "getenv":
            value = place.environ.get(name)
            fact = "unset" if value is None else f"={value}"
        else:
            path = os.path.join(place.root, name)
            fact = _opened(path, digest, started_ns) if operation == "open" else _asked(path)
        key.update(f"{operation} {name}\0{fact}\0".encode("utf-8", "surrogateescape"))
    return key.hexdigest()


def _asked(path: str) -> str:
    facts = []
    for look in (os.stat, os.lstat):
        try:
            status = look(path)
            facts.append(f"{status.st_size} {status.st_mode:o} {status.st_mtime_ns}")
        except OSError as error:
            facts.append(f"error {error.errno}")
    return " ".join(facts)


def _opened(path: str, digest: Callable[[str], str], started_ns: int | None) -> str:
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            with os.scandir(path) as entries:
                return "folder " + " ".join(sorted(map(_entry, entries)))
        if not stat.S_ISREG(status.st_mode):
            return f"special {status.st_mode:o}"
        if started_ns is not None and status.st_mtime_ns > started_ns - _CLOCK_TICK_NS:
            raise InputsChangedError(path)
        return f"file {status.st_mode:o} {digest(path)}"
    except OSError as error:
        return f"error {error.errno}"


def _entry(entry: os.DirEntry[str]) -> str:
    status = entry.stat(follow_symlinks=False)
    return f"{entry.name}/{status.st_mode:o}" + (f"/{status.st_size}" if stat.S_ISREG(status.st_mode) else "")


class ResultCache:
    """Results of one variant's tests in *folder*; *digest* as for :func:`inputs_key`."""

    def __init__(self, folder: str, digest: Callable[[str], str]) -> None:
        self._folder = folder
        self._digest = digest

    def find(self, import_path: str, key: str, place: Place, profile: bool = False) -> Result | None:
        """The result kept for *key* (see :func:`result_key`) if its inputs are as they were; with *profile* only one that has it."""
        stem = self._stem(import_path, key)
        try:
            with open(stem + ".inputs", encoding="utf-8", errors="surrogateescape") as handle:
                lines = handle.read().split("\n")
            operations = tuple((operation, name) for operation, _, name in (line.partition(" ") for line in lines if line))
            stem = f"{stem}-{inputs_key(Inputs(operations), place, self._digest)[:32]}"
            with open(stem + ".output", "rb") as handle:
                output = handle.read()
            os.utime(stem + ".output")
            content = None
            if profile:
                with open(stem + ".profile", "rb") as handle:
                    content = handle.read()
        except (OSError, ValueError):
            return None  # not there, or not readable: the test runs
        return Result(output, content)

    def keep(self, import_path: str, key: str, place: Place, log: bytes, result: Result, started_ns: int) -> bool:
        """Keep *result*, whose run began at *started_ns* and wrote *log*; false if it cannot be kept. Raises OSError."""
        inputs = parse_log(log, place)
        if inputs is None or any("\n" in name for _, name in inputs.operations):
            return False
        try:
            values = inputs_key(inputs, place, self._digest, started_ns)[:32]
        except InputsChangedError:
            return False
        stem = self._stem(import_path, key)
        listing = "".join(f"{operation} {name}\n" for operation, name in inputs.operations)
        if result.profile is not None:
            replace_file(f"{stem}-{values}.profile", result.profile)
        replace_file(f"{stem}-{values}.output", result.output)
        replace_text(f"{stem}.inputs", listing)
        self._trim(os.path.dirname(stem), f"{stem}-{values}.output")
        return True

    def _stem(self, import_path: str, key: str) -> str:
        return os.path.join(self._folder, *import_path.split("/"), "~results", key[:32])

    def _trim(self, folder: str, latest: str) -> None:
        """Take away the results that have not been used for longest; *latest* stays, also where the clock does not tell it from others."""
        with os.scandir(folder) as entries:
            files = {entry.path: entry.stat().st_mtime_ns for entry in entries}
        found = (path for path in files if path.endswith(".output"))
        outputs = sorted(found, key=lambda path: (path == latest, files[path]), reverse=True)
        used = {path[: path.rindex("-")] for path in outputs[:_KEPT_RESULTS]}
        for path in outputs[_KEPT_RESULTS:]:
            stem = path.removesuffix(".output")
            inputs = stem[: stem.rindex("-")]
            for name in (path, stem + ".profile", *([] if inputs in used else [inputs + ".inputs"])):
                with contextlib.suppress(OSError):
                    os.unlink(name)


def result_key(binary: str, arguments: tuple[str, ...], coverage: str = "") -> str:
    """The key of a result: the digest of the test *binary*, its :func:`key_arguments`, and a digest of what *coverage* adds."""
    return text_digest(repr(("test result 1", binary, arguments, coverage)))
