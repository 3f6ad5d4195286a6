"""GoCompile and GoLink: packages and programs spelled out by the user, as plain SCons nodes.

A package is the files that the user lists, whatever else lies in their folder; it imports packages of other GoCompile calls and of std.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from SCons.Action import Action
from SCons.Builder import Builder
from SCons.Errors import UserError
from SCons.Script import GetOption
from SCons.Util import flatten

from ..errors import GoError
from ..filestate import FileState
from ..load import Loader
from ..overlay import Overlay
from ..package import Module, Package
from ..plan import record
from ..plan.compile import PackagePlan, plan_package
from ..plan.config import Config
from ..plan.engine import Engine
from ..plan.link import LinkPlan, plan_link, run_link
from ..plan.record import Built
from ..plan.run import run_package
from . import messages, variables
from .runtime import open_runtime

Node = Any
Nodes = list[Any]

NO_PATH = "command-line-arguments"
"""The import path of a package whose user gives none, as in ``go build a.go b.go`` (cmd/go/internal/load/pkg.go:3117)."""


@dataclass(frozen=True, eq=False)
class Listed:
    """A package of a GoCompile call: its outputs, its files (all in *folder*), and the packages of other calls that it imports."""

    import_path: str
    export: Node
    archive: Node
    folder: str
    sources: tuple[Node, ...]
    imports: tuple[Listed, ...]

    def closure(self) -> Iterator[Listed]:
        """This package and those that it imports, directly and indirectly, imported ones first; one may come more than once."""
        for imported in self.imports:
            yield from imported.closure()
        yield self


@dataclass(frozen=True)
class _Found:
    dir: str
    module: Module | None


class _ListedModules:
    """Finds the listed packages; each is a module of its own to the loader."""

    def __init__(self, packages: Iterable[Listed], go_version: str) -> None:
        self._modules = {
            package.import_path: Module(package.import_path, "", package.folder, go_version, main=True) for package in packages
        }

    @property
    def main_modules(self) -> tuple[Module, ...]:
        return tuple(self._modules.values())

    def resolve(self, path: str, importer: str, importer_module: Module | None) -> _Found:
        module = self._modules.get(path)
        if module is None:
            raise GoError(
                f"package {path} is neither in std nor in GOIMPORTS, the packages of other GoCompile calls that {importer} imports"
            )
        return _Found(module.dir, module)

    def prefetch(self, paths: Iterable[str]) -> None:
        pass

    @property
    def complete(self) -> bool:
        return True

    def ignored(self, module: Module) -> tuple[str, ...]:
        return ()


class Listing:
    """Compiles and links the listed package *main* as *env* asks."""

    def __init__(self, env: Any, main: Listed) -> None:
        sdk = variables.sdk_of(env)
        variant = variables.variant_of(env, sdk)
        self.packages = {package.import_path: package for package in main.closure()}
        self.main = main
        base = env.Dir("#").get_abspath()
        output = os.path.join(env.Dir(variables.text(env, "GOBUILDDIR")).get_abspath(), variant.key)
        runtime = open_runtime(sdk, variant, output)
        overlay = Overlay({**runtime.overlay.replace, **self._unlisted()}, runtime.overlay.generated)
        state = FileState()
        self.config = Config(
            sdk=sdk,
            variant=runtime.variant,
            output=output,
            state=state,
            overlay=overlay,
            base=base,
            named=frozenset(self.packages),
            implied_gcflags=runtime.gcflags,
            path=str(env["ENV"].get("PATH", os.defpath)) if "ENV" in env else os.defpath,
        )
        modules = _ListedModules(self.packages.values(), f"1.{sdk.minor}")
        self.loader = Loader(sdk, variant, overlay, state, modules)
        self.engine = Engine(self.config, int(GetOption("num_jobs")), messages.say, keep_going=bool(GetOption("keep_going")))

    def compile(self) -> str:
        """Compile the package itself; its imports are compiled. Returns what the tools said. Raises GoError."""
        package = self.loader.package(self.main.import_path)
        standard = [path for path in (*package.imports, *package.implicit) if path != "unsafe" and path not in self.packages]
        exports = {path: built.export for path, built in self._standard(standard).items()}
        exports |= {path: listed.export.get_abspath() for path, listed in self.packages.items()}
        return run_package(self.config, self._plan(self.main, package), exports).output

    def plan_link(self, output: str) -> tuple[LinkPlan, dict[str, Built]]:
        """How to link the package, a main package whose closure is compiled, and with what. Raises GoError."""
        closure = self.loader.closure([self.main.import_path])
        built = self._standard([package.import_path for package in closure if package.import_path not in self.packages])
        for package in closure:
            listed = self.packages.get(package.import_path)
            if listed:
                built[package.import_path] = record.describe(self._plan(listed, package))
        return plan_link(self.config, closure[-1], closure, output), built

    def _standard(self, import_paths: Iterable[str]) -> dict[str, Built]:
        return dict(self.engine.build(self.loader.closure(import_paths), immutable=True))

    def _plan(self, listed: Listed, package: Package) -> PackagePlan:
        export, archive = listed.export.get_abspath(), listed.archive.get_abspath()
        return replace(plan_package(self.config, package), export=export, archive=archive, record=os.path.splitext(archive)[0] + ".built")

    def _unlisted(self) -> dict[str, str]:
        """Takes files that are not listed out of the packages' folders; derived files and those in a repository are put in."""
        replaced: dict[str, str] = {}
        for package in self.packages.values():
            present = os.listdir(package.folder) if os.path.isdir(package.folder) else []
            replaced.update((os.path.join(package.folder, name), "") for name in present if _takes_part(name))
            for source in package.sources:
                replaced[os.path.join(package.folder, source.name)] = source.rfile().get_abspath()
        return replaced


