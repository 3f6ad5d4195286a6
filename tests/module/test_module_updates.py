"""Which go.mod files the go command wants tidied first: a table of them, each given to the go command, too."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from beside_go import by_go, by_us, load, plain
from modules_at_hand import Project, Proxy, project_fixture, proxy_fixture  # noqa: F401 - fixtures
from scons_go.errors import GoError

A, B, C, NONE, MAIN = "example.com/a", "example.com/b", "example.com/c", "example.com/none", "example.com/main"
REPLACED = "".join(f"replace {path} => ./{path[-1]}\n" for path in (A, B, C))
MODULES = {
    "a/go.mod": f"module {A}\n\ngo 1.17\n",
    "a/a.go": "package a\n",
    "b/go.mod": f"module {B}\n",
    "b/b.go": "package b\n",
    "c/go.mod": f"module {C}\n\ngo 1.17\n\nrequire {B} v1.1.0\n",
    "c/c.go": f'package c\n\nimport _ "{B}"\n',
}


@dataclass
class Case:
    """A go.mod file with *lines* after its *go* line, beside a package that imports *imports*; *vendor* is modules.txt, *flags* GOFLAGS."""

    lines: str = ""
    go: str = "1.21"
    imports: tuple[str, ...] = ()
    vendor: str = ""
    work: str = ""
    flags: str = ""

    def files(self) -> dict[str, str]:
        go = f"go {self.go}\n\n" if self.go else ""
        lines = self.lines.replace("; ", "\n")
        files = {
            **MODULES,
            "go.mod": f"module {MAIN}\n\n{go}{lines}\n\n{'' if self.vendor else REPLACED}",
            "main.go": "package main\n\n" + "".join(f'import _ "{path}"\n' for path in self.imports),
        }
        if self.work:
            files["go.work"] = self.work.replace("; ", "\n") + "\n\nuse .\n"
        if self.vendor:
            files["vendor/modules.txt"] = self.vendor
            files["vendor/example.com/a/a.go"] = "package a\n"
        return files


def listed(*modules: str) -> str:
    """vendor/modules.txt with *modules*, all of which are required; the last one has the package."""
    return "".join(f"# {module}\n## explicit; go 1.17\n" for module in modules) + f"{A}\n"


ONE, TWO = f"{A} v1.0.0", f"{A} v1.1.0"
CASES: dict[str, Case] = {}
for go in ("1.16", "1.21"):
    for imports in ((), (A,)):
        kind = f"go {go}, {'imported' if imports else 'not imported'}"
        CASES |= {
            f"twice, {kind}": Case(f"require {ONE}; require {TWO}", go, imports),
            f"twice, higher first, {kind}": Case(f"require {TWO}; require {ONE}", go, imports),
            f"twice in one block, {kind}": Case(f"require (\n{ONE}\n{TWO} // indirect\n)", go, imports),
            f"twice the same, {kind}": Case(f"require {ONE}; require {ONE}", go, imports),
            f"twice the same, one of them indirect, {kind}": Case(f"require {ONE}; require {ONE} // indirect", go, imports),
            f"twice, one of them excluded, {kind}": Case(f"require {ONE}; require {TWO}; exclude {ONE}", go, imports),
            f"itself and more, {kind}": Case(f"require {MAIN} v1.0.0; require {ONE}", go, imports),
        }
    CASES |= {
        f"too low, not imported, go {go}": Case(f"require {C} v1.0.0; require {B} v1.0.0", go),
        f"itself, go {go}": Case(f"require {MAIN} v1.0.0", go),
        f"too low, imported, go {go}": Case(f"require {C} v1.0.0; require {B} v1.0.0 // indirect", go, (C,)),
        f"twice, vendor, go {go}": Case(f"require {ONE}; require {TWO}", go, (A,), listed(ONE, TWO)),
        f"twice, vendor, one not explicit, go {go}": Case(f"require {ONE}; require {TWO}", go, (A,), listed(ONE)),
        f"twice the same, vendor, go {go}": Case(f"require {ONE}; require {ONE}", go, (A,), listed(ONE)),
        f"direct, then indirect, vendor, go {go}": Case(f"require {ONE}; require {ONE} // indirect", go, (A,), listed(ONE)),
        f"indirect, then direct, vendor, go {go}": Case(f"require {ONE} // indirect; require {ONE}", go, (A,), listed(ONE)),
        f"indirect, but imported, vendor, go {go}": Case(f"require {ONE} // indirect", go, (A,), listed(ONE)),
        f"itself, vendor, go {go}": Case(f"require {MAIN} v1.0.0; require {ONE}", go, (A,), listed(f"{MAIN} v1.0.0", ONE)),
        f"excluded, no package, vendor, go {go}": Case(f"require {ONE}; require {TWO}; exclude {TWO}", go, (A,), listed(TWO, ONE)),
        f"excluded, vendor, go {go}": Case(f"require {ONE}; require {TWO}; exclude {TWO}", go, (A,), listed(ONE, TWO)),
    }

TOOLCHAINS = {
    "1.16": ("default", "go1.16", "go1.20", "go1.21", "go1.22.0", "go1.21.0-foo"),
    "1.20": ("go1.20", "go1.20.5"),
    "1.21": ("default", "go1.21", "go1.21.0", "go1.21rc1", "go1.20.5", "go1.x-foo", "go1", "local", "go2", "go1.99.0"),
    "1.21.0": ("go1.21.0", "go1.21.0-foo", "go1.21.0 default"),
    "1.22": ("go1.21.0", "go1.21.5-foo"),
    "": ("default", "go1.16", "go1.21.0"),
}
for go, names in TOOLCHAINS.items():
    for name in names:
        CASES[f"toolchain {name}, go {go}"] = Case(f"toolchain {name}; require {ONE}", go, (A,))
for name in ("default", "go1.20", "go1.21.0", "go1.22.5"):
    CASES |= {
        f"toolchain {name}, whole graph": Case(f"toolchain {name}; require {C} v1.0.0", "1.22", (NONE,)),
        f"toolchain {name}, vendor": Case(f"toolchain {name}; require {ONE}", "1.21", (A,), listed(ONE)),
        f"toolchain {name}, old, vendor": Case(f"toolchain {name}; require {ONE}", "1.16", (A,), listed(ONE)),
        f"toolchain {name}, older than go, vendor": Case(f"toolchain {name}; require {ONE}", "1.22.1", (A,), listed(ONE)),
        f"toolchain {name}, workspace": Case(f"toolchain {name}; require {ONE}", "1.21", (A,), work="go 1.22"),
        f"toolchain {name} of go.work": Case(f"require {ONE}", "1.21", (A,), work=f"go 1.21; toolchain {name}"),
    }
CASES |= {
    "asked for": Case("toolchain default", flags="-mod=readonly"),
    "asked for vendor": Case("toolchain default", flags="-mod=vendor", vendor="\n"),
    "go.work older than the module": Case("toolchain go1.21.5", "1.21.0", work="go 1.20"),
    "twice, workspace": Case(f"require {ONE}; require {TWO}", imports=(A,), work="go 1.21"),
    "twice, workspace, unpruned": Case(f"require {ONE}; require {TWO}", "1.16", (A,), work="go 1.18"),
    "itself, workspace": Case(f"require {MAIN} v1.0.0", imports=(A,), work="go 1.21"),
    "no package, toolchain default": Case("toolchain default", imports=(NONE,)),
    "no package, twice": Case(f"require {ONE}; require {TWO}", imports=(NONE,)),
    "not in std, toolchain default": Case("toolchain default", imports=("fmt/none",)),
    "wrong toolchain of go.work": Case(work="go 1.21; toolchain local"),
    "wrong toolchain, workspace": Case("toolchain local", work="go 1.21"),
    "repeated toolchain": Case("toolchain go1.22.0; toolchain go1.22.0"),
}


@pytest.mark.parametrize("name", CASES)
def test_same_as_go(project: Project, name: str) -> None:
    case = CASES[name]
    project.write(case.files())
    project.environ["GOFLAGS"] = case.flags
    ours = words(load(project), project)
    status, _, errors = project.go("build", "-n", ".")
    theirs = words(errors, project) if status else ""
    assert (ours in theirs) if ours and theirs else ours == theirs


def words(text: str, project: Project) -> str:
    return re.sub(r"errors parsing go\.(mod|work):\n|go\.mod:\d+: ", "", plain(text, project))


TIDY = [name for name, case in CASES.items() if case.go and not case.vendor and not case.work and NONE not in case.imports]


@pytest.mark.parametrize("name", TIDY)
def test_tidy_same_as_go(project: Project, name: str) -> None:
    project.write(CASES[name].files())
    try:
        removed, added = by_us(project)
    except GoError as error:
        status, _, errors = project.go("mod", "tidy", "-diff")
        assert status and words(str(error), project) in words(errors, project)
    else:
        both = removed & added  # a line at another version that is there already
        assert (removed - both, added - both) == by_go(project)
