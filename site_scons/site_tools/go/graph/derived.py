"""Files that other builders make and that are part of Go packages: generated sources, files to embed."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import SCons.Node
from SCons.Node.FS import Dir

from .nodes import GoNode

Node = Any


class Derived:
    """The derived files of a build, by folder, once all SConscripts have been read.

    *root* is a variant folder (see :func:`variant_root`) or None. Derived files below it count as lying in the source folder that it
    stands for; those of other variant folders do not count.
    """

    def __init__(self, fs: Any, root: Any) -> None:
        self.root = root
        self.nodes: list[Node] = []
        self.by_folder: dict[str, list[Node]] = {}
        self.overlay: dict[str, str] = {}
        """Path in the source folder → path in the variant folder, of all derived files of this variant."""

        for node in files_below(fs.Root.values()):
            if node.has_builder() and not isinstance(node, GoNode):
                self._add(node)

    @property
    def place(self) -> str:
        """The variant folder, absolute; "" without one."""
        return str(self.root.get_abspath()) if self.root else ""

    def made(self) -> list[Node]:
        """Those of the files that have been made anew so far."""
        return [node for node in self.nodes if node.get_state() == SCons.Node.executed]

    def below(self, folder: str) -> list[Node]:
        """The derived files in *folder* (absolute) and the folders below it."""
        prefix = folder.rstrip(os.sep) + os.sep
        return [node for place, nodes in self.by_folder.items() if (place + os.sep).startswith(prefix) for node in nodes]

    def _add(self, node: Node) -> None:
        folder = node.dir
        root = variant_root(folder)
        if root is not None and root is not self.root:
            return
        place = source_folder(folder)
        self.nodes.append(node)
        self.by_folder.setdefault(place, []).append(node)
        if place != folder.get_abspath():
            self.overlay[os.path.join(place, node.name)] = node.get_abspath()


def awaited(nodes: Iterable[Node], node: Node, users: Collection[Node]) -> Iterator[Node]:
    """Those of the derived files *nodes* to be made before *node*: not what it is told to ignore, nor what is made from *users*."""
    ignored = node.ignore_set or ()
    return (each for each in nodes if each not in ignored and not rests_on(each, users))


def are_pending(nodes: Iterable[Node]) -> bool:
    """Whether one of *nodes* has yet to be made."""
    return any(node.get_state() <= SCons.Node.executing for node in nodes)


def rests_on(node: Node, users: Collection[Node]) -> bool:
    """Whether *node* is made from one of *users*, directly or not: then it can be no source of theirs."""
    waiting, seen = [node], set()
    while waiting:
        current = waiting.pop()
        if current in users:
            return True
        if current not in seen:
            seen.add(current)
            sources = current.sources if not isinstance(current, GoNode) else ()
            waiting += [*(sources or ()), *(current.depends or ())]  # SCons frees what is empty when a node is done
    return False


def source_folder(folder: Any) -> str:
    """Where the sources of the SCons folder *folder* lie: there, in the source folder of a variant folder, or in a repository.

    A folder of a repository counts as a whole: the one that is in a module, if the folder here is in none.
    """
    node = folder.srcnode()
    here: str = node.get_abspath()
    repositories = [other.get_abspath() for other in node.get_all_rdirs() if other is not node]
    if not repositories:
        return here
    depth = len(os.path.relpath(here, folder.fs.Top.get_abspath()).split(os.sep))
    for place in (here, *repositories):
        if _is_in_module(place, depth):
            return str(place)
    return str(next(filter(os.path.isdir, (here, *repositories)), here))


def _is_in_module(place: str, depth: int) -> bool:
    """Whether *place* or one of *depth* folders above it is the root of a module."""
    for _ in range(depth + 1):
        if os.path.isfile(os.path.join(place, "go.mod")):
            return True
        place = os.path.dirname(place)
    return False


def variant_root(folder: Any) -> Any:
    """The variant folder that *folder* is in (the one that was given a source folder), or None."""
    while folder is not None:
        if getattr(folder, "srcdir", None) is not None:
            return folder
        parent = folder.up()
        folder = parent if parent is not folder else None
    return None


def files_below(folders: Iterable[Any]) -> Iterator[Node]:
    """The files in the SCons *folders*, and in those below, that SConscripts or builders have named so far."""
    waiting = list(folders)
    while waiting:
        for name, node in list(waiting.pop().entries.items()):
            if not isinstance(node, Dir):
                yield node
            elif name not in (".", ".."):
                waiting.append(node)
