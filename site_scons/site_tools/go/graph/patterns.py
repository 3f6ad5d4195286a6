"""What is behind calls that name packages by patterns: which there are is found out when the node is first reached."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from SCons.Node.FS import get_default_fs

from ..errors import GoError
from ..selection import select_packages
from . import messages, variables
from .actions import make_node
from .derived import are_pending, awaited, source_folder
from .ledger import Ledger
from .nodes import Unit
from .session import Session, session

if TYPE_CHECKING:
    from .build import Build

Node = Any
Nodes = list[Any]


class PatternUnit(Unit):
    """The packages that *patterns* name, relative to the folder *place*, in the environment *env*; its node makes no file of its own.

    It is looked at when its node is first reached; packages may be generated.
    """

    verb: str
    """What is done with the packages, for messages: "test", "vet"."""

    def __init__(self, env: Any, patterns: tuple[str, ...], place: Node) -> None:
        self.env = env
        self.patterns = patterns
        self.place = place
        self.node: Node = None
        self.reset()

    def reset(self) -> None:
        self._derived: Nodes = []
        self._kids: Nodes = []
        self._ready = False

    # What subclasses say.

    def enter(self, build: Build, paths: list[str]) -> Nodes:
        """Nodes for the packages *paths*; raises GoError."""
        raise NotImplementedError

    def needs(self) -> Nodes:
        """The nodes of programs that have to be made first."""
        return []

    def deciding(self, derived: Nodes) -> Nodes:
        """Those of the *derived* files without which nobody knows the packages; the others are made if this fails for want of one."""
        return derived

    # What all have in common.

    @cached_property
    def build_dir(self) -> str:
        return variables.build_dir(self.env)

    @property
    def ledger(self) -> Ledger:
        return session().ledger(self.build_dir)

    @property
    def folder(self) -> str:
        """The folder that patterns are relative to."""
        return source_folder(self.place)

    def children(self) -> Nodes:
        """The derived files that may be part of packages, and then what is to be done with the packages."""
        if not self._ready:
            here = session()
            try:
                self._look(here)
            except GoError as error:
                raise here.failure(error, f"cannot find the packages to {self.verb}") from None
        return [*self._derived, *self._kids]

    def _look(self, here: Session) -> None:
        from .build import open_build

        if here.clean:
            self._ready = True
            return
        derived = here.derived(self.place)
        build = open_build(here, self.env, self.folder, derived)
        below = [*awaited(derived.below(build.setup.folder), self.node, (self.node,))]
        self._derived = [*self.deciding(below), *self.needs()]
        if are_pending(self._derived):
            return
        try:
            paths = select_packages(build.loader(), self.patterns, self.folder)
            kids = self.enter(build, paths)
        except GoError:
            self._derived = [*below, *self.needs()]
            if are_pending(self._derived):
                return
            raise
        if not paths:
            messages.say(f'warning: "{" ".join(self.patterns)}" matched no packages')
            raise GoError(f"no packages to {self.verb}")
        self._kids = kids
        self._ready = True

    def signature(self) -> str:
        return repr(self.patterns)


def pattern_node(unit: PatternUnit, name: str) -> Node:
    """The node of *unit*, with *name* in ``$GOBUILDDIR``."""
    unit.node = make_node(get_default_fs().File(os.path.join(unit.build_dir, name)), unit, unit.env)
    return unit.node
