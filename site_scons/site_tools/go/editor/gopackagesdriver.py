#!/usr/bin/env python3
"""Answers gopls, and all that loads packages by golang.org/x/tools/go/packages, from what `scons gopackagesdriver` wrote.

    GOPACKAGESDRIVER=$PWD/build/go/gopackagesdriver gopls

Stands alone beside gopackages.json, and runs neither SCons nor the go command. The protocol is go/packages/external.go: patterns as
arguments, a DriverRequest on standard input, a DriverResponse on standard output. What has been edited since is looked at as far as an
editor needs it: new files of known folders, files that are gone, and imports of packages that are known.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

LISTING = "gopackages.json"

Package = dict[str, Any]

_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"[^"\n]*"|`[^`]*`|\w+|\S', re.DOTALL)


def read_head(text: str) -> tuple[str, set[str]]:
    """The package name and the imports of a Go file, as far as it can be read."""
    words = (match[0] for match in _TOKEN.finditer(text) if not match[0].startswith(("//", "/*")))
    if next(words, "") != "package":
        return "", set()
    name, imports = next(words, ""), set()
    for word in words:
        if word == "import":
            word = next(words, "")
            specs = iter(lambda: next(words, ")"), ")") if word == "(" else [word] if word[:1] in '"`' else [next(words, "")]
            imports |= {spec[1:-1] for spec in specs if spec[:1] in '"`' and len(spec) > 1}
        elif word != ";":
            break
    return name, imports


class Driver:
    """One request in the folder *cwd*: whether with *tests*, and *overlay*, the unsaved contents of files by absolute path."""

    def __init__(self, listing: dict[str, Any], written: float, cwd: str, tests: bool, overlay: dict[str, bytes]) -> None:
        self.listing = listing
        self.written = written
        self.cwd = cwd
        self.tests = tests
        self.overlay = overlay
        self.packages: dict[str, Package] = {package["ID"]: package for package in listing["Packages"]}
        self.own = set(listing["Roots"])

    def answer(self, patterns: Iterable[str]) -> dict[str, Any]:
        """The DriverResponse for *patterns*; without any, for the package in the current folder."""
        self._bring_up_to_date()
        roots: dict[str, None] = {}
        for pattern in list(patterns) or ["."]:
            query, equals, value = pattern.partition("=")
            if equals and query == "file":
                roots.update(dict.fromkeys(self._containing(self._absolute(value))))
            elif equals and query not in ("", "pattern") and query.isalpha() and query.islower():
                raise SystemExit(f'invalid query type "{query}" in query pattern "{pattern}"')
            else:
                roots.update(dict.fromkeys(self._matching(value if equals and query == "pattern" else pattern)))
        kept = [self.packages[name] for name in self._needed(roots)]
        return {**self.listing, "Roots": list(roots), "Packages": kept}

    def _absolute(self, path: str) -> str:
        return os.path.normpath(os.path.join(self.cwd, path))

    def _is_wanted(self, package: Package) -> bool:
        """Whether a package can be a root: with its tests only where tests are asked for, and never compiled again for another's."""
        tested = package.get("ForTest", "")
        return not tested or (self.tests and package["PkgPath"] in (tested, tested + "_test", tested + ".test"))

    def _matching(self, pattern: str) -> Iterator[str]:
        """The packages that a pattern of the go command means."""
        if pattern.endswith(".go"):
            yield from self._containing(self._absolute(pattern))
            return
        is_folder = pattern in (".", "..") or pattern.startswith(("./", "../")) or os.path.isabs(pattern)
        wide = "..." in pattern or pattern in ("all", "std")
        matches = _matcher(self._absolute(pattern) if is_folder else pattern)
        for name, package in self.packages.items():
            tested = package.get("ForTest") or package["PkgPath"]
            standard = "Module" not in package and name not in self.own
            if not self._is_wanted(package) or (wide and pattern != "all" and name not in self.own and not standard):
                continue
            if pattern == "std":
                found = standard and name not in ("builtin", "unsafe") and not name.startswith("vendor/")
            elif is_folder:
                found = matches(self._folder(package))
            else:
                found = pattern == "all" or matches(tested)
            if found:
                yield name

    def _folder(self, package: Package) -> str:
        """The folder of a package; of a test program, that of what it tests."""
        found = package if "Dir" in package else self.packages.get(f"{package.get('ForTest')} [{package['ID']}]", {})
        return str(found.get("Dir") or self.packages.get(package.get("ForTest", ""), {}).get("Dir", ""))

    def _containing(self, file: str) -> Iterator[str]:
        """The packages that a Go file is part of; a file that is in none is a package by itself."""
        found = [name for name, package in self.packages.items() if self._is_wanted(package) and file in package.get("GoFiles", ())]
        if not found and (file in self.overlay or os.path.isfile(file)):
            _, imports = read_head(self._text(file))
            name = "command-line-arguments"
            known = {path: path for path in imports if path in self.packages}
            self.packages[name] = {"ID": name, "PkgPath": file, "GoFiles": [file], "CompiledGoFiles": [file], "Imports": known}
            found = [name]
        yield from found

    def _needed(self, roots: Iterable[str]) -> list[str]:
        """*roots* and all that they import."""
        seen: dict[str, None] = {}
        waiting = list(roots)
        while waiting:
            name = waiting.pop()
            if name not in seen and name in self.packages:
                seen[name] = None
                waiting.extend(self.packages[name].get("Imports", {}).values())
        return list(seen)

    # What has changed since the listing was written.

    def _bring_up_to_date(self) -> None:
        by_folder: dict[str, list[Package]] = {}
        for name in self.own:
            package = self.packages[name]
            if "Dir" in package:
                by_folder.setdefault(package["Dir"], []).append(package)
        for folder, packages in by_folder.items():
            known = {file for package in packages for kind in ("GoFiles", "IgnoredFiles") for file in package.get(kind, ())}
            for file in self._go_files(folder) - known:
                self._add_file(file, packages)
            for file in known:
                if file not in self.overlay and not os.path.exists(file):
                    for package in packages:
                        _remove(package, file)
                elif file in self.overlay or os.stat(file).st_mtime > self.written:
                    self._renew_imports(file, packages)

    def _go_files(self, folder: str) -> set[str]:
        """The Go files in a folder, on disk if it was changed, or unsaved."""
        found = {file for file in self.overlay if os.path.dirname(file) == folder}
        if os.path.isdir(folder) and os.stat(folder).st_mtime > self.written:
            found |= {os.path.join(folder, name) for name in os.listdir(folder)}
        return {file for file in found if file.endswith(".go") and os.path.basename(file)[0] not in "._"}

    def _add_file(self, file: str, packages: list[Package]) -> None:
        """Add a new file to the packages of its folder that have its package's name; tests go only with tests."""
        name, _ = read_head(self._text(file))
        for package in packages:
            if package.get("Name") == name and (bool(package.get("ForTest")) or not file.endswith("_test.go")):
                for kind in ("GoFiles", "CompiledGoFiles"):
                    package.setdefault(kind, []).append(file)
        self._renew_imports(file, packages)

    def _renew_imports(self, file: str, packages: list[Package]) -> None:
        """Add what *file* imports by now, if it is known, to the packages it is part of."""
        _, imports = read_head(self._text(file))
        for package in packages:
            if file in package.get("GoFiles", ()):
                has = package.setdefault("Imports", {})
                for path in imports - has.keys():
                    again = f"{path} [{package.get('ForTest')}.test]"
                    if path in self.packages:
                        has[path] = again if again in self.packages else path

    def _text(self, file: str) -> str:
        if file in self.overlay:
            return self.overlay[file].decode("utf-8", "replace")
        with open(file, encoding="utf-8", errors="replace") as handle:
            return handle.read()


