"""Programs whose modules change their versions: what was compiled of another version is not taken for theirs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from modules_at_hand import Proxy, make_writable, proxy_fixture
from sconsproject import Project

__all__ = ["proxy_fixture"]

PROGRAM = 'package main\n\nimport "example.com/middle"\n\nfunc main() { println(middle.Word()) }\n'
MIDDLE = 'package middle\n\nimport "example.com/leaf"\n\nfunc Word() string { return "middle " + leaf.Word }\n'


def require(project: Project, proxy: Proxy, tmp_path: Path, below: str, leaf: str, extra: str = "") -> None:
    """Make *below* a module that requires middle, and leaf at the version *leaf*."""
    lines = f"require (\n\texample.com/middle v1.0.0\n\texample.com/leaf {leaf} // indirect\n)\n{extra}"
    project.write(f"{below}/go.mod", f"module example.com/{below.replace('.', 'top')}\n\ngo 1.22\n\n{lines}")
    project.write(f"{below}/go.sum", proxy.sums(tmp_path))
    project.write(f"{below}/main.go", PROGRAM)


@pytest.fixture
def modules(project: Project, proxy: Proxy, tmp_path: Path) -> Iterator[Project]:
    for version in ("v1.0.0", "v1.1.0"):
        proxy.add("example.com/leaf", version, {"leaf.go": f'package leaf\n\nconst Word = "leaf {version}"\n'})
        proxy.add("example.com/fork", version, {"leaf.go": f'package leaf\n\nconst Word = "fork {version}"\n'})
    gomod = "module example.com/middle\n\ngo 1.22\n\nrequire example.com/leaf v1.0.0\n"
    proxy.add("example.com/middle", "v1.0.0", {"go.mod": gomod, "middle.go": MIDDLE})
    cache = tmp_path / "gomodcache"
    project.environ |= {"GOPROXY": proxy.url, "GOMODCACHE": str(cache), "GOSUMDB": "off", "GOFLAGS": "", "GOENV": "off"}
    yield project
    make_writable(cache)


def says(project: Project, program: str) -> str:
    return project.program(program).ok().err.strip()


def test_another_version_is_compiled(modules: Project, proxy: Proxy, tmp_path: Path) -> None:
    """Also what imports it and has the same version as before, and also where only the stand-in's version changes."""
    modules.sconstruct("env.GoProgram('bin/app', '.')\n")
    require(modules, proxy, tmp_path, ".", "v1.0.0")
    modules.build().ok()
    assert says(modules, "bin/app") == "middle leaf v1.0.0"
    steps = [("v1.1.0", "", "leaf v1.1.0"), ("v1.0.0", "", "leaf v1.0.0")]
    steps += [
        ("v1.0.0", f"replace example.com/leaf => example.com/fork {version}\n", f"fork {version}") for version in ("v1.0.0", "v1.1.0")
    ]
    for leaf, extra, word in steps:
        require(modules, proxy, tmp_path, ".", leaf, extra)
        modules.build().ok()
        assert says(modules, "bin/app") == f"middle {word}"
    assert modules.build().ok().up_to_date


def test_one_of_two_programs_is_built_after_a_change(modules: Project, proxy: Proxy, tmp_path: Path) -> None:
    """The program that is built first compiles the new leaf; the other one's middle still has the old one inlined."""
    modules.sconstruct("env.GoProgram('bin/app', '.')\nenv.GoProgram('bin/only', 'only')\n")
    modules.write("only/main.go", 'package main\n\nimport "example.com/leaf"\n\nfunc main() { println(leaf.Word) }\n')
    require(modules, proxy, tmp_path, ".", "v1.0.0")
    modules.write("go.mod", (modules.dir / "go.mod").read_text().replace(" // indirect", ""))
    modules.build().ok()
    modules.write("go.mod", (modules.dir / "go.mod").read_text().replace("leaf v1.0.0", "leaf v1.1.0"))
    modules.build("bin/only").ok()
    assert says(modules, "bin/only") == "leaf v1.1.0"
    modules.build("bin/app").ok()
    assert says(modules, "bin/app") == "middle leaf v1.1.0"


def test_two_modules_with_versions_of_their_own(modules: Project, proxy: Proxy, tmp_path: Path) -> None:
    """In one SConstruct, and in any order."""
    modules.sconstruct("env.GoProgram('bin/a', 'a')\nenv.GoProgram('bin/b', 'b')\n")
    require(modules, proxy, tmp_path, "a", "v1.0.0")
    require(modules, proxy, tmp_path, "b", "v1.1.0")
    modules.build().ok()
    assert [says(modules, f"bin/{name}") for name in "ab"] == ["middle leaf v1.0.0", "middle leaf v1.1.0"]
    assert modules.build().ok().up_to_date
    for order in (["bin/b", "bin/a"], ["bin/a"], ["bin/b"], ["."]):
        for name in "ab":
            modules.write(f"{name}/main.go", PROGRAM + f"\n// {order}\n")
        modules.build(*order).ok()
        assert [says(modules, f"bin/{name}") for name in "ab"] == ["middle leaf v1.0.0", "middle leaf v1.1.0"]
