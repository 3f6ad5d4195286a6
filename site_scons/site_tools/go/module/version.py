"""Module paths and versions: what is valid, what belongs together, how they are escaped on disk and in URLs.

The rules are golang.org/x/mod/module's (GOROOT/src/cmd/vendor/golang.org/x/mod/module/module.go and pseudo.go).
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from . import gover, semver
from .words import quote


class Version(NamedTuple):
    """A module at a version. A main module has the version ""; a replacement by a folder has the folder as path and the version "".

    "none" stands for "no version of this module" while requirements are worked out.
    """

    path: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.path}@{self.version}" if self.version else self.path


def sort_key(module: Version) -> tuple[str, semver.Key, str]:
    """The order of build lists and of go.sum: path, version, and for "v1.2.3/go.mod" what follows the slash (gover/mod.go:42)."""
    version, _, file = module.version.partition("/")
    return (module.path, gover.module_key(module.path, version), file)


def canonical_version(version: str) -> str:
    """:func:`semver.canonical`, but "+incompatible" is kept (module.go:648)."""
    canonical = semver.canonical(version)
    return canonical + "+incompatible" if semver.build(version) == "+incompatible" else canonical


_PATH_MAJOR = re.compile(r"(.+)(/v[0-9.]+)")
_GOPKG_MAJOR = re.compile(r"(.+)(\.v(?:0|[1-9][0-9]*)(?:-unstable)?)")


def split_path_version(path: str) -> tuple[str, str] | None:
    """(prefix, "" or "/vN" or gopkg.in's ".vN"); None if the last element claims a version that it must not (module.go:537)."""
    if path.startswith("gopkg.in/"):
        match = _GOPKG_MAJOR.fullmatch(path)
        return (match[1], match[2]) if match else None
    match = _PATH_MAJOR.fullmatch(path)
    if match is None:
        return (path, "")
    suffix = match[2]
    if "." in suffix or suffix[2] == "0" or suffix == "/v1":
        return None
    return (match[1], suffix)


def path_major_problem(version: str, path_major: str) -> str:
    """ "" if *version* goes with *path_major* ("", "/v2", ".v1"), else what is wrong in go's words (module.go:593)."""
    wanted = path_major.removesuffix("-unstable") if path_major.startswith(".v") else path_major
    if wanted == ".v1" and version.startswith("v0.0.0-"):
        return ""  # an old bug made such pseudo-versions for gopkg.in/….v1
    major = semver.major(version)
    if major == wanted[1:] or (not wanted and (major in ("v0", "v1") or semver.build(version) == "+incompatible")):
        return ""
    return f"version {quote(version)} invalid: should be {wanted[1:] or 'v0 or v1'}, not {major}"


# module.go:505: names that Windows keeps for itself, whatever follows the first dot.
_BAD_WINDOWS_NAMES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{digit}" for digit in range(1, 10)), *(f"lpt{digit}" for digit in range(1, 10))]
)
_MODULE_CHARS = frozenset("-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_IMPORT_CHARS = _MODULE_CHARS | {"+"}
_FILE_CHARS = _IMPORT_CHARS | set("!#$%&(),=@[]^{} ")
_FIRST_CHARS = re.compile(r"[-.0-9a-z]*")


def _bad_char(element: str, allowed: frozenset[str], letters: bool) -> str:
    for char in element:
        if char not in allowed and not (letters and ord(char) > 127 and char.isalpha()):
            return f"invalid char {char!r}"
    return ""


def _element_problem(element: str, kind: str) -> str:
    """What is wrong with one element of a path, or "" (module.go:417, checkElem)."""
    if not element:
        return "empty path element"
    if not element.strip("."):
        return f"invalid path element {quote(element)}"
    if element[0] == "." and kind == "module":
        return "leading dot in path element"
    if element[-1] == ".":
        return "trailing dot in path element"
    allowed = {"module": _MODULE_CHARS, "import": _IMPORT_CHARS, "file": frozenset(_FILE_CHARS)}[kind]
    problem = _bad_char(element, allowed, kind == "file")
    if problem:
        return problem
    short = element.split(".", 1)[0]
    if short.lower() in _BAD_WINDOWS_NAMES:
        return f"{quote(short)} disallowed as path element component on Windows"
    if kind != "file":
        _, tilde, digits = short.rpartition("~")
        if tilde and digits.isascii() and digits.isdigit():
            return "trailing tilde and digits in path element"
    return ""


def _path_problem(path: str, kind: str) -> str:
    if not path:
        return "empty string"
    if path[0] == "-" and kind != "file":
        return "leading dash"
    if "//" in path:
        return "double slash"
    if path[-1] == "/":
        return "trailing slash"
    return next((problem for element in path.split("/") if (problem := _element_problem(element, kind))), "")


def _module_path_problem(path: str) -> str:
    problem = _path_problem(path, "module")
    if problem:
        return problem
    first = path.split("/", 1)[0]
    if not first:
        return "leading slash"
    if "." not in first:
        return "missing dot in first path element"
    match = _FIRST_CHARS.match(first)
    if match and match.end() < len(first):
        return f"invalid char {first[match.end()]!r} in first path element"
    return "" if split_path_version(path) else "invalid version"


def check_path(path: str) -> str:
    """ "" if *path* is valid as the path of a module that can be fetched, else go's message (module.go:310, CheckPath)."""
    problem = _module_path_problem(path)
    return f"malformed module path {quote(path)}: {problem}" if problem else ""


def check_import_path(path: str) -> str:
    """ "" if *path* is a valid import path, else go's message (module.go:361, CheckImportPath)."""
    problem = _path_problem(path, "import")
    return f"malformed import path {quote(path)}: {problem}" if problem else ""


def check_file_path(path: str) -> str:
    """ "" if *path* is a valid path of a file in a module zip, else go's message (module.go:496, CheckFilePath)."""
    problem = _path_problem(path, "file")
    return f"malformed file path {quote(path)}: {problem}" if problem else ""


_UPPER = re.compile(r"[A-Z]")


@lru_cache(maxsize=8192)
def escape_path(path: str) -> str:
    """*path* for a file system that ignores case: "!" and the lower letter for an upper one; raises ValueError (module.go:686)."""
    problem = check_path(path)
    if problem:
        raise ValueError(problem)
    return _UPPER.sub(lambda match: "!" + match[0].lower(), path)


def escape_version(version: str) -> str:
    """As :func:`escape_path`, for a version; raises ValueError (module.go:697)."""
    if _element_problem(version, "file") or "!" in version or not version.isascii():
        raise ValueError(f"version {quote(version)} invalid: disallowed version string")
    return _UPPER.sub(lambda match: "!" + match[0].lower(), version)


def matches_prefix(globs: str, path: str) -> bool:
    """Does a prefix of *path* match one of the comma-separated *globs*, as in GOPRIVATE (module.go:801, MatchPrefixPatterns)?"""
    elements = path.split("/")
    for glob in globs.split(","):
        glob = glob.removesuffix("/")
        count = glob.count("/") + 1
        if glob and count <= len(elements) and _glob_matches(glob.split("/"), elements[:count]):
            return True
    return False


def _glob_matches(glob: Iterable[str], elements: Iterable[str]) -> bool:
    # path.Match negates a class by "^" where fnmatch has "!"; neither lets "*" cross a slash once the path is split.
    return all(fnmatch.fnmatchcase(element, re.sub(r"\[\^", "[!", part)) for part, element in zip(glob, elements, strict=True))
