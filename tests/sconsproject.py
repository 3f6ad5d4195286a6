"""A throwaway project that SCons builds in its own process, for end-to-end tests."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pypi import fetched

ROOT = Path(__file__).resolve().parent.parent
TOOLPATH = ROOT / "site_scons" / "site_tools"

NEEDS_GOYACC = pytest.mark.skipif(not shutil.which("goyacc"), reason="needs goyacc: apt install golang-golang-x-tools")

HEADER = """\
DefaultEnvironment(tools=[])
env = Environment(tools=["go"], toolpath=[{toolpath!r}], GOROOT={goroot!r})
"""


@dataclass
class Run:
    """How a process ended."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err

    def ok(self) -> Run:
        """This run, which must have succeeded."""
        assert self.status == 0, self.text
        assert "Traceback" not in self.text, self.text
        return self

    def failed(self) -> Run:
        """This run, which must have failed without a traceback."""
        assert self.status != 0, self.text
        assert "Traceback" not in self.text, self.text
        return self

    @property
    def up_to_date(self) -> bool:
        """Whether nothing at all was done: SCons says so for each target and shows no command."""
        lines = [line for line in self.out.splitlines() if line and not line.startswith("scons: ")]
        return not lines and "up to date" in self.out


@dataclass
class Project:
    """A folder with a SConstruct, built with the SDK *goroot* and no ``go`` on the PATH."""

    dir: Path
    goroot: Path
    scons: Path | None = None
    """A folder with another SCons (pip install --target); None is the one of this Python."""

    environ: dict[str, str] = field(default_factory=dict)
    share: bool = True

    def write(self, name: str, text: str | bytes) -> Path:
        """Make the file *name* (slashes) with *text*."""
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def sconstruct(self, text: str, **variables: object) -> Path:
        """Write a SConstruct that sets up ``env`` with the Go tool, *variables* in it, and goes on with *text*."""
        header = HEADER.format(toolpath=str(TOOLPATH), goroot=str(self.goroot))
        if variables:
            header += f"env.Replace(**{variables!r})\n"
        return self.write("SConstruct", header + text)

    def build(self, *arguments: str, cwd: str = ".", **kwargs: Any) -> Run:
        """Run ``scons`` with *arguments* in *cwd*; *kwargs* go to subprocess.run.

        Packages of the SDK that an earlier test has compiled are put where this build will look for them, records and all.
        """
        shared = ROOT / ".cache" / "tests" / self.goroot.parent.name
        mine = self.dir / "build" / "go"
        if self.share and not mine.exists():
            link_standard(shared, mine)
        done = run([sys.executable, "-m", "SCons", *arguments], cwd=self.dir / cwd, env=self._environ(), **kwargs)
        if self.share and mine.exists():
            link_standard(mine, shared)
        return done

    def program(self, name: str, *arguments: str) -> Run:
        """Run a program that was built."""
        return run([str(self.dir / name), *arguments], cwd=self.dir, env=self._environ())

    def files(self, *, below: str = ".", pattern: str = "**/*") -> list[str]:
        """The files below a folder, relative to the project, sorted."""
        return sorted(str(path.relative_to(self.dir)) for path in (self.dir / below).glob(pattern) if path.is_file())

    def _environ(self) -> dict[str, str]:
        tools = self.dir.parent / f"{self.dir.name}-bin"
        if not tools.is_dir():
            tools.mkdir()
            for name in ("sh", "gcc", "ld", "as", "ar", "cp", "rm", "cat", "env", "strip", "touch", "goyacc", "true"):
                found = shutil.which(name)
                if found:
                    (tools / name).symlink_to(found)
        environ = {"PATH": str(tools), "HOME": str(self.dir), "LANG": "C.UTF-8", **self.environ}
        if self.scons:
            environ["PYTHONPATH"] = str(self.scons)
        return environ


def link_standard(source: Path, target: Path) -> None:
    """Link what was compiled of the SDK, and what vet found out about it, from one output folder to another.

    A record comes last, and vouches for the others.
    """
    for variant in source.iterdir() if source.is_dir() else ():
        _link(variant, target / variant.name, (".built", ".x", ".a"))
        for facts in variant.glob("~vet-*"):
            _link(facts, target / variant.name / facts.name, (".vet", ".vetx"))


def _link(source: Path, target: Path, kinds: tuple[str, ...]) -> None:
    ending, *suffixes = kinds
    for record in (Path(folder, name) for folder, _, names in os.walk(source) for name in names if name.endswith(ending)):
        path = record.relative_to(source)
        first = path.parts[0] if len(path.parts) > 1 else path.stem
        if "." in first or first.startswith("~") or (target / path).exists():
            continue
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        for suffix in (*suffixes, record.suffix):
            _share(record.with_suffix(suffix), (target / path).with_suffix(suffix))


def _share(there: Path, here: Path) -> None:
    """Have the file *there* at *here* too, where there is none yet: a link, or where that cannot be a copy with the same times.

    Another process may just be making *there* anew: what is not there is left out, and a record does not vouch for files of another one.
    """
    try:
        here.hardlink_to(there)
    except (FileExistsError, FileNotFoundError):
        return
    except OSError:  # TMPDIR is another file system, or the file has as many links as it can have
        copy = here.with_name(f"{here.name}.{os.getpid()}.copy")
        with contextlib.suppress(FileNotFoundError):
            shutil.copy2(there, copy)
            copy.rename(here)


LONG = 1800.0
"""Seconds after which a process is taken to hang: no measure of anything, for the machine may do much else."""


def run(argv: list[str], *, cwd: Path | str, env: dict[str, str] | None = None, timeout: float = LONG, **kwargs: Any) -> Run:
    """Run a process and keep what it says."""
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, timeout=timeout, check=False, **kwargs)
    return Run(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def scons_release(version: str) -> Path:
    """A folder with the SCons of *version*, from PyPI on first use."""
    return fetched(f"scons=={version}", ROOT / ".cache" / "scons" / version, "SCons")


def compiled(out: str) -> list[str]:
    """Import paths of the compile commands in what SCons printed, in order."""
    return re.findall(r"/compile\b.* -p (\S+)", out)
