"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import threading

from .errors import GoError


def replace_file(path: str, content: bytes) -> None:
    """Write *content* to *path* by a rename; raises OSError and leaves nothing behind."""
    temporary = f"{path}.{os.getpid()}.{threading.get_ident()}.tmp"
    try:
        with open(temporary, "wb") as handle:
            handle.write(content)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def write_file(path: str, content: bytes) -> None:
    """Write *content* to *path*, in a folder that is made if it is not there; raises GoError and leaves nothing behind."""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        replace_file(path, content)
    except OSError as error:
        raise GoError(f"cannot write {path}: {error.strerror}") from None
