"""Heads of Go files that real code seldom has, read and refused as ``go list`` does, with the same words and places."""

from __future__ import annotations

import marshal
import time
from pathlib import Path
from typing import Any

import pytest
from gocommand import go_list
from scons_go.errors import GoError
from scons_go.filestate import FileState
from scons_go.overlay import Overlay
from scons_go.sdk import open_sdk
from scons_go.source.context import BuildContext
from scons_go.source.folder import read_folder
from scons_go.source.header import Header, scan_go, scan_other
from scons_go.variant import Variant

# Each in a folder of its own as x.go. What go makes of it is asked of go, not written here.
TRICKY = {
    "plain": "package p\n",
    "no_newline": "package p",
    "bom": "\ufeffpackage p\nimport \"fmt\"\n",
    "crlf": "// doc\r\n\r\npackage p\r\n\r\nimport (\r\n\t\"fmt\"\r\n\t\"os\"\r\n)\r\n",
    "comments_everywhere": (
        '/* a */ // b\npackage /* c */ p // d\nimport /* e */ ( // f\n/* g */ f /* h */ "fmt" // i\n'
        '. "os" ; _ "io" /* j */ ) // k\n'
    ),
    "one_line": 'package p; import "fmt"; import ("os"; "io")\n',
    "raw_path": "package p\nimport `fmt`\n",
    "escaped_path": 'package p\nimport "\\x66m\\u0074"\n',
    "unicode_name": "package pé\nimport été \"fmt\"\n",
    "import_in_string": 'package p\nimport "fmt"\nvar s = `\nimport "os"\n`\n',
    "import_late": 'package p\nvar x int\nimport "os"\n',
    "identifier_like_import": 'package p\nimport "fmt"\nimportant := 1\n',
    "empty_block": "package p\nimport ()\nimport (\n)\n",
    "same_twice": 'package p\nimport "fmt"\nimport f "fmt"\n',
    "name_on_next_line": 'package\n\np\nimport\n"fmt"\n',
    "build_after_package": "package p\n//go:build ignore\n",
    "build_in_block_comment": "/*\n//go:build ignore\n*/\npackage p\n",
    "build_after_block_comment": "/* x */\n//go:build ignore\npackage p\n",
    "build_without_blank_line": "//go:build ignore\npackage p\n",
    "build_indented": "\t//go:build ignore\n\npackage p\n",
    "build_twice": "//go:build linux\n//go:build amd64\n\npackage p\n",
    "build_empty": "//go:build\n\npackage p\n",
    "build_other_word": "//go:builder ignore\n\npackage p\n",
    "build_hides_syntax_error": "//go:build ignore\n\nimport fmt\n",
    "plus_without_blank_line": "// +build ignore\npackage p\n",
    "plus_with_blank_line": "// +build ignore\n\npackage p\n",
    "plus_and": "// +build linux\n// +build ignore\n\npackage p\n",
    "plus_after_go_build": "//go:build linux\n// +build ignore\n\npackage p\n",
    "plus_after_block": "/* x */\n// +build ignore\n\npackage p\n",
    "plus_in_doc": "// +build ignore\n\n// Package p.\n// +build ignore\npackage p\n",
    "documentation": "package documentation\n",
    "embed": 'package p\nimport _ "embed"\n//go:embed a.txt "b c.txt" `d.txt`\nvar x string\n',
    "embed_in_string": (
        'package p\nimport _ "embed"\nvar a = `\n//go:embed a.txt\n`\nvar b = \'"\'\n//go:embed d.txt\n'
        'var c = "\\"//go:embed a.txt"\n'
    ),
    "embed_in_block": 'package p\nimport _ "embed"\n/*\n//go:embed a.txt\n*/\nvar a string\n',
    "embed_malformed": (
        'package p\nimport _ "embed"\n//go:embed "a.txt\nvar a string\n//go:embed "a.txt"x\n'
        "var b string\n//go:embedded a.txt\nvar c int\n"
    ),
    "embed_escaped": 'package p\nimport _ "embed"\n//go:embed "\\x61.txt"\t  d.txt\r\nvar a string\n',
    "embed_without_import": "package p\n//go:embed a.txt\nvar a string\n",
    "embed_duplicate": 'package p\nimport _ "embed"\n//go:embed a.txt a.txt\nvar x string\n',
    "cgo": (
        'package p\n\n// #cgo LDFLAGS: -lm\n// #cgo linux CFLAGS: -DL="a b" -I include\n'
        '// #cgo windows CFLAGS: -DW\n// #include <math.h>\nimport "C"\n'
    ),
    "cgo_block": (
        "package p\n\n/*\n#cgo pkg-config: zlib\n  #cgo amd64,!darwin CPPFLAGS: -I${SRCDIR}/inc\n"
        '#cgo (linux && amd64) LDFLAGS: -L lib\nint x;\n*/\nimport "C"\n\nimport "fmt"\n'
    ),
    "cgo_in_group": 'package p\n\nimport (\n\t"fmt"\n\n\t// #cgo CFLAGS: -DX\n\t"C"\n)\n',
    "cgo_group_doc": 'package p\n\n// #cgo CFLAGS: -DX\nimport (\n\t"C"\n)\n',
    "cgo_group_doc_two_specs": 'package p\n\n// #cgo CFLAGS: -DX\nimport (\n\t"C"\n\t"fmt"\n)\n',
    "cgo_detached": 'package p\n\n// #cgo CFLAGS: -DX\n\nimport "C"\n',
    "cgo_two_groups": 'package p\n\n// #cgo CFLAGS: -DX\n\n// #cgo CFLAGS: -DY\n// #cgo noescape f\nimport "C"\n',
    "cgo_behind_package": 'package p // #cgo CFLAGS: -DX\nimport "C"\n',
    "cgo_twice": 'package p\n\n// #cgo CFLAGS: -DX\nimport "C"\n\n// #cgo CFLAGS: -DY\nimport "C"\n',
    "cgo_bad_verb": 'package p\n\n// #cgo CFLAG: -DX\nimport "C"\n',
    "cgo_bad_line": 'package p\n\n// #cgo CFLAGS -DX\nimport "C"\n',
    "cgo_bad_quote": 'package p\n\n// #cgo CFLAGS: "-DX\nimport "C"\n',
    "cgo_unsafe": 'package p\n\n// #cgo LDFLAGS: -l;rm\nimport "C"\n',
    "error_empty": "",
    "error_only_comment": "// nothing\n",
    "error_no_package": "func main() {}\n",
    "error_number": "123\n",
    "error_keyword_as_name": "package func\n",
    "error_digits_as_name": "package 12\n",
    "error_no_name": "package\n",
    "error_import_without_path": "package p\nimport fmt\n",
    "error_import_keyword": 'package p\nimport func "fmt"\n',
    "error_import_name_then_comment": "package p\nimport fmt // x\n",
    "error_import_number": "package p\nimport 5\n",
    "error_import_empty": 'package p\nimport ""\n',
    "error_import_space": 'package p\nimport "a b"\n',
    "error_import_illegal": 'package p\n\nimport (\n\t"fmt"\n\tx "a!b"\n)\n',
    "error_two_on_a_line": 'package p\nimport "fmt" import "os"\n',
    "error_two_in_a_block": 'package p\nimport ("fmt" "os")\n',
    "error_package_and_import": 'package p import "fmt"\n',
    "error_block_open": 'package p\nimport (\n\t"fmt"\n',
    "error_block_keyword": 'package p\nimport (\n\t"fmt"\n\tvar x\n)\n',
    "error_string_open": 'package p\nimport "fmt\n',
    "error_raw_open": "package p\nimport `fmt\n",
    "error_comment_open_first": "/* never closed\npackage p\n",
    "error_line_directive": '//line gen.y:40\npackage p\nimport "a!b"\n',
    "error_line_directive_later": 'package p\n//line sub/gen.y:40\nimport (\n\t"fmt"\n\t"a!b"\n)\n',
}  # fmt: skip
FIELDS = [
    "Name",
    "GoFiles",
    "CgoFiles",
    "IgnoredGoFiles",
    "Imports",
    "EmbedPatterns",
    "CgoCFLAGS",
    "CgoCPPFLAGS",
    "CgoLDFLAGS",
    "CgoPkgConfig",
]


