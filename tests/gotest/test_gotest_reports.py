"""The coverage page and JUnit XML: well formed, complete, and true to what they report on."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from html import unescape
from html.parser import HTMLParser

from scons_go.test.coverhtml import coverage_page
from scons_go.test.coverprofile import parse_profile
from scons_go.test.events import Converter
from scons_go.test.junit import collect, to_xml

SOURCE = b'package p\n\nfunc F(a int) int {\n\tif a < 0 && a != -1 { return 1 }\n\ts := "\xc3\xa9"; return len(s)\n}\n'
PROFILE = """mode: count
p/f.go:3.19,4.22 1 7
p/f.go:4.22,4.34 1 0
p/f.go:5.2,5.26 2 3
p/gone.go:1.1,2.2 1 0
"""


class Marks(HTMLParser):
    """Collects (class, title, text) of the marks in <pre>, and the text of <pre> without line numbers."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.marks: list[tuple[str, str, str]] = []
        self.plain = ""
        self.stack: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("pre", "b", "i"):
            self.stack.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("pre", "b", "i"):
            assert self.stack.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if not self.stack:
            return
        tag, attributes = self.stack[-1]
        if tag == "b":
            self.marks.append((attributes.get("class", ""), attributes["title"], data))
        if tag != "i":
            self.plain += data


def page() -> str:
    return coverage_page(parse_profile(PROFILE, "c"), {"p/f.go": SOURCE}.get, "A <title>")


def test_page_shows_the_source_and_what_ran() -> None:
    marks = Marks(page())
    assert marks.plain.rstrip("\n") == SOURCE.decode().rstrip("\n")
    assert marks.marks == [
        ("", "7", "{"), ("", "7", "if a < 0 && a != -1 "), ("missed", "0", "{ return 1 }"), ("", "3", 's := "é"; return len(s)'),
    ]  # fmt: skip


def test_page_has_totals_and_says_what_is_missing() -> None:
    text = page()
    assert "3 of 5 statements ran: 60.0% (mode count)" in text
    assert "<title>A &lt;title&gt; 60.0%</title>" in text
    assert '<details open id="p/gone.go"><summary>p/gone.go — 0.0%</summary>\n<p>The source is not to be found.</p>' in text
    links = set(re.findall(r'href="#([^"]*)"', text))
    assert links == set(re.findall(r'id="([^"]*)"', text)) == {"p/f.go", "p/gone.go"}
    assert not re.search(r"<script|https?://", text)
    assert page() == text


def events(output: bytes, package: str = "example.com/p", failed: bool = False, failed_build: str = "") -> list[str]:
    lines: list[str] = []
    converter = Converter(lines.append, package, 27)
    converter.write(output)
    if failed_build:
        converter.failed_build(failed_build)
    converter.exited(failed)
    converter.close()
    return lines


RUN = (
    b"\x16=== RUN   TestGood\n\x16--- PASS: TestGood (0.25s)\n\x16=== RUN   TestBad\n    a_test.go:5: wrong & <worse> \x00]]>\n"
    b"\x16=== RUN   TestBad/sub\n\x16--- FAIL: TestBad (0.50s)\n\x16    --- FAIL: TestBad/sub (0.00s)\n\x16=== RUN   TestSkip\n"
    b"    a_test.go:9: not today\n\x16--- SKIP: TestSkip (0.00s)\nFAIL\n\x16FAIL\texample.com/p\t0.9s\n"
)


def test_xml_has_every_test() -> None:
    root = ET.fromstring(to_xml(collect(events(RUN, failed=True))))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("4", "2", "0")
    (suite,) = root
    assert (suite.get("name"), suite.get("skipped")) == ("example.com/p", "1")
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert list(cases) == ["TestGood", "TestBad", "TestBad/sub", "TestSkip"]
    assert (cases["TestGood"].get("time"), len(cases["TestGood"])) == ("0.250", 0)
    failure = cases["TestBad"].find("failure")
    assert failure is not None
    assert "a_test.go:5: wrong & <worse> \ufffd]]>" in (failure.text or "")
    skipped = cases["TestSkip"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "a_test.go:9: not today"


def test_xml_of_a_process_that_died() -> None:
    died = b"\x16=== RUN   TestGood\n\x16--- PASS: TestGood (0.00s)\n\x16=== RUN   TestPanic\npanic: oh\n\x16FAIL\texample.com/p\t0.9s\n"
    root = ET.fromstring(to_xml(collect(events(died, failed=True))))
    assert (root.get("failures"), root.get("errors")) == ("0", "1")
    error = root.find(".//testcase[@name='TestPanic']/error")
    assert error is not None
    assert error.get("message") == "the test did not finish"
    assert "panic: oh" in (error.text or "")


def test_xml_of_a_build_that_failed() -> None:
    root = ET.fromstring(to_xml(collect(events(b"FAIL\tp [build failed]\n", "p", failed=True, failed_build="q"))))
    error = root.find(".//testcase[@name='(package)']/error")
    assert error is not None
    assert error.get("message") == "q: build failed"


def test_several_packages_and_other_lines() -> None:
    build_output = json.dumps({"ImportPath": "x", "Action": "build-output"})
    lines = [*events(b"PASS\n", "a"), "# not an event\n", build_output, *events(b"PASS\n", "b")]
    assert [suite.package for suite in collect(lines)] == ["a", "b"]
    assert unescape(to_xml(collect(lines))).count("<testsuite ") == 2