def _takes_part(name: str) -> bool:
    return name.endswith((".go", ".s", ".S", ".h", ".c", ".cc", ".cpp", ".cxx", ".m", ".f", ".syso", ".swig", ".swigcxx"))


def listed_of(nodes: Iterable[Node], what: str) -> tuple[Listed, ...]:
    """The packages that *nodes*, results of GoCompile, are outputs of, each once; raises UserError for another node."""
    found: dict[Listed, None] = {}
    for node in flatten(list(nodes)):
        package = getattr(node.attributes, "go_package", None) if hasattr(node, "attributes") else None
        if package is None:
            raise UserError(f"{what} takes results of GoCompile, not {node}")
        found[package] = None
    return tuple(found)


def _emit_package(target: Nodes, source: Nodes, env: Any) -> tuple[Nodes, Nodes]:
    if len(target) != 1 or not source:
        raise UserError("GoCompile makes one package from the files of one folder: GoCompile('obj/name', ['a.go', 'b.go'])")
    folders = {node.dir for node in source}
    if len(folders) > 1:
        places = ", ".join(sorted(map(str, folders)))
        raise UserError(f"GoCompile: the files of a package lie in one folder, not in {places}")
    stem = str(target[0]).removesuffix(".a")
    export, archive = env.File(stem + ".x"), env.File(stem + ".a")
    imports = listed_of(env.get("GOIMPORTS", []), "GOIMPORTS")
    import_path = variables.text(env, "GOIMPORTPATH") or NO_PATH
    package = Listed(import_path, export, archive, source[0].dir.get_abspath(), tuple(source), imports)
    for node in (export, archive):
        node.attributes.go_package = package
    env.Depends([export, archive], [imported.export for imported in imports])
    env.Clean(export, stem + ".built")
    return [export, archive], source


def _compile(target: Nodes, source: Nodes, env: Any) -> int:
    del source
    package = target[0].attributes.go_package
    try:
        said = Listing(env, package).compile()
    except GoError as error:
        raise _failure(env, error, f"cannot compile {package.import_path}") from None
    if said:
        messages.say(said)
    return 0


def _emit_program(target: Nodes, source: Nodes, env: Any) -> tuple[Nodes, Nodes]:
    if len(target) != 1:
        raise UserError(f"GoLink links one program, not {', '.join(map(str, target))}")
    mains = listed_of(source, "GoLink")
    if len(mains) != 1:
        raise UserError("GoLink links one main package, the result of one GoCompile call; what it imports is linked with it")
    archives = list(dict.fromkeys(package.archive for package in mains[0].closure()))
    return target, [mains[0].archive, *(archive for archive in archives if archive is not mains[0].archive)]


def _link(target: Nodes, source: Nodes, env: Any) -> int:
    main = source[0].attributes.go_package
    try:
        listing = Listing(env, main)
        plan, built = listing.plan_link(target[0].get_abspath())
        said = run_link(listing.config, plan, built)
    except GoError as error:
        raise _failure(env, error, f"cannot link {main.import_path}") from None
    if said:
        messages.say(said)
    return 0


def _failure(env: Any, error: GoError, summary: str) -> Exception:
    top = env.Dir("#").get_abspath()
    failure: Exception = messages.failure(error, summary, top, os.getcwd())
    return failure


def _identity(target: object, source: object, env: Any, for_signature: bool) -> str:
    """``$_GOSDKID``: what stands for the SDK in a signature."""
    return variables.sdk_of(env).identity if for_signature else variables.sdk_of(env).version


def _varlist() -> list[str]:
    shown = [
        name for name in variables.VARIABLES if not name.endswith(("COM", "COMSTR")) and name not in ("GOROOT", "GOBUILDDIR", "GOEXPLAIN")
    ]
    return [*shown, "_GOSDKID"]


def generate(env: Any) -> None:
    """Add the builders to *env*."""
    compile_action = Action(_compile, "Compiling $TARGET", varlist=_varlist())
    link_action = Action(_link, "Linking $TARGET", varlist=_varlist())
    env["BUILDERS"]["GoCompile"] = Builder(action=compile_action, emitter=_emit_package)
    env["BUILDERS"]["GoLink"] = Builder(action=link_action, emitter=_emit_program)
    env.SetDefault(_GOSDKID=_identity)
