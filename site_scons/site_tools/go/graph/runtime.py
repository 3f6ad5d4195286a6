"""The runtime that a program is linked with: the SDK's, or the pruned one."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace

from ..errors import GoError
from ..minruntime import load_manifest, manifest_path, overlay_for
from ..overlay import Overlay
from ..sdk import SDK
from ..variant import PatternFlags, Variant


@dataclass(frozen=True)
class Runtime:
    """How a runtime changes a build: the *overlay* of GOROOT, compiler flags, and the *variant* with its other flags put in."""

    variant: Variant
    overlay: Overlay = field(default_factory=Overlay)
    gcflags: PatternFlags = ()


def open_runtime(sdk: SDK, variant: Variant, output: str) -> Runtime:
    """The runtime that *variant* asks for; generated files are below *output*. Raises GoError.

    The min runtime is for one target so far, and has neither cgo nor the race detector.
    """
    if variant.runtime == "full":
        return Runtime(variant)
    if (variant.goos, variant.goarch) != ("linux", "amd64"):
        raise GoError(f"GORUNTIME='min' is for linux/amd64, not for {variant.goos}/{variant.goarch}: build with GORUNTIME='full'")
    if variant.cgo or variant.instrumentation:
        what = "cgo (CGO_ENABLED=1)" if variant.cgo else f"-{variant.instrumentation}"
        raise GoError(f"GORUNTIME='min' does not support {what}: build with GORUNTIME='full'")
    manifest = load_manifest(manifest_path())
    release = manifest.release(sdk.version)
    overlay = overlay_for(manifest, sdk.root, sdk.version, os.path.join(output, "~runtime"))
    overlay.materialise()  # at once, even in a dry run: what a package is made from is known by the content of its files
    gcflags = (("all", release.compile_flags), *((path, release.flags_for(path)) for path in release.packages))
    ldflags = tuple((pattern, (*release.link_flags, *flags)) for pattern, flags in variant.ldflags or (("", ()),))
    return Runtime(replace(variant, ldflags=ldflags), overlay, gcflags)
