"""GOEXPERIMENT: which toolchain experiments are on for a target, and the string by which the tools name them.

The names and the baseline are read from the SDK's own sources, so a new release brings its own; only the conditions that the
baseline refers to are restated here. Rules: internal/buildcfg/exp.go (1.27.3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from .errors import GoError
from .sdk import SDK

_FIELD = re.compile(r"^\t(\w+) +bool\b", re.MULTILINE)
_BASELINE = re.compile(r"\bbaseline := goexperiment\.Flags\{\n(.*?)\n\t\}", re.DOTALL)
_SETTING = re.compile(r"^\t\t(\w+): +(\w+),", re.MULTILINE)

_REGABI = frozenset({"amd64", "arm64", "loong64", "ppc64", "ppc64le", "riscv64"})


def _holds(condition: str, sdk: SDK, goos: str, goarch: str) -> bool:
    """The value of *condition*, a name that the baseline of exp.go:56-86 uses (haveXchg8: Go 1.24 only)."""
    if condition in ("true", "false"):
        return condition == "true"
    if condition == "regabiSupported":
        return goarch in _REGABI or (goarch == "s390x" and sdk.minor >= 26)
    if condition == "dwarf5Supported":
        return goos not in ("darwin", "ios", "aix")
    if condition == "haveXchg8":
        return goarch in ("386", "amd64", "arm", "arm64", "ppc64le", "ppc64")
    raise GoError(f"{sdk.version} is newer than scons-go knows: internal/buildcfg/exp.go uses the condition {condition!r}")


def _regabi_always_on(minor: int, goarch: str) -> bool:
    if goarch == "loong64":
        return minor >= 23
    return goarch in _REGABI or (goarch == "s390x" and minor >= 27)


@dataclass(frozen=True)
class Experiments:
    """*enabled*: names of the experiments that are on, in the SDK's order. *canonical*: the shortest GOEXPERIMENT that says so, as
    ``compile -V=full`` prints after "X:"; "" for the SDK's baseline."""

    enabled: tuple[str, ...]
    canonical: str

    @property
    def tags(self) -> tuple[str, ...]:
        """The build tags of the enabled experiments."""
        return tuple(f"goexperiment.{name}" for name in self.enabled)


@lru_cache(maxsize=64)
def experiments(sdk: SDK, goos: str, goarch: str, setting: str = "") -> Experiments:
    """What GOEXPERIMENT=*setting* means to *sdk* on *goos*/*goarch*; "" means the default built into the SDK.

    Raises GoError for an unknown experiment, in the words of internal/buildcfg.
    """
    names, defaults = _flags(sdk)
    baseline = {name: _holds(defaults.get(name, "false"), sdk, goos, goarch) for name in names}
    flags = dict(baseline)
    for item in (setting or sdk.defaults.get("GOEXPERIMENT", "")).split(","):
        _apply(flags, item)
    if _regabi_always_on(sdk.minor, goarch):
        flags["regabiwrappers"] = flags["regabiargs"] = True
    if not _holds("regabiSupported", sdk, goos, goarch):
        flags["regabiwrappers"] = flags["regabiargs"] = False
    if flags["regabiargs"] and not flags["regabiwrappers"]:
        raise GoError("GOEXPERIMENT regabiargs requires regabiwrappers")
    changed = (name if flags[name] else "no" + name for name in names if flags[name] != baseline[name])
    return Experiments(tuple(name for name in names if flags[name]), ",".join(changed))


def _apply(flags: dict[str, bool], item: str) -> None:
    """Change *flags* as one comma-separated *item* of GOEXPERIMENT says."""
    if item == "none":
        flags.update(dict.fromkeys(flags, False))
        return
    value = not item.startswith("no")
    name = item if value else item[2:]
    if name == "regabi":
        flags["regabiwrappers"] = flags["regabiargs"] = value
    elif name in flags:
        flags[name] = value
    elif item:
        raise GoError(f"unknown GOEXPERIMENT {name}. This SDK knows: {', '.join(flags)}")


@lru_cache(maxsize=8)
def _flags(sdk: SDK) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """(all experiments in order, experiment → condition under which the baseline has it)."""
    fields = _FIELD.findall(sdk.read_source("internal/goexperiment/flags.go"))
    block = _BASELINE.search(sdk.read_source("internal/buildcfg/exp.go"))
    if not fields or not block:
        raise GoError(f"{sdk.version} is newer than scons-go knows: no experiments found in {sdk.src}/internal/buildcfg/exp.go")
    return tuple(name.lower() for name in fields), {name.lower(): value for name, value in _SETTING.findall(block.group(1))}
