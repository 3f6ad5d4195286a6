"""GoFmt: the files that ``gofmt -l`` lists, looked at once for each content, and formatted as ``go fmt`` does."""

from __future__ import annotations

import pytest
from gocommand import run_go
from sconsproject import Project

UGLY = "package %s\nfunc  F() {}\n"
FILES = {
    "go.mod": "module example.com/m\n\ngo 1.22\n",
    "a/a.go": UGLY % "a",
    "a/a_windows.go": UGLY % "a",
    "a/a_test.go": UGLY % "a_test",
    "a/fine.go": "package a\n",
    "a/_left.go": UGLY % "left",
    "a/testdata/t.go": UGLY % "t",
    "b/b.go": "package b\n",
    "windows/w_windows.go": UGLY % "w",
}


@pytest.fixture
def module(project: Project) -> Project:
    project.share = False  # nothing is compiled
    for name, content in FILES.items():
        project.write(name, content)
    project.sconstruct("env.Alias('fmt', env.GoFmt('./...'))\n")
    return project


def listed(out: str) -> list[str]:
    return sorted(line for line in out.splitlines() if line.endswith(".go"))


def test_lists_and_formats_what_go_fmt_does(module: Project) -> None:
    run = module.build("fmt").failed()
    assert "3 files are not formatted; scons go-fmt formats" in run.err
    assert listed(run.out) == listed(module.build("fmt").failed().out) == ["a/a.go", "a/a_test.go", "a/a_windows.go"]
    written = listed(module.build("-Q", "go-fmt").ok().out)
    ours = {name: (module.dir / name).read_bytes() for name in FILES}
    for name, content in FILES.items():
        module.write(name, content)
    assert listed(run_go(module.goroot, "fmt", "./...", cwd=module.dir, PATH=str(module.goroot / "bin")).stdout) == written
    assert ours == {name: (module.dir / name).read_bytes() for name in FILES}
    module.build("fmt").ok()
    assert module.build("fmt").ok().up_to_date
    assert module.build("-n", "fmt").ok().up_to_date


def test_only_new_contents_are_looked_at(module: Project) -> None:
    module.build("go-fmt").ok()
    module.build("fmt").ok()
    module.write("b/b.go", UGLY % "b")
    assert listed(module.build("fmt", "--debug=explain").failed().out) == ["b/b.go"]
    assert "because b/b.go changed" in module.build("fmt", "--debug=explain").failed().out
    module.write("b/b.go", "package b\n\nvar B = 1\n")
    module.build("fmt").ok()
    module.write("b/b.go", FILES["b/b.go"])
    module.build("fmt").ok()


def test_files_by_name_and_what_cannot_be_parsed(module: Project) -> None:
    module.write("sub/SConscript", "Import('env')\nenv.Alias('some', env.GoFmt('../a/a.go', '../b'))\n")
    module.sconstruct("env.SConscript('sub/SConscript', exports='env')\n")
    assert listed(module.build("some").failed().out) == ["a/a.go"]
    module.write("a/a.go", "package a\n\nfunc {\n")
    run = module.build("some").failed()
    assert "a/a.go:3:6: expected 'IDENT', found '{'" in run.err and "gofmt failed" in run.err
    module.write("sub/SConscript", "Import('env')\nenv.Alias('some', env.GoFmt('../a/none.go'))\n")
    assert "none.go: No such file" in module.build("some").failed().err


def test_made_files_are_nobodys_to_format(module: Project) -> None:
    module.sconstruct("env.Command('b/made.go', 'a/a.go', 'cp $SOURCE $TARGET')\nenv.Alias('fmt', env.GoFmt('./b', './windows'))\n")
    module.build("b/made.go").ok()
    assert listed(module.build("fmt").failed().out) == ["windows/w_windows.go"]
