"""What the min runtime does not have is an error of the build that says what needs it; coverage it has."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import goroot
from sconsproject import Project

STUBS = """package main

import (
	"bytes"
	"context"
	"fmt"
	_ "net/http/pprof"
	"plugin"
	"runtime/pprof"
	"runtime/trace"
)

func main() {
	var out bytes.Buffer
	fmt.Println(pprof.StartCPUProfile(&out), trace.Start(&out), out.Len())
	pprof.StopCPUProfile()
	trace.Stop()
	_, err := plugin.Open("x")
	fmt.Println(err)
	for _, profile := range pprof.Profiles() {
		fmt.Print(profile.Name(), profile.WriteTo(&out, 0), " ")
	}
	pprof.Do(context.Background(), pprof.Labels("a", "b"), func(ctx context.Context) { trace.WithRegion(ctx, "r", func() {}) })
}
"""

FILES = {
    "go.mod": "module example.com/m\n\ngo 1.27\n",
    "hello/main.go": "package main\n\nfunc main() { println(used()) }\n\nfunc used() int { return 1 }\n\nfunc unused() int { return 2 }\n",
    "web/main.go": 'package main\n\nimport "example.com/m/debugging"\n\nfunc main() { debugging.Start() }\n',
    "debugging/start.go": 'package debugging\n\nimport _ "net/http/pprof"\n\nfunc Start() {}\n',
    "tracing/main.go": 'package main\n\nimport "runtime/trace"\n\nfunc main() { trace.Stop() }\n',
    "plugins/main.go": 'package main\n\nimport "plugin"\n\nfunc main() { plugin.Open("x") }\n',
    "tested/tested.go": "package tested\n",
    "tested/tested_test.go": 'package tested\n\nimport "runtime/pprof"\nimport . "testing"\n\nfunc TestA(*T) { pprof.StopCPUProfile() }\n',
    "measured/measured.go": "package measured\n\nfunc F(b bool) int {\n\tif b {\n\t\treturn 1\n\t}\n\treturn 2\n}\n",
    "measured/measured_test.go": 'package measured\n\nimport "testing"\n\nfunc TestF(t *testing.T) { F(true) }\n',
    "stubs/main.go": STUBS,
    "pull/main.go": 'package main\n\nimport _ "unsafe"\n\nfunc main() {\n\tpull()\n}\n\nfunc pull() {\n\tnewm()\n}\n\n'
    "//go:linkname newm runtime.newm\nfunc newm()\n",
    "pull/empty.s": "",
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Packages that need this and that."""
    made = Project(tmp_path / "project", goroot("1.27.3"))
    for name, text in FILES.items():
        made.write(name, text)
    return made


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            "GoProgram('p', 'web')",
            "package runtime/pprof is not available on the min runtime: it takes no profiles\n    runtime/pprof\n"
            "    imported by net/http/pprof\n    imported by example.com/m/debugging\n    imported by example.com/m/web\n",
        ),
        (
            "GoProgram('p', 'tracing')",
            "package runtime/trace is not available on the min runtime: it records no execution traces\n"
            "    runtime/trace\n    imported by example.com/m/tracing\n",
        ),
        (
            "GoProgram('p', 'plugins')",
            "package plugin is not available on the min runtime: it links programs statically\n"
            "    plugin\n    imported by example.com/m/plugins\n",
        ),
        (
            "GoTest('./tested')",
            "package runtime/pprof is not available on the min runtime: it takes no profiles\n    runtime/pprof\n"
            "    imported by example.com/m/tested\n    imported by example.com/m/tested.test\n",
        ),
        (
            "GoTest('./measured', GOTESTFLAGS=['-cpuprofile=out'])",
            "cannot use -cpuprofile flag on the min runtime: it takes no profiles; test with GORUNTIME='full'\n",
        ),
        (
            "GoTest('./measured', GOTESTFLAGS=['-trace=out'])",
            "cannot use -trace flag on the min runtime: it records no execution traces; test with GORUNTIME='full'\n",
        ),
        ("GoProgram('p', 'hello', CGO_ENABLED='1')", "GORUNTIME='min' does not support cgo (CGO_ENABLED=1): build with GORUNTIME='full'\n"),
        (
            "GoProgram('p', 'hello', GOBUILDMODE='c-archive')",
            "GORUNTIME='min' does not support GOBUILDMODE='c-archive', only 'exe': build with GORUNTIME='full'\n",
        ),
        (
            "GoProgram('p', 'hello', GOEXPERIMENT='simd')",
            "GORUNTIME='min' does not support GOEXPERIMENT='simd': build with GORUNTIME='full'\n",
        ),
        ("GoProgram('p', 'hello', GOBUILDMODE='pie')", "GORUNTIME='min' does not support GOBUILDMODE='pie', only 'exe'"),
        ("GoProgram('p', 'hello', GOBUILDMODE='plugin', CGO_ENABLED='1')", "GORUNTIME='min' does not support cgo (CGO_ENABLED=1)"),
    ],
    ids=["pprof", "trace", "plugin", "test", "profile", "trace of a test", "cgo", "c-archive", "simd", "pie", "plugin mode"],
)
def test_refused(call: str, message: str, project: Project) -> None:
    """Before anything is compiled."""
    project.sconstruct(f"env.{call}\n", GORUNTIME="min")
    said = project.build("-Q").failed()
    assert message in said.err
    assert "Compiling" not in said.out


