"""What is behind the nodes of packages: whether they are up to date, why not, and how they are compiled."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from SCons.Errors import BuildError
from SCons.Node.FS import get_default_fs

from ..digest import text_digest
from ..errors import GoError
from ..package import Package
from ..plan import record, stamp
from ..plan.commands import Run, describe
from ..plan.compile import PackagePlan, import_order, plan_package
from ..plan.config import Config
from ..plan.engine import processors
from ..plan.identity import input_files, source_path
from ..plan.pgo import Profile
from ..plan.record import Built
from ..plan.run import prepare_profile, run_package
from ..plan.twin import adopt
from ..test.unreadable import as_told
from . import messages
from .actions import make_node
from .ledger import Made
from .nodes import Unit
from .variables import shown_instead

if TYPE_CHECKING:
    from .build import Build

Node = Any

_MISSING = "it is not there"


class PackageUnit(Unit):
    """One package. *built* is what there is of it, as soon as it is known to be current. *immutable* packages are the engine's."""

    def __init__(self, build: Build, package: Package, config: Config, profile: Profile | None, stem: str) -> None:
        self.build = build
        self.package = package
        self.config = config
        self.profile = profile
        self.stem = stem
        self.imports: dict[str, PackageUnit] = {}
        self.immutable = build.is_immutable(package)
        self.suspect = True
        self.built: Built | None = None
        self.node: Node = None
        self.exports_new = False
        self.remade = False
        self.kids: list[Node] = []
        self._plan: PackagePlan | None = None
        self._key = ""
        self._reason = _MISSING
        self._disturbed = False
        self._planned: dict[str, str] = {}

    def find_imports(self, units: Mapping[str, PackageUnit]) -> None:
        """Link this unit to those that it imports, which are among *units*."""
        self.imports = {path: units[path] for path in import_order(self.package) if path != "unsafe"}
        self.immutable = self.immutable and all(unit.immutable for unit in self.imports.values())

    def recall(self) -> bool:
        """Take the package as it is if nothing that goes into it can have changed; whether that is so."""
        if self.built is None and not self.suspect and all(unit.built for unit in self.imports.values()):
            ledger = self.build.ledger
            made = ledger.known(self.stem)
            if made and ledger.vouches_for(self.stem) and made.key == self._key_known(made):
                self._take(made)
        return self.built is not None

    def children(self) -> list[Node]:
        return self.kids

    def is_current(self) -> bool:
        if self.built:
            return True
        if self._lacking():
            self._reason = f"{self._lacking()} has to be compiled"
            return False
        if self.recall():
            return True
        return self._is_recorded()

    def reason(self) -> str:
        return self._reason

    def signature(self) -> str:
        return self._key or ("" if self._lacking() else self._key_from(self.plan))

    def _lacking(self) -> str:
        """A package that it imports and that is not compiled, "" if all are: in a dry run, or what could not be in one with ``-i``."""
        return next((path for path, unit in self.imports.items() if unit.built is None), "")

    def content_digest(self) -> str:
        return self.built.export_digest if self.built else ""

    def companions(self) -> list[str]:
        return [self.stem + ".a"]

    def remove(self) -> bool:
        return remove_files(output_files(self.stem))

    def describe(self, env: Any) -> str:
        return shown_instead(env, "GOC", self.node) or "\n".join(self._shown_steps(env))

    def _shown_steps(self, env: Any) -> Iterator[str]:
        assembling = shown_instead(env, "GOASM", self.node)
        for step in self.plan.steps:
            yield (
                assembling if assembling and isinstance(step, Run) and os.path.basename(step.argv[0]).startswith("asm") else describe(step)
            )

    def run(self, env: Any) -> None:
        if self._lacking():
            raise BuildError(errstr=f"cannot compile {self.package.import_path}: {self._lacking()} could not be compiled", status=2)
        plan = self.plan
        key = self.signature()
        try:
            if self.profile:
                prepare_profile(self.config, self.profile)
            exports = {path: unit.stem + ".x" for path, unit in self.imports.items()}
            with self.build.session.compiling() as others:
                built = run_package(self.config, plan, exports, key, _backends(others))
        except GoError as error:
            name, told = as_told(self.package, error)
            raise self.build.session.build_failure(told, name, f"cannot compile {self.package.import_path}") from None
        if built.output:
            messages.say(built.output)
        self._disturbed = self._is_disturbed()
        if self._disturbed:
            record.forget(plan)  # a source was edited while it was compiled: what came of it nobody knows
        self.built = built

    def after_build(self) -> None:
        self.remade = True
        if self.built is None:  # a cache brought the files
            self.built = record.describe(self.plan)
            record.save(self.plan, self.built, self.signature())
        if not self._disturbed:
            before = self.build.ledger.known(self.stem)
            self.exports_new = before is None or before.export_digest != self.built.export_digest
            self.note()

    def reset(self) -> None:
        pass  # the next build has units of its own

    @property
    def plan(self) -> PackagePlan:
        """How the package is compiled; raises BuildError where go would refuse it."""
        if self._plan is None:
            try:
                self._plan = self.build.setup.commands.apply(plan_package(self.config, self.package, self.profile))
                self._planned = {path: self.build.state.digest(path) for path in self.input_paths()}
            except GoError as error:
                raise self.build.session.build_failure(error, self.package.listed, f"cannot compile {self.package.import_path}") from None
        return self._plan

    def input_paths(self) -> list[str]:
        """The files that are compiled, assembled or embedded."""
        return [source_path(self.config, self.package, name) for name in input_files(self.package)]

    def note(self) -> None:
        """Take down in the ledger that the package is as its plan says."""
        assert self.built
        ledger = self.build.ledger
        export, archive = ledger.sign(self.stem + ".x"), ledger.sign(self.stem + ".a")
        plan = (self.signature(), self.plan.action_key, self.plan.imports) if not self.immutable else (self._immutable_key(), "", ())
        ledger.note(self.stem, Made(self.package.import_path, self.built.export_digest, self.built.content_id, export, archive, *plan))

    def get_node(self, env: Any) -> Node:
        """The node of the package, made on first use."""
        if self.node is None:
            self.node = make_node(get_default_fs().File(self.stem + ".x"), self, env)
        return self.node

    def _is_disturbed(self) -> bool:
        """Whether the files that were compiled are not, or no longer, those that the plan was made for."""
        state = self.build.state
        try:
            return any(state.digest(path) != self._planned[path] for path in state.changed(self.input_paths()))
        except OSError:
            return True

    def _take(self, made: Made) -> None:
        self.built = Built(self.package.import_path, self.stem + ".x", self.stem + ".a", made.export_digest, made.content_id)
        self._key = made.key

    def _key_known(self, made: Made) -> str:
        """The key that *made* has to have if the package's files have not changed."""
        return self._immutable_key() if self.immutable else self._key_from(made)

    def _immutable_key(self) -> str:
        """What an immutable package follows from besides the SDK and the variant; to plan it would take longer. "" for the SDK's own.

        Another version of a module is compiled to the same place, and so is what imports it and has not changed itself.
        """
        module = self.package.module
        if module is None:
            return ""
        facts = [*module.identity, *(f"{path} {unit.built.export_digest}" for path, unit in self.imports.items() if unit.built)]
        return text_digest("\0".join(facts))

    def _key_from(self, facts: PackagePlan | Made) -> str:
        digests = {path: unit.built.export_digest for path, unit in self.imports.items() if unit.built}
        return record.full_key(facts, digests)  # type: ignore[arg-type] # both have an action_key and imports

    def _is_recorded(self) -> bool:
        """Whether a plan made now asks for what is there."""
        plan = self.plan
        self._key = self._key_from(plan)
        made = self.build.ledger.known(self.stem)
        if made and made.key == self._key and self.build.ledger.vouches_for(self.stem):
            self._take(made)
            return True
        self.built = record.load(plan, self._key) or self._adopt(plan)
        if self.built:
            self.note()
            return True
        self._reason = self._find_reason(made)
        return False

    def _adopt(self, plan: PackagePlan) -> Built | None:
        """The package as another variant has it; None where the user has added actions, which would not run then."""
        if self.build.session.dry or (self.node and self.node.added_digest()):
            return None
        built = adopt(self.config, plan, self._key)
        if built and built.output:
            messages.say(built.output)
        return built

    def _find_reason(self, made: Made | None) -> str:
        missing = [path for path in output_files(self.stem)[:2] if not os.path.exists(path)]
        if made is None or (missing and made.key == self._key):
            return _MISSING
        if made.action_key == self.plan.action_key:
            changed = [path for path, unit in self.imports.items() if unit.exports_new]
            return f"{changed[0]} exports something else" if changed else "its output was changed by something else"
        return self.build.why(self.package)


