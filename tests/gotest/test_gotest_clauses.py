"""GoTest beside ``go test``, flag by flag and through SCons: the same words, events, profiles and binaries."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from gotest_reference import run_go
from sconsproject import Project, Run

P_TEST = """\
package p

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/m/check"
)

var word = flag.String("word", "none", "a flag of the test's own")

func Exported() int { return P(1) }

func TestMain(m *testing.M) {
	flag.Parse()
	fmt.Println("main", *word, flag.Lookup("test.parallel").Value)
	os.Exit(m.Run())
}

func TestPlace(t *testing.T) {
	folder, _ := os.Getwd()
	data, err := os.ReadFile("testdata/data.txt")
	t.Log(filepath.Base(folder), string(data), err)
}

func TestEnv(t *testing.T) { t.Log(os.Getenv("SETTING")) }

func TestSub(t *testing.T) {
	for _, name := range []string{"a", "b"} {
		t.Run(name, func(t *testing.T) {
			if name == "a" {
				t.Parallel() // and is done after b
			}
			if testing.Short() && name == "b" {
				t.Skip("short")
			}
		})
	}
}

func TestFail(t *testing.T) { check.Equalf(t, P(1), 3, "P of %d", 1) }

func TestHang(t *testing.T) { time.Sleep(time.Hour) }

func BenchmarkP(b *testing.B) {
	for b.Loop() {
		P(b.N)
	}
}

func FuzzP(f *testing.F) {
	f.Add([]byte("added"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if Parse(data) {
			t.Fatal("parsed")
		}
	})
}
"""

FILES = {
    "go.mod": "module example.com/m\n\ngo 1.24\n",
    "p/p.go": """\
package p

func P(n int) int { return n + 1 }

func Parse(data []byte) bool {
	if len(data) != 4 || data[0] != 'F' {
		return false
	}
	return data[1] == 'U' && data[2] == 'Z' && data[3] == 'Z'
}
""",
    "p/p_test.go": P_TEST,
    "p/x_test.go": """\
package p_test

import (
	"fmt"
	"testing"

	"example.com/m/p"
	"example.com/m/user"
)

func TestOutside(t *testing.T) {
	if user.Use() != p.Exported() {
		t.Error("there are two of p")
	}
}

func ExampleP() {
	fmt.Println(p.P(1))
	// Output: 2
}

func ExampleP_unordered() {
	fmt.Printf("b\\na\\n")
	// Unordered output:
	// a
	// b
}
""",
    "p/testdata/data.txt": "data",
    "p/testdata/fuzz/FuzzP/seed": 'go test fuzz v1\n[]byte("kept")\n',
    "user/user.go": 'package user\n\nimport "example.com/m/p"\n\nfunc Use() int { return p.P(1) }\n',
    "check/check.go": """\
package check

import (
	"fmt"
	"testing"
)

func Equalf(t *testing.T, got, want int, format string, args ...any) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %d, not %d", fmt.Sprintf(format, args...), got, want)
	}
}
""",
    "app/main.go": """\
package main

import "example.com/m/user"

func main() {
	if user.Use() == 2 {
		return
	}
	println(0)
}
""",
}

SCONSTRUCT = """\
env.GoTest("./p")
env.GoTest("./...", GOTESTFLAGS=["-coverpkg=./..."], GOTESTHTML="cover.html")
Default(None)
Alias("one", "build/go/tests-1")
Alias("all", "build/go/tests-2")
"""


@pytest.fixture(scope="module")
def module(current_goroot: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("clauses") / "m"
    folder.mkdir()
    project = Project(folder, current_goroot)
    for name, text in FILES.items():
        project.write(name, text)
    project.sconstruct(SCONSTRUCT, GOCCOMSTR="c", GOLINKCOMSTR="l")
    return project


def gotest(project: Project, flags: str, target: str = "one") -> Run:
    return project.build("-Q", target, f"GOTESTFLAGS={flags}")


def plain(text: str) -> str:
    """What does not differ from run to run in what go test or GoTest printed; without SCons' lines and the summary."""
    text = re.sub(r"^(scons: .*|Compiling .*|c|l|(ok|FAIL): \d+ package.*)\n", "", text, flags=re.M)
    text = re.sub(r"^FAIL\n(?=\Z)", "", text, flags=re.M)  # go's last word, where GoTest has the summary
    # Columns are as wide as the figures in them. Allocations are those of the whole process: the testing package's own may be among them.
    figures = r"^(BenchmarkP\S*\s+100)\t *[\d.]+ ns/op\t *\d+ B/op\t *\d+ allocs/op$"
    text = re.sub(figures, r"\1\tN ns/op\tN B/op\tN allocs/op", text, flags=re.M)
    return re.sub(r"\b\d+\.\d+s\b|\(cached\)", "N.NNs", text)


