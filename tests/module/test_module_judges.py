"""Real projects at pinned versions: modules, graph, packages and tidiness are those of the SDK's own go command."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from scons_go.filestate import FileState
from scons_go.load import Loader
from scons_go.module.build import BuildList, open_build_list
from scons_go.module.environment import module_env
from scons_go.module.tidy import check_tidy
from scons_go.overlay import Overlay
from scons_go.package import Module
from scons_go.sdk import find_sdk
from scons_go.variant import Variant

pytestmark = pytest.mark.xdist_group("modules")  # they share a module cache, and compare what is in it

CACHE = ROOT / ".cache" / "compared-modules"  # nobody else's: what the go command lists is compared with what is found a moment later
PROJECTS = ROOT / ".cache" / "projects"
GO = "1.27.3"

REAL = {
    "golang.org/x/tools@v0.50.0": "./cmd/...",
    "golang.org/x/tools/gopls@v0.23.0": ".",
    "github.com/evanw/esbuild@v0.28.1": "./cmd/esbuild",
    "github.com/junegunn/fzf@v0.65.2": ".",
    "github.com/gohugoio/hugo@v0.160.0": ".",
    "github.com/rclone/rclone@v1.74.4": ".",
    "github.com/cli/cli/v2@v2.83.0": "./cmd/gh",
}


class Real:
    """A project on disk, writable, beside the module cache that all judges share."""

    def __init__(self, name: str, goroot: Path) -> None:
        self.goroot = goroot
        self.folder = PROJECTS / name.replace("/", "_")
        passed = {key: value for key, value in os.environ.items() if key.upper().endswith("PROXY") or key.startswith("SSL_")}
        self.environ = {
            **passed,
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "GOENV": "off",
            "GOROOT": str(goroot),
            "GOTOOLCHAIN": "local",
            "GOPROXY": os.environ.get("GOPROXY", "https://proxy.golang.org"),
            "GOSUMDB": "off",
            "GOMODCACHE": str(CACHE),
            "GOCACHE": str(ROOT / ".cache" / "gocache"),
            "GOWORK": "off",
            "CGO_ENABLED": "0",
        }
        if not self.folder.is_dir():
            self._fetch(name)

    def _fetch(self, name: str) -> None:
        CACHE.mkdir(parents=True, exist_ok=True)
        try:
            told = json.loads(self.go("mod", "download", "-json", name, folder=CACHE))
        except AssertionError as error:
            pytest.skip(f"needs the module {name} from a Go module proxy (GOPROXY): {error}")
        temporary = self.folder.with_name(f"{self.folder.name}.{os.getpid()}")
        shutil.copytree(told["Dir"], temporary)
        for base, _, names in os.walk(temporary):
            for entry in (base, *(os.path.join(base, name) for name in names)):
                os.chmod(entry, os.stat(entry).st_mode | stat.S_IWUSR)
        temporary.rename(self.folder)

    def go(self, *arguments: str, folder: Path | None = None) -> str:
        command = [str(self.goroot / "bin" / "go"), *arguments]
        done = subprocess.run(command, cwd=folder or self.folder, env=self.environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-1000:]
        return done.stdout

    def objects(self, *arguments: str) -> Iterator[dict[str, Any]]:
        """The JSON objects that a go command prints one after the other."""
        text, at, decoder = self.go(*arguments), 0, json.JSONDecoder()
        while text[at:].strip():
            at += len(text[at:]) - len(text[at:].lstrip())
            value, at = decoder.raw_decode(text, at)
            yield value

    def open(self, memory: str = "") -> BuildList:
        modules = open_build_list(str(self.folder), module_env(str(self.goroot), GO, self.environ), memory=memory)
        assert modules
        return modules

    def loader(self, modules: BuildList) -> Loader:
        sdk = find_sdk({}, str(self.goroot))
        return Loader(sdk, Variant.of(sdk, "linux", "amd64"), Overlay(), FileState(), modules)


@pytest.fixture(params=list(REAL))
def real(request: pytest.FixtureRequest, current_goroot: Path) -> Real:
    return Real(request.param, current_goroot)


def described(module: Module) -> tuple[object, ...]:
    stand_in = described(module.replace) if module.replace else None
    return (module.path, module.version, module.go_version, module.dir, module.go_mod, stand_in)


def told(module: dict[str, Any]) -> tuple[object, ...]:
    stand_in = told(module["Replace"]) if "Replace" in module else None
    return (module["Path"], *(module.get(key, "") for key in ("Version", "GoVersion", "Dir", "GoMod")), stand_in)


@pytest.mark.judge
def test_modules_and_graph(real: Real) -> None:
    edges = real.go("mod", "graph").splitlines()
    listed = [told(module) for module in real.objects("list", "-m", "-json", "all")]
    modules = real.open()
    assert [described(module) for module in modules.all_modules()] == listed
    assert [f"{module} {required}" for module, required in modules.graph_edges()] == edges


@pytest.mark.judge
def test_packages(real: Real, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """The same packages from the same modules and folders; a run from memory gives them again, and reads each module's hash and no more."""
    pattern = REAL[request.node.callspec.params["real"]]
    fields = "ImportPath,Name,Dir,Module,Standard"
    theirs = {
        package["ImportPath"]: (package["Dir"], told(package["Module"]), package["Module"].get("Sum", ""))
        for package in real.objects("list", "-deps", f"-json={fields}", pattern)
        if not package.get("Standard")
    }
    named = real.go("list", pattern).split()
    memory = str(tmp_path / "memory")
    for _ in range(2):
        modules = real.open(memory)
        closure = real.loader(modules).closure(named)
        ours = {}
        for package in closure:
            if package.module:
                stand_in = package.module.replace
                total = "" if stand_in else package.module.sum
                ours[package.import_path] = (package.dir, described(package.module), total)
        assert ours == theirs
        modules.save()
    modules = real.open(memory)
    looked: list[str] = []
    watching = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event in ("open", "os.listdir", "os.scandir"):
            looked.append(str(arguments[0]))

    sys.addaudithook(hook)
    for package in closure:
        if package.module and not package.module.main:  # those of main modules may have moved
            modules.resolve(package.import_path)
    watching = False
    looked = [path for path in looked if path.startswith(str(CACHE))]
    assert [path for path in looked if not path.endswith(".ziphash")] == [] and len(set(looked)) == len(looked)


