"""The table of what a runtime has to define: against the stock runtimes, against what objects refer to, against the linker."""

from __future__ import annotations

import re
from pathlib import Path

import conftest
import pytest
from inspect_support import build_bare, stock, stock_files
from scons_go.errors import GoError
from scons_go.inspect.abi import ABI_NAMES, Definitions, Requirement, asked_for, check, required_symbols
from scons_go.inspect.features import LINKER, applies, feature_of
from scons_go.inspect.goobj import ABI0, ABI_INTERNAL, GoArchive, read_go_archive

VERSIONS = [conftest.OLDEST, conftest.PREVIOUS, conftest.CURRENT]
# GOEXPERIMENTs of the table's modes that are on by default (internal/buildcfg/exp.go).
EXPERIMENTS = {conftest.OLDEST: (), conftest.PREVIOUS: (), conftest.CURRENT: ("sizespecializedmalloc",)}


def stock_definitions(version: str) -> Definitions:
    """Of the stock runtime and what it imports."""
    return Definitions(
        stock(version, package) for package in stock_files(version) if package == "runtime" or package.startswith("internal/")
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_the_stock_runtime_meets_every_requirement(version: str) -> None:
    """Each with the ABI that the table says, and each name has a feature in words."""
    definitions = stock_definitions(version)
    requirements = required_symbols(str(conftest.goroot(version)), "linux", "amd64", EXPERIMENTS[version], definitions)
    assert [finding.requirement for finding in check(requirements, definitions, definitions) if not finding.met] == []
    assert [requirement.name for requirement in requirements if requirement.feature == "the runtime"] == []
    assert {requirement.asked_by for requirement in requirements} == {"linker", "compiler", "debugger"}
    assert len(requirements) > 230


@pytest.mark.parametrize("version", VERSIONS)
def test_what_the_stock_runtime_does_not_define_is_known(version: str) -> None:
    """Names of the lists that apply to amd64 and that its runtime does without: nothing else is dropped in silence."""
    known = {
        "runtime.throwinit",  # declared for the compiler, never called
        "runtime.gcWriteBarrier",  # the name before 1.21
        "runtime.duffzero",  # not on amd64 since 1.26
        "runtime.duffcopy",
        "runtime.assertI2I",  # named by 1.22 and 1.23, never called
        "runtime.assertI2I2",
        "runtime.getcallerpc",  # intrinsics
        "runtime.getcallersp",
        "runtime.mallocgcSmallNoScanSC1",  # 8-byte objects without pointers are tiny
    }
    definitions = stock_definitions(version)
    asked = {name for name, _, _ in asked_for(str(conftest.goroot(version)), "linux", "amd64")}
    dropped = {name for name in asked if applies(name, "amd64", EXPERIMENTS[version]) and name not in definitions}
    assert dropped <= known


@pytest.mark.parametrize("version", VERSIONS)
def test_builtins_that_objects_refer_to_are_required(version: str) -> None:
    """Every symbol that the closure of fmt names by number is in the table: nothing is wrongly held for another target's."""
    definitions = stock_definitions(version)
    requirements = required_symbols(str(conftest.goroot(version)), "linux", "amd64", EXPERIMENTS[version], definitions)
    required = {(requirement.name, requirement.abi) for requirement in requirements}
    used = set()
    for package in stock_files(version):
        if package == "runtime":
            continue  # refers to what its own assembly defines
        for member in stock(version, package).objects:
            for symbol in member.symbols:
                for relocation in member.relocations(symbol.number):
                    target = relocation.target
                    if (target.package == "runtime" and target.abi is not None) or (target.name.startswith("type:") and target.abi == 0):
                        used.add((target.name, target.abi))
    builtins = {(name, abi) for name, abi, asked_by in asked_for(str(conftest.goroot(version)), "linux", "amd64") if asked_by == "compiler"}
    assert len(used & builtins) > 60
    assert used & builtins <= required


@pytest.mark.parametrize("version", VERSIONS)
def test_the_linkers_needs_are_in_its_sources(version: str) -> None:
    """Each name of the short table stands in cmd/link/internal/ld of the SDK at hand."""
    folder = conftest.goroot(version) / "src" / "cmd" / "link" / "internal" / "ld"
    text = "\n".join(path.read_text() for path in folder.glob("*.go"))
    for name, _, _ in LINKER:
        assert f'"{name.format(arch="%s", os="%s")}"' in text, name


def test_lists_differ_by_release() -> None:
    """The breaks of the ABI between the releases that the readers must notice."""
    names = {version: {name for name, _, _ in asked_for(str(conftest.goroot(version)), "linux", "amd64")} for version in VERSIONS}
    oldest, previous, current = (names[version] for version in VERSIONS)
    assert {"runtime.panicIndex", "runtime.printfloat", "runtime.mapiterinit", "runtime.panicrangeexit"} <= oldest - previous
    assert {"runtime.panicBounds", "runtime.printfloat64", "runtime.mapIterStart", "runtime.panicrangestate"} <= current - oldest
    assert {f"runtime.mallocgcSmallScanNoHeaderSC{number}" for number in range(1, 8)} <= current
    assert "runtime.mallocgcSmallScanNoHeaderSC8" not in current


def test_targets_and_modes() -> None:
    """Names of other processors and of other ways of building are not asked for."""
    assert applies("runtime.x86HasFMA", "amd64", ()) and not applies("runtime.x86HasFMA", "arm64", ())
    assert applies("runtime.int64div", "386", ()) and not applies("runtime.int64div", "amd64", ())
    assert not applies("runtime.raceread", "amd64", ()) and not applies("runtime.libfuzzerTraceCmp1", "amd64", ())
    assert applies("runtime.mallocgcTinySC2", "amd64", ("sizespecializedmalloc",)) and not applies("runtime.mallocgcTinySC2", "amd64", ())
    assert feature_of("runtime.selectgo") == "select" and feature_of("time.Sleep") == "clocks and timers (time)"
    assert feature_of("_rt0_arm64_linux") == "program start" and feature_of("example.com/x.y") == "the runtime"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_bare_runtime_lacks_what_it_lacks(version: str, tmp_path: Path) -> None:
    """What it defines is found with its ABI; everything else is missing."""
    root = str(conftest.goroot(version))
    definitions = Definitions([read_go_archive(str(build_bare(version, tmp_path)), root)])
    stock_ones = stock_definitions(version)
    findings = check(required_symbols(root, "linux", "amd64", EXPERIMENTS[version], stock_ones), definitions, stock_ones)
    met = {(finding.requirement.name, ABI_NAMES[finding.requirement.abi]) for finding in findings if finding.met}
    assert {
        ("_rt0_amd64_linux", "ABI0"),
        ("runtime.mapinitnoop", "ABIInternal"),
        ("runtime.morestack", "ABI0"),
        ("runtime.printstring", "ABIInternal"),
        ("type:runtime.moduledata", "ABI0"),
        ("type:int32", "ABI0"),
    } <= met
    assert all(finding.met for finding in findings if finding.requirement.asked_by == "linker")
    lacking = {finding.requirement.name for finding in findings if not finding.met}
    assert {"runtime.selectgo", "runtime.newobject", "runtime.gopanic"} <= lacking


def test_wrong_abi_is_not_enough() -> None:
    """A definition for the other calling convention does not count, and is told apart from none."""
    definitions = stock_definitions(conftest.CURRENT)
    assert definitions.kind("runtime.memmove", ABI_INTERNAL) == "TEXT"
    assert definitions.kind("runtime.gcWriteBarrier1", ABI0) == "" and "runtime.gcWriteBarrier1" in definitions


def test_an_sdk_without_sources(tmp_path: Path) -> None:
    """The message says which sources are missing."""
    with pytest.raises(GoError, match=re.escape("the SDK has no goobj/objfile.go")):
        required_symbols(str(tmp_path), "linux", "amd64", (), Definitions([]))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_variable_without_its_value_is_not_enough(version: str) -> None:
    """A table that assembly fills in (since 1.26), from which the assembly is left out."""
    whole = stock_definitions(version)
    runtime = stock(version, "runtime")
    without = GoArchive(runtime.filename, tuple(member for member in runtime.objects if not member.from_assembly), ())
    requirement = Requirement("runtime.staticuint64s", ABI0, "compiler", "conversion to interfaces")
    assert whole.kind(requirement.name, ABI0) in ("RODATA", "NOPTRDATA")
    (finding,) = check([requirement], Definitions([without]), whole)
    assert (finding.met, finding.empty) == ((True, False) if version == conftest.OLDEST else (False, True))
