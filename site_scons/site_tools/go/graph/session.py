"""One SCons process: the ledgers it has open, the builds that its programs belong to, and whether the fast way will do."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any

from SCons.Errors import BuildError
from SCons.Node.FS import Dir, get_default_fs
from SCons.Script import GetOption
from SCons.Script.SConscript import launch_dir

from .. import interrupt
from ..errors import GoError
from . import messages
from .derived import Derived, files_below, variant_root
from .ledger import Ledger, Signature, signatures
from .lock import Lock
from .nodes import GoNode

Node = Any


class Session:
    """Made on first use, after the SConscripts have been read."""

    def __init__(self) -> None:
        _refuse_ninja()
        self.top: str = get_default_fs().Top.get_abspath()
        self.here: str = launch_dir
        self.dry = bool(GetOption("no_exec") or GetOption("question"))
        self.clean = bool(GetOption("clean"))
        self.shows_graph = bool(GetOption("tree_printers") or GetOption("cache_force"))
        self.jobs = int(GetOption("num_jobs"))
        self.keeps_going = bool(GetOption("keep_going"))
        self.builds: dict[object, Any] = {}
        # Programs that differ in what only the linker sees have builds of their own and compile to the same places, once.
        self.units: dict[str, Any] = {}
        self.standards: dict[tuple[str, ...], Any] = {}
        self.engines: dict[str, Any] = {}
        self.test_binaries: dict[str, Any] = {}
        self.vetters: dict[Any, Any] = {}
        self.lock = threading.Lock()
        self._compiling = 0
        self._owned: set[str] = set()
        self._derived: dict[str, Derived] = {}
        self._modules: dict[str, Signature] = {}
        atexit.register(self.save)

    def ledger(self, folder: str) -> Ledger:
        """The ledger of the output folder *folder* (absolute), in which nobody else builds until this process ends."""
        if not self.dry and folder not in self._owned:
            _locks.setdefault(folder, Lock(folder, os.path.relpath(folder, self.here))).acquire()
            self._owned.add(folder)
            if folder in _ledgers and _ledgers[folder].is_outdated():  # it was read before, for a pattern in a SConscript
                del _ledgers[folder]
        return open_ledger(folder)

    @contextlib.contextmanager
    def compiling(self) -> Iterator[int]:
        """A block in which a package is compiled; the number of those that others are compiling as it begins."""
        with self.lock:
            others = self._compiling
            self._compiling += 1
        try:
            yield others
        finally:
            with self.lock:
                self._compiling -= 1

    def save(self) -> None:
        """Write the ledgers, and let others build."""
        if not self.dry:
            for ledger in _ledgers.values():
                ledger.write()
        for folder, lock in _locks.items():
            lock.release(remove=self.clean and folder in _ledgers and not _ledgers[folder].linked)
            if self.clean:
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
        _locks.clear()

    def failure(self, error: GoError, summary: str) -> Exception:
        """Show *error*, and return the SCons error with *summary* that ends the task."""
        return messages.failure(error, summary, self.top, self.here)

    def build_failure(self, error: GoError, package: str, summary: str) -> Exception:
        """Like :meth:`failure`, for the *package* (as go list names it) that cannot be built."""
        return messages.build_failure(error, package, summary, self.top, self.here)

    def derived(self, folder: Node) -> Derived:
        """The derived files as packages see them that are reached from the SCons folder *folder*."""
        root = variant_root(folder)
        key = root.get_abspath() if root else ""
        if key not in self._derived:
            self._derived[key] = Derived(get_default_fs(), root)
        return self._derived[key]

    def own_modules(self) -> dict[str, Signature]:
        """The signatures of this tool's modules: what they are decides what is built."""
        if not self._modules:
            root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
            paths = []
            for folder in (root, *(entry.path for entry in os.scandir(root) if entry.is_dir())):
                paths += [entry.path for entry in os.scandir(folder) if entry.name.endswith(".py")]
            self._modules = signatures(paths)
        return self._modules


_ledgers: dict[str, Ledger] = {}
_locks: dict[str, Lock] = {}


def open_ledger(folder: str) -> Ledger:
    """The ledger of the output folder *folder* (absolute), also while SConscripts are read."""
    ledger = _ledgers.get(folder)
    if ledger is None:
        ledger = _ledgers[folder] = Ledger.read(os.path.join(folder, "ledger"))
    return ledger


_sessions: list[Session] = []


def session() -> Session:
    """The session of this process."""
    if not _sessions:
        _sessions.append(Session())
    return _sessions[0]


def restart() -> None:
    """Begin anew: ``scons --interactive`` is about to build once more."""
    for old in _sessions:
        old.save()
    _sessions.clear()
    _ledgers.clear()
    messages.unbuilt.clear()
    interrupt.forget()


def _refuse_ninja() -> None:
    """Raise BuildError if SCons only writes a file for ninja: what is compiled is found out while packages are built."""
    ninja = sys.modules.get("SCons.Tool.ninja_tool")
    if ninja is not None and getattr(ninja, "NINJA_STATE", None) is not None:
        raise BuildError(errstr="Go programs are built by scons itself, not by ninja: leave out Tool('ninja')", status=2)


def touched(folder: str) -> bool:
    """Whether SConscripts have named files below the output folder *folder*: then these are nodes that somebody uses."""
    node = get_default_fs().Top
    for name in os.path.relpath(folder, node.get_abspath()).split(os.sep):
        node = node.entries.get(name)
        if not isinstance(node, Dir):
            return False
    return any(not isinstance(entry, GoNode) for entry in files_below([node]))
