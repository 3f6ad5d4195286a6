"""``go-tidy-check`` finds what ``go mod tidy -diff`` of the same SDK would change, line by line."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest
from beside_go import by_go, by_us
from modules_at_hand import Project, Proxy, project_fixture, proxy_fixture  # noqa: F401 - fixtures
from scons_go.errors import GoError
from scons_go.module.tidy import check_tidy
from scons_go.module.web import Client

A, B, C, T, MAIN = "example.com/a", "example.com/b", "example.com/c", "example.com/t", "example.com/main"


def go_file(name: str, *paths: str) -> str:
    return f"package {name}\n\n" + "".join(f'import _ "{path}"\n' for path in paths)


def serve(proxy: Proxy, go: str = "1.21") -> None:
    """a imports b, its tests import t; b at two versions; c alone."""
    for version, needs in (("v1.0.0", "v1.0.0"), ("v1.1.0", "v1.1.0")):
        gomod = f"module {A}\n\ngo {go}\n\nrequire {B} {needs}\nrequire {T} v1.0.0\n"
        proxy.add(A, version, {"go.mod": gomod, "a.go": go_file("a", B), "a_test.go": go_file("a", T)})
    proxy.add(B, "v1.0.0", {"go.mod": f"module {B}\n\ngo {go}\n", "b.go": "package b\n"})
    proxy.add(B, "v1.1.0", {"go.mod": f"module {B}\n\ngo {go}\n", "b.go": "package b\n"})
    proxy.add(C, "v1.0.0", {"go.mod": f"module {C}\n\ngo {go}\n", "c.go": "package c\n"})
    proxy.add(T, "v1.0.0", {"t.go": "package t\n"})


GO_MODS = {
    "tidy": (f"require {A} v1.0.0\n\nrequire {B} v1.0.0 // indirect\n", "1.21"),
    "indirect missing": (f"require {A} v1.0.0\n", "1.21"),
    "unused": (f"require {A} v1.0.0\n\nrequire {C} v1.0.0\n\nrequire {B} v1.0.0 // indirect\n", "1.21"),
    "comment missing": (f"require {A} v1.0.0\n\nrequire {B} v1.0.0\n", "1.21"),
    "comment too many": (f"require {A} v1.0.0 // indirect\n\nrequire {B} v1.0.0 // indirect\n", "1.21"),
    "too low": (f"require {A} v1.1.0\n\nrequire {B} v1.0.0 // indirect\n", "1.21"),
    "repeated": (f"require {A} v1.0.0\n\nrequire {B} v1.0.0 // indirect\n\nrequire {A} v1.0.0\n", "1.21"),
    "go line too low": (f"require {A} v1.0.0\n", "1.20"),
    "unpruned": (f"require {C} v1.0.0\n", "1.16"),
    "only under a tag": (f"require {C} v1.0.0\n\nrequire {B} v1.0.0 // indirect\n", "1.21"),
    "toolchain below what is required": (f"toolchain go1.21.3\n\nrequire {A} v1.0.0\n", "1.20"),
    "toolchain that says nothing, unpruned": (f"toolchain go1.16\n\nrequire {A} v1.0.0\n", "1.16"),
    "toolchain that counts, unpruned": (f"toolchain go1.22.3\n\nrequire {A} v1.0.0\n", "1.16"),
    "toolchain default": (f"toolchain default\n\nrequire {A} v1.0.0\n\nrequire {B} v1.0.0 // indirect\n", "1.21"),
    "toolchain that counts": (f"toolchain go1.22.3\n\nrequire {A} v1.0.0\n\nrequire {B} v1.0.0 // indirect\n", "1.22.0"),
    "with tests of dependencies": (f"require {A} v1.1.0\n\nrequire {B} v1.1.0 // indirect\n", "1.21"),
}
SOURCES = {
    "only under a tag": {"main.go": go_file("main"), "x_plan9.go": f"//go:build special && !linux\n\n{go_file('main', C)}"},
    "unpruned": {"main.go": go_file("main"), "sub/sub_test.go": go_file("sub", C), "testdata/no.go": go_file("no", A)},
}


@pytest.mark.parametrize("name", GO_MODS)
def test_same_as_go_mod_tidy(project: Project, proxy: Proxy, name: str) -> None:
    serve(proxy)
    body, go = GO_MODS[name]
    sources = SOURCES.get(name, {"main.go": go_file("main", A)})
    project.environ["GOSUMDB"] = "off"
    project.write({**sources, "go.mod": f"module {MAIN}\n\ngo {go}\n\n{body}", "go.sum": proxy.sums(project.root.parent)})
    assert by_us(project) == by_go(project)


def test_missing_and_unneeded_sums(project: Project, proxy: Proxy) -> None:
    serve(proxy)
    body, go = GO_MODS["tidy"]
    project.environ["GOSUMDB"] = "off"
    sums = "".join(line for line in proxy.sums(project.root.parent).splitlines(True) if not line.startswith(f"{A} v1.0.0"))
    project.write({"main.go": go_file("main", A), "go.mod": f"module {MAIN}\n\ngo {go}\n\n{body}", "go.sum": sums})
    ours = by_us(project)
    assert ours == by_go(project)
    assert ours[1] == {f"{A} v1.0.0", f"{A} v1.0.0/go.mod"}


@pytest.mark.parametrize("go", ["1.20", "1.21"])
def test_go_mod_of_what_only_tests_of_dependencies_need(project: Project, proxy: Proxy, go: str) -> None:
    serve(proxy, "1.17")
    project.environ["GOSUMDB"] = "off"
    body = f"require {A} v1.1.0\n\nrequire {B} v1.1.0 // indirect\n"
    project.write({"main.go": go_file("main", A), "go.mod": f"module {MAIN}\n\ngo {go}\n\n{body}", "go.sum": ""})
    ours = by_us(project)
    assert ours == by_go(project)
    assert (f"{T} v1.0.0/go.mod" in ours[1]) == (go == "1.21") and f"{T} v1.0.0" in ours[1]


def test_package_without_a_module(project: Project, proxy: Proxy) -> None:
    project.write({"main.go": go_file("main", "example.com/none/x"), "go.mod": f"module {MAIN}\n\ngo 1.21\n"})
    env = project.env()
    (finding,) = check_tidy(str(project.root), env, client=Client(env))
    assert "no requirement provides package example.com/none/x, imported by example.com/main" in finding.message
    assert finding.position.file == str(project.root / "go.mod")


@pytest.mark.parametrize(
    "path",
    ["foo bar", "github.com/A!/x", "foo/../x", "./x", "/abs", "x@v1", "", "std", "fmt/", "fmt//x", "com1/x", "example.com/é", "-x/y"],
)
@pytest.mark.parametrize("file", ["main.go", "main_test.go", "sub/x_windows.go"])
def test_malformed_import_path(project: Project, proxy: Proxy, path: str, file: str) -> None:
    project.write({"main.go": go_file("main"), file: go_file("main", path), "go.mod": f"module {MAIN}\n\ngo 1.21\n"})
    _, _, errors = project.go("mod", "tidy", "-diff")
    env = project.env()
    (finding,) = check_tidy(str(project.root), env, client=Client(env))
    assert errors.endswith(f" imports\n\t{path}: {finding.message}\n")
    assert str(finding.position) == f"{project.root}/{file}:3:8"


@pytest.mark.parametrize("broken", [f'import "\\q"; import _ "{A}"', f'import _ "{A}"; import x', f'import _ "unsafe" import _ "{A}"'])
def test_imports_of_a_file_that_cannot_be_parsed(project: Project, proxy: Proxy, broken: str) -> None:
    serve(proxy)
    body, go = GO_MODS["tidy"]
    project.environ["GOSUMDB"] = "off"
    sources = {"main.go": f"package main\n\n{broken}\n", "go.sum": proxy.sums(project.root.parent)}
    project.write({**sources, "go.mod": f"module {MAIN}\n\ngo {go}\n\n{body}"})
    ours = by_us(project)
    assert ours == by_go(project)
    assert f"{A} v1.0.0" not in ours[0]


@pytest.mark.parametrize("function", ["builtins.open", "os.scandir"])
def test_what_may_not_be_read(project: Project, monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    project.write({"main.go": go_file("main"), "sub/sub.go": go_file("sub"), "go.mod": f"module {MAIN}\n\ngo 1.21\n"})
    closed = str(project.root / ("sub/sub.go" if function == "builtins.open" else "sub"))
    place, _, name = function.partition(".")
    opens = getattr(__import__(place), name)

    def refuse(path: object, *arguments: object, **others: object) -> object:
        """The system does not refuse root, who may run this."""
        if path == closed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return opens(path, *arguments, **others)

    monkeypatch.setattr(function, refuse)
    with pytest.raises(GoError, match=f"^open {re.escape(closed)}: permission denied$"):
        check_tidy(str(project.root), project.env())


def test_nothing_is_written(project: Project, proxy: Proxy) -> None:
    serve(proxy)
    body, go = GO_MODS["unused"]
    project.write(
        {"main.go": go_file("main", A), "go.mod": f"module {MAIN}\n\ngo {go}\n\n{body}", "go.sum": proxy.sums(project.root.parent)}
    )
    before = {path: Path(path).read_bytes() for path in project.root.rglob("*") if path.is_file()}
    assert by_us(project)[0]
    assert {path: Path(path).read_bytes() for path in project.root.rglob("*") if path.is_file()} == before