class StandardUnit(Unit):
    """The immutable packages of one program: of the SDK and of the module cache. The engine compiles them together."""

    def __init__(self, build: Build, units: Sequence[PackageUnit], profile: Profile | None) -> None:
        self.build = build
        self.units = units
        self.profile = profile
        self.node: Node = None

    def recall(self) -> bool:
        """Take all packages as they are if the ledger vouches for them; whether it does."""
        for unit in self.units:
            unit.suspect = False
        recalled = [unit.recall() for unit in self.units]  # each of them: those that are current are not compiled
        return all(recalled)

    def missing(self) -> list[PackageUnit]:
        """The packages that the ledger does not vouch for."""
        return [unit for unit in self.units if unit.built is None]

    def get_node(self, env: Any) -> Node:
        """The node that stands for all of them, made on first use."""
        if self.node is None:
            names = "\0".join(unit.stem for unit in self.units)
            name = f"standard-{text_digest(names)[:16]}"
            self.node = make_node(get_default_fs().File(os.path.join(self.build.setup.output, name)), self, env)
        return self.node

    def children(self) -> list[Node]:
        return []

    def is_current(self) -> bool:
        if self.missing():
            packages = [unit.package for unit in self.units]
            complete = stamp.load(stamp.path(self.build.config, packages, self.profile))
            if complete:
                self._take(complete)
        return not self.missing()

    def reason(self) -> str:
        return f"{self.missing()[0].package.import_path} has to be compiled"

    def signature(self) -> str:
        return self.content_digest()

    def content_digest(self) -> str:
        return " ".join(unit.content_digest() for unit in self.units)

    def remove(self) -> bool:
        return remove_files(path for unit in self.units for path in output_files(unit.stem))

    def describe(self, env: Any) -> str:
        sdk, variant = self.build.setup.sdk, self.build.setup.variant
        count = len(self.missing())
        what = f"{count} package{'s' if count != 1 else ''} of {sdk.version} for {variant.goos}/{variant.goarch}"
        shown = str(env.Override({"_GOSTD": what}).subst("$GOSTDCOMSTR"))
        return shown or "\n".join(describe(step) for unit in self.missing() for step in unit.plan.steps)

    def run(self, env: Any) -> None:
        progress = messages.Progress("compiling")
        try:
            packages = [unit.package for unit in self.units]
            if self.build.standard_engine is not self.build.engine:
                self.build.standard_engine.build([package for package in packages if package.standard], self.profile, immutable=True)
            built = self.build.engine.build(packages, self.profile, immutable=True)
        except GoError as error:
            raise self.build.session.failure(error, "cannot compile packages of the SDK") from None
        finally:
            progress.end()
        self._take(built)

    def _take(self, built: Mapping[str, Built]) -> None:
        for unit in self.units:
            unit.built = built[unit.package.import_path]
            unit.note()

    def reset(self) -> None:
        pass


def _backends(others: int) -> int:
    """How many threads the compiler gets when *others* compile, too: edits often leave one package that all others wait for."""
    return max(1, min(4, processors()) // (1 + others))


def remove_files(paths: Iterable[str]) -> bool:
    """Remove those of *paths* that exist; whether there were any. Raises OSError."""
    found = [path for path in paths if os.path.lexists(path)]
    for path in found:
        os.unlink(path)
    return bool(found)


def output_files(stem: str) -> list[str]:
    """All files of the package with the outputs *stem*."""
    return [stem + ".x", stem + ".a", stem + ".built"]
