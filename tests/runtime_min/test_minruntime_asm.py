"""What is left of an assembly file when functions are left out."""

from __future__ import annotations

import pytest
from scons_go.errors import GoError
from scons_go.minruntime.manifest import Rule
from scons_go.minruntime.prune_asm import prune_assembly

SOURCE = """\
#include "textflag.h"
TEXT ·first(SB), NOSPLIT, $0
	RET
#define MAKE(NAME)	\\
TEXT NAME(SB), $0;	\\
	RET
// of nobody
MAKE(·made)
TEXT ·second(SB), NOSPLIT, $0
	RET
"""


def test_macros_between_functions_stay() -> None:
    """A macro that is defined behind a function does not go with it, also where it defines a function itself; lines keep their numbers."""
    left = prune_assembly(SOURCE, Rule(drop=("·first",)), "a.s")
    assert [line for line in left.split("\n") if line] == [
        '#include "textflag.h"',
        "#define MAKE(NAME)	\\",
        "TEXT NAME(SB), $0;	\\",
        "	RET",
        "TEXT ·second(SB), NOSPLIT, $0",
        "	RET",
    ]
    assert left.count("\n") == SOURCE.count("\n")


def test_a_function_that_is_not_there() -> None:
    """The name of a macro's parameter is no function."""
    with pytest.raises(GoError, match="NAME"):
        prune_assembly(SOURCE, Rule(drop=("NAME",)), "a.s")
