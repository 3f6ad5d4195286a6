"""Each thing that goes wrong gives one message and no traceback, leaves nothing half-written, and is mended by mending it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from gomodule import SUM, write_module
from sconsproject import Project, Run, run


@pytest.fixture
def module(project: Project) -> Project:
    write_module(project)
    project.sconstruct("env.GoProgram('bin/app', 'cmd/app')\n")
    return project


def fails(project: Project, *words: str) -> Run:
    run = project.build().failed()
    for word in words:
        assert run.text.count(word) == 1, run.text
    assert not (project.dir / "bin" / "app").exists()
    left = [name for name in project.files(below="build") if "~work/" in name or name.endswith(".tmp")]
    assert left == []
    return run


def mended(project: Project) -> None:
    project.build().ok()
    assert project.program("bin/app").ok().err == "hello world 7\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("package sum\n\nfunc Of(a, b int) int { return a + }\n", "sum/sum.go:3:36: syntax error: unexpected }"),
        ("package sum\n\nfunc Of(a, b int) string { return a + b }\n", "sum/sum.go:3:35: cannot use a + b"),
        ('package sum\n\nimport "example.com/m/nowhere"\n', "sum/sum.go:3:8: "),
        ('package sum\n\nimport "no/such/std"\n', "sum/sum.go:3:8: package no/such/std is not in std"),
        ("package sum\n\n/* unfinished\n", "sum/sum.go:3:1: "),
        ("", "sum/sum.go:1:1: expected 'package'"),
    ],
)
def test_wrong_sources(module: Project, text: str, words: str) -> None:
    module.write("sum/sum.go", text)
    fails(module, words)
    module.write("sum/sum.go", SUM)
    mended(module)


def test_an_import_cycle(module: Project) -> None:
    module.write("sum/sum.go", SUM.replace("package sum\n", 'package sum\n\nimport _ "example.com/m/cycle"\n'))
    module.write("cycle/cycle.go", 'package cycle\n\nimport _ "example.com/m/sum"\n')
    fails(module, "import cycle not allowed")


def _without_math(folder: str, names: list[str]) -> set[str]:
    return {"math"} & set(names) if folder.endswith("/src") else set()


def test_a_missing_file_of_the_sdk(module: Project, tmp_path: Path) -> None:
    """A GOROOT that lost a package says which, and where it looked."""
    root = tmp_path / "sdk"
    shutil.copytree(module.goroot, root, symlinks=True, ignore=_without_math)
    module.sconstruct(f"env.GoProgram('bin/app', 'cmd/app', GOROOT={str(root)!r})\n")
    module.share = False
    run = module.build().failed()
    assert "math" in run.text and str(root) in run.text
    shutil.rmtree(root)
    assert str(root) in module.build().failed().text


def test_a_file_in_place_of_the_output_folder(module: Project) -> None:
    """What even root cannot write to."""
    module.write("bin", "in the way")
    run = module.build().failed()
    assert "bin" in run.text
    (module.dir / "bin").unlink()
    mended(module)


@contextlib.contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """A file system of 200 KB at *folder*, which comes into being; *options* are mount's."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() != 0 or not mount or not umount:
        pytest.skip("needs root and mount(8) to make a small tmpfs")
    folder.mkdir()
    if subprocess.run([mount, "-t", "tmpfs", "-o", ",".join(("size=200k", *options)), "tmpfs", str(folder)], check=False).returncode:
        pytest.skip("needs the right to mount a tmpfs")
    try:
        yield
    finally:
        subprocess.run([umount, str(folder)], check=True)


WHERE = {
    "program": "env.GoProgram('small/app', 'cmd/app')\n",
    "packages": "env.GoProgram('bin/app', 'cmd/app', GOBUILDDIR='small')\n",
}


