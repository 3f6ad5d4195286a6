"""Golden: test binaries are bit for bit those of ``go test -c -trimpath -buildvcs=false``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import CURRENT, OLDEST, PREVIOUS, ROOT, goroot, write_files
from gotest_reference import run_go
from scons_go.filestate import FileState
from scons_go.load import Loader
from scons_go.module.build import open_build_list
from scons_go.module.environment import module_env
from scons_go.overlay import Overlay
from scons_go.plan.config import Config
from scons_go.plan.engine import Engine
from scons_go.plan.link import run_link
from scons_go.sdk import find_sdk
from scons_go.test.program import binary_name, plan_test_link, test_program
from scons_go.test.variants import CoverRequest
from scons_go.variant import Variant
from sconsproject import link_standard

load_test_program, test_program = test_program, None  # pytest takes the name for a test's

MODULE = {
    "go.mod": "module example.com/m\n\ngo 1.21\n",
    "p/p.go": 'package p\n\nimport "strings"\n\nfunc P() string { return strings.ToUpper("p") }\n',
    "p/p_test.go": """//go:debug panicnil=1

package p

import (
	_ "embed"
	"os"
	"testing"
)

//go:embed testdata/inner.txt
var inner string

func Exported() string { return inner }

func TestMain(m *testing.M) { os.Exit(m.Run()) }
func TestP(t *testing.T)    { P() }
func BenchmarkP(b *testing.B) {}
func FuzzP(f *testing.F)      {}
""",
    "p/x_test.go": """package p_test

import (
	"embed"
	"fmt"
	"testing"

	"example.com/m/p"
	"example.com/m/q"
)

//go:embed testdata
var files embed.FS

func TestX(t *testing.T) { q.Q(); p.Exported(); files.Open("x") }

func ExampleP() {
	fmt.Println(p.P())
	// Output: P
}
""",
    "p/testdata/inner.txt": "inner",
    "p/testdata/outer.txt": "outer",
    "q/q.go": 'package q\n\nimport "example.com/m/p"\n\nfunc Q() { p.P() }\n',
    "only/only_test.go": 'package only\n\nimport "testing"\n\nfunc TestOnly(t *testing.T) {}\n',
    "plain/plain.go": "package plain\n\nfunc F() int { return 1 }\n",
    "plain/x_test.go": 'package plain_test\n\nimport . "testing"\nimport "example.com/m/plain"\n\nfunc TestF(t *T) { plain.F() }\n',
    "cmd/main.go": 'package main\n\nimport "example.com/m/q"\n\nfunc main() { q.Q() }\n',
    "cmd/main_test.go": 'package main\n\nimport "testing"\nimport "example.com/m/q"\n\nfunc TestQ(t *testing.T) { main(); q.Q() }\n',
    "v2/v2.go": "package v2\n\nfunc F() {}\n",
    "v2/v2_test.go": 'package v2\n\nimport "testing"\n\nfunc TestF(t *testing.T) { F() }\n',
}

PACKAGES = [
    "example.com/m/p", "example.com/m/plain", "strings",
    *(pytest.param(path, marks=pytest.mark.judge) for path in ("os", "reflect", "cmd/internal/quoted")),
    *(pytest.param(f"example.com/m/{name}", marks=pytest.mark.judge) for name in ("only", "cmd", "v2")),
]  # fmt: skip


class Bench:
    """One SDK, one module, and what has been compiled with them."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.folder = write_files(folder / "m", MODULE)
        sdk = find_sdk({"GOROOT": str(root)})
        self.variant = Variant.of(sdk, "linux", "amd64", cgo=False)
        state = FileState()
        environment = module_env(sdk.root, sdk.version[2:], {"GOPROXY": "off", "HOME": str(folder), "GOMODCACHE": str(folder / "none")})
        modules = open_build_list(str(self.folder), environment)
        assert modules
        self.loader = Loader(sdk, self.variant, Overlay(), state, modules)
        self.output = folder / "out"
        self.shared = ROOT / ".cache" / "tests" / root.parent.name
        link_standard(self.shared, self.output)
        self.config = Config(sdk, self.variant, str(self.output / self.variant.key), state, base=str(self.folder), go_version=modules.go)
        self.engine = Engine(self.config, 2)

    def build(self, import_path: str, coverage: CoverRequest | None = None, **settings: object) -> Path:
        config = replace(self.config, variant=replace(self.variant, **settings)) if settings else self.config
        program = load_test_program(config, self.loader, import_path, coverage)
        assert program
        engine = Engine(program.config, 2) if settings else self.engine
        built = engine.build(program.packages.closure, program.profile)
        output = self.folder / "ours" / binary_name(import_path)
        run_link(program.config, plan_test_link(program, str(output), loader=self.loader), built)
        link_standard(self.output, self.shared)
        return output

    def reference(self, import_path: str, *flags: str) -> Path:
        output = self.folder / "gos" / binary_name(import_path)
        output.parent.mkdir(exist_ok=True)
        run_go(self.root, "test", "-c", "-trimpath", "-buildvcs=false", "-vet=off", "-o", str(output), *flags, import_path, cwd=self.folder)
        return output


