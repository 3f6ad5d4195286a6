"""A wrong call in a SConscript is told with the line of the SConscript, and not as an exception of the tool."""

from __future__ import annotations

import pytest
from gomodule import write_module
from sconsproject import HEADER, Project

LINE = HEADER.count("\n") + 1


@pytest.fixture
def module(project: Project) -> Project:
    write_module(project)
    return project


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("env.GoProgram('cmd/app')", "GoProgram takes the name of the program and its package: GoProgram('bin/app', 'cmd/app')"),
        (
            "env.GoProgram('bin/app', None)",
            "GoProgram builds one program from a package, given by its folder or import path",
        ),
        ("env.GoProgram('bin/app', 'cmd/app/main.go')", "not bin/app from cmd/app/main.go"),
        ("env.GoProgram('bin/app', env.Entry('nosuch'))", "not bin/app from nosuch"),
        ("env.GoProgram('bin/app', 3)", "GoProgram takes names and nodes, not 3"),
        ("env.GoProgram(b'bin/app', 'cmd/app')", "GoProgram takes names and nodes, not b'bin/app'"),
        ("env.GoProgram('bin/app', {'cmd/app'})", "not {'cmd/app'}; make a list of it"),
        ("env.GoProgram('cmd/app', 'cmd/app')", "cmd/app is a folder; what is needed here is the name of a file"),
        ("env.GoProgram('bin/app', 'nothing/...')", "GoProgram: no main packages to build: nothing/..."),
        ("env.GoProgram('bin/app', 'cmd/app', GOBUILDDIR='go.mod')", "GoProgram: GOBUILDDIR=go.mod: is a file, not a folder"),
        ("env.GoTest()", "GoTest names packages: folders, import paths or patterns such as './...'"),
        ("env.GoTest(None)", "GoTest takes names and nodes, not None"),
        ("env.GoTest(p for p in ['./sum'])", "make a list of it"),
        ("env.GoTest(env.File('sum/sum.go'))", "GoTest takes packages, by their folders or import paths, not sum/sum.go"),
        ("env.GoTest('./sum', GOTESTFLAGS='-run')", "GoTest: flag needs an argument: -run"),
        ("env.GoTest('./sum', GOTESTFLAGS=3)", "GoTest: GOTESTFLAGS must be a string or a list of words, not 3"),
        ("env.GoTest('./sum', GOTESTJUNIT='sum')", "GoTest: GOTESTJUNIT=sum: is a folder, not a file"),
        ("env.GoTest('./sum', GOTESTENV='A=b')", "GoTest: GOTESTENV must be a dictionary, not 'A=b'"),
        ("env.GoVet(3)", "GoVet takes names and nodes, not 3"),
        ("env.GoVet('./sum', GOVET='/nosuch')", "GoVet: /nosuch not found"),
        ("env.GoFmt([])", "GoFmt names packages"),
        ("env.GoLibrary(env.File('go.mod'))", "GoLibrary takes packages, by their folders or import paths, not go.mod"),
        ("env.GoModuleTool()", "GoModuleTool takes the import path of one program"),
        ("env.GoModuleTool(3)", "GoModuleTool takes names and nodes, not 3"),
        ("env.GoCompile('obj/sum', env.Dir('sum'))", "GoCompile takes the files of a package, .go, .s, .S, .h, .syso, not sum"),
        ("env.GoCompile('obj/sum', 'sum')", "sum is a folder"),
        ("env.GoCompile('obj/sum', 'sum/sum.go', GOIMPORTS=3)", "GOIMPORTS takes results of GoCompile, not 3"),
        ("env.GoLink('bin/app', 'cmd/app/main.go')", "GoLink takes results of GoCompile, not cmd/app/main.go"),
        ("env.GoYacc('a.go', 3)", "GoYacc takes names and nodes, not 3"),
        ("env.GoLinkRelocatable('a.o', [])", "GoLinkRelocatable makes one object from one main package and objects"),
        ("env.GoCoverage(None, 'sum')", "GoCoverage makes one profile"),
        ("env.GoProgram('bin/app', 'cmd/app', chdir=1)", "GoProgram takes no chdir"),
        ("env.GoProgram('bin/', './...', chdir=1)", "GoProgram takes no chdir"),
        ("env.GoYacc('a.go', 'a.y', 'sum')", "GoYacc takes no chdir"),
        ("env.GoTest('./sum', chdir='sum')", "GoTest takes no chdir"),
        ("env.Tool('go', toolpath=[], NOSUCH=3)", "the Go tool has no variable 'NOSUCH'"),
    ],
)
def test_wrong_call(module: Project, call: str, says: str) -> None:
    script = module.sconstruct(call.replace("toolpath=[]", "toolpath=env['toolpath']") + "\n")
    run = module.build().failed()
    assert says in run.err, run.text
    assert f'File "{script}", line {LINE}, in <module>' in run.err, run.text


