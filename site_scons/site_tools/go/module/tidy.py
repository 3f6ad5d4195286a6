"""What ``go mod tidy`` would change in go.mod and go.sum; nothing is written (cmd/go/internal/modload/load.go:340-430, init.go:2089).

Versions for packages that no required module has would have to be looked up; such packages are reported, and what they need is not.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from ..errors import GoError, Position
from . import gover
from .environment import ModuleEnv
from .fetch import Fetcher
from .gomod import GoMod
from .mvs import NONE
from .requirements import PRUNED, Known, Requirements, pruning_for
from .resolve import MissingPackageError, Resolver, has_go_files, is_standard_path
from .roots import expand, tidy_roots, update_roots
from .scan import scan_folder
from .sums import Sums, mod_key, parse_gosum, read_if_there
from .universe import Universe, main_packages
from .version import Version
from .workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from .web import Client

_ROUNDS = 50  # each adds roots and never takes one away: a limit only for errors of ours


class Finding(NamedTuple):
    """One thing that is not tidy; *position* is in go.mod or go.sum."""

    position: Position
    message: str

    def __str__(self) -> str:
        return f"{self.position}: {self.message}"


def check_tidy(folder: str, env: ModuleEnv, *, client: Client | None = None) -> list[Finding]:
    """What ``go mod tidy`` would change for the module around *folder* (absolute); empty if it is tidy.

    Modules are downloaded as far as their packages or requirements matter, tests of dependencies included; those without a line in go.sum
    are looked at unverified, and are not trusted by builds for that. Raises GoError where the go command would fail too.
    """
    env = replace(env, work="off", mod="readonly", sumdb="off")
    workspace = find_workspace(folder, env)
    if workspace is None:
        raise GoError("go.mod file not found in current directory or any parent directory; see 'go help modules'")
    return _Tidy(workspace, env, client).findings()


class _Tidy:
    def __init__(self, workspace: Workspace, env: ModuleEnv, client: Client | None) -> None:
        from .proxy import Source
        from .web import Client as WebClient

        self._workspace = workspace
        self._scan = cache(scan_folder)  # the same folders are asked about until the requirements settle
        self._named = [*main_packages(workspace.modules[0], self._scan), *workspace.tools]
        self._sum_file = workspace.sum_files[0]
        self._sums = read_if_there(self._sum_file)
        source = Source(env, client or WebClient(env))
        self._fetcher = Fetcher(env, Sums({self._sum_file: self._sums}, env, required=False), lambda: source)
        self._requirements = Requirements(workspace, self._fetcher, env.go, None, Known({}, None), strict=False)
        self._resolver = Resolver(self._requirements, self._fetcher, env.goroot, None, has_go_files)

    def findings(self) -> list[Finding]:
        requirements, universe = self._settle()
        errors = self._errors(universe, self._workspace.modules[0].gomod)
        if errors:
            return errors  # what else is missing or too much depends on the modules that will be added
        tidy = tidy_roots(requirements, universe)
        tidy.graph()
        gomod = self._workspace.modules[0].gomod
        keep = self._sums_to_keep(tidy, universe)
        return [*self._in_gomod(tidy, universe.direct(), gomod), *self._in_gosum(keep)]

    def _settle(self) -> tuple[Requirements, Universe]:
        """Load packages and adjust the roots until neither changes the other (load.go:1074, loadFromRoots)."""
        requirements = expand(self._requirements)
        for _ in range(_ROUNDS):
            universe = self._load(requirements)
            added = tidy_roots(requirements, universe).roots
            updated = update_roots(requirements, universe, added)
            if updated.roots == requirements.roots and updated.pruning == requirements.pruning:
                return requirements, universe
            requirements = updated
        raise GoError("the requirements do not settle", Position(self._workspace.modules[0].file))

    def _load(self, requirements: Requirements) -> Universe:
        go = requirements.root_version("go") or gover.DEFAULT_GO_MOD
        narrow = gover.compare(go, "1.16") >= 0
        reads_go_mods = gover.compare(go, gover.TIDY_GO_MOD_SUM) >= 0
        universe = Universe(requirements, self._resolver.under(requirements), self._named, self._scan, not narrow, reads_go_mods)
        self._fetch_ahead(requirements)
        universe.load()
        return universe

    def _fetch_ahead(self, requirements: Requirements) -> None:
        """Nearly all required modules will be looked into: bring them at once."""
        modules = (self._workspace.resolve(root) for root in requirements.roots if root.path not in ("go", "toolchain"))
        self._fetcher.prefetch(module for module in modules if module.version)

    def _errors(self, universe: Universe, gomod: GoMod) -> list[Finding]:
        findings = []
        for path, member in sorted(universe.members.items()):
            if not isinstance(member.error, MissingPackageError):
                if member.error:
                    place = universe.place_of(member) or Position(gomod.filename)
                    findings.append(Finding(place, str(member.error)))
            elif not is_standard_path(path):  # load.go:1315: what std may have in another release is no matter of go.mod
                by = f", imported by {member.importer}," if member.importer else ""
                message = f"no requirement provides package {path}{by} to add one:\n\tgo get {path}"
                findings.append(Finding(Position(gomod.filename), message))
        return findings

    def _in_gomod(self, tidy: Requirements, direct: set[str], gomod: GoMod) -> list[Finding]:
        findings = []
        wanted = {root.path: root.version for root in tidy.roots if root.path not in ("go", "toolchain")}
        seen: set[str] = set()

        def find(line: int, message: str) -> None:
            findings.append(Finding(Position(gomod.filename, line), message))

        for (path, version), indirect, line in gomod.require:
            if path not in wanted:
                find(line, f"unused requirement {path} {version}")
            elif path in seen:
                find(line, f"repeated requirement {path} {version}")
            else:
                seen.add(path)
                if wanted[path] != version:
                    find(line, f"requirement {path} {version} would become {wanted[path]}")
                if indirect != (path not in direct):
                    find(line, f"requirement {path} {version} {'must not' if indirect else 'must'} be marked '// indirect'")
        for path in sorted(wanted.keys() - seen):
            comment = "" if path in direct else " // indirect"
            find(0, f"missing requirement {path} {wanted[path]}{comment}")
        go = tidy.root_version("go") or ""
        if not gomod.go:
            find(0, "missing go line")
        elif go != gomod.go:
            find(gomod.go_line, f"go {gomod.go} would become go {go}")
        findings += self._in_toolchain(tidy.root_version("toolchain") or "", go, gomod)
        return findings

    def _in_toolchain(self, toolchain: str, go: str, gomod: GoMod) -> list[Finding]:
        if go == gomod.go:
            toolchain = gomod.toolchain  # go raises it to the go line's only where it happens to read the whole graph
        if gover.is_idle_toolchain(toolchain, go):
            toolchain = ""
        if toolchain == gomod.toolchain:
            return []
        change = f"would become toolchain {toolchain}" if toolchain else "is not needed"
        message = f"toolchain {gomod.toolchain} {change}" if gomod.toolchain else f"missing toolchain {toolchain}"
        return [Finding(Position(gomod.filename, gomod.toolchain_line), message)]

    def _sums_to_keep(self, tidy: Requirements, universe: Universe) -> set[Version]:
        """The go.sum keys that loading the same packages again needs (init.go:2108, keepSums; load.go:352 for older go versions)."""
        go = tidy.root_version("go") or gover.DEFAULT_GO_MOD
        keep = self._keys(tidy, universe, go)
        if gover.compare(go, gover.GO_STRICT) < 0:
            compatible = pruning_for(gover.previous(go))
            if compatible != tidy.pruning:
                keep |= self._keys(tidy.draft(tidy.roots, compatible), universe, go)
        return keep

    def _keys(self, requirements: Requirements, universe: Universe, go: str) -> set[Version]:
        keep: set[Version] = set()
        graph = requirements.graph()
        resolve = self._workspace.resolve
        for path, member in universe.members.items():
            if not member.module.path and member.error is None:
                continue
            if gover.compare(go, gover.TIDY_GO_MOD_SUM) >= 0 and member.module.version:
                keep.add(mod_key(resolve(member.module)))
            rooted = requirements.pruning == PRUNED and member.module.path
            by_roots = rooted and requirements.root_version(member.module.path) == member.module.version
            prefix = path
            while prefix:
                version = requirements.root_version(prefix) if by_roots else graph.selected(prefix)
                if version and version != NONE and prefix not in ("go", "toolchain"):
                    keep.add(resolve(Version(prefix, version)))
                prefix = prefix.rpartition("/")[0]
        for module in graph.walk():
            if module.version and module.path not in ("go", "toolchain") and graph.required_by(module) is not None:
                keep.add(mod_key(resolve(module)))
        return keep

    def _in_gosum(self, keep: set[Version]) -> list[Finding]:
        findings = []
        text = self._sums.decode("utf-8", "replace")
        present = parse_gosum(text, self._sum_file, lenient=True)
        for number, line in enumerate(text.split("\n"), 1):
            fields = line.split()
            if len(fields) == 3 and Version(fields[0], fields[1]) not in keep:
                findings.append(Finding(Position(self._sum_file, number), f"unneeded line {fields[0]} {fields[1]}"))
        for key in sorted(keep):
            if key.version.removesuffix("/go.mod") and key not in present and self._fetcher.uses(key):
                findings.append(Finding(Position(self._sum_file), f"missing line {key.path} {key.version}"))
        return findings
