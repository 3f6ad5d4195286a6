"""Functions found in test files: go's rules one by one, and the same findings as go/parser and go/doc on all of GOROOT."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from gotest_reference import go_environment
from scons_go.errors import GoError
from scons_go.test.discover import DeclaredTest, scan_file

HERE = Path(__file__).parent


def scan(source: str) -> dict[str, DeclaredTest]:
    return {test.name: test for test in scan_file(source.encode(), "a_test.go")}


def kinds(source: str) -> dict[str, str]:
    return {test.name: test.kind for test in scan(source).values()}


def test_kinds_and_names() -> None:
    source = """package a
func Test(t *testing.T) {}
func Test1(*testing.T) {}
func TestÄ(t *testing.T,) {}
func Testicular(t *testing.T) {}
func Test_x(t *T) {}
func BenchmarkX(b *testing.B) {}
func FuzzX(f *testing.F) {}
func ExampleX() {}
func ExampleY() int { return 1 }
func ExampleZ(a int) {}
func (r R) TestMethod(t *testing.T) {}
func helper(t *testing.T) {}
"""
    assert kinds(source) == {
        "Test": "Test", "Test1": "Test", "TestÄ": "Test", "Test_x": "Test", "BenchmarkX": "Benchmark",
        "FuzzX": "Fuzz", "ExampleX": "Example",
    }  # fmt: skip


def test_only_declarations_count() -> None:
    source = """package a
/* func TestComment(t *testing.T) {} */
// func TestLine(t *testing.T) {}
var s = `
func TestRaw(t *testing.T) {}
`
var c, b, q = '{', "{\\"", '\\''
type F func(t *testing.T)
var f = func(t *testing.T) { func(){}() }
func TestReal /* odd */ (
	t *testing.T, // odd
) /* odd */ { _ = "func TestString(t *testing.T) {" }
func noBody(t *testing.T)
func TestAfter(t *testing.T) {}
"""
    assert list(kinds(source)) == ["TestReal", "TestAfter"]


def test_main_is_a_test_when_it_takes_t() -> None:
    assert kinds("package a\nfunc TestMain(m *testing.M) {}\n") == {"TestMain": "TestMain"}
    assert kinds("package a\nfunc TestMain(t *testing.T) {}\n") == {"TestMain": "Test"}


@pytest.mark.parametrize(
    ("declaration", "message"),
    [
        ("func TestX() {}", "wrong signature for TestX, must be: func TestX(t *testing.T)"),
        ("func TestX(t testing.T) {}", "wrong signature for TestX, must be: func TestX(t *testing.T)"),
        ("func TestX(t, u *testing.T) {}", "wrong signature for TestX, must be: func TestX(t *testing.T)"),
        ("func TestX(t *testing.T, n int) {}", "wrong signature for TestX, must be: func TestX(t *testing.T)"),
        ("func TestX(t *testing.T) error { return nil }", "wrong signature for TestX, must be: func TestX(t *testing.T)"),
        ("func TestX(t *testing.T) (error) { return nil }", "wrong signature for TestX, must be: func TestX(t *testing.T)"),
        ("func TestX(t *testing.B) {}", "wrong signature for TestX, must be: func TestX(t *testing.T)"),
        ("func TestMain() {}", "wrong signature for TestMain, must be: func TestMain(m *testing.M)"),
        ("func BenchmarkX(t *testing.T) {}", "wrong signature for BenchmarkX, must be: func BenchmarkX(b *testing.B)"),
        ("func FuzzX(t *testing.T) {}", "wrong signature for FuzzX, must be: func FuzzX(f *testing.F)"),
        ("func TestX[P any](t *testing.T) {}", "wrong signature for TestX, test functions cannot have type parameters"),
    ],
)
def test_wrong_signatures(declaration: str, message: str) -> None:
    with pytest.raises(GoError) as caught:
        scan(f"package a\n\n  {declaration}\n")
    assert str(caught.value) == f"a_test.go:3:3: {message}"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("f()\n\t// Output: a", ("a\n", False)),
        ("f()\n\t// output:\n\t// a\n\t//   b\n\t//\n\t//\n\t// c", ("a\n  b\n\nc\n", False)),
        ("f()\n\t// Unordered output:   \n\t// b\n\t// a", ("b\na\n", True)),
        ("f() // trailing\n\t// Output: a", ("a\n", False)),
        ("f() // Output: a\n\tg()", ("a\n", False)),
        ("f() // Output: a\n\t// b", None),
        ("f()\n\t// Output: a\n\n\t// b", None),
        ("f()\n\t// Output: a\n\t/* b */", ("a\n b\n", False)),
        ("f()\n\t/* Output:\nx\r\ny */", ("x\ny\n", False)),
        ("f()\n\t// Output:", ("", False)),
        ("f()\n\t// nothing", None),
        ("f()\n\t//go:noinline\n\t// Output: a", ("a\n", False)),
        ('f("// Output: no")', None),
    ],
)
def test_example_output(body: str, expected: tuple[str, bool] | None) -> None:
    example = scan(f"package a\nfunc ExampleX() {{\n\t{body}\n}}\n// Output: outside\n")["ExampleX"]
    assert example.runnable == (expected is not None)
    if expected:
        assert (example.output, example.unordered) == expected


def test_same_findings_as_go(current_goroot: Path) -> None:
    """On every test file of the standard library and the commands, testdata included where it parses."""
    names = [str(path) for path in sorted((current_goroot / "src").rglob("*_test.go"))]
    program = str(HERE / "reference" / "declared.go")
    done = subprocess.run(
        [str(current_goroot / "bin" / "go"), "run", program],
        input="\n".join(names), env=go_environment(current_goroot, GO111MODULE="off"), capture_output=True, text=True, check=True,
    )  # fmt: skip
    compared = 0
    for name, line in zip(names, done.stdout.splitlines(), strict=True):
        reference = json.loads(line)
        if reference is None:
            continue
        try:
            found = scan_file(Path(name).read_bytes(), name)
        except GoError:
            assert "/testdata/" in name
            continue
        mine = [
            {"Kind": test.kind, "Name": test.name, "Output": test.output, "Unordered": test.unordered, "Runnable": test.runnable,
             "Line": test.position.line, "Column": test.position.column}
            for test in found
        ]  # fmt: skip
        assert mine == reference, name
        compared += len(mine)
    assert compared > 10_000
