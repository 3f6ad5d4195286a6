"""Who may import what: ``internal`` and ``vendor`` folders. Rules: cmd/go/internal/load/pkg.go:1462-1680 (1.27.3)."""

from __future__ import annotations

import os

from .errors import GoError


def check_visible(raw: str, path: str, folder: str, in_module: bool, importer: str, importer_folder: str) -> None:
    """Raise GoError if the package *importer* in *importer_folder* may not import *path* in *folder* by writing *raw*.

    *importer* is "" for the user, who may name anything. *in_module* says that *path* belongs to a module: then paths decide, else
    folders do.
    """
    if not importer:
        return
    if not _may_see_internal(path, folder, in_module, importer, importer_folder):
        raise GoError(f"use of internal package {path} not allowed")
    place = _last_element(path, "vendor", may_end=False)
    if place >= 0 and not _is_below(importer_folder, _parent(path, folder, place)):
        raise GoError("use of vendored package not allowed")
    place = _last_element(raw, "vendor", may_end=False)
    if place >= 0:
        raise GoError(f"{raw} must be imported as {raw[place + len('vendor/') :]}")


def _may_see_internal(path: str, folder: str, in_module: bool, importer: str, importer_folder: str) -> bool:
    place = _last_element(path, "internal", may_end=True)
    if place < 0:
        return True
    # crypto/internal/fips140 can come from another folder than GOROOT/src and has rules of its own (pkg.go:1539).
    if _has_prefix(importer, "crypto/internal/fips140"):
        return _has_prefix(path, "crypto/internal")
    if _has_prefix(importer, "crypto") and _has_prefix(path, "crypto/internal/fips140"):
        return True
    if in_module:
        return _has_prefix(importer, path[: max(place - 1, 0)])
    return _is_below(importer_folder, _parent(path, folder, place))


def _last_element(path: str, element: str, may_end: bool) -> int:
    """Where the last path element *element* begins, -1 if there is none (one at the end counts if it *may_end*)."""
    if may_end and (path == element or path.endswith("/" + element)):
        return len(path) - len(element)
    place = path.rfind(f"/{element}/") + 1
    return place if place or path.startswith(element + "/") else -1


def _parent(path: str, folder: str, place: int) -> str:
    """The folder that holds the path element which begins at *place* of the import path *path* of *folder*."""
    below = path[place:].count("/") + 1
    for _ in range(below):
        folder = os.path.dirname(folder)
    return folder


def _has_prefix(path: str, prefix: str) -> bool:
    return not prefix or path == prefix or path.startswith(prefix + "/")


def _is_below(folder: str, parent: str) -> bool:
    def below(inner: str, outer: str) -> bool:
        return inner == outer or inner.startswith(outer.rstrip(os.sep) + os.sep)

    return below(folder, parent) or below(os.path.realpath(folder), os.path.realpath(parent))
