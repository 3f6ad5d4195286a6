"""The runtime that a program is linked with: the SDK's, or the pruned one."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..errors import GoError
from ..overlay import Overlay
from ..package import Package
from ..plan.compile import import_order
from ..plan.record import Built
from ..sdk import SDK
from ..variant import PatternFlags, Variant


@dataclass(frozen=True)
class Runtime:
    """How a runtime changes a build: the *overlay* of GOROOT, compiler flags, and the *variant* with its other flags put in.

    *sources* are the files and folders of this tool that it is made of, besides those of the SDK; *untold* is for plan.config.Config.
    """

    variant: Variant
    overlay: Overlay = field(default_factory=Overlay)
    gcflags: PatternFlags = ()
    sources: tuple[str, ...] = ()
    untold: Mapping[str, str] = field(default_factory=dict)


def open_runtime(sdk: SDK, variant: Variant, output: str) -> Runtime:
    """The runtime that *variant* asks for; generated files are below *output*. Raises GoError.

    The min runtime is for one target so far, for programs that are all of the process, and has neither cgo nor the race detector nor
    vectors of more than 16 bytes.
    """
    if variant.runtime == "full":
        return Runtime(variant)
    if (variant.goos, variant.goarch) != ("linux", "amd64"):
        raise GoError(f"GORUNTIME='min' is for linux/amd64, not for {variant.goos}/{variant.goarch}: build with GORUNTIME='full'")
    if variant.cgo or variant.instrumentation:
        what = "cgo (CGO_ENABLED=1)" if variant.cgo else f"-{variant.instrumentation}"
        raise GoError(f"GORUNTIME='min' does not support {what}: build with GORUNTIME='full'")
    if "simd" in variant.experiments(sdk).enabled:  # code that is interrupted would lose the wide halves of registers
        raise GoError("GORUNTIME='min' does not support GOEXPERIMENT='simd': build with GORUNTIME='full'")
    if variant.link_buildmode != "exe":
        raise GoError(f"GORUNTIME='min' does not support GOBUILDMODE='{variant.buildmode}', only 'exe': build with GORUNTIME='full'")
    from ..minruntime import core_files, load_manifest, manifest_path, overlay_for, untold_in

    manifest = load_manifest(manifest_path())
    release = manifest.release(sdk.version)
    # The underscore keeps patterns such as ./... from taking the changed files for packages of the module around them.
    overlay = overlay_for(manifest, sdk.root, sdk.version, os.path.join(output, "_runtime"))
    overlay.materialise()  # at once, even in a dry run: what a package is made from is known by the content of its files
    gcflags = (("all", release.compile_flags), *((path, release.flags_for(path)) for path in release.packages))
    ldflags = tuple((pattern, (*release.link_flags, *flags)) for pattern, flags in variant.ldflags or (("", ()),))
    own = {path for package in release.packages.values() for path in core_files(package)}
    sources = (manifest_path(), *sorted(own | {os.path.dirname(path) for path in own}))
    return Runtime(replace(variant, ldflags=ldflags), overlay, gcflags, sources, untold_in(release))


def refuse(runtime: Runtime, main: str, packages: Iterable[Package], stubs: Collection[str]) -> None:
    """Raise GoError, with the chain of imports, if the program *main* imports what a program on *runtime* cannot have.

    *stubs* are packages that the user accepts as they are there, though they do nothing ($GORUNTIMESTUBS).
    """
    if runtime.variant.runtime == "min":
        from ..inspect.missing import REFUSED_ON_MIN, STUBS_ON_MIN, TOLERATED_IMPORTERS, refuse_imports

        for stub in stubs:
            if stub not in STUBS_ON_MIN:
                raise GoError(f"GORUNTIMESTUBS={stub}: must be among {', '.join(sorted(STUBS_ON_MIN))}")
        imports = {package.import_path: import_order(package) for package in packages}
        refused = {path: reason for path, reason in REFUSED_ON_MIN.items() if path not in stubs}
        refuse_imports(imports, main, refused, TOLERATED_IMPORTERS, STUBS_ON_MIN)


def refuse_profile(runtime: Runtime, flag: str) -> None:
    """Raise GoError if tests on *runtime* cannot have what *flag* ("-cpuprofile"; "" for none) asks for."""
    if flag and runtime.variant.runtime == "min":
        what = "it records no execution traces" if flag == "-trace" else "it takes no profiles"
        raise GoError(f"cannot use {flag} flag on the min runtime: {what}; test with GORUNTIME='full'")


def explained(
    runtime: Runtime, error: GoError, sdk: SDK, main: Package, packages: Iterable[Package], built: Mapping[str, Built]
) -> GoError:
    """The linker's *error* about the program *main*, or what *runtime* lacks for it, in Go's terms and with the lines that need it.

    *packages* are those that the program is made of.
    """
    if runtime.variant.runtime == "full":
        return error
    from ..inspect.missing import explain_link_failure

    archives = {path: package.archive for path, package in built.items()}
    folders = {package.import_path: package.dir for package in packages}
    return explain_link_failure(error, archives, main.import_path, "min", sdk.root, folders)
