"""``//go:embed`` patterns match, and fail, as they do for the go command."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from gocommand import go_list
from scons_go.embed import resolve_embeds
from scons_go.errors import GoError
from scons_go.filestate import FileState
from scons_go.overlay import Overlay
from scons_go.source.context import BuildContext
from scons_go.source.folder import read_folder

# Separated by semicolons.
FILES = """
a.txt; b.txt; ab.txt; x[1].txt; sp ace.txt; é.txt; .hidden; _draft; sub/one.txt; sub/two.md; sub/.hidden; sub/_draft;
sub/deep/three.txt; sub/.git/config; sub/.dir/in.txt; other/go.mod; other/x.txt; nested/a.txt; nested/mod/go.mod;
nested/mod/y.txt; dots/.only; dots/_only; go.mod.txt; vendor.txt; con.txt; bad/aux.c; bad2/x:y; quote's.txt; -dash.txt;
.git/config; A.TXT; ends.;
"""
PATTERNS = r"""
a.txt ; *.txt ; ?.txt ; [ab].txt ; [^a]*.txt ; [a-b].txt ; [b-a].txt ; x\\[1\\].txt ; x[[]1].txt ; "sp ace.txt" ;
`sp ace.txt` ; é.txt ; sub ; all:sub ; sub/* ; all:sub/* ; sub/*.txt ; */one.txt ; */*/three.txt ; sub/deep ; .hidden ;
_draft ; *draft ; .* ; all:.hidden ; missing ; missing/* ; sub/missing* ; other ; other/x.txt ; */x.txt ; nested ;
nested/mod ; nested/mod/y.txt ; dots ; all:dots ; link.txt ; linkdir ; linkdir/one.txt ; linkdir/* ; fifo ; .. ; . ;
./a.txt ; /a.txt ; sub/ ; sub//one.txt ; sub/../a.txt ; ../p ; [ ; []a] ; [a ; a\\ ; *[ ; con.txt ; bad ; bad/* ; bad2 ;
bad2/* ; quote's.txt ; .git ; .git/config ; all:.git ; sub/.git ; all: ; all:* ; * ; a.txt b.txt ; a.txt a.txt sub ;
[\\]a].txt ; x\[1\].txt ; x\[1].txt ; a\ ; [\]a].txt ; [a\-b].txt ; \a.txt ; ends. ;
"""


def split(text: str) -> list[str]:
    return [item for item in map(str.strip, text.replace("\n", " ").split(";")) if item]


ALL_FILES, ALL_PATTERNS = split(FILES), split(PATTERNS)


@pytest.fixture(scope="module")
def trees(current_goroot: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """One package a pattern, each in a folder with all the files, and what go list says."""
    root = tmp_path_factory.mktemp("embed")
    (root / "go.mod").write_text("module m\n\ngo 1.27\n")
    for number, pattern in enumerate(ALL_PATTERNS):
        folder = root / f"p{number:03}"
        for name in ALL_FILES:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("module n\n" if name.endswith("go.mod") else name)
        (folder / "link.txt").symlink_to("a.txt")
        (folder / "linkdir").symlink_to("sub")
        os.mkfifo(folder / "fifo")
        (folder / "x.go").write_text(f'package p\n\nimport "embed"\n\n//go:embed {pattern}\nvar files embed.FS\n')
    packages = go_list(current_goroot, "-e", *(f"./p{number:03}" for number in range(len(ALL_PATTERNS))), cwd=root)
    assert len(packages) == len(ALL_PATTERNS)
    return root, packages


@pytest.mark.parametrize("number", range(len(ALL_PATTERNS)), ids=ALL_PATTERNS)
def test_as_go_list(number: int, trees: tuple[Path, list[dict[str, Any]]]) -> None:
    root, packages = trees
    theirs, state = packages[number], FileState()
    folder = read_folder(str(root / f"p{number:03}"), BuildContext.with_tags("linux", "amd64", False, ()), Overlay(), state)
    assert sorted({embed.pattern for embed in folder.embeds}) == theirs.get("EmbedPatterns", [])
    try:
        files = resolve_embeds(folder.dir, folder.embeds, Overlay(), state)
    except GoError as error:
        assert error.message == theirs["Error"]["Err"]
        assert str(error.position).removeprefix(f"{root}/") == theirs["Error"]["Pos"]
        return
    assert "Error" not in theirs, theirs["Error"]
    assert sorted({name for names in files.values() for name in names}) == theirs.get("EmbedFiles", [])


def test_each_pattern_has_its_files(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / "x.go").write_text('package p\n\nimport "embed"\n\n//go:embed b.txt *.txt\nvar files embed.FS\n')
    state = FileState()
    folder = read_folder(str(tmp_path), BuildContext.with_tags("linux", "amd64", False, ()), Overlay(), state)
    assert resolve_embeds(str(tmp_path), folder.embeds, Overlay(), state) == {"*.txt": ("a.txt", "b.txt"), "b.txt": ("b.txt",)}


def test_overlay_and_watched_folders(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "gone.txt").write_text("")
    (tmp_path / "x.go").write_text('package p\n\nimport "embed"\n\n//go:embed sub\nvar files embed.FS\n')
    made = str(tmp_path / "made")
    overlay = Overlay({str(tmp_path / "sub" / "gone.txt"): "", str(tmp_path / "sub" / "new.txt"): made}, {made: b"x"})
    state = FileState()
    folder = read_folder(str(tmp_path), BuildContext.with_tags("linux", "amd64", False, ()), Overlay(), state)
    with state.watch() as watched:
        assert resolve_embeds(str(tmp_path), folder.embeds, overlay, state) == {"sub": ("sub/new.txt",)}
    assert str(tmp_path / "sub") in watched.folders
