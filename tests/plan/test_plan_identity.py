"""Content IDs, action IDs and action keys: those of packages that the go command has compiled are the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT
from gocommand import go
from plan_support import closure, workplace, write
from scons_go.plan import buildid
from scons_go.plan.compile import import_order
from scons_go.plan.engine import Engine
from scons_go.plan.identity import package_text

USES = 'package uses\n\nimport (\n\t_ "encoding/json"\n\t_ "net/http/httptest"\n)\n'


def go_build_ids(root: Path, folder: Path, package: str) -> dict[str, str]:
    """Import path → build ID, as the go command has it for *package* and all it imports."""
    text = go(root, "list", "-trimpath", "-export", "-deps", "-f", "{{.ImportPath}} {{.BuildID}}", package, cwd=folder)
    return dict(line.split(" ") for line in text.splitlines())


def our_build_ids(root: Path, folder: Path, package: str) -> dict[str, str]:
    place = workplace(root, folder, ROOT / ".cache" / "golden" / root.parent.name)
    packages = closure(place, package)
    built = Engine(place.config, 2).build(packages)
    contents = {path: each.content_id for path, each in built.items()} | {"unsafe": ""}
    ids = {"unsafe": ""}
    for each in packages:
        imports = "".join(f"import {path} {contents[path]}\n" for path in import_order(each))
        action = buildid.action_id(place.config.sdk, package_text(place.config, each, "") + imports)
        ids[each.import_path] = f"{action}/{contents[each.import_path]}"
    return ids


def test_build_ids_of_a_few_packages(any_goroot: Path, tmp_path: Path) -> None:
    """A package of the user's and what it imports, with assembly in it."""
    write(tmp_path, {"go.mod": "module example.com/m\n\ngo 1.21\n", "uses/uses.go": 'package uses\n\nimport _ "sync/atomic"\n'})
    assert our_build_ids(any_goroot, tmp_path, "uses") == go_build_ids(any_goroot, tmp_path, "./uses")


@pytest.mark.judge
@pytest.mark.xdist_group("golden-web")
def test_build_ids_of_two_hundred_packages(any_goroot: Path, tmp_path: Path) -> None:
    write(tmp_path, {"go.mod": "module example.com/m\n", "uses/uses.go": USES})
    expected = go_build_ids(any_goroot, tmp_path, "./uses")
    made = our_build_ids(any_goroot, tmp_path, "uses")
    assert {path: (made.get(path), build_id) for path, build_id in expected.items() if made.get(path) != build_id} == {}
    assert len(made) == len(expected) > 130  # Go 1.22 has the fewest, 136
