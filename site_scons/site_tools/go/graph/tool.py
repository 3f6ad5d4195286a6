"""What ``tools=["go"]`` does to an environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SCons.Script import COMMAND_LINE_TARGETS

from .. import interrupt
from ..errors import GoError
from . import checks, coverage, packages, program, relocatable, variables, yacc
from .calls import CallErrors

EDITOR_VERB = "gopackagesdriver"
TIDY_VERB = "go-tidy-check"
"""Verbs of which builds that are not asked for them need not know."""


def generate(env: Any, given: Mapping[str, object]) -> None:
    """Set the variables' defaults, *given* before the tool's own, and add the builders."""
    interrupt.watch()
    with CallErrors():
        variables.set_defaults(env, given)
    yacc.generate(env)
    program.generate(env)
    packages.generate(env)
    relocatable.generate(env)
    checks.generate(env)
    coverage.generate(env)
    if EDITOR_VERB in COMMAND_LINE_TARGETS:
        from . import editor

        editor.generate(env)
    if TIDY_VERB in COMMAND_LINE_TARGETS:
        from . import tidy

        tidy.generate(env)


def exists(env: Any) -> bool:
    """Whether an SDK is found."""
    try:
        variables.sdk_of(env)
    except GoError:
        return False
    return True
