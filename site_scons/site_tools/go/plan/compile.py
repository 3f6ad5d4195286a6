"""One package → the commands that compile it.

The compiler runs with -linkobj: export data goes to ``P.x``, which importers read, objects go to ``P.a``, which programs are linked
from. Rules: cmd/go/internal/work/gc.go:56 gc, :328 asmArgs, :403 symabis; work/exec.go:787 build (1.27.3).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..digest import text_digest
from ..errors import GoError
from ..module import gover
from ..package import Package
from .buildid import PLACEHOLDER
from .commands import BACKENDS, WORK, AppendArchive, Copy, Environment, LeaveOutUntold, Run, Step, WriteFile
from .config import Config
from .cover import CONFIG as COVERAGE_CONFIG
from .cover import cover_steps
from .godebug import parse_directives
from .identity import input_files, source_path
from .pgo import Profile

EXPORT, ARCHIVE, IMPORTCFG = f"{WORK}/_pkg_.x", f"{WORK}/_pkg_.a", f"{WORK}/importcfg"

# Std packages with functions whose bodies are elsewhere (in package runtime); cmd/go/internal/work/gc.go:88, Go 1.22 to 1.27.
FORWARD_DECLARATIONS = frozenset("bytes internal/poll net os runtime/metrics runtime/pprof runtime/trace sync syscall time".split())


@dataclass(frozen=True)
class PackagePlan:
    """How to compile one package.

    *action_key* stands for everything that goes in, except for what the imports export; it is the same on every machine and in every
    checkout (unless -trimpath is off). *imports* are the final import paths whose export data is read, *import_map* the paths as
    written that differ from the final ones. *export* and *archive* are the outputs, *record* is where a run notes what it made.
    *listed* (what go list calls the package) and *folder* are for messages.
    """

    import_path: str
    listed: str
    folder: str
    action_key: str
    imports: tuple[str, ...]
    import_map: tuple[tuple[str, str], ...]
    export: str
    archive: str
    record: str
    steps: tuple[Step, ...]
    profile: Profile | None = None


def output_stem(config: Config, package: Package, profile: Profile | None = None) -> str:
    """The path of a package's outputs without ``.x`` and ``.a``."""
    shared = config.standard_output if package.standard and not package.for_test else ""
    return os.path.join(shared or config.output, relative_stem(config, package, profile))


def relative_stem(config: Config, package: Package, profile: Profile | None = None) -> str:
    """The path of a package's outputs in the folder of its variant.

    A folder that ends like an output gets a "~" after it. Packages compiled for one test, for coverage, with a profile, or with flags
    that only packages named by the user get, are different packages and have folders of their own.
    """
    head, tail = os.path.split(package.import_path)
    folder = "/".join(f"{part}~" if part.endswith((".x", ".a")) else part for part in head.split("/"))
    special = [f"pgo-{profile.digest[:12]}"] if profile else []
    special += [f"test-{package.for_test.replace('/', '~')}"] if package.for_test else []
    special += [f"cover-{package.cover_set}"] if package.cover_set else []
    if package.import_path in config.named and not package.is_main and config.has_flags_for_named:
        special.append("named")
    return os.path.join(*(f"~{word}" for word in special), folder, tail)


def plan_package(config: Config, package: Package, profile: Profile | None = None) -> PackagePlan:
    """The plan for *package*, with the PGO *profile* of the program it is compiled for.

    Raises GoError where ``go build`` would refuse the package, or if a source file cannot be read.
    """
    _check(config, package)
    stem = output_stem(config, package, profile)
    flags = _portable_flags(config, package)
    return PackagePlan(
        import_path=package.import_path,
        listed=package.listed,
        folder=package.dir,
        action_key=_action_key(config, package, flags, profile),
        imports=tuple(path for path in import_order(package) if path != "unsafe"),
        import_map=tuple(sorted(package.import_map.items())),
        export=stem + ".x",
        archive=stem + ".a",
        record=stem + ".built",
        steps=_steps(config, package, flags, profile),
        profile=profile,
    )


