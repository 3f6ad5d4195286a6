"""``scons go-tidy-check`` says what ``go mod tidy -diff`` would change, and where."""

from __future__ import annotations

import re

from modules_at_hand import Project, Proxy, project_fixture, proxy_fixture  # noqa: F401 - fixtures
from sconsproject import Project as Build

A, C = "example.com/a", "example.com/c"


def scons(project: Project) -> Build:
    build = Build(project.root, project.goroot, environ={**project.environ, "GONOSUMDB": "*"}, share=False)
    build.sconstruct("env.GoProgram('bin/app', '.')\n")
    return build


def test_tells_what_go_would_change(project: Project, proxy: Proxy) -> None:
    for path in (A, C):
        name = path[-1]
        proxy.add(path, "v1.0.0", {"go.mod": f"module {path}\n\ngo 1.21\n", f"{name}.go": f"package {name}\n"})
    gomod = f"module example.com/main\n\ngo 1.21\n\nrequire {A} v1.0.0\n"
    project.write({"go.mod": gomod, "main.go": f'package main\n\nimport _ "{A}"\n\nfunc main() {{}}\n'})
    project.write({"go.sum": "".join(line for line in proxy.sums(project.root.parent).splitlines(True) if line.startswith(A))})
    build = scons(project)
    run = build.build("-Q", "go-tidy-check").ok()
    assert project.go("mod", "tidy", "-diff")[0] == 0 and run.text == ""
    project.write({"go.mod": gomod + f"\nrequire {C} v1.0.0\n"})
    status, diff, _ = project.go("mod", "tidy", "-diff")
    assert status == 1 and re.search(rf"^-require {C} v1.0.0$", diff, re.MULTILINE)
    run = build.build("-Q", "go-tidy-check").failed()
    assert f"go.mod:7: unused requirement {C} v1.0.0\n" in run.out and "go mod tidy would change that" in run.err
    assert (project.root / "go.mod").read_text().endswith(f"{C} v1.0.0\n"), "nothing is written"
    project.write({"go.mod": gomod, "go.sum": ""})
    assert build.build("-Q", "go-tidy-check").failed().out.startswith(f"go.sum: missing line {A} v1.0.0\n")
    project.write({"go.mod": "module example.com/main\n\ngo 1.21\n\nrequire nonsense\n"})
    assert "go.mod:5" in build.build("go-tidy-check").failed().err


def test_all_modules_of_a_workspace(project: Project, proxy: Proxy) -> None:
    """Also with -mod=mod in GOFLAGS, which the go command ignores here and refuses where it builds."""
    project.environ["GOFLAGS"] = "-mod=mod"
    proxy.add(C, "v1.0.0", {"go.mod": f"module {C}\n\ngo 1.21\n", "c.go": "package c\n"})
    project.write({"go.work": "go 1.21\n\nuse ./one\nuse ./two\n"})
    for name in ("one", "two"):
        project.write({f"{name}/go.mod": f"module example.com/{name}\n\ngo 1.21\n\nrequire {C} v1.0.0\n", f"{name}/x.go": "package x\n"})
    run = scons(project).build("-Q", "go-tidy-check").failed()
    assert re.findall(r"^(\w+)/go.mod:5: unused", run.out, re.MULTILINE) == ["one", "two"]
