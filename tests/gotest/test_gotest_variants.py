"""The packages of test binaries: the same as ``go list -test -deps`` tells, and go's errors for what cannot be put together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import write_files
from gotest_reference import run_go
from scons_go.errors import GoError
from scons_go.filestate import FileState
from scons_go.load import Loader
from scons_go.module.build import open_build_list
from scons_go.module.environment import module_env
from scons_go.overlay import Overlay
from scons_go.package import Package
from scons_go.sdk import find_sdk
from scons_go.test.variants import CoverRequest, TestPackages, test_packages
from scons_go.variant import Variant

load_test_packages, test_packages = test_packages, None  # pytest takes the name for a test's
TestPackages.__test__ = False


def open_loader(root: Path, folder: Path | None = None) -> Loader:
    sdk = find_sdk({"GOROOT": str(root)})
    variant = Variant.of(sdk, "linux", "amd64", cgo=False)
    modules = None
    if folder:
        environment = module_env(sdk.root, sdk.version[2:], {"GOPROXY": "off", "HOME": str(folder), "GOMODCACHE": str(folder / "none")})
        modules = open_build_list(str(folder), environment)
    return Loader(sdk, variant, Overlay(), FileState(), modules)


def listed(package: Package) -> str:
    """The package as go list names it."""
    return f"{package.import_path} [{package.for_test}.test]" if package.for_test and not package.is_main else package.import_path


def test_every_package_of_std(current_goroot: Path) -> None:
    output = run_go(current_goroot, "list", "-test", "-json=ImportPath,ForTest,Deps,GoFiles", "std", cwd=current_goroot).stdout
    decoder, at = json.JSONDecoder(), 0
    packages = {}
    while at < len(output.rstrip()):
        package, at = decoder.raw_decode(output, at)
        packages[package["ImportPath"]] = package
        at += 1
    loader = open_loader(current_goroot)
    mains = [path for path in packages if path.endswith(".test")]
    assert len(mains) > 150
    for main in mains:
        path = main.removesuffix(".test")
        mine = load_test_packages(loader, path, "/nowhere")
        assert mine is not None
        assert {listed(package) for package in mine.closure[:-1]} == set(packages[main]["Deps"]) - {"unsafe"}, main
        for package in (mine.internal, mine.external):
            if package and package.files.go:
                assert list(package.files.go) == packages[listed(package)]["GoFiles"]


FILES = {
    "go.mod": "module example.com/m\n\ngo 1.22\n",
    "p/p.go": 'package p\n\nimport "strings"\n\nfunc P() string { return strings.ToUpper("p") }\n',
    "p/p_test.go": 'package p\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestP(t *testing.T) { os.Getenv(P()) }\n',
    "p/x_test.go": 'package p_test\n\nimport (\n\t"testing"\n\n\t"example.com/m/q"\n)\n\nfunc TestX(t *testing.T) { q.Q() }\n',
    "q/q.go": 'package q\n\nimport (\n\t"example.com/m/p"\n\t"example.com/m/r"\n)\n\nfunc Q() { p.P(); r.R() }\n',
    "r/r.go": "package r\n\nfunc R() {}\n",
    "only/only_test.go": 'package only\n\nimport "testing"\n\nfunc TestOnly(t *testing.T) {}\n',
    "cmd/main.go": "package main\n\nfunc main() {}\n",
    "cmd/x_test.go": 'package main_test\n\nimport "testing"\n\nfunc TestX(t *testing.T) {}\n',
}


@pytest.fixture
def module(tmp_path: Path) -> Path:
    return write_files(tmp_path, FILES)


def test_importers_between_are_compiled_again(current_goroot: Path, module: Path) -> None:
    packages = load_test_packages(open_loader(current_goroot, module), "example.com/m/p", "/main")
    assert packages
    names = {listed(package) for package in packages.closure}
    ours = {name for name in names if name.startswith("example.com")}
    assert ours == {
        "example.com/m/p [example.com/m/p.test]", "example.com/m/p_test [example.com/m/p.test]", "example.com/m/q [example.com/m/p.test]",
        "example.com/m/r", "example.com/m/p.test",
    }  # fmt: skip
    assert packages.internal.files.go == ("p.go", "p_test.go")
    assert packages.internal.ordered_imports == ("os", "testing", "strings")
    assert packages.external
    assert packages.external.ordered_imports == ("example.com/m/q", "testing")
    assert packages.main.ordered_imports[-3:] == ("runtime", "example.com/m/p", "example.com/m/p_test")
    assert (packages.main.is_main, packages.internal.is_main) == (True, False)
    order = [package.import_path for package in packages.closure]
    assert (
        order.index("example.com/m/p")
        < order.index("example.com/m/q")
        < order.index("example.com/m/p_test")
        < order.index("example.com/m/p.test")
    )


def test_nothing_is_compiled_again_without_need(current_goroot: Path, module: Path) -> None:
    (module / "p" / "p_test.go").unlink()
    loader = open_loader(current_goroot, module)
    packages = load_test_packages(loader, "example.com/m/p", "/main")
    assert packages
    assert packages.internal is packages.tested
    assert all(not package.for_test for package in packages.closure[:-2])
    assert load_test_packages(loader, "example.com/m/r", "/main") is None


def test_only_tests_and_commands(current_goroot: Path, module: Path) -> None:
    loader = open_loader(current_goroot, module)
    only = load_test_packages(loader, "example.com/m/only", "/main")
    assert only
    assert only.internal.files.go == ("only_test.go",)
    command = load_test_packages(loader, "example.com/m/cmd", "/main")
    assert command
    assert command.internal.for_test, "a command becomes a library"
    assert not command.internal.is_main
    (module / "only" / "x_test.go").write_text('package only_test\n\nimport _ "example.com/m/only"\n')
    assert load_test_packages(open_loader(current_goroot, module), "example.com/m/only", "/main")
    (module / "only" / "only_test.go").unlink()
    with pytest.raises(GoError, match=r"x_test.go:3:\d+: no non-test Go files in .*/only$"):
        load_test_packages(open_loader(current_goroot, module), "example.com/m/only", "/main")


def test_cycle(current_goroot: Path, module: Path) -> None:
    (module / "p" / "p_test.go").write_text('package p\n\nimport _ "example.com/m/q"\n')
    with pytest.raises(GoError) as caught:
        load_test_packages(open_loader(current_goroot, module), "example.com/m/p", "/main")
    reference = run_go(current_goroot, "vet", "./p", cwd=module, check=False).stderr
    assert "import cycle not allowed in test" in reference
    assert str(caught.value) == (
        f"{module}/p/p_test.go:3:8: import cycle not allowed in test\n\tpackage example.com/m/p\n"
        "\timports example.com/m/q from p_test.go\n\timports example.com/m/p from q.go"
    )


def test_missing_import_of_a_test(current_goroot: Path, module: Path) -> None:
    (module / "p" / "p_test.go").write_text('package p\n\nimport _ "example.com/m/none"\n')
    with pytest.raises(GoError, match=r"p/p_test.go:3:8: .*example.com/m/none"):
        load_test_packages(open_loader(current_goroot, module), "example.com/m/p", "/main")


def test_missing_sum_for_an_import_of_a_test(current_goroot: Path, module: Path) -> None:
    (module / "go.mod").write_text("module example.com/m\n\ngo 1.22\n\nrequire example.com/dep v1.0.0\n")
    for package in ("code", "tests"):
        (module / package).mkdir()
        (module / package / "code.go").write_text(f"package {package}\n" + 'import _ "example.com/dep"\n' * (package == "code"))
        (module / package / "code_test.go").write_text(f'package {package}\n\nimport _ "example.com/dep"\n')
    for package in ("code", "tests"):
        with pytest.raises(GoError) as caught:
            load_test_packages(open_loader(current_goroot, module), f"example.com/m/{package}", "/nowhere")
        told = run_go(current_goroot, "vet", f"./{package}", cwd=module, check=False).stderr
        assert caught.value.message in told and ("go get -t" in told) == (package == "tests")


def test_coverage_marks(current_goroot: Path, module: Path) -> None:
    loader = open_loader(current_goroot, module)
    local = load_test_packages(loader, "example.com/m/p", "/main", CoverRequest("set"))
    assert local
    marked = {package.import_path: package.cover_mode for package in local.closure if package.cover_mode}
    assert marked == {"example.com/m/p": "set", "example.com/m/p.test": "testmain"}
    chosen = frozenset({"example.com/m/p", "example.com/m/q"})
    more = load_test_packages(loader, "example.com/m/p", "/main", CoverRequest("atomic", ("./...",), chosen))
    assert more
    marked = {package.import_path: package.cover_mode for package in more.closure if package.cover_mode}
    assert marked == {"example.com/m/p": "atomic", "example.com/m/q": "atomic", "example.com/m/p.test": "testmain"}
    assert more.internal.ordered_imports[-1] == "sync/atomic"
    assert "internal/coverage/cfile" in more.main.imports
    assert "runtime/coverage" in more.main.imports


def test_directives_of_tests_count(current_goroot: Path, module: Path) -> None:
    (module / "p" / "p_test.go").write_text("//go:debug panicnil=1\n\npackage p\n")
    (module / "p" / "x_test.go").write_text("//go:debug panicnil=0\n\npackage p_test\n")
    packages = load_test_packages(open_loader(current_goroot, module), "example.com/m/p", "/main")
    assert packages
    assert [text.strip() for text, _ in packages.main.go_debug] == ["panicnil=0"]
