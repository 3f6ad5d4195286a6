"""Builds many packages at once: those that nobody edits while a build runs (std, vendored, module cache), or a whole closure.

Packages are started in the order that keeps the longest chain of imports moving, and importers of a package are started when its export
data is there, while its assembly is still being made. Results are on disk, keyed by everything that went in; a set of immutable packages
that was complete once is recognised by one stamp.
"""

from __future__ import annotations

import heapq
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..errors import GoError
from ..package import Package
from . import record, stamp
from .compile import PackagePlan, import_order, output_stem, plan_package
from .config import Config
from .pgo import Profile
from .record import Built
from .run import prepare_profile, run_package

_START_UP = 4000
"""What a package costs besides its source, in bytes of Go source that the compiler could compile in that time; for the order only."""


@dataclass(eq=False)
class _Task:
    """A package on its way.

    *waiting* counts the imports whose export data is not there yet, *users* wait for this one's. *cost* is the package's own, *urgency*
    that of the longest chain of packages that begins with it.
    """

    package: Package
    profile: Profile | None
    cost: int
    imports: list[_Task] = field(default_factory=list)
    users: list[_Task] = field(default_factory=list)
    urgency: int = 0
    waiting: int = 0
    plan: PackagePlan | None = None
    export_digest: str = ""
    built: Built | None = None
    error: GoError | None = None
    skipped: bool = False

    @property
    def finished(self) -> bool:
        return self.built is not None or self.error is not None or self.skipped


