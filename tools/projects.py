"""Real programs at pinned versions: their modules on disk, and both ways to build them. For the judges and the measures."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from repository import ROOT
from scons_go.errors import GoError
from scons_go.graph.variables import ARCH_LEVELS
from scons_go.module.environment import module_env
from scons_go.module.fetch import Fetcher
from scons_go.module.proxy import Source
from scons_go.module.sums import Sums
from scons_go.module.version import Version, check_path, split_path_version
from scons_go.module.web import Client
from scons_go.sdk import SDK

_SCONSTRUCT = """\
DefaultEnvironment(tools=[])
SConsignFile({signatures!r})
env = Environment(tools=["go"], toolpath=[{toolpath!r}], GOROOT={goroot!r}, GOBUILDDIR={build!r})
env.GoProgram({target!r}, {package!r}{settings})
"""


def write_sconstruct(
    path: Path, sdk: SDK, *, build: Path, target: Path, package: str, signatures: str = "sconsign", settings: str = ""
) -> None:
    """Write the SConstruct *path* of one program; *settings* are further arguments of GoProgram, beginning with a comma."""
    toolpath = str(ROOT / "site_scons" / "site_tools")
    names = {"signatures": signatures, "toolpath": toolpath, "goroot": sdk.root, "build": str(build), "target": str(target)}
    path.write_text(_SCONSTRUCT.format(**names, package=package, settings=settings))


@dataclass(frozen=True)
class Program:
    """The program in the folder *package* ("." for the root) of *module*; *sum* is go.sum's hash of the module's zip."""

    module: Version
    sum: str
    package: str

    @property
    def source(self) -> str:
        """The package's folder, relative to the place of a :class:`Checkout`."""
        return os.path.normpath(os.path.join("src", self.package))


STUBS = ["plugin", "runtime/pprof", "runtime/trace"]
"""What these programs import for a flag or a page, and can do without on the min runtime."""

_TOOLS = Version("golang.org/x/tools", "v0.50.0")
_TOOLS_SUM = "h1:c2ifzfcuY7L90lZ2aKd8S4K2NpASF08SZx9ZuJkHmSU="

PROGRAMS = {
    "goyacc": Program(_TOOLS, _TOOLS_SUM, "cmd/goyacc"),
    "stringer": Program(_TOOLS, _TOOLS_SUM, "cmd/stringer"),
    "gopls": Program(Version("golang.org/x/tools/gopls", "v0.23.0"), "h1:Dn6mf9WXu9iLnTftDDMb9wV0c6Se7PjzEMqP0LEe08Y=", "."),
    "esbuild": Program(Version("github.com/evanw/esbuild", "v0.28.1"), "h1:ds+yuRyUaZGx++GR56CrCeuXh8PVhVM4xq8v7PNELFc=", "cmd/esbuild"),
    "fzf": Program(Version("github.com/junegunn/fzf", "v0.65.2"), "h1:Uz6Qey1K4JoGNMskYlwRDnGuCEu/sAh+NxQ4YdX3yn0=", "."),
    "hugo": Program(Version("github.com/gohugoio/hugo", "v0.160.0"), "h1:WmmygLg2ahijM4w2VHFn/DdBR+OpJ9H9pH3d8OApNDY=", "."),
    "rclone": Program(Version("github.com/rclone/rclone", "v1.74.4"), "h1:/c6LMO2kPQjJa6a/PBFcIYJHDvfNOAtfDBJy44mGMpc=", "."),
    "gh": Program(Version("github.com/cli/cli/v2", "v2.83.0"), "h1:DIh4WStSDm15OT43vImvKp21v9JAg8pBbdVoisknTKo=", "cmd/gh"),
}


_SPECIFICATION = re.compile(r"(?P<module>[^@:\s]+)@(?P<version>v[^@:\s]+)(:(?P<package>[^@:\s]+))?")