def import_order(package: Package) -> tuple[str, ...]:
    """The imports in cmd/go's order: by the path as written, then those that the go command adds (load/pkg.go:1985)."""
    if package.ordered_imports:
        return package.ordered_imports
    written = {final: raw for raw, final in package.import_map.items()}
    added = (path for path in package.implicit if path not in package.imports)
    return (*sorted(package.imports, key=lambda path: written.get(path, path)), *added)


def needed(packages: Sequence[Package], roots: Iterable[str]) -> list[Package]:
    """Those of *packages*, imported ones first, that the packages *roots* consist of."""
    wanted, found = set(roots), []
    for package in reversed(packages):
        if package.import_path in wanted:
            wanted.update(import_order(package))
            found.append(package)
    return found[::-1]


def package_path(config: Config, package: Package) -> str:
    """The path that symbols of *package* carry (work/gc.go:45 pkgPath)."""
    return "main" if package.is_main and config.variant.buildmode != "plugin" else package.import_path


def _check(config: Config, package: Package) -> None:
    files = package.files
    if files.cgo or files.swig or files.swigcxx:
        what = "SWIG" if files.swig or files.swigcxx else "cgo"
        raise GoError(
            f"{package.import_path}: uses {what}, which scons-go does not build yet. Build with CGO_ENABLED=0 if it can do without"
        )
    wants = package.module.go_version if package.module else ""
    if wants and gover.compare(config.sdk.version[2:], wants) < 0:
        raise GoError(f"{package.import_path}: module requires Go {wants} or later, the SDK is {config.sdk.version} in {config.sdk.root}")
    try:
        parse_directives(config.sdk, package.go_debug)  # in libraries, too (work/exec.go:1048 checkDirectives)
    except GoError as error:
        raise GoError(f"# {package.listed}\n{error}") from None


def _portable_flags(config: Config, package: Package) -> tuple[str, ...]:
    """The compiler's flags that mean the same on every machine."""
    files, variant = package.files, config.variant
    flags = ["-p", package_path(config, package)]
    module = package.module
    # Go 1.22 says nothing for std: with -lang, //go:build lines there would choose older language versions (work/gc.go:71).
    if module or config.sdk.minor >= 23:
        lang = gover.lang((module.go_version or gover.DEFAULT_GO_MOD) if module else config.sdk.version[2:])
        flags.append(f"-lang=go{lang}")
    if package.standard:
        flags.append("-std")
    foreign = (files.cgo, files.c, files.cxx, files.m, files.f, files.s, files.syso, files.swig, files.swigcxx)
    if not any(foreign) and not (package.standard and package.import_path in FORWARD_DECLARATIONS):
        flags.append("-complete")
    flags += ["-buildid", PLACEHOLDER]
    if variant.goos == "plan9" or variant.goarch == "wasm":
        flags.append("-dwarf=false")
    flags += ["-goversion", config.sdk.version, "-nolocalimports", "-pack"]
    return (*flags, *config.forced_gcflags, *config.gcflags(package))


