"""The pruned runtime: GOROOT's own files where they are the language, our core for the rest, put together as an overlay."""

from __future__ import annotations

from .assemble import core_files, overlay_for, untold_in
from .manifest import Manifest, load_manifest, manifest_path

__all__ = ["Manifest", "core_files", "load_manifest", "manifest_path", "overlay_for", "untold_in"]
