"""From undefined symbols to the Go feature and the line that uses it, with the real linker's messages."""

from __future__ import annotations

from pathlib import Path

import conftest
import pytest
from inspect_support import link_bare, must, stock, stock_files, tool
from scons_go.errors import GoError
from scons_go.inspect.goobj import GoArchive, read_go_archive
from scons_go.inspect.missing import (
    REFUSED_ON_MIN,
    TOLERATED_IMPORTERS,
    explain_link_failure,
    find_missing,
    missing_message,
    refuse_imports,
    undefined_symbols,
)

VERSIONS = [conftest.OLDEST, conftest.PREVIOUS, conftest.CURRENT]
MAIN = """package main

func main() {
	println("start")
	wait(make(chan int), make(chan int))
}
"""
WAIT = """package main

type waiter interface{ wait(a, b chan int) }

func wait(a, b chan int) {
	go println("on its way")
	select {
	case <-a:
	case <-b:
	}
}
"""


def archives_of(version: str, folder: Path) -> dict[str, GoArchive]:
    root = str(conftest.goroot(version))
    return {"main": read_go_archive(str(folder / "main.a"), root), "runtime": read_go_archive(str(folder / "runtime.a"), root)}


@pytest.mark.parametrize("version", VERSIONS)
def test_features_and_lines_of_what_the_linker_misses(version: str, tmp_path: Path) -> None:
    """The linker names at least one symbol; all that are missing are found, with the right lines, shortest way first."""
    done = link_bare(version, tmp_path, {"main.go": MAIN, "wait.go": WAIT}, "-s", "-w")
    assert done.returncode != 0
    named = undefined_symbols(done.stderr + done.stdout)
    missing = find_missing(archives_of(version, tmp_path))
    by_symbol = {item.symbol: item for item in missing}
    assert named and set(named) <= set(by_symbol)
    assert by_symbol["runtime.selectgo"].feature == "select"
    lines = {
        symbol: [(use.function, str(use.position).rpartition("/")[2]) for use in by_symbol[symbol].chain]
        for symbol in ("runtime.selectgo", "runtime.newproc", "runtime.makechan")
    }
    assert lines["runtime.makechan"] == [("main.main", "main.go:5")]
    assert lines["runtime.selectgo"] == [("main.main", "main.go:5"), ("main.wait", "wait.go:7")]
    assert lines["runtime.newproc"] == [("main.main", "main.go:5"), ("main.wait", "wait.go:6")]
    message = missing_message(missing, "bare", {})
    assert "  select (runtime.selectgo)\n\twait.go:7: used by main.wait\n" in message
    assert message.startswith("the program needs what the bare runtime does not have:\n")
    assert message.endswith("build it with GORUNTIME='full', or without these features")


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_is_missing_on_the_stock_runtime(version: str) -> None:
    """fmt and all below it: whatever is reachable from fmt's initialiser and Println is defined, but for what the linker makes."""
    archives = {package: stock(version, package) for package in stock_files(version)}
    missing = find_missing(archives, ("fmt.Println", "fmt..inittask", "_rt0_amd64_linux", "runtime.mapinitnoop"))
    # main.main is the program's, which is not here.
    assert {item.symbol for item in missing} <= {"main.main"}


def test_the_way_from_the_user_to_the_runtime(tmp_path: Path) -> None:
    """A missing symbol deep in std is told with each package on the way, the user's line with a path that can be opened."""
    version = conftest.CURRENT
    (tmp_path / "main.go").write_text('package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("a")\n}\n')
    (tmp_path / "importcfg").write_text("".join(f"packagefile {package}={file}\n" for package, file in stock_files(version).items()))
    must(
        tool(
            version,
            "compile",
            "-o",
            "main.a",
            "-p",
            "main",
            "-trimpath",
            f"{tmp_path}=>cmd/app",
            "-importcfg",
            "importcfg",
            "main.go",
            cwd=tmp_path,
        )
    )
    archives = {package: stock(version, package) for package in stock_files(version) if package != "internal/runtime/syscall/linux"}
    archives["main"] = read_go_archive(str(tmp_path / "main.a"), str(conftest.goroot(version)))
    missing = {item.symbol: item for item in find_missing(archives)}
    item = missing["internal/runtime/syscall/linux.Syscall6"]
    assert item.chain[0].function == "main.main"
    message = missing_message([item], "min", {})
    assert ": used by " in message and ": for " in message
    assert "\tcmd/app/main.go:6: for main.main" in message


@pytest.mark.parametrize("version", VERSIONS)
def test_words_of_the_linker(version: str) -> None:
    """The pattern matches what the sources of the linker at hand print."""
    sources = conftest.goroot(version) / "src" / "cmd" / "link" / "internal"
    assert '"relocation target %s not defined"' in (sources / "ld" / "errors.go").read_text()
    assert '"reference to undefined builtin %q from package %q"' in (sources / "loader" / "loader.go").read_text()
    text = "main.main: relocation target runtime.a not defined for ABI0 (but is defined for ABIInternal)\n"
    text += 'link: reference to undefined builtin "runtime.b" from package "main"\nmain.f: relocation target runtime.a not defined\n'
    assert undefined_symbols(text) == ("runtime.a", "runtime.b")


def test_refused_imports_are_told_with_their_chain() -> None:
    """The shortest chain, and not the one through a package that is tolerated."""
    imports = {
        "main": ["net/http", "example.com/debug"],
        "net/http": ["os"],
        "example.com/debug": ["net/http/pprof"],
        "net/http/pprof": ["runtime/pprof", "runtime/trace"],
        "testing": ["runtime/trace"],
    }
    with pytest.raises(GoError) as caught:
        refuse_imports(imports, "main", {"runtime/pprof": "it has no profiler"}, ("testing",))
    assert caught.value.message == (
        "package runtime/pprof is not available on the min runtime: it has no profiler\n"
        "    runtime/pprof\n    imported by net/http/pprof\n    imported by example.com/debug\n    imported by main\n"
        "build without what imports this (a build tag, another module by replace in go.mod), or with GORUNTIME='full'"
    )
    refuse_imports({"main": ["testing"], "testing": ["runtime/trace"]}, "main", {"runtime/trace": "no tracer"}, ("testing",))
    refuse_imports(imports, "net/http", {"runtime/pprof": "it has no profiler"}, ())


def test_a_failed_link_is_explained(tmp_path: Path) -> None:
    """From the linker's own words and the archives of the program; another failure stays as it is."""
    version = conftest.CURRENT
    done = link_bare(version, tmp_path, {"main.go": MAIN, "wait.go": WAIT}, "-s", "-w")
    archives = {"example.com/app": str(tmp_path / "main.a"), "runtime": str(tmp_path / "runtime.a")}
    root = str(conftest.goroot(version))
    told = explain_link_failure(GoError(done.stderr + done.stdout), archives, "example.com/app", "bare", root, {"example.com/app": "app"})
    assert (
        told.message.startswith("the program needs what the bare runtime does not have:\n")
        and "  select (runtime.selectgo)" in told.message
    )
    other = GoError("link: cannot open file out")
    assert explain_link_failure(other, archives, "example.com/app", "bare", root, {}) is other


def test_refused_packages_exist() -> None:
    """In the SDK at hand, as do those that may import them."""
    source = conftest.goroot(conftest.CURRENT) / "src"
    assert [path for path in (*REFUSED_ON_MIN, *TOLERATED_IMPORTERS) if not (source / path).is_dir()] == []
