"""The splitter of Go files and the rules that leave declarations out."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from scons_go.errors import GoError
from scons_go.minruntime.decl import Declarations
from scons_go.minruntime.manifest import Rule, Substitution
from scons_go.minruntime.prune import prune
from scons_go.minruntime.unlined import unlined, unlined_assembly

TRICKY = """\
// Package doc.
package p // not "code"

import (
	"fmt"
	str "strings"
	_ "unsafe"
)

//go:linkname linked other.linked
func linked()

// A comment that is apart.

// Doc of brace.
func brace(a struct{ x int }) (r func() int) {
	s := `raw } string
with "lines" {`
	c := '{'
	d := '\\''
	/* a comment } over
	two lines */
	return func() int { return len(s) + int(c) + int(d) + str.Count("}", "{") }
}

func (t *T[P]) method() { fmt.Println(0x1p-2, .5e+3, 1_000i, '\\u00e9') }
func (t Ü) Wert() int { return 1 }

type (
	// T is generic.
	T[P any] struct{ p P }
	Ü        int
)

const (
	zero = iota
	one, uno
	two, due = iota, iota * 10
)

var x, y = 1, 2; var z = 3

var (
	table = map[string]int{
		"a": 1,
	}
	alone int
)
"""


def names(source: str) -> list[tuple[str, ...]]:
    return [item.names for item in Declarations(source).items if item.keyword != "import"]


def test_declarations_are_found() -> None:
    assert names(TRICKY) == [
        ("linked",),
        ("brace",),
        ("(*T).method",),
        ("Ü.Wert",),
        ("T",),
        ("Ü",),
        ("zero",),
        ("one", "uno"),
        ("two", "due"),
        ("x", "y"),
        ("z",),
        ("table",),
        ("alone",),
    ]
    assert [item.names for item in Declarations(TRICKY).items if item.keyword == "import"] == [("fmt",), ("strings",), ("unsafe",)]


def test_functions_of_the_standard_library_are_all_found(current_goroot: Path) -> None:
    """gofmt puts the keyword of a declaration at the start of its line, and nothing else there in files without multi-line text."""
    seen = 0
    for path in sorted((current_goroot / "src" / "runtime").glob("*.go")):
        source = path.read_text()
        if "`" in source or "/*" in source:
            continue
        expected = re.findall(r"^func (?:\((?:\w+ )?(\*?)(\w+)(?:\[[\w, ]+\])?\) )?(\w+)", source, re.MULTILINE)
        wanted = [f"(*{base}).{name}" if star else f"{base}.{name}" if base else name for star, base, name in expected]
        found = [item.names[0] for item in Declarations(source).items if item.keyword == "func"]
        assert found == wanted, path
        seen += len(found)
    assert seen > 3000


def test_what_is_left_keeps_its_lines() -> None:
    left = prune(TRICKY, Rule(drop=("brace", "x", "y", "table", "linked")), "p.go")
    assert left.count("\n") == TRICKY.count("\n")
    assert "Doc of brace" not in left and "A comment that is apart." in left
    assert "go:linkname" not in left
    for name in ("method", "alone", "two, due"):
        line = next(i for i, text in enumerate(TRICKY.split("\n")) if name in text)
        assert name in left.split("\n")[line]


def test_constants_keep_their_values() -> None:
    left = prune(TRICKY, Rule(drop=("zero", "uno")), "p.go")
    assert names(left)[6:9] == [("_",), ("one", "_"), ("two", "due")]


def test_imports_that_nothing_uses_go() -> None:
    imports = lambda source: [i.names[0] for i in Declarations(source).items if i.keyword == "import"]  # noqa: E731
    assert imports(prune(TRICKY, Rule(drop=("brace",)), "p.go")) == ["fmt", "unsafe"]
    assert imports(prune(TRICKY, Rule(only=("alone",)), "p.go")) == ["unsafe"]
    assert "import" not in prune('package p\nimport "fmt"\nfunc f() { fmt.Println() }\n', Rule(drop=("f",)), "p.go")


def test_only_keeps_nothing_else() -> None:
    assert names(prune(TRICKY, Rule(only=("Ü", "Ü.Wert", "z")), "p.go")) == [("Ü.Wert",), ("Ü",), ("z",)]


def test_a_substitution_is_by_tokens_and_counted() -> None:
    change = Substitution("len ( s )", "0", 1, "brace")
    assert "return 0 + int(c)" in prune(TRICKY, Rule(replace=(change,)), "p.go")
    assert "lines_" not in prune(TRICKY, Rule(replace=(Substitution("c", "c_", 2, "brace"),)), "p.go")
    with pytest.raises(GoError, match="2 times; it is there 1 times"):
        prune(TRICKY, Rule(replace=(Substitution("len(s)", "0", 2),)), "p.go")


@pytest.mark.parametrize("rule", [Rule(drop=("nothing",)), Rule(only=("nothing",)), Rule(replace=(Substitution("a", "b", 1, "nothing"),))])
def test_a_rule_that_does_not_fit_is_an_error(rule: Rule) -> None:
    with pytest.raises(GoError, match=r"^p.go: .*nothing"):
        prune(TRICKY, rule, "p.go")


def test_each_declaration_of_a_file_can_go(current_goroot: Path, tmp_path: Path) -> None:
    """What is left parses: asm-free check by gofmt, which is in every SDK."""
    gofmt = current_goroot / "bin" / "gofmt"
    source = (current_goroot / "src" / "runtime" / "mbitmap.go").read_text()
    found = [item for item in Declarations(source).items if item.keyword != "import"]
    for number, item in enumerate(found):
        (tmp_path / f"p{number}.go").write_text(prune(source, Rule(drop=item.names), "mbitmap.go"))
    done = subprocess.run([str(gofmt), "-l", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr


def test_silent_functions_say_nothing() -> None:
    """Print statements go, over several lines too, and nothing else does; a function that has none is a mistake."""
    source = """package p

