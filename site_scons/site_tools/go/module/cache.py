"""The module cache: GOMODCACHE in the go command's layout, shared with it.

``cache/download/<escaped path>/@v/<escaped version>.{info,mod,zip,ziphash,lock,partial}`` and the extracted ``<path>@<version>`` folders
(cmd/go/internal/modfetch/cache.go:37-200). Writers hold the same ``flock`` on the same lock file as the go command does, files appear by
rename, and a folder counts only once its ``.partial`` mark is gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
from collections.abc import Iterator

from ..errors import GoError
from ..files import replace_file
from . import semver
from .version import Version, canonical_version, escape_path, escape_version
from .words import quote


def _escaped(module: Version) -> tuple[str, str]:
    if not semver.is_valid(module.version):
        raise GoError(f"{module}: non-semver module version {quote(module.version)}")
    if canonical_version(module.version) != module.version:
        raise GoError(f"{module}: non-canonical module version {quote(module.version)}")
    try:
        return escape_path(module.path), escape_version(module.version)
    except ValueError as error:
        raise GoError(str(error)) from None


class ModuleCache:
    """The cache at *root*; *writable* leaves extracted folders writable, as ``-modcacherw`` does."""

    def __init__(self, root: str, *, writable: bool = False) -> None:
        self.root = root
        self.writable = writable

    def require_root(self) -> None:
        """Raise GoError if there is no usable GOMODCACHE (modfetch/cache.go:811, checkCacheDir)."""
        if not self.root:
            raise GoError("module cache not found: neither GOMODCACHE nor GOPATH is set")
        if not os.path.isabs(self.root):
            raise GoError(f'GOMODCACHE entry is relative; must be absolute path: "{self.root}".\n')

    def path(self, module: Version, suffix: str) -> str:
        """``…/@v/<version>.<suffix>``; raises GoError for a path or version that cannot be escaped."""
        path, version = _escaped(module)
        return f"{self.root}/cache/download/{path}/@v/{version}.{suffix}"

    def folder(self, module: Version) -> str:
        """Where the module's files are, or will be."""
        path, version = _escaped(module)
        return f"{self.root}/{path}@{version}"

    def extracted(self, module: Version) -> str:
        """The folder if it is complete, else "" (modfetch/cache.go:85, DownloadDir)."""
        folder = self.folder(module)
        base = self.path(module, "")
        complete = os.path.isdir(folder) and not os.path.exists(base + "partial") and os.path.exists(base + "ziphash")
        return folder if complete else ""

    @contextlib.contextmanager
    def lock(self, module: Version) -> Iterator[None]:
        """Hold the lock of one module version, among threads, processes and go commands (modfetch/cache.go:156, lockVersion)."""
        with locked_file(self.path(module, "lock")):
            yield

    def write(self, module: Version, suffix: str, data: bytes) -> None:
        """Put a small file in place by a rename; a new .mod also renews the version list."""
        path = self.path(module, suffix)
        replace_file(path, data)
        if suffix == "mod":
            self._rewrite_list(os.path.dirname(path))

    def _rewrite_list(self, folder: str) -> None:
        """``@v/list`` names the versions that have a .mod, for caches that are served as a proxy (modfetch/cache.go:717)."""
        path = os.path.join(folder, "list")
        with locked_file(path) as descriptor:
            versions = []
            for name in os.listdir(folder):
                version = name.removesuffix(".mod")
                if version not in ("", name) and version == canonical_version(version):
                    versions.append(version)
            versions.sort(key=lambda version: (semver.key(version), version))
            text = "".join(f"{version}\n" for version in versions).encode()
            if os.pread(descriptor, len(text) + 1, 0) != text:
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, text, 0)

    def remove_folder(self, folder: str) -> None:
        """Delete an extracted module, read-only as its folders are (modfetch/fetch.go:529, RemoveAll)."""
        for base, _, _ in os.walk(folder):
            os.chmod(base, stat.S_IRWXU)
        shutil.rmtree(folder, ignore_errors=False)

    def seal(self, folder: str) -> None:
        """Take write permission from the folders of an extracted module, children first (modfetch/fetch.go:500)."""
        if not self.writable:
            for base, _, _ in os.walk(folder, topdown=False):
                os.chmod(base, stat.S_IMODE(os.stat(base).st_mode) & ~0o222)


@contextlib.contextmanager
def locked_file(path: str) -> Iterator[int]:
    """Hold an exclusive lock on *path*, which is made if need be; gives its descriptor (cmd/go/internal/lockedfile)."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
