"""Go's JSON events from the output of a test binary that runs with ``-test.v=test2json``.

The format and the rules that turn lines into events are those of cmd/internal/test2json/test2json.go; the converter is written from them.
A test binary marks the lines that frame tests with ^V; since Go 1.27 it also encloses the text of errors in ^O and ^N and escapes such
bytes in other output by ^[.
"""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from json.encoder import encode_basestring

_FRAME, _ERROR, _ERROR_END = b"\x16", b"\x0f", b"\x0e"
_MARK = re.compile(rb"\x0f|\x0e\n?|\x1b.?", re.S)

# How much of a line is looked at and how much goes into one event, in bytes (cmd/internal/test2json/test2json.go:96).
_INPUT_LIMIT, _OUTPUT_LIMIT = 4096, 1024

# Lines that report a change of state, with the first minor version of Go that knows them (test2json.go:195).
_UPDATES = {"RUN": 22, "PAUSE": 22, "CONT": 22, "NAME": 22, "PASS": 22, "FAIL": 22, "SKIP": 22, "ATTR": 25, "ARTIFACTS": 26}
_UPDATE = re.compile(rb"=== (ARTIFACTS|(?=[A-Z ]{5} )[A-Z]+) +(.*)\s*\Z", re.S)
_REPORT = re.compile(rb"--- (PASS|FAIL|SKIP|BENCH): (.*)\s*\Z", re.S)
_TIMED = re.compile(r"(.*?) \((?:(\d+\.?\d*)s\)\Z)?", re.S)
_BENCHMARK = re.compile(rb"Benchmark(?:\Z|[^a-z])")

BUILD_EVENTS_SINCE = 24
TYPED_OUTPUT_SINCE = 27
_PLAIN_REPLACEMENT_SINCE = 27  # encoding/json writes U+FFFD itself for an invalid byte, no longer its escape


@dataclass(slots=True)
class _Event:
    """One line of JSON; the fields are named and ordered as go's."""

    action: str
    test: str = ""
    elapsed: float | None = None
    output: bytes | None = None
    output_type: str = ""
    failed_build: str = ""
    key: str = ""
    value: str = ""
    path: str = ""


