"""What we say of a project, and what the go command says of it, in the same form."""

from __future__ import annotations

import os
import re

from modules_at_hand import Project
from scons_go.errors import GoError
from scons_go.filestate import FileState
from scons_go.load import Loader
from scons_go.module.tidy import check_tidy
from scons_go.module.web import Client
from scons_go.overlay import Overlay
from scons_go.sdk import find_sdk
from scons_go.variant import Variant


def load(project: Project) -> str:
    """The error of loading the main package, "" if there is none."""
    sdk = find_sdk({}, str(project.goroot))
    try:
        loader = Loader(sdk, Variant.of(sdk, "linux", "amd64"), Overlay(), FileState(), project.open())
        loader.closure(["example.com/main"])
    except GoError as error:
        return str(error)
    return ""


def plain(text: str, project: Project) -> str:
    """*text* without positions and without the folder of the test."""
    text = re.sub(r"\n\s*", "\n", text.replace(str(project.root) + os.sep, ""))
    return re.sub(r"^(?:[\w./-]+:\d+(?::\d+)?: |go: |go\.mod: )", "", text, flags=re.MULTILINE).strip()


def by_go(project: Project) -> tuple[set[str], set[str]]:
    """(lines that go mod tidy would take away, lines that it would add), in go.mod without layout and in go.sum."""
    status, output, errors = project.go("mod", "tidy", "-diff")
    assert status in (0, 1) and (output or not status), errors
    removed, added = [], []
    for line in output.splitlines():
        if line[:1] in "+-" and not line.startswith(("+++", "---")):
            text = line[1:].strip().removeprefix("require ")
            if text and text not in ("require (", ")", "("):
                (removed if line[0] == "-" else added).append(re.sub(r" h1:.*", "", text))
    both = set(removed) & set(added)
    # A repeated line is taken away once and stays once.
    return {line for line in removed if line not in both or removed.count(line) > added.count(line)}, set(added) - both


def by_us(project: Project) -> tuple[set[str], set[str]]:
    env = project.env()
    removed, added = set(), set()
    text = (project.root / "go.mod").read_text().splitlines()
    for finding in check_tidy(str(project.root), env, client=Client(env, pause=0.01)):
        message = finding.message
        line = text[finding.position.line - 1].removeprefix("require ") if finding.position.file.endswith(".mod") else ""
        words = message.split()
        if message.startswith(("unused", "repeated")):
            removed.add(line)
        elif message.startswith("missing requirement"):
            added.add(message.removeprefix("missing requirement "))
        elif message.startswith("unneeded line"):
            removed.add(message.removeprefix("unneeded line "))
        elif message.startswith("missing line"):
            added.add(message.removeprefix("missing line "))
        elif words[0] in ("go", "toolchain"):
            removed.add(line)
            if "would become" in message:
                added.add(" ".join(words[-2:]))
        elif message.startswith("missing toolchain"):
            added.add(message.removeprefix("missing "))
        elif "would become" in message:
            removed.add(line)
            added.add(line.replace(words[2], words[-1]))
        elif "marked" in message:
            removed.add(line)
            added.add(line.removesuffix(" // indirect") if "must not" in message else f"{line} // indirect")
        else:
            raise AssertionError(str(finding))
    return removed, added
