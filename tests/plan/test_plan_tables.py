"""Tables copied from cmd/go, and tables read from an SDK, against the SDK's sources."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from gocommand import go
from scons_go.errors import GoError, Position
from scons_go.plan import godebug
from scons_go.plan.compile import FORWARD_DECLARATIONS
from scons_go.plan.link import OBJECTS
from scons_go.sdk import SDK, open_sdk

PRINTER = """\
package main

import (
	"encoding/json"
	"os"

	"example.com/m/godebugs"
)

func main() {
	var removed []any
	%s
	json.NewEncoder(os.Stdout).Encode([]any{godebugs.All, removed})
}
"""

REMOVED = """for _, info := range godebugs.Removed {
		removed = append(removed, []any{info.Name, info.Removed, nil})
	}"""

REMOVED_VALUES = """for _, info := range godebugs.Removed {
		var old []string
		for _, value := range []string{"", "0", "1", "2", "3", "off"} {
			if info.Old(value) {
				old = append(old, value)
			}
		}
		removed = append(removed, []any{info.Name, info.Removed, old})
	}"""


def test_godebug_settings_are_the_sdk_s(any_goroot: Path, tmp_path: Path) -> None:
    """The table as Python reads it is the table as Go compiles it."""
    text = (any_goroot / "src/internal/godebugs/table.go").read_text()
    loop = "" if "var Removed" not in text else REMOVED_VALUES if ", Old: " in text.partition("var Removed")[2] else REMOVED
    (tmp_path / "go.mod").write_text("module example.com/m\n\ngo 1.22\n")
    (tmp_path / "godebugs").mkdir()
    (tmp_path / "godebugs/table.go").write_text(text)
    (tmp_path / "main.go").write_text(PRINTER % loop)
    known, removed = json.loads(go(any_goroot, "run", ".", cwd=tmp_path))
    table = godebug.table(open_sdk(str(any_goroot)))
    assert table.settings == {info["Name"]: (info["Changed"], info["Old"]) for info in known}
    assert table.removed == {name: (minor, old and frozenset(old)) for name, minor, old in removed or []}
    assert len(table.settings) > 20


def test_forward_declarations_are_the_sdk_s(any_goroot: Path) -> None:
    text = (any_goroot / "src/cmd/go/internal/work/gc.go").read_text()
    switch = re.search(r"switch p\.ImportPath \{(.*?)extFiles\+\+", text, re.DOTALL)
    assert switch
    assert frozenset(re.findall(r'"([^"]+)"', switch.group(1))) == FORWARD_DECLARATIONS


def test_beginnings_of_objects_are_the_sdk_s(any_goroot: Path) -> None:
    table = (any_goroot / "src/cmd/go/internal/work/exec.go").read_text().partition("var objectMagic = ")[2].partition("\n}")[0]
    rows = re.findall(r"^\t\{(.*?)\},", table, re.MULTILINE)
    byte = re.compile(r"0x([0-9a-fA-F]{2})|'(\\x[0-9a-fA-F]{2}|\\n|.)'")

    def value(found: tuple[str, str]) -> int:
        return int(found[0], 16) if found[0] else ord(found[1].encode().decode("unicode_escape"))

    assert sorted(bytes(map(value, byte.findall(row))) for row in rows) == sorted(OBJECTS)


@pytest.fixture
def sdk(current_goroot: Path) -> SDK:
    return open_sdk(str(current_goroot))


def test_default_godebug(sdk: SDK) -> None:
    def default(version: str, *settings: tuple[str, str]) -> list[str]:
        text = godebug.default_godebug(sdk, version, settings)
        return text.split(",") if text else []

    assert default("1.27") == [] and default("1.27.3") == []
    assert default("1.20")[:2] == ["containermaxprocs=0", "cryptocustomrand=1"] and "panicnil=1" in default("1.20")
    assert "panicnil=1" not in default("1.21")
    assert default("1.21", ("default", "go1.27")) == []
    assert default("1.27", ("panicnil", "1"), ("http2debug", "2"), ("panicnil", "0")) == ["http2debug=2", "panicnil=0"]
    assert default("1.27", ("default", "go1.20")) == default("1.20")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (" panicnil", "missing key=value"),
        (" panic nil=1", "key contains space"),
        (" panicnil=1 0", "value contains space"),
        (" a,b=1", "key contains comma"),
        (" panicnil=1,b=2", "value contains comma"),
        (" nosuch=1", 'unknown //go:debug setting "nosuch"'),
        (" default=1.21", "value for default= must be goVERSION"),
        (" default=go1.99", r"default=go1.99 too new \(toolchain is go1.27.3\)"),
        (" x509sha1=1", r'removed GODEBUG "x509sha1" set to old value "1" \(https://go.dev/doc/godebug#go-124\)'),
    ],
)
def test_wrong_directives(sdk: SDK, line: str, problem: str) -> None:
    with pytest.raises(GoError, match=f"^main.go:3: invalid //go:debug: {problem}"):
        godebug.parse_directives(sdk, [(line, Position("main.go", 3))])


def test_good_directives(sdk: SDK) -> None:
    lines = [("panicnil=1", Position("a.go", 1)), (" x509sha1=0 ", Position("b.go", 1))]
    assert godebug.parse_directives(sdk, lines) == (("panicnil", "1"), ("x509sha1", "0"))
    with pytest.raises(GoError, match=r"^b.go:1: repeated //go:debug for panicnil\n\ta.go:1: previous //go:debug"):
        godebug.parse_directives(sdk, [lines[0], ("panicnil=0", Position("b.go", 1))])
