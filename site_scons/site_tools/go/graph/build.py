"""What the programs of one SDK, one variant and one set of modules share: how packages are found, compiled and known again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..digest import text_digest
from ..filestate import FileState
from ..load import Loader
from ..module.build import BuildList, open_build_list
from ..module.environment import ModuleEnv, module_env, user_env_file
from ..module.resolve import has_go_files
from ..overlay import Overlay
from ..package import Package
from ..plan.compile import output_stem
from ..plan.config import Config
from ..plan.engine import Engine
from ..plan.godebug import check_settings
from ..plan.pgo import Profile
from ..sdk import SDK
from ..variant import Variant
from . import commands, messages, runtime, variables
from .derived import Derived
from .ledger import Linked
from .session import Session
from .units import PackageUnit, StandardUnit

if TYPE_CHECKING:
    from ..plan.vet import Checks
    from ..plan.vetter import Vetter

Environment = Any


@dataclass(frozen=True)
class Setup:
    """Everything that a build is chosen by; equal setups share one build.

    Packages go to the folder *output*, those of the SDK to *standard*: another variant folder's are the same. *replaced* is what
    *overlay_file* replaces.
    """

    sdk: SDK
    variant: Variant
    output: str
    standard: str
    folder: str
    variant_dir: str
    commands: commands.Commands
    cached: bool
    overlay_file: str
    replaced: tuple[tuple[str, str], ...]


def setup_of(env: Environment, folder: str, variant_dir: str) -> Setup:
    """The setup that *env* asks for. *folder* is where modules are looked for. Raises GoError."""
    sdk = variables.sdk_of(env)
    variant = variables.variant_of(env, sdk)
    output = os.path.join(variables.build_dir(env), variant.key)
    file, replaced = variables.overlay_of(env)
    if file:  # it may replace files of any package, the SDK's too
        output = _apart(output, file, env.Dir("#").get_abspath())
    cached = env.get_CacheDir().is_enabled()
    return Setup(
        sdk, variant, output, output, folder, variant_dir, commands.commands_of(env), cached, file, tuple(sorted(replaced.items()))
    )


class Build:
    """See the module; made by :func:`open_build`. *watched_files* are files that its set-up depends on, whether they exist or not."""

    def __init__(self, session: Session, setup: Setup, derived: Derived, modules: BuildList | None, env: ModuleEnv, path: str) -> None:
        self.session = session
        self.setup = setup
        self.modules = modules
        self.derived = derived
        self.ledger = session.ledger(os.path.dirname(setup.output))
        self.state: FileState = self.ledger.state
        self.runtime = runtime.open_runtime(setup.sdk, setup.variant, setup.standard)
        common_overlay = Overlay({**self.runtime.overlay.replace, **dict(setup.replaced)}, self.runtime.overlay.generated)
        self.overlay = Overlay({**common_overlay.replace, **derived.overlay}, common_overlay.generated)
        settings = user_env_file(os.environ)
        self.unwatched = tuple(folder + os.sep for folder in (setup.sdk.root, env.cache) if folder)
        # Nobody looks at the files of the SDK and of the module cache, but at what stands in for them.
        self.stand_ins = [actual for path, actual in setup.replaced if actual and path.startswith(self.unwatched)]
        self.watched_files = (*_module_files(setup.folder, modules), *filter(None, (settings, setup.overlay_file, *self.stand_ins)))
        self.config = Config(
            sdk=setup.sdk,
            variant=self.runtime.variant,
            output=setup.output,
            state=self.state,
            overlay=self.overlay,
            base=session.top,
            go_version=modules.go if modules else "",
            godebug=tuple((setting.key, setting.value) for setting in modules.godebug) if modules else (),
            implied_gcflags=self.runtime.gcflags,
            path=path,
            standard_output=setup.standard if setup.standard != setup.output else "",
            untold=self.runtime.untold,
        )
        if modules:
            check_settings(setup.sdk, modules.godebug, modules.settings_file)
        # The engine knows neither a CacheDir nor the user's own compiler.
        self.uses_engine = not setup.commands.words and not setup.cached
        self.engine = self._open_engine(self.config)
        # It compiles what builds have in common, so that none does it twice.
        common = replace(self.config, output=setup.standard, standard_output="", overlay=common_overlay)
        self.standard_engine = self._open_engine(common) if self.config.standard_output else self.engine
        self.units: dict[str, PackageUnit] = session.units
        self.changes: list[str] = []
        self.changed_rules = ""
        basis = self._basis()
        for output in {setup.standard, setup.output}:
            self.ledger.rest_on(output, basis)
        self._loader: Loader | None = None
        self._loaded_at = -1

    def _open_engine(self, config: Config) -> Engine:
        here = self.session
        if config.output not in here.engines:
            here.engines[config.output] = Engine(config, here.jobs, messages.say, messages.Progress("compiling"), here.keeps_going)
        engine: Engine = here.engines[config.output]
        return engine

    def _basis(self) -> str:
        replaced = self.runtime.overlay.replace
        facts = [
            self.setup.sdk.identity,
            self.config.implied_gcflags,
            sorted(self.config.untold.items()),
            sorted(replaced.items()),
            self.setup.replaced,
        ]
        facts += [self.state.digest(actual) for actual in sorted({*replaced.values(), *self.stand_ins}) if os.path.isfile(actual)]
        return text_digest(repr(facts))

    def loader(self) -> Loader:
        """A loader that has not seen derived files as they were before they were made anew."""
        made = self.notice_made()
        if self._loader is None or self._loaded_at != len(made):
            self._loader = Loader(self.setup.sdk, self.setup.variant, self.overlay, self.state, self.modules)
            self._loaded_at = len(made)
        return self._loader

    def notice_made(self) -> list[Any]:
        """The derived files that have been made anew so far; the build rests on what they are now."""
        made = self.derived.made()
        self.state.expect_new(str(node.get_abspath()) for node in made)
        return made

    def is_immutable(self, package: Package) -> bool:
        """Whether nobody edits *package* between builds: the SDK's, and those of the module cache."""
        if not self.uses_engine:
            return False
        return package.standard or (package.module is not None and (package.dir + os.sep).startswith(self.unwatched))

    def closure(self, config: Config, packages: Iterable[Package], profile: Profile | None) -> Closure:
        """All *packages* of a program, imported ones first, as units.

        *config* is this build's, with what is only the program's. If its output folder is another, the engine has no part in it.
        """
        units: dict[str, PackageUnit] = {}
        for package in packages:
            stem = output_stem(config, package, profile)
            unit = self.units.get(stem)
            if unit is None:
                unit = self.units[stem] = PackageUnit(self, package, config, profile, stem)
                unit.immutable = unit.immutable and config.output == self.config.output
                unit.find_imports(units)
            units[package.import_path] = unit
        immutable = [unit for unit in units.values() if unit.immutable]
        key = tuple(unit.stem for unit in immutable)
        standard = self.session.standards.get(key)
        if standard is None:
            standard = self.session.standards[key] = StandardUnit(self, immutable, profile)
        return Closure(config, profile, units, (standard,))

    def vetter(self, config: Config, checks: Checks, tool: str = "") -> Vetter:
        """What vets packages compiled by *config*, this build's or one made from it; one for all calls. *tool* is as for Vetter."""
        from ..plan.vetter import Vetter

        vetters: dict[Any, Vetter] = self.session.vetters
        key = (config.output, checks, tool)
        with self.session.lock:
            if key not in vetters:
                vetters[key] = Vetter(config, self.session.jobs, checks, self.is_immutable, tool)
            return vetters[key]

    def worth_watching(self, paths: Iterable[str]) -> list[str]:
        """*paths* without those that do not change: below the SDK and the module cache, unless an overlay put them there."""
        return sorted(path for path in paths if not path.startswith(self.unwatched))

    def mark_suspects(self, closure: Closure, known: Linked | None, rules: str) -> None:
        """Clear the packages that, by what is *known* of the program, are planned as they were: none of their files has changed.

        *rules* says what has changed for all packages, "" for nothing.
        """
        self.changed_rules = rules
        if known is None or rules:
            return
        self.changes = self.ledger.changes(known.files, known.folders, known.number)
        by_folder: dict[str, list[PackageUnit]] = {}
        for unit in closure.units.values():
            by_folder.setdefault(unit.package.dir, []).append(unit)
        suspects: set[PackageUnit] = set()
        for path in self.changes:
            owners = _owners(path, by_folder)
            if not owners:  # go.mod, or another file that is everybody's
                self.changed_rules = f"{self.shown(path)} changed"
                return
            suspects.update(owners)
        known_stems = set(known.packages)
        for unit in closure.units.values():
            unit.suspect = unit in suspects or unit.stem not in known_stems

    def why(self, package: Package) -> str:
        """Why *package* is not planned as it was, in words that name a file or a flag."""
        for path in self.changes:
            if path == package.dir:
                added, removed = self.ledger.new_and_gone(path)
                names = [name for name in (*added, *removed) if name.endswith(SOURCE_SUFFIXES)]
                if names:
                    return f"{self.shown(os.path.join(path, names[0]))} is {'new' if names[0] in added else 'gone'}"
            elif path.startswith(package.dir + os.sep) and os.path.isfile(path):
                return f"{self.shown(path)} changed"
        return self.changed_rules or "what it imports changed"

    def shown(self, path: str) -> str:
        """*path* as the user reads it."""
        return os.path.relpath(path, self.session.here)


