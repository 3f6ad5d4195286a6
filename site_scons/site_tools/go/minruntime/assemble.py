"""Manifest and SDK → the overlay of GOROOT/src that is the min runtime."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial

from ..errors import GoError, Position
from ..overlay import Overlay
from .manifest import Manifest, PrunedPackage, Release, Rule
from .prune import prune
from .prune_asm import prune_assembly
from .unlined import unlined, unlined_assembly

CORE_PREFIX = "min_"  # a file of core/ takes this before its name, which no file of GOROOT has
_CORE_SUFFIXES = (".go", ".s", ".h")
_SUM = ".sha256"


def overlay_for(manifest: Manifest, goroot: str, version: str, output: str) -> Overlay:
    """The overlay of *goroot* (absolute) for Go *version*: kept files checked and changed by their rules, others gone, core files added.

    Changed copies get their place below the folder *output*, under a name that holds a digest of what they were made from; they are
    in ``Overlay.generated`` until :meth:`Overlay.materialise` has written them. Beside each lies its SHA-256: one that an earlier build
    has made, and that is whole, is not made again.

    Raises GoError for a kept file that is missing or not the one the manifest was written for, and for a rule that does not fit.
    """
    release = manifest.release(version)
    replace: dict[str, str] = {}
    copies = _Copies(output)
    for import_path, package in release.packages.items():
        folder = os.path.join(goroot, "src", *import_path.split("/"))
        _keep(folder, package, release, replace, copies)
        _add_core(folder, package, replace, copies)
    return Overlay(replace, copies.generated)


@dataclass
class _Copies:
    """The changed copies made so far, by path; they are below the folder *output*."""

    output: str
    generated: dict[str, bytes] = field(default_factory=dict)

    def add(self, name: str, origin: str, change: Callable[[], str]) -> str:
        """Where the copy is, under *name*, that *change* makes of what *origin* identifies."""
        digest = hashlib.sha256(f"{origin}\0{_code('decl.py', 'prune.py', 'prune_asm.py', 'unlined.py')}".encode()).hexdigest()[:16]
        actual = os.path.join(self.output, digest, name)
        made = _made_before(actual)
        if made is None:
            made = change().encode()
        self.generated[actual] = made
        self.generated[actual + _SUM] = hashlib.sha256(made).hexdigest().encode()
        return actual


def _keep(folder: str, package: PrunedPackage, release: Release, replace: dict[str, str], copies: _Copies) -> None:
    try:
        present = [entry.name for entry in os.scandir(folder) if entry.is_file()]
    except OSError as error:
        raise GoError(f"cannot read a folder of the SDK: {error.strerror}", Position(folder)) from None
    if not package.keeps_unlisted:
        replace.update((os.path.join(folder, name), "") for name in present if name not in package.keep)
    for name, expected in package.keep.items():
        path = os.path.join(folder, name)
        content = _verified(path, expected, release.version)
        rule, lined = package.rules.get(name), package.has_lines(name)
        if rule is not None or not lined:
            replace[path] = copies.add(name, f"{expected}\0{rule!r}\0{lined}", partial(_changed, content, rule, lined, path))


def _changed(content: bytes, rule: Rule | None, lined: bool, path: str) -> str:
    """The kept file *path*, pruned by *rule*, with or without its lines."""
    text, assembly = content.decode(), path.endswith(".s")
    if rule is not None:
        text = (prune_assembly if assembly else prune)(text, rule, path)
    return text if lined else _unlined(text, path)


def _unlined(text: str, path: str) -> str:
    return (unlined_assembly if path.endswith(".s") else unlined)(text)


def _made_before(path: str) -> bytes | None:
    try:
        with open(path, "rb") as handle, open(path + _SUM, "rb") as recorded:
            content = handle.read()
            return content if hashlib.sha256(content).hexdigest().encode() == recorded.read() else None
    except OSError:
        return None


def _verified(path: str, expected: str, version: str) -> bytes:
    try:
        with open(path, "rb") as handle:
            content = handle.read()
    except OSError as error:
        raise GoError(f"the min runtime keeps this file of go{version}: {error.strerror}", Position(path)) from None
    actual = hashlib.sha256(content).hexdigest()
    if actual != expected:
        raise GoError(
            f"this file is not the one of go{version} that the min runtime was written for\n"
            f"\tsha256 in the manifest {expected}\n\tsha256 of the file     {actual}\n"
            f"\tinstall go{version} unchanged, or build with GORUNTIME='full'",
            Position(path),
        )
    return content


@lru_cache(maxsize=2)
def _code(*names: str) -> str:
    """A digest of the modules *names* of this folder."""
    digest = hashlib.sha256()
    for name in names:
        with open(os.path.join(os.path.dirname(__file__), name), "rb") as handle:
            digest.update(handle.read())
    return digest.hexdigest()


def untold_in(release: Release) -> Mapping[str, str]:
    """The packages of *release* whose objects lose what no trace tells, each with a digest of the code that takes it out."""
    return {path: _code("untold.py", "unlined.py") for path, package in release.packages.items() if not package.keeps_untold}


def core_files(package: PrunedPackage) -> tuple[str, ...]:
    """The paths of the files that *package* gets from the core; raises GoError."""
    if not package.core:
        return ()
    try:
        names = sorted(os.listdir(package.core))
    except OSError as error:
        raise GoError(f"cannot read the core of the min runtime: {error.strerror}", Position(package.core)) from None
    return tuple(os.path.join(package.core, name) for name in names if name.endswith(_CORE_SUFFIXES) and not name.startswith((".", "_")))


def _add_core(folder: str, package: PrunedPackage, replace: dict[str, str], copies: _Copies) -> None:
    for actual in core_files(package):
        name = os.path.basename(actual)
        path = os.path.join(folder, CORE_PREFIX + name)
        if os.path.exists(path):
            raise GoError(f"a file of the SDK has the name that the min runtime gives its own {name}", Position(path))
        replace[path] = actual
        if not package.has_lines(name):
            try:
                with open(actual, encoding="utf-8") as handle:
                    text = handle.read()
            except OSError as error:
                raise GoError(f"cannot read the core of the min runtime: {error.strerror}", Position(actual)) from None
            replace[path] = copies.add(CORE_PREFIX + name, text, partial(_unlined, text, name))