def test_what_only_the_linker_misses(project: Project) -> None:
    """The feature, and the line that uses it."""
    project.sconstruct("env.GoProgram('p', 'pull')\n", GORUNTIME="min")
    said = project.build("-Q").failed()
    assert (
        "the program needs what the min runtime does not have:\n  the runtime (runtime.newm)\n\tpull/main.go:10: used by main.pull\n"
    ) in said.err
    assert "GORUNTIME='full'" in said.err and not (project.dir / "p").exists()


def test_ways_out_are_told(project: Project) -> None:
    """All that is refused is told at once, and how it can be accepted."""
    project.sconstruct("env.GoProgram('p', 'web')\n", GORUNTIME="min")
    said = project.build("-Q").failed()
    assert (
        "package runtime/trace is not available on the min runtime: it records no execution traces\n"
        "    runtime/trace\n    imported by net/http/pprof\n    imported by example.com/m/debugging\n    imported by example.com/m/web\n"
    ) in said.err
    assert "or accept that it does nothing: GORUNTIMESTUBS=['runtime/pprof', 'runtime/trace']\n" in said.err
    project.sconstruct("env.GoProgram('p', 'web', GORUNTIMESTUBS=['runtime/pprof'])\n", GORUNTIME="min")
    said = project.build("-Q").failed()
    assert "package runtime/trace is not available" in said.err and "package runtime/pprof" not in said.err
    project.sconstruct("env.GoProgram('p', 'web', GORUNTIMESTUBS='runtime/cgo')\n", GORUNTIME="min")
    assert "GORUNTIMESTUBS=runtime/cgo: must be among plugin, runtime/pprof, runtime/trace" in project.build("-Q").failed().err


@pytest.mark.judge
def test_stubs_say_that_they_do_nothing(project: Project) -> None:
    """What cannot be had is an error where Go has one to return, and nothing else goes wrong."""
    project.sconstruct("env.GoProgram('p', 'stubs', GORUNTIMESTUBS='runtime/pprof runtime/trace plugin')\n", GORUNTIME="min")
    project.build("-Q").ok()
    lines = project.program("p").ok().out.splitlines()
    assert lines[:2] == [
        "the min runtime takes no profiles runtime error: execution traces need the full runtime 0",
        "plugin: not implemented",
    ]
    assert "goroutine<nil> " in lines[2] and "heap<nil> " in lines[2]


@pytest.mark.judge
def test_coverage(project: Project) -> None:
    """Counters are written when a program or its tests end."""
    project.sconstruct("env.GoTest('./measured', GOTESTFLAGS=['-cover'])\nenv.GoProgram('p', 'hello', GOCOVER='1')\n", GORUNTIME="min")
    assert "coverage: 66.7% of statements" in project.build("-Q").ok().out
    (project.dir / "counters").mkdir()
    project.environ["GOCOVERDIR"] = str(project.dir / "counters")
    assert project.program("p").err == "1\n"
    assert len(project.files(below="counters")) == 2
