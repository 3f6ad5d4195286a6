"""Cached results: what a test looked at decides whether its result still holds."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest
from scons_go.test.testlog import InputsChangedError, Place, Result, ResultCache, inputs_key, key_arguments, parse_log, result_key

OK = b"--- PASS: TestA (0.00s)\nPASS\nok  \tp\t0.012s\tcoverage: 50.0% of statements\n"


def digest(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


class Scene:
    """A module with a data file and a folder, both old, and a cache."""

    def __init__(self, top: Path) -> None:
        self.root = top / "module"
        self.folder = self.root / "p"
        (self.folder / "testdata").mkdir(parents=True)
        self.data = self.folder / "testdata" / "a.txt"
        self.data.write_text("one")
        self.outside = top / "outside.txt"
        self.outside.write_text("one")
        self.environ = {"HOME": "/home/gopher"}
        self.cache = ResultCache(str(top / "cache"), digest)
        for path in (self.data, self.data.parent, self.folder, self.outside):
            os.utime(path, (1, 1))
        self.log = f"# test log\ngetenv HOME\nopen testdata/a.txt\nopen testdata\nstat {self.root}/p\nopen {self.outside}\n".encode()

    @property
    def place(self) -> Place:
        return Place(str(self.folder), str(self.root), self.environ)

    def keep(self, log: bytes | None = None, **more: object) -> bool:
        started = time.time_ns() + 10**9  # as if all files were older
        return self.cache.keep("example.com/p", "k" * 64, self.place, log or self.log, Result(OK, **more), started)

    def changed(self) -> int:
        """A moment before the last change of the data file."""
        return self.data.stat().st_mtime_ns - 1

    def find(self, **more: bool) -> Result | None:
        return self.cache.find("example.com/p", "k" * 64, self.place, **more)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_cached_in_place_of_the_time() -> None:
    assert Result(OK).cached() == OK.replace(b"0.012s", b"(cached)")
    assert Result(b"ok  \tp\t1.5s\n").cached() == b"ok  \tp\t(cached)\n"
    assert Result(b"ok  \tp\t0.003s [no tests to run]\n").cached() == b"ok  \tp\t(cached) [no tests to run]\n"


def test_found_again_and_still_found_after_a_checkout(scene: Scene) -> None:
    assert scene.find() is None
    assert scene.keep()
    assert scene.find() == Result(OK)
    os.utime(scene.data, (1, 1))
    assert scene.find() == Result(OK)


def test_each_input_counts(scene: Scene) -> None:
    assert scene.keep()
    scene.data.write_text("two")
    assert scene.find() is None
    scene.data.write_text("one")
    assert scene.find()
    scene.environ["HOME"] = "/elsewhere"
    assert scene.find() is None
    scene.environ["HOME"] = "/home/gopher"
    scene.environ["UNREAD"] = "x"
    assert scene.find()
    scene.environ["GODEBUG"] = "x=1"
    assert scene.find() is None
    del scene.environ["GODEBUG"]
    (scene.folder / "testdata" / "b.txt").write_text("new")
    assert scene.find() is None
    (scene.folder / "testdata" / "b.txt").unlink()
    assert scene.find()
    (scene.folder / "new.txt").write_text("changes the time of the folder that was asked about")
    assert scene.find() is None


def test_files_outside_the_module_do_not_count(scene: Scene) -> None:
    assert scene.keep()
    scene.outside.write_text("two")
    assert scene.find()


def test_a_file_that_appears_counts(scene: Scene) -> None:
    assert scene.keep(b"# test log\nopen testdata/missing.txt\n")
    assert scene.find()
    (scene.folder / "testdata" / "missing.txt").write_text("")
    assert scene.find() is None


def test_names_are_relative_to_the_last_chdir(scene: Scene) -> None:
    assert scene.keep(f"# test log\nchdir {scene.folder}/testdata\nopen a.txt\n".encode())
    scene.data.write_text("two")
    assert scene.find() is None


def test_results_move_with_the_tree(scene: Scene, tmp_path: Path) -> None:
    assert scene.keep(b"# test log\nopen testdata/a.txt\n")
    scene.root.rename(tmp_path / "moved")
    scene.root = tmp_path / "moved"
    scene.folder = scene.root / "p"
    assert scene.find()


def test_not_kept_if_a_file_changed_under_the_test(scene: Scene) -> None:
    with pytest.raises(InputsChangedError):
        inputs_key(parse_log(scene.log, scene.place), scene.place, digest, scene.changed())
    assert not scene.cache.keep("example.com/p", "k" * 64, scene.place, scene.log, Result(OK), scene.changed())


@pytest.mark.parametrize("log", [b"", b"# test log\nopen a", b"open a\n", b"# test log\nfrobnicate a\n", b"# test log\nopen\n"])
def test_malformed_logs_are_not_kept(scene: Scene, log: bytes) -> None:
    assert parse_log(log, scene.place) is None
    assert not scene.cache.keep("p", "k", scene.place, log, Result(OK), time.time_ns() + 10**9)


def test_profile_is_kept(scene: Scene) -> None:
    assert scene.keep()
    assert scene.find(profile=True) is None
    assert scene.keep(profile=b"mode: set\n")
    assert scene.find(profile=True) == Result(OK, b"mode: set\n")


def test_old_results_go(scene: Scene) -> None:
    """Also where the file system cannot tell which is the oldest: the one that has just been kept stays."""
    for number in range(40):
        for path in (scene.root.parent / "cache").rglob("*.output"):
            os.utime(path, (4e9, 4e9))
        scene.data.write_text(str(number))
        assert scene.keep(b"# test log\nopen testdata/a.txt\n")
        assert scene.find()
        left = sorted((scene.root.parent / "cache").rglob("*.output"))
        assert len(left) == min(number + 1, 32)


def test_arguments() -> None:
    assert key_arguments(("-test.run=X", "-test.v=true", "-test.coverprofile=/a")) == (("-test.run=X", "-test.v=true"), "")
    for argument in ("-test.count=1", "-test.bench=.", "-test.cpuprofile=a", "-custom=1", "word", "-test.run"):
        assert key_arguments(("-test.run=X", argument)) == ((), argument)


def test_key_depends_on_all_it_is_given() -> None:
    keys = {result_key(*given) for given in (("a", ()), ("b", ()), ("a", ("-test.v=true",)), ("a", (), "cover"))}
    assert len(keys) == 4
