"""One file that says that a whole set of packages is compiled, so that nobody has to look at them one by one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable

from ..digest import text_digest
from ..errors import GoError, os_problem
from ..files import replace_file
from ..package import Package
from .config import Config
from .pgo import Profile
from .record import Built, output_state


def path(config: Config, packages: Iterable[Package], profile: Profile | None) -> str:
    """Where the stamp of *packages* is: its name stands for the SDK, the variant, the packages and the files of the overlay."""
    facts: list[object] = ["stamp 3", config.sdk.identity, config.variant.key, config.implied_gcflags, config.overlay.key]
    facts += sorted(config.untold.items())
    facts += [profile.digest if profile else "", sorted(config.named) if config.has_flags_for_named else ()]
    facts += [(package.import_path, package.for_test, package.module.identity if package.module else ()) for package in packages]
    try:
        facts += [config.state.digest(actual) for actual in sorted(set(config.overlay.replace.values())) if actual]
    except OSError as error:
        raise GoError(f"cannot read {error.filename}: {error.strerror}") from None
    name = text_digest(repr(facts))[:32]
    return os.path.join(config.output, "~stamps", name)


def load(seal: str) -> dict[str, Built] | None:
    """What the stamp *seal* stands for; None without it, or if an output is not as it was then."""
    try:
        with open(seal, encoding="utf-8") as handle:
            entries = json.load(handle)
        output = os.path.dirname(os.path.dirname(seal))
        built = {}
        for state, import_path, export, archive, *facts in entries:
            package = Built(import_path, os.path.join(output, export), os.path.join(output, archive), *facts)
            if output_state(package.export, package.archive) != state:
                return None
            built[package.import_path] = package
        return built
    except (OSError, ValueError, TypeError):
        return None


def save(seal: str, packages: Iterable[Built]) -> None:
    """Write the stamp *seal* for *packages*; raises GoError. Their outputs are named relative to the output folder, which may be moved."""
    output = os.path.dirname(os.path.dirname(seal))
    entries = [
        (
            output_state(package.export, package.archive),
            package.import_path,
            os.path.relpath(package.export, output),
            os.path.relpath(package.archive, output),
            package.export_digest,
            package.content_id,
            package.output,
        )
        for package in packages
    ]
    try:
        replace_file(seal, json.dumps(entries).encode())
    except OSError as error:
        raise GoError(os_problem(error, seal)) from None
