"""Profile-guided optimisation: which profile a program has, and the form that the compiler reads.

A program's profile goes to every package it is linked from. Since Go 1.23 it is digested once by the tool preprofile.
Rules: cmd/go/internal/load/pkg.go:3039 setPGOProfilePath, work/exec.go pgoActor (1.27.3).
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from ..digest import text_digest
from ..errors import GoError
from ..package import Package
from .commands import Environment
from .config import Config


@dataclass(frozen=True)
class Profile:
    """*source* is the profile as the user has it, *digest* the SHA-256 of its content in hexadecimal, *file* what the compiler reads.

    *argv* makes *file* from *source*; it is empty where the compiler reads the profile itself.
    """

    source: str
    digest: str
    file: str
    argv: tuple[str, ...]
    env: Environment


def find_profile(config: Config, main: Package) -> Profile | None:
    """The profile for the program *main*: the one the user names, or its ``default.pgo``; None without one or if it is off.

    Raises GoError if the profile that the user names cannot be read.
    """
    if config.variant.pgo == "off":
        return None
    auto = config.variant.pgo == "auto"
    source = config.overlay.actual(os.path.join(main.dir, "default.pgo")) if auto else os.path.join(config.base, config.variant.pgo)
    if auto and not os.path.isfile(source):
        return None
    try:
        digest = config.state.digest(source)
    except OSError as error:
        raise GoError(f"cannot read the profile {source}: {error.strerror}") from None
    if not config.sdk.preprofile:
        return Profile(source, digest, source, (), ())
    name = text_digest(f"{digest} {config.sdk.identity}")[:24]
    file = os.path.join(config.output, "~pgo", f"{name}.preprofile")
    argv = (config.sdk.tool("preprofile"), "-o", f"{file}", "-i", source)
    return Profile(source, digest, file, argv, config.target_env)
