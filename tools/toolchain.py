"""std and programs on one of the two runtimes, made by the product's own planner, for the judges of this folder."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from repository import ROOT
from scons_go.errors import GoError
from scons_go.filestate import FileState
from scons_go.inspect.goobj import GoArchive, read_go_archive
from scons_go.load import Loader
from scons_go.minruntime import load_manifest, overlay_for, untold_in
from scons_go.overlay import Overlay
from scons_go.plan.compact import compact
from scons_go.plan.config import Config
from scons_go.plan.engine import Engine
from scons_go.plan.record import Built
from scons_go.sdk import SDK, find_sdk
from scons_go.variant import Variant

MANIFEST = ROOT / "runtime_min" / "manifest.toml"


@dataclass(frozen=True)
class Said:
    """What a tool said and its exit status."""

    status: int
    output: str


class Toolchain:
    """The tools of an SDK with std compiled for one *runtime* ("full" or "min") below the folder *output*."""

    def __init__(self, goroot: str, runtime: str, output: Path, jobs: int) -> None:
        self.sdk: SDK = find_sdk({}, goroot)
        self.runtime = runtime
        self.jobs = jobs
        self.variant = Variant.of(self.sdk, runtime=runtime)
        folder = str(output / self.variant.key)
        overlay, implied, untold, self.link_flags = Overlay(), (), {}, ()
        if runtime == "min":
            manifest = load_manifest(str(MANIFEST))
            release = manifest.release(self.sdk.version)
            overlay = overlay_for(manifest, self.sdk.root, self.sdk.version, str(output / "overlay"))
            overlay.materialise()
            implied = (("all", release.compile_flags), *((path, release.flags_for(path)) for path in release.packages))
            untold, self.link_flags = untold_in(release), release.link_flags
        self.compile_flags: tuple[str, ...] = implied[0][1] if implied else ()
        state = FileState()
        self.config = Config(self.sdk, self.variant, folder, state, overlay, base=str(ROOT), implied_gcflags=implied, untold=untold)
        self.loader = Loader(self.sdk, self.variant, overlay, state)
        self._built: dict[str, Built] = {}

    @property
    def environment(self) -> dict[str, str]:
        """What compile and link run with."""
        return {**dict(self.config.target_env), "PATH": os.defpath, "LC_ALL": "C"}

    def available(self, import_paths: Iterable[str]) -> list[str]:
        """Those of *import_paths* that can be loaded with all that they import on this runtime's sources."""
        found = []
        for path in import_paths:
            with contextlib.suppress(GoError):
                self.loader.closure([path])
                found.append(path)
        return found

    def prepare(self, import_paths: Iterable[str]) -> Mapping[str, Built]:
        """Compile packages of std and what they import; those known so far, by import path. Raises GoError with all messages."""
        closure = self.loader.closure(["runtime", *import_paths])
        self._built.update(Engine(self.config, self.jobs).build(closure))
        return self._built

    def import_config(self, linking: bool) -> str:
        """The text of an importcfg for all packages compiled so far."""
        return "".join(f"packagefile {path}={built.archive if linking else built.export}\n" for path, built in sorted(self._built.items()))

    def compile(self, arguments: Sequence[str | Path], cwd: Path) -> Said:
        """Run the compiler."""
        return self._run("compile", [*self.compile_flags, *arguments], cwd)

    def link(self, program: Path, arguments: Sequence[str | Path], cwd: Path) -> Said:
        """Link *program* as the product does, but for its build ID; raises GoError for a file that is not what a linker makes."""
        said = self._run("link", [*self.link_flags, "-o", program, *arguments], cwd)
        if self.runtime == "min" and not said.status:
            compact(str(program), str(program))
        return said

    def _run(self, tool: str, arguments: Sequence[str | Path], cwd: Path) -> Said:
        argv = [self.sdk.tool(tool), *map(str, arguments)]
        done = subprocess.run(
            argv,
            cwd=cwd,
            env={**self.environment, "PWD": str(cwd), "TMPDIR": str(cwd)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return Said(done.returncode, done.stdout.decode("utf-8", "replace"))

    def archives(self, main: Path) -> dict[str, GoArchive]:
        """The objects of all packages compiled so far and of the main package *main*, read."""
        archives = {path: read_go_archive(built.archive, self.sdk.root) for path, built in self._built.items()}
        return {**archives, "main": read_go_archive(str(main), self.sdk.root)}
