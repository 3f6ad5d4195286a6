"""Packages that count what runs: their sources go through the SDK's ``cover`` before they are compiled.

Rules: cmd/go/internal/work/exec.go:641 runCover, :2090 cover, :2117 writeCoverPkgInputs; cmd/internal/cov/covcmd/cmddefs.go (1.27.3).
"""

from __future__ import annotations

import json
import os

from ..digest import text_digest
from ..package import Package
from .commands import WORK, Run, Step, WriteFile
from .config import Config
from .identity import source_path

CONFIG = f"{WORK}/coveragecfg"
"""What ``cover`` tells the compiler, for its -coveragecfg."""

_VARIABLES = "covervars.go"


def cover_steps(config: Config, package: Package) -> tuple[list[Step], list[str]]:
    """(the steps that make instrumented sources, the sources to compile in their place)."""
    covered = [name for name in package.files.go if not name.endswith("_test.go")]
    if not covered:
        return [], [source_path(config, package, name) for name in package.files.go]
    outputs = {name: f"{name.removesuffix('.go')}.cover.go" for name in covered}
    # Relative names: cover runs in the scratch folder, whose path is not known yet.
    steps = _inputs(package, [_VARIABLES, *outputs.values()], {"OutConfig": os.path.basename(CONFIG)})
    steps.append(_run(config, package, covered))
    sources = [f"{WORK}/{_VARIABLES}"]
    sources += [f"{WORK}/{outputs[name]}" if name in outputs else source_path(config, package, name) for name in package.files.go]
    return steps, sources


def meta_steps(config: Config, package: Package, target: str) -> list[Step]:
    """The steps that write the coverage meta-data of *package* to the file *target* without compiling it.

    The file is empty for a package without functions.
    """
    covered = [name for name in package.files.go if not name.endswith("_test.go")]
    outputs = [_VARIABLES, *(f"{name.removesuffix('.go')}.cover.go" for name in covered)]
    steps = _inputs(package, outputs, {"OutConfig": os.path.basename(CONFIG), "EmitMetaFile": target})
    return [*steps, _run(config, package, covered)]


def meta_name(import_path: str) -> str:
    """The name of a file with the meta-data of one package (covcmd/cmddefs.go:94 MetaFileForPackage)."""
    return f"covmeta.{text_digest(import_path)}"


def _inputs(package: Package, outputs: list[str], places: dict[str, str]) -> list[Step]:
    settings = {
        **places,
        "PkgPath": package.import_path,
        "PkgName": package.name,
        "Granularity": "perblock",
        "ModulePath": package.module.path if package.module else "",
        "Local": False,
    }
    return [
        WriteFile(f"{WORK}/pkgcfg.txt", json.dumps(settings).encode()),
        WriteFile(f"{WORK}/coveroutfiles.txt", "".join(f"{name}\n" for name in outputs).encode()),
    ]


def _run(config: Config, package: Package, covered: list[str]) -> Run:
    # Twelve digits of a hash keep the tool's variables apart from the user's (work/exec.go:700).
    variable = f"goCover_{text_digest(package.import_path)[:12]}_"
    argv = [config.sdk.tool("cover"), "-pkgcfg", "pkgcfg.txt", "-mode", package.cover_mode, "-var", variable]
    argv += ["-outfilelist", "coveroutfiles.txt", *(source_path(config, package, name) for name in covered)]
    return Run(tuple(argv), WORK, config.target_env)
