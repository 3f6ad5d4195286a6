"""GoVet through SCons: what go vet finds, kept while nothing changes, without compiling what is vetted."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from conftest import OLDEST, PREVIOUS, goroot
from gocommand import run_go
from sconsproject import Project, compiled

FILES = {
    "go.mod": "module example.com/m\n\ngo 1.22\n",
    "log/log.go": 'package log\n\nimport "fmt"\n\nfunc Logf(format string, args ...any) { fmt.Printf(format, args...) }\n',
    "use/use.go": 'package use\n\nimport "example.com/m/log"\n\nfunc Use() { log.Logf("%d", "text") }\n',
    "use/use_test.go": 'package use\n\nimport "testing"\n\nfunc TestUse(t *testing.T) { t.Logf("%d", "inner") }\n',
    "use/x_test.go": 'package use_test\n\nimport (\n\t"testing"\n\n\t"example.com/m/use"\n)\n\n'
    'func TestUse(t *testing.T) { use.Use(); t.Logf("%d", "outer") }\n',
    "other/other.go": "package other\n\nfunc F(x int) bool { return x == 1 || x == 1 }\n",
    "other/other_plan9.go": "//go:build plan9\n\n// +build linux\n\npackage other\n",
    "fine/fine.go": "package fine\n",
}


@pytest.fixture
def module(project: Project) -> Project:
    for name, content in FILES.items():
        project.write(name, content)
    project.sconstruct("env.GoVet('./...')\n")
    return project


def findings(text: str) -> set[str]:
    return {line.removeprefix("./") for line in text.splitlines() if re.match(r"(vet: )?(\./)?[\w/]+\.go:\d", line)}


def test_finds_what_go_vet_finds(module: Project) -> None:
    theirs = run_go(module.goroot, "vet", "-p=1", "./...", cwd=module.dir)
    run = module.build("go-vet").failed()
    shown = run.err.partition("scons: ***")[0].splitlines()
    assert sorted(shown) == sorted(theirs.stderr.splitlines()) and len(shown) == len(findings(run.err)) == 5, "go's order is random"
    assert "vet found something in example.com/m/other, example.com/m/use" in run.err
    assert "example.com/m/other" not in compiled(run.out), "nobody imports it"
    assert findings(module.build("go-vet").failed().err) == findings(run.err)
    flags = ["-bools", "-buildtag"]
    module.sconstruct("env.GoVet('./...')\n", GOVETFLAGS=flags)
    theirs = run_go(module.goroot, "vet", *flags, "./...", cwd=module.dir)
    assert findings(module.build("go-vet").failed().err) == findings(theirs.stderr) != set()


@pytest.mark.judge
@pytest.mark.parametrize("version", [OLDEST, PREVIOUS])
def test_finds_what_older_go_vets_find(module: Project, version: str) -> None:
    older = Project(module.dir, goroot(version))
    older.sconstruct("env.GoVet('./...')\n")
    theirs = run_go(older.goroot, "vet", "./...", cwd=older.dir)
    assert findings(older.build("go-vet").failed().err) == findings(theirs.stderr) != set()


def test_json(module: Project) -> None:
    module.sconstruct("env.GoVet('./...')\n", GOVETFLAGS="-json -assign=false")
    theirs = run_go(module.goroot, "vet", "-p=1", "-json", "-assign=false", "./...", cwd=module.dir)
    assert theirs.returncode == 0
    for _ in range(2):  # what is found is shown each time
        run = module.build("-Q", "-s", "go-vet").ok()
        assert (run.out, run.err) == (theirs.stdout, theirs.stderr) and run.out.count('"posn"') == 5


def test_a_cache_keeps_no_wrong_results(module: Project) -> None:
    module.sconstruct("CacheDir('cache')\nenv.GoVet('./other', './fine')\n", GOVETFLAGS="-bools")
    found = findings(module.build("-j2", "go-vet").failed().err)
    shutil.rmtree(module.dir / "build")
    assert findings(module.build("-j2", "go-vet").failed().err) == found != set()


def test_results_are_kept(module: Project) -> None:
    for name in ("use/use.go", "use/use_test.go", "use/x_test.go", "other/other.go"):
        module.write(name, FILES[name].replace('"%d"', '"%s"').replace(" || x == 1", ""))
    (module.dir / "other/other_plan9.go").unlink()
    module.build("go-vet").ok()
    assert module.build("go-vet").ok().up_to_date
    module.write("log/log.go", FILES["log/log.go"].replace("fmt.Printf(format, args...)", "fmt.Print(args...)"))
    module.build("go-vet").ok()
    module.write("use/use.go", FILES["use/use.go"])
    module.build("go-vet").ok()  # Logf is no longer about formats
    module.write("log/log.go", FILES["log/log.go"])
    assert len(findings(module.build("go-vet").failed().err)) == 1
    module.write("other/other_plan9.go", FILES["other/other_plan9.go"])
    assert len(findings(module.build("go-vet").failed().err)) == 2, "a file that is left out counts too"
    module.build("-c", "go-vet").ok()
    assert [name for name in module.files(below="build") if "~vet" in name or "example.com" in name] == []


def test_what_does_not_type_check(module: Project) -> None:
    module.write("other/other.go", "package other\n\nvar X = nothing\n")
    module.write("use/x_test.go", FILES["use/x_test.go"].replace("use.Use()", "use.Lose()"))
    theirs = run_go(module.goroot, "vet", "./...", cwd=module.dir)
    assert findings(module.build("-k", "go-vet").failed().err) == findings(theirs.stderr)
    module.write("user/user.go", 'package user\n\nimport _ "example.com/m/other"\n')
    theirs = run_go(module.goroot, "vet", "./other", "./user", cwd=module.dir)
    module.sconstruct("env.GoVet('./other', './user')\n")
    run = module.build("-k", "go-vet").failed()
    assert run.err.startswith(theirs.stderr) and run.err.count("undefined: nothing") == 1, "it is said by the compiler alone"
    module.sconstruct("env.GoVet('./...')\n")
    module.write("log/log.go", "package log\n\nimport 1\n")
    assert "log/log.go:3:8" in module.build("-k", "go-vet").failed().err


def test_two_calls_and_generated_sources(module: Project) -> None:
    module.sconstruct(
        "env.GoVet('./fine')\nenv.GoVet('./fine', './made')\n"
        "env.Command('made/made.go', [], 'printf \"package made\\\\n\\\\nfunc F(x int) { x = x }\\\\n\" > $TARGET')\n"
    )
    assert findings(module.build("-j2", "go-vet").failed().err) == {"made/made.go:3:17: self-assignment of x"}


@pytest.mark.parametrize(
    ("flags", "says"),
    [("-fix", "not '-fix'"), ("-tags=x", "use GOTAGS"), ("x", "not 'x'"), ("-nonsense", "flag provided but not defined: -nonsense")],
)
def test_wrong_flags(module: Project, flags: str, says: str) -> None:
    module.sconstruct("env.GoVet('./fine')\n", GOVETFLAGS=flags)
    assert says in module.build("go-vet").failed().text


def test_another_vet(module: Project) -> None:
    module.sconstruct("env.GoVet('./other')\n", GOVET="mine", GOVETFLAGS="-bools")
    assert "mine not found. Set GOVET" in module.build("go-vet").failed().text
    mine = shutil.copy(module.goroot / "pkg/tool/linux_amd64/vet", module.write("my tools/mine", ""))
    module.sconstruct("env.GoVet('./other')\n", GOVET=str(mine), GOVETFLAGS="-bools")
    assert len(findings(module.build("go-vet").failed().err)) == 1


def test_a_folder_that_is_no_utf8(tmp_path: Path, current_goroot: Path) -> None:
    """vet reads paths from JSON, and opens other files than those that are meant; go vet has the same trouble and says less."""
    folder = tmp_path / os.fsdecode(b"odd\xff")
    folder.mkdir()
    project = Project(folder, current_goroot)
    for name, content in FILES.items():
        project.write(name, content)
    project.sconstruct("env.GoVet('./fine')\nenv.GoTest('./use')\n")
    assert r"odd\xff/build/go/" in project.build("go-vet").failed().err.partition("vet opens no files whose paths are not UTF-8: ")[2]
    assert "tests run with -vet=off" in project.build("test").failed().err
    assert "1 passed" in project.build("test", "GOTESTFLAGS=-vet=off").ok().out


@pytest.fixture(scope="module")
def bare_goroot(current_goroot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SDK with compiler, assembler and linker, and no other program."""
    root = tmp_path_factory.mktemp("sdk") / "go"
    tools = root / "pkg/tool/linux_amd64"
    tools.mkdir(parents=True)
    for name in ("asm", "compile", "link"):
        (tools / name).symlink_to(current_goroot / "pkg/tool/linux_amd64" / name)
    for name in ("src", "lib", "VERSION", "go.env", "pkg/include"):
        (root / name).symlink_to(current_goroot / name)
    return root


@pytest.mark.judge
def test_vet_and_gofmt_are_made_where_the_sdk_lacks_them(module: Project, bare_goroot: Path) -> None:
    module.write("other/other.go", "package other\nfunc  F() {}\n")
    project = Project(module.dir, bare_goroot)
    project.sconstruct("env.GoVet('./fine', './use')\nenv.Alias('fmt', env.GoFmt('./...'))\n", GOOS="windows")
    run = project.build("-j2", "-k", "go-vet", "fmt").failed()
    assert len(findings(run.err)) == 3 and "other/other.go\n" in run.out
    assert sorted(name.rpartition("/")[2] for name in project.files(below="build/go/tools")) == ["gofmt", "vet"]
