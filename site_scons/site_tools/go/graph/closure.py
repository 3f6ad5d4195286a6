"""What is made of compiled packages: the unit behind a node whose packages are found, and compiled, before it is made itself."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from SCons.Errors import BuildError
from SCons.Node.FS import Dir

from ..errors import GoError
from . import variables
from .derived import are_pending, awaited, source_folder
from .ledger import Ledger, Linked, signature, signatures
from .nodes import GoNode, Unit
from .session import Session, restart, session, touched
from .settings import changed_settings, settings_of

if TYPE_CHECKING:
    from ..package import Package
    from ..plan.record import Built
    from .build import Build, Closure
    from .units import PackageUnit

Node = Any
Nodes = list[Any]


class ClosureUnit(Unit):
    """Something made of packages. It is looked at when its node is first reached, after all SConscripts have been read.

    If the ledger shows that nothing has changed, that is all. Otherwise its packages are loaded, once the derived files among their
    sources are made, and those that may have to be compiled become nodes. What is made of them, subclasses say.
    """

    def __init__(self, node: GoNode, env: Any, source: Node) -> None:
        variables.build_dir(env)  # raises GoError while the place of the call is known
        self.node = node
        self.env = env
        self.source = source
        self._forget()

    def reset(self) -> None:
        restart()
        self._forget()

    def _forget(self) -> None:
        self._derived: Nodes = []
        self._ready = False
        self._kids: Nodes = []
        self._build: Build | None = None
        self._closure: Closure | None = None
        self._watched: tuple[Collection[str], Collection[str]] = ((), ())
        self._kept = ""
        self._reason = "it is not there"
        self._key = ""
        self._digest = ""
        self._settings: dict[str, str] = {}

    # What subclasses say.

    @property
    def _keeps_packages(self) -> bool:
        """Whether its packages are kept for later builds (kept.py): all that has to be known of them is in the packages themselves."""
        return False

    def _packages(self, build: Build) -> Sequence[Package]:
        """All packages that it is made of, imported ones first; raises GoError."""
        raise NotImplementedError

    def _close(self, build: Build, packages: Sequence[Package]) -> Closure:
        """The units of *packages*."""
        raise NotImplementedError

    def _roots(self, closure: Closure) -> Iterable[PackageUnit]:
        """The units of the packages that are wanted for themselves, not because another imports them."""
        raise NotImplementedError

    def _find_key(self, closure: Closure) -> str:
        """The digest of all that goes in; the packages of :meth:`_wanted` are compiled."""
        raise NotImplementedError

    def _wanted(self, closure: Closure) -> Iterable[PackageUnit]:
        """The units of the packages that have to be compiled."""
        return closure.units.values()

    def _compiled(self, closure: Closure) -> dict[str, Built]:
        """What has been compiled of the packages, by import path. Raises BuildError, with ``scons -i``, for one that could not be."""
        failed = [unit.package.import_path for unit in self._wanted(closure) if unit.built is None]
        if failed:
            raise BuildError(errstr=f"package {failed[0]} could not be compiled", status=2)
        return {path: unit.built for path, unit in closure.units.items() if unit.built}

    def _plan_ahead(self) -> None:
        """Plan what can be planned before the packages are compiled."""

    def _own_settings(self) -> dict[str, str]:
        """What else the user has said about it than variables, by name."""
        return {}

    def _tools(self) -> tuple[str, ...]:
        """The paths of the programs that it is made with."""
        assert self._build
        sdk = self._build.setup.sdk
        return tuple(map(sdk.tool, ("compile", "asm")))

    # What all have in common.

    @property
    def ledger(self) -> Ledger:
        return session().ledger(variables.build_dir(self.env))

    @property
    def target(self) -> str:
        """The absolute path of what is made."""
        return str(self.node.get_abspath())

    @property
    def settings(self) -> dict[str, str]:
        """All that the user has said about it, by name."""
        if not self._settings:
            self._settings = {**settings_of(self.env, self.source), **self._own_settings()}
        return self._settings

    def children(self) -> Nodes:
        if not self._ready:
            try:
                with _uncollected():
                    self._look()
            except GoError as error:
                raise self._failure(error, "cannot load the packages") from None
        return self._derived + self._kids

    def is_current(self) -> bool:
        known = self.ledger.linked.get(self.target)
        if known and self._closure is None:
            return self._has_no_additions(known)
        if self._closure is None:
            return False
        self._plan_ahead()
        if any(unit.built is None for unit in self._wanted(self._closure)):
            return False  # only in a dry run
        self._key = self._find_key(self._closure)
        if known and known.key == self._key and known.output == signature(self.target) and self._has_no_additions(known):
            self._digest = known.digest
            self._note(known.output)
            return True
        self._reason = self._find_reason(known)
        return False

    def reason(self) -> str:
        return self._reason

    def signature(self) -> str:
        return self._key or repr(sorted(self.settings.items()))

    def content_digest(self) -> str:
        known = self.ledger.linked.get(self.target)
        if not self._digest:
            self._digest = known.digest if known and known.digest else _file_digest(self.target)
            if known:
                self.ledger.linked[self.target] = known._replace(digest=self._digest)
                self.ledger.dirty = True
        return self._digest

    def remove(self) -> bool:
        from .clean import remove_program

        return remove_program(self.ledger, self.target, session().top)

    def after_build(self) -> None:
        self._digest = ""
        self._note(self.ledger.sign(self.target))

    def archives(self) -> list[str]:
        """The archives of the packages; what is made of them is up to date."""
        return [f"{stem}.a" for stem in self.ledger.linked[self.target].packages]

    def _prepare(self) -> None:
        """Load the packages of what is made again though nothing of its own has changed (AlwaysBuild, Depends)."""
        if self._closure is None:
            here = session()
            try:
                self._load(here, here.derived(self.folder))
            except GoError as error:
                raise self._failure(error, "cannot load the packages") from None

    def _look(self) -> None:
        """Find out what has to be done first."""
        here = session()
        derived = here.derived(self.folder)
        known = self.ledger.linked.get(self.target)
        self._await(derived.by_folder.get(place, ()) for place in {self.module_folder, *(known.folders if known else ())})
        if here.clean:
            self._ready = True
        if self._ready or are_pending(self._derived):
            return
        if known and self._is_fresh(known, here):
            self._ready = True
            return
        self._load(here, derived)

    def _load(self, here: Session, derived: Any) -> None:
        from .build import open_build

        build = self._build = open_build(here, self.env, self.module_folder, derived)
        packages = self._recall_packages(build) or self._find_packages(build)
        if packages is None:
            return
        files, folders = self._watched
        self._await(derived.by_folder.get(folder, ()) for folder in {*(package.dir for package in packages), *folders})
        if are_pending(self._derived):
            return
        with build.state.watch() as read:
            self._closure = closure = self._close(build, packages)
        if not self._kept:
            extra = [path for unit in closure.units.values() if not unit.immutable for path in unit.input_paths()]
            files = build.worth_watching({*files, *read.files, *build.watched_files, *extra})
            folders = build.worth_watching(folders)
        self._watched = (files, folders)
        for file in files:  # what is edited from now on, this build does not rest on
            with contextlib.suppress(OSError):
                build.state.digest(file)
        self._choose(here, build, closure)
        self._ready = True

    def _find_packages(self, build: Build) -> Sequence[Package] | None:
        """Load the packages; None if that has to wait for files that others make. Raises GoError."""
        self._kept = ""
        try:
            with build.state.watch() as watched:
                packages = self._packages(build)
        except GoError:
            # Perhaps for want of a file that somebody has yet to make.
            self._await([build.derived.below(build.setup.folder)])
            if are_pending(self._derived):
                return None
            raise
        self._watched = (watched.files, watched.folders)
        return packages

    def _recall_packages(self, build: Build) -> Sequence[Package] | None:
        """The packages as an earlier build loaded them, if loading them would give the same."""
        known = self.ledger.linked.get(self.target)
        if known is None or not self._keeps_packages or self._changed_rules(known):
            return None
        from . import kept

        packages = kept.recall(build, self.target, known)
        if packages is not None:
            self._kept, self._watched = known.kept, (known.files, known.folders)
        return packages

    def _keep_packages(self, build: Build, closure: Closure) -> None:
        """Keep the packages for later builds."""
        if self._keeps_packages and not self._kept and not session().dry:
            from . import kept

            self._kept = kept.keep(build, self.target, closure.units.values(), *self._watched)

    def _choose(self, here: Session, build: Build, closure: Closure) -> None:
        """Make nodes of the packages that may have to be compiled, of all if the user wants to see them."""
        known = self.ledger.linked.get(self.target)
        build.mark_suspects(closure, known, self._changed_rules(known) if known else "")
        shown = here.shows_graph or touched(build.setup.output)
        first = []
        for standard in closure.standards:
            standard.recall()
            if shown or not standard.is_current():
                first.append(standard.get_node(self.env))
        for unit in self._wanted(closure):
            if unit.immutable or unit.node is not None or (unit.recall() and not shown):
                continue
            unit.kids = first + [imported.node for imported in unit.imports.values() if imported.node is not None]
            unit.get_node(self.env)
        self._kids = first + [unit.node for unit in self._roots(closure) if unit.node is not None]

    def _await(self, groups: Iterable[Iterable[Node]]) -> None:
        """Have the derived files in *groups* made first, but for those that are made from what this unit makes, or to be ignored."""
        new = (node for group in groups for node in group if node not in self._derived)
        for node in awaited(new, self.node, self._users()):
            self._derived.append(node)

    def _users(self) -> tuple[Node, ...]:
        """The node itself and those that wait for it."""
        return (self.node,)

    def _is_fresh(self, known: Linked, here: Session) -> bool:
        """Whether nothing that went in, and nothing that came out, has changed."""
        return (
            not here.shows_graph
            and known.output == signature(self.target)
            and not self._changed_rules(known)
            and not self.ledger.changes(known.files, known.folders, known.number)
            and all(map(self.ledger.vouches_for, known.packages))
        )

    def _changed_rules(self, known: Linked) -> str:
        """What has changed for all packages since they were *known*, in words; "" if nothing has."""
        if known.settings != self.settings:
            return changed_settings(known.settings, self.settings)
        return "" if self.ledger.has_tools(known.tools) else "the SDK or the Go tool changed"

    def _has_no_additions(self, known: Linked) -> bool:
        """Whether the user has added the same dependencies and actions as before."""
        if known.added == self.node.added_digest():
            return True
        self._reason = "a dependency or an action that was added to it changed"
        return False

    @property
    def folder(self) -> Node:
        """The SCons folder of the package, or of the SConscript that names it by its import path."""
        return self.source if isinstance(self.source, Dir) else self.node.cwd

    @property
    def module_folder(self) -> str:
        return source_folder(self.folder)

    def _note(self, output: tuple[int, int, int]) -> None:
        assert self._closure and self._build
        build, sdk = self._build, self._build.setup.sdk
        files, folders = self._watched
        files_of_tools = [os.path.join(sdk.root, "VERSION"), *self._tools(), *build.runtime.sources]
        tools = signatures(files_of_tools) | session().own_modules()
        packages = tuple(unit.stem for unit in self._wanted(self._closure))
        self._keep_packages(build, self._closure)
        self.ledger.linked[self.target] = Linked(
            self.settings,
            tools,
            tuple(files),
            tuple(folders),
            packages,
            self._key,
            self.node.added_digest(),
            output,
            self._digest,
            self.ledger.number,
            self._kept,
        )
        self.ledger.dirty = True

    def _find_reason(self, known: Linked | None) -> str:
        if known is None or not os.path.exists(self.target):
            return "it is not there"
        changed = changed_settings(known.settings, self.settings)
        if changed:
            return changed
        if known.key == self._key:
            return "it was changed by something else"
        assert self._closure
        remade = [unit.package.import_path for unit in self._wanted(self._closure) if unit.remade]
        return f"package {remade[-1]} changed" if remade else ""

    def _write(self, content: bytes) -> None:
        """Make what is made, of *content*. Raises BuildError."""
        from ..files import write_file

        try:
            write_file(self.target, content)
        except GoError as error:
            raise self._failure(error, "cannot write") from None

    def _failure(self, error: GoError, summary: str) -> Exception:
        return session().failure(error, summary)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """A block in which Python does not look for garbage: nearly all of the objects made in it stay, and the search takes a fifth of it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _file_digest(path: str) -> str:
    try:
        with open(path, "rb") as handle:
            return hashlib.sha256(handle.read()).hexdigest()
    except OSError:
        return ""