def find_program(name: str) -> Program:
    """The program of :data:`PROGRAMS` with this *name*, or the one that ``MODULE@VERSION[:PACKAGE]`` says. Raises GoError."""
    if name in PROGRAMS:
        return PROGRAMS[name]
    found = _SPECIFICATION.fullmatch(name)
    if not found:
        raise GoError(f"unknown program {name}; there are {', '.join(PROGRAMS)}, and MODULE@VERSION[:PACKAGE], PACKAGE a folder in it")
    module = Version(found["module"], found["version"])
    problem = check_path(module.path)
    if problem:
        raise GoError(problem)
    return Program(module, "", os.path.normpath(found["package"] or "."))


def program_name(name: str) -> str:
    """What the program *name*, as :func:`find_program` takes it, is called: the folder of its package, or the module's last element."""
    if name in PROGRAMS:
        return name
    program = find_program(name)
    path = split_path_version(program.module.path)
    return (program.package if program.package != "." else path[0].rpartition("/")[2] if path else "program").replace("/", "-")


# Variable of the tool → go build's flag; those of SETTINGS that are in neither are environment variables of both.
_FLAGS = {
    "GOASMFLAGS": "-asmflags",
    "GOBUILDMODE": "-buildmode",
    "GOCFLAGS": "-gcflags",
    "GOLINKFLAGS": "-ldflags",
    "GOMODFLAG": "-mod",
    "GOPGO": "-pgo",
    "GOTAGS": "-tags",
    "GOTRIMPATH": "-trimpath",
}
SETTINGS = (*_FLAGS, "GOARCH", "GOEXPERIMENT", "GOOS", *ARCH_LEVELS)
"""The variables of the tool that mean something to the go command, too."""


