"""What is wrong with modules is said in the words of the go command, which is run beside on the same files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from beside_go import load, plain
from modules_at_hand import Project, Proxy, project_fixture, proxy_fixture  # noqa: F401 - fixtures
from scons_go.filestate import FileState
from scons_go.load import Loader
from scons_go.overlay import Overlay
from scons_go.sdk import find_sdk
from scons_go.variant import Variant

A = "example.com/a"
B = "example.com/b"
MAIN = "example.com/main"


def gomod(body: str, go: str = "1.21") -> str:
    return f"module {MAIN}\n\ngo {go}\n\n{body}\n"


def imports(*paths: str, name: str = "main") -> str:
    lines = "".join(f'import _ "{path}"\n' for path in paths)
    return f"package {name}\n\n{lines}\n" + ("func main() {}\n" if name == "main" else "")


@dataclass
class Case:
    """*files* of the project, *served* modules; *drop* are beginnings of go.sum lines to leave out; *says* is a part of the message, where
    ours is not to be found in the go command's as a whole."""

    files: dict[str, str]
    served: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    environ: dict[str, str] = field(default_factory=dict)
    says: str = ""


P = {"p.go": "package p\n"}
CASES: dict[str, Case] = {
    "no module": Case({"go.mod": gomod(""), "main.go": imports("example.com/none/x")}),
    "not in std": Case({"go.mod": gomod(""), "main.go": imports("fmt/nothing")}),
    "malformed import": Case({"go.mod": gomod(""), "main.go": imports("example.com/x~1/y")}),
    "no sum for the module": Case(
        {"go.mod": gomod(f"require {A} v1.0.0"), "main.go": imports(A)}, {(A, "v1.0.0"): P}, drop=(f"{A} v1.0.0 ",)
    ),
    "no sum for go.mod": Case(
        {"go.mod": gomod(f"require {A} v1.0.0"), "main.go": imports(A)}, {(A, "v1.0.0"): P}, drop=(f"{A} v1.0.0/go.mod ",)
    ),
    "no sum for a module that may have it too": Case(
        {"go.mod": gomod(f"require (\n{A} v1.0.0\n{A}/sub v1.0.0\n)"), "main.go": imports(f"{A}/sub/x")},
        {(A, "v1.0.0"): {"sub/x/x.go": "package x\n"}, (f"{A}/sub", "v1.0.0"): {"y.go": "package y\n"}},
        drop=(f"{A}/sub v1.0.0 ",),
    ),
    "ambiguous": Case(
        {"go.mod": gomod(f"require (\n{A} v1.0.0\n{A}/sub v1.0.0\n)"), "main.go": imports(f"{A}/sub/x")},
        {(A, "v1.0.0"): {"sub/x/x.go": "package x\n"}, (f"{A}/sub", "v1.0.0"): {"x/x.go": "package x\n"}},
    ),
    "direct import of an implicit requirement": Case(
        {"go.mod": gomod(f"require {A} v1.0.0"), "main.go": imports(A, B)},
        {(A, "v1.0.0"): {"go.mod": f"module {A}\n\ngo 1.21\n\nrequire {B} v1.0.0\n", "a.go": imports(B, name="a")}, (B, "v1.0.0"): P},
    ),
    "direct import of an implicit requirement, unpruned": Case(
        {"go.mod": gomod(f"require {A} v1.0.0", "1.16"), "main.go": imports(A, B)},
        {(A, "v1.0.0"): {"go.mod": f"module {A}\n\nrequire {B} v1.0.0\n", "a.go": imports(B, name="a")}, (B, "v1.0.0"): P},
    ),
    "root below a requirement": Case(
        {"go.mod": gomod(f"require (\n{A} v1.0.0\n{B} v1.0.0\n)"), "main.go": imports(A)},
        {
            (A, "v1.0.0"): {"go.mod": f"module {A}\n\ngo 1.21\n\nrequire {B} v1.1.0\n", "a.go": "package a\n"},
            (B, "v1.0.0"): P,
            (B, "v1.1.0"): P,
        },
    ),
    "root below a requirement, unpruned": Case(
        {"go.mod": gomod(f"require (\n{A} v1.0.0\n{B} v1.0.0\n)", "1.16"), "main.go": imports(A)},
        {
            (A, "v1.0.0"): {"go.mod": f"module {A}\n\nrequire {B} v1.1.0\n", "a.go": "package a\n"},
            (B, "v1.0.0"): P,
            (B, "v1.1.0"): P,
        },
    ),
    "module with another name": Case(
        {"go.mod": gomod(f"require {A} v1.0.0"), "main.go": imports(A)},
        {(A, "v1.0.0"): {"go.mod": "module example.com/other\n", "a.go": "package a\n"}},
    ),
    "module without a name": Case(
        {"go.mod": gomod(f"require {A} v1.0.0"), "main.go": imports(A)}, {(A, "v1.0.0"): {"go.mod": "go 1.20\n", "a.go": "package a\n"}}
    ),
    "dependency's go.mod is wrong": Case(
        {"go.mod": gomod(f"require {A} v1.0.0"), "main.go": imports(A)},
        {(A, "v1.0.0"): {"go.mod": f"module {A}\nrequire (\n", "a.go": "package a\n"}},
    ),
    "dependency's go.mod is wrong, further away": Case(
        {"go.mod": gomod(f"require {A} v1.0.0", "1.16"), "main.go": imports(A)},
        {
            (A, "v1.0.0"): {"go.mod": f"module {A}\nrequire {B} v1.0.0\n", "a.go": "package a\n"},
            (B, "v1.0.0"): {"go.mod": f"module {B}\nrequire x\n", "b.go": "package b\n"},
        },
    ),
    "dependency too new": Case(
        {"go.mod": gomod(f"require {A} v1.0.0"), "main.go": imports(A)},
        {(A, "v1.0.0"): {"go.mod": f"module {A}\n\ngo 1.99\n", "a.go": "package a\n"}},
        says="requires go >= 1.99 (running go 1.27.3",
    ),
    "main module too new": Case(
        {"go.mod": gomod("", "1.99.1"), "main.go": imports()}, says="go.mod requires go >= 1.99.1 (running go 1.27.3"
    ),
    "no module line": Case({"go.mod": "go 1.21\n", "main.go": imports()}),
    "main module's path is malformed": Case({"go.mod": "module example.com/a!b\n\ngo 1.21\n", "main.go": imports()}),
    "malformed go.sum": Case(
        {"go.mod": gomod(f"require {A} v1.0.0"), "main.go": imports(A), "go.sum": "one two\n"},
        {(A, "v1.0.0"): P},
        says="wrong number of fields 2",
    ),
    "not served, capital letters": Case(
        {
            "go.mod": gomod("require example.com/A v1.0.0-RC+incompatible"),
            "main.go": imports("example.com/A"),
            "go.sum": "".join(f"example.com/A v1.0.0-RC+incompatible{file} h1:{'A' * 43}=\n" for file in ("", "/go.mod")),
        },
    ),
    "replacement does not exist": Case(
        {"go.mod": gomod(f"require {A} v1.0.0\nreplace {A} => ./nowhere"), "main.go": imports(A)},
        says="replacement directory ./nowhere does not exist",
    ),
    "replacement without go.mod": Case(
        {"go.mod": gomod(f"require {A} v1.0.0\nreplace {A} => ./there"), "main.go": imports(A), "there/a.go": "package a\n"},
        says="no such file or directory",
    ),
    "replaced but not required": Case(
        {
            "go.mod": gomod(f"replace {A} v1.2.0 => ./there"),
            "main.go": imports(f"{A}/x"),
            "there/go.mod": f"module {A}\n",
            "there/x/x.go": "package x\n",
        }
    ),
    "conflicting replacements": Case(
        {"go.mod": gomod(f"require {A} v1.0.0\nreplace {A} => ./x\nreplace {A} => ./y"), "main.go": imports(A)},
        says=f"conflicting replacements for {A}:\n\t./x\n\t./y",
    ),
    "replaced by a module that is used too": Case(
        {"go.mod": gomod(f"require (\n{A} v1.0.0\n{B} v1.0.0\n)\nreplace {A} => {B} v1.0.0"), "main.go": imports(A, B)},
        {(A, "v1.0.0"): P, (B, "v1.0.0"): P},
    ),
    "readonly asked for": Case({"go.mod": gomod(""), "main.go": imports(A)}, environ={"GOFLAGS": "-mod=readonly"}),
    "readonly with a reason": Case({"go.mod": gomod("", "1.13"), "main.go": imports(A), "vendor/x": ""}),
    "vendor out of step": Case(
        {
            "go.mod": gomod(f"require (\n{A} v1.1.0\n{B} v1.0.0\n)\nreplace {B} => ./b"),
            "main.go": imports(A),
            "b/go.mod": f"module {B}\n",
            "vendor/modules.txt": f"# {A} v1.0.0\n## explicit; go 1.17\n{A}\n# example.com/c v1.0.0 => ./c\n## explicit\nexample.com/c\n",
            f"vendor/{A}/a.go": "package a\n",
        }
    ),
    "vendor without modules.txt": Case(
        {"go.mod": gomod(f"require {A} v1.0.0"), "main.go": imports(A), f"vendor/{A}/a.go": "package a\n"},
        environ={"GOFLAGS": "-mod=vendor"},
    ),
    "vendor lacks a package": Case(
        {
            "go.mod": gomod(f"require {A} v1.0.0"),
            "main.go": imports(f"{A}/x"),
            "vendor/modules.txt": f"# {A} v1.0.0\n## explicit; go 1.17\n{A}\n",
            f"vendor/{A}/a.go": "package a\n",
        }
    ),
    "vendored module too new": Case(
        {
            "go.mod": gomod(f"require {A} v1.0.0"),
            "main.go": imports(A),
            "vendor/modules.txt": f"# {A} v1.0.0\n## explicit; go 1.99\n{A}\n",
            f"vendor/{A}/a.go": "package a\n",
        },
        says="example.com/a in vendor/modules.txt requires go >= 1.99 (running go 1.27.3",
    ),
    "unknown -mod": Case(
        {"go.mod": gomod(""), "main.go": imports()},
        environ={"GOFLAGS": "-mod=mood"},
        says="-mod=mood not supported (can be '', 'mod', 'readonly', or 'vendor')",
    ),
    "GOFLAGS without a dash": Case({"go.mod": gomod(""), "main.go": imports()}, environ={"GOFLAGS": "mod=mod"}, says='non-flag "mod=mod"'),
    "workspace module missing": Case({"go.work": "go 1.21\nuse ./x\n", "main.go": imports()}),
    "requirement on an excluded version": Case({"go.mod": gomod(f"require {A} v1.0.0\nexclude {A} v1.0.0"), "main.go": imports()}),
    "workspace module newer": Case(
        {"go.work": "go 1.21\nuse .\n", "go.mod": gomod("", "1.22"), "main.go": imports()},
        says="module . listed in go.work file requires go >= 1.22, but go.work lists go 1.21; to download and use go 1.22:\n\tgo work use",
    ),
    "workspace module newer, no go line": Case(
        {"go.work": "use .\n", "go.mod": gomod("", "1.22"), "main.go": imports()},
        says="module . listed in go.work file requires go >= 1.22, but go.work implicitly requires go 1.18",
    ),
    "workspace uses a folder twice": Case(
        {"go.work": "go 1.21\nuse .\nuse ./\n", "go.mod": gomod(""), "main.go": imports()}, says="appears multiple times in workspace"
    ),
    "workspace uses a module twice": Case(
        {"go.work": "go 1.21\nuse ./x\nuse ./y\n", "x/go.mod": gomod(""), "y/go.mod": gomod(""), "main.go": imports()},
        says=f"module {MAIN} appears multiple times in workspace",
    ),
    "workspace replaces its module": Case(
        {"go.work": f"go 1.21\nuse .\nreplace {MAIN} => ./x\n", "go.mod": gomod(""), "main.go": imports()},
        says=f"workspace module {MAIN} is replaced at all versions in the go.work file. To fix, remove the replacement",
    ),
    "workspace with -mod=mod": Case(
        {"go.work": "go 1.21\nuse .\n", "go.mod": gomod(""), "main.go": imports()}, environ={"GOFLAGS": "-mod=mod"}
    ),
    "workspace modules replace differently": Case(
        {
            "go.work": "go 1.21\nuse .\nuse ./x\n",
            "go.mod": gomod(f"replace {A} => ./a1"),
            "x/go.mod": f"module example.com/x\n\ngo 1.21\n\nreplace {A} => ./a2\n",
            "main.go": imports(),
        },
        says=f"conflicting replacements for {A}:",
    ),
}


