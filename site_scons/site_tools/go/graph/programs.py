"""Which programs a GoProgram call makes that names patterns, or several packages. It is found out while SConscripts are read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import Any

from SCons.Errors import UserError
from SCons.Node.FS import Dir, get_default_fs
from SCons.Node.Python import Value

from ..errors import GoError
from ..load import Loader
from ..module.build import open_build_list
from ..module.environment import module_env
from ..overlay import Overlay
from ..selection import exec_name, select_folders
from ..source.folder import read_folder
from . import variables
from .derived import Derived, source_folder, variant_root
from .program import package_source
from .session import open_ledger

Node = Any

_MAIN = re.compile(rb"^package\s+main\b", re.MULTILINE)


def programs_of(env: Any, sources: Sequence[Any]) -> list[tuple[str, Node]]:
    """(file name, package) of the programs that *sources*, nodes or strings, stand for, in their order; raises UserError or GoError.

    A pattern stands for the main packages that it matches, as for ``go build -o folder/`` (cmd/go/internal/work/build.go:523). Like SCons'
    Glob it sees the files that there are. Those that builders are known to make do not count, so that it does not matter whether they have
    been made: a package of which all files are made has to be named.
    """
    found = _Expansion(env).programs(sources)
    if not found:
        raise UserError(f"GoProgram: no main packages to build: {' '.join(map(str, sources))}")
    return found


class _Expansion:
    def __init__(self, env: Any) -> None:
        self.env = env
        self.place = env.Dir(".")
        self.folder = source_folder(self.place)
        sdk = variables.sdk_of(env)
        self.variant = variables.variant_of(env, sdk)
        settings = module_env(sdk.root, sdk.version[2:], os.environ, self.variant.mod)
        modules = open_build_list(self.folder, settings, memory=os.path.join(variables.build_dir(env), "modules"))
        derived = Derived(get_default_fs(), variant_root(self.place))
        made = {os.path.join(folder, node.name): "" for folder, nodes in derived.by_folder.items() for node in nodes}
        state = open_ledger(variables.build_dir(env)).state
        self.loader = Loader(sdk, self.variant, Overlay({**variables.overlay_of(env)[1], **made}), state, modules)

    def programs(self, sources: Sequence[Any]) -> list[tuple[str, Node]]:
        suffix = ".exe" if self.variant.goos == "windows" else ""
        found: dict[str, tuple[str, Node]] = {}
        for source in sources:
            for path, package in self._packages(source):
                name = exec_name(path) + suffix
                other = found.setdefault(name, (path, package))[0]
                if other != path:
                    raise GoError(f"{other} and {path} would both be {name}: give them names in calls of their own")
        return [(name, package) for name, (_, package) in found.items()]

    def _packages(self, source: Any) -> Iterator[tuple[str, Node]]:
        """(import path, node) of the packages that *source* stands for."""
        text = self.env.subst(source) if isinstance(source, str) else ""
        if "..." in text:
            yield from self._matches(text)
            return
        node = package_source(text) if text else source
        if isinstance(node, Dir):
            yield self.loader.import_path(source_folder(node)), node
        else:
            yield node.read(), node

    def _matches(self, pattern: str) -> Iterator[tuple[str, Node]]:
        fixed = pattern.partition("...")[0].rpartition("/")[0]
        if isinstance(package_source(fixed), Dir) if fixed else pattern.startswith("#"):
            pattern = source_folder(self.env.Dir(fixed or "#")) + pattern[len(fixed or "#") :]
        for path, folder in select_folders(self.loader, pattern, self.folder).items():
            if self._is_program(folder):
                own = folder.startswith(self.folder.rstrip(os.sep) + os.sep) or folder == self.folder
                yield path, self.place.Dir(os.path.relpath(folder, self.folder)) if own else Value(path)

    def _is_program(self, folder: str) -> bool:
        loader = self.loader
        try:
            read = read_folder(folder, loader.context, loader.overlay, loader.state)
            return read.name == "main" and bool(read.files.go or read.files.cgo)
        except (GoError, OSError):  # what is wrong is told when it is built
            return any(_mentions_main(os.path.join(folder, name)) for name in os.listdir(folder) if name.endswith(".go"))


def _mentions_main(path: str) -> bool:
    try:
        with open(path, "rb") as handle:
            return _MAIN.search(handle.read()) is not None
    except OSError:
        return False
