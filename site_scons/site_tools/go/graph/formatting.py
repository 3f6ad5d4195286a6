"""GoFmt: the files that gofmt would change. What it has found to be right is kept by content."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from SCons.Action import Action
from SCons.Errors import BuildError
from SCons.Node.FS import get_default_fs

from ..errors import GoError, os_problem
from ..files import write_file
from ..selection import is_wide, select_folders
from . import messages, variables
from .actions import make_node
from .build import open_build
from .derived import source_folder
from .hosttools import sdk_program
from .nodes import Unit
from .session import session
from .units import remove_files

if TYPE_CHECKING:
    from ..load import Loader

Node = Any
Nodes = list[Any]

_BATCH = 500
"""How many files one gofmt gets: their names must fit into a command line."""


class FormatUnit(Unit):
    """One GoFmt call: the files of the packages that *patterns* name, relative to the folder *place*, and the files among them.

    The node's file has the digests of the files that are right, below a line for the gofmt that said so. Files that builders make are
    not looked at: nobody would format them.
    """

    def __init__(self, env: Any, patterns: tuple[str, ...], place: Node) -> None:
        self.env = env
        self.patterns = patterns
        self.place = place
        self.node: Node = None
        self.sdk = variables.sdk_of(env)
        self.gofmt: Node = sdk_program(env, self.sdk, "gofmt")
        self.reset()

    def reset(self) -> None:
        self._files: dict[str, str] | None = None
        self._wrong: tuple[str, ...] = ()

    def children(self) -> Nodes:
        return [self.gofmt] if self.gofmt.has_builder() else []

    def is_current(self) -> bool:
        self._wrong = ()
        return not self._unknown() and os.path.exists(self.target)

    def reason(self) -> str:
        unknown = self._unknown()
        return f"{os.path.relpath(unknown[0], session().here)} changed" if unknown else "it is not there"

    def signature(self) -> str:
        return repr((self.patterns, sorted(self.files().values())))

    def content_digest(self) -> str:
        return self.signature()

    def remove(self) -> bool:
        return remove_files([self.target])

    def describe(self, env: Any) -> str:
        return str(env.subst("$GOFMTCOMSTR"))

    def run(self, env: Any) -> None:
        del env
        self._wrong = self._list("-l")
        if self._wrong:
            messages.show("".join(f"{path}\n" for path in self._wrong))
            count = len(self._wrong)
            self._keep()
            raise BuildError(errstr=f"{count} file{'s are' if count > 1 else ' is'} not formatted; scons go-fmt formats", status=1)
        self._keep()

    def write(self) -> None:
        """Format the files, and show the names of those that this changes. Raises BuildError."""
        messages.show("".join(f"{path}\n" for path in self._list("-l", "-w")))
        self.reset()

    @property
    def target(self) -> str:
        return str(self.node.get_abspath())

    def files(self) -> dict[str, str]:
        """Path → digest of the files; raises BuildError."""
        if self._files is None:
            try:
                self._files = self._find()
            except GoError as error:
                raise session().failure(error, "cannot find the files to format") from None
        return self._files

    def _find(self) -> dict[str, str]:
        derived = session().derived(self.place)
        folder = source_folder(self.place)
        build = open_build(session(), self.env, folder, derived)
        made = {os.path.join(place, node.name) for place, nodes in derived.by_folder.items() for node in nodes}
        paths: dict[str, None] = {}
        for pattern in self.patterns:
            paths.update(dict.fromkeys(self._matches(build.loader(), pattern, folder)))
        try:
            return {path: build.state.digest(path) for path in paths if path not in made}
        except OSError as error:
            raise GoError(os_problem(error)) from None

    def _matches(self, loader: Loader, pattern: str, folder: str) -> Iterator[str]:
        """The files that *pattern* stands for: those of a package under any build constraints (cmd/go/internal/fmtcmd/fmt.go:45)."""
        if pattern.endswith(".go"):
            yield str(self.place.File(pattern).srcnode().get_abspath())
            return
        if is_wide(pattern):
            folders = list(select_folders(loader, pattern, folder).values())
            if not folders:
                messages.say(f'warning: "{pattern}" matched no packages')
        else:
            own = pattern.startswith((".", os.sep))
            folders = [os.path.normpath(os.path.join(folder, pattern)) if own else loader.tested(pattern)[0].dir]
        for place in folders:
            try:
                names = loader.state.listing(place).names
            except OSError as error:
                raise GoError(os_problem(error)) from None
            yield from (os.path.join(place, name) for name in names if name.endswith(".go") and not name.startswith(("_", ".")))

    def _unknown(self) -> list[str]:
        """The files of which it is not known that they are right."""
        known = self._known()
        return [path for path, digest in self.files().items() if digest not in known]

    def _known(self) -> frozenset[str]:
        try:
            with open(self.target, encoding="utf-8") as handle:
                head, *digests = handle.read().split("\n")
        except (OSError, ValueError):
            return frozenset()
        return frozenset(digests) if head == self._identity() else frozenset()

    def _identity(self) -> str:
        return f"gofmt of {self.sdk.version} {self.sdk.identity}"

    def _keep(self) -> None:
        wrong = {os.path.normpath(os.path.join(session().here, path)) for path in self._wrong}
        right = sorted({digest for path, digest in self.files().items() if path not in wrong})
        try:
            write_file(self.target, "\n".join((self._identity(), *right)).encode())
        except GoError as error:
            raise session().failure(error, "cannot write") from None

    def _list(self, *flags: str) -> tuple[str, ...]:
        """The files that gofmt would change, or has changed, relative to where the user is; raises BuildError with what it says."""
        here = session().here
        unknown = [os.path.relpath(path, here) for path in self._unknown()]
        listed: list[str] = []
        for start in range(0, len(unknown), _BATCH):
            argv = [str(self.gofmt.get_abspath()), *flags, *unknown[start : start + _BATCH]]
            done = _run(argv, here)
            listed += done.stdout.splitlines()
            if done.returncode or done.stderr:
                messages.show("".join(f"{path}\n" for path in listed))
                messages.say(done.stderr or f"gofmt: exit status {done.returncode}")
                raise BuildError(errstr="gofmt failed", status=2)
        return tuple(listed)


def _run(argv: Sequence[str], folder: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            argv, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="surrogateescape", check=False
        )
    except OSError as error:
        raise session().failure(GoError(f"cannot run {argv[0]}: {error.strerror}"), "cannot run gofmt") from None


def go_fmt(env: Any, patterns: tuple[str, ...], place: Node, number: int) -> Node:
    """The node of the *number*-th GoFmt call, whose files the alias "go-fmt" formats."""
    unit = FormatUnit(env, patterns, place)

    def write(target: Nodes, source: Nodes, env: Any) -> None:
        unit.write()

    env.AlwaysBuild(env.Alias("go-fmt", unit.children(), Action(write, cmdstr=None)))
    unit.node = make_node(get_default_fs().File(os.path.join(variables.build_dir(env), f"fmt-{number}")), unit, env)
    return unit.node