@pytest.mark.parametrize("what", WHERE)
@pytest.mark.parametrize(("options", "words"), [((), "no space left on device"), (("ro",), "read-only file system")])
def test_a_full_or_read_only_disk(module: Project, what: str, options: tuple[str, ...], words: str) -> None:
    module.sconstruct(WHERE[what])
    with mounted(module.dir / "small", *options):
        run = module.build().failed()
        assert run.text.lower().count(words) == 1
        left = [name for name in module.files(below="small") if not name.endswith((".x", ".a", ".built"))]
        assert set(left) <= {"small/ledger", "small/lock"} and not (module.dir / "bin" / "app").exists()
    module.build().ok()
    name = "small/app" if what == "program" else "bin/app"
    assert module.program(name).ok().err == "hello world 7\n"


def build_as_others_do(project: Project, *arguments: str) -> Run:
    """Like ``project.build``, but permissions hold, though it is root's."""
    setpriv = shutil.which("setpriv")
    if os.geteuid() == 0 and not setpriv:
        pytest.skip("needs setpriv(1) where tests are run by root")
    powers = "-dac_override,-dac_read_search"
    drop = [str(setpriv), f"--bounding-set={powers}", f"--inh-caps={powers}"] if os.geteuid() == 0 else []
    return run([*drop, sys.executable, "-m", "SCons", *arguments], cwd=project.dir, env=project._environ())


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("sum/sum.go", "cannot read package example.com/m/sum: {path}: Permission denied"),
        ("sum", "cannot read package example.com/m/sum: {path}: Permission denied"),
        ("go.mod", "{path}: reading go.mod: permission denied"),
    ],
)
def test_what_may_not_be_read(module: Project, path: str, says: str) -> None:
    secret = module.dir / path
    mode = secret.stat().st_mode
    secret.chmod(0)
    assert says.format(path=secret) in build_as_others_do(module).failed().err
    secret.chmod(mode)
    mended(module)


@pytest.mark.parametrize("call", ["GoTest", "GoVet", "GoLibrary", "GoFmt"])
@pytest.mark.parametrize("path", ["secret/secret.go", "secret"])
def test_patterns_do_not_pass_over_what_may_not_be_read(module: Project, call: str, path: str) -> None:
    module.write("secret/secret.go", "package secret\n")
    secret = module.dir / path
    mode = secret.stat().st_mode
    module.sconstruct(f"Default(env.{call}('./...'))\n")
    secret.chmod(0)
    assert f"{secret}: Permission denied" in build_as_others_do(module).failed().err
    secret.chmod(mode)


def test_a_killed_compiler(module: Project) -> None:
    """The compiler is killed by a signal in the middle of its work."""
    killer = module.write("killer.sh", '#!/bin/sh\ncase "$*" in *"-p example.com/m/sum "*) kill -KILL $$;; esac\nexec "$@"\n')
    killer.chmod(0o755)
    wrapped = f"env.GoProgram('bin/app', 'cmd/app', KILLER=['{killer}'], GOCCOM='$KILLER $GOC $_GOARGS')\n"  # one word, with spaces, too
    module.sconstruct(wrapped)
    run = fails(module)
    assert "killed" in run.text.lower() and "example.com/m/sum" in run.text
    assert not [name for name in module.files(below="build") if "/sum." in name]
    killer.write_text('#!/bin/sh\nexec "$@"\n')
    mended(module)


def test_no_sdk(module: Project) -> None:
    module.sconstruct("env.GoProgram('bin/app', 'cmd/app', GOROOT='/nowhere/at/all')\n")
    assert "/nowhere/at/all" in fails(module).text


def test_the_min_runtime_says_what_it_cannot_do(module: Project) -> None:
    module.sconstruct("env.GoProgram('bin/app', 'cmd/app', GORUNTIME='min', GOARCH='arm64')\n")
    fails(module, "GORUNTIME='min' is for linux/amd64, not for linux/arm64")
    module.sconstruct("env.GoProgram('bin/app', 'cmd/app', GORUNTIME='tiny')\n")
    fails(module, "GORUNTIME=tiny: must be full or min")
