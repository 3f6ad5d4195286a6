"""A main package and its closure → the command that links them, with the build IDs and the build information go would have put in.

Rules: cmd/go/internal/work/gc.go:594 ld, exec.go:1670 writeLinkImportcfg, action.go:1043 addTransitiveLinkDeps (1.27.3).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..digest import text_digest
from ..errors import GoError, os_problem
from ..package import Package
from . import buildid
from .buildinfo import build_info, modinfo_line
from .commands import WORK, Environment, Run
from .compact import LAYOUT, compact
from .compile import import_order
from .config import Config
from .godebug import default_godebug, parse_directives
from .identity import link_text, package_text, recorded_goroot
from .pgo import Profile
from .record import Built
from .run import run_step, scratch_folder

BUILD_ID = "\0I"

# How files begin that the go command replaces by programs (cmd/go/internal/work/exec.go:2153 objectMagic, Go 1.22 to 1.27).
OBJECTS = (
    *(b"!<arch>\n", b"<bigaf>\n", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),
    *(b"MZ\x90\0\3\0", b"MZx\0\1\0", b"\0\0\1\xeb", b"\0\0\x8a\x97", b"\0\0\6\x47", b"\0asm", b"\1\xdf", b"\1\xf7"),
)


@dataclass(frozen=True)
class LinkPlan:
    """How to link one program.

    *packages* are the import paths of the packages it consists of, its own first, in cmd/go's order. *imports* are the import paths of
    the main package in cmd/go's order. *main_text* and *link_text* are hashed into build IDs. *libraries* are commands among *packages*
    that are linked as libraries, because they are tested: (import path, text to be hashed, imports). *modinfo* is the last line of the
    linker's importcfg. *argv* lacks what is known only at run time. *layout* is how the program's file is made smaller, "" for not at all.
    """

    import_path: str
    folder: str
    output: str
    packages: tuple[str, ...]
    imports: tuple[str, ...]
    main_text: str
    link_text: str
    modinfo: str
    argv: tuple[str, ...]
    cwd: str
    env: Environment
    profile: Profile | None = None
    libraries: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    layout: str = ""

    @property
    def action_key(self) -> str:
        """The digest of everything that goes into the link except the packages, the same on every machine."""
        facts = (self.import_path, self.packages, self.main_text, self.link_text, self.modinfo, self.libraries, self.layout)
        return text_digest(repr(facts))


def plan_link(
    config: Config,
    main: Package,
    closure: Iterable[Package],
    output: str,
    profile: Profile | None = None,
    more_flags: tuple[str, ...] = (),
    info: str | None = None,
) -> LinkPlan:
    """The plan for linking *main* with its *closure* (in any order, *main* may be in it) into the file *output*.

    *more_flags* are given to the linker after the user's. *info* is the build information where it is not the usual one, "" for none.
    Raises GoError if *main* is no program, or for a malformed ``//go:debug`` line.
    """
    if not main.is_main:
        raise GoError(f"{main.import_path} is not a main package")
    packages = {package.import_path: package for package in closure} | {main.import_path: main}
    order = link_order(main, packages)
    godebug = program_godebug(config, main)
    linked = [packages[path] for path in order]
    if info is None:
        info = build_info(config.sdk, config.variant, main, linked, godebug, profile.source if profile else "")
    argv, cwd, env = _command(config, main, godebug, output, more_flags)
    return LinkPlan(
        import_path=main.import_path,
        folder=main.dir,
        output=output,
        packages=order,
        imports=import_order(main),
        main_text=package_text(config, main, info),
        link_text=link_text(config, main, godebug, more_flags),
        modinfo=modinfo_line(info),
        argv=argv,
        cwd=cwd,
        env=env,
        profile=profile,
        libraries=tuple(
            (package.import_path, package_text(config, package, ""), import_order(package))
            for package in linked
            if package.name == "main" and package is not main
        ),
        layout=LAYOUT if config.variant.runtime == "min" else "",
    )


def program_godebug(config: Config, main: Package) -> str:
    """The default GODEBUG of the program *main*; raises GoError for a malformed ``//go:debug`` line."""
    settings = config.godebug + parse_directives(config.sdk, main.go_debug)
    return default_godebug(config.sdk, config.go_version or config.sdk.version[2:], settings)


def link_order(main: Package, packages: Mapping[str, Package]) -> tuple[str, ...]:
    """The import paths of the program, breadth first over imports from *main*; raises GoError for one that *packages* lacks."""
    order = {main.import_path: main}
    queue = [main]
    for package in queue:
        for path in import_order(package):
            if path != "unsafe" and path not in order:
                if path not in packages:
                    raise GoError(f"{main.import_path}: the closure lacks {path}, which {package.import_path} imports")
                order[path] = packages[path]
                queue.append(packages[path])
    return tuple(order)


def run_link(config: Config, plan: LinkPlan, built: Mapping[str, Built]) -> str:
    """Link a program from *built* packages; returns what the linker said. Raises GoError; then there is no output."""
    with linked(config, plan, built) as (work, build_id, said):
        target = os.path.join(work, "exe", os.path.basename(plan.output))
        if plan.layout:
            compact(target, plan.output)
        buildid.stamp(target, build_id, config.sdk.minor)
        os.replace(target, plan.output)
    return said


