"""What the go command hashes to identify the compilation of a package and the link of a program.

The texts are cmd/go's, line by line; build IDs are made from them (see buildid). Sources: cmd/go/internal/work/exec.go:264
buildActionID, :1540 linkActionID, :1583 printLinkerConfig (1.27.3); what older releases do differently stands at its place.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..module import gover
from ..module.words import quote, quote_list
from ..package import Files, Package
from .buildid import short
from .config import Config


def input_files(package: Package) -> Iterator[str]:
    """The files of *package* that are hashed, relative to its folder, in cmd/go's order."""
    files: Files = package.files
    for names in (files.go, files.cgo, files.c, files.cxx, files.f, files.m, files.h, files.s, files.syso, files.swig, files.swigcxx):
        yield from names
    yield from sorted({name for names in package.embed_files.values() for name in names})


def source_path(config: Config, package: Package, name: str) -> str:
    """Where the file *name* of *package* is read: an overlay may have moved it."""
    return config.overlay.actual(os.path.join(package.dir, name))


def package_text(config: Config, package: Package, info: str) -> str:
    """The text for compiling *package*, up to its imports; *info* is the build information of a program, "" for other packages."""
    variant, module = config.variant, package.module
    lines = ["compile\n"]
    if variant.trimpath:
        if module:
            lines.append(f"module {module.path}@{module.version}\n")
    elif not package.standard and not package.is_test_main:
        lines.append(f"dir {package.dir}\n")
    if module:
        lines.append(f"go {module.go_version or (gover.DEFAULT_GO_MOD if module.main else '')}\n")
    lines.append(f"goos {variant.goos} goarch {variant.goarch}\n")
    lines += _package_lines(config, package)
    if package.for_test and package.origin == package.import_path:
        lines.append("forcelibrary\n")
    if package.cover_mode:
        lines.append(f"cover {quote(package.cover_mode)} {quote(config.tool_id('cover'))}\n")
    if info:
        lines.append(f"modinfo {quote(info)}\n")
    lines.append(f"compile {config.tool_id('compile')} {quote_list(config.forced_gcflags)} {quote_list(config.gcflags(package))}\n")
    if package.files.s:
        lines.append(f"asm {quote(config.tool_id('asm'))} {quote_list(config.forced_asmflags)} {quote_list(config.asmflags(package))}\n")
    lines += _target_lines(config)
    for name in input_files(package):
        digest = config.state.digest(source_path(config, package, name))
        lines.append(f"file {name} {short(bytes.fromhex(digest))}\n")
    return "".join(lines)


def link_text(config: Config, main: Package, godebug: str, more_flags: tuple[str, ...] = ()) -> str:
    """The text for linking *main*, up to its packages; *godebug* is its default GODEBUG, *more_flags* come after the user's."""
    variant = config.variant
    lines = ["link\n", f"buildmode {variant.buildmode} goos {variant.goos} goarch {variant.goarch}\n"]
    identity = _package_lines(config, main)
    if config.sdk.minor >= 24:
        identity.insert(2, f"defaultgodebug {quote(godebug)}\n")
    lines += identity
    lines.append(f"link {config.tool_id('link')} {quote_list(config.forced_ldflags)} {variant.link_buildmode}\n")
    lines.append(f"linkflags {quote_list(config.ldflags(main) + more_flags)}\n")
    lines += _target_lines(config)
    lines.append(f"GOROOT={recorded_goroot(config)}\n")
    lines.append("GO_EXTLINK_ENABLED=\n")
    return "".join(lines)


def recorded_goroot(config: Config) -> str:
    """What a program is told about GOROOT: nothing under -trimpath, or ``$GOROOT`` before Go 1.23 (work/gc.go trimPathGoRootFinal)."""
    if not config.variant.trimpath:
        return config.sdk.root
    return "" if config.sdk.minor >= 23 else "$GOROOT"


def _package_lines(config: Config, package: Package) -> list[str]:
    return [
        f"import {quote(package.import_path)}\n",
        f'omitdebug false standard {str(package.standard).lower()} local false prefix ""\n',
        *(["trimpath\n"] if config.variant.trimpath else []),
    ]


def _target_lines(config: Config) -> list[str]:
    name, level = config.variant.arch_env
    experiment = config.variant.goexperiment(config.sdk)
    return [f"{name}={level}\n", *([f"GOEXPERIMENT={quote(experiment)}\n"] if experiment else [])]
