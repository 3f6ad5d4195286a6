"""Which files belong to a build: the satisfied tags, and what file names say. Rules: go/build/build.go:1940-2060 (1.27.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..sdk import SDK
from ..variant import Variant
from .constraint import ConstraintError, parse_go_build, parse_plus_build

# internal/syslist/syslist.go; the same in Go 1.22 (go/build/syslist.go) to 1.27.
KNOWN_OS = frozenset(
    {
        "aix",
        "android",
        "darwin",
        "dragonfly",
        "freebsd",
        "hurd",
        "illumos",
        "ios",
        "js",
        "linux",
        "nacl",
        "netbsd",
        "openbsd",
        "plan9",
        "solaris",
        "wasip1",
        "windows",
        "zos",
    }
)
UNIX_OS = frozenset({"aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "linux", "netbsd", "openbsd", "solaris"})
KNOWN_ARCH = frozenset(
    {
        "386",
        "amd64",
        "amd64p32",
        "arm",
        "armbe",
        "arm64",
        "arm64be",
        "loong64",
        "mips",
        "mipsle",
        "mips64",
        "mips64le",
        "mips64p32",
        "mips64p32le",
        "ppc",
        "ppc64",
        "ppc64le",
        "riscv",
        "riscv64",
        "s390",
        "s390x",
        "sparc",
        "sparc64",
        "wasm",
    }
)

# GOOS → the other GOOS whose files it also takes (build.go:1959).
_ALSO: Mapping[str, str] = {"android": "linux", "illumos": "solaris", "ios": "darwin"}


def arch_tags(goarch: str, level: str, minor: int) -> tuple[str, ...]:
    """The tags of the architecture level (internal/buildcfg/cfg.go gogoarchTags), for Go 1.*minor*."""
    if goarch == "amd64":
        return tuple(f"amd64.v{number}" for number in range(1, int(level[1:]) + 1))
    if goarch == "arm":
        return tuple(f"arm.{number}" for number in range(5, int(level[0]) + 1))
    if goarch == "arm64" and level:
        major, number = int(level[1]), int(level[3])
        tags = [f"arm64.v{major}.{step}" for step in range(number + 1)]
        if major == 9:
            tags += [f"arm64.v8.{step}" for step in range(min(number + 5, 9) + 1)]
        return tuple(tags)
    if goarch in ("ppc64", "ppc64le"):
        return tuple(f"{goarch}.power{number}" for number in range(8, int(level.removeprefix("power")) + 1))
    if goarch == "riscv64" and level:
        return tuple(f"riscv64.rva{year}u64" for year in (20, 22, 23) if year <= int(level[3:5]))
    if goarch == "wasm":
        features = ("satconv", "signext")
        return tuple(f"wasm.{feature}" for feature in features if minor >= 26 or feature in level.split(","))
    return (f"{goarch}.{level}",) if level else ()


@dataclass(frozen=True)
class BuildContext:
    """A target and the tags that hold for it. Two contexts with equal *goos*, *goarch*, *cgo* and *tags* choose the same files.

    *tags* are all satisfied tags: GOOS, GOARCH, "gc", "unix", "cgo", releases, experiments, levels and the user's.
    """

    goos: str
    goarch: str
    cgo: bool
    tags: frozenset[str]
    _known: dict[tuple[str, tuple[str, ...]], bool] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, sdk: SDK, variant: Variant) -> BuildContext:
        """The context of a build of *variant* with *sdk*; raises GoError for an unknown experiment."""
        tags: set[str] = {*variant.tags, *variant.experiments(sdk).tags, *sdk.release_tags}
        tags.update(arch_tags(variant.goarch, variant.arch_level, sdk.minor))
        if variant.instrumentation:
            tags.add(variant.instrumentation)
        return cls.with_tags(variant.goos, variant.goarch, variant.cgo, tags)

    @classmethod
    def with_tags(cls, goos: str, goarch: str, cgo: bool, tags: Iterable[str]) -> BuildContext:
        """The context of *goos*/*goarch* whose tool, release and user *tags* are given; the implied ones are added."""
        satisfied = {*tags, goos, goarch, "gc"}
        if goos in _ALSO:
            satisfied.add(_ALSO[goos])
        if goos in UNIX_OS:
            satisfied.add("unix")
        if cgo:
            satisfied.add("cgo")
        # The old name of the experiment: it cannot be set by -tags (build.go:1971).
        satisfied.discard("boringcrypto")
        if "goexperiment.boringcrypto" in satisfied:
            satisfied.add("boringcrypto")
        return cls(goos, goarch, cgo, frozenset(satisfied))

    def matches_name(self, name: str) -> bool:
        """Whether the GOOS and GOARCH suffixes of the file *name* hold (build.go:2000 goodOSArchFile)."""
        stem = name.partition(".")[0]
        if "_" not in stem:
            return True
        words = stem.split("_")[1:]
        if words[-1] == "test":
            words.pop()
        if not words:
            return True
        last = words[-1]
        if len(words) >= 2 and last in KNOWN_ARCH and words[-2] in KNOWN_OS:
            return last in self.tags and words[-2] in self.tags
        return last in self.tags or (last not in KNOWN_OS and last not in KNOWN_ARCH)

    def matches(self, go_build: str, plus_build: tuple[str, ...] = ()) -> bool:
        """Whether the constraints of a file hold: *go_build*, or where that is "" all of *plus_build*.

        Raises ConstraintError for a malformed *go_build*; a malformed +build line counts as no line (build.go:1661).
        """
        if not go_build and not plus_build:
            return True
        key = (go_build, plus_build)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._evaluate(go_build, plus_build)
        return known

    def _evaluate(self, go_build: str, plus_build: tuple[str, ...]) -> bool:
        if go_build:
            return parse_go_build(go_build).evaluate(self.tags.__contains__)
        for text in plus_build:
            try:
                if not parse_plus_build(text).evaluate(self.tags.__contains__):
                    return False
            except ConstraintError:
                continue
        return True

    def matches_condition(self, text: str) -> bool:
        """Whether *text*, a condition of a ``#cgo`` line in either syntax, holds; a malformed one does not (build.go:1934)."""
        try:
            parsed = parse_go_build(text) if any(character in text for character in "&|()") else parse_plus_build(text)
        except ConstraintError:
            return False
        return parsed.evaluate(self.tags.__contains__)
