"""Through SCons: what a program on the min runtime cannot have is an error before or at the link, in Go's terms and with its place."""

from __future__ import annotations

from sconsproject import Project


def test_a_package_that_the_min_runtime_cannot_have(project: Project) -> None:
    """The chain of imports is told, nothing is compiled; on the full runtime the same program is built."""
    project.write("go.mod", "module example.com/m\n\ngo 1.22\n")
    project.write("main.go", 'package main\n\nimport "example.com/m/debug"\n\nfunc main() { debug.On() }\n')
    project.write("debug/debug.go", 'package debug\n\nimport "plugin"\n\nfunc On() { plugin.Open("x") }\n')
    project.sconstruct('env.GoProgram("bin/min", ".", GORUNTIME="min")\nenv.GoProgram("bin/full", ".")\n')
    run = project.build("bin/min").failed()
    assert "package plugin is not available on the min runtime: it links programs statically\n" in run.text
    assert "    plugin\n    imported by example.com/m/debug\n    imported by example.com/m\n" in run.text
    assert not (project.dir / "bin" / "min").exists()
    project.write("debug/debug.go", "package debug\n\nfunc On() {}\n")
    project.build("bin/min").ok()
    project.program("bin/min").ok()


def test_a_symbol_that_the_min_runtime_does_not_have(project: Project) -> None:
    """The linker's complaint comes out as the feature and the line of the user's that needs it."""
    project.write("go.mod", "module example.com/m\n\ngo 1.22\n")
    project.write("cmd/app/main.go", 'package main\n\nimport "example.com/m/use"\n\nfunc main() {\n\tuse.It()\n}\n')
    project.write(
        "use/use.go",
        'package use\n\nimport _ "unsafe"\n\n//go:linkname absent runtime/metrics.absent\nfunc absent()\n\nfunc It() {\n\tabsent()\n}\n',
    )
    project.write("use/empty.s", "")
    project.sconstruct('env.GoProgram("bin/min", "./cmd/app", GORUNTIME="min")\nenv.GoProgram("bin/full", "./cmd/app")\n')
    run = project.build("bin/min").failed()
    assert "the program needs what the min runtime does not have:\n  runtime/metrics (runtime/metrics.absent)\n" in run.text
    # The call of It is inlined into main, and told all the same.
    assert "\tuse/use.go:9: used by example.com/m/use.It\n\tcmd/app/main.go:6: for main.main\n" in run.text
    assert "build it with GORUNTIME='full', or without these features" in run.text
    assert not (project.dir / "bin" / "min").exists()
    assert "relocation target runtime/metrics.absent not defined" in project.build("bin/full").failed().text
