"""Where a build starts: the main module, or the modules of a go.work file.

Rules: cmd/go/internal/modload/init.go:361 (FindGoWork), :1700 (findModuleRoot), :940-1150 (loadModFile), :1337 (makeMainModules), :1560
(setDefaultBuildMod).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ..errors import GoError, Position
from . import gover
from .directives import parse_gomod, parse_gowork, read_text
from .environment import ModuleEnv
from .gomod import GoMod, GoWork, Replace, Setting
from .version import Version, check_import_path
from .words import reason


class TooNewError(GoError):
    """A file asks for a newer Go than the SDK is (cmd/go/internal/gover/toolchain.go:68)."""

    def __init__(self, what: str, wanted: str, have: str, position: Position | None = None) -> None:
        self.wanted = wanted
        advice = f"to build it, use an SDK of go {wanted} or later"
        super().__init__(f"{what} requires go >= {wanted} (running go {have})\n\t{advice}", position)


@dataclass(frozen=True)
class MainModule:
    """A main module: its *root* folder and its go.mod file, whose path is *file*."""

    root: str
    file: str
    gomod: GoMod

    @property
    def version(self) -> Version:
        return Version(self.gomod.module)


@dataclass(frozen=True)
class Workspace:
    """The main modules of a build: one, or those that go.work uses.

    *work_file* is "" outside workspaces. *mod* is how requirements are taken, "readonly" or "vendor"; *mod_reason* says why, in go's
    words, where nobody asked for it.
    """

    modules: tuple[MainModule, ...]
    work: GoWork | None
    work_file: str
    mod: str
    mod_explicit: bool
    mod_reason: str
    contents: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def by_path(self) -> dict[str, MainModule]:
        return {module.gomod.module: module for module in self.modules}

    @property
    def go(self) -> str:
        """The go version that decides on pruning and on default GODEBUGs (init.go:230)."""
        return self.work.language if self.work else self.modules[0].gomod.language

    @property
    def godebug(self) -> tuple[Setting, ...]:
        return self.work.godebug if self.work else self.modules[0].gomod.godebug

    @property
    def settings_file(self) -> str:
        """The file that :attr:`go` and :attr:`godebug` stand in."""
        return self.work_file or self.modules[0].file

    @property
    def folder(self) -> str:
        """What relative replacements and ``vendor`` are relative to: the folder of go.work, or the module's."""
        return os.path.dirname(self.work_file) if self.work_file else self.modules[0].root

    @property
    def vendor(self) -> str:
        return os.path.join(self.folder, "vendor")

    @cached_property
    def sum_files(self) -> tuple[str, ...]:
        """The main go.sum (go.work.sum in a workspace) and the go.sum of each workspace module."""
        own = tuple(module.file.removesuffix(".mod") + ".sum" for module in self.modules)
        return (self.work_file + ".sum", *own) if self.work_file else own

    @cached_property
    def _replacements(self) -> tuple[tuple[str, Mapping[Version, Version]], ...]:
        """(folder that paths are relative to, old → new), go.work's first (modload/modfile.go:311)."""
        layers = [(self.folder, _replace_map(self.work.replace, self.work_file))] if self.work else []
        layers += [(module.root, _replace_map(module.gomod.replace, module.file)) for module in self.modules]
        return tuple(layers)

    def replacement(self, module: Version) -> Version | None:
        """What stands in for *module*; a folder is given relative to :attr:`folder` or absolute (modload/modfile.go:305-370)."""
        if module.version == "" and module.path in self.by_path:
            return None
        for base, replacements in self._replacements:
            new = replacements.get(module) or replacements.get(Version(module.path))
            if new is not None:
                if new.version or os.path.isabs(new.path) or not self.work_file or base == self.folder:
                    return new
                relative = os.path.relpath(os.path.join(base, new.path), self.folder)
                return Version(relative if relative.startswith("..") else "./" + relative)
        return None

    def resolve(self, module: Version) -> Version:
        """*module* or its replacement: what is really read."""
        return self.replacement(module) or module

    def replacement_dir(self, replacement: Version) -> str:
        """The absolute folder of a replacement without a version."""
        return os.path.normpath(os.path.join(self.folder, replacement.path))

    def all_replacements(self) -> Iterator[tuple[Replace, str]]:
        """Each ``replace`` with the file it stands in, as the consistency check of vendor goes through them."""
        for module in self.modules:
            yield from ((replace, module.file) for replace in module.gomod.replace)
        if self.work:
            yield from ((replace, self.work_file) for replace in self.work.replace)

    @cached_property
    def excluded(self) -> frozenset[Version]:
        return frozenset(version for module in self.modules for version in module.gomod.exclude)

    @property
    def tools(self) -> tuple[str, ...]:
        """The packages of ``tool`` lines, sorted."""
        return tuple(sorted({entry.path for module in self.modules for entry in module.gomod.tool}))