def _remove(package: Package, file: str) -> None:
    for kind in ("GoFiles", "CompiledGoFiles", "IgnoredFiles"):
        if file in package.get(kind, ()):
            package[kind].remove(file)


def _matcher(pattern: str) -> Any:
    """A function that says whether a path matches: "..." stands for anything, and x/... matches x too (cmd/go/internal/search)."""
    text = re.escape(pattern).replace(re.escape("..."), ".*")
    if text.endswith("/.*"):
        text = text.removesuffix("/.*") + "(/.*)?"
    return re.compile(text).fullmatch


def main() -> int:
    """Read the request and the listing beside this file; print the answer."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), LISTING)
    cwd = os.getcwd()
    try:
        given = sys.stdin.buffer.read()
        request = json.loads(given) if given.strip() else {}
        overlay = {os.path.join(cwd, name): base64.b64decode(content) for name, content in (request.get("overlay") or {}).items()}
    except (ValueError, TypeError, AttributeError) as error:
        print(f"standard input is not a request of go/packages: {error}", file=sys.stderr)
        return 1
    try:
        with open(path, encoding="utf-8") as handle:
            listing = json.load(handle)
            written = os.fstat(handle.fileno()).st_mtime
    except (OSError, ValueError) as error:
        print(f"{path}: {error}; run: scons gopackagesdriver", file=sys.stderr)
        return 1
    driver = Driver(listing, written, cwd, bool(request.get("tests")), overlay)
    json.dump(driver.answer(sys.argv[1:]), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
