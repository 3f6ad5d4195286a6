"""JSON events: the same lines as cmd/test2json of the SDK makes of the same output."""

from __future__ import annotations

import json
import random
import re
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from gotest_reference import go_environment, run_go
from scons_go.test.events import Converter


def convert(pieces: Iterable[bytes], minor: int = 27, failed: bool | None = None) -> list[dict]:
    """The events as dictionaries without what depends on the clock."""
    return [{name: value for name, value in json.loads(line).items() if name != "Time"} for line in raw(pieces, minor, failed)]


def raw(pieces: Iterable[bytes], minor: int, failed: bool | None = None) -> list[str]:
    lines: list[str] = []
    converter = Converter(lines.append, "p", minor)
    for piece in pieces:
        converter.write(piece)
    if failed is not None:
        converter.exited(failed)
    converter.close()
    return lines


@pytest.fixture(scope="module")
def test2json(any_goroot: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """Go's converter, built with the SDK's own go, and the minor version."""
    program = tmp_path_factory.mktemp("test2json") / "test2json"
    run_go(any_goroot, "build", "-o", str(program), "cmd/test2json", cwd=any_goroot)
    return program, int((any_goroot / "VERSION").read_text().split(".")[1])


def reference(program: Path, data: bytes) -> list[str]:
    with tempfile.TemporaryFile() as file:  # through a pipe it would come in pieces, and some events are of a piece
        file.write(data)
        file.seek(0)
        done = subprocess.run([str(program), "-p", "p", "-t"], stdin=file, env=go_environment(program), capture_output=True, check=True)
    return done.stdout.decode().splitlines(keepends=True)


def timeless(lines: list[str]) -> list[str]:
    """JSON lines without their time; the last, which is the package's, also without the seconds it took."""
    plain = [re.sub(r'^\{"Time":"[^"]*",', "{", line) for line in lines]
    return [*plain[:-1], re.sub(r',"Elapsed":[0-9.e-]+', "", plain[-1])]


def test_same_as_go_on_its_own_examples(test2json: tuple[Path, int], any_goroot: Path) -> None:
    program, minor = test2json
    examples = sorted((any_goroot / "src/cmd/internal/test2json/testdata").glob("*.test"))
    assert len(examples) > 10
    for example in examples:
        data = example.read_bytes()
        if example.stem.startswith("frame"):  # control characters are written as ^V
            data = re.sub(rb"\^([VON\[])", lambda match: bytes([match[1][0] & 0x1F]), data)
        expected = timeless(reference(program, data))
        assert timeless(raw([data], minor)) == expected, example.name
        pieces = [data[at : at + 7] for at in range(0, len(data), 7)]
        assert joined(timeless(raw(pieces, minor))) == joined(expected), f"{example.name} in pieces"


def joined(lines: list[str]) -> list[dict]:
    """Events in which neighbouring output is one: where a line arrives in pieces, its parts may be events of their own."""
    events: list[dict] = []
    for event in map(json.loads, lines):
        last = events[-1] if events else {}
        if event["Action"] == "output" == last.get("Action") and event.get("Test") == last.get("Test"):
            last["Output"] += event["Output"]
        else:
            events.append(event)
    return events


FRAGMENTS = [
    b"=== RUN   TestA\n", b"\x16=== RUN   TestB/x\n", b"\x16=== PAUSE TestB\n", b"=== CONT  TestB\n",
    b"\x16=== NAME  TestA\n", b"=== NAME\n",
    b"\x16--- PASS: TestA (0.01s)\n", b"    --- FAIL: TestB/x (1.00s)\n", b"        --- SKIP: TestB/x/y (0.00s)\n",
    b"--- BENCH: BenchmarkX-2\n",
    b"\x16=== ATTR  TestA key a value\n", b"\x16=== ARTIFACTS TestA /tmp/a b\n", b"PASS\n",
    b"\x16FAIL\tp\t0.1s\n", b"\x16PASS\n", b"FAIL\r\n",
    b"?   \tp\t[no test files]\n", b"\x0f    a_test.go:1: bad\x0e\n", b" text \x0fwrong\nstill\x0e rest\n",
    b"plain\n", b"no newline", b"    deep\n",
    b"\xff\xfe<&>\xe2\x80\xa8\n", "é世😀\n".encode(), b"\x1b[31mred\x1b[0m\n", b"BenchmarkX-2 \t 100\t 5 ns/op\n", b"x" * 1500 + b"\n",
    "世".encode() * 1700 + b"\n", b"\t\x00\x08\x0c\x7f\n",
]  # fmt: skip


def test_same_as_go_on_random_output(test2json: tuple[Path, int]) -> None:
    program, minor = test2json
    choose = random.Random(5)
    for _ in range(100):
        data = b"".join(choose.choices(FRAGMENTS, k=12))
        assert timeless(raw([data], minor)) == timeless(reference(program, data)), data


def test_no_output_type_before_1_27() -> None:
    assert all("OutputType" not in event for event in convert(FRAGMENTS, minor=26))


def test_outcome_of_the_process_wins() -> None:
    assert convert([b"PASS\n"], failed=True)[-1]["Action"] == "fail"
    assert convert([b"FAIL\n"], failed=False)[-1]["Action"] == "pass"
    assert convert([b"?   \tp\t[no test files]\n"], failed=False)[-1]["Action"] == "skip"


def test_failed_build_is_named() -> None:
    lines: list[str] = []
    converter = Converter(lines.append, "p", 27, now=lambda: 1_700_000_000.25, monotonic=iter([1.0, 1.5]).__next__)
    converter.failed_build("q")
    converter.write(b"FAIL\tp [build failed]\n")
    converter.exited(failed=True)
    converter.close()
    last = json.loads(lines[-1])
    assert last["FailedBuild"] == "q"
    assert last["Elapsed"] == 0.5
    assert re.fullmatch(r"2023-11-1\dT\d\d:\d\d:\d\d\.25(Z|[+-]\d\d:\d\d)", last["Time"])


def test_a_benchmark_is_shown_when_it_starts() -> None:
    lines: list[str] = []
    converter = Converter(lines.append, "p", 27)
    converter.write(b"BenchmarkX-2 \t")
    assert json.loads(lines[-1])["Output"] == "BenchmarkX-2 \t"
