"""From a folder to a program without SCons: the whole way in one call, for tools, tests and measurements."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ..filestate import FileState
from ..load import Loader
from ..module.build import open_build_list
from ..module.environment import module_env
from ..overlay import Overlay
from ..sdk import SDK
from ..variant import PatternFlags, Variant
from .config import Config
from .engine import Engine, processors
from .link import plan_link, run_link
from .pgo import find_profile


@dataclass(frozen=True)
class Workplace:
    """What programs are built from: the *config* of the build, and the *loader* of their packages."""

    config: Config
    loader: Loader


def open_workplace(
    sdk: SDK,
    variant: Variant,
    output: str,
    folder: str,
    environ: Mapping[str, str],
    overlay: Overlay | None = None,
    implied_gcflags: PatternFlags = (),
) -> Workplace:
    """The workplace for the module that *folder* is in, if it is in one.

    Packages go below *output*, into a folder for the *variant*. *environ* is where module settings and PATH are taken from. *overlay*
    and *implied_gcflags* are those of the min runtime. All paths are absolute. Raises GoError for what is wrong with the modules.
    """
    overlay = overlay or Overlay()
    overlay.materialise()
    settings = module_env(sdk.root, sdk.version[2:], environ)
    modules = open_build_list(folder, replace(settings, mod=variant.mod) if variant.mod else settings)
    state = FileState()
    config = Config(
        sdk,
        variant,
        os.path.join(output, variant.key),
        state,
        overlay,
        base=folder,
        go_version=modules.go if modules else "",
        godebug=tuple((setting.key, setting.value) for setting in modules.godebug) if modules else (),
        implied_gcflags=implied_gcflags,
        cc=environ.get("CC", ""),
        path=environ.get("PATH", os.defpath),
    )
    return Workplace(config, Loader(sdk, variant, overlay, state, modules))


def build_program(workplace: Workplace, import_path: str, output: str, jobs: int = 0, report: Callable[[str], None] | None = None) -> None:
    """Build the program *import_path* into the file *output*, on *jobs* threads (0: one a processor).

    *report* gets what the tools say although they succeed. Raises GoError; then there is no *output*.
    """
    config = replace(workplace.config, named=frozenset({import_path}))
    closure = workplace.loader.closure([import_path])
    main = closure[-1]
    profile = find_profile(config, main)
    built = Engine(config, jobs or processors(), report).build(closure, profile)
    said = run_link(config, plan_link(config, main, closure, output, profile), built)
    if said and report:
        report(said)