def ours(folder: Path, context: BuildContext) -> dict[str, Any]:
    try:
        read = read_folder(str(folder), context, Overlay(), FileState())
    except GoError as error:
        place = error.position
        return {"error": error.message, "place": f"{Path(place.file).relative_to(folder)}:{place.line}:{place.column}" if place else ""}
    words: dict[str, list[str]] = {}
    for verb, arguments, _ in read.cgo_directives:
        words.setdefault(verb, []).extend(arguments)
    return {
        "Name": read.name or "documentation",
        "GoFiles": list(read.files.go),
        "CgoFiles": list(read.files.cgo),
        "IgnoredGoFiles": list(read.files.ignored_go),
        "Imports": sorted(read.imports),
        "EmbedPatterns": sorted({embed.pattern for embed in read.embeds}),
        "CgoCFLAGS": words.get("CFLAGS", []),
        "CgoCPPFLAGS": words.get("CPPFLAGS", []),
        "CgoLDFLAGS": words.get("LDFLAGS", []),
        "CgoPkgConfig": words.get("pkg-config", []),
    }


@pytest.fixture(scope="module")
def listed(current_goroot: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, Any]]]:
    """The folders, and what go list says of each."""
    root = tmp_path_factory.mktemp("tricky")
    (root / "go.mod").write_text("module m\n\ngo 1.27\n")
    for name, text in TRICKY.items():
        (root / name).mkdir()
        (root / name / "x.go").write_bytes(text.encode())
        for file in ("a.txt", "b c.txt", "d.txt"):
            (root / name / file).write_text("")
    packages = go_list(current_goroot, "-e", *(f"./{name}" for name in TRICKY), cwd=root, cgo=True)
    return root, {package["ImportPath"].rpartition("/")[2]: package for package in packages}


