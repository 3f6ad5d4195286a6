"""Where things may be: variant folders with generated sources, repositories, other starting folders; and the ninja tool."""

from __future__ import annotations

import pytest
from gomodule import GREET, write_module
from pypi import fetched
from sconsproject import ROOT, Project, compiled

SCRIPT = """\
Import('env')
word = env.Command('greet/word.go', 'word.txt', [
    "(echo 'package greet'; echo; cat $SOURCE ) > $TARGET",
])
env.GoProgram('app', 'cmd/app')
"""
WORD = 'const Word = "%s"\n'


@pytest.fixture
def module(project: Project) -> Project:
    """A program of which one package has a source that is made."""
    write_module(project)
    project.write("greet/greet.go", GREET.replace('"hello "', 'Word + " "'))
    project.write("word.txt", WORD % "hello")
    project.write("SConscript", SCRIPT)
    project.sconstruct("env.SConscript('SConscript', exports='env')\n")
    return project


@pytest.mark.parametrize("duplicate", [0, 1])
def test_generated_sources_in_a_variant_folder(module: Project, duplicate: int) -> None:
    module.sconstruct(f"env.SConscript('SConscript', variant_dir='out', duplicate={duplicate}, exports='env')\n")
    module.build("-j2").ok()
    assert module.program("out/app").ok().err == "hello world 7\n"
    assert not (module.dir / "greet/word.go").exists()
    assert module.build().ok().up_to_date
    module.write("word.txt", WORD % "good day")
    assert "example.com/m/greet" in compiled(module.build().ok().out)
    assert module.program("out/app").ok().err == "good day world 7\n"
    module.write("greet/greet.go", GREET.replace('"hello "', '"the " + Word + " "'))
    module.build("out/app").ok()
    assert module.program("out/app").ok().err == "the good day world 7\n"
    module.build("-c").ok()
    assert module.files(below="out", pattern="**/app") == []


def test_variants_share_what_they_have_in_common(module: Project) -> None:
    """Two variant folders, each with its own generated source: the SDK's packages are compiled once."""
    module.share = False
    module.write("SConscript", SCRIPT.replace("cat $SOURCE", "sed s/hello/${WORD}/ $SOURCE"))
    module.sconstruct(
        "for word in ('one', 'two'):\n"
        "    env.SConscript('SConscript', variant_dir='out/' + word, duplicate=0, exports={'env': env.Clone(WORD=word)})\n"
        "env.GoProgram('plain', 'example.com/m/cmd/plain')\n"
    )
    module.write("cmd/plain/main.go", "package main\n\nfunc main() {}\n")
    out = module.build("-j2").ok().out
    for word in ("one", "two"):
        assert module.program(f"out/{word}/app").ok().err == f"{word} world 7\n"
    assert out.count("packages of go1.27.3") == 1, out
    assert len(module.files(below="build", pattern="**/runtime.a")) == 1
    assert compiled(out).count("example.com/m/greet") == 2
    assert module.build().ok().up_to_date


def test_variants_with_other_tags_take_what_there_is(module: Project) -> None:
    module.write("sum/less.go", "//go:build less\n\npackage sum\n\nfunc Less(a, b int) int { return a - b }\n")
    module.sconstruct("env.GoProgram('one', 'cmd/app')\nenv.GoProgram('two', 'cmd/app', GOTAGS=['less'])\n")
    module.write("greet/word.go", "package greet\n\n" + WORD % "hello")
    assert len(compiled(module.build("one").ok().out)) == 4
    assert set(compiled(module.build("two", "-n").ok().out)) >= {"example.com/m/greet", "main"}, "a dry run takes nothing over"
    assert compiled(module.build("two").ok().out) == ["example.com/m/sum", "main"]
    assert module.program("two").ok().err == "hello world 7\n"
    assert module.build().ok().up_to_date
    module.write("greet/word.go", "package greet\n\n" + WORD % "good day")
    assert sorted(compiled(module.build().ok().out)) == sorted(["example.com/m/greet", "main", "main"])
    assert module.program("one").ok().err == module.program("two").ok().err == "good day world 7\n"


def test_repository(module: Project) -> None:
    """Sources that are found in a repository: the whole module is there, the generated file is made here."""
    here = Project(module.dir.parent / "here", module.goroot)
    here.dir.mkdir()
    here.sconstruct(f"Repository({str(module.dir)!r})\nenv.SConscript('SConscript', exports='env')\n")
    here.build().ok()
    assert here.program("app").ok().err == "hello world 7\n"
    assert here.build().ok().up_to_date
    module.write("sum/sum.go", "package sum\n\nfunc Of(a, b int) int { return a * b }\n")
    here.build().ok()
    assert here.program("app").ok().err == "hello world 12\n"


def test_checks_in_a_repository(module: Project) -> None:
    """What is asked for by patterns, and by editors, is looked for where the packages of programs are found."""
    here = Project(module.dir.parent / "here", module.goroot)
    here.dir.mkdir()
    module.write("sum/sum_test.go", 'package sum\n\nimport "testing"\n\nfunc TestOf(t *testing.T) {}\n')
    checks = SCRIPT + "env.GoTest('./...', GOTESTFLAGS='-coverprofile=cover.out')\n"
    module.write("SConscript", checks)
    here.sconstruct(f"Repository({str(module.dir)!r})\nenv.SConscript('SConscript', exports='env')\n")
    assert "ok: 4 packages: 1 passed, 3 without tests" in here.build("-Q", "test").ok().out
    module.write("SConscript", checks + "env.GoCoverage('cover.html', 'cover.out')\n")
    here.build("-Q", "cover.html").ok()
    assert "func Of(a, b int) int" in (here.dir / "cover.html").read_text()
    assert "4 packages and" in here.build("-Q", "gopackagesdriver").ok().out


def test_starting_below(module: Project) -> None:
    module.build("-u", cwd="cmd/app").ok()
    assert not (module.dir / "app").exists(), "it is not below"
    module.write("greet/greet.go", "package greet\n\nfunc Text() int { return x }\n")
    run = module.build("-D", cwd="cmd/app").failed()
    assert "../../greet/greet.go:3:26: undefined: x" in run.err
    run = module.build("-u", "../../app", cwd="cmd/app").failed()
    assert "../../greet/greet.go:3:26: undefined: x" in run.err
    module.write("greet/greet.go", GREET)
    module.build("-C", "../..", cwd="cmd/app").ok()
    assert module.program("app").ok().err == "hello world 7\n"


def test_ninja_is_refused(module: Project) -> None:
    module.environ["PYTHONPATH"] = str(fetched("ninja", ROOT / ".cache" / "ninja", "ninja"))
    module.sconstruct("SetOption('experimental', 'ninja')\nenv.Tool('ninja')\nenv.SConscript('SConscript', exports='env')\n")
    assert "[app] Go programs are built by scons itself, not by ninja: leave out Tool('ninja')" in module.build().failed().err
