"""Where things are in this repository, for the programs of this folder."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def load_package() -> None:
    """Make ``site_scons/site_tools/go`` importable as ``scons_go``, the name pip installs it under; an installed one is not used."""
    if "scons_go" in sys.modules:
        return
    folder = ROOT / "site_scons" / "site_tools" / "go"
    spec = importlib.util.spec_from_file_location("scons_go", folder / "__init__.py", submodule_search_locations=[str(folder)])
    if spec is None or spec.loader is None:
        raise ImportError(f"no package in {folder}")
    module = importlib.util.module_from_spec(spec)
    sys.modules["scons_go"] = module
    spec.loader.exec_module(module)
