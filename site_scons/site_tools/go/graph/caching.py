"""Files of Go nodes in SCons' CacheDir: whether what comes from there is what went there.

SCons copies whatever it finds. Beside what it keeps of a node there is a seal, the digest of the node's files; a damaged file is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from typing import Any

import SCons.Action
import SCons.CacheDir
import SCons.Node
from SCons.Node.FS import File

from ..files import replace_file
from . import messages

Node = Any

_SUFFIX = ".sha256"


class SealedFile(File):
    """A file of an ordinary builder whose copies in a cache are sealed."""

    __slots__ = ()

    def retrieve_from_cache(self) -> bool:
        return bool(super().retrieve_from_cache()) and accept([self], self.executor.get_all_targets())

    def push_to_cache(self) -> None:
        super().push_to_cache()
        seal([self])

    def visited(self) -> None:
        super().visited()
        if is_forced(self):
            seal([self])


def sealed(node: Node) -> Node:
    """The file *node*, which has not been made yet, as one whose copies in a cache are sealed."""
    if type(node.disambiguate()) is File:  # a folder is told by SCons, a GoNode knows by itself
        node.__class__ = SealedFile
    return node


def is_forced(node: Node) -> bool:
    """Whether *node*, which need not be made, goes to the cache all the same: ``--cache-force``."""
    if not SCons.CacheDir.cache_force or node.state == SCons.Node.executed or node.nocache:
        return False
    return node.executor is not None and node.exists()


def make_room(node: Node) -> None:
    """Make the folder that *node* may be copied to from a cache."""
    if SCons.Action.execute_actions and _cache(node).is_enabled():
        os.makedirs(os.path.dirname(node.get_abspath()), exist_ok=True)


def seal(nodes: Sequence[Node]) -> None:
    """Keep the digest of the files *nodes*, which have been pushed to the cache, the first for itself and others with it."""
    if nodes[0].nocache or not SCons.Action.execute_actions:
        return
    cache, (_, kept) = _cache(nodes[0]), _cache(nodes[0]).cachepath(nodes[0])
    if kept and not cache.is_readonly() and os.path.exists(kept) and not os.path.exists(kept + _SUFFIX):
        with contextlib.suppress(OSError):  # as where SCons cannot write: it concerns later builds only
            replace_file(kept + _SUFFIX, _digest(nodes).encode())


def accept(nodes: Sequence[Node], together: Sequence[Node] = ()) -> bool:
    """Whether *nodes*, which have come from the cache, are as they were sealed, or never were; else they are taken away, there and here.

    There, what is made *together* with them is taken away, too: it will be made anew.
    """
    cache, (_, kept) = _cache(nodes[0]), _cache(nodes[0]).cachepath(nodes[0])
    if not SCons.Action.execute_actions:
        return True
    try:
        with open(kept + _SUFFIX, "rb") as handle:
            sealed = handle.read()
    except OSError:
        return True
    if sealed == _digest(nodes).encode():
        return True
    messages.say(f"{nodes[0]} is damaged in the CacheDir ({kept}): it is made anew")
    copies = [] if cache.is_readonly() else [cache.cachepath(node)[1] for node in {*nodes, *together}]
    for path in (*copies, *(copy + _SUFFIX for copy in copies), *(node.get_abspath() for node in nodes)):
        with contextlib.suppress(OSError):
            os.unlink(path)
    for node in nodes:
        node.clear_memoized_values()
    return False


def _cache(node: Node) -> Any:
    return node.get_build_env().get_CacheDir()


def _digest(nodes: Sequence[Node]) -> str:
    digest = hashlib.sha256()
    for node in nodes:
        with open(node.get_abspath(), "rb") as handle:
            digest.update(hashlib.sha256(handle.read()).digest())
    return digest.hexdigest()
