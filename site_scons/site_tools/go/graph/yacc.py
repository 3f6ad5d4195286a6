"""GoYacc: a parser in Go from a grammar, by goyacc (golang.org/x/tools/cmd/goyacc)."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from SCons.Errors import UserError

from . import atomic, variables
from .caching import sealed
from .calls import GoBuilder

if TYPE_CHECKING:
    from ..module.gomod import GoMod

Node = Any
Nodes = list[Any]

_PROGRAM = "goyacc"
_MODULE = "golang.org/x/tools"
_IMPORT_PATH = f"{_MODULE}/cmd/goyacc"

_LINE = re.compile(rb"^//line (.*):(\d+)$", re.MULTILINE)


def _emit(target: Nodes, source: Nodes, env: Any) -> tuple[Nodes, Nodes]:
    if len(target) != 1 or len(source) != 1:
        raise UserError(f"GoYacc makes one Go file from one grammar, not {list(map(str, target))} from {list(map(str, source))}")
    sealed(target[0])
    report = _report(target, source, env, False)
    env.SideEffect(report, target)
    env.Clean(target, report)
    given = _given(env)
    if isinstance(given, list):
        env.Depends(target, _at_top(env, given[0]))  # SCons does not see a program with a space in its path
    elif not given and not env.WhereIs(_PROGRAM):
        tool = _module_goyacc(env)
        if tool:
            target[0].attributes.goyacc = tool
            env.Depends(target, tool)
    return target, source


def _module_goyacc(env: Any) -> Node:
    """The node of the goyacc that go.mod names by a ``tool`` line or by requiring its module; None if there is no such go.mod."""
    from ..module.environment import module_env
    from ..module.workspace import find_workspace
    from .hosttools import host_program

    sdk = variables.sdk_of(env)
    workspace = find_workspace(env.Dir(".").srcnode().get_abspath(), module_env(sdk.root, sdk.version[2:], os.environ))
    mods = [module.gomod for module in workspace.modules] if workspace else []
    return host_program(env, _IMPORT_PATH)[0] if any(_names_goyacc(mod) for mod in mods) else None


def _names_goyacc(gomod: GoMod) -> bool:
    tools = [entry.path for entry in gomod.tool]
    return _IMPORT_PATH in tools or _MODULE in [require.module.path for require in gomod.require]


def _program(target: Nodes, source: Nodes, env: Any, for_signature: bool) -> str | list[str]:
    """``$_GOYACC``: $GOYACC, or goyacc on the PATH, or the one that is made of a module. As a list, a path is one word, spaces and all."""
    del source, for_signature
    made = getattr(target[0].attributes, "goyacc", None) if target else None
    return _given(env) or ([str(made)] if made else _PROGRAM)


def _given(env: Any) -> str | list[str]:
    """$GOYACC, which is in a list if it is the path of a file."""
    given = variables.text(env, "GOYACC")
    return [given] if given and os.path.isfile(_at_top(env, given)) else given


def _at_top(env: Any, path: str) -> str:
    """*path* as a command has it: from the folder of the SConstruct."""
    return os.path.join(env.Dir("#").get_abspath(), path)


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


_ADVICE = (
    "Set GOYACC to it, put it on the PATH (Debian: apt install golang-golang-x-tools), "
    f"or have go.mod require it (go get -tool {_IMPORT_PATH})"
)

GoYaccAction = atomic.AtomicCommand("GOYACC", "$_GOYACC", _ADVICE, _finish)

GoYaccBuilder = GoBuilder("GoYacc", action=GoYaccAction, emitter=_emit, suffix=".go", src_suffix=".y", single_source=False)


def generate(env: Any) -> None:
    """Add the builder to *env*."""
    env["BUILDERS"]["GoYacc"] = GoYaccBuilder
    env.SetDefault(_GOYACCREPORT=_report, _GOYACC=_program)
