"""GoTest through SCons: results, failures, kept results, flags and reports."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree

import pytest
from scons_go.graph import messages
from sconsproject import Project, Run

GOOD = """\
package good

import "testing"

func TestTwo(t *testing.T) {
	if Two() != 2 {
		t.Error("not two")
	}
}

func TestOther(t *testing.T) {}
"""

READER = """\
package reader

import (
	"os"
	"testing"
)

func TestRead(t *testing.T) {
	if _, err := os.ReadFile("data.txt"); err != nil {
		t.Fatal(err)
	}
}
"""


@pytest.fixture
def module(project: Project) -> Project:
    project.write("go.mod", "module example.com/m\n\ngo 1.22\n")
    project.write("good/good.go", "package good\n\nfunc Two() int { return 2 }\n")
    project.write("good/good_test.go", GOOD)
    project.write("plain/plain.go", "package plain\n")
    project.write("reader/reader_test.go", READER)
    project.write("reader/data.txt", "1")
    project.sconstruct("env.GoTest('./...', GOTESTJUNIT='report/tests.xml', GOTESTJSON='report/events.json')\n")
    return project


def results(run: Run) -> dict[str, str]:
    """Import path → the word before it and what stands behind it, without times, in go's lines."""
    lines = re.findall(r"^(ok|FAIL|\?) *\t(\S+)\t?(.*)$", run.text, re.MULTILINE)
    return {path: f"{word} {re.sub(r'[0-9.]+s', 'TIME', rest)}".strip() for word, path, rest in lines}


def test_results_are_kept_until_something_changes(module: Project) -> None:
    fresh = {"example.com/m/good": "ok TIME", "example.com/m/plain": "? [no test files]", "example.com/m/reader": "ok TIME"}
    kept = {**fresh, "example.com/m/good": "ok (cached)", "example.com/m/reader": "ok (cached)"}
    assert results(module.build("test").ok()) == fresh
    assert results(module.build("test").ok()) == kept
    module.write("reader/data.txt", "2")  # which the test read
    assert results(module.build("test").ok()) == {**kept, "example.com/m/reader": "ok TIME"}
    module.write("good/good.go", "package good\n\nfunc Two() int { return 1 + 1 + 0 }\n\nfunc Three() int { return 3 }\n")
    assert results(module.build("test").ok()) == {**kept, "example.com/m/good": "ok TIME"}
    assert results(module.build("test", "GOTESTFLAGS=-count=1").ok()) == fresh


def test_a_failure_fails_the_build(module: Project) -> None:
    module.write("good/good.go", "package good\n\nfunc Two() int { return 3 }\n")
    run = module.build("-k", "test").failed()
    assert results(run)["example.com/m/good"] == "FAIL TIME" and results(run)["example.com/m/reader"] == "ok TIME"
    assert "--- FAIL: TestTwo" in run.text and "good_test.go:7: not two" in run.text
    cases = {case.get("name"): case for case in ElementTree.parse(module.dir / "report/tests.xml").iter("testcase")}
    assert cases["TestTwo"].find("failure") is not None and cases["TestOther"].find("failure") is None
    events = [json.loads(line) for line in (module.dir / "report/events.json").read_text().splitlines()]
    assert {"fail"} == {event["Action"] for event in events if event.get("Test") == "TestTwo" and event["Action"] in ("pass", "fail")}
    module.write("good/good.go", "package good\n\nfunc Two() int { return 2 }\n")
    module.build("test").ok()


def test_flags(module: Project) -> None:
    run = module.build("test", "GOTESTFLAGS=-run TestTwo -v").ok()
    assert "--- PASS: TestTwo" in run.text and "TestOther" not in run.text
    run = module.build("test", "GOTESTFLAGS=-cover").ok()
    assert "coverage: 100.0% of statements" in run.text
    assert "flag provided but not defined" in module.build("test", "GOTESTFLAGS=-nonsense").failed().text


def test_what_does_not_compile_or_vet(module: Project) -> None:
    module.write("good/good_test.go", GOOD.replace('t.Error("not two")', 't.Errorf("%d", "two")'))
    run = module.build("-k", "test").failed()
    assert "good/good_test.go:7:" in run.text and "of wrong type string" in run.text
    module.write("good/good_test.go", GOOD.replace("Two() != 2", "Two() != nothing"))
    run = module.build("-k", "test").failed()
    assert "undefined: nothing" in run.text and "example.com/m/good [build failed]" in run.text
    assert results(run)["example.com/m/reader"].startswith("ok")


ORDER = """\
package {name}

import (
	"os"
	"testing"
	"time"
)

func TestOrder(t *testing.T) {{
	os.Stdout.WriteString("{name} says it\\n")
	time.Sleep({wait})
	{last}
}}
"""