def _replace_map(replaces: tuple[Replace, ...], filename: str) -> dict[Version, Version]:
    result: dict[Version, Version] = {}
    for replace in replaces:
        known = result.setdefault(replace.old, replace.new)
        if known != replace.new:
            message = f"conflicting replacements for {replace.old}:\n\t{known}\n\t{replace.new}"
            raise GoError(message, Position(filename, replace.line))
    return result


def find_up(folder: str, name: str, stop: str = "") -> str:
    """The nearest file called *name* in *folder* or above, not crossing *stop*; "" if there is none."""
    while True:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
        parent = os.path.dirname(folder)
        if parent in (folder, stop):
            return ""
        folder = parent


def _read_bytes(path: str, contents: dict[str, bytes]) -> str:
    try:
        text = read_text(path)
    except OSError as error:
        raise GoError(f"reading {os.path.basename(path)}: {reason(error)}", Position(path)) from None
    contents[path] = text.encode()
    return text


def _read_main(path: str, root: str, env: ModuleEnv, contents: dict[str, bytes]) -> MainModule:
    """Read and check a main module's go.mod (modload/modfile.go:37, ReadModFile)."""
    gomod = parse_gomod(_read_bytes(path, contents), path)
    if gomod.go and gover.compare(gomod.go, env.go) > 0:
        raise TooNewError("go.mod", gomod.go, env.go, Position(path, gomod.go_line))
    if not gomod.module:
        advice = "missing module declaration. To specify the module path:\n\tgo mod edit -module=example.com/mod"
        raise GoError(f"error reading go.mod: {advice}", Position(path))
    problem = check_import_path(gomod.module).replace("malformed import path", "malformed module path", 1)
    if gomod.module in ("go", "toolchain"):
        problem = f'error reading go.mod: invalid module path: "{gomod.module}"'
    if problem:
        raise GoError(problem, Position(path))
    for tool in gomod.tool:
        problem = check_import_path(tool.path).replace("malformed import path", "malformed tool path", 1)
        if problem:
            raise GoError(problem, Position(path, tool.line))
    return MainModule(root, path, gomod)


def find_workspace(folder: str, env: ModuleEnv) -> Workspace | None:
    """The workspace that holds for *folder* (absolute): go.work above it unless GOWORK says otherwise, else go.mod; None without either.

    Raises :class:`GoError` for files that are wrong or newer than the SDK.
    """
    work_file = env.work
    if work_file in ("", "auto"):
        work_file = find_up(folder, "go.work", env.goroot)
    elif work_file == "off":
        work_file = ""
    elif not os.path.isabs(work_file):
        raise GoError("invalid GOWORK: not an absolute path")
    if work_file:
        return _read_workspace(work_file, env)
    found = find_up(folder, "go.mod")
    if not found:
        return None
    contents: dict[str, bytes] = {}
    root = os.path.dirname(found)
    file = os.path.join(folder, env.modfile) if env.modfile else found
    module = _read_main(file, root, env, contents)
    mod, explicit, reason = _default_mod(env, "go.mod", module.gomod.go, os.path.join(root, "vendor"), False)
    return Workspace((module,), None, "", mod, explicit, reason, contents)


