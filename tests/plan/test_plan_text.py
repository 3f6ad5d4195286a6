"""Quoting, patterns, archives and messages: small rules, each against Go's own answer."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from conftest import OLDEST, goroot
from gocommand import go
from scons_go.errors import GoError
from scons_go.module.words import join, quote, quote_list, split_quoted
from scons_go.package import Files, Module, Package
from scons_go.plan import archive
from scons_go.plan.patterns import flags_for, matches_path, raw_value
from scons_go.plan.run import relative_paths

TEXTS = [
    "",
    "plain",
    'a"b\\c',
    "tab\tnew\nline\r\a\b\f\v",
    "ünï ≠ 日本",
    "\x00\x1f\x7f",
    "\u00ad\u200b\ufeff\u2028",
    "\U0001f600 \U000e0001",
]

QUOTER = """\
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		panic(err)
	}
	quoted := []string{fmt.Sprintf("%q", []byte("0w\\xaf\\x0c\\x92\\xc3\\x28\\xe6")), fmt.Sprintf("%q", texts)}
	for _, text := range texts {
		quoted = append(quoted, fmt.Sprintf("%q", text))
	}
	json.NewEncoder(os.Stdout).Encode(quoted)
}
"""


def test_quoting_is_go_s(current_goroot: Path, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module m\n\ngo 1.22\n")
    (tmp_path / "main.go").write_text(QUOTER)
    go(current_goroot, "build", "-o", "quoter", cwd=tmp_path)
    done = subprocess.run([str(tmp_path / "quoter")], input=json.dumps(TEXTS), capture_output=True, text=True, check=True)
    bytes_quoted, list_quoted, *quoted = json.loads(done.stdout)
    assert quote(b"0w\xaf\x0c\x92\xc3\x28\xe6") == bytes_quoted
    assert quote_list(TEXTS) == list_quoted
    assert list(map(quote, TEXTS)) == quoted


@pytest.mark.parametrize(
    ("text", "words"),
    [("", ()), ("  \t ", ()), ("-a -b", ("-a", "-b")), ("'a b'  \"c'd\"x e'f", ("a b", "c'd", "x", "e'f")), ("''", ("",))],
)
def test_words_of_a_flag(text: str, words: tuple[str, ...]) -> None:
    assert split_quoted(text, "flags") == words
    assert split_quoted(join(word for word in words if word), "flags") == tuple(word for word in words if word)


def test_words_that_cannot_be_quoted() -> None:
    with pytest.raises(GoError, match="unterminated ' string"):
        split_quoted("-a 'b", "flags")
    with pytest.raises(GoError, match="both single and double quotes"):
        join(["'\""])


PATTERNS = """a/b a/... a... ... a.../c a.b/... net... ./... ./vendor/... vendor/... x/vendor/... x/vendor a/.../b .../... [x]/... vendor"""
PATHS = """a a/b a/b/c ab abc/d a/x/c axb/c a.b/c net network/http vendor/net vendor/x ./vendor/x ./vendor vendor x/vendor x/vendor/y
    x/vendor/vendor/y a/vendor a/vendor/b a/x/y/b ./a [x]/y x/y"""

MATCHER = """\
package main

import (
	"encoding/json"
	"os"

	"example.com/m/pkgpattern"
)

func main() {
	var words [2][]string
	if err := json.NewDecoder(os.Stdin).Decode(&words); err != nil {
		panic(err)
	}
	var matching [][2]string
	for _, pattern := range words[0] {
		match := pkgpattern.MatchPattern(pattern)
		for _, path := range words[1] {
			if match(path) {
				matching = append(matching, [2]string{pattern, path})
			}
		}
	}
	json.NewEncoder(os.Stdout).Encode(matching)
}
"""


def test_patterns_match_as_go_s(current_goroot: Path, tmp_path: Path) -> None:
    """Every pattern against every path, by the SDK's own cmd/internal/pkgpattern."""
    (tmp_path / "go.mod").write_text("module example.com/m\n\ngo 1.22\n")
    (tmp_path / "main.go").write_text(MATCHER)
    (tmp_path / "pkgpattern").mkdir()
    source = current_goroot / "src/cmd/internal/pkgpattern/pkgpattern.go"
    (tmp_path / "pkgpattern/pkgpattern.go").write_text(source.read_text())
    go(current_goroot, "build", "-o", "matcher", cwd=tmp_path)
    words = [PATTERNS.split(), PATHS.split()]
    done = subprocess.run([str(tmp_path / "matcher")], input=json.dumps(words), capture_output=True, text=True, check=True)
    expected = {(pattern, path) for pattern, path in json.loads(done.stdout)}
    assert {(pattern, path) for pattern in words[0] for path in words[1] if matches_path(pattern, path)} == expected
    assert len(expected) > 40


