"""Package runtime of the min runtime exports what Go's own exports: what is compiled for that one is compiled for this one."""

from __future__ import annotations

import os
import re
from pathlib import Path

from conftest import ROOT, goroot
from gocommand import go
from gorun import build
from toolchain import Toolchain

_EXPORTED = re.compile(r"^ *(func|const|var|type) (\w+)(\[)?", re.MULTILINE)


def test_exported_names(tmp_path: Path) -> None:
    """``go doc -short`` lists the names that are no methods."""
    sdk = goroot("1.27.3")
    lines = []
    for kind, name, generic in _EXPORTED.findall(go(sdk, "doc", "-short", "runtime", cwd=tmp_path)):
        what = f"runtime.{name}" + ("[int, int]" if generic else "")
        lines.append(f"var _ {what}" if kind == "type" else f"var _ = {what}")
    assert "var _ = runtime.AddCleanup[int, int]" in lines and "var _ runtime.Error" in lines and "var _ = runtime.GOOS" in lines
    (tmp_path / "main.go").write_text("\n".join(["package main", 'import "runtime"', *lines, "func main() {}", ""]))
    build(Toolchain(str(sdk), "min", ROOT / "build" / "gorun", os.cpu_count() or 1), [tmp_path / "main.go"], tmp_path / "program")
