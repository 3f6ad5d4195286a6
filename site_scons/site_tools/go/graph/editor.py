"""The verb ``gopackagesdriver``: what editors have to know of the packages that the SConstruct builds and tests, as static JSON."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from SCons.Node.Alias import default_ans
from SCons.Node.FS import get_default_fs

from ..errors import GoError, os_problem
from ..files import replace_file, replace_text
from . import messages, variables
from .actions import make_node
from .derived import are_pending, files_below, source_folder
from .nodes import GoNode, Unit
from .program import ProgramUnit
from .session import session
from .units import remove_files

if TYPE_CHECKING:
    from ..editor.listing import Listing
    from .build import Build

Node = Any
Nodes = list[Any]

VERB = "gopackagesdriver"
LISTING = "gopackages.json"


class EditorUnit(Unit):
    """The files ``gopackages.json`` and ``gopackagesdriver`` (the program that answers gopls from it) in the build folder.

    They are made anew each time, after all generated sources, from the modules of every GoProgram and GoTest call and the packages of
    every GoCompile call; *env* is the one that counts if there is no such call.
    """

    def __init__(self, env: Any) -> None:
        self.env = env
        self.folder = variables.build_dir(env)
        self.reset()

    def reset(self) -> None:
        self._derived: Nodes = []
        self._compiled: Nodes = []
        self._builds: list[Build] = []
        self._ready = False

    def children(self) -> Nodes:
        if not self._ready and not session().clean:
            try:
                self._look()
            except GoError as error:
                raise session().failure(error, "cannot find the packages for the editor") from None
        return self._derived

    def _look(self) -> None:
        from .build import open_build

        here = session()
        builds = []
        nodes = list(files_below(get_default_fs().Root.values()))
        self._compiled = [node for node in nodes if _is_compiled(node)]
        self._derived = [source for node in self._compiled for source in node.sources if source.has_builder()]
        for env, place in self._places(nodes):
            derived = here.derived(place)
            build = open_build(here, env, source_folder(place), derived)
            builds.append(build)
            self._derived += [node for node in derived.below(build.setup.folder) if node not in self._derived]
        self._builds = _chosen(builds)
        self._ready = not are_pending(self._derived)

    def _places(self, nodes: Iterable[Node]) -> list[tuple[Any, Node]]:
        """(environment, folder) of each program and each suite of tests."""
        from .suite import Suite

        units = [node.unit for node in nodes if isinstance(node, GoNode) and isinstance(node.unit, (ProgramUnit, Suite))]
        found = [(unit.env, unit.place if isinstance(unit, Suite) else unit.folder) for unit in units]
        return found or [(self.env, self.env.Dir("#"))]

    def is_current(self) -> bool:
        return False

    def reason(self) -> str:
        return "it is always made anew"

    def signature(self) -> str:
        return self.folder

    def content_digest(self) -> str:
        return self.folder

    def remove(self) -> bool:
        return bool(remove_files(os.path.join(self.folder, name) for name in (LISTING, VERB)))

    def run(self, env: Any) -> None:
        here = session()
        try:
            self._write(*self._listing())
        except GoError as error:
            raise here.failure(error, "cannot list the packages for the editor") from None
        except OSError as error:
            raise here.failure(GoError(os_problem(error)), "cannot write it") from None

    def _listing(self) -> tuple[dict[str, Any], int]:
        """The DriverResponse for all packages, and how many of them are the user's."""
        from ..editor.listing import Listing, respond
        from ..selection import select_packages

        listings, own = [], []
        for build in self._builds:
            loader = build.loader()
            modules = loader.modules.main_modules if loader.modules else ()
            paths = select_packages(loader, [f"{module.dir}/..." for module in modules], build.setup.folder)
            listing = Listing(build.config, loader)
            for path in paths:
                listing.add_tested(path)
            listings.append(listing)
            own += paths
        for node in self._compiled:
            listings.append(_list_compiled(node))
            own.append(node.attributes.go_package.import_path)
        first = self._builds[0]
        for path in (*select_packages(first.loader(), ["std"], first.setup.folder), "builtin"):
            listings[0].add(path)
        variant = first.setup.variant
        return respond(listings, own, variant.goarch, first.setup.sdk.minor), len(set(own))

    def _write(self, response: dict[str, Any], own: int) -> None:
        from ..editor import gopackagesdriver

        with open(gopackagesdriver.__file__, "rb") as handle:
            program = handle.read()
        driver = os.path.join(self.folder, VERB)
        replace_file(driver, program)
        os.chmod(driver, stat.S_IMODE(os.stat(driver).st_mode) | stat.S_IXUSR)
        replace_text(os.path.join(self.folder, LISTING), json.dumps(response, indent=0))
        shown = os.path.relpath(driver, session().here)
        messages.show(f"{own} packages and {len(response['Packages']) - own} that they need: GOPACKAGESDRIVER={shown}\n")


def _is_compiled(node: Node) -> bool:
    """Whether this is the export data of a GoCompile call."""
    package = getattr(node.attributes, "go_package", None)
    return package is not None and package.export is node


def _list_compiled(node: Node) -> Listing:
    """The package of a GoCompile call, and what it needs."""
    from ..editor.listing import Listing
    from .compilation import Compilation

    package = node.attributes.go_package
    compilation = Compilation(node.get_env(), package)
    listing = Listing(compilation.config, compilation.loader)
    listing.add(package.import_path)
    if node.exists():
        listing.packages[package.import_path]["ExportFile"] = node.get_abspath()
    return listing


def _chosen(builds: list[Build]) -> list[Build]:
    """One build for each set of modules: if there is one, for this machine and with Go's own runtime."""

    def rank(build: Build) -> tuple[bool, bool]:
        variant, sdk = build.setup.variant, build.setup.sdk
        return (variant.goos, variant.goarch) != (sdk.host_goos, sdk.host_goarch), variant.runtime != "full"

    chosen: dict[str, Build] = {}
    for build in sorted(builds, key=rank):
        chosen.setdefault(build.setup.folder, build)
    return list(chosen.values())


def generate(env: Any) -> None:
    """Add the verb; the first environment with the Go tool says which folder the files go into."""
    if default_ans.lookup(VERB) is None:
        unit = EditorUnit(env)
        env.Alias(VERB, make_node(get_default_fs().File(os.path.join(unit.folder, LISTING)), unit, env))