def prepare(project: Project, proxy: Proxy, case: Case) -> None:
    for (module, version), files in case.served.items():
        proxy.add(module, version, files)
    sums = proxy.sums(project.root.parent).splitlines(keepends=True)
    project.write({"go.sum": "".join(line for line in sums if not line.startswith(case.drop or ("\0",))), **case.files})
    project.environ.update(case.environ)


@pytest.mark.parametrize("name", CASES)
def test_same_words_as_go(project: Project, proxy: Proxy, name: str) -> None:
    case = CASES[name]
    prepare(project, proxy, case)
    ours = plain(load(project), project)
    assert ours
    status, _, errors = project.go("build", "-o", os.devnull, ".")
    theirs = plain(errors, project)
    assert status != 0, "the go command is content"
    says = plain(case.says, project)
    assert (says or ours) in theirs
    assert says in ours


CONTENT: Mapping[str, Case] = {
    "replacements that point at each other": Case(
        {
            "go.mod": gomod(f"require (\n{A} v1.0.0\n{B} v1.0.0\n)\nreplace {A} => {B} v1.0.0\nreplace {B} => {A} v1.0.0"),
            "main.go": imports(A, B),
        },
        {(A, "v1.0.0"): {"a.go": "package a\n"}, (B, "v1.0.0"): {"b.go": "package b\n"}},
    ),
    "requirements that form a cycle": Case(
        {"go.mod": gomod(f"require (\n{A} v1.0.0\n{B} v1.0.0\n)", "1.16"), "main.go": imports(A)},
        {
            (A, "v1.0.0"): {"go.mod": f"module {A}\nrequire {B} v1.0.0\n", "a.go": imports(B, name="a")},
            (B, "v1.0.0"): {"go.mod": f"module {B}\nrequire (\n{A} v1.0.0\n{MAIN} v1.5.0\n)\n", "b.go": "package b\n"},
            (MAIN, "v1.5.0"): P,
        },
    ),
    "excluded version": Case(
        {"go.mod": gomod(f"require {A} v1.0.0\nrequire {B} v1.0.0\nexclude {B} v1.1.0"), "main.go": imports(A)},
        {
            (A, "v1.0.0"): {"go.mod": f"module {A}\ngo 1.21\nrequire {B} v1.1.0\n", "a.go": imports(B, name="a")},
            (B, "v1.0.0"): P,
            (B, "v1.1.0"): P,
        },
    ),
    "incompatible, major versions and gopkg.in": Case(
        {
            "go.mod": gomod(f"require (\n{A} v2.0.0+incompatible\n{B}/v3 v3.1.0\ngopkg.in/yaml.v2 v2.0.0\n)"),
            "main.go": imports(A, f"{B}/v3/x", "gopkg.in/yaml.v2"),
        },
        {(A, "v2.0.0+incompatible"): P, (f"{B}/v3", "v3.1.0"): {"x/x.go": "package x\n"}, ("gopkg.in/yaml.v2", "v2.0.0"): P},
    ),
    "package found only in the whole graph": Case(
        {"go.mod": gomod(f"require {A} v1.0.0", "1.16"), "main.go": imports(A)},
        {(A, "v1.0.0"): {"go.mod": f"module {A}\n\ngo 1.17\n\nrequire {B} v1.0.0\n", "a.go": imports(B, name="a")}, (B, "v1.0.0"): P},
    ),
    "nested module in the main module's folder": Case(
        {
            "go.mod": gomod(f"require {MAIN}/in v1.0.0\nreplace {MAIN}/in => ./in"),
            "main.go": imports(f"{MAIN}/in/x"),
            "in/go.mod": f"module {MAIN}/in\n",
            "in/x/x.go": "package x\n",
        }
    ),
    "vendor": Case(
        {
            "go.mod": gomod(f"require {A} v1.0.0\nrequire {B} v1.0.0 // indirect\nreplace {B} => ./b"),
            "main.go": imports(f"{A}/x"),
            "b/go.mod": f"module {B}\n",
            "vendor/modules.txt": f"# {A} v1.0.0\n## explicit; go 1.17\n{A}/x\n# {B} v1.0.0 => ./b\n## explicit\n{B}\n# {B} => ./b\n",
            f"vendor/{A}/x/x.go": imports(B, name="x"),
            f"vendor/{B}/b.go": "package b\n",
        }
    ),
    "workspace": Case(
        {
            "go.work": f"go 1.21\nuse (\n.\n./x\n)\nreplace {B} => ./b\n",
            "go.mod": gomod(f"require {A} v1.0.0"),
            "main.go": imports("example.com/x", A),
            "x/go.mod": f"module example.com/x\n\ngo 1.20\n\nrequire {A} v1.1.0\n",
            "x/x.go": imports(A, name="x"),
            "b/go.mod": f"module {B}\n",
            "b/b.go": "package b\n",
            "x/go.sum": "",
        },
        {
            (A, "v1.0.0"): {"a.go": "package a\n"},
            (A, "v1.1.0"): {"go.mod": f"module {A}\n\ngo 1.21\n\nrequire {B} v1.0.0\n", "a.go": imports(B, name="a")},
            (B, "v1.0.0"): P,
        },
    ),
}