def test_packages_are_shown_in_order(module: Project) -> None:
    for name, wait, last in (("a", "1500 * time.Millisecond", ""), ("b", "0", "nothing"), ("c", "0", "")):
        module.write(f"order/{name}/{name}_test.go", ORDER.format(name=name, wait=wait, last=last))
    module.write("order/d/d_test.go", 'package d\n\nimport (\n\t_ "example.com/m/order/e"\n\t_ "testing"\n)\n')
    module.write("order/e/e.go", "package e\n\nvar x = nothing\n")
    module.sconstruct("env.GoTest('./order/...')\n")
    done = module.build("-Q", "-k", "-j3", "test", "GOTESTFLAGS=-v").failed()
    shown = [line for line in done.out.splitlines() if re.match(r"\w says|ok|FAIL\t", line)]
    assert [line.split()[:2] for line in shown] == [
        ["a", "says"], ["ok", "example.com/m/order/a"], ["FAIL", "example.com/m/order/b"], ["c", "says"], ["ok", "example.com/m/order/c"],
        ["FAIL", "example.com/m/order/d"], ["FAIL", "example.com/m/order/e"],
    ]  # fmt: skip
    module.write("order/b/b_test.go", ORDER.format(name="b", wait="0", last='t.Fatal("now")'))
    module.write("order/e/e.go", "package e\n")
    done = module.build("-Q", "-j3", "test", "GOTESTFLAGS=-count=1").failed()
    words = re.findall(r"^(ok|FAIL)\s+example.com/m/order/(\w)", done.out, re.MULTILINE)
    assert words == sorted(words, key=lambda word: word[1]) and ("FAIL", "b") in words


def test_what_tests_print_is_shown_byte_by_byte(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    messages.show("line\n")
    messages.show(b"\xff\xc3")
    messages.show(b"\xa4\n")
    assert capfdbinary.readouterr().out == b"line\n\xff\xc3\xa4\n"


def test_clean(module: Project) -> None:
    module.build("test").ok()
    module.build("-c", "test").ok()
    assert not [name for name in module.files(below="build") if "~test" in name or "results" in name]


def test_fail_fast(module: Project) -> None:
    for name, last in (("a", ""), ("b", 't.Fatal("now")'), ("c", "")):
        module.write(f"order/{name}/{name}_test.go", ORDER.format(name=name, wait="0", last=last))
    module.sconstruct("env.GoTest('./order/...', GOTESTFLAGS='-failfast')\n")
    run = module.build("-k", "test").failed()
    assert re.findall(r"^(ok|FAIL)\s+example.com/m/order/(\w)", run.out, re.MULTILINE) == [("ok", "a"), ("FAIL", "b")]
    assert "FAIL: 3 packages: 1 passed, 1 failed (example.com/m/order/b), 1 not run" in run.out


MIXED = """\
package mixed

import (
	"fmt"
	"testing"
)

func TestNested(t *testing.T) {
	fmt.Println("    printed at once")
	t.Run("first", func(t *testing.T) {
		t.Log("logged\\nin two lines")
		t.Run("inner", func(t *testing.T) { t.Error("wrong <&>") })
		fmt.Print("no newline")
	})
	t.Run("second", func(t *testing.T) { t.Log("of no interest"); t.Skip("why") })
	t.Log("last")
}

func TestFine(t *testing.T) { t.Log("fine") }

func BenchmarkText(b *testing.B) {}

func ExampleText() {
	fmt.Println("this")
	// Output: that
}
"""


@pytest.mark.parametrize("flags", ["", "-v", "-v -run=Nothing -bench=. -benchtime=1x"])
def test_reports_do_not_change_what_is_shown(module: Project, flags: str) -> None:
    module.write("mixed/mixed_test.go", MIXED)
    shown = []
    for report in ("", ", GOTESTJSON='events.json'"):
        module.sconstruct(f"env.GoTest('./mixed', GOTESTFLAGS='-vet=off {flags}'{report})\n")
        out = module.build("-Q", "-s", "-k", "test").out
        shown.append(re.sub(r" *[\d.]+ ns/op|\d+\.\d+s", "TIME", out))
    assert shown[0] == shown[1] and ("mixed_test.go" in shown[0]) == ("bench" not in flags)


def test_coverage_of_nothing_is_not_in_the_summary(project: Project) -> None:
    project.write("go.mod", "module example.com/m\n\ngo 1.24\n")
    project.write("p/p_test.go", 'package p\n\nimport "testing"\n\nfunc Test(t *testing.T) {}\n')
    project.sconstruct('env.GoTest("./p", GOTESTFLAGS=["-coverprofile=c.out"])\n')
    run = project.build().ok()
    assert "coverage: [no statements]" in run.out
    assert re.search(r"^ok: 1 package: 1 passed in", run.out, re.M)


def test_interactive_counts_what_there_is_now(project: Project) -> None:
    """With -coverpkg the list of what no test touches is of the sources as they are, in each build of one scons."""
    project.write("go.mod", "module example.com/m\n\ngo 1.22\n")
    project.write("p/p.go", "package p\n\nfunc P() int { return 1 }\n")
    project.write("p/p_test.go", 'package p\n\nimport "testing"\n\nfunc Test(t *testing.T) { P() }\n')
    project.write("q/q.go", "package q\n\nfunc Q() int { return 1 }\n")
    project.sconstruct('env.GoTest("./...", GOTESTFLAGS=["-coverpkg=./...", "-coverprofile=c.out"])\n')
    project.write("q.txt", "package q\n\n// Q is one.\nfunc Q() int { return 1 }\n")
    edit = "cp q.txt q/q.go"
    project.build("--interactive", input=f"build test\nshell {edit}\nbuild test\nexit\n".encode()).ok()
    assert re.findall(r"/q/q.go:(\d+)", (project.dir / "c.out").read_text()) == ["4"]