def go_settings(settings: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """(flags, environment variables) that tell ``go build`` what the variables *settings* tell the tool."""
    flags = [f"{_FLAGS[name]}={value}" for name, value in settings.items() if name in _FLAGS]
    return flags, {name: value for name, value in settings.items() if name not in _FLAGS}


def environment(sdk: SDK) -> dict[str, str]:
    """The settings that hold for both sides: the proxy of the user, a module cache of this repository's own."""
    passed = {key: value for key, value in os.environ.items() if key.upper().endswith("PROXY") or key.startswith("SSL_")}
    return {
        **passed,
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "GOENV": "off",
        "GOWORK": "off",
        "GOSUMDB": "off",
        "GOFLAGS": "",
        "GOMODCACHE": os.environ.get("GOMODCACHE", str(ROOT / ".cache" / "gomodcache")),
        "GOROOT": sdk.root,
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
    }


def fetch_module(sdk: SDK, module: Version, checksum: str = "") -> Path:
    """The folder of *module* in the module cache, downloaded if it is not there; raises GoError, also for another *checksum*."""
    env = module_env(sdk.root, sdk.version[2:], environment(sdk))
    if not env.proxy:
        env = replace(env, proxy="https://proxy.golang.org")
    known = f"{module.path} {module.version} {checksum}\n".encode() if checksum else b""
    fetcher = Fetcher(env, Sums({"go.sum": known}, env, required=False), lambda: Source(env, Client(env)))
    return Path(fetcher.download(module))


def copy_module(source: Path, target: Path) -> None:
    """Copy a module of the module cache to *target*, where its files can be changed; *target* appears complete or not at all."""
    temporary = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    shutil.copytree(source, temporary)
    for base, _, names in os.walk(temporary):
        for path in (base, *(os.path.join(base, name) for name in names)):
            os.chmod(path, os.stat(path).st_mode | stat.S_IWUSR)
    try:
        temporary.rename(target)
    except OSError:
        shutil.rmtree(temporary)
        if not target.is_dir():  # else somebody else was faster
            raise


@dataclass(frozen=True)
class Checkout:
    """A program's module below *work*, and the commands that build it; programs of one module share the place.

    *settings* are variables of :data:`SETTINGS`, for both sides.
    """

    name: str
    program: Program
    sdk: SDK
    work: Path
    jobs: int = 0
    runtime: str = "full"
    strip: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> Path:
        """The folder with the module in ``src``, and what is made of it beside that, for each SDK."""
        return self.work / str(self.program.module).replace("/", "_")

    @property
    def version(self) -> str:
        return self.sdk.version[2:]

    @property
    def made(self) -> Path:
        """The program that scons-go builds."""
        return self.place / "bin" / self.version / self._label

    @property
    def _label(self) -> str:
        return self._common + ("" if self.runtime == "full" else f"-{self.runtime}") + ("-stripped" if self.strip else "")

    @property
    def _common(self) -> str:
        """The name, and what stands for the settings of both sides."""
        digest = hashlib.sha256(repr(sorted(self.settings.items())).encode()).hexdigest()
        return f"{self.name}-{digest[:8]}" if self.settings else self.name

    @property
    def _settings(self) -> str:
        """Further arguments of GoProgram."""
        runtime = "" if self.runtime == "full" else f", GORUNTIME={self.runtime!r}, GORUNTIMESTUBS={STUBS!r}"
        settings = "".join(f", {name}={value!r}" for name, value in self.settings.items())
        return runtime + (', GOLINKFLAGS=["-s", "-w"]' if self.strip else "") + settings

    @property
    def expected(self) -> Path:
        """The program that the go command builds."""
        return self.place / "bin" / self.version / f"{self._common}-go"

    @property
    def packages(self) -> Path:
        """Where scons-go keeps what it compiled."""
        return self.place / "build" / self.version

    def lay(self) -> None:
        """Fetch the module, if it is not there yet, and write the SConstruct."""
        self.place.mkdir(parents=True, exist_ok=True)
        source = self.place / "src"
        if not source.is_dir():
            copy_module(fetch_module(self.sdk, self.program.module, self.program.sum), source)
        if not (source / "go.mod").is_file():
            raise GoError(f"{self.program.module} has no go.mod: it can only be built as a part of another module")
        if not (self.place / self.program.source).is_dir():
            raise GoError(f"{self.program.module} has no folder {self.program.package}")
        write_sconstruct(
            self.sconstruct,
            self.sdk,
            build=self.packages,
            target=self.made,
            package=self.program.source,
            signatures=f"sconsign-{self._label}-{self.version}",
            settings=self._settings,
        )

    @property
    def sconstruct(self) -> Path:
        return self.place / f"SConstruct-{self._label}-{self.version}"

    def build(self) -> Cost:
        """Build it with scons-go; raises GoError with what it says."""
        jobs = [f"-j{self.jobs}"] if self.jobs else []
        argv = [sys.executable, "-m", "SCons", "-Q", "-f", self.sconstruct.name, *jobs, str(self.made)]  # named: it need not lie below
        return measured(argv, self.place, environment(self.sdk))[0]

    def build_reference(self, cache: Path | None = None) -> Cost:
        """Build it with the go command; *cache* is the GOCACHE, None for the one that all judges share. Raises GoError."""
        jobs = [f"-p={self.jobs}"] if self.jobs else []
        flags, target = go_settings(self.settings)
        go = str(Path(self.sdk.root) / "bin" / "go")
        argv = [go, "build", "-trimpath", "-buildvcs=false", *jobs, *flags, "-o", str(self.expected), "."]
        environ = {**environment(self.sdk), **target, "GOCACHE": str(cache or ROOT / ".cache" / "gocache")}
        return measured(argv, self.place / self.program.source, environ)[0]


@dataclass
class Cost:
    """What a process and those it started took, in seconds: *wall*, and *cpu* of all of them."""

    wall: float
    cpu: float


def measured(argv: Sequence[str], folder: Path, environ: Mapping[str, str]) -> tuple[Cost, str]:
    """(what a process took, what it said); raises GoError if it fails."""
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        start = time.perf_counter()
        process = subprocess.Popen(argv, cwd=folder, env=environ, stdout=said, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    if status:
        raise GoError(f"{' '.join(argv[:4])} … failed in {folder}:\n{text[-3000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime), text