def _steps(config: Config, package: Package, flags: tuple[str, ...], profile: Profile | None) -> tuple[Step, ...]:
    files, env = package.files, config.target_env
    rewrites = _rewrites(config, package)
    cover, sources = cover_steps(config, package) if package.cover_mode else ([], [source_path(config, package, name) for name in files.go])
    argv = [config.sdk.tool("compile"), "-o", EXPORT, "-linkobj", ARCHIVE, "-trimpath", rewrites, *flags]
    heap_flags, heap_env = _heap(config)
    argv += [f"-c={BACKENDS}", *heap_flags, "-importcfg", IMPORTCFG]
    argv += [f"-pgoprofile={profile.file}"] if profile else []
    argv += [f"-coveragecfg={COVERAGE_CONFIG}"] if cover else []
    steps: list[Step] = [*cover]
    if files.s:
        assemble = _assembler(config, package, rewrites)
        steps += _header_copies(config, package)
        steps += _symabis(config, package, assemble)
        argv += ["-symabis", f"{WORK}/symabis", "-asmhdr", f"{WORK}/go_asm.h"]
    if package.embed_files:
        steps.append(WriteFile(f"{WORK}/embedcfg", _embedcfg(config, package)))
        argv += ["-embedcfg", f"{WORK}/embedcfg"]
    steps.append(Run((*argv, *sources), config.base, env + heap_env))
    for name in files.s:
        steps.append(Run((*assemble, "-o", f"{WORK}/{name[:-2]}.o", source_path(config, package, name)), package.dir, env))
    members = [f"{WORK}/{name[:-2]}.o" for name in files.s] + [source_path(config, package, name) for name in files.syso]
    if members:
        steps.append(AppendArchive(ARCHIVE, tuple(members)))
    if package.import_path in config.untold:
        steps.append(LeaveOutUntold(ARCHIVE, config.sdk.root))
    return tuple(steps)


def _heap(config: Config) -> tuple[tuple[str, ...], Environment]:
    """(flags, environment) that make the compiler collect garbage less often; they do not change what it writes.

    Measured on the net/http program: an eighth (GOGC) to a sixth (gcstart) less CPU time, at the peak memory of the defaults, which
    take more memory for more threads instead (cmd/compile/internal/gc/main.go:87).
    """
    return (("-d=gcstart=256",), ()) if config.sdk.minor >= 26 else ((), (("GOGC", "200"),))


def _rewrites(config: Config, package: Package) -> str:
    """The -trimpath argument: what to write instead of folders of this machine (work/gc.go:259 trimpath)."""
    rewrites, target = [], package.dir
    if package.is_test_main:  # its file is where go would have put it into the scratch folder
        return f"{os.path.dirname(source_path(config, package, package.files.go[0]))}=>;{WORK}=>"
    if config.variant.trimpath:
        module, target = package.module, package.origin
        if module and module.version:
            target = f"{module.path}@{module.version}{target.removeprefix(module.path)}"
        rewrites.append(f"{package.dir}=>{target}")
    if config.overlay:
        for name in (*package.files.go, *package.files.s):
            path = os.path.join(package.dir, name)
            actual = config.overlay.actual(path)
            if actual in config.overlay.generated:  # alone in its folder, but for the place that it names in //line
                rewrites.append(f"{os.path.dirname(actual)}=>{target}")
            elif actual != path:
                rewrites.append(f"{actual}=>{target}/{name}")
    # The first that fits counts: a package at the top of a project has the scratch folder below it.
    below = config.output.startswith(package.dir + os.sep)
    rewrites.insert(0 if below else len(rewrites), f"{WORK}=>")
    return ";".join(rewrites)


def _assembler(config: Config, package: Package, rewrites: str) -> tuple[str, ...]:
    """The assembler's command without its output and sources (work/gc.go:328 asmArgs)."""
    variant, sdk = config.variant, config.sdk
    argv = [sdk.tool("asm"), "-p", package_path(config, package), "-trimpath", rewrites]
    argv += ["-I", WORK, "-I", sdk.include, "-D", f"GOOS_{variant.goos}", "-D", f"GOARCH_{variant.goarch}"]
    argv += [*config.forced_asmflags, *config.asmflags(package)]
    if package.import_path == "runtime" and variant.goarch == "386" and "-dynlink" in config.forced_asmflags:
        argv.append("-D=GOBUILDMODE_shared=1")
    if package.standard and sdk.asm_std:
        argv.append("-std")
    for macro in _level_macros(config):
        argv += ["-D", macro]
    return tuple(argv)


