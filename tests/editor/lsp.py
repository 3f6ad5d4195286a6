"""A language client over the pipes of a server, as far as tests need one (Language Server Protocol 3.17)."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from sconsproject import LONG


class LanguageServer:
    """The server *command*, started in *folder*; use it as a context."""

    def __init__(self, command: list[str], folder: Path, environ: dict[str, str], log: Path) -> None:
        self.folder = folder
        self.diagnostics: dict[str, list[dict[str, Any]]] = {}
        self._log = log.open("wb")
        self._process = subprocess.Popen(command, cwd=folder, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log)
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._changed = threading.Condition()
        self._serial = 0
        self._versions: dict[Path, int] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> LanguageServer:
        root = self.folder.as_uri()
        folders = [{"uri": root, "name": self.folder.name}]
        capabilities = {"workspace": {"configuration": True}, "window": {"workDoneProgress": False}}
        self.request("initialize", processId=None, rootUri=root, workspaceFolders=folders, capabilities=capabilities)
        self.notify("initialized")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()

    def request(self, method: str, seconds: float = LONG, **params: Any) -> Any:
        """The result of a request."""
        self._serial += 1
        self._send({"id": self._serial, "method": method, "params": params})
        answer = self._answers.get(timeout=seconds)
        assert answer["id"] == self._serial and "error" not in answer, answer
        return answer["result"]

    def notify(self, method: str, **params: Any) -> None:
        self._send({"method": method, "params": params})

    def open(self, file: Path) -> str:
        """Open a file as an editor does; returns its text."""
        text = file.read_text()
        self._versions[file] = 1
        self.notify("textDocument/didOpen", textDocument={"uri": file.as_uri(), "languageId": "go", "version": 1, "text": text})
        return text

    def change(self, file: Path, text: str) -> None:
        """Replace the unsaved text of an open file."""
        self._versions[file] += 1
        document = {"uri": file.as_uri(), "version": self._versions[file]}
        self.notify("textDocument/didChange", textDocument=document, contentChanges=[{"text": text}])

    def places(self, method: str, file: Path, word: str, **params: Any) -> set[tuple[str, int]]:
        """(file, line from 1) of the answer to a question about the first *word* in *file*."""
        before, _, _ = file.read_text().partition(word)
        start = len(before.rpartition("\n")[2])
        position = {"line": before.count("\n"), "character": start + len(word) - 1}
        found = self.request(method, textDocument={"uri": file.as_uri()}, position=position, **params) or []
        return {(place["uri"].removeprefix("file://"), place["range"]["start"]["line"] + 1) for place in found}

    def wait_for_diagnostics(self, file: Path, expected: list[str], seconds: float = LONG) -> None:
        """Wait until the messages about *file* each have a part of *expected* in them, in order, and no others are there."""
        end = time.monotonic() + seconds
        with self._changed:
            while True:
                found = [each["message"] for each in self.diagnostics.get(file.as_uri(), [{"message": "not looked at yet"}])]
                if len(found) == len(expected) and all(part in text for part, text in zip(expected, sorted(found), strict=True)):
                    return
                left = end - time.monotonic()
                assert left > 0, f"{file}: {found}, not {expected}"
                self._changed.wait(left)

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream
        while header := stream.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                header = stream.readline()
            self._receive(json.loads(stream.read(length)))

    def _receive(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            self._answers.put(message)
        elif "id" in message:  # what the server asks has one answer each: nothing to configure
            items = message.get("params", {}).get("items", [])
            self._send({"id": message["id"], "result": [None] * len(items) if message["method"] == "workspace/configuration" else None})
        elif message["method"] == "textDocument/publishDiagnostics":
            with self._changed:
                self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
                self._changed.notify_all()
