"""A module of tiny packages without imports of std: compiling them takes milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conftest import write_files
from scons_go.package import Package
from scons_go.plan.program import Workplace, open_workplace
from scons_go.sdk import open_sdk
from scons_go.variant import Variant

FILES = {
    "go.mod": "module example.com/m\n\ngo 1.22\n",
    "base/base.go": "package base\n\n//go:noinline\nfunc Add(a, b int) int { return a + b }\n",
    "left/left.go": 'package left\n\nimport "example.com/m/base"\n\nfunc Left() int { return base.Add(1, 2) }\n',
    "right/right.go": 'package right\n\nimport "example.com/m/base"\n\nfunc Right() int { return base.Add(3, 4) }\n',
    "top/top.go": 'package top\n\nimport (\n\t"example.com/m/left"\n\t"example.com/m/right"\n)\n\n'
    "func Top() int { return left.Left() + right.Right() }\n",
}


def write(folder: Path, files: Mapping[str, str] = FILES) -> Path:
    """Write the module, or other *files*, below *folder*."""
    return write_files(folder, files)


def workplace(goroot: Path, folder: Path, output: Path | None = None, **settings: Any) -> Workplace:
    """The workplace of the module in *folder*, with packages in *output* (default: beside it)."""
    sdk = open_sdk(str(goroot))
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "GOPROXY": "off", "GOWORK": "off"}
    return open_workplace(sdk, Variant.of(sdk, **settings), str(output or f"{folder}.out"), str(folder), environ)


def closure(place: Workplace, *names: str) -> tuple[Package, ...]:
    """The packages example.com/m/*names* and what they import."""
    return place.loader.closure([f"example.com/m/{name}" for name in names])