@contextlib.contextmanager
def linked(config: Config, plan: LinkPlan, built: Mapping[str, Built]) -> Iterator[tuple[str, str, str]]:
    """Run the linker of *plan* and give (its scratch folder, the build ID it was told, what it said) to the block that makes the output.

    Raises GoError, also for an OSError of the block; then there is no output.
    """
    folder, name = os.path.split(plan.output)
    try:
        os.makedirs(folder, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(plan.output)
        with scratch_folder(folder, f".{name}.link") as work:
            build_id = temporary_build_id(config, plan, built)
            with open(os.path.join(work, "importcfg.link"), "wb") as handle:
                handle.write(link_config(plan, built))
            os.mkdir(os.path.join(work, "exe"))
            argv = tuple(word.replace(BUILD_ID, build_id) for word in (*plan.argv, built[plan.import_path].archive))
            yield work, build_id, run_step(Run(argv, plan.cwd, plan.env), work, plan.import_path, plan.folder, config.base)
    except OSError as error:
        raise GoError(f"{plan.import_path}: {os_problem(error, plan.output)}") from None


def is_foreign(path: str) -> bool:
    """Whether *path* is a file that no linker has made, perhaps somebody's source (cmd/go/internal/work/shell.go:250); raises OSError."""
    if not os.path.isfile(path) or not os.path.getsize(path):
        return False
    with open(path, "rb") as handle:
        return not handle.read(8).startswith(OBJECTS)


def temporary_build_id(config: Config, plan: LinkPlan, built: Mapping[str, Built]) -> str:
    """The build ID that the linker is given: action ID of the link, build ID of the main package, and the action ID again."""
    contents = {path: package.content_id for path, package in built.items()} | {"unsafe": ""}
    main_ids = {
        path: f"{_main_action_id(config, plan.profile, text, imports, contents)}/{contents[path]}"
        for path, text, imports in ((plan.import_path, plan.main_text, plan.imports), *plan.libraries)
    }
    text = plan.link_text
    for path in plan.packages:
        text += f"packagefile {path}={contents[path]}\n"
        if path in main_ids:
            text += f"packagemain {main_ids[path]}\n"
    action, main_id = buildid.action_id(config.sdk, text), main_ids[plan.import_path]
    return f"{action}/{main_id}/{action}"


def _main_action_id(config: Config, source: Profile | None, text: str, import_paths: Iterable[str], contents: Mapping[str, str]) -> str:
    imports = "".join(f"import {path} {contents[path]}\n" for path in import_paths)
    if not source:
        return buildid.action_id(config.sdk, text + imports)
    with open(source.file, "rb") as handle:
        profile = f"pgofile {buildid.short(hashlib.sha256(handle.read()).digest())}\n"
    # Since Go 1.23 the profile is the output of an action of its own, which comes after the imports (work/action.go:560).
    return buildid.action_id(config.sdk, text + (imports + profile if config.sdk.preprofile else profile + imports))


def link_config(plan: LinkPlan, built: Mapping[str, Built]) -> bytes:
    """The linker's importcfg: all packages, and the build information."""
    lines = [f"packagefile {path}={built[path].archive}\n" for path in plan.packages]
    return "".join([*lines, plan.modinfo]).encode("utf-8", "surrogateescape")


def _command(
    config: Config, main: Package, godebug: str, output: str, more_flags: tuple[str, ...]
) -> tuple[tuple[str, ...], str, Environment]:
    """(arguments but for the main archive, folder to run in, environment)."""
    variant, name = config.variant, os.path.basename(output)
    # The linker records the name of a shared object as it is given (work/gc.go:651), so it gets the final one, without a folder.
    by_name = variant.buildmode in ("c-shared", "plugin")
    argv = [config.sdk.tool("link"), "-o", name if by_name else f"{WORK}/exe/{name}", "-importcfg", f"{WORK}/importcfg.link"]
    if variant.buildmode == "plugin":
        argv += ["-pluginpath", main.import_path]
    if main.standard and main.import_path.startswith("cmd/"):
        argv.append(f"-X=cmd/internal/objabi.buildID={BUILD_ID}")
    if godebug:
        argv.append(f"-X=runtime.godebugDefault={godebug}")
    argv += [f"-buildmode={variant.link_buildmode}", f"-buildid={BUILD_ID}", *config.forced_ldflags, *config.ldflags(main), *more_flags]
    if not any(flag == "-extld" or flag.startswith("-extld=") for flag in argv):
        argv.append(f"-extld={config.cc or config.default_cc}")
    return tuple(argv), f"{WORK}/exe" if by_name else config.base, _environment(config)


def _environment(config: Config) -> Environment:
    """The linker's: besides the target's, what an external linker needs (PATH, a place for temporary files, plain messages)."""
    env = {**dict(config.target_env), "LC_ALL": "C", "PATH": config.path, "TMPDIR": WORK}
    if config.sdk.minor >= 23:
        env["GOROOT"] = recorded_goroot(config)
    elif config.variant.trimpath:
        env["GOROOT_FINAL"] = recorded_goroot(config)
    return tuple(sorted(env.items()))
