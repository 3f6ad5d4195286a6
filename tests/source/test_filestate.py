"""Nothing unchanged is read twice, and no change is missed."""

from __future__ import annotations

import hashlib
import marshal
import os
import random
import time
from pathlib import Path

import pytest
from scons_go import filestate
from scons_go.filestate import GRANULARITY_NS, FileState

OLD = time.time_ns() - 3_600_000_000_000


def age(path: Path, nanoseconds: int = OLD + 123) -> None:
    """Make *path* look old enough to be believed; its ctime needs real time to pass."""
    os.utime(path, ns=(nanoseconds, nanoseconds))


def settle() -> None:
    time.sleep(GRANULARITY_NS / 1e9 * 1.5)


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths whose content is read."""
    seen: list[str] = []
    original = filestate._read

    def spy(path: str) -> bytes:
        seen.append(path)
        return original(path)

    monkeypatch.setattr(filestate, "_read", spy)
    return seen


def test_an_old_file_is_read_once(tmp_path: Path, reads: list[str]) -> None:
    path = tmp_path / "a.go"
    path.write_text("package a\n")
    settle()
    state = FileState()
    assert state.digest(str(path)) == state.digest(str(path)) == sha(path)
    assert state.header(str(path)).package == "a"
    assert state.header(str(path)).package == "a"
    assert len(reads) == 2  # once for the hash, once to parse; a header is kept by hash


def test_a_young_file_is_read_again(tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.go"
    path.write_text("package a\n")
    state = FileState()
    with monkeypatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: path.stat().st_ctime_ns + GRANULARITY_NS - 1)
        state.digest(str(path))
        state.digest(str(path))
    assert len(reads) == 2
    assert state.dump()[1] == {}
    settle()
    state.digest(str(path))
    state.digest(str(path))
    assert len(reads) == 3
    assert list(state.dump()[1]) == [str(path)]


def test_a_write_with_the_same_size_and_time_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.go"
    path.write_text("package a\n")
    age(path)
    settle()
    state = FileState()
    before = state.digest(str(path))
    path.write_text("package b\n")
    age(path)
    assert state.changed([str(path)]) == [str(path)]
    assert state.digest(str(path)) == sha(path) != before


@pytest.mark.parametrize(("mtime", "believed"), [(OLD // 10**9 * 10**9, True), (OLD + 10**15 + 1, False)], ids=["whole", "future"])
def test_whole_seconds_and_the_future(tmp_path: Path, mtime: int, believed: bool) -> None:
    """A time stamp without a fraction is believed when two seconds old, one in the future never."""
    path = tmp_path / "a.go"
    path.write_text("package a\n")
    age(path, mtime)
    settle()
    state = FileState()
    state.digest(str(path))
    assert (str(path) in state.dump()[1]) == believed


def test_a_file_replaced_under_the_same_time_and_size(tmp_path: Path) -> None:
    path, other = tmp_path / "a.go", tmp_path / "b.go"
    path.write_text("package a\n")
    other.write_text("package b\n")
    for each in (path, other):
        age(each)
    settle()
    state = FileState()
    state.digest(str(path))
    other.rename(path)
    assert state.changed([str(path)]) == [str(path)]
    assert state.digest(str(path)) == sha(path)


def test_listing(tmp_path: Path) -> None:
    (tmp_path / "b.go").write_text("")
    (tmp_path / "a").mkdir()
    (tmp_path / "c").symlink_to("a")
    state = FileState()
    assert state.listing(str(tmp_path)) == (("a", "b.go", "c"), "dfl")
    settle()
    state.listing(str(tmp_path))
    assert state.changed([], [str(tmp_path)]) == []
    (tmp_path / "b.go").rename(tmp_path / "d.go")
    assert state.changed([], [str(tmp_path)]) == [str(tmp_path)]
    assert state.listing(str(tmp_path)).names == ("a", "c", "d.go")
    with pytest.raises(NotADirectoryError):
        state.listing(str(tmp_path / "d.go"))
    assert not state.is_dir(str(tmp_path / "d.go"))


def test_watch_and_changed_see_what_comes_into_being(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text("package a\n")
    settle()
    state = FileState()
    with state.watch() as watched, state.watch() as inner:
        state.header(str(tmp_path / "a.go"))
        state.listing(str(tmp_path))
        assert not state.is_dir(str(tmp_path / "later"))
        with pytest.raises(FileNotFoundError):
            state.digest(str(tmp_path / "missing"))
    state.is_dir("/")
    assert watched.files == inner.files == {str(tmp_path / "a.go"), str(tmp_path / "missing")}
    assert watched.folders == {str(tmp_path), str(tmp_path / "later")}
    assert state.changed(watched.files, watched.folders) == []
    (tmp_path / "later").mkdir()
    (tmp_path / "missing").write_text("")
    assert set(state.changed(watched.files, watched.folders)) == {str(tmp_path), str(tmp_path / "later"), str(tmp_path / "missing")}
    (tmp_path / "a.go").unlink()
    assert str(tmp_path / "a.go") in state.changed(watched.files)


def test_dump_and_load(tmp_path: Path, reads: list[str]) -> None:
    for number in range(20):
        (tmp_path / f"f{number}.go").write_text(f"package p{number}\n")
    (tmp_path / "x.c").write_text("// +build ignore\n\n")
    settle()
    state = FileState()
    files = [str(tmp_path / name) for name in state.listing(str(tmp_path)).names]
    headers = [state.header(file) for file in files]
    again = FileState()
    again.load(marshal.loads(marshal.dumps(state.dump())))
    reads.clear()
    assert again.changed(files, [str(tmp_path)]) == []
    assert [again.header(file) for file in files] == headers
    assert again.dump()[:3] == state.dump()[:3]
    assert marshal.loads(again.dump()[3]) == marshal.loads(state.dump()[3])
    assert reads == []
    for nonsense in (None, (), (0, {}, {}, b""), {"files": {}}):
        FileState().load(nonsense)


def test_headers_without_a_file_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "a.go"
    path.write_text("package a\n")
    settle()
    state = FileState()
    state.header(str(path))
    state.header_of("b.go", b"package b\n")
    assert len(marshal.loads(state.dump()[3])) == 1
    path.write_text("package c\n")
    settle()
    state.expect_new([str(path)])
    state.digest(str(path))
    assert marshal.loads(state.dump()[3]) == {}


def test_what_changes_after_it_was_seen_is_kept_as_it_was(tmp_path: Path) -> None:
    """The next process finds it changed, unless it is as before then."""
    path = tmp_path / "a.go"
    path.write_text("package a\n")
    settle()
    state = FileState()
    first, entries = state.digest(str(path)), state.listing(str(tmp_path))
    path.write_text("package b\n")
    (tmp_path / "b.go").write_text("package b\n")
    settle()
    assert state.digest(str(path)) == sha(path) != first
    assert state.listing(str(tmp_path)).names == ("a.go", "b.go")
    _, files, folders, _ = state.dump()
    assert files[str(path)][1] == first
    assert folders[str(tmp_path)][1:] == entries
    again = FileState()
    again.load(state.dump())
    assert again.changed([str(path)], [str(tmp_path)]) == [str(path), str(tmp_path)]
    path.write_text("package a\n")
    (tmp_path / "b.go").unlink()
    settle()
    assert (state.digest(str(path)), state.listing(str(tmp_path))) == (first, entries)
    again.load(state.dump())
    assert again.changed([str(path)], [str(tmp_path)]) == []


def test_what_is_another_at_the_second_look_is_disturbed(tmp_path: Path) -> None:
    path, folder = str(tmp_path / "a.go"), str(tmp_path)
    (tmp_path / "a.go").write_text("package a\n")
    state = FileState()
    assert not state.head_digest(path)
    state.listing(folder)
    state.header(path)
    head = state.head_digest(path)
    assert head and not state.is_disturbed(path) and not state.is_disturbed(folder) and not state.is_disturbed(str(tmp_path / "none"))
    (tmp_path / "a.go").write_text("package a\n\nfunc F() {}\n")
    (tmp_path / "b.go").write_text("package a\n")
    state.listing(folder)
    state.header(path)
    assert state.head_digest(path) == head and state.is_disturbed(path) and state.is_disturbed(folder)
    (tmp_path / "a.go").write_text("package b\n")
    state.header(path)
    assert state.head_digest(path) != head


def test_the_same_bytes_in_two_languages(tmp_path: Path) -> None:
    for name in ("a.go", "a.c"):
        (tmp_path / name).write_text("//go:build ignore\n\npackage a\n")
    state = FileState()
    assert state.header(str(tmp_path / "a.go")).package == "a"
    assert state.header(str(tmp_path / "a.c")).package == ""


def test_random_edits_are_never_missed(tmp_path: Path) -> None:
    """Writes, renames, removals and restored time stamps, without pause and through dump and load: the digest is always the content's."""
    chance = random.Random(5)
    paths = [tmp_path / f"{number}" for number in range(4)]
    state = FileState()
    for step in range(1500):
        path = chance.choice(paths)
        action = chance.randrange(6)
        if action < 3:
            path.write_text(chance.choice("abcd"))
        elif action == 3 and path.exists():
            before = path.stat()
            path.write_text(chance.choice("abcd"))
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        elif action == 4 and path.exists():
            path.rename(chance.choice(paths))
        elif action == 5 and path.exists():
            path.unlink()
        if step % 10 == 0:
            fresh = FileState()
            fresh.load(marshal.loads(marshal.dumps(state.dump())))
            state = fresh
        if step % 300 == 0:
            settle()
        present = [each for each in paths if each.exists()]
        stale = set(state.changed(map(str, paths)))
        for each in present:
            known = state._files.get(str(each))
            assert str(each) in stale or (known and known[1] == sha(each))
            assert state.digest(str(each)) == sha(each)
        names = state.listing(str(tmp_path)).names
        assert list(names) == sorted(each.name for each in present)


def test_one_system_call_for_each_path(tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The null build of 200 packages of 5 files: it asks once about each, and lists and reads nothing."""
    for folder in range(200):
        (tmp_path / f"p{folder}").mkdir()
        for file in range(5):
            (tmp_path / f"p{folder}" / f"{file}.go").write_text("package p\n")
    settle()
    state = FileState()
    folders = [str(path) for path in sorted(tmp_path.iterdir())]
    files = [f"{folder}/{name}" for folder in folders for name in state.listing(folder).names]
    for file in files:
        state.digest(file)
    reads.clear()
    asked: list[str] = []
    original = os.stat
    monkeypatch.setattr(os, "stat", lambda path: asked.append(path) or original(path))
    monkeypatch.setattr(os, "scandir", None)
    assert state.changed(files, folders) == []
    monkeypatch.undo()
    assert asked == files + folders and reads == []
