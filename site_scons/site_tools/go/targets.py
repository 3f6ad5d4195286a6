"""Which GOOS/GOARCH pairs there are, and what each of them can do. Rules: internal/platform/supported.go (Go 1.22 to 1.27)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from .errors import GoError
from .sdk import SDK

# Feature → the targets that have it: "goos", "goos/goarch" or "*/goarch", then the Go 1.x it holds from (>=) or up to (<=).
_FEATURES: Mapping[str, str] = {
    "race": "linux/amd64 linux/arm64 linux/ppc64le linux/s390x linux/loong64>=25 linux/riscv64>=26 darwin/amd64 darwin/arm64"
    " freebsd/amd64 netbsd/amd64 openbsd/amd64<=22 windows/amd64",
    "msan": "linux/amd64 linux/arm64 linux/loong64 freebsd/amd64",
    "asan": "linux/amd64 linux/arm64 linux/loong64 linux/riscv64 linux/ppc64le",
    "default": "*",
    "exe": "*",
    "archive": "*",
    "c-archive": "aix darwin ios windows linux/386 linux/amd64 linux/arm linux/arm64 linux/loong64 linux/ppc64>=27 linux/ppc64le"
    " linux/riscv64 linux/s390x freebsd/amd64",
    "c-shared": "linux/386 linux/amd64 linux/arm linux/arm64 linux/loong64 linux/ppc64>=27 linux/ppc64le linux/riscv64 linux/s390x"
    " android freebsd/amd64 darwin windows/386 windows/amd64 windows/arm64 wasip1/wasm>=24",
    "pie": "linux/386 linux/amd64 linux/arm linux/arm64 linux/loong64 linux/ppc64>=27 linux/ppc64le linux/riscv64 linux/s390x"
    " android freebsd/amd64 darwin ios aix/ppc64 openbsd/arm64>=23 windows/386 windows/amd64 windows/arm<=25 windows/arm64",
    "shared": "linux/386 linux/amd64 linux/arm linux/arm64 linux/ppc64>=27 linux/ppc64le linux/s390x",
    "plugin": "linux/386 linux/amd64 linux/arm linux/arm64 linux/loong64 linux/ppc64>=27 linux/ppc64le linux/riscv64>=25 linux/s390x"
    " android/386 android/amd64 darwin freebsd/amd64",
    "internal PIE": "android/arm64 darwin linux/amd64 linux/arm64 linux/loong64>=25 linux/ppc64>=27 linux/ppc64le linux/s390x>=27"
    " windows/386 windows/amd64 windows/arm<=25 windows/arm64",
    "external link": "android/386 android/amd64 android/arm ios/arm64",
    "external link with cgo": "android dragonfly ios/arm64 aix/ppc64 linux/ppc64<=26 windows/arm64<=25 */loong64<=24"
    " */mips */mipsle */mips64 */mips64le",
    "default PIE": "android ios windows darwin",
}

_ENTRY = re.compile(r"(\S+?)(?:(>=|<=)(\d+))?(?:\s+|$)")
_OSARCH = re.compile(r'^\t\{"(\w+)", "(\w+)"\}: +\{([^}]*)\}', re.MULTILINE)


@lru_cache(maxsize=64)
def _targets_with(feature: str, minor: int) -> frozenset[str]:
    return frozenset(
        name
        for name, relation, bound in _ENTRY.findall(_FEATURES[feature])
        if not relation or (minor >= int(bound) if relation == ">=" else minor <= int(bound))
    )


def has(feature: str, minor: int, goos: str, goarch: str) -> bool:
    """Whether *goos*/*goarch* has *feature* in Go 1.*minor*.

    *feature* is a build mode of ``go build -buildmode`` (BuildModeSupported), "race", "msan" or "asan" (RaceDetectorSupported, ...),
    "internal PIE" (InternalLinkPIESupported), "external link" or "external link with cgo" (MustLinkExternal), or "default PIE"
    (DefaultPIE without -race). An unknown build mode is one that no target has.
    """
    if feature not in _FEATURES:
        return False
    return not _targets_with(feature, minor).isdisjoint((goos, f"{goos}/{goarch}", f"*/{goarch}", "*"))


@lru_cache(maxsize=8)
def known(sdk: SDK) -> Mapping[str, bool]:
    """The targets *sdk* can compile for, "goos/goarch" → whether cgo works there (internal/platform/zosarch.go)."""
    text = sdk.read_source("internal/platform/zosarch.go")
    return {f"{goos}/{goarch}": "CgoSupported: true" in facts for goos, goarch, facts in _OSARCH.findall(text)}


def check(sdk: SDK, goos: str, goarch: str) -> None:
    """Raise GoError if *sdk* cannot compile for *goos*/*goarch* (cmd/go/internal/work/exec.go, "unsupported GOOS/GOARCH pair")."""
    targets = known(sdk)
    if f"{goos}/{goarch}" in targets:
        return
    near = sorted(target for target in targets if target.split("/")[0] == goos) or sorted({target.split("/")[0] for target in targets})
    raise GoError(f"unsupported GOOS/GOARCH pair {goos}/{goarch}. {sdk.version} has: {', '.join(near)}")
