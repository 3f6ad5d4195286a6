"""The GODEBUG settings that a program starts with: they depend on the Go version that its main module asks for.

The table of settings is read from the SDK at hand (internal/godebugs/table.go), as the go command of that SDK was built with it.
Rules: cmd/go/internal/load/godebug.go (1.27.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..errors import GoError, Position, joined
from ..module import gover
from ..module.gomod import Setting
from ..sdk import SDK

_INFO = re.compile(r"^\t\{Name: \"(\w+)\", Package: .*\}", re.MULTILINE)
_CHANGED = re.compile(r"\bChanged: (\d+)\b")
_OLD = re.compile(r"\bOld: \"([^\"]*)\"")
_REMOVED = re.compile(r"^\t\{Name: \"(\w+)\", Removed: (\d+)(?:, Old: (.*))?\}", re.MULTILINE)
_TEST = re.compile(r"^func (\w+)\(s string\) bool +\{(.*)\}", re.MULTILINE)
_EQUALS = re.compile(r"\bs == \"([^\"]*)\"")

DEFAULT_KEY_MINOR = 23
"""The first Go release that knows ``default=go1.N`` and ``godebug`` lines of go.mod (cmd/go/internal/load/godebug.go)."""


@dataclass(frozen=True)
class Table:
    """*settings* maps each name to (minor version in which its default changed or 0, value from before the change).

    *removed* maps a name that is gone to (minor version of the removal, values that ask for the old behaviour); None instead of values
    means that it may not be set at all, as in Go 1.26.
    """

    settings: Mapping[str, tuple[int, str]]
    removed: Mapping[str, tuple[int, frozenset[str] | None]]


@lru_cache(maxsize=8)
def table(sdk: SDK) -> Table:
    """The settings that *sdk* knows; raises GoError if its table cannot be read."""
    text = sdk.read_source("internal/godebugs/table.go")
    settings = {}
    for found in _INFO.finditer(text):
        changed, old = _CHANGED.search(found.group()), _OLD.search(found.group())
        settings[found[1]] = (int(changed[1]) if changed else 0, old[1] if old else "")
    tests = {name: frozenset(_EQUALS.findall(body)) for name, body in _TEST.findall(text)}
    removed = {
        name: (int(minor), (tests.get(old) or frozenset(_EQUALS.findall(old))) if old else None)
        for name, minor, old in _REMOVED.findall(text)
    }
    if not settings:
        raise GoError(f"{sdk.version} is newer than scons-go knows: no GODEBUG settings found in {sdk.src}/internal/godebugs/table.go")
    return Table(settings, removed)


def parse_directive(sdk: SDK, text: str, position: Position | None) -> tuple[str, str]:
    """(key, value) of a ``//go:debug`` line, *text* being what follows ``//go:debug``.

    Raises GoError for a malformed or unknown setting (cmd/go/internal/load/godebug.go:24, work/exec.go:1047).
    """
    key, equals, value = text.strip().partition("=")
    if not equals:
        raise GoError("invalid //go:debug: missing key=value", position)
    problem = check(sdk, "//go:debug setting", key, value)
    if problem:
        raise GoError(f"invalid //go:debug: {problem}", position)
    return key, value


def parse_directives(sdk: SDK, lines: Iterable[tuple[str, Position]]) -> tuple[tuple[str, str], ...]:
    """The settings of a package's ``//go:debug`` lines; raises one GoError for all that are wrong, or for a key that is given twice."""
    seen: dict[str, tuple[str, Position]] = {}
    errors: list[GoError] = []
    for text, position in lines:
        try:
            key, value = parse_directive(sdk, text, position)
            if key in seen:
                raise GoError(f"repeated //go:debug for {key}\n\t{seen[key][1]}: previous //go:debug", position)
            seen[key] = value, position
        except GoError as error:
            errors.append(error)
    if errors:
        raise joined(errors)
    return tuple((key, value) for key, (value, _) in seen.items())


def check_settings(sdk: SDK, settings: Iterable[Setting], file: str) -> None:
    """Raise GoError for a wrong ``godebug`` line in *file*, a go.mod or go.work (cmd/go/internal/modload/init.go:822, :1061)."""
    for setting in settings:
        problem = check(sdk, "godebug", setting.key, setting.value)
        if problem:
            raise GoError(problem, Position(file, setting.line))


def check(sdk: SDK, verb: str, key: str, value: str) -> str:
    """What is wrong with a setting, "" if nothing (cmd/go/internal/modload/init.go CheckGodebug); *verb* says where it was found."""
    for name, word in (("key", key), ("value", value)):
        if " " in word or "\t" in word:
            return f"{name} contains space"
    for name, word in (("key", key), ("value", value)):
        if "," in word:
            return f"{name} contains comma"
    if key == "default" and sdk.minor >= DEFAULT_KEY_MINOR:
        version = value[2:]
        if not value.startswith("go") or not gover.is_valid(version):
            return "value for default= must be goVERSION"
        if gover.compare(version, sdk.version[2:]) > 0:
            return f"default={value} too new (toolchain is {sdk.version})"
        return ""
    known = table(sdk)
    if key in known.settings:
        return ""
    if key in known.removed:
        minor, old = known.removed[key]
        if old is None:
            return f'use of removed {verb} "{key}", see https://go.dev/doc/godebug#go-1{minor}'
        if value in old:
            return f'removed GODEBUG "{key}" set to old value "{value}" (https://go.dev/doc/godebug#go-1{minor})'
        return ""
    return f'unknown {verb} "{key}"'


def default_godebug(sdk: SDK, go_version: str, settings: Iterable[tuple[str, str]]) -> str:
    """What the linker is told as runtime.godebugDefault: sorted ``key=value`` joined by commas, "" for none.

    *go_version* is that of the main module or the workspace ("1.21", no "go" before it); *settings* are those of go.mod or go.work
    and then those of the ``//go:debug`` lines, later ones win (cmd/go/internal/load/godebug.go:66 defaultGODEBUG).
    """
    chosen = dict(settings)
    default = chosen.pop("default", "")
    if gover.is_valid(default.removeprefix("go")):
        go_version = default.removeprefix("go")
    return ",".join(f"{key}={value}" for key, value in sorted({**_since(sdk, go_version), **chosen}.items()))


def _since(sdk: SDK, go_version: str) -> dict[str, str]:
    """The values that restore the behaviour of *go_version* (cmd/go/internal/load/godebug.go:133)."""
    major, dot, minor = ".".join(go_version.split(".")[:2]).partition(".")
    if major != "1" or not dot or not minor.isdecimal():
        return {}
    return {name: old for name, (changed, old) in table(sdk).settings.items() if int(minor) < changed}
