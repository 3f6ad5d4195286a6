"""How a listed package, one of a GoCompile call, is compiled and linked. Loaded when one is: most builds have none that is not current."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from SCons.Script import GetOption

from ..errors import GoError
from ..filestate import FileState
from ..load import Loader
from ..overlay import Overlay
from ..package import Module, Package
from ..plan import record
from ..plan.compile import PackagePlan, plan_package
from ..plan.config import Config
from ..plan.engine import Engine
from ..plan.link import plan_link, run_link
from ..plan.record import Built
from ..plan.run import run_package
from . import messages, variables
from .runtime import open_runtime

if TYPE_CHECKING:
    from .packages import Listed


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

    @property
    def work_file(self) -> str:
        return ""

    def ignored(self, module: Module) -> tuple[str, ...]:
        return ()


class Compilation:
    """Compiles and links the listed package *main* as *env* asks."""

    def __init__(self, env: Any, main: Listed) -> None:
        sdk = variables.sdk_of(env)
        variant = variables.variant_of(env, sdk)
        self.packages = {package.import_path: package for package in main.closure()}
        self.main = main
        base = env.Dir("#").get_abspath()
        output = os.path.join(variables.build_dir(env), variant.key)
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
            path=variables.environ(env).get("PATH", os.defpath),
            untold=runtime.untold,
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

    def link(self, output: str) -> str:
        """Link the package, a main package whose closure is compiled, into *output*. Returns what the linker said. Raises GoError."""
        closure = self.loader.closure([self.main.import_path])
        built = self._standard([package.import_path for package in closure if package.import_path not in self.packages])
        for package in closure:
            listed = self.packages.get(package.import_path)
            if listed:
                built[package.import_path] = record.describe(self._plan(listed, package))
        return run_link(self.config, plan_link(self.config, closure[-1], closure, output), built)

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