def _read_workspace(path: str, env: ModuleEnv) -> Workspace:
    if env.modfile:
        raise GoError("-modfile cannot be used in workspace mode")
    contents: dict[str, bytes] = {}
    work = parse_gowork(_read_bytes(path, contents), path)
    if work.go and gover.compare(work.go, env.go) > 0:
        raise TooNewError("go.work", work.go, env.go, Position(path, work.go_line))
    if not work.use:
        raise GoError("no modules were found in the current workspace; see 'go help work'", Position(path))
    modules: list[MainModule] = []
    lines: dict[str, int] = {}
    for use in work.use:
        root = os.path.normpath(os.path.join(os.path.dirname(path), use.path))
        if root in (module.root for module in modules):
            raise GoError(f"path {root} appears multiple times in workspace", Position(path, use.line))
        module = _read_used(root, work, path, use.line, env, contents)
        if module.gomod.module in lines:
            raise GoError(f"module {module.gomod.module} appears multiple times in workspace", Position(path, use.line))
        lines[module.gomod.module] = use.line
        modules.append(module)
    for replace in work.replace:
        if replace.old.path in lines and not replace.old.version:
            raise GoError(
                f"workspace module {replace.old.path} is replaced at all versions in the go.work file. To fix, remove the replacement "
                "from the go.work file or specify the version at which to replace the module.",
                Position(path, replace.line),
            )
    _check_replacements(modules, work, path)
    if env.mod == "mod":
        raise GoError(
            '-mod may only be set to readonly or vendor when in workspace mode, but it is set to "mod"\n\tRemove the -mod flag to use the '
            "default readonly value, \n\tor set GOWORK=off to disable workspace mode."  # init.go:1562
        )
    mod, explicit, reason = _default_mod(env, "go.work", work.go, os.path.join(os.path.dirname(path), "vendor"), True)
    return Workspace(tuple(modules), work, path, mod, explicit, reason, contents)


def _read_used(root: str, work: GoWork, path: str, line: int, env: ModuleEnv, contents: dict[str, bytes]) -> MainModule:
    """Read a module of a workspace, whose go version must not be above go.work's (init.go:1044-1060, :1130)."""
    shown = os.path.relpath(root, os.path.dirname(path))

    def too_old(wanted: str) -> GoError:
        verb = "lists" if work.go else "implicitly requires"
        return GoError(
            f"module {shown} listed in go.work file requires go >= {wanted}, but go.work {verb} go {work.language}; "
            f"to download and use go {wanted}:\n\tgo work use",
            Position(path, line),
        )

    try:
        module = _read_main(os.path.join(root, "go.mod"), root, env, contents)
    except TooNewError as error:
        raise too_old(error.wanted) from None
    except GoError as error:
        cause = str(error)
        if not os.path.exists(os.path.join(root, "go.mod")):
            cause = f"open {os.path.join(shown, 'go.mod')}: no such file or directory"
        raise GoError(f"cannot load module {shown} listed in go.work file: {cause}", Position(path, line)) from None
    language = module.gomod.language
    if gover.compare(language, work.language) > 0 and gover.compare(language, gover.GO_STRICT) >= 0:
        raise too_old(language)
    return module


def _check_replacements(modules: list[MainModule], work: GoWork, path: str) -> None:
    """Two modules of a workspace must not replace one module by two (init.go:1408-1440)."""
    overridden = {replace.old.path for replace in work.replace}
    known: dict[Version, Version] = {}
    for module in modules:
        for replace in module.gomod.replace:
            if replace.old.path in overridden:
                continue
            new = replace.new
            if not new.version:
                new = Version(os.path.normpath(os.path.join(module.root, new.path)))
            before = known.setdefault(replace.old, new)
            if before != new:
                raise GoError(
                    f"conflicting replacements for {replace.old}:\n\t{before}\n\t{new}\n"
                    f'use "go work edit -replace {replace.old}=[override]" to resolve',
                    Position(path),
                )


def _default_mod(env: ModuleEnv, source: str, go: str, vendor: str, workspace: bool) -> tuple[str, bool, str]:
    """(mode, asked for?, reason): vendor if such a folder is there and the go version is 1.14 or later (init.go:1560-1650)."""
    if env.mod in ("readonly", "vendor"):
        return env.mod, True, ""
    if env.mod == "mod":
        return "readonly", False, ""  # requirements are taken as they stand: nothing here writes go.mod
    if not os.path.isdir(vendor):
        return "readonly", False, ""
    if not go:
        return "readonly", False, f"Go version in {source} is unspecified, so vendor directory was not used."
    if gover.compare(go, "1.14") < 0:
        return "readonly", False, f"Go version in {source} is {go}, so vendor directory was not used."
    if _vendored_for_workspace(vendor) != workspace:
        where = "In workspace mode, but vendor directory is not for a workspace"
        return "readonly", False, where if workspace else "Outside workspace mode, but vendor directory is for a workspace."
    return "vendor", False, f"Go version in {source} is at least 1.14 and vendor directory exists."


def _vendored_for_workspace(vendor: str) -> bool:
    try:
        with open(os.path.join(vendor, "modules.txt"), encoding="utf-8", errors="replace") as handle:
            first = handle.readline(512).rstrip("\n")
    except OSError:
        return False
    return first.startswith("## ") and "workspace" in (entry.strip() for entry in first[3:].split(";"))