def test_a_function_of_the_user_is_named(module: Project) -> None:
    module.write("site_scons/rules.py", "def app(env):\n    return env.GoProgram('bin/app', 3)\n")
    module.sconstruct("import rules\nrules.app(env)\n")
    assert f'File "{module.dir}/site_scons/rules.py", line 2, in app' in module.build().failed().err


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ("GOCFLAGS=3", "GOCFLAGS must be a string or a list of words, not 3"),
        ("GOTAGS={'a': 1}", "GOTAGS must be a string, not {'a': 1}"),
        ("GOOS=b'linux'", "GOOS must be a string, not b'linux'"),
    ],
)
def test_wrong_variables(module: Project, variables: str, says: str) -> None:
    module.sconstruct(f"env.GoProgram('bin/app', 'cmd/app', {variables})\n")
    run = module.build().failed()
    assert says in run.err and "scons: *** [bin/app] cannot load the packages" in run.text


def test_none_is_unset(module: Project) -> None:
    unset = ", ".join(f"{name}=None" for name in ("GOOS", "GOTAGS", "GOCFLAGS", "GOLINKFLAGS", "GORUNTIME", "GOBUILDDIR", "ENV"))
    module.sconstruct(f"env.GoProgram('bin/app', 'cmd/app', {unset}, GOPGO=False)\n")
    module.build().ok()
    assert any(name.startswith("build/go/") for name in module.files())


@pytest.mark.parametrize("target", ["sum/sum.go", "go.mod"])
def test_a_source_is_not_replaced_by_a_program(module: Project, target: str) -> None:
    before = (module.dir / target).read_bytes()
    module.sconstruct(f"env.GoProgram('{target}', 'cmd/app')\n")
    assert f"{target} already exists and is not an object file" in module.build().failed().err
    assert (module.dir / target).read_bytes() == before


def test_what_an_action_made_of_the_program_is_replaced(module: Project) -> None:
    module.sconstruct("app = env.GoProgram('bin/app', 'cmd/app')\nenv.AddPostAction(app, 'echo packed > $TARGET')\n")
    module.build().ok()
    (module.dir / "build" / "go" / "ledger").unlink()
    module.build().ok()
    assert (module.dir / "bin/app").read_text() == "packed\n"


@pytest.mark.parametrize(
    ("package", "says"),
    [
        ("./nosuch", "stat {dir}/nosuch: directory not found"),
        ("empty", "no Go files in {dir}/empty"),
        ("tests", "no non-test Go files in {dir}/tests"),
        ("unsafe", "unsafe is not a main package"),
    ],
)
def test_no_package(module: Project, package: str, says: str) -> None:
    module.write("empty/README", "")
    module.write("tests/a_test.go", "package tests\n")
    module.sconstruct(f"env.GoProgram('bin/app', '{package}')\n")
    assert says.format(dir=module.dir) in module.build().failed().err


def test_a_folder_in_no_module(module: Project) -> None:
    module.sconstruct("env.GoProgram('bin/app', 'cmd/app')\n")
    gomod = (module.dir / "go.mod").read_text()
    (module.dir / "go.mod").unlink()
    says = f"go.mod file not found in {module.dir}/cmd/app or any parent directory; see 'go help modules'"
    assert says in module.build().failed().err
    module.write("go.work", "go 1.22\n\nuse ./other\n")
    module.write("other/go.mod", "module example.com/other\n\ngo 1.22\n")
    says = f"directory {module.dir}/cmd/app outside modules listed in go.work or their selected dependencies"
    assert says in module.build().failed().err
    module.write("go.mod", gomod)
    says = f"directory {module.dir}/cmd/app is contained in a module that is not one of the workspace modules listed in go.work."
    run = module.build().failed()
    assert says in run.err and f"\tgo work use {module.dir}\n" in run.err


def test_godebug_lines_of_go_mod(module: Project) -> None:
    module.write("go.mod", "module example.com/m\n\ngo 1.24\n\ngodebug nosuch=1\n")
    module.sconstruct("env.GoProgram('bin/app', 'cmd/app')\n")
    assert 'go.mod:5: unknown godebug "nosuch"' in module.build().failed().err
    module.write("go.mod", "module example.com/m\n\ngo 1.24\n\ngodebug panicnil=1\n")
    module.build().ok()
