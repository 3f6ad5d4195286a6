"""Several programs at once, each with a profile of its own: which packages are compiled with which.

Rules: cmd/go/internal/load/pkg.go:3039 setPGOProfilePath (1.27.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..package import Package
from .compile import needed
from .config import Config
from .pgo import Profile, find_profile


def split_by_profile(config: Config, packages: Sequence[Package], roots: Sequence[str]) -> Iterator[tuple[list[Package], Profile | None]]:
    """The packages that are compiled together if the go command is told to build *roots*: (packages, their profile).

    *packages* are what the packages *roots* consist of, imported ones first. A program that has a profile gets copies of all that it
    imports, made with it; what nothing else imports is not made without. Raises GoError if a profile cannot be read.
    """
    named = set(roots)
    if config.variant.pgo == "auto":
        mains = [package for package in packages if package.is_main and package.import_path in named]
        profiles = {main.import_path: profile for main in mains if (profile := find_profile(config, main))}
        yield needed(packages, named - profiles.keys()), None
    else:  # one for all, or none
        profiles = {}
        yield list(packages), find_profile(config, packages[0]) if packages else None
    for path, profile in profiles.items():
        copied = path if len(named) > 1 else ""
        yield [replace(each, for_main=copied if each.import_path != path else "") for each in needed(packages, {path})], profile
