"""Build constraints mean, and fail, as they do for the go command."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from gocommand import go_list
from scons_go.sdk import open_sdk
from scons_go.source.constraint import ConstraintError, go_build_text, parse_go_build, parse_plus_build, plus_build_text
from scons_go.source.context import BuildContext
from scons_go.source.header import scan_go
from scons_go.variant import Variant

WORDS = [
    "linux",
    "windows",
    "amd64",
    "cgo",
    "unix",
    "gc",
    "go1.9",
    "go1.99",
    "boringcrypto",
    "goexperiment.dwarf5",
    "tag",
    "été",
    "x.y",
    "_",
]


EXPRESSIONS = [
    "a",
    "!a",
    "a && b",
    "a||b && c",
    "(a||b)&&c",
    "!(a || b) && c",
    "!(a && !(b || c))",
    "a && b && !c || (((b)))",
    "((a) || !b)",
]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_meaning(text: str) -> None:
    constraint = parse_go_build(text)
    python = text.replace("&&", " and ").replace("||", " or ").replace("!", " not ")
    for number in range(8):
        tags = {tag: bool(number >> bit & 1) for bit, tag in enumerate("abc")}
        assert constraint.evaluate(tags.__getitem__) == eval(python, {}, tags), tags  # noqa: S307 - the texts above


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("", "unexpected end of expression", 0),
        ("a &&", "unexpected end of expression", 4),
        ("a b", "unexpected token b", 2),
        ("(a", "missing close paren", 0),
        ("a && (b", "missing close paren", 5),
        ("(a ||", "missing close paren", 5),
        ("()", "unexpected token )", 1),
        ("a)", "unexpected token )", 1),
        ("!!a", "double negation not allowed", 1),
        ("a & b", "invalid syntax at &", 2),
        ("a, b", "invalid syntax at ,", 1),
        ("a-b", "invalid syntax at -", 1),
        ("&& a", "unexpected token &&", 0),
    ],
)
def test_malformed(text: str, message: str, offset: int) -> None:
    with pytest.raises(ConstraintError) as caught:
        parse_go_build(text)
    assert (caught.value.message, caught.value.offset) == (message, offset)


def test_limits_do_not_depend_on_pythons_stack() -> None:
    assert parse_go_build("(" * 900 + "a" + ")" * 900).evaluate(lambda tag: tag == "a")
    assert not parse_go_build("!(" * 999 + "a" + ")" * 999).evaluate(lambda tag: tag == "a")
    assert parse_go_build("&&".join(["a"] * 1000)).evaluate(lambda tag: tag == "a")
    for text in ("&&".join(["a"] * 1001), "(" * 1001):
        with pytest.raises(ConstraintError, match="build expression too large"):
            parse_go_build(text)
    with pytest.raises(ConstraintError, match="too complex for // \\+build lines"):
        parse_plus_build(" ".join(["a"] * 102))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tag linux,amd64", True),
        ("!linux", False),
        ("!!linux", False),
        ("!", False),
        ("linux,!cgo", True),
        ("", False),
        ("a-b", False),
        ("!a-b", True),
    ],
)
def test_plus_build(text: str, expected: bool) -> None:
    assert parse_plus_build(text).evaluate({"linux", "amd64"}.__contains__) == expected


def test_lines() -> None:
    assert go_build_text("//go:build a") == "a"
    assert go_build_text("//go:build") == ""
    assert go_build_text("//go:buildx") is None
    assert go_build_text("// go:build a") is None
    assert plus_build_text("//+build a") == "a"
    assert plus_build_text("// +build\ta b") == "a b"
    assert plus_build_text("// +builda") is None


def expressions(seed: int, count: int) -> list[str]:
    """Random expressions, about half of them malformed."""
    chance = random.Random(seed)

    def valid(depth: int) -> str:
        if depth == 0 or chance.random() < 0.3:
            return chance.choice(WORDS)
        kind = chance.choice(["not", "and", "or", "paren"])
        if kind == "not":
            inner = valid(depth - 1)
            return inner if inner.startswith("!") else f"!{inner}" if re.fullmatch(r"[\w.]+", inner) else f"!({inner})"
        if kind == "paren":
            return f"({valid(depth - 1)})"
        return valid(depth - 1) + chance.choice([" && ", "&&"] if kind == "and" else [" || ", "||\t"]) + valid(depth - 1)

    def broken(text: str) -> str:
        place = chance.randrange(len(text) + 1)
        return (
            text[:place]
            + chance.choice(["&", "|", "!", "(", ")", "-", "!!", " x ", ",", "\u00a0", "é", '"'])
            + text[place + chance.randrange(2) :]
        )

    return [text if chance.random() < 0.5 else broken(text) for text in (valid(4) for _ in range(count))]


def test_random_expressions_against_go_list(current_goroot: Path, tmp_path: Path) -> None:
    """One folder per expression: does go take the file, leave it out, or refuse it, and with which words?"""
    texts = [*expressions(1, 400), "", " ", "linux &&\u00a0amd64"]
    plus = [text.replace("&&", ",").replace("||", " ").replace("(", "") for text in expressions(2, 150)]
    lines = [f"//go:build {text}" for text in texts] + [f"// +build {text}" for text in plus]
    (tmp_path / "go.mod").write_text("module m\n")
    for number, line in enumerate(lines):
        folder = tmp_path / f"p{number:04}"
        folder.mkdir()
        (folder / "a.go").write_text("package p\n")
        (folder / "x.go").write_text(f"{line}\n\npackage p\n")
    sdk = open_sdk(str(current_goroot))
    context = BuildContext.of(sdk, Variant.of(sdk, "linux", "amd64", tags=("tag", "été")))
    packages = go_list(current_goroot, "-e", "-tags=tag,été", "./...", cwd=tmp_path)
    assert len(packages) == len(lines)
    kinds = {"taken": 0, "left out": 0, "refused": 0}
    for line, package in zip(lines, packages, strict=True):
        header = scan_go(f"{line}\n\npackage p\n".encode())
        try:
            ours = "taken" if context.matches(header.go_build, header.plus_build) else "left out"
        except ConstraintError as error:
            ours = f"x.go: parsing //go:build line: {error.message}"
        theirs = package["Error"]["Err"] if "Error" in package else "taken" if "x.go" in package["GoFiles"] else "left out"
        assert ours == theirs, line
        kinds[ours if ours in kinds else "refused"] += 1
    assert min(kinds.values()) > 50, kinds
