"""GoTest as a method of environments; what is behind it is loaded when it is called."""

from __future__ import annotations

import itertools
from typing import Any

from SCons.Errors import UserError
from SCons.Util import flatten

Nodes = list[Any]

_serial = itertools.count(1)


def _patterns(env: Any, given: tuple[object, ...]) -> tuple[str, ...]:
    patterns = tuple(env.subst(str(pattern)) for pattern in flatten(list(given)))
    if not patterns:
        raise UserError("GoTest names packages: folders, import paths or patterns such as './...'")
    return patterns


def _test(env: Any, *patterns: object, **variables: object) -> Nodes:
    """The tests of the packages that *patterns* name, also by the alias "test"; *variables* hold for this call."""
    from .suite import go_test

    env = env.Override(variables)
    node = go_test(env, _patterns(env, patterns), env.Dir("."), next(_serial))
    env.Alias("test", node)
    return [node]


def generate(env: Any) -> None:
    """Add the method to *env*."""
    env.AddMethod(_test, "GoTest")
