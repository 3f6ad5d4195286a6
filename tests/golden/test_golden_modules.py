"""What go.mod, vendor folders and profiles do to a program, against ``go build``."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path

import pytest
from conftest import CURRENT, OLDEST, PREVIOUS
from golden_support import PROGRAMS, Case, same_program, same_programs

# All are a module example.com/m, whose packages lie beside what they share of std: one after the other.
pytestmark = pytest.mark.xdist_group("golden-modules")

RELEASES = [OLDEST, PREVIOUS, CURRENT]

GO_MODS = {
    "no-go-line": "module example.com/m\n",
    "old": "module example.com/m\n\ngo 1.20\n",
    "patch": "module example.com/m\n\ngo 1.22.3\n",
    "godebug": "module example.com/m\n\ngo 1.21\n\ngodebug (\n\tpanicnil=1\n\ttlssha1=0\n)\n",
    "default": "module example.com/m\n\ngo 1.22\n\ngodebug default=go1.21\n",
}


@pytest.mark.judge
@pytest.mark.parametrize(
    ("version", "name"),
    [(v, n) for v in RELEASES for n in GO_MODS if v != OLDEST or n not in ("godebug", "default")],
)
def test_versions_and_settings_of_modules(version: str, name: str, tmp_path: Path) -> None:
    """The language version, the default GODEBUG and the build information follow go.mod."""
    (tmp_path / "go.mod").write_text(GO_MODS[name])
    (tmp_path / "main.go").write_text("package main\n\nfunc main() { println(1) }\n")
    content = same_program(version, Case(".", folder=tmp_path, module="example.com/m"), tmp_path)
    assert b"path\texample.com/m\nmod\texample.com/m\t(devel)\t\n" in content


@pytest.mark.judge
def test_two_places_make_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of the checkout and the user's environment do not matter."""
    contents = []
    monkeypatch.setenv("GOFLAGS", "-tags=unheard")
    for place in ("a", "somewhere else/b"):
        folder = tmp_path / place
        folder.mkdir(parents=True)
        (folder / "go.mod").write_text(GO_MODS["old"])
        (folder / "main.go").write_text("package main\n\nfunc main() { panic(1) }\n")
        contents.append(same_program(CURRENT, Case(".", folder=folder, module="example.com/m"), folder))
    assert contents[0] == contents[1]
    assert not re.search(re.escape(str(tmp_path)).encode(), contents[0])


def write_dependent(folder: Path) -> None:
    """A module that needs another one, which lies in its folder dep."""
    (folder / "go.mod").write_text("module example.com/m\n\ngo 1.22\n\nrequire example.com/dep v1.2.3\n")
    (folder / "main.go").write_text('package main\n\nimport "example.com/dep/inner"\n\nfunc main() { println(inner.Word) }\n')
    (folder / "dep/inner").mkdir(parents=True)
    (folder / "dep/go.mod").write_text("module example.com/dep\n\ngo 1.20\n")
    (folder / "dep/inner/inner.go").write_text('package inner\n\nvar Word = "dep"\n\nfunc init() { panic(Word) }\n')


@pytest.mark.judge
@pytest.mark.parametrize("version", RELEASES)
def test_a_replaced_module(version: str, tmp_path: Path) -> None:
    write_dependent(tmp_path)
    with (tmp_path / "go.mod").open("a") as file:
        file.write("replace example.com/dep => ./dep\n")
    content = same_program(version, Case(".", folder=tmp_path, module="example.com/m"), tmp_path)
    assert b"dep\texample.com/dep\tv1.2.3\n=>\t./dep\t(devel)\t\n" in content
    assert b"example.com/dep@v1.2.3/inner/inner.go" in content


@pytest.mark.judge
@pytest.mark.parametrize("version", RELEASES)
def test_a_vendored_module(version: str, tmp_path: Path) -> None:
    write_dependent(tmp_path)
    vendor = tmp_path / "vendor"
    shutil.move(tmp_path / "dep", vendor / "example.com/dep")
    (vendor / "example.com/dep/go.mod").unlink()
    (vendor / "modules.txt").write_text("# example.com/dep v1.2.3\n## explicit; go 1.20\nexample.com/dep/inner\n")
    (tmp_path / "go.sum").write_text("")
    content = same_program(version, Case(".", folder=tmp_path, module="example.com/m"), tmp_path)
    assert b"dep\texample.com/dep\tv1.2.3" in content


@pytest.mark.judge
@pytest.mark.parametrize("version", RELEASES)
def test_programs_with_profiles_of_their_own(version: str, tmp_path: Path) -> None:
    """Built by one command: packages are compiled once for each profile, and once without."""
    (tmp_path / "go.mod").write_text("module example.com/m\n\ngo 1.22\n")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/shared.go").write_text("package shared\n\nfunc Add(a, b int) int { return a + b }\n")
    text = 'package main\n\nimport "example.com/m/shared"\n\nfunc main() { println(shared.Add(1, 2)) }\n'
    for name in ("hot", "warm", "cold"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.go").write_text(text)
    profile = (PROGRAMS / "profiled/default.pgo").read_bytes()
    (tmp_path / "hot/default.pgo").write_bytes(profile)
    (tmp_path / "warm/default.pgo").write_bytes(gzip.compress(gzip.decompress(profile), 1, mtime=0))
    same_programs(version, [Case(f"./{name}", folder=tmp_path, module="example.com/m") for name in ("hot", "warm", "cold")], tmp_path)