@pytest.mark.parametrize("name", CONTENT)
def test_same_modules_as_go(project: Project, proxy: Proxy, name: str) -> None:
    prepare(project, proxy, CONTENT[name])
    sdk = find_sdk({}, str(project.goroot))
    loader = Loader(sdk, Variant.of(sdk, "linux", "amd64"), Overlay(), FileState(), project.open())
    ours = set()
    for package in loader.closure([MAIN]):
        if package.module:
            stand_in = package.module.replace
            replaced = f"{stand_in.path}@{stand_in.version}" if stand_in else ""
            ours.add(
                f"{package.import_path} {package.dir} {package.module.path}@{package.module.version} {replaced} {package.module.go_version}"
            )
    form = (
        "{{if not .Standard}}{{.ImportPath}} {{.Dir}} {{with .Module}}{{.Path}}@{{.Version}} "
        "{{with .Replace}}{{.Path}}@{{.Version}}{{end}} {{.GoVersion}}{{end}}{{end}}"
    )
    status, output, errors = project.go("list", "-deps", "-f", form, ".")
    assert status == 0, errors
    assert ours == set(output.splitlines()) - {""}


def test_no_go_mod(project: Project) -> None:
    from scons_go.module.build import open_build_list

    assert open_build_list(str(project.root), project.env()) is None
