"""go.mod and go.work files: every directive, and go's words for every error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from gocommand import go
from scons_go.errors import GoError
from scons_go.module.directives import parse_gomod, parse_gowork
from scons_go.module.gomod import Entry, Setting
from scons_go.module.syntax import _plain_tokens, _Reader
from scons_go.module.version import Version

FULL = """\
// Package comment, not the module's.

// Deprecated: use example.com/new
// instead.
module "example.com/\\u0061" // the module

go 1.24.2

toolchain go1.27.3

godebug default=go1.21
godebug (
	panicnil=1
	asynctimerchan=0 // why
)

require example.com/direct v1.2.3
require (
	example.com/one v0.0.0-20200101000000-0123456789ab // indirect
	example.com/two/v2 v2.0.1 // indirect; for the tests
	gopkg.in/yaml.v3 v3.0.1

	example.com/old v4.0.0+incompatible // not indirect
)

exclude example.com/one v1.0.0
exclude ()

replace (
	example.com/one => ../one
	example.com/two/v2 v2.0.1 => example.com/fork/v3 v3.1.0
)

// Published by mistake.
retract v1.0.1
// Broken.
//
// Utterly.
retract (
	[v1.1.0, v1.2.0]
	v1.3.0 // Also this.
)

tool example.com/cmd/x
tool (
	example.com/cmd/y
)
ignore ./node_modules
"""


def test_every_directive() -> None:
    mod = parse_gomod(FULL, "go.mod")
    assert (mod.module, mod.go, mod.toolchain) == ("example.com/a", "1.24.2", "go1.27.3")
    assert mod.godebug == (Setting("default", "go1.21", 11), Setting("panicnil", "1", 13), Setting("asynctimerchan", "0", 14))
    assert [(str(r.module), r.indirect, r.line) for r in mod.require] == [
        ("example.com/direct@v1.2.3", False, 17),
        ("example.com/one@v0.0.0-20200101000000-0123456789ab", True, 19),
        ("example.com/two/v2@v2.0.1", True, 20),
        ("gopkg.in/yaml.v3@v3.0.1", False, 21),
        ("example.com/old@v4.0.0+incompatible", False, 23),
    ]
    assert mod.exclude == (Version("example.com/one", "v1.0.0"),)
    assert [(r.old, r.new) for r in mod.replace] == [
        (Version("example.com/one"), Version("../one")),
        (Version("example.com/two/v2", "v2.0.1"), Version("example.com/fork/v3", "v3.1.0")),
    ]
    assert mod.tool == (Entry("example.com/cmd/x", 44), Entry("example.com/cmd/y", 46))
    assert mod.ignore == (Entry("./node_modules", 48),)


def test_same_as_go_mod_edit(current_goroot: Path, tmp_path: Path) -> None:
    """The go command's own JSON of the same file says the same."""
    target = tmp_path / "go.mod"
    target.write_text(FULL, encoding="utf-8")
    wanted = json.loads(go(current_goroot, "mod", "edit", "-json", str(target), cwd=tmp_path))
    mod = parse_gomod(FULL, "go.mod")
    assert wanted["Module"]["Path"] == mod.module
    assert (wanted["Go"], wanted["Toolchain"]) == (mod.go, mod.toolchain)
    assert [(r["Path"], r["Version"], r.get("Indirect", False)) for r in wanted["Require"]] == [
        (*r.module, r.indirect) for r in mod.require
    ]
    assert [(e["Path"], e["Version"]) for e in wanted["Exclude"]] == list(mod.exclude)


