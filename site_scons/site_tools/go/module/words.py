"""Small pieces of messages, spelt as the go command spells them."""

from __future__ import annotations

import json


def quote(text: str) -> str:
    """*text* as Go's ``%q`` prints it."""
    return json.dumps(text, ensure_ascii=False)


def reason(error: OSError) -> str:
    """Why a system call failed: "no such file or directory"."""
    return (error.strerror or str(error)).lower()
