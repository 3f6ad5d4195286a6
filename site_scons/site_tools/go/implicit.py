"""Imports that the go command adds to those that stand in the sources. Rules: cmd/go/internal/load/pkg.go (1.27.3)."""

from __future__ import annotations

from collections.abc import Container

from . import targets
from .errors import GoError
from .package import Folder
from .sdk import SDK
from .variant import Variant

# Standard packages that use cgo and do without its imports (pkg.go:1732 cgoExclude, cgoSyscallExclude).
_NO_RUNTIME_CGO = frozenset({"runtime/cgo"})
_NO_SYSCALL = frozenset({"runtime/cgo", "runtime/race", "runtime/msan", "runtime/asan"})


def implicit_imports(
    sdk: SDK, variant: Variant, import_path: str, folder: Folder, standard: bool, imports: Container[str]
) -> tuple[str, ...]:
    """What is added to the *imports* (as written) of the package *import_path* in *folder*, in go's order (pkg.go:1944-1985).

    Some of it may be imported already. Raises GoError as :func:`linker_dependencies` does.
    """
    added = [*simd_bridge(sdk, variant, imports)]
    swig = bool(folder.files.swig or folder.files.swigcxx)
    if folder.files.cgo or swig:
        added.append("unsafe")
        if swig or not (standard and import_path in _NO_RUNTIME_CGO):
            added.append("runtime/cgo")
        if swig or not (standard and import_path in _NO_SYSCALL):
            added.append("syscall")
        if swig:
            added.append("sync")
    if folder.name == "main":
        added += linker_dependencies(sdk, variant, import_path)
    return tuple(added)


def simd_bridge(sdk: SDK, variant: Variant, imports: Container[str]) -> tuple[str, ...]:
    """What comes with simd, if that is among *imports* (pkg.go:1949)."""
    return ("simd/internal/bridge",) if sdk.simd_bridge and "simd" in imports and variant.goarch in ("amd64", "arm64", "wasm") else ()


def linker_dependencies(sdk: SDK, variant: Variant, import_path: str = "", cover: bool = False) -> tuple[str, ...]:
    """The packages that the program *import_path* needs to be linked, in go's order (pkg.go:2684 LinkerDeps); *cover*: with coverage.

    Raises GoError if the program must be linked by the C compiler and cgo is off.
    """
    packages = ["runtime"]
    reason = external_link_reason(sdk, variant, import_path)
    if reason:
        if not variant.cgo:
            raise GoError(f"{reason} requires external (cgo) linking, but cgo is not enabled")
        packages.append("runtime/cgo")
    if variant.goarch == "arm":
        packages.append("math")
    if variant.instrumentation:
        packages.append(f"runtime/{variant.instrumentation}")
    if cover:
        packages.append("runtime/coverage")
    return tuple(packages)


def external_link_reason(sdk: SDK, variant: Variant, import_path: str = "") -> str:
    """Why a program must be linked by the C compiler even without cgo, "" if it need not (pkg.go:2722 externalLinkingReason).

    Of the link flags those count that have no pattern, or one that is "all" or the program's *import_path*.
    """
    if targets.has("external link", sdk.minor, variant.goos, variant.goarch):
        return f"{variant.goos}/{variant.goarch}"
    mode = variant.buildmode
    if mode == "plugin" or (mode == "c-shared" and variant.goarch != "wasm"):
        return f"-buildmode={mode}"
    if variant.link_buildmode == "pie" and not targets.has("internal PIE", sdk.minor, variant.goos, variant.goarch):
        return "default PIE binary" if mode == "default" else "-buildmode=pie"
    flags = next((arguments for pattern, arguments in reversed(variant.ldflags) if pattern in ("", "all", import_path)), ())
    for index in range(len(flags) - 1, -1, -1):
        value = flags[index + 1] if flags[index] == "-linkmode" and index + 1 < len(flags) else flags[index].removeprefix("-linkmode=")
        if flags[index].startswith("-linkmode") and value in ("internal", "external"):
            return flags[index] if value == "external" else ""
    return ""
