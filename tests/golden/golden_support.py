"""Builds a program with ``go build`` and without it, and compares the two files byte by byte."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from conftest import goroot
from gocommand import go
from scons_go.plan.program import build_program, open_workplace
from scons_go.sdk import open_sdk
from scons_go.variant import PatternFlags, Variant

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = Path(__file__).resolve().parent / "programs"
PACKAGES = ROOT / ".cache" / "golden"


@dataclass(frozen=True)
class Case:
    """What is built and how, said once for both sides.

    *target* is an import path, "./name" one of the module in *folder*. *settings* are fields of Variant; the go side gets the same as
    flags and environment.
    """

    target: str
    settings: dict[str, Any] = field(default_factory=dict)
    folder: Path = PROGRAMS
    module: str = "example.com/golden"

    @property
    def import_path(self) -> str:
        return self.module + self.target.removeprefix(".") if self.target.startswith(".") else self.target

    @property
    def name(self) -> str:
        """The name of the program's file."""
        return self.import_path.rpartition("/")[2]

    def go_flags(self) -> list[str]:
        """The arguments of ``go build`` that say the same as *settings*."""
        flags = [] if self.settings.get("trimpath") is False else ["-trimpath"]
        for name, value in self.settings.items():
            if name in ("gcflags", "asmflags", "ldflags"):
                flags += [f"-{name}={_pattern(pattern)}{_join(words)}" for pattern, words in value]
            elif name == "tags":
                flags.append("-tags=" + ",".join(value))
            elif name in ("buildmode", "pgo", "mod"):
                flags.append(f"-{name}={value}")
        return flags

    def go_environ(self, version: str) -> dict[str, str]:
        """The environment that says the same as *settings*."""
        environ = {}
        if "arch_level" in self.settings:
            variant = Variant.of(open_sdk(str(goroot(version))), **self.settings)
            environ[variant.arch_env[0]] = self.settings["arch_level"]
        if "experiment" in self.settings:
            environ["GOEXPERIMENT"] = self.settings["experiment"]
        return environ


def same_program(version: str, case: Case, folder: Path) -> bytes:
    """Build *case* twice with the SDK *version* below *folder*; the files must be the same. Returns what they contain."""
    return same_programs(version, [case], folder)[0]


def same_programs(version: str, built: Sequence[Case], folder: Path) -> list[bytes]:
    """Build several programs with the same settings by one command, and one by one without it; the files must be the same."""
    case = built[0]
    expected = folder / "expected"
    expected.mkdir(exist_ok=True)
    target = {name: case.settings[name] for name in ("goos", "goarch") if name in case.settings}
    output = str(expected) if len(built) > 1 else str(expected / case.name)
    arguments = ["build", "-buildvcs=false", *case.go_flags(), "-o", output, *(each.target for each in built)]
    go(goroot(version), *arguments, cwd=case.folder, **target, **case.go_environ(version))
    sdk = open_sdk(str(goroot(version)))
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "GOPROXY": "off", "GOWORK": "off"}
    place = open_workplace(sdk, Variant.of(sdk, **case.settings), str(PACKAGES / version), str(case.folder), environ)
    contents = []
    for each in built:
        made = folder / "made" / each.name
        build_program(place, each.import_path, str(made))
        contents.append(made.read_bytes())
        assert contents[-1] == (expected / each.name).read_bytes(), _difference(contents[-1], (expected / each.name).read_bytes())
    return contents


def cases(versions: Sequence[str], *choice: Case) -> list[Any]:
    """Parameters (version, case); those that compile std alike go to the same worker."""
    import pytest

    return [
        pytest.param(version, case, id=f"{version}-{_name(case)}", marks=pytest.mark.xdist_group(f"golden-{version}-{_std(case)}"))
        for version in versions
        for case in choice
    ]


def with_settings(case: Case, **settings: Any) -> Case:
    """*case* with more *settings*."""
    return replace(case, settings={**case.settings, **settings})


def flags(*words: str, pattern: str = "") -> PatternFlags:
    """The value of a flag such as -gcflags, given once."""
    return ((pattern, words),)


def _std(case: Case) -> str:
    return str(sorted((name, value) for name, value in case.settings.items() if name not in ("ldflags", "tags")))


def _name(case: Case) -> str:
    words = [case.target.removeprefix("./")]
    words += [re.sub(r"[(), '\"]+", "_", f"{name}={value}").strip("_") for name, value in case.settings.items()]
    return "-".join(words)


def _pattern(pattern: str) -> str:
    return f"{pattern}=" if pattern else ""


def _join(words: Sequence[str]) -> str:
    return " ".join(f"'{word}'" if " " in word else word for word in words)


def _difference(made: bytes, expected: bytes) -> str:
    ids = [re.findall(rb"(?:[\w-]{20}/){3}[\w-]{20}", content)[:1] for content in (made, expected)]
    place = next((i for i, (a, b) in enumerate(zip(made, expected, strict=False)) if a != b), min(len(made), len(expected)))
    around = slice(max(0, place - 60), place + 60)
    return f"{len(made)} bytes instead of {len(expected)}, at {place}: {made[around]!r} instead of {expected[around]!r}; build IDs {ids}"
