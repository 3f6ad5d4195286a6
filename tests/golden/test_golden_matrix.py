"""Programs, releases, targets and flags crossed, against ``go build``. Both sides keep what they compiled in .cache/."""

from __future__ import annotations

import os
import re
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
    linux/s390x openbsd/arm64 plan9/amd64 windows/386""".split()  # noqa: SIM905


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


GO_MODS = {
    "no-go-line": "module example.com/m\n",
    "old": "module example.com/m\n\ngo 1.20\n",
    "patch": "module example.com/m\n\ngo 1.22.3\n",
    "godebug": "module example.com/m\n\ngo 1.21\n\ngodebug (\n\tpanicnil=1\n\ttlssha1=0\n)\n",
    "default": "module example.com/m\n\ngo 1.22\n\ngodebug default=go1.21\n",
}


@pytest.mark.judge
@pytest.mark.parametrize(
    ("version", "name"),
    [(v, n) for v in RELEASES for n in GO_MODS if v != OLDEST or n not in ("godebug", "default")],
)
def test_versions_and_settings_of_modules(version: str, name: str, tmp_path: Path) -> None:
    """The language version, the default GODEBUG and the build information follow go.mod."""
    (tmp_path / "go.mod").write_text(GO_MODS[name])
    (tmp_path / "main.go").write_text("package main\n\nfunc main() { println(1) }\n")
    content = same_program(version, Case(".", folder=tmp_path, module="example.com/m"), tmp_path)
    assert b"path\texample.com/m\nmod\texample.com/m\t(devel)\t\n" in content


@pytest.mark.judge
def test_two_places_make_the_same(tmp_path: Path) -> None:
    """The folder of the checkout and the user's environment do not matter."""
    contents = []
    for place in ("a", "somewhere else/b"):
        folder = tmp_path / place
        folder.mkdir(parents=True)
        (folder / "go.mod").write_text(GO_MODS["old"])
        (folder / "main.go").write_text("package main\n\nfunc main() { panic(1) }\n")
        contents.append(same_program(CURRENT, Case(".", folder=folder, module="example.com/m"), folder))
        os.environ["GOFLAGS"] = "-tags=unheard"
    del os.environ["GOFLAGS"]
    assert contents[0] == contents[1]
    assert not re.search(re.escape(str(tmp_path)).encode(), contents[0])
