"""Modules on demand: from the module cache, else from a proxy, never used before their checksum was compared with go.sum.

The steps and their order are cmd/go/internal/modfetch/fetch.go:44-460. What an interrupted or failed download leaves (``*.tmp``, a folder
with a ``.partial`` mark) is not looked at by anyone and goes away with the next download of the same version.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import IO, TYPE_CHECKING

from ..errors import GoError
from ..files import replace_file, replacement
from ..interrupt import interrupted
from .cache import ModuleCache
from .environment import ModuleEnv
from .progress import Progress
from .sums import VALID_LENGTH, Sums, hash_gomod, mod_key
from .version import Version

if TYPE_CHECKING:
    from .proxy import Source

# modzip and proxy are imported where they are used: they bring in zipfile, urllib and ssl, and most builds download nothing.

_WORKERS = 12  # downloads wait for the network, not for the processor
_NOTICE = 0.1  # seconds after which an interrupt is noticed


class Fetcher:
    """Gives go.mod files and folders of modules; *source* gives where to ask for what the cache lacks.

    What could not be had is not asked for again: a server that hangs has been waited for long enough.
    """

    def __init__(self, env: ModuleEnv, sums: Sums, source: Callable[[], Source]) -> None:
        self.cache = ModuleCache(env.cache, writable=env.cache_writable)
        self.sums = sums
        self._source = source
        self._go_mods: dict[Version, bytes] = {}
        self._folders: dict[Version, str] = {}
        self._failures: dict[Version, Exception] = {}

    def go_mod(self, module: Version) -> bytes:
        """The content of the module's go.mod, checked; raises GoError (modfetch/cache.go:404, GoMod)."""
        data = self._go_mods.get(module)
        if data is None:
            data = self._read_go_mod(module)
            if data is None:
                self._bring([mod_key(module)])
                return self._go_mods[module]
            self._go_mods[module] = data
        return data

    def _read_go_mod(self, module: Version) -> bytes | None:
        self.cache.require_root()
        try:
            with open(self.cache.path(module, "mod"), "rb") as handle:
                data = handle.read()
        except OSError:
            return None
        if data.startswith(b"//vgo 0.0."):
            return None  # made up by a go command before 1.11 (modfetch/cache.go:573)
        self.sums.check(mod_key(module), hash_gomod(data))
        return data

    def prefetch_go_mods(self, modules: Iterable[Version]) -> None:
        """Download the go.mod files that are not in the cache, several at a time. A failure shows when the file is asked for."""
        missing = [m for m in modules if m not in self._go_mods and not os.path.exists(self.cache.path(m, "mod"))]
        self._download([mod_key(module) for module in missing if module not in self._failures])

    def download(self, module: Version) -> str:
        """The folder with the module's files, checked; raises GoError (modfetch/fetch.go:44, Download)."""
        folder = self._folders.get(module)
        if folder is None:
            self.cache.require_root()
            folder = self.cache.extracted(module)
            if not folder:
                self._bring([module])
                folder = self.cache.folder(module)
            self._check(module)
            self._folders[module] = folder
        return folder

    def is_ready(self, module: Version) -> bool:
        """Can the module be used without a download?"""
        return module in self._folders or bool(self.cache.extracted(module))

    def prefetch(self, modules: Iterable[Version]) -> None:
        """Download and extract the modules that are not in the cache, several at a time. A failure shows when the module is asked for."""
        self._download([module for module in modules if not self.is_ready(module)])

    def trace(self, module: Version) -> tuple[int, ...]:
        """A mark of the extracted module that changes when it is downloaded or extracted anew; empty while it is not there."""
        try:
            noted = os.stat(self.cache.path(module, "ziphash"))
        except OSError:
            return ()
        return (noted.st_mtime_ns, noted.st_ino, noted.st_size) if self.cache.extracted(module) else ()

    def uses(self, key: Version) -> bool:
        """Was the checksum of *key*, a version or "version/go.mod", compared so far?"""
        version, slash, _ = key.version.partition("/")
        module = Version(key.path, version)
        return module in self._go_mods if slash else module in self._folders

    def zip_hash(self, module: Version) -> str:
        """The h1 hash noted beside a downloaded zip, "" if there is none (modfetch/fetch.go:986, Sum)."""
        try:
            with open(self.cache.path(module, "ziphash"), "rb") as handle:
                data = handle.read().strip()
        except OSError:
            return ""
        return "" if b"\0" in data or len(data) != VALID_LENGTH else data.decode("ascii", "replace")

    def _check(self, module: Version) -> None:
        """Compare the noted hash with go.sum (modfetch/fetch.go:808, checkMod)."""
        noted = self.zip_hash(module)
        if not noted:
            with self.cache.lock(module):
                noted = self._hash_zip(module, self.cache.path(module, "zip"))
        self.sums.check(module, noted)

    def _extract(self, module: Version, progress: Progress) -> None:
        """Download if need be and extract, under the module's lock (modfetch/fetch.go:191, unzip)."""
        archive = self.cache.path(module, "zip")
        if not (os.path.exists(archive) and os.path.exists(archive + "hash")):
            self._fetch_zip(module, archive, progress)
        folder, partial = self.cache.folder(module), self.cache.path(module, "partial")
        if os.path.lexists(folder):
            self.cache.remove_folder(folder)
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        with open(partial, "wb"):
            pass
        from . import modzip

        try:
            modzip.unzip(archive, module, folder)
        except BaseException:
            with contextlib.suppress(OSError):
                self.cache.remove_folder(folder)
                os.unlink(partial)
            raise
        os.unlink(partial)
        self.cache.seal(folder)

    def _fetch_zip(self, module: Version, archive: str, progress: Progress) -> None:
        """Bring the zip and its hash into the cache, under the module's lock (modfetch/fetch.go:357, downloadZip)."""
        os.makedirs(os.path.dirname(archive), exist_ok=True)
        for leftover in glob.glob(glob.escape(archive) + "*.tmp"):
            with contextlib.suppress(OSError):
                os.unlink(leftover)
        if os.path.exists(archive):
            self._hash_zip(module, archive)
            return
        with replacement(archive) as temporary:
            with open(temporary, "xb") as handle:
                self._receive(module, handle, progress)
            self._hash_zip(module, temporary)

    def _receive(self, module: Version, handle: IO[bytes], progress: Progress) -> None:
        def write(piece: bytes) -> None:
            handle.write(piece)
            progress.received(len(piece))

        def restart() -> None:
            handle.seek(0)
            handle.truncate()

        self._source().zip(module, write, restart)

    def _hash_zip(self, module: Version, archive: str) -> str:
        """Hash a zip, compare with go.sum, and only then note the hash (modfetch/fetch.go:475, hashZip)."""
        from . import modzip

        try:
            opened, _ = modzip.open_zip(archive, module)
            opened.close()
            value = modzip.hash_zip(archive)
        except FileNotFoundError:
            raise GoError(f"verifying {module}: the module cache has neither its zip nor the zip's hash") from None
        except GoError as error:
            raise GoError(f"{module}: {error.message}") from None
        self.sums.check(module, value)
        replace_file(self.cache.path(module, "ziphash"), value.encode())
        return value

    def _bring(self, keys: list[Version]) -> None:
        """Download what *keys* stand for; raises the error of one that cannot be had, now or when it was tried before."""
        self._download(keys)
        for key in keys:
            if key in self._failures:
                raise self._failures[key]

    def _download(self, keys: Iterable[Version]) -> None:
        """Download several at a time: modules, or the go.mod files alone where a version ends in "/go.mod". Failures are noted.

        Whoever asks waits for threads that do not outlive the process: they may be waiting for a server, or for another build.
        """
        queue = deque(key for key in keys if key not in self._failures)
        if not queue:
            return
        with Progress(len(queue)) as progress:
            threads = [threading.Thread(target=self._work, args=(queue, progress), daemon=True) for _ in range(min(_WORKERS, len(queue)))]
            try:
                for thread in threads:
                    thread.start()
                for thread in threads:
                    while thread.is_alive():
                        if interrupted():
                            raise GoError("interrupted while modules were downloaded")
                        thread.join(_NOTICE)
            finally:
                queue.clear()

    def _work(self, queue: deque[Version], progress: Progress) -> None:
        with contextlib.suppress(IndexError):
            while True:
                key = queue.popleft()
                version, slash, _ = key.version.partition("/")
                module = Version(key.path, version)
                progress.start(module)
                try:
                    if slash:
                        self._fetch_go_mod(module)
                    else:
                        with self.cache.lock(module):
                            if not self.cache.extracted(module):
                                self._extract(module, progress)
                except Exception as error:  # whoever asks for it gets it
                    self._failures[key] = error
                progress.finish(module)

    def _fetch_go_mod(self, module: Version) -> None:
        data = self._source().go_mod(module)
        self.sums.check(mod_key(module), hash_gomod(data))
        with _read_only_cache_is_fine():
            self.cache.write(module, "mod", data)
        self._go_mods[module] = data


@contextlib.contextmanager
def _read_only_cache_is_fine() -> Iterator[None]:
    """The cache may be on a file system that cannot be written (modfetch/cache.go:311)."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES):
            raise
