"""Controls of the programs under load: with a mistake put in, each of them must fail or print something else, or it proves nothing."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gorun import build
from sandbox import Limits, run_limited
from scons_go.errors import GoError
from toolchain import Toolchain


@dataclass(frozen=True)
class Mutant:
    """A program of bench/programs in which *old*, which is there once, is *new*: it must end with *status* and print *says*.

    *environment* is what it runs with besides."""

    program: str
    arguments: tuple[str, ...]
    old: str
    new: str
    status: int
    says: str
    environment: tuple[tuple[str, str], ...] = ()


_NO_COLLECTION = (("GOGC", "off"),)

MUTANTS: tuple[Mutant, ...] = (
    Mutant("binarytrees", ("6",), "&node{grow(depth - 1), grow(depth - 1)}", "&node{grow(depth - 1), &node{}}", 0, "nodes 15\n"),
    Mutant("ring", ("100", "3"), "out <- token + 1", "out <- token", 2, "panic: the token has not met every goroutine"),
    Mutant("ring", ("100", "3"), "\tclose(out)\n", "\tout <- 0\n\tclose(out)\n", 2, "panic: a token is left in the ring"),
    Mutant("ring", ("100", "3"), "go member(last, next)", "go member(next, next)", 2, "all goroutines are asleep - deadlock!"),
    Mutant("pingpong", ("100",), "pong <- number + 1", "pong <- number", 0, "100 exchanges: 0, even 2450, odd 2500\n"),
    Mutant("pingpong", ("100",), "close(done)", "_ = done", 2, "all goroutines are asleep - deadlock!"),
    Mutant("mapkeys", ("1000",), "\t\ttable[key]++\n", "\t\tdelete(table, key^1)\n\t\tclear(table)\n", 2, "panic: key"),
    Mutant("httpload", ("50", "4"), "number*number, body)", "number*number+number%2, body)", 1, "status 200, "),
    Mutant("httpload", ("50", "4"), "body[i], body[j] = body[j], body[i]", "_ = body[j]", 1, "status 200, "),
    Mutant("churn", ("8", "1"), "\te.data[0] = byte(e.stamp)\n", "\te.data[0] = byte(e.stamp >> 8)\n", 2, "panic: an object has changed"),
    Mutant("churn", ("200", "1"), "allocated, replaced := 0, 0", "allocated, replaced := 0, 0", 1, "churn: the heap has", _NO_COLLECTION),
    Mutant("churn", ("8", "1"), "4*held + 64<<20", "4*held + 64<<20", 1, "churn: nothing was ever collected", _NO_COLLECTION),
    Mutant("fmtlines", ("10",), '"%6d %-8s', '"%6x0 %-8s', 1, "fmtlines: line"),
    Mutant(
        "jsoncopy", ("1",), "\t\tif !reflect.DeepEqual", '\t\ttyped[7].Name += "!"\n\t\tif !reflect.DeepEqual', 2, "panic: what was decoded"
    ),
)


def missed(mutant: Mutant, toolchain: Toolchain, programs: Path, output: Path) -> str:
    """Build and run a mutant; "" where it was caught as it must be, else what happened. Raises GoError where it cannot be made."""
    text = (programs / mutant.program / "main.go").read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise GoError(f"{mutant.program} has {text.count(mutant.old)} times {mutant.old!r}, not once")
    with tempfile.TemporaryDirectory(dir=output) as folder:
        source, program = Path(folder) / "main.go", Path(folder) / mutant.program
        source.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
        build(toolchain, [source], program)
        environment = {"GOMAXPROCS": "1", "PATH": os.defpath, **dict(mutant.environment)}
        outcome = run_limited([str(program), *mutant.arguments], Path(folder), environment, Limits(60))
    if outcome.status == mutant.status and mutant.says in outcome.text:
        return ""
    return f"{mutant.program} with {mutant.new!r} ends with {outcome.status} and prints {outcome.text[:200]!r}"
