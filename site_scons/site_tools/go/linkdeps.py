"""What the linker adds to every program. Rules: cmd/go/internal/load/pkg.go:2684 LinkerDeps (1.27.3)."""

from __future__ import annotations

from . import targets
from .errors import GoError
from .sdk import SDK
from .variant import Variant


def linker_dependencies(sdk: SDK, variant: Variant, import_path: str = "", cover: bool = False) -> tuple[str, ...]:
    """The packages that the program *import_path* needs without importing them, in go's order; *cover* is for builds with coverage.

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
