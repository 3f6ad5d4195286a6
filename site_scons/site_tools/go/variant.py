"""What is built, apart from the sources: target, tags, mode and flags, in one frozen value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from . import targets
from .digest import text_digest
from .errors import GoError
from .experiment import Experiments, experiments
from .sdk import SDK

PatternFlags = tuple[tuple[str, tuple[str, ...]], ...]
"""Flags as ``go build -gcflags=[pattern=]args`` takes them, in order: (pattern or "", arguments)."""

# GOARCH → (variable, first Go 1.x whose build information names it); cmd/go/internal/cfg/cfg.go GetArchEnv.
_ARCH_VARIABLE: Mapping[str, tuple[str, int]] = {
    "386": ("GO386", 0),
    "amd64": ("GOAMD64", 0),
    "arm": ("GOARM", 0),
    "arm64": ("GOARM64", 23),
    "mips": ("GOMIPS", 0),
    "mipsle": ("GOMIPS", 0),
    "mips64": ("GOMIPS64", 0),
    "mips64le": ("GOMIPS64", 0),
    "ppc64": ("GOPPC64", 0),
    "ppc64le": ("GOPPC64", 0),
    "riscv64": ("GORISCV64", 23),
    "wasm": ("GOWASM", 0),
}

# Variable → (what it accepts, the rest of go's message); internal/buildcfg/cfg.go.
_LEVELS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "GO386": (re.compile(r"sse2|softfloat"), "must be sse2, softfloat"),
    "GOAMD64": (re.compile(r"v[1-4]"), "must be v1, v2, v3, v4"),
    "GOARM": (
        re.compile(r"[567](,hardfloat)?(,softfloat)?"),
        'must start with 5, 6, or 7, and may optionally end in either ",hardfloat" or ",softfloat"',
    ),
    "GOARM64": (
        re.compile(r"v(8\.[0-9]|9\.[0-5])(,lse|,crypto)*"),
        'must start with v8.{0-9} or v9.{0-5} and may optionally end in ",lse" and/or ",crypto"',
    ),
    "GOMIPS": (re.compile(r"hardfloat|softfloat"), "must be hardfloat, softfloat"),
    "GOMIPS64": (re.compile(r"hardfloat|softfloat"), "must be hardfloat, softfloat"),
    "GOPPC64": (re.compile(r"power(8|9|10)"), "must be power8, power9, power10"),
    "GORISCV64": (re.compile(r"rva2[023]u64"), "must be rva20u64, rva22u64, rva23u64"),
    "GOWASM": (re.compile(r"((satconv|signext)?,)*(satconv|signext)?"), "the features are satconv and signext"),
}

# Settings that only the link sees, or that plan/ turns into a folder of their own (a PGO profile stands for itself by its content).
_NOT_IN_KEY = frozenset({"ldflags", "buildmode", "pgo", "mod"})


@dataclass(frozen=True)
class Variant:
    """The settings of one build. Use :meth:`of` to fill in an SDK's defaults and to check them.

    *arch_level* is the value of GOAMD64 and its like as the user gave it, "" where the architecture has none. *experiment* is
    GOEXPERIMENT as given. *buildmode* is go build's -buildmode; "default" is "exe", or "pie" where the target wants that.
    *runtime* is "full" (GOROOT's) or "min" (runtime_min). *pgo* is "auto", "off" or the path of a profile; *mod* is go build's -mod.
    """

    goos: str
    goarch: str
    arch_level: str = ""
    cgo: bool = False
    tags: tuple[str, ...] = ()
    experiment: str = ""
    buildmode: str = "default"
    race: bool = False
    msan: bool = False
    asan: bool = False
    runtime: str = "full"
    trimpath: bool = True
    gcflags: PatternFlags = ()
    asmflags: PatternFlags = ()
    ldflags: PatternFlags = ()
    pgo: str = "auto"
    mod: str = ""

    @classmethod
    def of(cls, sdk: SDK, goos: str = "", goarch: str = "", **settings: Any) -> Variant:
        """The variant with *settings* (the fields by name), the rest as *sdk* has it; raises GoError where ``go build`` would refuse."""
        goos, goarch = goos or sdk.host_goos, goarch or sdk.host_goarch
        targets.check(sdk, goos, goarch)
        variable, since = _ARCH_VARIABLE.get(goarch, ("", 0))
        if not variable or sdk.minor < since:
            settings["arch_level"] = ""
        elif not settings.get("arch_level"):
            settings["arch_level"] = "7" if goos == "android" and goarch == "arm" else sdk.defaults.get(variable, "")
        variant = cls(goos, goarch, **settings)
        variant._check(sdk)
        return variant

    def _check(self, sdk: SDK) -> None:
        name, level = self.arch_env
        if name:
            accepted, words = _LEVELS[name]
            if not accepted.fullmatch(level):
                raise GoError(f"invalid {name}={level}: {words}")
        self.experiments(sdk)
        self._check_instrumentation(sdk)
        if not targets.has(self.buildmode, sdk.minor, self.goos, self.goarch):
            raise GoError(f"-buildmode={self.buildmode} not supported on {self.goos}/{self.goarch}")
        if self.runtime not in ("full", "min"):
            raise GoError(f"GORUNTIME={self.runtime}: must be full or min")
        if self.mod not in ("", "mod", "readonly", "vendor"):
            raise GoError(f"-mod={self.mod} not supported (can be '', 'mod', 'readonly', or 'vendor')")
        for tag in self.tags:
            if not tag or re.search(r"[\s,]", tag):
                raise GoError(f"invalid build tag {tag!r} in GOTAGS")

    def _check_instrumentation(self, sdk: SDK) -> None:
        """The rules of cmd/go/internal/work/init.go:132 instrumentInit."""
        modes = [mode for mode in ("race", "msan", "asan") if getattr(self, mode)]
        if len(modes) > 1:
            raise GoError(f"may not use -{modes[0]} and -{modes[1]} simultaneously")
        for mode in modes:
            if not targets.has(mode, sdk.minor, self.goos, self.goarch):
                raise GoError(f"-{mode} is not supported on {self.goos}/{self.goarch}")
            if not self.cgo and (self.goos != "darwin" or mode != "race"):
                raise GoError(f"-{mode} requires cgo; enable cgo by setting CGO_ENABLED=1")
        if self.race and self.buildmode == "pie" and not targets.has("default PIE", sdk.minor, self.goos, self.goarch):
            raise GoError(f"-buildmode=pie not supported when -race is enabled on {self.goos}/{self.goarch}")

    @property
    def arch_env(self) -> tuple[str, str]:
        """The variable of the architecture level and its value, ("GOAMD64", "v1"); ("", "") where there is none."""
        name, since = _ARCH_VARIABLE.get(self.goarch, ("", 0))
        if since and not self.arch_level:
            return "", ""
        return name, self.arch_level

    @property
    def link_buildmode(self) -> str:
        """The linker's -buildmode, with "default" resolved (cmd/go/internal/work/init.go:215 buildModeInit)."""
        if self.buildmode != "default":
            return self.buildmode
        if self.msan and (self.goos, self.goarch) != ("linux", "amd64"):
            return "pie"
        pie = self.goos in ("android", "ios", "darwin") or (self.goos == "windows" and not self.race)
        return "pie" if pie else "exe"

    @property
    def codegen_flag(self) -> str:
        """ "-shared", "-dynlink" or "": what the build mode adds in front of the compiler's and the assembler's flags.

        Source: cmd/go/internal/work/init.go:215 buildModeInit.
        """
        mode = self.link_buildmode
        if mode in ("shared", "plugin"):
            return "-dynlink"
        elf = ("dragonfly", "freebsd", "illumos", "linux", "netbsd", "openbsd", "solaris")
        shared = (
            (mode == "c-archive" and (self.goos in elf or (self.goos in ("darwin", "ios") and self.goarch == "arm64")))
            or (mode == "c-shared" and self.goos in ("linux", "android", "freebsd"))
            or (mode == "pie" and self.goos not in ("aix", "windows"))
        )
        return "-shared" if shared else ""

    @property
    def instrumentation(self) -> str:
        """ "race", "msan", "asan" or ""; also the build tag and, with a dash, the flag of compiler and linker."""
        return "race" if self.race else "msan" if self.msan else "asan" if self.asan else ""

    def experiments(self, sdk: SDK) -> Experiments:
        """The experiments that are on; raises GoError for an unknown one."""
        return experiments(sdk, self.goos, self.goarch, self.experiment)

    def goexperiment(self, sdk: SDK) -> str:
        """The canonical GOEXPERIMENT, as the tools print it after "X:"; "" for the baseline."""
        return self.experiments(sdk).canonical

    @cached_property
    def key(self) -> str:
        """The name of the output folder: GOOS_GOARCH, what a reader wants to see, and a hash of all that changes a package's objects.

        Link flags and the PGO profile are not in it, and build modes only by what they ask of the compiler.
        """
        level = self.arch_level if self.arch_level not in ("v1", "v8.0", "7", "sse2", "hardfloat", "power8", "rva20u64") else ""
        words = [self.goos, self.goarch, re.sub(r"\W", "", level), self.codegen_flag[1:], self.instrumentation]
        words += ["cgo"] if self.cgo else []
        words += [self.runtime] if self.runtime != "full" else []
        settings = [(field.name, getattr(self, field.name)) for field in fields(self) if field.name not in _NOT_IN_KEY]
        digest = text_digest(repr((settings, self.codegen_flag)))[:8]
        return "_".join(word for word in words if word) + "-" + digest