@pytest.mark.parametrize(
    "flags",
    [
        "-v -skip=Hang|Fail -shuffle=7 -short -count=1",  # TestMain, examples, seeds, subtests, testdata, working folder
        "-run=Sub/b|Fail -count=2 -parallel=3 -args -word=given",
        "-bench=. -benchtime=100x -benchmem -run=^$",
        "-list=.",
    ],
)
def test_says_what_go_test_says(module: Project, flags: str) -> None:
    ours = gotest(module, flags)
    words = flags.partition(" -args")
    reference = run_go(module.goroot, "test", *words[0].split(), "./p", *(words[1] + words[2]).split(), cwd=module.dir, check=False)
    assert plain(ours.out) == plain(reference.stdout)
    assert (ours.status != 0) == (reference.returncode != 0)
    summary = r"^FAIL: 1 package: 0 passed, 1 failed \(example.com/m/p\) in" if reference.returncode else r"^ok: 1 package: 1 passed in"
    assert re.search(summary, ours.out, re.MULTILINE)


def events(text: str) -> list[dict[str, Any]]:
    """The JSON events in *text*, without what differs from run to run."""
    found = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    for event in found:
        event.pop("Time", None)
        if event.pop("Elapsed", None) is not None:
            event["timed"] = True
        if "Output" in event:
            event["Output"] = plain(event["Output"])
    return found


def test_events_are_gos(module: Project) -> None:
    flags = "-json -run=Sub|Fail|Example -count=1"
    reference = run_go(module.goroot, "test", *flags.split(), "./p", cwd=module.dir, check=False)
    assert events(gotest(module, flags).failed().out) == events(reference.stdout)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("p/p_test.go", "P(b.N)", "P(nothing)"),
        ("p/p_test.go", '"P of %d", 1', '"P of %d", "one"'),
        ("p/p.go", "n + 1", "n + none"),
        ("p/x_test.go", "TestOutside(t *testing.T)", "TestOutside(t testing.T)"),
    ],
)
def test_events_of_what_does_not_build(module: Project, name: str, before: str, after: str) -> None:
    """Compile errors in a test and in the package under test; what vet finds by facts about another package; what is not set up."""
    module.write(name, FILES[name].replace(before, after))
    try:
        reference = run_go(module.goroot, "test", "-json", "./p", cwd=module.dir, check=False)
        ours = gotest(module, "-json").failed()
    finally:
        module.write(name, FILES[name])
    assert events(ours.out) == events(reference.stdout.replace(f"{module.dir}/", ""))  # go has some paths absolute


def test_a_timeout_shows_the_stacks(module: Project) -> None:
    out = gotest(module, "-run=Hang -timeout=2s").failed().out
    assert "panic: test timed out after 2s\n\trunning tests:\n\t\tTestHang" in out
    assert re.search(r"^goroutine \d+ \[sleep\]:\n(.*\n)*?example.com/m/p\.TestHang\(.*\n\t.*p_test.go:\d+", out, re.MULTILINE)


def test_variables_that_were_read_count(module: Project) -> None:
    flags = "-v -run=Env"
    module.environ["SETTING"] = "first"
    assert "(cached)" not in gotest(module, flags).ok().out
    module.environ["OTHER"] = "more"
    again = gotest(module, flags).ok().out
    assert "p_test.go:30: first" in again and "(cached)" in again and "1 passed (1 cached)" in again
    module.environ["SETTING"] = "second"
    changed = gotest(module, flags).ok().out
    assert "p_test.go:30: second" in changed and "(cached)" not in changed


def test_coverage(module: Project) -> None:
    flags = "-skip=Hang|Fail -covermode=count -coverprofile=c.out -count=1"
    run = gotest(module, flags, "all").ok()
    ours = (module.dir / "c.out").read_text().splitlines()
    run_go(module.goroot, "test", *flags.split(), "-coverpkg=./...", "./...", cwd=module.dir)
    reference = (module.dir / "c.out").read_text().splitlines()
    assert ours[0] == reference[0] == "mode: count"
    merged: dict[str, int] = {}
    for line in reference[1:]:  # go leaves one block a package that may run it; the profile's readers add them up
        block, _, count = line.rpartition(" ")
        merged[block] = merged.get(block, 0) + int(count)
    assert ours[1:] == [f"{block} {count}" for block, count in sorted(merged.items(), key=lambda item: _place(item[0]))]
    assert re.search(r"ok: 4 packages: 1 passed, 3 without tests, coverage \d+\.\d% of statements in", run.out)
    assert "func Use() int" in (module.dir / "cover.html").read_text()


def _place(block: str) -> tuple[list[str], str, list[int]]:
    file, _, place = block.rpartition(":")
    folder, _, name = file.rpartition("/")
    return folder.split("/"), name, [int(number) for number in re.findall(r"\d+", place)]