def test_dependencies_are_read_leniently() -> None:
    text = "module m.com/x\ngo v1.99.7-future\nnewverb a b\nreplace nonsense\nretract (v1, v2)\nrequire a.com/b v1.2\n"
    mod = parse_gomod(text, "go.mod", strict=False)
    assert (mod.go, mod.replace) == ("1.99", ())
    assert mod.require[0].module == Version("a.com/b", "v1.2.0")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("foo bar", "go.mod:1: unknown directive: foo"),
        ("foo (\n)", "go.mod:1: unknown block type: foo"),
        ("go (\n1.21\n)", "go.mod:1: unknown block type: go"),
        ("module a\nmodule b", "go.mod:2: repeated module statement"),
        ("module", "go.mod:1: usage: module module/path"),
        ("module `a`", "go.mod:1: invalid quoted string: unquoted string cannot contain quote"),
        ('module "a', "go.mod:1:8: unexpected EOF in string"),
        ('module "a\n', "go.mod:1:10: unexpected newline in string"),
        ("/* no */", "go.mod:1: mod files must use // comments (not /* */ comments)"),
        ("module a /* no */", "go.mod:1:10: mod files must use // comments (not /* */ comments)"),
        ("go 1.21\ngo 1.22", "go.mod:2: repeated go statement"),
        ("go 1.21 x", "go.mod:1: go directive expects exactly one argument"),
        ("go v1.21", "go.mod:1: invalid go version 'v1.21': must match format 1.23.0"),
        ("toolchain 1.21", "go.mod:1: invalid toolchain version '1.21': must match format go1.23.0 or default"),
        ("godebug a", "go.mod:1: usage: godebug key=value"),
        ("require (\n\ta.com/x", "go.mod:2:9: syntax error (unterminated block started at go.mod:1:1)"),
        ("require (\n) x", "go.mod:2:4: syntax error (expected newline after closing paren)"),
        ("require a.com/x", "go.mod:1: usage: require module/path v1.2.3"),
        ("require a.com/x v1.2", 'go.mod:1: require a.com/x: version "v1.2" invalid: must be of the form v1.2.3'),
        ("require a.com/x master", 'go.mod:1: require a.com/x: version "master" invalid: must be of the form v1.2.3'),
        ("require a.com/x v2.0.0", 'go.mod:1: require a.com/x: version "v2.0.0" invalid: should be v0 or v1, not v2'),
        ("require (\n\ta.com/x/v3 v2.0.0\n)", 'go.mod:2:2: require a.com/x/v3: version "v2.0.0" invalid: should be v3, not v2'),
        ("require gopkg.in/x.v3 v2.0.0", 'go.mod:1: require gopkg.in/x.v3: version "v2.0.0" invalid: should be v3, not v2'),
        ("replace a.com/x ../x", "go.mod:1: usage: replace module/path [v1.2.3] => other/module v1.4\n\t or replace"),
        ("replace a.com/x => b.com/x@v1", "go.mod:1: replacement module must match format 'path version', not 'path@version'"),
        ("replace a.com/x => b.com/x", "go.mod:1: replacement module without version must be directory path"),
        ("replace a.com/x => ./x v1.0.0", 'go.mod:1: replacement module directory path "./x" cannot have version'),
        ("replace a.com/x => ..\\x", "go.mod:1: replacement directory appears to be Windows path"),
        ("module a\nretract [v1.0.0 v1.1.0]", "go.mod:2: expected ',' after version"),
        ("module a\nretract v1.0.0 v1.1.0", 'go.mod:2: unexpected token after version: "v1.1.0"'),
        ("retract v1.0.0", "go.mod:1: no module directive found, so retract cannot be used"),
        ("tool", "go.mod:1: tool directive expects exactly one argument"),
        ("foo\nbar", "go.mod:1: unknown directive: foo\ngo.mod:2: unknown directive: bar"),
    ],
)
def test_errors_in_gos_words(text: str, message: str) -> None:
    with pytest.raises(GoError) as caught:
        parse_gomod(text, "go.mod")
    assert str(caught.value).startswith(message)


def test_go_work() -> None:
    work = parse_gowork('go 1.22\nuse ./a\nuse (\n\t./b // c\n\t"./d e"\n)\nreplace x.com/y => ./y\ngodebug default=go1.22\n', "go.work")
    assert (work.go, [use.path for use in work.use]) == ("1.22", ["./a", "./b", "./d e"])
    assert work.replace[0].new == Version("./y")
    with pytest.raises(GoError, match=r"go.work:1: unknown directive: require"):
        parse_gowork("require a.com/x v1.0.0", "go.work")


LINES = [
    "", "  ", ")", "\t)", ") // end", "require (", "require(", "  require ( // all", "require ()", "a) b", "a (b", "((", "require ( \r",
    "a b // c\r", "//", "a//b", "\ta v1.0.0 // indirect", "a => ../b", "a=>b", "[v1, v2]", '"a" v1', "`a` v1", "a,b", "é v1", "\u00a0",
    "a /* b", "a/*b", "(/*", "/*)",
]  # fmt: skip


@pytest.mark.parametrize("text", LINES)
def test_plain_lines_are_read_as_others(text: str) -> None:
    """A line that needs no tokenizer has the tokens, the comment and the column that the tokenizer finds."""
    plain = _plain_tokens(text)
    if plain is None:
        return
    tokens, comment, column = _Reader(text, "go.mod")._slow_tokens(text, 1)
    assert plain[:2] == (tokens, comment)
    assert not tokens or plain[2] == column


def test_most_lines_are_plain() -> None:
    assert all(_plain_tokens(text) for text in ("", ")", "require (", "require ( // all", "\ta v1.0.0 // indirect", "go 1.21", "a => ../b"))
