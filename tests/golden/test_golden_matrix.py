"""Programs, releases, targets and flags crossed, against ``go build``. Both sides keep what they compiled in .cache/."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import CURRENT, OLDEST, PREVIOUS
from golden_support import Case, cases, flags, same_program, with_settings

RELEASES = [OLDEST, PREVIOUS, CURRENT]
OTHER_RELEASES = ["1.23.9", "1.24.11", "1.25.5"]

HELLO, GREET, WEB = Case("./hello"), Case("./greet"), Case("./web")

PROGRAMS = [
    *(HELLO, GREET, WEB, Case("./embedded"), Case("./assembled"), Case("./tagged"), Case("./debugged"), Case("./profiled")),
    *(Case(f"cmd/{name}") for name in ("gofmt", "asm", "link", "vet")),
]

FLAGS = [
    with_settings(GREET, buildmode="pie"),
    with_settings(GREET, buildmode="exe"),
    with_settings(GREET, ldflags=flags("-s", "-w")),
    with_settings(GREET, ldflags=flags("-X=main.version=1.2 beta", pattern="./greet")),
    with_settings(GREET, ldflags=flags("-buildid=")),
    with_settings(GREET, gcflags=flags("-l")),
    with_settings(GREET, gcflags=flags("-N", "-l", pattern="all")),
    with_settings(Case("./assembled"), asmflags=flags("-D=UNUSED", pattern="./assembled/...")),
    with_settings(Case("./assembled"), gcflags=(*flags("-N"), *flags("-l", pattern="example.com/..."), *flags(pattern="nobody"))),
    with_settings(Case("./tagged"), tags=("special", "more")),
    with_settings(Case("./profiled"), pgo="off"),
    with_settings(Case("./hello"), pgo="./profiled/default.pgo"),
    with_settings(GREET, goos="linux", goarch="amd64", arch_level="v3"),
    with_settings(HELLO, experiment="arenas"),
    with_settings(HELLO, trimpath=False, ldflags=flags("-w")),
    with_settings(GREET, trimpath=False),
]

TARGETS = ["linux/arm64", "windows/amd64", "darwin/arm64", "wasip1/wasm"]

# One of each kind: 32 bits, big-endian, other object formats, other levels.
MORE_TARGETS = """aix/ppc64 darwin/amd64 freebsd/amd64 js/wasm linux/386 linux/arm linux/loong64 linux/mips linux/ppc64le linux/riscv64
    linux/s390x openbsd/arm64 plan9/amd64 windows/386""".split()


def on(case: Case, target: str) -> Case:
    goos, goarch = target.split("/")
    return with_settings(case, goos=goos, goarch=goarch)


@pytest.mark.judge
@pytest.mark.parametrize(("version", "case"), cases(RELEASES, *PROGRAMS))
def test_programs(version: str, case: Case, tmp_path: Path) -> None:
    same_program(version, case, tmp_path)


@pytest.mark.judge
@pytest.mark.parametrize(("version", "case"), cases(RELEASES, *FLAGS))
def test_flags(version: str, case: Case, tmp_path: Path) -> None:
    same_program(version, case, tmp_path)


@pytest.mark.judge
@pytest.mark.parametrize(
    ("version", "case"),
    [*cases(RELEASES, *(on(GREET, target) for target in TARGETS)), *cases([CURRENT], *(on(HELLO, target) for target in MORE_TARGETS))],
)
def test_targets(version: str, case: Case, tmp_path: Path) -> None:
    same_program(version, case, tmp_path)


@pytest.mark.judge
@pytest.mark.parametrize(("version", "case"), cases([CURRENT], on(WEB, "windows/amd64"), on(WEB, "darwin/arm64")))
def test_large_programs_for_other_systems(version: str, case: Case, tmp_path: Path) -> None:
    same_program(version, case, tmp_path)


@pytest.mark.judge
@pytest.mark.parametrize(("version", "case"), cases(OTHER_RELEASES, GREET, Case("./debugged")))
def test_other_releases(version: str, case: Case, tmp_path: Path) -> None:
    same_program(version, case, tmp_path)
