"""What tools/realprograms.py is told on the command line: any program of any module, and settings for both sides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import CURRENT, goroot, write_files
from projects import PROGRAMS, Checkout, find_program, program_name
from realprograms import compare, judge, parse_settings
from scons_go.errors import GoError
from scons_go.module.version import Version
from scons_go.sdk import open_sdk

CADDY = "github.com/caddyserver/caddy/v2@v2.11.9"


def test_programs_of_any_module() -> None:
    found = find_program(f"{CADDY}:cmd/caddy")
    assert (found.module, found.package) == (Version("github.com/caddyserver/caddy/v2", "v2.11.9"), "cmd/caddy")
    assert find_program(CADDY).package == "." and find_program("fzf") is PROGRAMS["fzf"]
    assert [program_name(name) for name in (f"{CADDY}:cmd/caddy", CADDY, "fzf")] == ["cmd-caddy", "caddy", "fzf"]


@pytest.mark.parametrize("name", ["fzzf", "example.com/m", "example.com/m@latest", "example.com/m@v1.0.0:", "/etc@v1.0.0", "nodots@v1.0.0"])
def test_what_is_no_program(name: str) -> None:
    with pytest.raises(GoError):
        find_program(name)


def test_settings_are_those_both_sides_have() -> None:
    assert parse_settings(["GOOS=windows", "GOLINKFLAGS=-X main.v=1"]) == {"GOOS": "windows", "GOLINKFLAGS": "-X main.v=1"}
    for word in ("GORUNTIME=min", "GOOS", "HOME=/"):
        with pytest.raises(GoError, match=r"cannot set \w+; NAME=VALUE"):
            parse_settings([word])


def checkout(folder: Path, files: dict[str, str], package: str = "cmd/app", **settings: str) -> Checkout:
    """The program *package* of a module that is there already."""
    found = find_program(f"example.com/m@v1.0.0:{package}")
    place = Checkout("app", found, open_sdk(str(goroot(CURRENT))), folder, settings=settings)
    write_files(place.place / "src", files)
    return place


GOMOD = "module example.com/m\n\ngo 1.27\n"


def test_modules_that_hold_no_such_program(tmp_path: Path) -> None:
    with pytest.raises(GoError, match=r"example\.com/m@v1\.0\.0 has no go\.mod: it can only be built as a part of another module"):
        judge(checkout(tmp_path / "a", {"cmd/app/app.go": "package main\n\nfunc main() {}\n"}))
    with pytest.raises(GoError, match=r"example\.com/m@v1\.0\.0 has no folder cmd/app"):
        judge(checkout(tmp_path / "b", {"go.mod": GOMOD}))


def test_what_both_say_of_a_failure(tmp_path: Path) -> None:
    """Without go.sum neither builds, and both say so in the same words."""
    gomod = f"{GOMOD}\nrequire golang.org/x/text v0.3.0\n"
    verdict = judge(checkout(tmp_path, {"go.mod": gomod, "cmd/app/app.go": 'package main\n\nimport _ "golang.org/x/text/width"\n'}))
    assert verdict.word == "FAILED"
    said = [re.findall(r"missing go\.sum entry for module providing package .*", line) for line in verdict.differences]
    assert len(said) == 2 and said[0] == said[1] != []


@pytest.mark.judge
def test_settings_reach_both_sides(tmp_path: Path) -> None:
    """A program for Windows, of a tagged file, with a value that the linker sets."""
    files = {
        "go.mod": GOMOD,
        "cmd/app/app.go": 'package main\n\nvar version = "none"\n\nfunc main() { println(version, tagged()) }\n',
        "cmd/app/tagged.go": '//go:build special\n\npackage main\n\nfunc tagged() string { return "tagged" }\n',
    }
    place = checkout(tmp_path, files, GOOS="windows", GOTAGS="special", GOLINKFLAGS="-X main.version=seventeen")
    verdict = judge(place)
    assert verdict.word == "same", verdict.differences
    made = place.made.read_bytes()
    assert made.startswith(b"MZ") and b"seventeen" in made
    place.expected.write_bytes(made[:1000] + b"?" + made[1001:])
    assert compare(place.made, place.expected) == ("byte 1000 is the first that differs",)
