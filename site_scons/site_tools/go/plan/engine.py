"""Builds many packages at once: those that nobody edits while a build runs (std, vendored, module cache), or a whole closure.

Packages are started in the order that keeps the longest chain of imports moving. Results are on disk, keyed by everything that went in;
a set of immutable packages that was complete once is recognised by one stamp.
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
from .twin import adopt

_START_UP = 4000
"""What a package costs besides its source, in bytes of Go source that the compiler could compile in that time; for the order only."""


@dataclass(eq=False)
class _Task:
    """A package on its way.

    *stem* is where its output goes. *users* wait for it, *waiting* counts the imports that it waits for itself. *cost* is the package's
    own, *urgency* that of the longest chain of packages that begins with it. *immutable* says whether its sources stay as they are.
    """

    package: Package
    stem: str
    profile: Profile | None
    cost: int
    immutable: bool
    imports: list[_Task] = field(default_factory=list)
    users: list[_Task] = field(default_factory=list)
    urgency: int = 0
    waiting: int = 0
    plan: PackagePlan | None = None
    built: Built | None = None
    error: GoError | None = None
    skipped: bool = False

    @property
    def finished(self) -> bool:
        return self.built is not None or self.failed

    @property
    def failed(self) -> bool:
        return self.error is not None or self.skipped


class Engine:
    """Compiles packages for one *config* on *jobs* threads.

    It may be used from several threads at the same time: a package that one of them is building, the others wait for. *report* is
    called with what the tools say about a package when it is compiled; *progress* with (packages done, packages in all, import path)
    after each one. Both are called from the engine's threads, one call at a time. Without *keep_going* nothing more is begun after
    the first package that fails.
    """

    def __init__(
        self,
        config: Config,
        jobs: int,
        report: Callable[[str], None] | None = None,
        progress: Callable[[int, int, str], None] | None = None,
        keep_going: bool = True,
    ) -> None:
        self.config = config
        self.jobs = max(1, jobs)
        self.keep_going = keep_going
        self._report = report
        self._progress = progress
        self._changed = threading.Condition()
        self._speaking = threading.Lock()
        self._tasks: dict[str, _Task] = {}
        self._ready: list[tuple[int, str, _Task]] = []
        self._running: list[_Task] = []
        self._workers = 0
        self._done = self._total = 0
        self._stopped = False

    def build(self, packages: Sequence[Package], profile: Profile | None = None, immutable: bool = False) -> dict[str, Built]:
        """Make sure that *packages* are compiled, and return what there is, by import path.

        *packages* are in dependency order and complete: what one of them imports is there too. *profile* is the PGO profile of the
        program they are for. *immutable* says that their sources are those that they had when they were compiled before, if they were:
        a stamp then stands for all of them. Raises GoError with all messages if packages fail; to keep going means that those that do not
        depend on them are built nevertheless.
        """
        packages = [package for package in packages if package.import_path != "unsafe"]
        seal = stamp.path(self.config, packages, profile) if immutable else ""
        complete = stamp.load(seal) if immutable else None
        if complete is not None:
            return complete
        if profile:
            prepare_profile(self.config, profile)
        with self._changed:
            tasks = self._enter(packages, profile, immutable)
            try:
                self._hire()
                self._changed.wait_for(lambda: all(task.finished for task in tasks))
            except BaseException:
                self._abandon()
                raise
            finally:
                self._leave(tasks)
        errors = [str(task.error) for task in tasks if task.error]
        if errors:
            raise GoError("\n".join(errors))
        built = {task.built.import_path: task.built for task in tasks if task.built}
        if len(built) < len(tasks):
            raise GoError("stopped, because something else failed")
        if immutable:
            stamp.save(seal, built.values())
        return built

    def _enter(self, packages: Sequence[Package], profile: Profile | None, immutable: bool) -> list[_Task]:
        """The tasks for *packages*: those that are under way already, and new ones."""
        tasks: dict[str, _Task] = {}
        entered: dict[str, _Task] = {}
        for package in packages:
            stem = output_stem(self.config, package, profile)
            task = self._tasks.get(stem)
            if task is None:
                task = entered[stem] = _Task(package, stem, profile, _cost(self.config, package), immutable)
                task.imports = [_find(tasks, package, path) for path in import_order(package) if path != "unsafe"]
            tasks[package.import_path] = task
        new = tuple(entered.values())
        self._tasks.update(entered)
        self._total += len(new)
        for task in reversed(new):
            task.urgency = task.cost + max((user.urgency for user in task.users), default=0)
            for imported in task.imports:
                imported.users.append(task)
        for task in new:
            task.waiting = sum(not imported.built for imported in task.imports)
            if any(imported.failed for imported in task.imports):
                task.skipped = True
            elif not task.waiting:
                self._push(task)
        return list(tasks.values())

    def _leave(self, tasks: Sequence[_Task]) -> None:
        """Forget those of *tasks* that may have to be done again: they have failed, or their sources may change."""
        again = {id(task) for task in tasks if not (task.immutable and task.built)}
        self._tasks = {stem: task for stem, task in self._tasks.items() if id(task) not in again}

    def _push(self, task: _Task) -> None:
        heapq.heappush(self._ready, (-task.urgency, task.stem, task))  # import paths are not unique: tests have packages of their own
        self._changed.notify_all()

    def _hire(self) -> None:
        while self._workers < self.jobs:
            self._workers += 1
            threading.Thread(target=self._work, name="go-engine", daemon=True).start()

    def _abandon(self) -> None:
        """After an interrupt: start nothing more, and wait for what is running."""
        self._drop_ready()
        self._changed.wait_for(lambda: not self._running)

    def _drop_ready(self) -> None:
        for _, _, task in self._ready:
            self._skip(task)
        self._ready.clear()

    def _work(self) -> None:
        """A worker's life: the most urgent package that is ready, again and again, until there is nothing left to wait for."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._ready or not self._running)
                if not self._ready:
                    break
                task = heapq.heappop(self._ready)[2]
                backends = self._backends(task)
                self._running.append(task)
                self._changed.release()
                try:
                    outcome = self._attempt(task, backends)
                finally:
                    self._changed.acquire()
                    self._running.remove(task)
                self._settle(task, outcome)
            self._workers -= 1
            if not self._workers:
                self._done = self._total = 0
                self._stopped = False

    def _backends(self, task: _Task) -> int:
        """How many threads the compiler gets for *task*: its share of the processors, or more if all others will wait for it in the end.

        Each thread costs CPU time, so it pays only where a processor would be idle otherwise, and on the longest chain: that of a large
        program is about as long as all its packages take on two processors.
        """
        share = processors() // min(self.jobs, 1 + len(self._running) + len(self._ready))
        most_urgent = all(task.urgency >= other.urgency for other in self._running)
        return max(1, min(processors(), 4 * share) if most_urgent else share)

    def _settle(self, task: _Task, outcome: Built | GoError) -> None:
        """Note the *outcome* of *task*, and start or skip those that wait for it."""
        self._done += 1
        if isinstance(outcome, GoError):
            task.error = outcome
            for user in task.users:
                self._skip(user)
            if not self.keep_going:
                self._stopped = True
                self._drop_ready()
        else:
            task.built = outcome
            for user in task.users:
                user.waiting -= 1
                if self._stopped:
                    self._skip(user)
                elif not user.waiting and not user.skipped:
                    self._push(user)
        self._changed.notify_all()

    def _skip(self, task: _Task) -> None:
        if not task.finished:
            task.skipped = True
            for user in task.users:
                self._skip(user)

    def _attempt(self, task: _Task, backends: int) -> Built | GoError:
        """Build *task*, outside the lock."""
        try:
            built, said = self._build(task, backends)
        except GoError as error:
            return error
        except Exception as error:  # a thread must not die without a word
            return GoError(f"{task.package.import_path}: internal error: {error!r}")
        with self._speaking:
            if said and self._report:
                self._report(said)
            if self._progress:
                self._progress(self._done + 1, self._total, built.import_path)
        return built

    def _build(self, task: _Task, backends: int) -> tuple[Built, str]:
        """(what there is, what the tools said about it just now)."""
        plan = task.plan = plan_package(self.config, task.package, task.profile)
        imports = {imported.plan.import_path: imported.built for imported in task.imports if imported.plan and imported.built}
        key = record.full_key(plan, {path: built.export_digest for path, built in imports.items()})
        built = record.load(plan, key)
        if built is not None:
            return built, ""
        built = adopt(self.config, plan, key)
        if built is not None:
            return built, built.output
        built = run_package(self.config, plan, {path: each.export for path, each in imports.items()}, key, backends)
        if not task.immutable and plan_package(self.config, task.package, task.profile).action_key != plan.action_key:
            record.forget(plan)  # a source was edited while it was compiled: nobody knows what came of it
        return built, built.output


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _find(tasks: dict[str, _Task], package: Package, path: str) -> _Task:
    try:
        return tasks[path]
    except KeyError:
        raise GoError(f"{package.import_path}: the packages to build lack {path}, which it imports") from None


def _cost(config: Config, package: Package) -> int:
    """A guess of the time that compiling *package* takes: the size of its Go files."""
    total = _START_UP
    for name in package.files.go:
        try:
            total += os.stat(config.overlay.actual(os.path.join(package.dir, name))).st_size
        except OSError:
            break  # plan_package says what is wrong, in its turn
    return total