class Engine:
    """Compiles packages for one *config* on *jobs* threads.

    It may be used from several threads at the same time: a package that one of them is building, the others wait for. *report* is
    called with what the tools say about a package when it is compiled; *progress* with (packages done, packages in all, import path)
    after each one. Both are called from the engine's threads, one call at a time.
    """

    def __init__(
        self,
        config: Config,
        jobs: int,
        report: Callable[[str], None] | None = None,
        progress: Callable[[int, int, str], None] | None = None,
    ) -> None:
        self.config = config
        self.jobs = max(1, jobs)
        self._report = report
        self._progress = progress
        self._changed = threading.Condition()
        self._speaking = threading.Lock()
        self._tasks: dict[str, _Task] = {}
        self._ready: list[tuple[int, str, _Task]] = []
        self._running = 0
        self._workers = 0
        self._done = self._total = 0

    def build(self, packages: Sequence[Package], profile: Profile | None = None, immutable: bool = False) -> dict[str, Built]:
        """Make sure that *packages* are compiled, and return what there is, by import path.

        *packages* are in dependency order and complete: what one of them imports is there too. *profile* is the PGO profile of the
        program they are for. *immutable* says that their sources are those that they had when they were compiled before, if they were:
        a stamp then stands for all of them. Raises GoError with all messages if packages fail; those that do not depend on them are
        built nevertheless.
        """
        packages = [package for package in packages if package.import_path != "unsafe"]
        seal = stamp.path(self.config, packages, profile) if immutable else ""
        complete = stamp.load(seal) if immutable else None
        if complete is not None:
            return complete
        if profile:
            prepare_profile(self.config, profile)
        with self._changed:
            tasks = self._enter(packages, profile)
            try:
                self._hire()
                self._changed.wait_for(lambda: all(task.finished for task in tasks))
            except BaseException:
                self._abandon()
                raise
            finally:
                self._leave(tasks, immutable)
        errors = _root_errors(tasks)
        if errors:
            raise GoError("\n".join(map(str, errors)))
        built = {task.built.import_path: task.built for task in tasks if task.built}
        if len(built) < len(tasks):
            raise GoError("interrupted")
        if immutable:
            stamp.save(seal, built.values())
        return built

    def _enter(self, packages: Sequence[Package], profile: Profile | None) -> list[_Task]:
        """The tasks for *packages*: those that are under way already, and new ones."""
        tasks: dict[str, _Task] = {}
        entered: dict[str, _Task] = {}
        for package in packages:
            stem = output_stem(self.config, package, profile)
            task = self._tasks.get(stem)
            if task is None:
                task = entered[stem] = _Task(package, profile, _cost(self.config, package))
                task.imports = [_find(tasks, package, path) for path in import_order(package) if path != "unsafe"]
            tasks[package.import_path] = task
        new = tuple(entered.values())
        self._tasks.update(entered)
        for task in reversed(new):
            task.urgency = task.cost + max((user.urgency for user in task.users), default=0)
            for imported in task.imports:
                imported.users.append(task)
        for task in new:
            task.waiting = sum(not imported.export_digest for imported in task.imports)
            if any(imported.error or imported.skipped for imported in task.imports):
                task.skipped = True
            elif not task.waiting:
                self._push(task)
        self._total += len(new)
        return list(tasks.values())

    def _leave(self, tasks: Sequence[_Task], immutable: bool) -> None:
        """Forget *tasks* that may have to be done again: those that failed, and those whose sources may change."""
        keep = {id(task) for task in tasks if not (immutable and task.built)}
        self._tasks = {stem: task for stem, task in self._tasks.items() if id(task) not in keep}

    def _push(self, task: _Task) -> None:
        heapq.heappush(self._ready, (-task.urgency, task.package.import_path, task))
        self._changed.notify_all()

    def _hire(self) -> None:
        while self._workers < self.jobs:
            self._workers += 1
            threading.Thread(target=self._work, name="go-engine", daemon=True).start()

    def _abandon(self) -> None:
        """After an interrupt: start nothing more, and wait for what is running."""
        for _, _, task in self._ready:
            self._skip(task)
        self._ready.clear()
        self._changed.wait_for(lambda: not self._running)

    def _work(self) -> None:
        """A worker's life: the most urgent package that is ready, again and again, until there is nothing left to wait for."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._ready or not self._running)
                if not self._ready:
                    break
                task = heapq.heappop(self._ready)[2]
                self._running += 1
                backends = max(1, processors() // min(self.jobs, self._running + len(self._ready)))
                self._changed.release()
                try:
                    error = self._attempt(task, backends)
                finally:
                    self._changed.acquire()
                    self._running -= 1
                if error:
                    task.error = error
                    for user in task.users:
                        self._skip(user)
                self._done += 1
                self._changed.notify_all()
            self._workers -= 1
            if not self._workers:
                self._done = self._total = 0
            self._changed.notify_all()

    def _skip(self, task: _Task) -> None:
        if not task.finished:
            task.skipped = True
            for user in task.users:
                self._skip(user)

    def _attempt(self, task: _Task, backends: int) -> GoError | None:
        """Build *task*, outside the lock; returns what went wrong."""
        try:
            built = self._build(task, backends)
        except GoError as error:
            return error
        except Exception as error:  # a thread must not die without a word
            return GoError(f"{task.package.import_path}: internal error: {error!r}")
        with self._speaking:
            if self._progress:
                self._progress(self._done + 1, self._total, built.import_path)
        return None

    def _build(self, task: _Task, backends: int) -> Built:
        plan = task.plan = plan_package(self.config, task.package, task.profile)
        key = record.full_key(plan, {imported.package.import_path: imported.export_digest for imported in task.imports})
        built = record.load(plan, key)
        if built is None:
            exports = {imported.package.import_path: imported.plan.export for imported in task.imports if imported.plan}
            built = run_package(self.config, plan, exports, key, backends, lambda digest: self._release(task, digest))
            if built.output and self._report:
                with self._speaking:
                    self._report(built.output)
        self._release(task, built.export_digest)
        task.built = built
        return built

    def _release(self, task: _Task, export_digest: str) -> None:
        """The export data of *task* is there: its users have one import less to wait for."""
        with self._changed:
            if task.export_digest:
                return
            task.export_digest = export_digest
            for user in task.users:
                user.waiting -= 1
                if not user.waiting and not user.skipped:
                    self._push(user)


def _root_errors(tasks: Sequence[_Task]) -> list[GoError]:
    """The errors of *tasks* but for those in packages that import one with an error.

    Such a package may have been started when the export data was there, and have lost it when the assembly failed.
    """
    errors: list[GoError] = []
    failed: set[int] = set()
    for task in tasks:
        inherited = any(id(imported) in failed for imported in task.imports)
        if task.error or inherited:
            failed.add(id(task))
        if task.error and not inherited:
            errors.append(task.error)
    return errors


def _find(tasks: dict[str, _Task], package: Package, path: str) -> _Task:
    try:
        return tasks[path]
    except KeyError:
        raise GoError(f"{package.import_path}: the packages to build lack {path}, which it imports") from None


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cost(config: Config, package: Package) -> int:
    """A guess of the time that compiling *package* takes: the size of its Go files."""
    total = _START_UP
    for name in package.files.go:
        try:
            total += os.stat(config.overlay.actual(os.path.join(package.dir, name))).st_size
        except OSError:
            break  # plan_package says what is wrong, in its turn
    return total
