"""HTTPS, credentials, redirects and HTTP proxies of module downloads."""

from __future__ import annotations

import base64
import os
import shutil
import ssl
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from modules_at_hand import Proxy, proxy_fixture  # noqa: F401 - fixtures
from scons_go.errors import GoError
from scons_go.module.environment import ModuleEnv
from scons_go.module.web import Client, NotFoundError, parse_netrc, redacted
from sconsproject import LONG


def client(**settings: str) -> Client:
    environ = {key: value for key, value in settings.items() if key.isupper() and key != "GOAUTH"}
    return Client(ModuleEnv("", "1.27.3", "", "", auth=settings.get("GOAUTH", "netrc"), environ=environ), timeout=LONG, pause=0.01)


class Secure:
    """An HTTPS server that wants "me:secret" for what begins with /private, and redirects as *redirects* says."""

    def __init__(self, folder: Path) -> None:
        self.redirects: dict[str, str] = {}
        self.seen: list[tuple[str, str]] = []
        key, certificate = folder / "key.pem", folder / "cert.pem"
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
                *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)),
            ],
            check=True,
            capture_output=True,
        )
        self.certificate = certificate
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                given = self.headers.get("Authorization", "")
                outer.seen.append((self.path, given))
                status, body = 200, b"content"
                if self.path in outer.redirects:
                    status, body = 302, b""
                elif self.path.startswith("/private") and given != "Basic " + base64.b64encode(b"me:secret").decode():
                    status, body = 401, b"who are you?"
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", outer.redirects[self.path])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture(name="secure")
def secure_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Secure:
    if not shutil.which("openssl"):
        pytest.skip("needs the program openssl (Debian: openssl) to make a certificate")
    for name in [name for name in os.environ if name.lower().endswith("_proxy") or name == "SSL_CERT_DIR"]:
        monkeypatch.delenv(name)
    secure = Secure(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.certificate))
    return secure


def netrc(tmp_path: Path, machine: str) -> str:
    path = tmp_path / "netrc"
    path.write_text(f"machine other.org login x password y\nmachine {machine}\n  login me\n  password secret\n")
    return str(path)


def test_certificates_come_from_the_environment(secure: Secure, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert client().get(secure.url + "/x", 100) == b"content"
    (tmp_path / "none.pem").write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(GoError, match=r"(?i)certificate"):
        client().get(secure.url + "/x", 100)


def test_netrc(secure: Secure, tmp_path: Path) -> None:
    host = secure.url.removeprefix("https://")
    with pytest.raises(GoError, match="401 Unauthorized"):
        client(NETRC=str(tmp_path / "missing")).get(secure.url + "/private/x", 100)
    assert client(NETRC=netrc(tmp_path, host)).get(secure.url + "/private/x", 100) == b"content"
    assert client(NETRC=netrc(tmp_path, f"{host}/private")).get(secure.url + "/private/x", 100) == b"content"
    with pytest.raises(GoError, match="401"):
        client(NETRC=netrc(tmp_path, host), GOAUTH="off").get(secure.url + "/private/x", 100)
    with pytest.raises(GoError, match=r"GOAUTH=git /tmp is not supported"):
        client(NETRC=netrc(tmp_path, host), GOAUTH="git /tmp").get(secure.url + "/private/x", 100)


def test_password_in_the_url(secure: Secure) -> None:
    url = secure.url.replace("https://", "https://me:secret@")
    assert client().get(url + "/private/x", 100) == b"content"
    with pytest.raises(GoError) as caught:
        client().get(url.replace("secret", "wrong") + "/private/x", 100)
    assert "xxxxx" in str(caught.value) and "wrong" not in str(caught.value)


def test_redirects(secure: Secure, proxy: Proxy, tmp_path: Path) -> None:
    secure.redirects |= {
        "/a": "/b",
        "/b": secure.url + "/private/c",
        "/loop": "/loop",
        "/plain": proxy.url + "/x",
        "/odd": "file:///etc/passwd",
    }
    host = secure.url.removeprefix("https://")
    assert client(NETRC=netrc(tmp_path, host)).get(secure.url + "/a", 100) == b"content"
    with pytest.raises(GoError, match="stopped after 10 redirects"):
        client().get(secure.url + "/loop", 100)
    with pytest.raises(GoError, match=r"redirected from secure URL .* to insecure URL"):
        client().get(secure.url + "/plain", 100)
    with pytest.raises(GoError, match="redirected from secure URL"):
        client().get(secure.url + "/odd", 100)
    assert proxy.requests == []


def test_credentials_stay_with_their_host(secure: Secure, proxy: Proxy, tmp_path: Path) -> None:
    """Over plain HTTP nothing is sent, whatever .netrc has."""
    proxy.files["/x"] = b"content"
    assert client(NETRC=netrc(tmp_path, proxy.url.removeprefix("http://"))).get(proxy.url + "/x", 100) == b"content"
    secure.seen.clear()
    client(NETRC=netrc(tmp_path, "elsewhere.org")).get(secure.url + "/x", 100)
    assert secure.seen == [("/x", "")]


def test_http_proxy_of_the_environment(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.setenv("no_proxy", "direct.example")
    proxy.files["http://modules.example/x"] = b"by proxy"
    assert client().get("http://modules.example/x", 100) == b"by proxy"
    assert proxy.requests == ["http://modules.example/x"]


def test_connections_are_kept(proxy: Proxy) -> None:
    proxy.files |= {"/1": b"one", "/2": b"two"}
    web = client()
    assert [web.get(f"{proxy.url}/{number}", 100) for number in (1, 2, 1)] == [b"one", b"two", b"one"]
    assert len(next(iter(web._connections._idle.values()))) == 1


def test_a_connection_that_the_server_closed_is_opened_again(proxy: Proxy) -> None:
    proxy.files["/1"] = b"one"
    web = client()
    web.get(f"{proxy.url}/1", 100)
    (connection,) = next(iter(web._connections._idle.values()))
    assert connection.sock
    connection.sock.close()
    assert web.get(f"{proxy.url}/1", 100) == b"one"


def test_files(tmp_path: Path) -> None:
    (tmp_path / "a b").write_bytes(b"content")
    assert client().get(f"file://{tmp_path}/a%20b", 100) == b"content"
    with pytest.raises(NotFoundError, match="no such file or directory"):
        client().get(f"file://{tmp_path}/none", 100)


def test_netrc_syntax() -> None:
    text = "machine a login b password c\nmacdef init\nmachine no login no password no\n\nmachine d\npassword f login e\n"
    text += "default login g password h\n"
    assert list(parse_netrc(text)) == [("a", "b", "c"), ("d", "e", "f")]


def test_redacted() -> None:
    assert redacted("https://u:p@h.org/x") == "https://u:xxxxx@h.org/x"
    assert redacted("https://h.org/x") == "https://h.org/x"
