"""Every package of std and cmd is read as ``go list -json`` reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import CURRENT, OLDEST, PREVIOUS, goroot
from gocommand import go_list
from scons_go.embed import resolve_embeds
from scons_go.filestate import FileState
from scons_go.load import Loader
from scons_go.overlay import Overlay
from scons_go.package import Folder, Location
from scons_go.sdk import open_sdk
from scons_go.source.folder import read_folder
from scons_go.variant import Variant

FILES = {
    "GoFiles": "go",
    "CgoFiles": "cgo",
    "CFiles": "c",
    "CXXFiles": "cxx",
    "MFiles": "m",
    "HFiles": "h",
    "FFiles": "f",
    "SFiles": "s",
    "SwigFiles": "swig",
    "SwigCXXFiles": "swigcxx",
    "SysoFiles": "syso",
    "TestGoFiles": "test_go",
    "XTestGoFiles": "xtest_go",
    "IgnoredGoFiles": "ignored_go",
    "IgnoredOtherFiles": "ignored_other",
}
ONLY_WITH_CGO = {"CFiles", "CXXFiles", "MFiles", "SwigFiles", "SwigCXXFiles"}
CGO_FIELDS = {
    "CgoCFLAGS": "CFLAGS",
    "CgoCPPFLAGS": "CPPFLAGS",
    "CgoCXXFLAGS": "CXXFLAGS",
    "CgoFFLAGS": "FFLAGS",
    "CgoLDFLAGS": "LDFLAGS",
    "CgoPkgConfig": "pkg-config",
}
TARGETS = ["linux/amd64", "linux/arm64", "windows/amd64", "darwin/arm64", "js/wasm", "wasip1/wasm"]


def facts_of_go(package: dict[str, Any]) -> dict[str, list[str]]:
    fields = [
        *FILES,
        *CGO_FIELDS,
        "EmbedFiles",
        *(prefix + what for prefix in ("", "Test", "XTest") for what in ("Imports", "EmbedPatterns")),
    ]
    facts = {field: package.get(field, []) for field in fields}
    for field in ("Imports", "TestImports", "XTestImports"):
        # With PGO, go list says for which program a package is compiled: "fmt [cmd/compile]".
        facts[field] = sorted(item.partition(" ")[0] for item in facts[field])
    return {"Name": [package["Name"]], **facts}


def facts_of_ours(path: str, folder: Folder, loader: Loader) -> dict[str, list[str]]:
    facts = {"Name": [folder.name]}
    for field, attribute in FILES.items():
        facts[field] = [] if field in ONLY_WITH_CGO and not loader.variant.cgo else list(getattr(folder.files, attribute))
    for field, verb in CGO_FIELDS.items():
        facts[field] = [word for name, words, _ in folder.cgo_directives if name == verb for word in words]
    location = Location(folder.dir, None, True)
    parts = {
        "": (folder.imports, folder.embeds),
        "Test": (folder.test_imports, folder.test_embeds),
        "XTest": (folder.xtest_imports, folder.xtest_embeds),
    }
    for prefix, (imports, embeds) in parts.items():
        resolved = loader.resolve_imports(imports, path, location)
        facts[f"{prefix}Imports"] = sorted([*resolved.values(), *(["C"] if "C" in imports else [])])
        facts[f"{prefix}EmbedPatterns"] = sorted({embed.pattern for embed in embeds})
    files = resolve_embeds(folder.dir, folder.embeds, loader.overlay, loader.state)
    facts["EmbedFiles"] = sorted({name for names in files.values() for name in names})
    return facts


def compare(version: str, target: str, cgo: bool, patterns: list[str], tmp_path: Path) -> int:
    root = goroot(version)
    goos, goarch = target.split("/")
    sdk = open_sdk(str(root))
    loader = Loader(sdk, Variant.of(sdk, goos, goarch, cgo=cgo), Overlay(), FileState())
    packages = go_list(root, "-e", *patterns, cwd=tmp_path, goos=goos, goarch=goarch, cgo=cgo)
    for package in packages:
        folder = read_folder(package["Dir"], loader.context, loader.overlay, loader.state)
        assert facts_of_ours(package["ImportPath"], folder, loader) == facts_of_go(package), package["ImportPath"]
    return len(packages)


@pytest.mark.parametrize("cgo", [False, True])
def test_std_of_the_current_sdk(tmp_path: Path, cgo: bool) -> None:
    assert compare(CURRENT, "linux/amd64", cgo, ["std"], tmp_path) > 350


@pytest.mark.judge
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("version", [OLDEST, PREVIOUS, CURRENT])
def test_all_of_std_without_cgo(tmp_path: Path, version: str, target: str) -> None:
    assert compare(version, target, False, ["std", "cmd"], tmp_path) > 450


@pytest.mark.judge
@pytest.mark.parametrize("version", [OLDEST, PREVIOUS, CURRENT])
def test_all_of_std_with_cgo(tmp_path: Path, version: str) -> None:
    assert compare(version, "linux/amd64", True, ["std", "cmd"], tmp_path) > 450