class Converter:
    """Turns test output, written to it in pieces, into JSON lines.

    *emit* gets each event as one line of text with its newline. *package* is the import path in the events, *minor* the version of Go
    whose test binary writes (27 for Go 1.27). *now* and *monotonic* give the time in seconds.
    """

    def __init__(
        self,
        emit: Callable[[str], None],
        package: str,
        minor: int,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._emit = emit
        self._quoted_package = f',"Package":{_quoted(package)}' if package else ""
        self._quoted_test = ("", "")
        self._minor = minor
        self._now = now
        self._monotonic = monotonic
        self._start = monotonic()
        self._test = ""
        self._reports: list[_Event] = []  # results of nested tests, held back until all their output is out
        self._result = ""
        self._failed_build = ""
        self._marked = False  # the binary marks framing lines: others are output, whatever they look like
        self._framing = False
        self._in_error = False
        self._escaped = False
        self._output = _Lines(_OUTPUT_LIMIT, self._write_output, self._write_output, self._typed)
        self._input = _Lines(_INPUT_LIMIT, self._line, self._output.write, self._typed)
        self._event(_Event("start"))

    @property
    def _typed(self) -> bool:
        return self._minor >= TYPED_OUTPUT_SINCE

    def write(self, data: bytes) -> None:
        """Take the next piece of output."""
        self._input.write(data)

    def exited(self, failed: bool) -> None:
        """Say how the process ended; it overrides what the output said, except that a skipped package stays skipped."""
        if failed:
            self._result = "fail"
        elif self._result != "skip":
            self._result = "pass"

    def failed_build(self, package: str) -> None:
        """Name the package whose build failed, so that the test could not run."""
        if self._minor >= BUILD_EVENTS_SINCE:
            self._failed_build = package

    def close(self) -> None:
        """Flush what is left and write the event of the whole package."""
        self._input.flush()
        self._output.flush()
        if self._result:
            elapsed = round(self._monotonic() - self._start, 3)
            failed_build = self._failed_build if self._result == "fail" else ""
            self._event(_Event(self._result, elapsed=elapsed, failed_build=failed_build))

    def _line(self, line: bytes) -> None:
        """Handle one whole line of input (test2json.go:222)."""
        marked = line.startswith(_FRAME)
        if self._marked and not marked:
            self._output.write(line)
            return
        if marked:
            self._output.flush()
            line = line[1:]
        bare = line[:-1] if line.endswith(b"\n") else line
        bare = bare.removesuffix(b"\r")
        if bare == b"=== NAME":  # trailing spaces may have been lost
            line = b"=== NAME  \n"
        if bare in (b"PASS", b"FAIL") or bare.startswith(b"FAIL\t"):
            self._flush_reports(0)
            self._marked = marked
            self._write_frame(line)
            self._result = "pass" if bare == b"PASS" else "fail"
            return
        if line.startswith(b"?   \t") and bare.endswith(b"\t[no test files]") and not self._reports:
            self._result = "skip"
        update = _UPDATE.match(line)
        if update and self._minor >= _UPDATES.get(update[1].decode(), 99):
            self._update(update[1].decode().lower(), _text(update[2]), line, marked)
            return
        unindented = re.sub(rb"\A(?:    )+", b"", line)
        indent = (len(line) - len(unindented)) // 4
        report = _REPORT.match(unindented)
        if report and indent <= len(self._reports):
            self._report(report[1].decode().lower(), _text(report[2]), line, marked, indent)
            return
        if not report and 0 < indent <= len(self._reports):
            self._test = self._reports[indent - 1].test
        self._output.write(line)

    def _update(self, action: str, name: str, line: bytes, marked: bool) -> None:
        event = _Event(action)
        if action == "artifacts":
            name, _, event.path = name.partition(" ")
        elif action == "attr":
            name, _, rest = name.partition(" ")
            event.key, _, event.value = rest.partition(" ")
        self._marked = marked
        self._flush_reports(0)
        self._test = name
        if action == "name":  # only says whose output follows
            return
        if action == "pause":  # the notice belongs before the event, lest the test seem to write while it is paused
            self._write_frame(line)
        self._event(event)
        if action != "pause":
            self._write_frame(line)

    def _report(self, action: str, name: str, line: bytes, marked: bool, indent: int) -> None:
        event = _Event(action)
        timed = _TIMED.match(name)
        if timed:
            name = timed[1]
            event.elapsed = float(timed[2]) if timed[2] else None
        self._marked = marked
        self._flush_reports(indent)
        event.test = self._test = name
        self._reports.append(event)
        self._write_frame(line)

    def _flush_reports(self, depth: int) -> None:
        self._test = ""
        while len(self._reports) > depth:
            self._event(self._reports.pop())

    def _write_frame(self, line: bytes) -> None:
        self._framing = True
        self._output.write(line)
        self._framing = False

    def _write_output(self, data: bytes) -> None:
        """Write *data* as events, a new one where error text begins or ends (test2json.go:425)."""
        if not self._typed:
            self._event(_Event("output", output=data))
            return
        kind = "frame" if self._framing else "error-continue" if self._in_error else ""
        piece = bytearray(data[:1] if self._escaped else b"")
        at, self._escaped = len(piece), self._escaped and not data
        for mark in _MARK.finditer(data, at):
            piece += data[at : mark.start()]
            at = mark.end()
            if mark[0] == _ERROR:
                if piece:
                    self._event(_Event("output", output=bytes(piece), output_type=kind))
                piece.clear()
                self._in_error, kind = True, "error"
            elif mark[0].startswith(_ERROR_END):
                self._event(_Event("output", output=bytes(piece) + mark[0][1:], output_type=kind))
                piece.clear()
                self._in_error, kind = False, ""
            else:  # an escape; what it stands before may be in the next piece
                piece += mark[0][1:]
                self._escaped = len(mark[0]) == 1
        piece += data[at:]
        if piece:
            self._event(_Event("output", output=bytes(piece), output_type=kind))

    def _event(self, event: _Event) -> None:
        test = event.test or self._test
        if test != self._quoted_test[0]:
            self._quoted_test = test, f',"Test":{_quoted(test)}' if test else ""
        fields = [f'{{"Time":"{_rfc3339(self._now())}","Action":"{event.action}"', self._quoted_package, self._quoted_test[1]]
        if event.elapsed is not None:
            fields.append(f',"Elapsed":{_number(event.elapsed)}')
        if event.output is not None:
            replacement = "\ufffd" if self._minor >= _PLAIN_REPLACEMENT_SINCE else "\\ufffd"
            fields.append(f',"Output":{_quoted(event.output.decode("utf-8", "surrogateescape"), replacement)}')
        rest = (
            ("OutputType", event.output_type), ("FailedBuild", event.failed_build),
            ("Key", event.key), ("Value", event.value), ("Path", event.path),
        )  # fmt: skip
        fields += [f',"{name}":{_quoted(value)}' for name, value in rest if value]
        self._emit("".join([*fields, "}\n"]))


def build_events(package: str, text: str) -> list[str]:
    """The JSON events for a *package* that could not be built, and what was said of it (cmd/go/internal/load/printer.go:70)."""
    head = f'{{"ImportPath":{_quoted(package)},"Action":'
    lines = (_quoted(line + "\n") for line in text.splitlines())
    return [*(f'{head}"build-output","Output":{line}}}\n' for line in lines), f'{head}"build-fail"}}\n']


class _Lines:
    """Cuts a stream into lines; a line longer than *limit* bytes is passed on in parts.

    A ^V inside a line ends it: output without a newline stands before a framing line.
    """

    def __init__(self, limit: int, line: Callable[[bytes], None], part: Callable[[bytes], None], escapes: bool) -> None:
        self._limit = limit
        self._line = line
        self._part = part
        self._end = re.compile(rb"\n|\x16|\x1b[^\n]" if escapes else rb"\n|\x16", re.S)
        self._pending = b""
        self._inside = False  # the beginning of the line has been passed on as a part

    def write(self, data: bytes) -> None:
        rest = self._pending + data
        at = 0
        while at < len(rest):
            end = self._end_of_line(rest, at, min(at + self._limit, len(rest)))
            if end >= 0:
                (self._part if self._inside else self._line)(rest[at:end])
                self._inside = False
                at = end
            elif len(rest) - at >= self._limit:
                end = _character_end(rest, at + self._limit)
                self._part(rest[at:end])
                self._inside = True
                at = end
            else:
                # A benchmark's name is shown when it starts to run, long before its line is complete.
                name, tab, _ = rest[at:].partition(b"\t")
                if tab and not self._inside and _BENCHMARK.match(name.rstrip(b" ")):
                    self._part(name + tab)
                    self._inside = True
                    at += len(name) + 1
                break
        self._pending = rest[at:]

    def _end_of_line(self, data: bytes, start: int, stop: int) -> int:
        for match in self._end.finditer(data, start, stop):
            if match[0] == b"\n":
                return match.end()
            if match[0] == _FRAME and match.start() > start:
                return match.start()
        return -1

    def flush(self) -> None:
        if self._pending:
            self._part(self._pending)
            self._pending = b""


def _character_end(data: bytes, end: int) -> int:
    """The largest offset up to *end* that does not cut a UTF-8 sequence."""
    for back in range(1, 4):
        byte = data[end - back]
        if byte & 0xC0 == 0x80:
            continue
        length = 2 if byte & 0xE0 == 0xC0 else 3 if byte & 0xF0 == 0xE0 else 4 if byte & 0xF8 == 0xF0 else 1
        return end - back if back < length else end
    return end


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape").strip()


def _quoted(text: str, replacement: str = "\ufffd") -> str:
    """*text* as encoding/json writes it: HTML characters escaped, *replacement* for each invalid byte."""
    return _JSON_SPECIAL.sub(lambda match: _JSON_ESCAPES.get(match[0], replacement), encode_basestring(text))


_JSON_SPECIAL = re.compile(r"[<>&\u2028\u2029\udc80-\udcff]")
_JSON_ESCAPES = {character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def _number(value: float) -> str:
    text = repr(value)
    return text.removesuffix(".0")


def _rfc3339(seconds: float) -> str:
    """A time as time.RFC3339Nano in the local zone; microseconds are all that Python's clock carries."""
    whole, microseconds = divmod(round(seconds * 1_000_000), 1_000_000)
    text, zone = _second(whole)
    return f"{text}.{microseconds:06}".rstrip("0").rstrip(".") + zone


@lru_cache(maxsize=4)
def _second(seconds: int) -> tuple[str, str]:
    """(date and time, zone): of the events that come in masses, many are of the same second."""
    moment = datetime.datetime.fromtimestamp(seconds).astimezone()
    zone = moment.strftime("%z")
    return moment.strftime("%Y-%m-%dT%H:%M:%S"), "Z" if zone == "+0000" else f"{zone[:3]}:{zone[3:5]}"
