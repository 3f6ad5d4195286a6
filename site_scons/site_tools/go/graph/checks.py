"""The methods of environments that take package patterns, or make programs for the build itself.

What is behind them is loaded when they are called.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from SCons.Errors import UserError
from SCons.Util import flatten

from ..errors import GoError

Nodes = list[Any]

_serial = itertools.count(1)


def _patterns(env: Any, method: str, given: tuple[object, ...]) -> tuple[str, ...]:
    patterns = tuple(env.subst(str(pattern)) for pattern in flatten(list(given)))
    if not patterns:
        raise UserError(f"{method} names packages: folders, import paths or patterns such as './...'")
    return patterns


def _test(env: Any, *patterns: object, **variables: object) -> Nodes:
    """The tests of the packages that *patterns* name, also by the alias "test"; *variables* hold for this call."""
    from .suite import go_test

    env = env.Override(variables)
    node = go_test(env, _patterns(env, "GoTest", patterns), env.Dir("."), next(_serial))
    env.Alias("test", node)
    return [node]


def _library(env: Any, *patterns: object, **variables: object) -> Nodes:
    """A stamp that says that the packages compile."""
    from .library import go_library

    env = env.Override(variables)
    return [_made("GoLibrary", lambda: go_library(env, _patterns(env, "GoLibrary", patterns), env.Dir("."), next(_serial)))]


def _vet(env: Any, *patterns: object, **variables: object) -> Nodes:
    """What vet says of the packages and their tests, also by the alias "go-vet"."""
    from .vetting import go_vet

    env = env.Override(variables)
    node = _made("GoVet", lambda: go_vet(env, _patterns(env, "GoVet", patterns), env.Dir("."), next(_serial)))
    env.Alias("go-vet", node)
    return [node]


def _format(env: Any, *patterns: object, **variables: object) -> Nodes:
    """A stamp that says that the packages, or the files, are as gofmt leaves them; the alias "go-fmt" makes them so."""
    from .formatting import go_fmt

    env = env.Override(variables)
    return [_made("GoFmt", lambda: go_fmt(env, _patterns(env, "GoFmt", patterns), env.Dir("."), next(_serial)))]


def _module_tool(env: Any, import_path: str, **variables: object) -> Nodes:
    """The program *import_path*, made for this machine, of the version that go.mod requires."""
    from .hosttools import module_tool

    env = env.Override(variables)
    nodes: Nodes = _made("GoModuleTool", lambda: module_tool(env, import_path))
    return nodes


def _made(method: str, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except GoError as error:
        raise UserError(f"{method}: {error}") from None


def generate(env: Any) -> None:
    """Add the methods to *env*."""
    env.AddMethod(_test, "GoTest")
    env.AddMethod(_library, "GoLibrary")
    env.AddMethod(_vet, "GoVet")
    env.AddMethod(_format, "GoFmt")
    env.AddMethod(_module_tool, "GoModuleTool")
