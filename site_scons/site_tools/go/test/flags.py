"""The flags of ``go test``: what they mean here and what the test binary gets.

Rules: cmd/go/internal/test/testflag.go (1.27.3). Flags that say how to *build* (-race, -tags, -gcflags ...) are construction variables
and no flags here, and packages are named by GoTest. All else is taken as ``go test`` takes it, unknown flags and what follows ``-args``
included.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import GoError

# Flags that the test binary gets as -test.NAME, and how their values are read
# (cmd/go/internal/test/flagdefs.go passFlagToTest and testflag.go:51; Go 1.27, older binaries know a few less).
PASSED: Mapping[str, str] = {
    "artifacts": "bool", "bench": "text", "benchmem": "bool", "benchtime": "text", "blockprofile": "text", "blockprofilerate": "text",
    "count": "int", "coverprofile": "text", "cpu": "text", "cpuprofile": "text", "failfast": "bool", "fullpath": "bool", "fuzz": "text",
    "fuzzminimizetime": "text", "fuzztime": "text", "list": "text", "memprofile": "text", "memprofilerate": "text",
    "mutexprofile": "text", "mutexprofilefraction": "text", "outputdir": "path", "parallel": "int", "run": "text", "short": "bool",
    "shuffle": "shuffle", "skip": "text", "timeout": "duration", "trace": "text", "v": "v",
}  # fmt: skip

# Flags that only the caller of the binary heeds.
OWN: Mapping[str, str] = {"json": "bool", "vet": "text", "cover": "bool", "covermode": "text", "coverpkg": "text", "exec": "text"}

# Flags that say how to build, and what is used in their place, "" for nothing (cmd/go/internal/work/build.go:312 AddBuildFlags; go test's
# own -c and -o; flags of all commands). They may be given after -args.
BUILD: Mapping[str, str] = {
    "C": "", "a": "", "asan": "", "asmflags": "GOASMFLAGS", "buildmode": "GOBUILDMODE", "buildvcs": "", "c": "", "compiler": "",
    "gccgoflags": "", "gcflags": "GOCFLAGS", "installsuffix": "", "ldflags": "GOLINKFLAGS", "linkshared": "", "mod": "GOMODFLAG",
    "modcacherw": "", "modfile": "", "msan": "", "n": "scons -n", "o": "", "overlay": "GOOVERLAY", "p": "scons -j", "pgo": "GOPGO",
    "pkgdir": "",
    "race": "", "tags": "GOTAGS", "toolexec": "", "trimpath": "GOTRIMPATH", "work": "", "x": "",
}  # fmt: skip

PROFILES = ("blockprofile", "cpuprofile", "memprofile", "mutexprofile", "trace")

DEFAULT_TIMEOUT = 600.0

_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_TERM = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_TRUE = ("1", "t", "T", "TRUE", "true", "True")
_FALSE = ("0", "f", "F", "FALSE", "false", "False")


@dataclass(frozen=True, slots=True)
class TestOptions:
    """How tests are run.

    *arguments* are the test binary's. *values* are the flags given, by name, as text. *timeout* is in seconds, 0 for none.
    """

    arguments: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    timeout: float = DEFAULT_TIMEOUT
    help: bool = False

    def is_on(self, name: str) -> bool:
        """Whether the boolean flag *name* is set."""
        return self.values.get(name, "false") != "false"

    @property
    def json(self) -> bool:
        """Whether the output is JSON events."""
        return self.is_on("json")

    @property
    def show_pass(self) -> bool:
        """Whether the output of passing tests is shown (cmd/go/internal/test/test.go:650)."""
        return self.is_on("v") or bool(self.values.get("list")) or self.help

    @property
    def endless(self) -> bool:
        """Whether the run may take as long as it takes: benchmarks and fuzzing."""
        return bool(self.values.get("bench") or self.values.get("fuzz"))

    @property
    def profile_flag(self) -> str:
        """A flag that asks for a profile of one package, such as "-cpuprofile"; "" if there is none (cmd/go/internal/test/test.go:614)."""
        return next((f"-{name}" for name in PROFILES if self.values.get(name)), "")

    @property
    def covers(self) -> bool:
        """Whether coverage is measured: any flag about it asks for it, also an empty one (cmd/go/internal/work/build.go, coverFlag)."""
        return self.is_on("cover") or not self.values.keys().isdisjoint(("covermode", "coverpkg", "coverprofile"))

    def cover_mode(self, race: bool) -> str:
        """The mode of coverage: "set" unless said otherwise, "atomic" with the race detector; raises GoError for one it cannot have."""
        mode = self.values.get("covermode", "")
        if race and mode not in ("", "atomic"):
            raise GoError(f'-covermode must be "atomic", not "{mode}", when -race is enabled')
        return mode or ("atomic" if race else "set")

    @property
    def cover_packages(self) -> tuple[str, ...]:
        """The patterns of -coverpkg."""
        return tuple(word for word in re.split(r"[,\s]+", self.values.get("coverpkg", "")) if word)


def parse_flags(words: Sequence[str], folder: str) -> TestOptions:
    """The options that *words* ask for; *folder* is where relative paths start.

    Raises GoError for a flag that is go's but has no value or a wrong one.
    """
    values: dict[str, str] = {}
    passed: list[str] = []
    rest = list(words)
    value_may_follow = False
    while rest:
        word = rest.pop(0)
        if not word.startswith("-") or word == "-":
            if not value_may_follow:
                raise GoError(f"unexpected argument {word!r}: packages are named by GoTest, arguments of the test itself come after -args")
            passed.append(word)
            value_may_follow = False
            continue
        if word == "--":
            passed += [word, *rest]
            break
        if word in ("-args", "--args"):
            passed += rest
            break
        dashless = word.removeprefix("--") if word.startswith("--") else word[1:]
        name, equals, value = dashless.partition("=")
        name = name.removeprefix("test.") if name.removeprefix("test.") in PASSED else name
        kind = PASSED.get(name) or OWN.get(name)
        if kind is None and name in BUILD:
            advice = f"use {BUILD[name]}" if BUILD[name] else "it is not supported"
            raise GoError(f"-{name} says how to build, not how to test: {advice}; if it is the test's own flag, put it after -args")
        if kind is None:
            passed.append(word)
            value_may_follow = not equals
            continue
        value_may_follow = False
        if not equals and kind in ("bool", "v"):
            value = "true"
        elif not equals:
            if not rest:
                raise GoError(f"flag needs an argument: -{name}")
            value = rest.pop(0)
        values[name] = _read(kind, name, value, folder)
        if name in PASSED:
            passed.append(f"-test.{name}={values[name]}")
    _check(values)
    return _options(values, passed, folder)


def _options(values: dict[str, str], passed: list[str], folder: str) -> TestOptions:
    injected = ["-test.v=test2json"] if values.get("json", "false") != "false" else []
    timeout = parse_duration(values["timeout"]) if "timeout" in values else DEFAULT_TIMEOUT
    if "timeout" not in values:
        injected.append(f"-test.timeout={format_duration(DEFAULT_TIMEOUT)}")
    wants_folder = any(values.get(name) for name in PROFILES) or values.get("artifacts") == "true"
    if wants_folder and "outputdir" not in values:
        injected.append(f"-test.outputdir={folder}")
    own = passed[: passed.index("--")] if "--" in passed else passed
    wants_help = any(word in ("-h", "-help", "--help") for word in own)
    return TestOptions((*injected, *passed), values, timeout, wants_help)


def _check(values: Mapping[str, str]) -> None:
    mode = values.get("covermode", "")
    if mode not in ("", "set", "count", "atomic"):
        raise GoError(f'invalid value "{mode}" for flag -covermode: valid modes are "set", "count", or "atomic"')
    if values.get("fuzz"):
        if values.get("coverprofile"):
            raise GoError("cannot use -coverprofile flag with -fuzz flag")
        profile = next((name for name in PROFILES if values.get(name)), "")
        if profile:
            raise GoError(f"cannot use -{profile} flag with -fuzz flag")


def _read(kind: str, name: str, value: str, folder: str) -> str:
    """*value* as the flag package prints it after parsing."""
    if kind == "bool" or (kind == "v" and value != "test2json"):
        if value not in _TRUE + _FALSE:
            raise GoError(f'invalid boolean value "{value}" for -{name}: parse error')
        return "true" if value in _TRUE else "false"
    if kind == "int":
        try:
            return str(int(value, 0))
        except ValueError:
            raise GoError(f'invalid value "{value}" for flag -{name}: parse error') from None
    if kind == "duration":
        return format_duration(parse_duration(value, name))
    if kind == "shuffle" and value not in ("on", "off") and not re.fullmatch(r"[+-]?\d+", value):
        raise GoError(f'invalid value "{value}" for flag -shuffle: -shuffle argument must be "on", "off", or an int64')
    if kind == "path":
        return os.path.normpath(os.path.join(folder, value)) if value else ""
    return value


def parse_duration(text: str, flag: str = "timeout") -> float:
    """Seconds of a duration as time.ParseDuration takes it ("1h2m3.5s", "0"); raises GoError."""
    unsigned = text[1:] if text[:1] in ("-", "+") else text
    if unsigned == "0":
        return 0.0
    nanoseconds, at = 0.0, 0
    while (term := _TERM.match(unsigned, at)) is not None:
        nanoseconds += float(term[1]) * _UNITS[term[2]]
        at = term.end()
    if at == 0 or at < len(unsigned):
        raise GoError(f'invalid value "{text}" for flag -{flag}: parse error')
    return (-nanoseconds if text.startswith("-") else nanoseconds) / 10**9


def format_duration(seconds: float) -> str:
    """A duration as Go prints it: "10m0s", "1.5s", "20ms", "0s"."""
    nanoseconds = round(abs(seconds) * 10**9)
    sign = "-" if seconds < 0 else ""
    if nanoseconds == 0:
        return "0s"
    if nanoseconds < 10**9:
        unit, size = next((unit, size) for unit, size in (("ns", 10**3), ("µs", 10**6), ("ms", 10**9)) if nanoseconds < size)
        return f"{sign}{_decimal(nanoseconds, size // 10**3)}{unit}"
    minutes, rest = divmod(nanoseconds, 60 * 10**9)
    hours, minutes = divmod(minutes, 60)
    return sign + (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{_decimal(rest, 10**9)}s"


def _decimal(value: int, unit: int) -> str:
    """*value* / *unit*, a power of ten, without rounding and without zeros at the end."""
    whole, fraction = divmod(value, unit)
    digits = str(fraction).rjust(len(str(unit)) - 1, "0").rstrip("0") if fraction else ""
    return f"{whole}.{digits}" if digits else str(whole)
