"""Modules made for a test, a proxy that serves them (or misbehaves), and a project that requires them."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import threading
import time
import urllib.parse
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from gocommand import STEADY
from scons_go.module.build import BuildList, open_build_list
from scons_go.module.environment import ModuleEnv, module_env
from scons_go.module.modzip import hash_zip
from scons_go.module.sums import hash_gomod
from scons_go.module.version import escape_path, escape_version
from scons_go.module.web import Client
from sconsproject import LONG

GO = "1.27.3"


def make_zip(module: str, version: str, files: Mapping[str, str]) -> bytes:
    """A module zip whose names get the prefix ``module@version/``; a name that begins with "!" is taken as it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name[1:] if name.startswith("!") else f"{module}@{version}/{name}", text)
    return buffer.getvalue()


class Proxy:
    """What the server answers: *files* maps a path to a body; *faults* maps one to what goes wrong instead.

    A fault is a status ("500"), "hang" (no answer before the end of the test), "half" (half of the body, then the connection is cut) or a
    list of faults, one a request, the last of which stays; "" means no fault.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, str | list[str]] = {}
        self.requests: list[str] = []
        self.url = ""
        self.released = threading.Event()

    def add(self, module: str, version: str, files: Mapping[str, str]) -> None:
        """Serve a module; its go.mod is made up unless it is among *files*."""
        base = f"/{escape_path(module)}/@v/{escape_version(version)}"
        gomod = files.get("go.mod", f"module {module}\n")
        self.files[base + ".mod"] = gomod.encode()
        self.files[base + ".info"] = f'{{"Version":"{version}"}}'.encode()
        self.files[base + ".zip"] = make_zip(module, version, {"go.mod": gomod, **files})

    def fault(self, path: str) -> str:
        fault = self.faults.get(path, "")
        if isinstance(fault, list):
            return fault.pop(0) if len(fault) > 1 else fault[0]
        return fault

    def sums(self, scratch: Path) -> str:
        """The lines of go.sum for all that is served."""
        lines = []
        for path, data in self.files.items():
            escaped, _, name = path[1:].partition("/@v/")
            version, _, kind = name.rpartition(".")
            module = _unescape(escaped)
            if kind == "mod":
                lines.append(f"{module} {_unescape(version)}/go.mod {hash_gomod(data)}\n")
            elif kind == "zip":
                (scratch / "hash.zip").write_bytes(data)
                lines.append(f"{module} {_unescape(version)} {hash_zip(str(scratch / 'hash.zip'))}\n")
        return "".join(sorted(lines))


def _unescape(text: str) -> str:
    first, *rest = text.split("!")
    return first + "".join(part[0].upper() + part[1:] for part in rest)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def do_GET(self) -> None:
        proxy = self.proxy
        self.path = urllib.parse.unquote(self.path)
        proxy.requests.append(self.path)
        fault = proxy.fault(self.path)
        body = proxy.files.get(self.path)
        if fault == "hang":
            proxy.released.wait()
            self.close_connection = True
        elif fault.isdigit() or body is None:
            self._answer(int(fault or 404), f"no luck with {self.path}\n".encode())
        else:
            self._answer(200, body, cut=fault == "half")

    def _answer(self, status: int, body: bytes, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Proxy]:
    """A proxy on a free port of this machine."""
    proxy = Proxy()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": proxy}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield proxy
    finally:
        proxy.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(name="proxy")
def proxy_fixture(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)  # none between us and the server
    with serving() as server:
        yield server


class Project:
    """A main module in *root* with a module cache of its own."""

    def __init__(self, root: Path, goroot: Path, proxy: str) -> None:
        self.root = root
        self.goroot = goroot
        self.cache = root.parent / f"{root.name}-cache"
        self.environ = {
            "GOENV": "off",
            "GOPROXY": proxy,
            "GOSUMDB": "sum.golang.org",
            "GOMODCACHE": str(self.cache),
            "HOME": str(root.parent),
            "GOTOOLCHAIN": "local",
            "GOFLAGS": "",
        }
        self.memory = ""
        self.patience = LONG
        """How long a download waits for an answer, in seconds."""

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def env(self) -> ModuleEnv:
        return module_env(str(self.goroot), GO, self.environ)

    def open(self, folder: str = "") -> BuildList:
        env = self.env()
        where = os.path.join(str(self.root), folder) if folder else str(self.root)
        modules = open_build_list(where, env, memory=self.memory, client=Client(env, timeout=self.patience, pause=0.01))
        assert modules is not None
        return modules

    def leftovers(self) -> list[str]:
        """Files in the cache that a later build could take for something."""
        return sorted(
            str(path.relative_to(self.cache))
            for path in self.cache.rglob("*")
            if path.is_file() and path.suffix != ".lock" and path.name != "list"
        )

    def go(self, *arguments: str) -> tuple[int, str, str]:
        """Run the SDK's go command in the project with the same settings: status, output, errors."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GO", "CGO_"))}
        environ = {**kept, **STEADY, **self.environ, "GOROOT": str(self.goroot), "GOCACHE": str(self.root.parent / "gocache")}
        command = [str(self.goroot / "bin" / "go"), *arguments]
        done = subprocess.run(command, cwd=self.root, env=environ, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr


@pytest.fixture(name="project")
def project_fixture(tmp_path: Path, current_goroot: Path, proxy: Proxy) -> Iterator[Project]:
    root = tmp_path / "main"
    root.mkdir()
    project = Project(root, current_goroot, proxy.url)
    yield project
    make_writable(project.cache)


def make_writable(folder: Path) -> None:
    """Undo what keeps a module cache from being changed."""
    for base, _, _ in os.walk(folder):
        Path(base).chmod(stat.S_IRWXU)


def wait_until(condition: object, seconds: float = LONG) -> None:
    """Wait for *condition*() to hold."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "timed out"
        time.sleep(0.01)
