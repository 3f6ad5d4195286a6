"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from .errors import GoError


@contextlib.contextmanager
def replacement(path: str) -> Iterator[str]:
    """A name for a new file, which takes the place of *path* if the block ends well, and is deleted if not.

    The go command deletes files of such names where it finds them in the module cache (cmd/go/internal/modfetch/fetch.go:365, ``*.tmp``).
    """
    temporary = f"{path}.{os.urandom(5).hex()}.tmp"
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):  # also after a rename, which leaves both names where they are links to one file (rename(2))
            os.unlink(temporary)


def replace_file(path: str, content: bytes) -> None:
    """Write *content* to *path* by a rename, in a folder that is made if it is not there; raises OSError and leaves nothing behind."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with replacement(path) as temporary, open(temporary, "xb") as handle:
        handle.write(content)


def replace_text(path: str, text: str) -> None:
    """As replace_file, for text that may hold names of files: bytes that are no UTF-8 are the lone surrogates of "surrogateescape"."""
    replace_file(path, text.encode("utf-8", "surrogateescape"))


def write_file(path: str, content: bytes) -> None:
    """As replace_file, but raises GoError."""
    try:
        replace_file(path, content)
    except OSError as error:
        raise GoError(f"cannot write {path}: {error.strerror}") from None


def update_file(path: str, content: bytes) -> None:
    """As write_file, but a file that has this content already is left alone."""
    with contextlib.suppress(OSError), open(path, "rb") as handle:
        if handle.read() == content:
            return
    write_file(path, content)
