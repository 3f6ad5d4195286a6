"""What users do with the nodes: aliases, installs, dependencies, actions, clones, variant folders, caches; and odd places."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from gocommand import go
from gomodule import GREET, write_module
from sconsproject import Project, compiled, scons_release

PROGRAM = "app = env.GoProgram('bin/app', 'cmd/app')\n"


@pytest.fixture
def module(project: Project) -> Project:
    write_module(project)
    project.sconstruct(PROGRAM)
    return project


def test_alias_and_install(module: Project) -> None:
    module.sconstruct("env.Tool('install')\n" + PROGRAM + "env.Alias('install', env.Install('out', app))\nDefault(app)\n")
    module.build().ok()
    assert not (module.dir / "out").exists()
    module.build("install").ok()
    assert module.program("out/app").ok().err == "hello world 7\n"
    assert module.build("install").ok().up_to_date
    module.write("greet/greet.go", GREET.replace("hello", "good day"))
    module.build("install").ok()
    assert module.program("out/app").ok().err == "good day world 7\n"


def test_a_package_by_its_path(module: Project) -> None:
    module.build("bin/app").ok()
    assert module.build("bin/app").ok().up_to_date


def test_depends(module: Project) -> None:
    module.write("stamp.txt", "1")
    module.sconstruct(PROGRAM + "env.Depends(app, 'stamp.txt')\n")
    module.build().ok()
    assert module.build().ok().up_to_date
    module.write("stamp.txt", "2")
    out = module.build().ok().out
    assert "/link -o" in out and compiled(out) == []
    assert module.build().ok().up_to_date


def test_a_missing_dependency_is_told(module: Project) -> None:
    module.sconstruct(PROGRAM + "env.Depends(app, 'stamp.txt')\n")
    assert "stamp.txt" in module.build().failed().text


def test_a_source_to_be_ignored(module: Project) -> None:
    module.write("table.in", "package sum\n\nconst More = 1\n")
    module.sconstruct("table = env.Command('sum/table.go', 'table.in', Copy('$TARGET', '$SOURCE'))\n" + PROGRAM + "Ignore(app, table)\n")
    module.build("bin/app").ok()
    assert not (module.dir / "sum/table.go").exists()


def test_a_second_call_that_differs(module: Project) -> None:
    module.sconstruct("for _ in range(2):\n    env.GoProgram('bin/app', 'cmd/app')\n")
    module.build().ok()
    module.sconstruct("for tag in ('', 'more'):\n    env.GoProgram('bin/app', 'cmd/app', GOTAGS=tag)\n")
    assert "GoProgram: bin/app is the target of another call: GOTAGS changed from '' to 'more'" in module.build().failed().err


def test_tags_are_appended(module: Project) -> None:
    module.write("cmd/app/both.go", '//go:build one && two\n\npackage main\n\nfunc init() { print("both: ") }\n')
    module.sconstruct("env.Append(GOTAGS='one')\nenv.AppendUnique(GOTAGS=['two'])\nenv.GoProgram('bin/app', 'cmd/app')\n")
    module.build().ok()
    assert module.program("bin/app").ok().err == "both: hello world 7\n"


def test_what_is_made_after_tests(module: Project) -> None:
    """A stamp in a folder of the module is no source of what it waits for."""
    module.write("sum/sum_test.go", 'package sum\n\nimport "testing"\n\nfunc TestOf(t *testing.T) {}\n')
    module.sconstruct("env.Command('tested', env.GoTest('./...', GOTESTFLAGS='-vet=off'), Touch('$TARGET'))\n")
    module.build("tested").ok()
    assert (module.dir / "tested").exists()
    module.write("sum/sum_test.go", 'package sum\n\nimport "testing"\n\nfunc TestOf(t *testing.T) { t.Fail() }\n')
    module.build("tested").failed()


def test_ignore_and_always_build(module: Project) -> None:
    module.write("stamp.txt", "1")
    module.sconstruct(PROGRAM + "env.Depends(app, 'stamp.txt')\nenv.Ignore(app, 'stamp.txt')\n")
    module.build().ok()
    module.write("stamp.txt", "2")
    assert module.build().ok().up_to_date
    module.sconstruct(PROGRAM + "AlwaysBuild(app)\n")
    module.build().ok()
    assert "/link -o" in module.build().ok().out


def test_post_and_pre_actions(module: Project) -> None:
    module.sconstruct(PROGRAM + "env.AddPostAction(app, 'touch after')\nenv.AddPreAction(app, 'touch before')\n")
    module.build().ok()
    assert (module.dir / "after").exists() and (module.dir / "before").exists()
    assert module.build().ok().up_to_date
    module.sconstruct(PROGRAM + "env.AddPostAction(app, 'touch later')\n")
    module.build().ok()
    assert (module.dir / "later").exists()


def test_requires(module: Project) -> None:
    module.sconstruct(PROGRAM + "env.Requires(app, env.Command('first', [], 'touch $TARGET'))\n")
    module.build().ok()
    assert (module.dir / "first").exists()


def test_clones_have_their_own_variant(module: Project) -> None:
    module.sconstruct(
        PROGRAM
        + "arm = env.Clone(GOARCH='arm64')\narm.GoProgram('bin/app-arm', 'cmd/app')\n"
        + "env.GoProgram('bin/app.exe', 'cmd/app', GOOS='windows')\n"
    )
    module.build().ok()
    assert (module.dir / "bin/app-arm").read_bytes()[18:20] == b"\xb7\x00"  # EM_AARCH64
    assert (module.dir / "bin/app.exe").read_bytes()[:2] == b"MZ"
    assert module.program("bin/app").ok().err == "hello world 7\n"
    assert module.build().ok().up_to_date


def test_programs_share_packages(module: Project) -> None:
    module.write("cmd/other/main.go", 'package main\n\nimport "example.com/m/greet"\n\nfunc main() { println(greet.Text()) }\n')
    module.sconstruct(PROGRAM + "env.GoProgram('bin/other', 'cmd/other')\nenv.GoProgram('bin/small', 'cmd/other', GOLINKFLAGS='-s -w')\n")
    out = module.build("-j4").ok().out
    assert compiled(out).count("example.com/m/greet") == 1 and compiled(out).count("main") == 2
    assert module.build().ok().up_to_date


@pytest.mark.parametrize("duplicate", [0, 1])
def test_variant_dir(module: Project, duplicate: int) -> None:
    module.write("SConscript", "Import('env')\nenv.GoProgram('app', 'cmd/app')\n")
    module.sconstruct(f"env.SConscript('SConscript', variant_dir='out', duplicate={duplicate}, exports='env')\n")
    module.build().ok()
    assert module.program("out/app").ok().err == "hello world 7\n"
    assert module.build().ok().up_to_date
    module.write("greet/greet.go", GREET.replace("hello", "good day"))
    assert "example.com/m/greet" in compiled(module.build().ok().out)
    assert module.program("out/app").ok().err == "good day world 7\n"


def test_a_script_in_a_subfolder(module: Project) -> None:
    module.write(
        "cmd/SConscript", "Import('env')\nenv.GoProgram('#bin/app', 'app')\nenv.GoProgram('#bin/again', 'example.com/m/cmd/app')\n"
    )
    module.sconstruct("env.SConscript('cmd/SConscript', exports='env')\n")
    module.build().ok()
    assert (module.dir / "bin/app").read_bytes() == (module.dir / "bin/again").read_bytes()
    assert module.build("-u", cwd="cmd").ok()


def test_cache_dir(module: Project) -> None:
    module.sconstruct("CacheDir('cache')\n" + PROGRAM)
    module.build().ok()
    first = (module.dir / "bin/app").read_bytes()
    module.build("-c").ok()
    out = module.build().ok().out
    assert "Retrieved `bin/app' from cache" in out and "/link -o" not in out
    assert (module.dir / "bin/app").read_bytes() == first
    assert module.build().ok().up_to_date
    module.write("greet/greet.go", GREET.replace("hello", "good day"))
    module.build().ok()
    assert module.program("bin/app").ok().err == "good day world 7\n"


def test_cache_dir_of_another_checkout(module: Project) -> None:
    module.sconstruct("CacheDir('cache')\n" + PROGRAM)
    module.build().ok()
    first = (module.dir / "bin/app").read_bytes()
    forget(module)
    out = module.build().ok().out
    assert "Retrieved `bin/app' from cache" in out and "example.com/m/greet.a' from cache" in out
    assert "/link -o" not in out and not compiled(out)
    assert (module.dir / "bin/app").read_bytes() == first
    assert module.build().ok().up_to_date


@pytest.mark.parametrize("damage", ["empty", "cut", "changed"])
def test_damaged_files_in_a_cache_dir(module: Project, damage: str) -> None:
    """SCons copies what it finds; the program, and what it is linked from, is made anew."""
    module.sconstruct("CacheDir('cache')\n" + PROGRAM)
    module.build().ok()
    first = (module.dir / "bin/app").read_bytes()
    kept = {path: path.read_bytes() for path in (module.dir / "cache").glob("*/*") if not path.suffix}
    for path, content in kept.items():
        half = len(content) // 2
        path.write_bytes({"empty": b"", "cut": content[:half], "changed": content[:half] + b"~" + content[half + 1 :]}[damage])
    forget(module)
    run = module.build().ok()
    assert "bin/app is damaged in the CacheDir" in run.err and "example.com/m/greet.x is damaged in the CacheDir" in run.err
    assert (module.dir / "bin/app").read_bytes() == first
    assert {path: path.read_bytes() for path in kept} == kept
    forget(module)
    assert "is damaged" not in module.build("--cache-readonly").ok().err


ORDINARY = """\
lib = env.GoCompile("obj/sum", "sum/sum.go", GOIMPORTPATH="example.com/m/sum")
main = env.GoCompile("obj/app", "one/main.go", GOIMPORTS=lib)
env.GoLink(env.Entry("bin/app"), main)
env.GoYacc("obj/p.go", "p.y", GOYACC="./yacc")
env.GoLinkRelocatable("bin/app.o", "one")
"""
SEALED = {"obj/sum.x", "obj/sum.a", "obj/app.x", "obj/app.a", "bin/app", "obj/p.go", "bin/app.o"}


@pytest.fixture(params=["", "4.4.0"], ids=["newest", "4.4.0"])
def ordinary(module: Project, request: pytest.FixtureRequest) -> Project:
    module.scons = scons_release(request.param) if request.param else None
    module.write("one/main.go", 'package main\n\nimport "example.com/m/sum"\n\nfunc main() { println(sum.Of(3, 4)) }\n')
    module.write("p.y", "grammar\n")
    module.write("yacc", '#!/bin/sh\ncat "$5" > "$2"\necho "package p // $5" >> "$2"\n').chmod(0o755)
    module.sconstruct("CacheDir('cache')\n" + ORDINARY)
    return module


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs gcc and ld")
def test_damaged_files_of_other_builders_in_a_cache_dir(ordinary: Project) -> None:
    ordinary.build().ok()
    check_damage(ordinary)


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs gcc and ld")
def test_cache_force_seals(ordinary: Project) -> None:
    """What is up to date goes to the cache as what is made does: sealed, and with the files made beside it."""
    ordinary.build("--cache-disable").ok()
    cache = ordinary.dir / "cache"
    ordinary.build("--cache-force", "-n").ok()
    assert not list(cache.glob("*/*"))
    assert not ordinary.build("--cache-force").ok().err
    for seal in cache.glob("*/*.sha256"):
        seal.unlink()
    ordinary.build("--cache-force", "-n").ok()
    assert not list(cache.glob("*/*.sha256"))
    ordinary.build("--cache-force").ok()
    forget(ordinary)
    assert "/link -o" not in ordinary.build().ok().out
    check_damage(ordinary)


def test_cache_force_takes_nothing_that_may_not_be_cached(module: Project) -> None:
    module.build().ok()
    (package,) = module.files(below="build", pattern="**/example.com/m/sum.x")
    module.sconstruct(f"CacheDir('cache')\n{PROGRAM}NoCache({package!r}, 'bin/app')\n")
    out = module.build("--cache-force", "--cache-debug=-").ok().out
    pushed = set(re.findall(r"^CachePush\((\S+)\):  pushing", out, re.M))
    assert pushed & {package.replace("sum.x", "greet.x"), package.replace("sum.x", "greet.a")}
    assert not pushed & {package, package.replace("sum.x", "sum.a"), "bin/app"}


def check_damage(ordinary: Project) -> None:
    first = {name: (ordinary.dir / name).read_bytes() for name in SEALED}
    for path in (ordinary.dir / "cache").glob("*/*"):
        if path.suffix != ".sha256":
            path.write_bytes(path.read_bytes() + b"~")
    forget(ordinary)
    run = ordinary.build().ok()
    told = {name for name in SEALED if not name.endswith(".a")}  # an archive comes with the export data that are made with it
    assert set(re.findall(r"^(\S+) is damaged in the CacheDir", run.err, re.M)) >= told
    assert {name: (ordinary.dir / name).read_bytes() for name in SEALED} == first
    forget(ordinary)
    run = ordinary.build().ok()
    assert not run.err and all(f"Retrieved `{name}' from cache" in run.out for name in SEALED)
    assert {name: (ordinary.dir / name).read_bytes() for name in SEALED} == first


def forget(module: Project) -> None:
    """Leave nothing of what was built, as in a new checkout."""
    for name in ("bin", "build", "obj"):
        shutil.rmtree(module.dir / name, ignore_errors=True)
    (module.dir / ".sconsign.dblite").unlink(missing_ok=True)


def test_spaces_and_other_letters(project: Project) -> None:
    write_module(project, "a dir/größe")
    project.sconstruct("env.GoProgram('bin dir/äpp', 'a dir/größe/cmd/app')\n")
    project.build().ok()
    assert project.program("bin dir/äpp").ok().err == "hello world 7\n"
    assert project.build().ok().up_to_date


def test_a_folder_that_is_no_utf8(tmp_path: Path, current_goroot: Path) -> None:
    folder = tmp_path / os.fsdecode(b"odd\xff")
    folder.mkdir()
    project = Project(folder, current_goroot)
    write_module(project)
    project.sconstruct(PROGRAM)
    project.build().ok()
    assert project.program("bin/app").ok().err == "hello world 7\n"
    assert project.build().ok().up_to_date


def test_a_folder_whose_name_trimpath_cannot_hold(tmp_path: Path, current_goroot: Path) -> None:
    """The compiler's -trimpath is a list separated by ";": go's programs have whole paths then, and so have ours."""
    folder = tmp_path / "one;two"
    folder.mkdir()
    project = Project(folder, current_goroot)
    write_module(project)
    project.sconstruct(PROGRAM)
    project.build().ok()
    fresh = {"GOCACHE": str(tmp_path / "cache")}  # go's keys do not tell such folders apart
    go(current_goroot, "build", "-trimpath", "-buildvcs=false", "-o", "reference", "./cmd/app", cwd=folder, **fresh)
    assert (folder / "bin/app").read_bytes() == (folder / "reference").read_bytes()
    assert b"one;two/cmd/app" in (folder / "bin/app").read_bytes()


def test_two_checkouts_make_the_same_bytes(module: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    module.build().ok()
    other = Project(tmp_path_factory.mktemp("else") / "where", module.goroot)
    other.dir.mkdir()
    write_module(other)
    other.sconstruct(PROGRAM)
    other.build().ok()
    assert (other.dir / "bin/app").read_bytes() == (module.dir / "bin/app").read_bytes()
