"""What is kept between runs saves work and never outlives what it depends on."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from modules_at_hand import Project, Proxy, make_writable, project_fixture, proxy_fixture  # noqa: F401 - fixtures
from scons_go.errors import GoError

A, B, MAIN = "example.com/a", "example.com/b", "example.com/main"


@pytest.fixture(name="ready")
def ready_fixture(project: Project, proxy: Proxy) -> Project:
    """A project with two modules, one of them replaced by a folder, after a first run."""
    proxy.add(A, "v1.0.0", {"a.go": "package a\n", "x/x.go": "package x\n"})
    proxy.add(A, "v1.1.0", {"a.go": "package a\n"})
    project.write(
        {
            "go.mod": f"module {MAIN}\n\ngo 1.21\n\nrequire (\n{A} v1.0.0\n{B} v1.0.0\n)\nreplace {B} => ./b\n",
            "go.sum": proxy.sums(project.root.parent),
            "main.go": "package main\n",
            "b/go.mod": f"module {B}\n\ngo 1.20\n",
            "b/b.go": "package b\n",
        }
    )
    project.memory = str(project.root.parent / "memory" / "modules")
    run(project)
    return project


def run(project: Project) -> dict[str, tuple[str, str]]:
    """Resolve all packages, keep what was found: path → (folder, go version)."""
    modules = project.open()
    found = {}
    for path in (A, f"{A}/x", B, MAIN):
        resolved = modules.resolve(path, MAIN, modules.main_modules[0])
        assert resolved.module
        found[path] = (os.path.relpath(resolved.dir, project.root.parent), resolved.module.go_version)
    modules.save()
    return found


def opened_by(project: Project) -> list[str]:
    """The files that a run opens, by an audit hook that is taken out of use afterwards."""
    opened: list[str] = []
    watching = [True]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching[0] and event == "open":
            opened.append(str(arguments[0]))

    sys.addaudithook(hook)
    run(project)
    watching[0] = False
    return opened


def test_second_run_reads_no_dependency(ready: Project) -> None:
    names = [os.path.relpath(path, ready.root.parent) for path in opened_by(ready) if path.startswith(str(ready.root.parent))]
    assert [name for name in names if name.endswith(".mod")] == ["main/go.mod", "main/b/go.mod", "main/b/go.mod"]
    assert run(ready)[f"{A}/x"] == ("main-cache/example.com/a@v1.0.0/x", "")


def test_changed_go_sum_is_noticed(ready: Project) -> None:
    text = (ready.root / "go.sum").read_text()
    (ready.root / "go.sum").write_text(text.replace(f"{A} v1.0.0 h1:", f"{A} v1.0.0 h1:x"))
    with pytest.raises(GoError, match="checksum mismatch"):
        run(ready)


def test_removed_module_is_fetched_again(ready: Project, proxy: Proxy) -> None:
    make_writable(ready.cache)
    shutil.rmtree(ready.cache)
    proxy.requests.clear()
    assert run(ready)[A][0] == "main-cache/example.com/a@v1.0.0"
    assert any(path.endswith(".zip") for path in proxy.requests)


def test_replaced_zip_is_checked_again(ready: Project) -> None:
    noted = ready.cache / "cache/download/example.com/a/@v/v1.0.0.ziphash"
    noted.write_text("h1:" + "A" * 43 + "=")
    os.utime(noted, ns=(1, 1))  # however soon it is after the first run
    with pytest.raises(GoError, match="checksum mismatch"):
        run(ready)


def test_changed_replacement_is_noticed(ready: Project) -> None:
    ready.write({"b/go.mod": f"module {B}\n\ngo 1.21\n\nrequire {A} v1.1.0\n"})
    with pytest.raises(GoError, match=r"updates to go\.mod needed"):
        run(ready)
    ready.write({"b/go.mod": f"module {B}\n\ngo 1.19\n"})
    assert run(ready)[B] == ("main/b", "1.19")


def test_new_local_package_is_seen(ready: Project) -> None:
    modules = ready.open()
    with pytest.raises(GoError, match=r"no required module provides package example\.com/b/new"):
        modules.resolve(f"{B}/new", MAIN, modules.main_modules[0])
    ready.write({"b/new/new.go": "package new\n"})
    assert ready.open().resolve(f"{B}/new").dir == str(ready.root / "b" / "new")


def test_new_requirement_is_used(ready: Project) -> None:
    text = (ready.root / "go.mod").read_text()
    (ready.root / "go.mod").write_text(text.replace(f"{A} v1.0.0", f"{A} v1.1.0"))
    modules = ready.open()
    assert modules.resolve(A).dir.endswith("a@v1.1.0")
    with pytest.raises(GoError, match=f"no required module provides package {A}/x"):
        modules.resolve(f"{A}/x")


@pytest.mark.parametrize("damage", [b"", b"\0\0", b"rubbish", None])
def test_damaged_memory_is_no_harm(ready: Project, damage: bytes | None) -> None:
    (path,) = Path(ready.memory).parent.iterdir()
    path.write_bytes(path.read_bytes()[:-20] if damage is None else damage)
    assert run(ready)[A][0] == "main-cache/example.com/a@v1.0.0"


def test_memory_that_cannot_be_written_is_no_harm(ready: Project) -> None:
    ready.memory = str(ready.root / "main.go" / "memory")
    assert run(ready)[A][0] == "main-cache/example.com/a@v1.0.0"


def test_unpruned_graph_is_kept(project: Project, proxy: Proxy) -> None:
    proxy.add(B, "v1.0.0", {"b.go": "package b\n"})
    proxy.add(A, "v1.0.0", {"go.mod": f"module {A}\nrequire {B} v1.0.0\n", "a.go": "package a\n"})
    project.write({"go.mod": f"module {MAIN}\ngo 1.16\nrequire {A} v1.0.0\n", "go.sum": proxy.sums(project.root.parent)})
    project.memory = str(project.root.parent / "memory")
    modules = project.open()
    assert modules.resolve(B, A).dir.endswith("b@v1.0.0")
    modules.save()
    again = project.open()
    assert again.resolve(B, A).dir.endswith("b@v1.0.0")
    with pytest.raises(GoError, match="from implicitly required module"):
        again.resolve(B, MAIN, again.main_modules[0])
    assert again.graph_edges() == modules.graph_edges()
