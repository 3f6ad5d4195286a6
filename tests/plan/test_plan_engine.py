"""The engine compiles what is stale, once, in order; what goes wrong is one message in go's words and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from gocommand import run_go
from plan_support import FILES, closure, workplace, write
from scons_go.errors import GoError
from scons_go.plan import engine as engine_module
from scons_go.plan.engine import Engine
from scons_go.plan.program import Workplace
from sconsproject import LONG

ALL = ["example.com/m/base", "example.com/m/left", "example.com/m/right", "example.com/m/top"]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The import paths that the engine compiles, as it does."""
    paths: list[str] = []
    original = engine_module.run_package

    def counting(config: Any, plan: Any, *rest: Any) -> Any:
        paths.append(plan.import_path)
        return original(config, plan, *rest)

    monkeypatch.setattr(engine_module, "run_package", counting)
    return paths


def left_over(place: Workplace) -> list[str]:
    """Outputs without a record, and temporary files."""
    output = Path(place.config.output)
    files = [path for path in output.rglob("*") if path.is_file()] if output.exists() else []
    return [str(path) for path in files if not path.with_suffix(".built").exists() and "~stamps" not in path.parts]


def build(place: Workplace, *names: str, **options: Any) -> dict[str, Any]:
    return Engine(place.config, 2).build(closure(place, *names), **options)


def test_only_what_is_stale_is_compiled(current_goroot: Path, tmp_path: Path, compiled: list[str]) -> None:
    folder = write(tmp_path / "m")
    place = workplace(current_goroot, folder)
    assert sorted(build(place, "top")) == ALL
    assert compiled[0] == ALL[0] and compiled[-1] == ALL[-1] and sorted(compiled) == ALL

    def after(name: str, text: str) -> list[str]:
        (folder / name).write_text(text)
        del compiled[:]
        build(workplace(current_goroot, folder), "top")
        return sorted(compiled)

    assert after("base/base.go", FILES["base/base.go"]) == []
    assert after("base/base.go", FILES["base/base.go"].replace("a + b", "a - b")) == ALL[:1], "the interface is the same"
    assert after("base/base.go", FILES["base/base.go"].replace("//go:noinline\n", "")) == ALL[:3] + ALL[3:]
    assert after("left/left.go", FILES["left/left.go"].replace("1, 2", "2, 1")) in (ALL[1:2], [ALL[1], ALL[3]])
    assert left_over(place) == []


def test_a_stamp_stands_for_all(current_goroot: Path, tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    place = workplace(current_goroot, write(tmp_path / "m"))
    first = build(place, "top", immutable=True)
    with monkeypatch.context() as patch:
        patch.setattr(engine_module, "plan_package", None)
        assert build(place, "top", immutable=True) == first
    assert sorted(compiled) == ALL
    os.unlink(first[ALL[2]].archive)
    del compiled[:]
    assert build(place, "top", immutable=True) == first
    assert compiled == [ALL[2]]


def test_outputs_may_be_moved(current_goroot: Path, tmp_path: Path, compiled: list[str]) -> None:
    folder = write(tmp_path / "m")
    first = build(workplace(current_goroot, folder), "top", immutable=True)
    os.rename(f"{folder}.out", tmp_path / "elsewhere")
    del compiled[:]
    moved = build(workplace(current_goroot, folder, tmp_path / "elsewhere"), "top", immutable=True)
    assert compiled == []
    assert [built.export_digest for built in moved.values()] == [built.export_digest for built in first.values()]
    assert all(os.path.isfile(built.export) and os.path.isfile(built.archive) for built in moved.values())


def test_threads_share_the_work(current_goroot: Path, tmp_path: Path, compiled: list[str]) -> None:
    place = workplace(current_goroot, write(tmp_path / "m"))
    packages = {name: closure(place, name) for name in ("left", "right", "top")}
    engine, results = Engine(place.config, 3), []
    threads = [threading.Thread(target=lambda n=name: results.append(engine.build(packages[n]))) for name in [*packages, *packages]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert len(results) == 6
    assert sorted(compiled) == ALL


def test_progress_and_output(current_goroot: Path, tmp_path: Path) -> None:
    place = workplace(current_goroot, write(tmp_path / "m"), gcflags=(("./left", ("-m",)),))
    said: list[str] = []
    steps: list[tuple[int, int, str]] = []
    engine = Engine(place.config, 2, said.append, lambda *step: steps.append(step))
    engine.build(closure(place, "top"))
    flags = ["-trimpath", "-gcflags=./left=-m", "./top"]
    assert said == [run_go(current_goroot, "build", *flags, cwd=tmp_path / "m").stderr] and "can inline Left" in said[0]
    assert [step[:2] for step in steps] == [(1, 4), (2, 4), (3, 4), (4, 4)] and {step[2] for step in steps} == set(ALL)
    engine.build(closure(place, "top"))
    assert len(said) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("left/left.go", FILES["left/left.go"].replace("1, 2", '1, "2"')),
        ("left/left.go", FILES["left/left.go"].replace("{ return", "{ unused := 1; return undefined(1), ")),
        ("left/left.s", "TEXT \xb7missing(SB), 4, $0\n\tNOSUCH AX, BX\n\tRET\n"),
    ],
)
def test_errors_are_go_s(current_goroot: Path, tmp_path: Path, name: str, text: str) -> None:
    """The compiler's and the assembler's words, once, with paths from where the user is; all else is built; a repair is enough."""
    folder = write(tmp_path / "m")
    (folder / name).write_text(text)
    place = workplace(current_goroot, folder)
    with pytest.raises(GoError) as caught:
        build(place, "top")
    expected = run_go(current_goroot, "build", "-trimpath", "./top", cwd=folder).stderr
    assert str(caught.value) + "\n" == expected
    assert left_over(place) == []
    made = {path.name for path in Path(place.config.output).rglob("*.x")}
    assert made == {"base.x", "right.x"}
    (folder / name).unlink()
    write(folder)
    assert sorted(build(workplace(current_goroot, folder), "top")) == ALL


