"""bench/modules.py compares what it measures."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from conftest import ROOT, write_files
from scons_go.sdk import find_sdk

FILES = {
    "go.mod": "module example.com/m\n\ngo 1.22\n\nrequire example.com/a v1.0.0\n\nreplace example.com/a => ./a\n",
    "a/go.mod": "module example.com/a\n\ngo 1.22\n",
}


def test_both_sides_select_the_same(tmp_path: Path, current_goroot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "bench")
    modules = importlib.import_module("modules")
    sdk, folder = find_sdk({}, str(current_goroot)), write_files(tmp_path, FILES)
    count, figures = modules.measure(sdk, folder, 2)
    assert count == 1 and len(figures) == 2 and all(seconds > 0 for each in figures for seconds in each.values())
    monkeypatch.setattr(modules, "by_go", lambda *_: {"example.com/a v1.1.0"})
    with pytest.raises(SystemExit, match=r"differ in:\nexample.com/a v1.0.0\nexample.com/a v1.1.0$"):
        modules.measure(sdk, folder, 1)
