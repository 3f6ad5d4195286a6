"""Coverage of programs: what GOCOVER asks for, and GoCoverage, which reports what their runs have counted."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from SCons.Action import Action
from SCons.Defaults import DirScanner
from SCons.Errors import UserError
from SCons.Node.FS import get_default_fs

from ..errors import GoError, os_problem
from . import messages, variables
from .calls import GoBuilder
from .derived import source_folder
from .session import session

if TYPE_CHECKING:
    from ..load import Loader
    from ..package import Package
    from ..test.coverprofile import Profile
    from .build import Build

Node = Any
Nodes = list[Any]


def cover_mode(env: Any) -> str:
    """The mode in which programs of *env* count what runs, "" if they do not; raises GoError for what is none."""
    value = variables.text(env, "GOCOVER")
    if value in ("set", "count", "atomic"):
        return value
    try:
        return "set" if variables.flag(env, "GOCOVER") else ""
    except GoError:
        raise GoError(f"GOCOVER={value}: must be set, count or atomic; 1 is set, 0 is not to count") from None


def program_packages(env: Any, loader: Loader, program: str, base: str) -> Sequence[Package]:
    """The packages that the command *program* of *env* is linked from, imported ones first; with GOCOVER they count what runs.

    Relative patterns in GOCOVERPKG start at *base*.
    """
    mode = cover_mode(env)
    if not mode:
        return loader.closure([program])
    from ..plan.covered import RUNTIME, covered_program

    patterns = variables.text(env, "GOCOVERPKG").replace(",", " ").split()
    packages, unused = covered_program(loader.closure([RUNTIME, program]), program, mode, patterns, base)
    for pattern in unused:
        messages.say(f"warning: no packages being built depend on matches for pattern {pattern}")
    return packages


def source_reader(build: Build) -> Callable[[str], bytes | None]:
    """What gives the source of a file that profiles name by import path and base name, None if it cannot be found."""

    def read(name: str) -> bytes | None:
        path, _, base = name.rpartition("/")
        try:
            return build.overlay.read(os.path.join(build.loader().tested(path)[0].dir, base))
        except (GoError, OSError):
            return None

    return read


def _profile(paths: Sequence[str]) -> Profile:
    """All that the profiles and the folders of coverage data among *paths* say."""
    from ..test.covdata import read_folders
    from ..test.coverprofile import Profile, parse_profile

    profile = Profile()
    folders = [path for path in paths if os.path.isdir(path)]
    parts = [(read_folders(folders), folders[0])] if folders else []
    for path in paths:
        if path not in folders:
            with open(path, encoding="utf-8", errors="surrogateescape") as handle:
                parts.append((parse_profile(handle.read(), path), path))
    for part, origin in parts:
        profile.add(part.mode, part.counts.items(), origin)
    return profile


def _report(target: Nodes, source: Nodes, env: Any) -> None:
    from ..files import replace_text
    from ..test.coverhtml import coverage_page
    from .build import open_build

    here = session()
    path = str(target[0].get_abspath())
    try:
        profile = _profile([str(node.rfile().get_abspath()) for node in source])
        text = profile.text()
        if path.endswith(".html"):
            place = target[0].cwd
            build = open_build(here, env, source_folder(place), here.derived(place))
            text = coverage_page(profile, source_reader(build))
        replace_text(path, text)
    except GoError as error:
        raise here.failure(error, f"cannot report coverage in {target[0]}") from None
    except OSError as error:
        raise here.failure(GoError(os_problem(error, path)), f"cannot report coverage in {target[0]}") from None


def _emit(target: Nodes, source: Nodes, env: Any) -> tuple[Nodes, Nodes]:
    if len(target) != 1 or not source or target[0] in source:
        raise UserError("GoCoverage makes one profile (or a page, .html) from profiles and folders that GOCOVERDIR named")
    return target, source


GoCoverageBuilder = GoBuilder(
    "GoCoverage",
    action=Action(_report, "Reporting coverage in $TARGET"),
    emitter=_emit,
    source_factory=lambda name: get_default_fs().Entry(name),
    source_scanner=DirScanner,
)


def generate(env: Any) -> None:
    """Add the builder to *env*."""
    env["BUILDERS"]["GoCoverage"] = GoCoverageBuilder
