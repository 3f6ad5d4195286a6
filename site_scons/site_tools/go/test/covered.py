"""The packages that count what tests run, as with ``go test -coverpkg``. Rules: cmd/go/internal/load/test.go, load/pkg.go:3527 (1.27.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..load import Loader
from ..package import Package
from ..plan.patterns import matches


def covered_packages(loader: Loader, paths: Iterable[str], mode: str, patterns: Sequence[str], base: str) -> dict[str, Package]:
    """Import path → package, counting in *mode*, of what *patterns* select among all that the packages *paths* and their tests consist of.

    Relative patterns start at the folder *base*. Raises GoError for a package that cannot be loaded.
    """
    wanted: dict[str, None] = {}
    for path in paths:
        tested, folder = loader.tested(path)
        location = loader.location(tested.import_path)
        if tested.files.go:
            wanted[tested.import_path] = None
        for imports in (folder.test_imports, folder.xtest_imports):
            wanted.update(dict.fromkeys(loader.resolve_imports(imports, tested.import_path, location, test=True).values()))
    closure = loader.closure(path for path in wanted if path != "unsafe" and loader.tested(path)[0].files.go)
    return {
        package.import_path: replace(package, cover_mode=mode)
        for package in closure
        if package.files.go and any(matches(pattern, package, base) for pattern in patterns)
    }