@pytest.mark.parametrize("name", TRICKY)
def test_as_go_list(name: str, listed: tuple[Path, dict[str, dict[str, Any]]], current_goroot: Path) -> None:
    root, packages = listed
    theirs = packages[name]
    sdk = open_sdk(str(current_goroot))
    mine = ours(root / name, BuildContext.of(sdk, Variant.of(sdk, "linux", "amd64", cgo=True)))
    error = theirs.get("Error", {}).get("Err", "")
    if error and "build constraints exclude" not in error:
        assert mine.get("error"), (mine, error)
        assert mine["error"] in error, error
        if theirs["Error"]["Pos"]:
            assert mine["place"] == theirs["Error"]["Pos"].removeprefix(f"{name}/")
        return
    assert "error" not in mine, mine
    expected = {field: theirs.get(field) or ("documentation" if field == "Name" else []) for field in FIELDS}
    expected["Imports"] = sorted(expected["Imports"])
    assert mine == expected


def test_places_are_of_the_line_directive_when_there_is_one() -> None:
    header = scan_go(b'//line /tmp/gen.y:40\npackage p\nimport "fmt"\n//line :7\nimport "os"\n')
    assert header.imports == (("fmt", (41, 0, "/tmp/gen.y")), ("os", (7, 0, "")))


def test_debug_directives() -> None:
    header = scan_go(
        b"// doc\n//go:debug a=b\n\t//go:debug  c=d \r\n/*\n//go:debug no=no\n*/\n//go:debugger x\n//go:debug\n"
        b"package p\n//go:debug late=1\n"
    )
    assert header.directives == (("a=b", (2, 1, "")), ("c=d", (3, 2, "")), ("", (8, 1, "")))


def test_other_languages() -> None:
    assert scan_other(b"// +build ignore\n\n#include <x.h>\n").plus_build == ("ignore",)
    assert scan_other(b"//go:build ignore\n\nTEXT \xc2\xb7f(SB)\n").go_build == "ignore"
    assert scan_other(b"/ this is no comment\n//go:build ignore\n") == Header()
    assert scan_other(b"\0//go:build ignore\n") == Header()


def test_headers_can_be_marshalled() -> None:
    for text in TRICKY.values():
        header = scan_go(text.encode())
        assert Header(*marshal.loads(marshal.dumps(tuple(header)))) == header


def test_long_heads_take_time_in_proportion() -> None:
    """No input makes the expressions look back and forth: a step for each pair of characters would take minutes.

    The time is the processor's: it does not count what else the machine does.
    """
    size = 200_000
    for text in (
        "// x // y\n" * size,
        "/* * */" * size,
        "/*" + "*" * size,
        "// " + " " * size,
        '"' * size,
        "package p\nimport (" + "\t\n" * size,
        "/" * size,
    ):
        started = time.thread_time()
        scan_go(text.encode())
        assert time.thread_time() - started < 10