func f() {
	print("a",
		g(1))
	if x := 1; x > 0 {
		println(x)
		throw("b")
	}
	defer print(2)
}

func g() {}
"""
    left = prune(source, Rule(silent=("f",)), "p.go")
    assert left == source.replace('print("a",\n\t\tg(1))', "\n").replace("println(x)", "")
    with pytest.raises(GoError, match="makes g silent"):
        prune(source, Rule(silent=("g",)), "p.go")


def test_functions_are_marked() -> None:
    assert "// A.\n//go:noinline\nfunc (t *T) m() {}" in prune(
        "package p\n\n// A.\nfunc (t *T) m() {}\n", Rule(noinline=("(*T).m",)), "p.go"
    )


def test_unlined_files(current_goroot: Path, tmp_path: Path) -> None:
    """Each line of code is the first one of one file; what spans lines stays whole, and directives stay where the compiler sees them."""
    source = "// Doc.\npackage p\n\n//go:noinline\nfunc f() string { // why\n\treturn `a\n  // b\n`\n}\n/* c\nd */\n"
    assert unlined(source) == (
        "//line runtime.go:1\npackage p\n//go:noinline\n//line runtime.go:1\nfunc f() string { // why\n//line runtime.go:1\n"
        "\treturn `a\n  // b\n`\n//line runtime.go:1\n}\n//line runtime.go:1\n/* c\nd */\n"
    )
    assembly = "#define A \\\n\tRET\n// B\nTEXT ·f(SB), 4, $0\n\tA\n"
    assert unlined_assembly(assembly) == (
        '#define A \\\n\tRET\n// B\n#line 2 "runtime.go"\nTEXT ·f(SB), 4, $0\n#line 2 "runtime.go"\n\tA\n'
    )
    for path in (current_goroot / "src" / "runtime").glob("*.go"):
        (tmp_path / path.name).write_text(unlined(path.read_text()))
    done = subprocess.run([str(current_goroot / "bin" / "gofmt"), "-l", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr
