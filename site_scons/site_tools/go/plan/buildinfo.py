"""The build information in a program: what ``go version -m`` prints and debug.ReadBuildInfo returns.

Rules: cmd/go/internal/load/pkg.go:2367 setBuildInfo, runtime/debug/mod.go BuildInfo.String, cmd/go/internal/modload/build.go:476.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence

from ..module import gover
from ..module.words import quote
from ..package import Module, Package
from ..sdk import SDK
from ..variant import Variant
from .patterns import raw_value

_START = bytes.fromhex("3077af0c9274080241e1c107e6d618e6")
_END = bytes.fromhex("f932433186182072008242104116d8f2")


def build_info(sdk: SDK, variant: Variant, main: Package, closure: Collection[Package], godebug: str, profile: str) -> str:
    """The text of the build information of the program *main*.

    *closure* are the packages it is linked from (those it reaches by imports, in any order), *godebug* its default GODEBUG, *profile*
    the PGO profile's path or "".
    """
    lines = [f"path\t{main.import_path}\n"]
    if main.module:
        lines.append(_module("mod", main.module))
    lines += [_module("dep", module) for module in _dependencies(main, closure)]
    covers = bool(main.cover_mode) or any(package.cover_mode for package in closure)
    settings = _settings(sdk, variant, godebug, covers)
    if profile:
        settings.append(("-pgo", os.path.basename(profile) if variant.trimpath else profile))
        settings.sort(key=lambda setting: setting[0])
    lines += [f"build\t{key}={_value(value)}\n" for key, value in settings]
    return "".join(lines)


def modinfo_line(info: str) -> str:
    """The line of the linker's importcfg that carries *info* (cmd/go/internal/work/exec.go:1688)."""
    return f"modinfo {quote(_START + info.encode('utf-8', 'surrogateescape') + _END)}\n"


def _dependencies(main: Package, closure: Iterable[Package]) -> list[Module]:
    """The modules of *closure* other than that of *main*, in the order of cmd/go/internal/gover/mod.go ModSort."""
    own = main.module.path if main.module else ""
    modules = {(p.module.path, p.module.version): p.module for p in closure if p.module and p.module.path != own}
    return sorted(modules.values(), key=lambda module: (module.path, gover.module_key(module.path, module.version)))


def _module(word: str, module: Module) -> str:
    head = f"{word}\t{module.path}\t{module.version or '(devel)'}"
    if module.replace:
        return f"{head}\n{_module('=>', module.replace)}\n"
    return f"{head}\t{module.sum}\n"


def _settings(sdk: SDK, variant: Variant, godebug: str, cover: bool) -> list[tuple[str, str]]:
    settings: list[tuple[str, str]] = []

    def add(key: str, value: str, present: object = True) -> None:
        if present:
            settings.append((key, value.replace("\n", " ")))

    add("-asan", "true", variant.asan)
    add("-asmflags", raw_value(variant.asmflags), variant.asmflags)
    add("-buildmode", "exe" if variant.buildmode == "default" else variant.buildmode)
    add("-compiler", "gc")
    add("-gcflags", raw_value(variant.gcflags), raw_value(variant.gcflags))
    # Not under -trimpath: -extld and its kin name paths of this machine (https://go.dev/issue/52372).
    add("-ldflags", raw_value(variant.ldflags), raw_value(variant.ldflags) and not variant.trimpath)
    add("-cover", "true", cover)
    add("-msan", "true", variant.msan)
    add("-race", "true", variant.race)
    add("-tags", ",".join(variant.tags), variant.tags)
    add("-trimpath", "true", variant.trimpath)
    add("DefaultGODEBUG", godebug, godebug)
    add("CGO_ENABLED", "1" if variant.cgo else "0")
    add("GOARCH", variant.goarch)
    experiment = variant.experiment or sdk.defaults.get("GOEXPERIMENT", "")
    add("GOEXPERIMENT", experiment, experiment)
    add("GOOS", variant.goos)
    name, level = variant.arch_env
    add(name, level, name and level)
    return settings


_QUOTED_IN_VALUE: Sequence[str] = ' \t\r\n"`'


def _value(value: str) -> str:
    """*value*, quoted if debug.ParseBuildInfo could not read it otherwise (runtime/debug/mod.go quoteValue)."""
    return quote(value) if any(char in _QUOTED_IN_VALUE for char in value) else value
