"""The methods of environments that take package patterns, or make programs for the build itself.

What is behind them is loaded when they are called.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Mapping
from typing import Any

from SCons.Errors import UserError
from SCons.Node import Node as SConsNode
from SCons.Node.FS import Dir, File
from SCons.Node.Python import Value

from .calls import CallErrors, names, refuse_chdir
from .derived import source_folder
from .program import package_source
from .variables import sdk_of

Node = Any
Nodes = list[Any]

_serial = itertools.count(1)


def _patterns(env: Any, method: str, given: tuple[object, ...]) -> tuple[str, ...]:
    patterns = tuple(_pattern(env, method, name) for name in names(method, given))
    if not patterns:
        raise UserError(f"{method} names packages: folders, import paths or patterns such as './...'")
    return patterns


def _pattern(env: Any, method: str, name: Any) -> str:
    """What *name*, a string or a node, is to the go command.

    As in GoProgram a folder that is there need not begin with ``./``, and may begin with ``#``.
    """
    if isinstance(name, SConsNode):
        return _node_pattern(env, method, name.disambiguate())
    text: str = env.subst(os.fspath(name))
    text = f"#/{text[1:].lstrip('/')}" if text.startswith("#") else text
    above, dots, below = text.partition("...")
    folder, slash, start = above.rpartition("/") if dots else (text, "", "")
    if not folder or folder.startswith(".") or (method == "GoFmt" and text.endswith(".go")):
        return text
    node = package_source(folder)
    if isinstance(node, Value) or _is_standard(env, source_folder(node)):
        return text
    return _node_pattern(env, method, node) + f"{slash}{start}{dots}{below}"


def _is_standard(env: Any, folder: str) -> bool:
    """Whether *folder* is in the SDK: there, a relative path is an import path."""
    return os.path.realpath(folder).startswith(os.path.realpath(sdk_of(env).src) + os.sep)


def _node_pattern(env: Any, method: str, node: Any) -> str:
    if isinstance(node, Value):
        return str(node.read())
    if isinstance(node, Dir):
        relative = os.path.relpath(source_folder(node), source_folder(env.Dir("."))).replace(os.sep, "/")
        return relative if relative.startswith(".") else f"./{relative}"
    if method == "GoFmt" and isinstance(node, File):
        return str(node.srcnode().get_abspath())
    raise UserError(f"{method} takes packages, by their folders or import paths, not {node}")


def _override(env: Any, method: str, variables: Mapping[str, object]) -> Any:
    """*env* with the *variables* of a call."""
    refuse_chdir(method, variables.get("chdir"))
    return env.Override(variables)


def _node(env: Any, method: str, make: Callable[..., Node], patterns: tuple[object, ...], variables: Mapping[str, object]) -> Node:
    """The node that *make* gives for a call of *method*; *variables* hold for this call."""
    with CallErrors(method):
        env = _override(env, method, variables)
        return make(env, _patterns(env, method, patterns), env.Dir("."), next(_serial))


def _test(env: Any, *patterns: object, **variables: object) -> Nodes:
    """The tests of the packages that *patterns* name, also by the alias "test"."""
    from .suite import go_test

    node = _node(env, "GoTest", go_test, patterns, variables)
    env.Alias("test", node)
    return [node]


def _library(env: Any, *patterns: object, **variables: object) -> Nodes:
    """A stamp that says that the packages compile."""
    from .library import go_library

    return [_node(env, "GoLibrary", go_library, patterns, variables)]


def _vet(env: Any, *patterns: object, **variables: object) -> Nodes:
    """What vet says of the packages and their tests, also by the alias "go-vet"."""
    from .vetting import go_vet

    node = _node(env, "GoVet", go_vet, patterns, variables)
    env.Alias("go-vet", node)
    return [node]


def _format(env: Any, *patterns: object, **variables: object) -> Nodes:
    """A stamp that says that the packages, or the files, are as gofmt leaves them; the alias "go-fmt" makes them so."""
    from .formatting import go_fmt

    return [_node(env, "GoFmt", go_fmt, patterns, variables)]


def _module_tool(env: Any, *import_path: object, **variables: object) -> Nodes:
    """The program *import_path*, one name, made for this machine, of the version that go.mod requires."""
    from .hosttools import module_tool

    with CallErrors("GoModuleTool"):
        paths = names("GoModuleTool", import_path)
        if len(paths) != 1:
            raise UserError("GoModuleTool takes the import path of one program")
        return module_tool(_override(env, "GoModuleTool", variables), str(paths[0]))


def generate(env: Any) -> None:
    """Add the methods to *env*."""
    env.AddMethod(_test, "GoTest")
    env.AddMethod(_library, "GoLibrary")
    env.AddMethod(_vet, "GoVet")
    env.AddMethod(_format, "GoFmt")
    env.AddMethod(_module_tool, "GoModuleTool")
