"""What all packages of one build have in common."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from ..overlay import Overlay
from ..package import Package
from ..sdk import SDK
from ..variant import PatternFlags, Variant
from .commands import Environment
from .patterns import flags_for


class Digests(Protocol):
    """Where the hashes of source files come from: filestate.FileState."""

    def digest(self, path: str) -> str:
        """The SHA-256 of the file's content, in hexadecimal; raises OSError."""
        ...


@dataclass(frozen=True)
class Config:
    """One build: SDK, variant, where things are, and what the user said about the whole program.

    *output* is the absolute folder for this variant's packages; those of the SDK go to *standard_output*, if there is one, which builds
    with other sources have in common. *base* is the folder that messages and patterns are relative to: where
    the user is. *named* are the import paths that the user named, to which flags without a pattern apply. *go_version* ("1.22") and
    *godebug* (key, value) are those of the main module or the workspace; "" stands for the SDK's own version. *implied_gcflags* come
    before the user's (the min runtime has such). *cc* is the command of the external linker, "" for the target's usual one, and *path*
    the PATH to find it in. *untold* are the packages whose objects lose what no trace tells, and by what (minruntime/untold.py).
    """

    sdk: SDK
    variant: Variant
    output: str
    state: Digests
    overlay: Overlay = field(default_factory=Overlay)
    base: str = field(default_factory=os.getcwd)
    named: frozenset[str] = frozenset()
    go_version: str = ""
    godebug: tuple[tuple[str, str], ...] = ()
    implied_gcflags: PatternFlags = ()
    cc: str = ""
    path: str = os.defpath
    standard_output: str = ""
    untold: Mapping[str, str] = field(default_factory=dict)

    @property
    def default_cc(self) -> str:
        """The C compiler that links where the user names none (cmd/go/internal/cfg/zdefaultcc.go, written by cmd/dist)."""
        return "clang" if self.variant.goos in ("darwin", "ios", "freebsd", "openbsd") else "gcc"

    @cached_property
    def has_flags_for_named(self) -> bool:
        """Whether packages that the user named are compiled with flags that others do not get."""
        return any(not pattern for flags in (self.variant.gcflags, self.variant.asmflags) for pattern, _ in flags)

    @cached_property
    def target_env(self) -> Environment:
        """The environment of the compiler and the assembler: the target, the SDK and nothing of the user's."""
        name, level = self.variant.arch_env
        env = [("GOARCH", self.variant.goarch), ("GOOS", self.variant.goos), ("GOROOT", self.sdk.root)]
        env += [(name, level)] if name else []
        env += [("GOEXPERIMENT", self.variant.experiment)] if self.variant.experiment else []
        return tuple(env)

    @cached_property
    def forced_gcflags(self) -> tuple[str, ...]:
        """What the build mode and the instrumentation add to the compiler's flags (cmd/go/internal/work/init.go:205, :340)."""
        flags = (self.variant.codegen_flag, self.variant.instrumentation and "-" + self.variant.instrumentation)
        return tuple(flag for flag in flags if flag)

    @cached_property
    def forced_asmflags(self) -> tuple[str, ...]:
        """What the build mode adds to the assembler's flags."""
        return (self.variant.codegen_flag,) if self.variant.codegen_flag else ()

    @cached_property
    def forced_ldflags(self) -> tuple[str, ...]:
        """What the instrumentation adds to the linker's flags."""
        return ("-" + self.variant.instrumentation,) if self.variant.instrumentation else ()

    def gcflags(self, package: Package) -> tuple[str, ...]:
        """The compiler flags that the user (or the runtime) asks for, for *package*."""
        named = package.origin in self.named
        implied = flags_for(self.implied_gcflags, package, named, self.base)
        return implied + flags_for(self.variant.gcflags, package, named, self.base)

    def asmflags(self, package: Package) -> tuple[str, ...]:
        """The assembler flags that the user asks for, for *package*."""
        return flags_for(self.variant.asmflags, package, package.origin in self.named, self.base)

    def ldflags(self, package: Package) -> tuple[str, ...]:
        """The linker flags that the user asks for, for the program *package*."""
        return flags_for(self.variant.ldflags, package, package.origin in self.named, self.base)

    def tool_id(self, name: str) -> str:
        """How the tool *name* identifies itself: the line that ``tool -V=full`` prints (cmd/internal/objabi/flag.go)."""
        experiment = self.variant.goexperiment(self.sdk)
        return f"{name} version {self.sdk.version}" + (f" X:{experiment}" if experiment else "")