@pytest.fixture(
    scope="module",
    params=[CURRENT, *(pytest.param(version, marks=pytest.mark.judge) for version in (OLDEST, PREVIOUS))],
)
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(goroot(str(request.param)), tmp_path_factory.mktemp("binary"))


@pytest.mark.parametrize("import_path", PACKAGES)
def test_binary(bench: Bench, import_path: str) -> None:
    assert bench.build(import_path).read_bytes() == bench.reference(import_path).read_bytes()


@pytest.mark.judge
def test_with_a_profile(bench: Bench) -> None:
    """A command with default.pgo: the profile goes to all packages of the test binary."""
    profile = bench.root / "src/cmd/compile/default.pgo"
    (bench.folder / "cmd" / "default.pgo").write_bytes(profile.read_bytes())
    assert bench.build("example.com/m/cmd").read_bytes() == bench.reference("example.com/m/cmd").read_bytes()
    (bench.folder / "cmd" / "default.pgo").unlink()


@pytest.mark.judge
def test_with_link_flags(bench: Bench) -> None:
    flags = (("", ("-X", "example.com/m/p.x=y", "-s")),)
    ours = bench.build("example.com/m/p", ldflags=flags)
    assert ours.read_bytes() == bench.reference("example.com/m/p", "-ldflags=-X example.com/m/p.x=y -s").read_bytes()


@pytest.mark.parametrize("mode", ["set", pytest.param("atomic", marks=pytest.mark.judge)])
def test_with_coverage(bench: Bench, mode: str) -> None:
    if bench.config.sdk.minor < 23:
        pytest.skip("Go 1.22's coverage set-up is done by a text of our own")
    ours = bench.build("example.com/m/p", CoverRequest(mode))
    assert ours.read_bytes() == bench.reference("example.com/m/p", f"-covermode={mode}").read_bytes()


def test_a_command_with_coverage(bench: Bench) -> None:
    if bench.config.sdk.minor < 23:
        pytest.skip("Go 1.22's coverage set-up is done by a text of our own")
    ours = bench.build("example.com/m/cmd", CoverRequest("set"))
    assert ours.read_bytes() == bench.reference("example.com/m/cmd", "-cover").read_bytes()


@pytest.mark.judge
def test_with_coverage_of_other_packages(bench: Bench) -> None:
    if bench.config.sdk.minor < 23:
        pytest.skip("Go 1.22's coverage set-up is done by a text of our own")
    select = frozenset({"example.com/m/p", "example.com/m/q"})
    ours = bench.build("example.com/m/p", CoverRequest("count", ("./p", "./q"), select))
    assert ours.read_bytes() == bench.reference("example.com/m/p", "-covermode=count", "-coverpkg=./p,./q").read_bytes()
