"""The go command of an SDK, as the reference that tests compare with."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "gocache"

# An index, which go makes of folders older than two seconds, tells other errors than the files themselves (modindex/read.go).
# Without HOME and GOPATH it takes every module for one of the module cache.
STEADY = {"GODEBUG": "goindex=0", "GOPATH": str(CACHE.with_name("gopath"))}


def go(root: Path, *arguments: str, cwd: Path, goos: str = "linux", goarch: str = "amd64", cgo: bool = False, **environ: str) -> str:
    """What ``bin/go`` of the SDK *root* prints; a failure of it is a failure of the test."""
    done = run_go(root, *arguments, cwd=cwd, goos=goos, goarch=goarch, cgo=cgo, **environ)
    assert done.returncode == 0, f"go {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def run_go(
    root: Path, *arguments: str, cwd: Path, goos: str = "linux", goarch: str = "amd64", cgo: bool = False, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run ``bin/go`` with nothing of the user's settings, without network and with a cache of its own."""
    fixed = {"GOROOT": str(root), "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOPROXY": "off", "GOENV": "off", "GOWORK": "off", **STEADY}
    target = {"GOOS": goos, "GOARCH": goarch, "CGO_ENABLED": str(int(cgo)), "GOCACHE": str(CACHE)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GO", "CGO_"))}
    return subprocess.run(
        [str(root / "bin" / "go"), *arguments],
        cwd=cwd,
        env={**kept, **fixed, **target, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def go_list(root: Path, *arguments: str, cwd: Path, **options: Any) -> list[dict[str, Any]]:
    """The packages of ``go list -json``."""
    text = go(root, "list", "-json", *arguments, cwd=cwd, **options)
    decoder, position, packages = json.JSONDecoder(), 0, []
    while position < len(text):
        package, position = decoder.raw_decode(text, position)
        packages.append(package)
        while position < len(text) and text[position].isspace():
            position += 1
    return packages