@pytest.mark.judge
def test_tidy(real: Real) -> None:
    command = [str(real.goroot / "bin" / "go"), "mod", "tidy", "-diff"]
    differences = subprocess.run(command, cwd=real.folder, env=real.environ, capture_output=True, text=True, check=False)
    findings = check_tidy(str(real.folder), module_env(str(real.goroot), GO, real.environ))
    assert bool(findings) == bool(differences.stdout), [*map(str, findings), differences.stdout[-2000:]]


@pytest.mark.judge
def test_go_accepts_a_cache_that_we_filled(current_goroot: Path, tmp_path: Path) -> None:
    """All that fzf needs is downloaded by us alone; the go command then works without a proxy."""
    real = Real("github.com/junegunn/fzf@v0.65.2", current_goroot)
    real.go("list", "-deps", "./...")  # so that the shared cache can serve as a proxy
    real.environ |= {"GOMODCACHE": str(tmp_path / "cache"), "GOPROXY": f"file://{CACHE}/cache/download"}
    modules = real.open()
    real.loader(modules).closure(["github.com/junegunn/fzf"])
    real.environ["GOPROXY"] = "off"
    assert real.go("list", "-deps", "-f", "{{with .Module}}{{.Dir}}{{end}}", ".").count(str(tmp_path))
    for base, _, _ in os.walk(tmp_path):
        os.chmod(base, stat.S_IRWXU)
