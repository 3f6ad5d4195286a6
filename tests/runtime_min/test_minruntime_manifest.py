"""The manifest, the overlay made from it, and what happens when the SDK is not the one it was written for."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from conftest import ROOT, goroot
from scons_go.errors import GoError
from scons_go.graph.runtime import open_runtime
from scons_go.minruntime import assemble, load_manifest, overlay_for
from scons_go.minruntime.manifest import Rule
from scons_go.sdk import open_sdk
from scons_go.variant import Variant

MANIFEST = Path(__file__).resolve().parents[2] / "runtime_min" / "manifest.toml"
VERSION = "1.27.3"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    """A GOROOT with a package of three files, and a manifest that keeps two of them, one changed."""
    folder = tmp_path / "go" / "src" / "runtime"
    folder.mkdir(parents=True)
    files = {"a.go": "package runtime\n", "b.go": "package runtime\n\nvar x, y int\n", "c.go": "package runtime\n"}
    for name, text in files.items():
        (folder / name).write_text(text)
    core = tmp_path / "core"
    core.mkdir()
    (core / "own.go").write_text("package runtime\n")
    (core / "own_amd64.s").write_text("")
    (core / "README.md").write_text("")
    manifest = tmp_path / "manifest.toml"
    manifest.write_text(
        '[go."9.9".package.runtime]\ncore = "core"\ncompile_flags = ["-B"]\n'
        f'keep = {{ "a.go" = "{sha256(files["a.go"])}", "b.go" = "{sha256(files["b.go"])}" }}\n'
        '[go."9.9".package.runtime.rule."b.go"]\ndrop = ["y"]\n'
    )
    return tmp_path / "go", manifest


def test_overlay(small: tuple[Path, Path], tmp_path: Path) -> None:
    goroot, manifest = small
    overlay = overlay_for(load_manifest(str(manifest)), str(goroot), "go9.9", str(tmp_path / "out"))
    folder = str(goroot / "src" / "runtime")
    assert overlay.names(folder, ["a.go", "b.go", "c.go"]) == ["a.go", "b.go", "min_own.go", "min_own_amd64.s"]
    assert overlay.actual(f"{folder}/a.go") == f"{folder}/a.go"
    assert overlay.read(f"{folder}/b.go") == b"package runtime\n\nvar x, _ int\n"
    assert overlay.actual(f"{folder}/min_own.go") == str(tmp_path / "core" / "own.go")
    overlay.materialise()
    assert Path(overlay.actual(f"{folder}/b.go")).read_text() == "package runtime\n\nvar x, _ int\n"


def test_changed_copies_are_made_once(small: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of an earlier build is taken as it is if it is whole, and made again if it is not."""
    goroot, manifest = small
    made: list[str] = []

    def prune(source: str, rule: Rule, filename: str) -> str:
        made.append(filename)
        return source.replace("x, y", "x, _")

    monkeypatch.setattr(assemble, "prune", prune)
    for turn in range(3):
        overlay = overlay_for(load_manifest(str(manifest)), str(goroot), "9.9", str(tmp_path / "out"))
        overlay.materialise()
        copy = Path(overlay.actual(f"{goroot}/src/runtime/b.go"))
        assert copy.read_text() == "package runtime\n\nvar x, _ int\n"
        assert len(made) == (1, 1, 2)[turn]
        if turn == 1:
            copy.write_bytes(copy.read_bytes()[:-4])
    manifest.write_text(manifest.read_text().replace('["y"]', '["x"]'))
    overlay_for(load_manifest(str(manifest)), str(goroot), "9.9", str(tmp_path / "out"))
    assert len(made) == 3


def test_a_drifted_file_is_named(small: tuple[Path, Path], tmp_path: Path) -> None:
    goroot, manifest = small
    (goroot / "src" / "runtime" / "a.go").write_text("package runtime // patched\n")
    with pytest.raises(GoError, match=r"src/runtime/a\.go: this file is not the one of go9\.9"):
        overlay_for(load_manifest(str(manifest)), str(goroot), "9.9", str(tmp_path / "out"))


def test_a_missing_file_is_named(small: tuple[Path, Path], tmp_path: Path) -> None:
    goroot, manifest = small
    (goroot / "src" / "runtime" / "b.go").unlink()
    with pytest.raises(GoError, match=r"src/runtime/b\.go: the min runtime keeps this file of go9\.9"):
        overlay_for(load_manifest(str(manifest)), str(goroot), "9.9", str(tmp_path / "out"))


def test_a_name_that_the_sdk_has_is_refused(small: tuple[Path, Path], tmp_path: Path) -> None:
    goroot, manifest = small
    (goroot / "src" / "runtime" / "min_own.go").write_text("package runtime\n")
    with pytest.raises(GoError, match=r"min_own\.go: a file of the SDK has the name"):
        overlay_for(load_manifest(str(manifest)), str(goroot), "9.9", str(tmp_path / "out"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("go = 1\n", "go must be a table"),
        ("[go.x]\nflags = []\n", r"go\.x: unknown entry 'flags'"),
        ('[go.x.package.p]\nunlisted = "gone"\n', 'unlisted must be "absent" or "kept"'),
        ('[go.x.package.p.rule."a.go"]\ndrop = []\n', r"a\.go has a rule but is not in keep"),
        ('[go.x.package.p]\nkeep = { "a.go" = "0" }\n[go.x.package.p.rule."a.go"]\ndrop = ["a"]\nonly = ["b"]\n', "exclude each other"),
        ('[go.x.package.p]\nkeep = { "a.go" = "0" }\nrule."a.go".replace = [{ old = "", new = "" }]\n', "one short expression"),
        ('[go.x.package.p]\nkeep = { "a.go" = "0" }\nrule."a.go".noinline = ["f"]\n', r"a\.go has lines"),
        ("[go\n", "line 1"),
    ],
)
def test_a_wrong_manifest_says_where(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text(text)
    with pytest.raises(GoError, match=message) as caught:
        load_manifest(str(path))
    assert caught.value.position is not None and caught.value.position.file == str(path)


def test_a_release_without_a_list_names_those_with_one(tmp_path: Path) -> None:
    with pytest.raises(GoError, match=r"no list for go1\.22\.10 \(it has: 1\.27\.3\)"):
        load_manifest(str(MANIFEST)).release("go1.22.10")


def test_the_real_manifest_fits_the_sdk(current_goroot: Path, tmp_path: Path) -> None:
    """Every kept file is the SDK's, every rule applies, and no rule quotes more than an expression."""
    manifest = load_manifest(str(MANIFEST))
    overlay = overlay_for(manifest, str(current_goroot), VERSION, str(tmp_path / "out"))
    release = manifest.release(VERSION)
    for package in release.packages.values():
        for name, rule in package.rules.items():
            changed = [path for path in overlay.generated if path.endswith("/" + name)]
            assert changed, name
            assert rule != Rule(), f"the rule for {name} does nothing"


def test_programs_depend_on_all_sources(tmp_path: Path) -> None:
    """A program is not up to date after any file of runtime_min/ that it was made of has changed, or one has come to them."""
    sdk = open_sdk(str(goroot("1.27.3")))
    runtime = open_runtime(sdk, Variant.of(sdk, "linux", "amd64", runtime="min"), str(tmp_path))
    root = ROOT / "runtime_min"
    assert {Path(path).resolve() for path in runtime.sources} == {
        path for path in root.rglob("*") if path != root / "README.md" and not path.name.startswith(".")
    }
    assert open_runtime(sdk, Variant.of(sdk, "linux", "amd64"), str(tmp_path)).sources == ()
