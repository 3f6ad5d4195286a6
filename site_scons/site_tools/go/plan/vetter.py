"""Vets packages together with all that they import, each once, as many at a time as there are jobs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue

from ..errors import GoError
from ..package import Package
from .compile import import_order, plan_package, relative_stem
from .config import Config
from .record import Built
from .vet import Checks, Vetted, full_key, load_vetted, plan_vet, refuse_unreadable, run_vet


@dataclass(eq=False)
class _Job:
    """A package on its way; *waiting* counts the imports about which there are no facts yet."""

    package: Package
    waiting: int = 0
    users: list[_Job] = field(default_factory=list)


class Vetter:
    """Vets for one *config* on *jobs* threads.

    It may be used from several threads at the same time, for programs that have packages in common: each package is vetted once, and what
    one thread is vetting, the others wait for. *is_immutable* tells which packages nobody edits; of those the content that was compiled
    stands for their sources. *tool* is another vet than the SDK's.
    """

    def __init__(self, config: Config, jobs: int, checks: Checks, is_immutable: Callable[[Package], bool], tool: str = "") -> None:
        self.config = config
        self.checks = checks
        self.tool = tool
        self._is_immutable = is_immutable
        self._jobs = max(1, jobs)
        self._lock = threading.Lock()
        self._flights: dict[tuple[str, bool], Future[Vetted]] = {}

    def vet(self, packages: Sequence[Package], built: Mapping[str, Built], ask: Collection[str]) -> list[Vetted]:
        """What is wrong with the packages *ask* (import paths), in their order among *packages*.

        *packages* are in dependency order and complete; *built* has all that others among them import. Raises GoError if vet cannot be
        run or dies.
        """
        refuse_unreadable([self.config.output])
        packages = [package for package in packages if package.import_path != "unsafe"]
        standard = frozenset(package.import_path for package in packages if package.standard)
        facts = self._vetted_before(packages, ask)
        jobs = _jobs(packages, facts)
        ready = [job for job in jobs if not job.waiting]
        running: dict[Future[Vetted], _Job] = {}
        finished: SimpleQueue[Future[Vetted]] = SimpleQueue()
        with ThreadPoolExecutor(self._jobs, "go-vet") as pool:
            for _ in jobs:
                while ready:
                    job = ready.pop()
                    asked = job.package.import_path in ask
                    future = pool.submit(self._vet, job.package, built, standard, facts, asked)
                    running[future] = job
                    future.add_done_callback(finished.put)
                future = finished.get()
                job = running.pop(future)
                try:
                    facts[job.package.import_path] = _result(job, future, ask)
                except BaseException:
                    pool.shutdown(cancel_futures=True)
                    raise
                for user in job.users:
                    user.waiting -= 1
                    if not user.waiting:
                        ready.append(user)
        return [facts[package.import_path] for package in packages if package.import_path in ask]

    def _flight(self, package: Package, asked: bool) -> tuple[str, bool]:
        """What tells apart what is vetted: as for compiled packages, the place of the results."""
        return relative_stem(self.config, package), asked

    def _vetted_before(self, packages: Sequence[Package], ask: Collection[str]) -> dict[str, Vetted]:
        """What is known of *packages* because an earlier call had to do with them, too."""
        flights = ((each.import_path, self._flights.get(self._flight(each, each.import_path in ask))) for each in packages)
        return {path: flight.result() for path, flight in flights if flight and flight.done() and not flight.exception()}

    def _vet(
        self,
        package: Package,
        built: Mapping[str, Built],
        standard: frozenset[str],
        facts: Mapping[str, Vetted],
        asked: bool,
    ) -> Vetted:
        """Vet, or wait for the thread that is vetting the same."""
        flight: Future[Vetted] = Future()
        with self._lock:
            current = self._flights.setdefault(self._flight(package, asked), flight)
        if current is flight:
            try:
                own = built.get(package.import_path) if self._is_immutable(package) else None
                source_key = own.content_id if own else plan_package(self.config, package).action_key
                plan = plan_vet(self.config, package, source_key, built, standard, self.checks, self.tool)
                key = full_key(plan, built, facts)
                flight.set_result(load_vetted(plan, key, asked) or run_vet(self.config, plan, key, facts, asked))
            except GoError as error:
                flight.set_exception(error)
            except BaseException as error:
                flight.set_exception(GoError(f"vet {package.import_path}: internal error: {error!r}"))
                raise
        return current.result()


def _result(job: _Job, future: Future[Vetted], ask: Collection[str]) -> Vetted:
    """What vet found; that a package cannot be vetted, too, if nothing but its own findings depends on it. Raises GoError."""
    path = job.package.import_path
    try:
        return future.result()
    except GoError as error:
        if job.users or path not in ask:
            raise
        return Vetted(path, "", "", str(error), True)


def _jobs(packages: Sequence[Package], done: Container[str]) -> list[_Job]:
    """Those of *packages* that are not *done*."""
    jobs = {package.import_path: _Job(package) for package in packages if package.import_path not in done}
    for job in jobs.values():
        for path in import_order(job.package):
            if path == "unsafe" or path in done:
                continue
            if path not in jobs:
                raise GoError(f"{job.package.import_path}: the packages to vet lack {path}, which it imports")
            jobs[path].users.append(job)
            job.waiting += 1
    return list(jobs.values())