def test_tests_that_count_other_packages_side_by_side(module: Project) -> None:
    """One build in which the same packages are compiled against importers that count, other ones, and none."""
    script = (module.dir / "SConstruct").read_text()
    calls = [f'env.GoTest("./p", GOTESTFLAGS="-vet=off -run=Outside {flags}")\n' for flags in ("-coverpkg=./user", "-coverpkg=./p", "")]
    module.write("SConstruct", script + "".join(calls) + 'Alias("some", [f"build/go/tests-{number}" for number in (3, 4, 5)])\n')
    for tail in (r"\d.*", r"\(cached\).*"):
        out = module.build("-Q", "some").ok().out
        lines = re.findall(rf"^ok {{2}}\texample.com/m/p\t{tail}$", out, re.MULTILINE)
        assert ["in ./user" in line for line in lines].count(True) == ["in ./p" in line for line in lines].count(True) == 1
        assert len(lines) == 3
    module.write("SConstruct", script)


def test_the_binary_is_that_of_go_test_c(module: Project) -> None:
    gotest(module, "-run=Sub -cpuprofile=cpu.out").ok()
    assert (module.dir / "cpu.out").stat().st_size
    run_go(module.goroot, "test", "-c", "-trimpath", "-buildvcs=false", "-o", "reference", "./p", cwd=module.dir)
    (ours,) = (module.dir / "build/go").glob("*/~test-*/debug/p.test")
    assert ours.read_bytes() == (module.dir / "reference").read_bytes()


def test_a_program_that_counts(module: Project) -> None:
    """GOCOVER: the binary of go build -cover, and what its run has counted as a profile and as a page."""
    script = (module.dir / "SConstruct").read_text()
    report = 'env.GoCoverage("{0}", "counted", GOBUILDDIR="build/go")\n'
    module.write("SConstruct", script + 'env.GoProgram("app/app", "./app", GOCOVER=1)\n' + report.format("p.out") + report.format("p.html"))
    module.build("app/app").ok()
    run_go(module.goroot, "build", "-cover", "-trimpath", "-buildvcs=false", "-o", "reference", "./app", cwd=module.dir)
    assert (module.dir / "app/app").read_bytes() == (module.dir / "reference").read_bytes()
    (module.dir / "counted").mkdir()
    assert "no coverage data in" in module.build("p.out").failed().text
    module.environ["GOCOVERDIR"] = str(module.dir / "counted")
    module.program("app/app").ok()
    del module.environ["GOCOVERDIR"]
    module.build("p.out", "p.html").ok()
    profile = (module.dir / "p.out").read_text()
    assert [line[-1] for line in profile.splitlines() if line.startswith("example.com/m/app/main.go:")] == ["1", "1", "0"]
    assert "func Use() int" in (module.dir / "p.html").read_text()
    module.write("SConstruct", script)


def test_a_program_that_counts_at_the_top_of_the_project(project: Project) -> None:
    """Instrumented sources are below the package's folder then, and have no other names for that."""
    project.write("go.mod", "module example.com/top\n\ngo 1.24\n")
    project.write("main.go", "package main\n\nfunc main() {}\n")
    project.sconstruct('env.GoProgram("app", ".", GOCOVER=1)\n')
    project.build().ok()
    run_go(project.goroot, "build", "-cover", "-trimpath", "-buildvcs=false", "-o", "reference", ".", cwd=project.dir)
    assert (project.dir / "app").read_bytes() == (project.dir / "reference").read_bytes()
    assert b"~work" not in next((project.dir / "build/go").glob("*/~cover-set/example.com/top.a")).read_bytes()


@pytest.mark.judge
def test_fuzzing(module: Project) -> None:
    """Four bytes that blind chance would not find in years; the input that fails is a seed from then on."""
    run = gotest(module, "-run=^$ -fuzz=FuzzP -fuzztime=600s -vet=off").failed()
    assert re.search(r"fuzz: elapsed: \d+s, gathering baseline coverage", run.out)
    assert "--- FAIL: FuzzP" in run.out and "Failing input written to testdata/fuzz/FuzzP/" in run.out
    (found,) = set(module.files(below="p/testdata/fuzz/FuzzP")) - {"p/testdata/fuzz/FuzzP/seed"}
    assert (module.dir / found).read_text() == 'go test fuzz v1\n[]byte("FUZZ")\n'
    assert module.files(below="build/go/fuzz/example.com/m/p/FuzzP"), "inputs that led to new code are kept"
    again = gotest(module, "-run=FuzzP").failed()
    assert f"--- FAIL: FuzzP/{Path(found).name}" in again.out
    (module.dir / found).unlink()
