"""What the user has said about something that is made: the variables and whatever else decides what comes of its source."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from SCons.Node.Python import Value

from . import variables

Node = Any

# Variables of the process that decide where the SDK and modules are found.
_ENVIRON = ("HOME", "XDG_CONFIG_HOME")


def settings_of(env: Any, source: Node) -> dict[str, str]:
    """The variables of *env*, and what else decides what is built from *source*, by name."""
    settings = {"source": source.read() if isinstance(source, Value) else source.get_abspath()}
    for name in variables.VARIABLES:
        if name == "GOEXPLAIN" or name.endswith("COMSTR") or name.startswith(variables.CHECKS):
            continue  # these change what is shown and nothing else
        settings[name] = variables.raw_text(env, name)
    settings |= {f"${name}": value for name, value in os.environ.items() if name.startswith("GO") or name in _ENVIRON}
    settings["Python"] = f"{sys.prefix} {sys.version}"
    return settings


def changed_settings(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Which of the settings changed, in words; "" if none did."""
    names = [name for name in {**before, **now} if before.get(name, "") != now.get(name, "")]
    if not names:
        return ""
    first = names[0]
    return f"{first} changed from {before.get(first, '')!r} to {now.get(first, '')!r}"
