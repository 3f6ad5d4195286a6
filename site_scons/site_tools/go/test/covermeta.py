"""Coverage meta-data of packages that a test binary does not contain: without it, -coverpkg could not count what no test touches."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable

from ..digest import text_digest
from ..errors import GoError, os_problem
from ..files import write_file
from ..package import Package
from ..plan.config import Config
from ..plan.cover import meta_name, meta_steps
from ..plan.identity import input_files, source_path
from ..plan.run import run_step, scratch_folder
from .covdata import read_meta
from .coverprofile import Profile, share


def meta_file(config: Config, package: Package) -> str:
    """The file with the meta-data of *package*, which has a cover_mode; made if it is not there. Empty for a package without functions.

    Raises GoError.
    """
    try:
        facts = [package.import_path, package.cover_mode, config.sdk.identity]
        facts += [config.state.digest(source_path(config, package, name)) for name in input_files(package)]
        folder = os.path.join(config.output, "~covermeta", text_digest(repr(facts))[:16])
        target = os.path.join(folder, meta_name(package.import_path))
        if not os.path.exists(target):
            os.makedirs(folder, exist_ok=True)
            with scratch_folder(config.output) as work:
                temporary = os.path.join(work, os.path.basename(target))
                for step in meta_steps(config, package, temporary):
                    run_step(step, work, package.import_path, package.dir, config.base)
                os.replace(temporary, target)
        return target
    except OSError as error:
        raise GoError(f"{package.import_path}: {os_problem(error)}") from None


def write_list(config: Config, packages: Iterable[Package], path: str) -> None:
    """Write the list of the meta-data of *packages* to *path*, for the test binaries (work/cover.go:107). Raises GoError."""
    files = {package.import_path: meta_file(config, package) for package in packages}
    filled = {import_path: file for import_path, file in files.items() if os.path.getsize(file)}
    content = {"ImportPaths": list(filled), "MetaFileFragments": list(filled.values())}
    write_file(path, json.dumps(content).encode("utf-8", "surrogateescape"))


def nothing_ran(config: Config, package: Package) -> Profile | None:
    """The profile of *package*, of which nothing ran; None for one without statements. Raises GoError."""
    file = meta_file(config, package)
    with open(file, "rb") as handle:
        content = handle.read()
    if not content:
        return None
    meta = read_meta(content, file)
    profile = Profile()
    profile.add(meta.mode, ((block, 0) for _, functions in meta.packages for function in functions for block in function.blocks))
    return profile if share(profile.counts.items()).total else None
