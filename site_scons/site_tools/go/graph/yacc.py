"""GoYacc: a parser in Go from a grammar, by goyacc (golang.org/x/tools/cmd/goyacc)."""

from __future__ import annotations

import os
import re
from typing import Any

from SCons.Builder import Builder
from SCons.Errors import UserError

from . import atomic

Nodes = list[Any]

_LINE = re.compile(rb"^//line (.*):(\d+)$", re.MULTILINE)


def _emit(target: Nodes, source: Nodes, env: Any) -> tuple[Nodes, Nodes]:
    if len(target) != 1 or len(source) != 1:
        raise UserError(f"GoYacc makes one Go file from one grammar, not {list(map(str, target))} from {list(map(str, source))}")
    report = _report(target, source, env, False)
    env.SideEffect(report, target)
    env.Clean(target, report)
    return target, source


def _report(target: Nodes, source: Nodes, env: Any, for_signature: bool) -> Any:
    """``$_GOYACCREPORT``: the value of -v in GOYACCFLAGS if there is one, else $GOYACCREPORT."""
    del for_signature
    flags = env.subst_list("$GOYACCFLAGS", target=target, source=source)[0]
    words = [str(word) for word in flags]
    if "-v" in words[:-1]:
        return env.File(words[words.index("-v") + 1])
    return env.File(env.subst("$GOYACCREPORT", target=target, source=source))


def _finish(target: Nodes, source: Nodes, temporary: str) -> None:
    """Make the output independent of where it was made.

    goyacc writes its own command line into the first line, and the grammar's path as it was given into ``//line`` comments; the compiler
    reads those relative to the folder of the Go file (cmd/compile/internal/syntax/parser.go, updateBase). Its pseudo files yacctab and
    yaccpar count as lying beside the source folder's own files, so that a variant folder gives the same program.
    """
    grammar, folder = source[0], target[0].dir
    base = os.path.relpath(folder.srcnode().get_abspath(), folder.get_abspath())
    grammar_path = os.path.relpath(grammar.rfile().srcnode().get_abspath(), folder.get_abspath())
    known = {os.fsencode(str(grammar)), os.fsencode(str(grammar.rfile())), os.fsencode(grammar.get_abspath())}

    def rebase(found: re.Match[bytes]) -> bytes:
        path = grammar_path if found[1] in known else os.path.normpath(os.path.join(base, os.fsdecode(found[1])))
        return b"//line %s:%s" % (os.fsencode(path.replace(os.sep, "/")), found[2])

    with open(temporary, "rb") as handle:
        first, newline, rest = handle.read().partition(b"\n")
    first = first.replace(os.fsencode(temporary), os.fsencode(str(target[0])))
    with open(temporary, "wb") as output:
        output.write(first + newline + _LINE.sub(rebase, rest))


_ADVICE = "Set GOYACC to it, or put it on the PATH (Debian: apt install golang-golang-x-tools)"

GoYaccAction = atomic.AtomicCommand("GOYACC", _ADVICE, _finish)

GoYaccBuilder = Builder(action=GoYaccAction, emitter=_emit, suffix=".go", src_suffix=".y", single_source=False)


def generate(env: Any) -> None:
    """Add the builder to *env*."""
    env["BUILDERS"]["GoYacc"] = GoYaccBuilder
    env.SetDefault(_GOYACCREPORT=_report)
