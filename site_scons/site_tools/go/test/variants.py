"""The packages of a test binary: which are added, and which are compiled again because they see the package under test with its tests.

Rules: cmd/go/internal/load/test.go:96 (TestPackagesAndErrors) and :442 (recompileForTest), Go 1.27.3.

A test binary is the program ``p.test``. It imports the package under test ``p``, to which the test files of package p have been added
(go list calls it ``p [p.test]``), and the external tests ``p_test``. Every package between the external tests and p is compiled again, so
that the program has only one p.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from ..embed import resolve_embeds
from ..errors import GoError, Position
from ..implicit import linker_dependencies, simd_bridge
from ..load import Loader
from ..package import EmbedPattern, Files, Folder, Package
from ..plan.compile import import_order
from ..plan.covered import RUNTIME, instrumented, set_apart, set_key
from ..refusals import no_go_files
from .discover import DeclaredTest, scan_file
from .testmain import Coverage, MainSource

MAIN_FILE = "_testmain.go"

# What every test main imports (cmd/go/internal/load/test.go:30).
_MAIN_IMPORTS = ("os", "reflect", "testing", "testing/internal/testdeps")

_COVERAGE_IMPORT_SINCE = 23


@dataclass(frozen=True)
class CoverRequest:
    """What coverage is measured for: *mode*, and with -coverpkg its *patterns* and the import paths they *select*.

    Without patterns it is the package under test.
    """

    mode: str
    patterns: tuple[str, ...] = ()
    select: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """A name for the packages of such a test."""
        return set_key(self.mode, *self.patterns, *sorted(self.select))


@dataclass(frozen=True)
class TestPackages:
    """A test binary before it is planned.

    *tested* is the package under test by itself, *internal* the same with its test files (the same object if there is no difference),
    *external* the package of external tests or None, *main* the generated main package, whose one file has the bytes *main_text*.
    *closure* are all packages of the program, imported ones first, *main* last.
    """

    tested: Package
    internal: Package
    external: Package | None
    main: Package
    main_text: bytes
    closure: tuple[Package, ...]


def test_packages(loader: Loader, import_path: str, main_folder: str, coverage: CoverRequest | None = None) -> TestPackages | None:
    """The packages of the test binary for *import_path*; None if it has no test files.

    *main_folder* is the absolute folder in which the generated main will be. Raises GoError, in go's words, for what is wrong with the
    test files or with what they import.
    """
    tested, folder = loader.tested(import_path)
    if not folder.files.test_go and not folder.files.xtest_go:
        return None
    return _Assembly(loader, tested, folder, main_folder, coverage).packages()


class _Assembly:
    """One test binary being put together."""

    def __init__(self, loader: Loader, tested: Package, folder: Folder, main_folder: str, coverage: CoverRequest | None) -> None:
        self.loader = loader
        if coverage and tested.name == "main":  # the compiler has it say so when it starts (load/pkg.go:2711)
            tested = replace(tested, implicit=(*tested.implicit, RUNTIME))
        self.tested = tested
        self.folder = folder
        self.main_folder = main_folder
        self.coverage = coverage
        self.path = tested.import_path

    def packages(self) -> TestPackages:
        internal_imports = self._resolve(self.folder.test_imports)
        external_imports = self._resolve(self.folder.xtest_imports)
        internal = self._internal(internal_imports)
        external = self._external(external_imports) if self.folder.files.xtest_go else None
        source = self._source(internal)
        main = self._main(internal, external)
        needed = [*internal.ordered_imports, *(external.ordered_imports if external else ()), *main.ordered_imports]
        plain = self._load(needed)
        if internal is not self.tested:
            plain = _recompiled(plain, internal)
        packages = {package.import_path: package for package in plain}
        packages |= {package.import_path: package for package in (internal, external, main) if package and package.import_path != "unsafe"}
        self._check_cycle(packages)
        closure = tuple(self._covered(package) for package in _in_order(main, packages))
        if self.coverage:
            closure = tuple(set_apart(closure, self.coverage.key))
        final = {package.import_path: package for package in closure}
        return TestPackages(
            tested=self.tested,
            internal=final.get(self.path, internal),
            external=final[external.import_path] if external else None,
            main=final[main.import_path],
            main_text=source.text(),
            closure=closure,
        )

    def _resolve(self, imports: Mapping[str, tuple[Position, ...]]) -> dict[str, str]:
        return self.loader.resolve_imports(imports, self.path, self.loader.location(self.path), test=True)

    def _bridge(self, resolved: Mapping[str, str]) -> tuple[str, ...]:
        return simd_bridge(self.loader.sdk, self.loader.variant, resolved)

    def _internal(self, resolved: Mapping[str, str]) -> Package:
        """The package under test with its own test files, or without if nothing makes a difference (load/test.go:204)."""
        tested, files = self.tested, self.folder.files
        covered = self.coverage is not None and not self.coverage.patterns
        if not files.test_go and tested.name != "main" and not covered:
            return tested
        return replace(
            tested,
            files=replace(tested.files, go=(*tested.files.go, *files.test_go)),
            imports=tuple(sorted({*tested.imports, *resolved.values()})),
            import_map={**tested.import_map, **_renamed(resolved)},
            embed_files={**self._embeds(self.folder.test_embeds), **tested.embed_files},
            for_test=self.path,
            go_debug=(*tested.go_debug, *self.folder.test_directives),
            # With repetitions: they are part of the build ID of a command under test.
            ordered_imports=(*resolved.values(), *self._bridge(resolved), *import_order(tested)),
        )

    def _embeds(self, patterns: tuple[EmbedPattern, ...]) -> Mapping[str, tuple[str, ...]]:
        return resolve_embeds(self.tested.dir, patterns, self.loader.overlay, self.loader.state)

    def _external(self, resolved: Mapping[str, str]) -> Package:
        """The package ``p_test``; its import of p comes last (load/test.go:265)."""
        others = [path for path in resolved.values() if path != self.path]
        own = [self.path] if len(others) < len(resolved) else []
        if own and not (self.tested.files.go or self.tested.files.cgo or self.folder.files.test_go):
            raise GoError(no_go_files(self.folder), *self.folder.xtest_imports[self.path][:1])
        return Package(
            import_path=f"{self.path}_test",
            name=f"{self.tested.name}_test",
            dir=self.tested.dir,
            files=Files(go=self.folder.files.xtest_go),
            imports=tuple(sorted(set(resolved.values()))),
            import_map=_renamed(resolved),
            embed_files=self._embeds(self.folder.xtest_embeds),
            module=self.tested.module,
            for_test=self.path,
            go_debug=self.folder.xtest_directives,
            ordered_imports=tuple(dict.fromkeys([*others, *self._bridge(resolved), *own])),
        )

    def _main(self, internal: Package, external: Package | None) -> Package:
        """The generated main package (load/test.go:309)."""
        loader = self.loader
        imports = list(_MAIN_IMPORTS)
        if self.coverage and loader.sdk.minor >= _COVERAGE_IMPORT_SINCE:
            imports.append("internal/coverage/cfile")
        imports += linker_dependencies(loader.sdk, loader.variant, self.path, cover=self.coverage is not None)
        imports += [self.path] if internal.files.go or internal.files.cgo else []
        imports += [external.import_path] if external else []
        return Package(
            import_path=f"{self.path}.test",
            name="main",
            dir=self.main_folder,
            files=Files(go=(MAIN_FILE,)),
            imports=tuple(sorted(set(imports))),
            module=self.tested.module,
            for_test=self.path,
            go_debug=self._directives(),
            ordered_imports=tuple(imports),
            cover_mode="testmain" if self.coverage else "",
        )

    def _directives(self) -> tuple[tuple[str, Position], ...]:
        """The ``//go:debug`` lines that the program heeds: those of the package and of its tests, of which the last for a key counts.

        A wrong one is among them: the package that has it is not compiled (cmd/go/internal/work/exec.go:1048).
        """
        lines: dict[str, tuple[str, Position]] = {}
        folder = self.folder
        for text, position in (*folder.directives, *folder.test_directives, *folder.xtest_directives):
            key = text.strip().partition("=")[0]
            lines[key] = text, position
        return tuple(lines.values())

    def _source(self, internal: Package) -> MainSource:
        loader, files = self.loader, self.folder.files
        coverage = self.coverage
        return MainSource(
            import_path=self.path,
            module_path=self.tested.module.path if self.tested.module else "",
            internal=self._declared(files.test_go),
            external=self._declared(files.xtest_go),
            has_internal=bool(internal.files.go or internal.files.cgo),
            has_external=bool(files.xtest_go),
            minor=loader.sdk.minor,
            sdk_src=loader.sdk.src,
            coverage=Coverage(coverage.mode, coverage.patterns, tuple(sorted(coverage.select))) if coverage else None,
        )

    def _declared(self, names: Iterable[str]) -> tuple[DeclaredTest, ...]:
        found: list[DeclaredTest] = []
        for name in names:
            path = os.path.join(self.tested.dir, name)
            try:
                found += scan_file(self.loader.overlay.read(path), path)
            except OSError as error:
                raise GoError(f"cannot read {path}: {error.strerror}") from None
        return tuple(found)

    def _load(self, paths: Iterable[str]) -> list[Package]:
        """The closure of *paths* as it is without tests; the package under test is in it if it has files of its own."""
        own = {self.path, f"{self.path}_test", "unsafe"}
        wanted = [path for path in dict.fromkeys(paths) if path not in own]
        if self.tested.files.go or self.tested.files.cgo:
            wanted.append(self.path)
        return list(self.loader.closure(wanted))

    def _covered(self, package: Package) -> Package:
        """*package* with the mode of coverage it is to have (load/test.go:411, load/pkg.go:3560)."""
        coverage = self.coverage
        if coverage is None or package.cover_mode or not package.files.go:
            return package
        if coverage.patterns:
            chosen = package.import_path in coverage.select and package.import_path != f"{self.path}_test"
        else:
            chosen = package.import_path == self.path
        return instrumented(package, coverage.mode) if chosen else package

    def _check_cycle(self, packages: Mapping[str, Package]) -> None:
        """Raise if the package under test, with its tests, imports itself (load/test.go:497): the shortest cycle is told."""
        importer: dict[str, str] = {}
        queue = [self.path]
        for path in queue:
            for imported in import_order(packages[path]) if path in packages else ():
                if imported == self.path:
                    raise self._cycle(path, importer)
                if imported not in importer:
                    importer[imported] = path
                    queue.append(imported)

    def _cycle(self, last: str, importer: Mapping[str, str]) -> GoError:
        chain = [self.path, last]
        while chain[-1] != self.path:
            chain.append(importer[chain[-1]])
        chain.reverse()
        links = []
        first: tuple[Position, ...] = ()
        for user, path in pairwise(chain):
            positions = self._import_positions(user, path)
            first = first or positions
            links.append(path + (f" from {os.path.basename(positions[0].file)}" if positions else ""))
        text = f"\n\tpackage {self.path}\n\timports " + "\n\timports ".join(links)
        return GoError("import cycle not allowed in test" + text, *first[:1])

    def _import_positions(self, user: str, path: str) -> tuple[Position, ...]:
        folder = self.folder if user == self.path else self.loader.folder(user)
        tables = (folder.imports, folder.test_imports) if user == self.path else (folder.imports,)
        return next((table[path] for table in tables if path in table), ())


def _renamed(resolved: Mapping[str, str]) -> dict[str, str]:
    return {raw: final for raw, final in resolved.items() if raw != final}


def _recompiled(plain: Iterable[Package], internal: Package) -> list[Package]:
    """*plain*, imported ones first, with *internal* in its place and variants of all that depend on it."""
    changed = {internal.import_path}
    result = []
    for package in plain:
        if package.import_path == internal.import_path:
            continue
        if not changed.isdisjoint(import_order(package)):
            changed.add(package.import_path)
            package = replace(package, for_test=internal.import_path)
        result.append(package)
    return [*result, internal]


def _in_order(main: Package, packages: Mapping[str, Package]) -> list[Package]:
    """The packages that *main* reaches, imported ones first; there is no cycle."""
    done: dict[str, None] = {}
    stack = [(main, iter(import_order(main)))]
    entered = {main.import_path, "unsafe"}
    while stack:
        package, imports = stack[-1]
        following = next((path for path in imports if path not in entered), None)
        if following is None:
            stack.pop()
            done[package.import_path] = None
        else:
            entered.add(following)
            stack.append((packages[following], iter(import_order(packages[following]))))
    return [packages[path] for path in done]
