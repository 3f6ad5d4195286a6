"""From a folder to a program without SCons: the whole way in one call, for tools, tests and measurements."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..filestate import FileState
from ..load import Loader
from ..module.build import open_build_list
from ..module.environment import module_env
from ..sdk import SDK
from ..variant import Variant
from .config import Config
from .engine import Engine, processors
from .link import plan_link, run_link
from .pgo import find_profile


@dataclass(frozen=True)
class Workplace:
    """What programs are built from: the *config* of the build, and the *loader* of their packages."""

    config: Config
    loader: Loader


def open_workplace(sdk: SDK, variant: Variant, output: str, folder: str, environ: Mapping[str, str]) -> Workplace:
    """The workplace for the module that *folder* is in, if it is in one.

    Packages go below *output*, into a folder for the *variant*. *environ* is where module settings and PATH are taken from.
    All paths are absolute. Raises GoError for what is wrong with the modules.
    """
    modules = open_build_list(folder, module_env(sdk.root, sdk.version[2:], environ, variant.mod))
    state = FileState()
    config = Config(
        sdk,
        variant,
        os.path.join(output, variant.key),
        state,
        base=folder,
        go_version=modules.go if modules else "",
        godebug=tuple((setting.key, setting.value) for setting in modules.godebug) if modules else (),
        cc=environ.get("CC", ""),
        path=environ.get("PATH", os.defpath),
    )
    return Workplace(config, Loader(sdk, variant, config.overlay, state, modules))


def build_program(workplace: Workplace, import_path: str, output: str, jobs: int = 0) -> None:
    """Build the program *import_path* into the file *output*, on *jobs* threads (0: one a processor). Raises GoError."""
    config = replace(workplace.config, named=frozenset({import_path}))
    closure = workplace.loader.closure([import_path])
    main = closure[-1]
    profile = find_profile(config, main)
    built = Engine(config, jobs or processors()).build(closure, profile)
    run_link(config, plan_link(config, main, closure, output, profile), built)
