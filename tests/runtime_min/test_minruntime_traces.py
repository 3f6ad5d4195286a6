"""Stack traces: what the min runtime prints of functions of the user is what Go's own prints, but for numbers that say where things are."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, goroot
from gorun import build
from scons_go.minruntime import load_manifest, manifest_path, overlay_for
from sconsproject import LONG
from toolchain import Toolchain

SOURCE = Path(__file__).parent / "machine" / "traces.go"
CASES = re.findall(r'^\t"(\w+)": ', SOURCE.read_text(encoding="utf-8"), re.MULTILINE)
# A number is how deep a function calls itself, or with x two functions each other, one of them inlined: about where frames are left out.
DEPTHS = [str(n) for n in (0, 47, 48, 49, 50, 97, 98, 99, 100, 1000)]
DEPTHS += [f"x{n}" for n in (47, 48, 49, 50, 51, 52, 97, 98, 99, 100, 101, 102, 103, 1000)]
LEVELS = ("none", "all", "system", "crash", "0", "1", "2", "3", "10x", "other")
LEVELED = ("scalars", "inlined", "nested", "gosettled", "waiters", "unlock", "goexit", "locked", "after", "labels", "x200")
EACH = [*((name, "single") for name in [*CASES, *DEPTHS]), *((name, level) for level in LEVELS for name in LEVELED)]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The program on both runtimes, Go's own first."""
    folder = tmp_path_factory.mktemp("traces")
    for runtime in ("full", "min"):
        build(Toolchain(str(goroot("1.27.3")), runtime, ROOT / "build" / "gorun", os.cpu_count() or 1), [SOURCE], folder / runtime)
    return [str(folder / "full"), str(folder / "min")]


def run(program: str, name: str, level: str) -> tuple[int, str]:
    """Exit status and standard error; on one processor, so that it is not up to chance where goroutines are."""
    environ = {"PATH": os.defpath, "GOMAXPROCS": "1", "GOTRACEBACK": level}
    done = subprocess.run([program, name], env=environ, capture_output=True, text=True, timeout=LONG, check=False)
    return done.returncode, done.stderr


def comparable(text: str, level: str) -> list[str]:
    """The paragraphs of *text*, without what is the runtime's own.

    That are goroutines without functions of the user, calls of package runtime where the level shows them, lines and arguments of these;
    numbers of goroutines; addresses, distances in code, and words that hold something else than the argument.
    """
    text = re.sub(r"\n(\S+)\(.*\)\n\truntime/\w+\.(?:go|s):\d+", r"\n\1\n\truntime", text)
    text = re.sub(r" \+0x[0-9a-f]+", "", text)
    text = re.sub(r"0x[0-9a-f]+\?", "?", text)
    text = re.sub(r"0x[0-9a-f]{5,15}\b", "0x…", text)
    text = re.sub(r"m=\d+ ", "m=… ", text)
    numbers: dict[str, int] = {}
    paragraphs = []
    for paragraph in text.strip().split("\n\n"):
        is_stack = re.match(r"goroutine |runtime stack:", paragraph)
        if is_stack and "\nmain." not in paragraph:
            continue
        if is_stack and level not in ("none", "single", "all", "0", "1"):
            paragraph = re.sub(r"\n(created by )?runtime\.\S+.*\n\t.*", "", paragraph)
        paragraph = re.sub(r"(?<=goroutine )\d+", lambda number: str(numbers.setdefault(number[0], len(numbers))), paragraph)
        paragraphs.append(paragraph)
    return paragraphs


@pytest.mark.parametrize(("name", "level"), EACH)
def test_trace(name: str, level: str, programs: list[str]) -> None:
    """Status and report; how many frames a stack of a megabyte has is not compared."""
    (full, full_text), (own, own_text) = (run(program, name, level) for program in programs)
    if name.startswith("overflow"):
        level = "system"  # because the runtime throws
        full_text, own_text = (re.sub(r"\.\.\.\d+ frames", "... frames", text) for text in (full_text, own_text))
    assert comparable(own_text, level) == comparable(full_text, level)
    assert own == full


def test_damaged_stack(programs: list[str]) -> None:
    """A trace ends where a return address is none; stock Go's too, with a dump of the stack."""
    (full, full_text), (own, own_text) = (run(program, "damaged", "all") for program in programs)
    assert own == full == 2
    assert full_text.startswith(own_text)
    assert "main.damaged()\n" in own_text


def test_minutes(programs: list[str]) -> None:
    """Who has waited for minutes, as far as the collector has noticed."""
    assert re.findall(r"goroutine \d+ (.*):", run(programs[1], "minutes", "all")[1]) == ["[running]", "[chan receive, 2 minutes]"]


def test_states(tmp_path: Path) -> None:
    """The names of what goroutines do and wait for are stock Go's, and each that occurs in the runtime is there."""
    sdk = goroot("1.27.3")
    folder = sdk / "src" / "runtime"
    stock = (folder / "runtime2.go").read_text(encoding="utf-8")
    reasons = re.findall(r"^\t(waitReason\w+).*// \"", stock, re.MULTILINE)
    names = dict(re.findall(r"^\t(waitReason\w+): +\"(.*)\",", stock, re.MULTILINE))
    states = dict(re.findall(r"^\t_G(\w+): +\"(.*)\",", (folder / "traceback.go").read_text(encoding="utf-8"), re.MULTILINE))
    own = (ROOT / "runtime_min" / "core" / "names.go").read_text(encoding="utf-8")
    parts = re.findall(r'"(.*?)"', own[own.index("const states = ") : own.index("// stateName is")])
    *listed, after = "".join(parts).split("|")
    used = set(re.findall(r"\bwaitReason[A-Z]\w+", _sources(sdk, tmp_path)))
    assert listed[:4] == [states[name] for name in ("idle", "runnable", "running", "syscall")]
    assert listed[4:] == [states["waiting"], *(names[reason] if reason in used else "" for reason in reasons[1:])]
    assert not after


def _sources(sdk: Path, folder: Path) -> str:
    """All sources of package runtime on min, but for the one that declares the reasons."""
    overlay = overlay_for(load_manifest(manifest_path()), str(sdk), "1.27.3", str(folder))
    paths = [path for name, path in overlay.replace.items() if path and not name.endswith("runtime2.go")]
    return "\n".join(overlay.generated[path].decode() if path in overlay.generated else Path(path).read_text("utf-8") for path in paths)
