"""GoProgram with patterns and several packages: the programs, and their names, are those of ``go build -o folder/``."""

from __future__ import annotations

import pytest
from gocommand import run_go
from gomodule import write_module
from sconsproject import Project

MAIN = "package main\n\nfunc main() { println(`hello`) }\n"


@pytest.fixture
def module(project: Project) -> Project:
    write_module(project)
    project.write("cmd/tool/v2/main.go", MAIN)
    project.write("cmd/windows/main_windows.go", MAIN)
    project.write("cmd/mixed/gen.go", "//go:build ignore\n\n" + MAIN)
    project.write("cmd/mixed/lib.go", "package mixed\n")
    project.write("cmd/tested/main_test.go", MAIN)
    project.write("cmd/testdata/main.go", MAIN)
    return project


@pytest.mark.parametrize("goos", ["linux", "windows"])
def test_pattern_is_go_builds(module: Project, goos: str) -> None:
    module.sconstruct("apps = env.GoProgram('bin/', './...')\nenv.Alias('apps', apps)\n", GOOS=goos)
    planned = module.build("-n", "-Q", "--tree=all", "apps").ok().out
    done = run_go(module.goroot, "build", "-trimpath", "-buildvcs=false", "-o", "golden/", "./...", cwd=module.dir, goos=goos)
    assert done.returncode == 0, done.stderr
    golden = sorted(path.name for path in (module.dir / "golden").iterdir())
    assert sorted({line.rpartition("-bin/")[2] for line in planned.splitlines() if "-bin/" in line}) == golden
    if goos == "linux":
        module.build().ok()
        for name in golden:
            assert (module.dir / "bin" / name).read_bytes() == (module.dir / "golden" / name).read_bytes()
        assert module.build().ok().up_to_date


def test_a_program_that_comes_and_one_that_goes(module: Project) -> None:
    module.sconstruct("env.Install('out', env.GoProgram(env.Dir('bin'), 'cmd/...'))\n")
    module.write("SConstruct", (module.dir / "SConstruct").read_text().replace('tools=["go"]', 'tools=["go", "install"]'))
    module.build().ok()
    assert module.files(below="out") == ["out/app", "out/tool"]
    module.write("cmd/new/main.go", MAIN)
    module.build().ok()
    assert module.program("out/new").ok().err == "hello\n"
    (module.dir / "cmd/new/main.go").write_text("package other\n")
    assert "Nothing to be done for `bin/new'" in module.build("bin/new").ok().out


def test_lists_and_scripts_in_subfolders(module: Project) -> None:
    module.write(
        "cmd/SConscript", "Import('env')\nenv.GoProgram('bin', ['app', 'example.com/m/cmd/tool/v2'])\nenv.GoProgram('all/', './...')\n"
    )
    module.sconstruct("env.SConscript('cmd/SConscript', exports='env')\nenv.SConscript('cmd/SConscript', variant_dir='v', exports='env')\n")
    module.build().ok()
    for name in ("cmd/bin", "cmd/all", "v/bin", "v/all"):
        assert module.files(below=name) == [f"{name}/app", f"{name}/tool"]
        assert module.program(f"{name}/tool").ok().err == "hello\n"
    assert module.build().ok().up_to_date


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("'bin/', './sum/...'", "no main packages to build: ./sum/..."),
        ("'bin/', './nothing/...'", "nothing/: no such file or directory"),
        ("'bin/', ['cmd/app', 'other/app']", "example.com/m/cmd/app and example.com/m/other/app would both be app"),
        ("'bin/', '/nowhere'", "outside main module or its selected dependencies"),
        ("'bin/app', ['a.go', 'b.go']", "not bin/app from a.go, b.go"),
    ],
)
def test_what_cannot_be(module: Project, call: str, says: str) -> None:
    module.write("other/app/main.go", MAIN)
    module.sconstruct(f"env.GoProgram({call})\n")
    assert says in module.build().failed().text


def test_a_broken_program_is_still_one(module: Project) -> None:
    module.write("cmd/app/main.go", "package main\n\nimport (\n")
    module.sconstruct("env.GoProgram('bin/', './cmd/...')\n")
    assert "cmd/app/main.go:3:" in module.build("-k").failed().text
    assert module.program("bin/tool").ok()
    module.build("-c").ok()


def test_generated_sources(module: Project) -> None:
    """Whether generated files are there makes no difference to which programs there are."""
    module.sconstruct(
        "env.Command('cmd/gen/main.go', [], 'cp cmd/tool/v2/main.go $TARGET')\n"
        "env.Command('cmd/app/extra.go', [], \"echo 'package main' > $TARGET\")\n"
        "print([str(n) for n in env.GoProgram('bin', './cmd/...')])\n"
    )
    for _ in range(2):
        assert "['bin/app', 'bin/tool']" in module.build().ok().out
