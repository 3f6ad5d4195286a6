"""The digest of a text: what stands for facts in keys and in names of files."""

from __future__ import annotations

import hashlib


def text_digest(text: str) -> str:
    """The SHA-256 of *text* in hexadecimal; file names that are no UTF-8 are hashed as the bytes that they are."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
