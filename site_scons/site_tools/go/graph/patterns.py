"""What is behind calls that name packages by patterns: which there are is found out when the node is first reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import SCons.Node

from ..errors import GoError
from ..selection import select_packages
from . import messages
from .derived import awaited, source_folder
from .nodes import Unit
from .session import Session, session

if TYPE_CHECKING:
    from .build import Build

Node = Any
Nodes = list[Any]


class PatternUnit(Unit):
    """Packages that *patterns* name, relative to the folder *place*, and a node that makes no file of its own."""

    summary = "cannot find the packages"

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

    def enter(self, build: Build, paths: list[str]) -> Nodes:
        """Nodes for the packages *paths*; raises GoError."""
        raise NotImplementedError

    def needs(self) -> Nodes:
        """The nodes of programs that have to be made first."""
        return []

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
                raise here.failure(error, self.summary) from None
        return [*self._derived, *self._kids]

    def _look(self, here: Session) -> None:
        from .build import open_build

        if here.clean:
            self._ready = True
            return
        derived = here.derived(self.place)
        build = open_build(here, self.env, self.folder, derived)
        self._derived = [*awaited(derived.below(build.setup.folder), self.node, (self.node,)), *self.needs()]
        if any(node.get_state() <= SCons.Node.executing for node in self._derived):
            return
        paths = select_packages(build.loader(), self.patterns, self.folder)
        if not paths:
            messages.say(f'warning: "{" ".join(self.patterns)}" matched no packages')
        self._kids = self.enter(build, paths)
        self._ready = True

    def reason(self) -> str:
        return "it is looked at each time"

    def signature(self) -> str:
        return repr(self.patterns)