def _level_macros(config: Config) -> tuple[str, ...]:
    """The macros that tell the assembler the architecture level (work/gc.go:341-397)."""
    name, level = config.variant.arch_env
    if name == "GOPPC64":
        return tuple(f"GOPPC64_{known}" for known in ("power10", "power9", "power8") if known == "power8" or _power(level) >= _power(known))
    if name == "GOARM":
        return tuple(f"GOARM_{known}" for known in ("7", "6", "5") if known <= level[0])
    if name == "GOARM64":
        # Large System Extensions are mandatory from v8.1 on (internal/buildcfg/cfg.go ParseGoarm64).
        return ("GOARM64_LSE",) if ",lse" in level or not level.startswith("v8.0") else ()
    if name == "GORISCV64" or name in ("GO386", "GOAMD64", "GOMIPS", "GOMIPS64"):
        return (f"{name}_{level}",)
    return ()


def _power(level: str) -> int:
    return int(level.removeprefix("power"))


def _symabis(config: Config, package: Package, assemble: tuple[str, ...]) -> list[Step]:
    """Ask the assembler which symbols the package's assembly defines and uses; go_asm.h must be there, and may be empty."""
    sources = (source_path(config, package, name) for name in package.files.s)
    run = Run((*assemble, "-gensymabis", "-o", f"{WORK}/symabis", *sources), package.dir, config.target_env)
    return [WriteFile(f"{WORK}/go_asm.h", b""), run]


def _header_copies(config: Config, package: Package) -> list[Step]:
    """``defs_linux_amd64.h`` is also there as ``defs_GOOS_GOARCH.h``, and so on (work/exec.go:947).

    The go command makes these copies after it has looked for symbols, too late for assembly that includes them; here they are in time.
    """
    goos, goarch = config.variant.goos, config.variant.goarch
    copies: list[Step] = []
    for name in package.files.h:
        stem, dot, extension = name.rpartition(".")
        if not dot:
            stem, extension = name, ""
        for suffix, generic in ((f"_{goos}_{goarch}", "_GOOS_GOARCH"), (f"_{goarch}", "_GOARCH"), (f"_{goos}", "_GOOS")):
            if stem.endswith(suffix):
                target = f"{WORK}/{stem.removesuffix(suffix)}{generic}.{extension}"
                copies.append(Copy(source_path(config, package, name), target))
                break
    return copies


def _embedcfg(config: Config, package: Package) -> bytes:
    """The compiler's map of patterns and files for //go:embed (work/exec.go:889)."""
    names = sorted({name for matched in package.embed_files.values() for name in matched})
    content = {
        "Patterns": {pattern: list(package.embed_files[pattern]) for pattern in sorted(package.embed_files)},
        "Files": {name: source_path(config, package, name) for name in names},
    }
    return json.dumps(content, indent="\t", ensure_ascii=False).encode("utf-8", "surrogateescape")


def _action_key(config: Config, package: Package, flags: tuple[str, ...], profile: Profile | None) -> str:
    variant = config.variant
    facts: list[object] = ["package 1", config.sdk.identity, variant.goos, variant.goarch, variant.arch_env]
    facts += [variant.goexperiment(config.sdk), variant.trimpath, package.import_path, flags, package.standard]
    facts += [(package.module.path, package.module.version) if package.module else ()]
    facts += [(config.forced_asmflags, config.asmflags(package)) if package.files.s else ()]
    facts += [import_order(package), tuple(sorted(package.import_map.items())), tuple(sorted(package.embed_files.items()))]
    facts += [config.untold[package.import_path]] if package.import_path in config.untold else []
    facts += [profile.digest if profile else "", "" if variant.trimpath else package.dir, package.cover_mode]
    try:
        facts += [(name, config.state.digest(source_path(config, package, name))) for name in input_files(package)]
    except OSError as error:
        raise GoError(f"{package.import_path}: cannot read {error.filename}: {error.strerror}") from None
    return text_digest(repr(facts))
