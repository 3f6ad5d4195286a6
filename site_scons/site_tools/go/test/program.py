"""A package's test binary as a program that can be planned and linked like others.

The binary is what ``go test -c`` would have made, build ID and build information included.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from ..errors import GoError
from ..files import update_file
from ..load import Loader
from ..plan.buildinfo import build_info
from ..plan.config import Config
from ..plan.link import LinkPlan, plan_link, program_godebug
from ..plan.pgo import Profile, find_profile
from ..selection import exec_name
from .variants import MAIN_FILE, CoverRequest, TestPackages, test_packages

_TESTING = ("-X", "testing.testBinary=1")  # makes testing.Testing report true (cmd/go/internal/load/test.go:305)
_NO_DEBUG = ("-s", "-w")

# Packages that -fuzz leaves alone: they would mislead it (cmd/go/internal/test/test.go:951, Go 1.27; older releases name some of them).
_NOT_FUZZED = (
    "context", "internal/fuzz", "internal/godebug", "internal/runtime/maps", "internal/sync", "reflect", "runtime", "sync", "sync/atomic",
    "syscall", "testing", "time",
)  # fmt: skip


@dataclass(frozen=True)
class TestProgram:
    """A test binary: its *packages*, and the *config* and the PGO *profile* they are compiled with."""

    config: Config
    packages: TestPackages
    profile: Profile | None


def fuzz_config(config: Config) -> Config:
    """*config* with which a program can be fuzzed: packages are instrumented, in an output folder of their own.

    Raises GoError where -fuzz is not supported (internal/platform/supported.go FuzzSupported and FuzzInstrumented).
    """
    variant = config.variant
    if variant.goos not in ("darwin", "freebsd", "linux", "openbsd", "windows"):
        raise GoError(f"-fuzz flag is not supported on {variant.goos}/{variant.goarch}")
    if variant.goarch not in ("amd64", "arm64", "loong64"):
        return config  # fuzzed without guidance
    flags = (("all", ("-d=libfuzzer",)), *((path, ()) for path in _NOT_FUZZED))
    return replace(config, implied_gcflags=(*config.implied_gcflags, *flags), output=config.output + "-fuzz", standard_output="")


def test_program(config: Config, loader: Loader, import_path: str, coverage: CoverRequest | None = None) -> TestProgram | None:
    """The test binary for the package *import_path*, whose sources are read; None if it has no tests.

    Writes the generated main if it is not there or differs. Raises GoError.
    """
    folder = os.path.join(config.output, f"~test-{import_path.replace('/', '~')}", f"~main-{coverage.key}" if coverage else "~main")
    packages = test_packages(loader, import_path, folder, coverage)
    if packages is None:
        return None
    config = replace(config, named=frozenset({import_path}))
    update_file(os.path.join(packages.main.dir, MAIN_FILE), packages.main_text)
    return TestProgram(config, packages, find_profile(config, packages.tested) if packages.tested.name == "main" else None)


def plan_test_link(program: TestProgram, output: str, debug: bool = True, loader: Loader | None = None) -> LinkPlan:
    """The plan for linking *program* into the file *output*; without *debug* it has no symbols and links faster.

    *loader* is asked what a command under test consists of without its tests, which releases before Go 1.27 write into the binary.
    """
    flags = _TESTING if debug or program.packages.tested.import_path == "runtime" else (*_NO_DEBUG, *_TESTING)
    info = _build_info(program, loader)
    return plan_link(program.config, program.packages.main, program.packages.closure, output, program.profile, flags, info)


def _build_info(program: TestProgram, loader: Loader | None) -> str:
    """The build information, "" for none.

    Only since Go 1.27 does a test binary tell all of its modules (cmd/go/internal/load/test.go:403). Before, it had the information of
    the package under test if that is a command; else, since Go 1.24, information without dependencies.
    """
    config, packages = program.config, program.packages
    main, tested = packages.main, packages.tested
    if config.sdk.minor >= 27:  # a PGO profile is not in it
        return build_info(config.sdk, config.variant, main, packages.closure, program_godebug(config, main), "")
    godebug = program_godebug(config, main)
    if tested.name == "main" and loader and (config.sdk.minor < 24 or godebug == program_godebug(config, tested)):
        profile = program.profile.source if program.profile else ""
        own = replace(tested, cover_mode=main.cover_mode)
        return build_info(config.sdk, config.variant, own, loader.closure([tested.import_path]), program_godebug(config, tested), profile)
    return build_info(config.sdk, config.variant, main, (), godebug, "") if config.sdk.minor >= 24 else ""


def binary_name(import_path: str) -> str:
    """The name that go gives to the test binary of a package: "p.test" (cmd/go/internal/test/test.go:2302)."""
    return f"{exec_name(import_path)}.test"
