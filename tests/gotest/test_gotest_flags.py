"""Flags of go test: what the test binary gets, and the errors for wrong ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scons_go.errors import GoError
from scons_go.test.flags import BUILD, OWN, PASSED, format_duration, parse_duration, parse_flags


def passed(line: str) -> tuple[str, ...]:
    return parse_flags(line.split(), "/top").arguments


def test_table_is_the_sdks(current_goroot: Path) -> None:
    source = (current_goroot / "src/cmd/go/internal/test/flagdefs.go").read_text()
    table = source[source.index("passFlagToTest") : source.index("passAnalyzersToVet")]
    assert set(re.findall(r'^\t"(\w+)":', table, re.M)) == set(PASSED)


def test_build_flags_are_the_sdks(current_goroot: Path) -> None:
    folder = current_goroot / "src/cmd/go/internal"
    texts = [(folder / name).read_text() for name in ("work/build.go", "base/flag.go")]
    known = {name for text in texts for name in re.findall(r'[fF]lags?\.(?:\w*Var|Func)\([^"\n]*"([\w-]+)", ', text)}
    assert known - set(PASSED) - set(OWN) - {"debug-actiongraph", "debug-runtime-trace", "debug-trace"} <= set(BUILD)
    assert set(BUILD) - known == {"c"}


def test_what_the_binary_gets() -> None:
    assert passed("-args -race")[1:] == ("-race",)
    assert passed("") == ("-test.timeout=10m0s",)
    assert passed("-v -run X --short -count=2") == (
        "-test.timeout=10m0s",
        "-test.v=true",
        "-test.run=X",
        "-test.short=true",
        "-test.count=2",
    )
    assert passed("-timeout 90s -v=0 -test.parallel=0x10") == ("-test.timeout=1m30s", "-test.v=false", "-test.parallel=16")
    assert passed("-json -shuffle=on") == ("-test.v=test2json", "-test.timeout=10m0s", "-test.shuffle=on")
    assert passed("-cpuprofile c.out")[1:] == ("-test.outputdir=/top", "-test.cpuprofile=c.out")
    assert passed("-cpuprofile c.out -outputdir d")[1:] == ("-test.cpuprofile=c.out", "-test.outputdir=/top/d")
    assert passed("-custom value -also=1 -args -run a b")[1:] == ("-custom", "value", "-also=1", "-run", "a", "b")
    assert passed("-vet=off -cover -json=false") == ("-test.timeout=10m0s",)


def test_questions_about_the_run() -> None:
    assert not parse_flags([], "/").show_pass
    assert all(parse_flags(line.split(), "/").show_pass for line in ("-v", "-v=test2json", "-list .", "-args -h"))
    assert not parse_flags(["-args", "--", "-h"], "/").show_pass
    assert all(
        parse_flags([flag], "/").covers for flag in ("-cover", "-covermode=set", "-coverpkg=./...", "-coverprofile=c", "-coverprofile=")
    )
    assert parse_flags(["-coverpkg=./..., fmt"], "/").cover_packages == ("./...", "fmt")
    assert parse_flags(["-cover"], "/").cover_mode(race=False) == "set"
    assert parse_flags(["-cover"], "/").cover_mode(race=True) == "atomic"
    assert parse_flags(["-bench", "."], "/").endless
    assert parse_flags(["-timeout=0"], "/").timeout == 0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("-run", "flag needs an argument: -run"),
        ("-short=maybe", 'invalid boolean value "maybe" for -short: parse error'),
        ("-count x", 'invalid value "x" for flag -count: parse error'),
        ("-timeout 5", 'invalid value "5" for flag -timeout: parse error'),
        ("-shuffle fast", 'invalid value "fast" for flag -shuffle: -shuffle argument must be "on", "off", or an int64'),
        ("-covermode x", 'invalid value "x" for flag -covermode: valid modes are "set", "count", or "atomic"'),
        ("-fuzz F -coverprofile c", "cannot use -coverprofile flag with -fuzz flag"),
        ("-fuzz F -trace c", "cannot use -trace flag with -fuzz flag"),
        ("-tags=x -v", "-tags says how to build, not how to test: use GOTAGS; if it is the test's own flag, put it after -args"),
        ("-race", "-race says how to build, not how to test: it is not supported; if it is the test's own flag, put it after -args"),
        ("-run X ./...", "unexpected argument './...': packages are named by GoTest, arguments of the test itself come after -args"),
    ],
)
def test_errors(line: str, message: str) -> None:
    with pytest.raises(GoError) as caught:
        parse_flags(line.split(), "/")
    assert str(caught.value) == message


def test_race_needs_atomic() -> None:
    with pytest.raises(GoError, match='-covermode must be "atomic", not "set", when -race is enabled'):
        parse_flags(["-covermode=set"], "/").cover_mode(race=True)


@pytest.mark.parametrize(
    ("text", "seconds", "printed"),
    [
        ("10m", 600, "10m0s"), ("1h2m3.5s", 3723.5, "1h2m3.5s"), ("1.5s", 1.5, "1.5s"), ("20ms", 0.02, "20ms"), ("0", 0, "0s"),
        ("1500us", 0.0015, "1.5ms"), ("-2s", -2, "-2s"), ("7ns", 7e-9, "7ns"), ("90s", 90, "1m30s"), (".5h", 1800, "30m0s"),
    ],
)  # fmt: skip
def test_durations(text: str, seconds: float, printed: str) -> None:
    assert parse_duration(text) == pytest.approx(seconds)
    assert format_duration(seconds) == printed
