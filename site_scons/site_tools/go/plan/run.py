"""Carrying plans out: scratch folders, processes, what they print, and errors that say what happened.

Outputs are made in a scratch folder beside their place and renamed at the end, so that nothing half-written is ever there.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping

from ..errors import GoError, os_problem
from . import archive, record
from .commands import WORK, AppendArchive, Copy, LeaveOutUntold, Run, Step, WriteFile, expand
from .compile import ARCHIVE, EXPORT, PackagePlan
from .config import Config
from .pgo import Profile
from .record import Built

_serial = itertools.count()


def run_package(
    config: Config,
    plan: PackagePlan,
    exports: Mapping[str, str],
    key: str = "",
    backends: int = 2,
) -> Built:
    """Compile a package and return what was made.

    *exports* maps each of ``plan.imports`` to the file with its export data. *key* goes into the record (see record.full_key).
    *backends* is the number of threads the compiler may use. Raises GoError with go's words; the outputs of an earlier run, and the
    record that says what they were made from, are left alone then.
    """
    with _reporting(plan.import_path), scratch_folder(config.output) as work:
        os.makedirs(os.path.dirname(plan.export), exist_ok=True)
        _write(os.path.join(work, "importcfg"), import_config(plan, exports))
        said = ""
        for step in plan.steps:
            said += run_step(step, work, plan.listed, plan.folder, config.base, backends)
        export, objects = EXPORT.replace(WORK, work), ARCHIVE.replace(WORK, work)
        built = record.describe(plan, export, objects, said)
        record.forget(plan)
        os.replace(export, plan.export)
        os.replace(objects, plan.archive)
        record.save(plan, built, key)
        return built


def prepare_profile(config: Config, profile: Profile) -> None:
    """Make the file that the compiler reads from a PGO profile, if it is not there; raises GoError."""
    if not profile.argv or os.path.exists(profile.file):
        return
    with _reporting(profile.source), scratch_folder(config.output) as work:
        os.makedirs(os.path.dirname(profile.file), exist_ok=True)
        made = os.path.join(work, "profile")
        argv = tuple(made if word == profile.file else word for word in profile.argv)
        run_step(Run(argv, config.base, profile.env), work, profile.source, os.path.dirname(profile.source), config.base)
        os.replace(made, profile.file)


def import_config(plan: PackagePlan, exports: Mapping[str, str]) -> bytes:
    """The compiler's importcfg (cmd/go/internal/work/exec.go:867): direct imports are enough, export data is self-contained."""
    lines = ["# import config\n"]
    lines += [f"importmap {raw}={final}\n" for raw, final in plan.import_map]
    lines += [f"packagefile {path}={exports[path]}\n" for path in plan.imports]
    return "".join(lines).encode("utf-8", "surrogateescape")


def run_step(step: Step, work: str, what: str, folder: str, base: str, backends: int = 2) -> str:
    """Carry one step out in the scratch folder *work*; returns what a tool said, headed by "# *what*" as go does, "" for nothing.

    Paths under the ancestors of *folder* are made relative to *base*. Raises GoError for a tool that fails, OSError for a file.
    """
    if isinstance(step, Run):
        return _run(step, work, what, folder, base, backends)
    if isinstance(step, WriteFile):
        _write(step.path.replace(WORK, work), step.content)
    elif isinstance(step, Copy):
        shutil.copyfile(step.source, step.target.replace(WORK, work))
    elif isinstance(step, AppendArchive):
        archive.append(step.archive.replace(WORK, work), expand(step.members, work))
    elif isinstance(step, LeaveOutUntold):
        from ..minruntime.untold import without_untold

        path = step.archive.replace(WORK, work)
        archive.rewrite(path, lambda member: without_untold(member, path, step.goroot))
    return ""


@contextlib.contextmanager
def scratch_folder(parent: str, name: str = "~work/run") -> Iterator[str]:
    """A new empty folder below *parent*, its path beginning with *name*, gone afterwards; raises OSError."""
    path = os.path.join(parent, f"{name}-{os.getpid()}-{next(_serial)}")
    os.makedirs(path)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _reporting(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise GoError(f"{what}: {os_problem(error)}") from None


def _run(step: Run, work: str, what: str, folder: str, base: str, backends: int) -> str:
    argv, cwd = expand(step.argv, work, backends), step.cwd.replace(WORK, work)
    # A tool that asks for its folder is told the path by which we go there, symbolic links and all (os/exec/exec.go environ).
    env = {**{name: value.replace(WORK, work) for name, value in step.env}, "PWD": cwd}
    try:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            close_fds=False,
        )
    except OSError as error:
        raise GoError(f"{what}: cannot run {argv[0]}: {error.strerror}") from None
    with process:
        assert process.stdout
        said = process.stdout.read().decode("utf-8", "surrogateescape")
    if said:
        said = f"# {what}\n" + relative_paths(said if said.endswith("\n") else said + "\n", work, folder, base)
    if process.returncode == 0:
        return said
    problem = _exit_words(process.returncode)
    if said and process.returncode > 0:
        raise GoError(said.removesuffix("\n"))
    raise GoError(f"{said}{what}: {argv[0]}: {problem}")


def _exit_words(status: int) -> str:
    if status > 0:
        return f"exit status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"killed by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")


def relative_paths(text: str, work: str, folder: str, base: str) -> str:
    """*text* with paths below *folder* and its ancestors relative to *base* where that is shorter, and *work* as ``$WORK``.

    Source: cmd/go/internal/work/shell.go reportCmd, with its rule that a path begins a line or follows a space or a tab.
    """
    text = _replace_prefix(text, work, "$WORK")
    while True:
        relative = os.path.relpath(folder, base)
        if len(relative) < len(folder):
            text = _replace_prefix(text, folder, relative)
        parent = os.path.dirname(folder)
        if parent == folder:
            return text
        folder = parent


def _replace_prefix(text: str, old: str, new: str) -> str:
    if old not in text:
        return text
    for before in (" ", "\n", "\n\t"):
        text = text.replace(before + old, before + new)
    return new + text[len(old) :] if text.startswith(old) else text


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as handle:
        handle.write(content)