def test_several_errors_are_all_told(current_goroot: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "m")
    for side in ("left", "right"):
        (folder / side / "more.go").write_text(f"package {side}\n\nvar x int = {side!r}\n".replace("'", '"'))
    with pytest.raises(GoError) as caught:
        build(workplace(current_goroot, folder), "top")
    assert "# example.com/m/left\nleft/more.go:3:13: " in str(caught.value)
    assert "# example.com/m/right\nright/more.go:3:13: " in str(caught.value)


def test_stops_at_the_first_error_if_asked(current_goroot: Path, tmp_path: Path, compiled: list[str]) -> None:
    folder = write(tmp_path / "m")
    (folder / "base" / "more.go").write_text('package base\n\nvar x int = ""\n')
    place = workplace(current_goroot, folder)
    engine = Engine(place.config, 1, keep_going=False)
    with pytest.raises(GoError, match=r"^# example.com/m/base\nbase/more.go:3:13: [^\n]*$"):
        engine.build(closure(place, "top"))
    assert compiled[-1] == "example.com/m/base"
    (folder / "base" / "more.go").unlink()
    assert sorted(build(workplace(current_goroot, folder), "top")) == ALL


@pytest.fixture
def broken_sdk(current_goroot: Path, tmp_path: Path) -> Callable[[str, str], Path]:
    """An SDK in which the tool *name* is the shell script *text*."""

    def make(name: str, text: str) -> Path:
        root = tmp_path / "sdk"
        tools = root / "pkg" / "tool" / "linux_amd64"
        tools.mkdir(parents=True)
        for entry in current_goroot.iterdir():
            if entry.name != "pkg":
                (root / entry.name).symlink_to(entry)
        (root / "pkg" / "include").symlink_to(current_goroot / "pkg" / "include")
        for tool in (current_goroot / "pkg" / "tool" / "linux_amd64").iterdir():
            if tool.name == name:
                (tools / name).write_text(text)
                (tools / name).chmod(0o755)
            else:
                (tools / tool.name).symlink_to(tool)
        return root

    return make


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("#!/bin/sh\nkill -9 $$\n", "example.com/m/base: .*/compile: killed by SIGKILL"),
        ("#!/bin/sh\nexit 3\n", "example.com/m/base: .*/compile: exit status 3"),
        ("#!/nowhere\n", "example.com/m/base: cannot run .*/compile: No such file or directory"),
        ("#!/bin/sh\nexit 0\n", "example.com/m/base: .*/_pkg_.x: No such file or directory"),
    ],
)
def test_a_compiler_that_does_not_work(broken_sdk: Callable[[str, str], Path], tmp_path: Path, script: str, words: str) -> None:
    place = workplace(broken_sdk("compile", script), write(tmp_path / "m"))
    with pytest.raises(GoError, match=words):
        build(place, "base")
    assert left_over(place) == []