def test_flags_of_the_last_pattern_that_matches() -> None:
    module = Module("example.com/m", "", "/src/m", main=True)
    inner = Package("example.com/m/inner", "inner", "/src/m/inner", Files(), (), module=module)
    std = Package("net/http", "http", "/sdk/src/net/http", Files(), (), standard=True)
    tool = Package("cmd/x", "main", "/sdk/src/cmd/x", Files(), (), standard=True)

    def chosen(package: Package, *flags: tuple[str, tuple[str, ...]], named: bool = False) -> tuple[str, ...]:
        return flags_for(flags, package, named, "/src/m")

    assert chosen(inner, ("all", ("-N",)), ("std", ("-l",))) == ("-N",)
    assert chosen(std, ("all", ("-N",)), ("std", ("-l",))) == ("-l",)
    assert chosen(std, ("all", ("-N",)), ("net/...", ())) == ()
    assert chosen(tool, ("cmd", ("-m",))) == ("-m",) and chosen(std, ("cmd", ("-m",))) == ()
    assert chosen(inner, ("", ("-S",))) == () and chosen(inner, ("", ("-S",)), named=True) == ("-S",)
    assert chosen(inner, ("./...", ("-B",))) == ("-B",) and chosen(std, ("./...", ("-B",))) == ()
    assert chosen(inner, ("./inner", ("-B",))) == ("-B",) and chosen(inner, (".", ("-B",))) == ()
    assert chosen(inner, ("../m/in...", ("-B",))) == ("-B",)
    assert chosen(inner, ("work", ("-w",))) == ("-w",) and chosen(std, ("work", ("-w",))) == ()
    assert raw_value((("all", ("-N", "-l")), ("a/...", ("-x=a b",)))) == "a/...='-x=a b'"
    assert raw_value((("", ("-N", "-l")),)) == "-N -l" and raw_value(()) == ""


def test_appending_is_what_pack_does(tmp_path: Path) -> None:
    """The tool pack is in SDKs up to Go 1.24."""
    pack = goroot(OLDEST) / "pkg" / "tool" / "linux_amd64" / "pack"
    members = [("short.o", b"even"), ("odd.o", b"odd"), ("a-name-that-is-too-long.o", b"x" * 1001), ("empty.o", b"")]
    for name, content in members:
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o644)  # whatever the umask is
    start = archive.MAGIC + f"{'__.PKGDEF':<16}{0:<12}{0:<6}{0:<6}{0o644:<8o}{4:<10}`\nabcd".encode()
    (tmp_path / "expected.a").write_bytes(start)
    (tmp_path / "made.a").write_bytes(start)
    subprocess.run([str(pack), "r", "expected.a", *(name for name, _ in members)], cwd=tmp_path, check=True)
    archive.append(str(tmp_path / "made.a"), [str(tmp_path / name) for name, _ in members])
    assert (tmp_path / "made.a").read_bytes() == (tmp_path / "expected.a").read_bytes()


def test_only_archives_are_combined() -> None:
    assert archive.combined(archive.MAGIC + b"a", archive.MAGIC + b"b") == archive.MAGIC + b"ab"
    with pytest.raises(GoError, match="not an archive"):
        archive.combined(archive.MAGIC, b"ELF")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/src/m/a/a.go:1:2: wrong\n", "a/a.go:1:2: wrong\n"),
        ("/src/m/a/a.go:1: one\n\t/src/m/b/b.go:2: two /src/other/c.go\n", "a/a.go:1: one\n\t./b/b.go:2: two ../other/c.go\n"),
        ("x=/src/m/a/a.go\n", "x=/src/m/a/a.go\n"),
        ("/scratch/1-2/go_asm.h:3: bad\n", "$WORK/go_asm.h:3: bad\n"),
        ("/sdk/src/fmt/print.go:3: bad\n", "/sdk/src/fmt/print.go:3: bad\n"),
    ],
)
def test_paths_in_messages(text: str, expected: str) -> None:
    assert relative_paths(text, "/scratch/1-2", "/src/m/a", "/src/m") == expected