SOURCE_SUFFIXES = (".go", ".s", ".h", ".syso")


def _owners(path: str, by_folder: Mapping[str, list[PackageUnit]]) -> list[PackageUnit]:
    """The packages that the changed file or folder *path* belongs to; a file to embed may lie deeper than its package."""
    while True:
        parent = os.path.dirname(path)
        if path in by_folder or parent == path:
            return by_folder.get(path, [])
        path = parent


@dataclass(frozen=True)
class Closure:
    """A program's packages, by import path; *standards* compile those that are immutable."""

    config: Config
    profile: Profile | None
    units: Mapping[str, PackageUnit]
    standards: tuple[StandardUnit, ...]


def open_build(session: Session, env: Environment, folder: str, derived: Derived) -> Build:
    """The build for what *env* asks for, with the modules that hold in *folder* (absolute); raises GoError."""
    setup = setup_of(env, folder, derived.place)
    modules_env = module_env(setup.sdk.root, setup.sdk.version[2:], os.environ, setup.variant.mod)
    memory = os.path.join(variables.build_dir(env), "modules")

    laid = {os.path.dirname(path) for path, actual in setup.replaced if actual and path.endswith(".go")}

    def has_files(place: str) -> bool:
        return has_go_files(place) or place in laid or any(node.name.endswith(".go") for node in derived.by_folder.get(place, ()))

    modules = open_build_list(folder, modules_env, memory=memory, go_dir=has_files)
    if modules:
        setup = replace(setup, folder=modules.workspace.folder)
    if derived.overlay and derived.place:
        # Another variant folder may hold other generated files for the same source folder.
        setup = replace(setup, output=_apart(setup.output, derived.place, session.top))
    if modules and setup.folder != session.top:
        # Other modules may require other versions of the same packages.
        setup = replace(setup, output=_apart(setup.output, setup.folder, session.top))
    build = session.builds.get(setup)
    if build is None:
        path = variables.environ(env).get("PATH", os.defpath)
        build = session.builds[setup] = Build(session, setup, derived, modules, modules_env, path)
    return build


def _apart(output: str, path: str, top: str) -> str:
    """An output folder like *output* that is only for what *path* stands for."""
    return f"{output}-{text_digest(os.path.relpath(path, top))[:8]}"


def _module_files(folder: str, modules: BuildList | None) -> tuple[str, ...]:
    """The files that say which modules there are, and those that would if they came to be."""
    files: dict[str, None] = {}
    place = folder
    while True:
        files[os.path.join(place, "go.mod")] = None
        files[os.path.join(place, "go.work")] = None
        parent = os.path.dirname(place)
        if parent == place:
            break
        place = parent
    if modules:
        workspace = modules.workspace
        files.update(dict.fromkeys((*workspace.contents, *workspace.sum_files)))
        files[os.path.join(workspace.vendor, "modules.txt")] = None
    return tuple(files)