def test_a_compiler_that_is_killed_half_way(broken_sdk: Callable[[str, str], Path], current_goroot: Path, tmp_path: Path) -> None:
    """The outputs of the run before are whole, and known not to be those of the sources any more."""
    folder = write(tmp_path / "m")
    place = workplace(current_goroot, folder)
    built = build(place, "base")
    (folder / "base/base.go").write_text(FILES["base/base.go"].replace("a + b", "a - b"))
    script = '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\necho half > "$2"\nkill -9 $$\n'
    broken = workplace(broken_sdk("compile", script), folder, Path(place.config.output).parent)
    assert broken.config.output == place.config.output
    with pytest.raises(GoError, match="killed by SIGKILL"):
        build(broken, "base")
    assert left_over(place) == []
    assert build(workplace(current_goroot, folder), "base") != built


def test_a_full_disk(current_goroot: Path, tmp_path: Path) -> None:
    output = tmp_path / "small"
    output.mkdir()
    mount, umount = shutil.which("mount") or "mount", shutil.which("umount") or "umount"
    mounted = subprocess.run([mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(output)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("needs root and mount(8), to mount a tmpfs")
    try:
        folder = write(tmp_path / "m", {**FILES, "base/big.go": "package base\n\n" + "var Big = [...]int{" + "7, " * 20_000 + "}\n"})
        place = workplace(current_goroot, folder, output)
        with pytest.raises(GoError, match=r"[Nn]o space left on device"):
            build(place, "base")
        assert left_over(place) == []
    finally:
        subprocess.run([umount, str(output)], check=True)


def test_an_edit_while_the_compiler_runs(current_goroot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows which text was compiled, so the next build compiles again."""
    folder = write(tmp_path / "m")
    original = engine_module.run_package

    def editing(config: Any, plan: Any, *rest: Any) -> Any:
        (folder / "base/base.go").write_text("package base\n\nconst Edited = 1\n")
        built = original(config, plan, *rest)
        (folder / "base/base.go").write_text("package base\n\nconst EditedTwice = 2\n")
        return built

    with monkeypatch.context() as patch:
        patch.setattr(engine_module, "run_package", editing)
        build(workplace(current_goroot, folder), "base")
    (folder / "base/base.go").write_text(FILES["base/base.go"])
    (built,) = build(workplace(current_goroot, folder), "base").values()
    assert b"Edited" not in Path(built.export).read_bytes()


def test_a_missing_source_file(current_goroot: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "m")
    place = workplace(current_goroot, folder)
    packages = closure(place, "base")
    (folder / "base/base.go").unlink()
    with pytest.raises(GoError, match=r"example.com/m/base: .*base/base.go: No such file or directory"):
        Engine(place.config, 1).build(packages)


INTERRUPTED = """\
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell has ignored by what it runs in the background
sys.path.insert(0, {site!r})
from pathlib import Path
from go.plan.engine import Engine
from go.plan.program import open_workplace
from go.sdk import open_sdk
from go.variant import Variant
sdk = open_sdk({goroot!r})
place = open_workplace(sdk, Variant.of(sdk), {output!r}, {folder!r}, {{"HOME": {folder!r}}})
print("ready", flush=True)
try:
    Engine(place.config, 2).build(place.loader.closure(["net/http"]))
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_an_interrupt(current_goroot: Path, tmp_path: Path) -> None:
    """Ctrl-C ends the build soon, and leaves nothing half-written."""
    folder = write(tmp_path / "m")
    output = tmp_path / "out"
    names = {"site": str(ROOT / "site_scons" / "site_tools"), "goroot": str(current_goroot), "output": str(output), "folder": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED.format(**names)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout and process.stdout.readline() == "ready\n"
    deadline = time.monotonic() + LONG
    while not list(output.glob("*/*.built")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=LONG)[0] == "interrupted\n"
    files = [path for path in output.rglob("*") if path.is_file()]
    assert files and all(path.with_suffix(".built").exists() for path in files)
    shutil.rmtree(output)
