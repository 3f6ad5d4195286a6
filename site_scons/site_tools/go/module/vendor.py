"""The vendor folder: what vendor/modules.txt says, and whether it goes with go.mod (cmd/go/internal/modload/vendor.go)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from ..errors import GoError, Position
from . import gover, semver
from .version import Version, check_import_path
from .words import reason
from .workspace import TooNewError, Workspace


@dataclass
class _Meta:
    explicit: bool = False
    replacement: Version | None = None
    go: str = ""


@dataclass
class Vendored:
    """*modules* provide packages, in the order of the file; *packages* maps an import path to its module."""

    file: str
    modules: list[Version] = field(default_factory=list)
    replaced: list[Version] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    packages: dict[str, Version] = field(default_factory=dict)
    meta: dict[Version, _Meta] = field(default_factory=dict)

    def go(self, module: Version) -> str:
        """The go version that the module's go.mod had, "" if none is noted."""
        meta = self.meta.get(module)
        return meta.go if meta else ""


def read_vendored(folder: str, go_version: str) -> tuple[Vendored, bytes]:
    """Read ``modules.txt`` of the vendor *folder*, and give its content too; a missing file lists nothing (vendor.go:43).

    Raises GoError if it cannot be read or lists a module that needs a newer Go than *go_version*.
    """
    result = Vendored(os.path.join(folder, "modules.txt"))
    try:
        with open(result.file, "rb") as handle:
            data = handle.read()
    except FileNotFoundError:
        return result, b""
    except OSError as error:
        raise GoError(reason(error), Position(result.file)) from None
    module = Version("")
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        if line.startswith("# "):
            fields = line.split()
            if len(fields) >= 3:
                module = _module_line(result, fields)
        elif not module.path:
            continue
        elif line.startswith("## "):
            _annotations(result, module, line[3:], go_version, number)
        else:
            fields = line.split()
            if len(fields) == 1 and not check_import_path(fields[0]):
                _package_line(result, module, fields[0])
    return result, data


def _module_line(result: Vendored, fields: list[str]) -> Version:
    """``# path version [=> …]`` or ``# path => …``; gives the module that the lines below belong to."""
    if semver.is_valid(fields[2]):
        module, rest = Version(fields[1], fields[2]), fields[3:]
    elif fields[2] == "=>":
        module, rest = Version(fields[1]), fields[2:]
    else:
        return Version("")
    if len(rest) >= 2 and rest[0] == "=>":
        meta = result.meta.setdefault(module, _Meta())
        if len(rest) == 2 or (len(rest) == 3 and semver.is_valid(rest[2])):
            meta.replacement = Version(*rest[1:])
            result.replaced.append(module)
    return module


def _annotations(result: Vendored, module: Version, text: str, go_version: str, line: int) -> None:
    meta = result.meta.setdefault(module, _Meta())
    for entry in (part.strip() for part in text.split(";")):
        if entry == "explicit":
            meta.explicit = True
        elif entry.startswith("go "):
            meta.go = entry[3:]
            if gover.compare(meta.go, go_version) > 0:
                raise TooNewError(f"{module.path} in vendor/modules.txt", meta.go, go_version, Position(result.file, line))


def _package_line(result: Vendored, module: Version, package: str) -> None:
    result.packages[package] = module
    known = result.versions.get(module.path)
    if known is None or gover.module_key(module.path, known) < gover.module_key(*module):
        result.modules.append(module)
        result.versions[module.path] = module.version


def check_consistency(workspace: Workspace, vendored: Vendored) -> None:
    """Raise GoError, in go's words, if modules.txt does not go with go.mod or go.work (vendor.go:139, checkVendorConsistency)."""
    early = not workspace.work and gover.compare(workspace.modules[0].gomod.go, "1.14") < 0
    problems = [
        *_requirement_problems(workspace, vendored, early),
        *_replacement_problems(workspace, vendored, early),
        *_explicit_problems(workspace, vendored),
    ]
    if problems:
        command = "work" if workspace.work else "mod"
        raise GoError(
            f"inconsistent vendoring in {workspace.folder}:\n\t"
            + "\n\t".join(problems)
            + "\n\n\tTo ignore the vendor directory, use -mod=readonly or -mod=mod.\n\tTo sync the vendor directory, run:\n\t\t"
            + f"go {command} vendor"
        )


def _requirement_problems(workspace: Workspace, vendored: Vendored, early: bool) -> list[str]:
    problems = []
    for main in workspace.modules:
        for require in main.gomod.require:
            module = require.module
            meta = vendored.meta.get(module)
            if meta and meta.explicit:
                continue
            if not early:
                problems.append(f"{module}: is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt")
            elif vendored.versions.get(module.path, module.version) != module.version:
                found = Version(module.path, vendored.versions[module.path])
                problems.append(f"{module}: is explicitly required in go.mod, but vendor/modules.txt indicates {found}")
    return problems


def _replacement_problems(workspace: Workspace, vendored: Vendored, early: bool) -> list[str]:
    problems = []
    seen: set[Version] = set()
    for replace, file in workspace.all_replacements():
        old = replace.old
        if old in seen:
            continue
        seen.add(old)
        source = os.path.relpath(file, workspace.folder)
        new = workspace.replacement(old)
        meta = vendored.meta.get(old)
        marked = meta.replacement if meta else None
        if marked is None:
            unlisted = early and (not old.version or vendored.versions.get(old.path) != old.version)
            if new is not None and not unlisted:
                problems.append(f"{old}: is replaced in {source}, but not marked as replaced in vendor/modules.txt")
        elif marked != new:
            shown = new or Version("")
            problems.append(f"{old}: is replaced by {shown} in {source}, but marked as replaced by {marked} in vendor/modules.txt")
    return problems


def _explicit_problems(workspace: Workspace, vendored: Vendored) -> list[str]:
    required = {require.module for main in workspace.modules for require in main.gomod.require}
    article, source = ("a ", "the workspace") if workspace.work else ("", "go.mod")
    problems = [
        f"{module}: is marked as explicit in vendor/modules.txt, but not explicitly required in {article}go.mod"
        for module in vendored.modules
        if (meta := vendored.meta.get(module)) and meta.explicit and module not in required
    ]
    problems += [
        f"{module}: is marked as replaced in vendor/modules.txt, but not replaced in {source}"
        for module in vendored.replaced
        if workspace.replacement(module) is None
    ]
    return problems
