"""Objects of the stock SDKs and of a bare runtime, for the tests of the readers."""

from __future__ import annotations

import os
import subprocess
from functools import lru_cache
from pathlib import Path

import conftest
from gocommand import STEADY
from scons_go.inspect.goobj import GoArchive, read_go_archive

BARE = Path(__file__).parent / "bare"


def go(version: str, *arguments: str, cwd: Path | None = None) -> str:
    """What the SDK's own go command prints: the reference."""
    root = conftest.goroot(version)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GO", "CGO_"))}
    environ = {**kept, "GOROOT": str(root), "GOTOOLCHAIN": "local", "GOENV": "off", "GO111MODULE": "off", "CGO_ENABLED": "0", **STEADY}
    environ["GOCACHE"] = str(conftest.ROOT / ".cache" / "go-build" / version)
    done = subprocess.run([root / "bin" / "go", *arguments], env=environ, capture_output=True, text=True, cwd=cwd, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@lru_cache(maxsize=8)
def stock_files(version: str) -> dict[str, str]:
    """The archives of fmt and all that it imports, as go build makes them."""
    lines = go(version, "list", "-trimpath", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "fmt").splitlines()
    return {path: file for path, file in (line.split(" ") for line in lines) if file}


@lru_cache(maxsize=64)
def stock(version: str, package: str) -> GoArchive:
    """One of them, read."""
    return read_go_archive(stock_files(version)[package], str(conftest.goroot(version)))


def tool(version: str, name: str, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run compile, asm or link of an SDK."""
    root = conftest.goroot(version)
    path = root / "pkg" / "tool" / "linux_amd64" / name
    environ = {"PATH": os.environ["PATH"], "GOROOT": str(root), "GOOS": "linux", "GOARCH": "amd64"}
    return subprocess.run([path, *arguments], env=environ, cwd=cwd, capture_output=True, text=True, check=False)


def must(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr + done.stdout


def build_bare(version: str, folder: Path) -> Path:
    """Compile the bare runtime into *folder*; the archive's path."""
    include = conftest.goroot(version) / "pkg" / "include"
    assembly, archive = BARE / "runtime_amd64.s", folder / "runtime.a"
    (folder / "go_asm.h").touch()
    flags = ["-p", "runtime", "-I", include, "-I", folder, "-D", "GOOS_linux", "-D", "GOARCH_amd64"]
    must(tool(version, "asm", *flags, "-gensymabis", "-o", folder / "symabis", assembly, cwd=folder))
    arguments = ["-o", archive, "-p", "runtime", "-std", "-symabis", folder / "symabis", "-asmhdr", folder / "go_asm.h", "-pack"]
    must(tool(version, "compile", *arguments, BARE / "runtime.go", cwd=folder))
    must(tool(version, "asm", *flags, "-o", folder / "runtime.o", assembly, cwd=folder))
    data = (folder / "runtime.o").read_bytes()
    with archive.open("ab") as handle:
        handle.write(b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (b"runtime.o", 0, 0, 0, 0o644, len(data)) + data + b"\0" * (len(data) % 2))
    return archive


def link_bare(version: str, folder: Path, sources: dict[str, str], *flags: str) -> subprocess.CompletedProcess[str]:
    """Compile a program of package main (file name → text) and link it on the bare runtime as *folder*/program."""
    archive = build_bare(version, folder)
    for name, text in sources.items():
        (folder / name).write_text(text)
    (folder / "importcfg").write_text(f"packagefile runtime={archive}\n")
    names = sorted(sources)
    must(tool(version, "compile", "-o", "main.a", "-p", "main", "-trimpath", f"{folder}=>", "-importcfg", "importcfg", *names, cwd=folder))
    return tool(version, "link", "-o", "program", "-importcfg", "importcfg", *flags, "main.a", cwd=folder)
