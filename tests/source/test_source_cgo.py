"""Lines of ``#cgo`` directives."""

from __future__ import annotations

import pytest
from scons_go.source.cgo import split_quoted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("run", ["run"]),
        ("errorcheck -0 -m", ["errorcheck", "-0", "-m"]),
        ("run -gcflags='all=-N -l' x", ["run", "-gcflags=all=-N -l", "x"]),
        ("run \"a b\"c '' d\\ e", ["run", "a bc", "", "d e"]),
        ("", []),
    ],
)
def test_words_are_split_as_a_shell_does(text: str, words: list[str]) -> None:
    """Quotes of both kinds, an empty word, a backslash."""
    assert split_quoted(text) == words


@pytest.mark.parametrize("text", ["run 'a", 'run "a', "run a\\"])
def test_unfinished_words(text: str) -> None:
    """An open quote or a backslash at the end."""
    assert split_quoted(text) is None
