"""Two builds at once in one output folder: the second waits for the first."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from gomodule import SUM, write_module
from sconsproject import LONG, Project

BUILD = "env.GoProgram('bin/app', './cmd/app')\n"


@pytest.fixture
def module(project: Project) -> Project:
    """A program, not built yet."""
    write_module(project)
    project.sconstruct(BUILD)
    return project


@contextlib.contextmanager
def held(project: Project) -> Iterator[int]:
    """The lock, as another build has it; the file descriptor."""
    path = project.write("build/go/lock", "1234567")
    file = os.open(path, os.O_RDWR)
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield file
    finally:
        os.close(file)


def begin(project: Project, *arguments: str) -> subprocess.Popen[str]:
    """SCons in a process group of its own."""
    command = [sys.executable, "-m", "SCons", *arguments]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=project.dir, env=project._environ(), text=True, start_new_session=True, **pipes)


WAITING = f"scons: waiting for another build in build{os.sep}go (process 1234567)\n"


def test_the_second_build_waits(module: Project) -> None:
    with held(module):
        process = begin(module)
        assert process.stderr and process.stderr.readline() == WAITING
        module.write("cmd/app/main.go", "package main\n\nfunc main() { println(7) }\n")
        assert process.poll() is None
    assert process.communicate(timeout=LONG)[1] == ""
    assert process.returncode == 0
    assert module.program("bin/app").ok().err == "7\n"
    assert module.build().ok().up_to_date


def test_what_was_built_after_the_sconscripts_were_read(module: Project) -> None:
    """Patterns read the ledger early; what another build has noted by the time this one begins is not lost."""
    module.sconstruct("env.GoProgram('bin/', './cmd/...')\n")
    build = f"{sys.executable} -m SCons -f Other bin/other"
    module.write("Other", (module.dir / "SConstruct").read_text().replace("'bin/', './cmd/...'", "'bin/other', './cmd/app'"))
    module.sconstruct(f"env.GoProgram('bin/', './cmd/...')\nimport os\nif ARGUMENTS.get('also'):\n    assert not os.system({build!r})\n")
    module.build().ok()
    module.write("sum/sum.go", SUM.replace("a + b", "a * b"))
    module.build("also=1").ok()
    before = (module.dir / "bin" / "other").stat().st_mtime_ns
    again = module.build("-f", "Other", "bin/other").ok()
    assert again.up_to_date and (module.dir / "bin" / "other").stat().st_mtime_ns == before


def test_interrupt_of_the_waiting(module: Project) -> None:
    with held(module):
        process = begin(module)
        assert process.stderr and process.stderr.readline() == WAITING
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=LONG)[1]
    assert process.returncode != 0
    assert "Traceback" not in said
    assert not (module.dir / "bin").exists()
    module.build().ok()


def test_questions_do_not_wait(module: Project) -> None:
    with held(module):
        module.build("-n").ok()
        module.build("-q").failed()


def test_scons_in_scons(module: Project) -> None:
    """A command that runs SCons for another target of the same folder."""
    command = f"{sys.executable} -m SCons -f Other bin/other"
    module.sconstruct(f"app = {BUILD}env.AddPostAction('bin/app', {command!r})\n")
    module.write("Other", (module.dir / "SConstruct").read_text().partition("app = ")[0] + "env.GoProgram('bin/other', './cmd/app')\n")
    module.build().ok()
    assert module.program("bin/other").ok().err == module.program("bin/app").ok().err


def test_clean_leaves_no_lock(module: Project) -> None:
    module.build().ok()
    assert (module.dir / "build" / "go" / "lock").exists()
    module.build("-c").ok()
    assert not (module.dir / "build" / "go" / "lock").exists()


def test_interactive_holds_it_while_it_builds_only(module: Project) -> None:
    script = "build bin/app\nshell flock -n build/go/lock touch free\nexit\n"
    done = subprocess.run(
        [sys.executable, "-m", "SCons", "--interactive"],
        cwd=module.dir,
        env={**module._environ(), "PATH": os.environ["PATH"]},
        input=script,
        text=True,
        capture_output=True,
        timeout=LONG,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert (module.dir / "bin" / "app").exists() and (module.dir / "free").exists(), done.stdout + done.stderr


def test_a_folder_that_may_not_be_written_is_not_locked(module: Project) -> None:
    """Nothing has to be made there; root may write everywhere, so the lock is in the way instead."""
    module.build().ok()
    (module.dir / "build" / "go" / "lock").unlink()
    (module.dir / "build" / "go" / "lock").mkdir()
    assert module.build().ok().up_to_date
