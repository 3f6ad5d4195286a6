"""The small programs, with the SDK that requirements.txt pins: quick enough to be always compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import CURRENT
from golden_support import PROGRAMS, Case, cases, flags, same_program
from sconsproject import run

SMALL = [
    Case("./hello"),
    Case("./hello", {"ldflags": flags("-s", "-w")}),
    Case("./embedded"),
    Case("./assembled"),
    Case("./tagged"),
    Case("./tagged", {"tags": ("special", "more")}),
    Case("./debugged"),
]


@pytest.mark.parametrize(("version", "case"), cases([CURRENT], *SMALL))
def test_small_programs(version: str, case: Case, tmp_path: Path) -> None:
    same_program(version, case, tmp_path)
    done = run([str(tmp_path / "made" / case.name)], cwd=tmp_path)
    assert done.status == 0, done.text


def test_the_comparison_can_fail(tmp_path: Path) -> None:
    """Another variable in the program is another program: the helper tells."""
    first, second = Case("./hello"), Case("./hello", {"ldflags": flags("-X=main.unknown=1")})
    a = same_program(CURRENT, first, tmp_path)
    b = same_program(CURRENT, second, tmp_path)
    assert a != b and len(a) == len(b)
    assert (PROGRAMS / "go.mod").is_file()
