"""GOEXPERIMENT is what the SDK's own compiler and go command make of it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from gocommand import go
from scons_go.errors import GoError
from scons_go.experiment import experiments
from scons_go.sdk import open_sdk
from scons_go.source.context import BuildContext
from scons_go.variant import Variant

TARGETS = [
    "linux/amd64",
    "linux/arm64",
    "windows/amd64",
    "darwin/arm64",
    "js/wasm",
    "aix/ppc64",
    "linux/s390x",
    "linux/loong64",
    "linux/mips",
]
SETTINGS = [
    "",
    "none",
    "fieldtrack,noregabi",
    "nocoverageredesign,arenas",
    "arenas,,cgocheck2",
    "boringcrypto",
    "regabi",
    "nodwarf5,jsonv2",
]


def compiler(root: Path, target: str, setting: str) -> tuple[int, str]:
    goos, goarch = target.split("/")
    done = subprocess.run(
        [open_sdk(str(root)).tool("compile"), "-V=full"],
        env={"GOOS": goos, "GOARCH": goarch, "GOEXPERIMENT": setting},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("setting", SETTINGS)
def test_as_the_compiler_prints_it(any_goroot: Path, setting: str) -> None:
    sdk = open_sdk(str(any_goroot))
    for target in TARGETS:
        status, text = compiler(any_goroot, target, setting)
        goos, goarch = target.split("/")
        if status:
            unknown = re.search(r"unknown GOEXPERIMENT \w+|GOEXPERIMENT regabiargs requires regabiwrappers", text)
            assert unknown, text
            with pytest.raises(GoError, match=unknown.group()):
                experiments(sdk, goos, goarch, setting)
        else:
            expected = text.partition(" X:")[2].strip()
            assert experiments(sdk, goos, goarch, setting).canonical == expected, target


def test_unknown_names_what_is_known(current_goroot: Path) -> None:
    with pytest.raises(GoError, match=r"unknown GOEXPERIMENT swissmap\. This SDK knows: fieldtrack, .*simd"):
        experiments(open_sdk(str(current_goroot)), "linux", "amd64", "swissmap")


@pytest.mark.parametrize("target", ["linux/amd64", "darwin/arm64", "js/wasm", "linux/arm"])
@pytest.mark.parametrize("setting", ["", "arenas"])
def test_tool_tags(any_goroot: Path, tmp_path: Path, target: str, setting: str) -> None:
    goos, goarch = target.split("/")
    text = go(
        any_goroot,
        "list",
        "-f",
        "{{context.ToolTags}} {{context.ReleaseTags}}",
        "unsafe",
        cwd=tmp_path,
        goos=goos,
        goarch=goarch,
        GOEXPERIMENT=setting,
    )
    sdk = open_sdk(str(any_goroot))
    context = BuildContext.of(sdk, Variant.of(sdk, goos, goarch, experiment=setting))
    assert context.tags - {goos, goarch, "gc", "unix"} == set(text.replace("[", " ").replace("]", " ").split())


@pytest.mark.parametrize(
    ("goarch", "level"),
    [
        ("amd64", "v3"),
        ("386", "softfloat"),
        ("arm", "5"),
        ("arm64", "v9.1,lse"),
        ("ppc64le", "power10"),
        ("riscv64", "rva22u64"),
        ("mips", "softfloat"),
        ("wasm", "signext"),
    ],
)
def test_level_tags(any_goroot: Path, tmp_path: Path, goarch: str, level: str) -> None:
    goos = "js" if goarch == "wasm" else "linux"
    sdk = open_sdk(str(any_goroot))
    variant = Variant.of(sdk, goos, goarch, arch_level=level)
    name, value = variant.arch_env
    if not name:
        assert sdk.minor == 22 and goarch in ("arm64", "riscv64")
        return
    assert value == level
    text = go(any_goroot, "list", "-f", "{{context.ToolTags}}", "unsafe", cwd=tmp_path, goos=goos, goarch=goarch, **{name: level})
    tags = BuildContext.of(sdk, variant).tags
    assert {tag for tag in tags if tag.startswith(goarch + ".")} == {
        tag for tag in text.strip("[]\n").split() if tag.startswith(goarch + ".")
    }
