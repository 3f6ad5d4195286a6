"""Downloads: what a proxy may do wrong, what the cache looks like afterwards, and what a later build trusts."""

from __future__ import annotations

import io
import multiprocessing
import os
import shutil
import signal
import stat
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import sconsproject
from modules_at_hand import Project, Proxy, make_writable, make_zip, project_fixture, proxy_fixture, wait_until  # noqa: F401 - fixtures
from scons_go.errors import GoError
from scons_go.module.build import open_build_list
from scons_go.module.proxy import parse_goproxy
from scons_go.module.web import Client

MODULE, VERSION = "example.com/Dep", "v1.2.3"
BASE = "/example.com/!dep/@v/v1.2.3"
SHOWN = "/example.com/%21dep/@v/v1.2.3"  # as it is in a URL
FILES = {"go.mod": "module example.com/Dep\n\ngo 1.21\n", "dep.go": "package dep\n", "sub/sub.go": "package sub\n"}
MAIN = {"go.mod": f"module example.com/main\n\ngo 1.21\n\nrequire {MODULE} {VERSION}\n", "main.go": "package main\n"}


def prepare(project: Project, proxy: Proxy, files: Mapping[str, str] = FILES) -> None:
    proxy.add(MODULE, VERSION, files)
    project.write({**MAIN, "go.sum": proxy.sums(project.root.parent)})


def failure(project: Project, path: str = MODULE) -> str:
    with pytest.raises(GoError) as caught:
        project.open().resolve(path)
    return str(caught.value)


def test_layout_is_the_go_commands(project: Project, proxy: Proxy) -> None:
    prepare(project, proxy)
    found = project.open().resolve("example.com/Dep/sub", "example.com/main")
    folder = project.cache / "example.com" / "!dep@v1.2.3"
    assert found.dir == str(folder / "sub")
    assert found.module and (found.module.version, found.module.go_version) == ("v1.2.3", "1.21")
    assert stat.S_IMODE(folder.stat().st_mode) & 0o222 == 0
    assert stat.S_IMODE((folder / "dep.go").stat().st_mode) == 0o444
    download = project.cache / "cache" / "download" / "example.com" / "!dep" / "@v"
    assert sorted(os.listdir(download)) == ["list", "v1.2.3.lock", "v1.2.3.mod", "v1.2.3.zip", "v1.2.3.ziphash"]
    assert (download / "list").read_text() == "v1.2.3\n"
    # The go command takes it as its own, without a proxy.
    project.environ["GOPROXY"] = "off"
    project.write({"main.go": f'package main\n\nimport _ "{MODULE}/sub"\n\nfunc main() {{}}\n'})
    status, output, errors = project.go("list", "-deps", "-f", "{{with .Module}}{{.Dir}}{{end}}", ".")
    assert status == 0, errors
    assert str(folder) in output
    assert project.go("mod", "verify")[1] == "all modules verified\n"


def test_cache_of_the_go_command_is_used(project: Project, proxy: Proxy) -> None:
    prepare(project, proxy)
    status, _, errors = project.go("mod", "download", MODULE)
    assert status == 0, errors
    proxy.requests.clear()
    assert project.open().resolve(MODULE).module
    assert proxy.requests == []


def test_nothing_is_downloaded_unless_needed(project: Project, proxy: Proxy) -> None:
    prepare(project, proxy)
    modules = project.open()
    assert modules.main_modules[0].path == "example.com/main"
    assert modules.resolve("example.com/main").dir == str(project.root)
    assert modules.resolve("fmt").module is None
    assert proxy.requests == []


@pytest.mark.parametrize("status", ["404", "410"])
def test_not_found(project: Project, proxy: Proxy, status: str) -> None:
    prepare(project, proxy)
    proxy.faults[BASE + ".zip"] = status
    message = failure(project)
    reason = {"404": "Not Found", "410": "Gone"}[status]
    assert message.startswith(
        f"{MODULE}@{VERSION}: reading {proxy.url}{SHOWN}.zip: {status} {reason}\n\tserver response: no luck with {BASE}"
    )
    assert proxy.requests.count(BASE + ".zip") == 1
    assert not any(name.endswith((".zip", ".tmp", ".go")) for name in project.leftovers())


def test_server_error_is_tried_again(project: Project, proxy: Proxy) -> None:
    prepare(project, proxy)
    proxy.faults[BASE + ".zip"] = ["500", "503", ""]
    assert project.open().resolve(MODULE).dir.endswith("!dep@v1.2.3")
    assert proxy.requests.count(BASE + ".zip") == 3


def test_server_error_that_stays(project: Project, proxy: Proxy) -> None:
    prepare(project, proxy)
    proxy.faults[BASE + ".zip"] = "500"
    assert f"{MODULE}@{VERSION}: reading {proxy.url}{SHOWN}.zip: 500 Internal Server Error" in failure(project)


def test_half_a_body(project: Project, proxy: Proxy) -> None:
    prepare(project, proxy)
    proxy.faults[BASE + ".zip"] = "half"
    assert f'{MODULE}@{VERSION}: read "{proxy.url}{SHOWN}.zip": unexpected EOF' in failure(project)
    assert not any(".zip" in name for name in project.leftovers())
    proxy.faults[BASE + ".zip"] = ["half", ""]
    assert project.open().resolve(MODULE).module


def test_a_server_that_hangs(project: Project, proxy: Proxy) -> None:
    prepare(project, proxy)
    proxy.faults[BASE + ".mod"] = "hang"
    project.patience = 0.4
    assert f'{MODULE}@{VERSION}: Get "{proxy.url}{SHOWN}.mod": no answer within 0.4 seconds' in failure(project)
    assert proxy.requests.count(BASE + ".mod") == 2


def test_what_failed_is_not_asked_for_again(project: Project, proxy: Proxy) -> None:
    """A build asks for a module ahead, and for each package that may be in it: each time would be minutes with a server that hangs."""
    prepare(project, proxy)
    proxy.faults[BASE + ".zip"] = "500"
    modules = project.open()
    modules.prefetch([MODULE])
    for _ in range(2):
        with pytest.raises(GoError, match="500 Internal Server Error"):
            modules.resolve(MODULE)
    assert proxy.requests == [BASE + ".zip"] * 3
    proxy.faults.clear()
    assert project.open().resolve(MODULE).module


@pytest.mark.parametrize("jobs", ["-j1", "-j2"])
@pytest.mark.parametrize("kind", [".mod", ".zip"])
def test_interrupt_of_a_download(project: Project, proxy: Proxy, kind: str, jobs: str) -> None:
    """Nobody waits for a server that hangs. SCons takes the signal for itself, and lets actions come to their end."""
    prepare(project, proxy)
    project.write({"main.go": f'package main\n\nimport _ "{MODULE}"\n\nfunc main() {{}}\n'})
    proxy.faults[BASE + kind] = "hang"
    build = sconsproject.Project(project.root, project.goroot, environ=project.environ)
    build.sconstruct("env.GoProgram('bin/app', '.')\n")
    command = [sys.executable, "-m", "SCons", jobs]
    with subprocess.Popen(command, cwd=project.root, env=build._environ(), stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: BASE + kind in proxy.requests)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=sconsproject.LONG)[1]
    assert process.returncode != 0 and "interrupted while modules were downloaded" in said
    assert "Traceback" not in said
    proxy.faults.clear()
    build.build().ok()


def test_wrong_checksum_of_the_zip(project: Project, proxy: Proxy) -> None:
    prepare(project, proxy)
    good = proxy.files[BASE + ".zip"]
    proxy.files[BASE + ".zip"] = make_zip(MODULE, VERSION, {**FILES, "dep.go": "package dep // evil\n"})
    message = failure(project)
    assert message.startswith(f"verifying {MODULE}@{VERSION}: checksum mismatch\n\tdownloaded: h1:")
    assert "\n\tgo.sum:     h1:" in message and "SECURITY ERROR" in message
    assert not any(name.endswith((".zip", ".ziphash", ".tmp", ".go")) for name in project.leftovers())
    proxy.files[BASE + ".zip"] = good
    assert project.open().resolve(MODULE).module


def test_wrong_checksum_of_go_mod(project: Project, proxy: Proxy) -> None:
    prepare(project, proxy)
    proxy.files[BASE + ".mod"] += b"// evil\n"
    assert failure(project).startswith(f"verifying {MODULE}@{VERSION}/go.mod: checksum mismatch\n")
    assert not any(name.endswith("v1.2.3.mod") for name in project.leftovers())


@pytest.mark.parametrize("first", [True, False])
def test_two_hashes_of_one_module(project: Project, proxy: Proxy, first: bool) -> None:
    """The first one counts (modfetch/fetch.go:920)."""
    prepare(project, proxy)
    wrong = f"{MODULE} {VERSION} h1:{'A' * 43}=\n"
    right = proxy.sums(project.root.parent)
    project.write({"go.sum": wrong + right if first else right + wrong, "main.go": f'package main\n\nimport _ "{MODULE}"\n'})
    if first:
        assert failure(project).startswith(f"verifying {MODULE}@{VERSION}: checksum mismatch\n")
    else:
        assert project.open().resolve(MODULE).module
    status, _, errors = project.go("list", "-deps", ".")
    assert (status != 0) == first and ("checksum mismatch" in errors) == first


def test_tampered_cache_is_not_trusted(project: Project, proxy: Proxy) -> None:
    """A ziphash or go.mod in the cache that go.sum does not have is an error, wherever it came from."""
    prepare(project, proxy)
    project.open().resolve(MODULE)
    noted = project.cache / "cache/download/example.com/!dep/@v/v1.2.3.ziphash"
    noted.write_text("h1:" + "A" * 43 + "=")
    assert failure(project).startswith(f"verifying {MODULE}@{VERSION}: checksum mismatch\n")
    noted.write_bytes(b"\0" * 47)  # left by a crash: made anew from the zip
    assert project.open().resolve(MODULE).module
    assert noted.read_text().startswith("h1:")


def test_truncated_zip(project: Project, proxy: Proxy) -> None:
    prepare(project, proxy)
    proxy.files[BASE + ".zip"] = proxy.files[BASE + ".zip"][:-30]
    assert f"{MODULE}@{VERSION}: zip: not a valid zip file" in failure(project)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("!../../../../evil.go", f"zip for {MODULE}@{VERSION} has unexpected file ../../../../evil.go"),
        ("!/etc/evil", f"zip for {MODULE}@{VERSION} has unexpected file /etc/evil"),
        ("../evil.go", 'malformed file path "../evil.go": invalid path element ".."'),
        ("a/../../evil.go", "file path is not clean"),
        ("/evil.go", 'malformed file path "/evil.go": empty path element'),
        ("./evil.go", "file path is not clean"),
        ("a//b.go", "file path is not clean"),
        ("Dep.go", 'case-insensitive file name collision: "dep.go" and "Dep.go"'),
        ("SUB/x.go", 'case-insensitive file name collision: "sub" and "SUB"'),
        ("dep.go/x.go", 'entry "dep.go" is both a file and a directory'),
        ("sub/go.mod", "go.mod file not in module root directory"),
        ("a\\b.go", "malformed file path"),
        ("con.go", '"con" disallowed as path element component on Windows'),
        ("trailing.", "trailing dot in path element"),
    ],
)
def test_hostile_names(project: Project, proxy: Proxy, entry: str, message: str) -> None:
    prepare(project, proxy, {**FILES, entry: "package evil\n"})
    assert message in failure(project)
    assert not list(project.root.parent.rglob("evil*"))
    assert not any(name.endswith((".go", ".ziphash", ".zip")) for name in project.leftovers())


def test_symbolic_links_become_plain_files(project: Project, proxy: Proxy) -> None:
    """As with the go command, an entry's mode does not count."""
    prepare(project, proxy)
    buffer = io.BytesIO(proxy.files[BASE + ".zip"])
    with zipfile.ZipFile(buffer, "a") as archive:
        link = zipfile.ZipInfo(f"{MODULE}@{VERSION}/link.go")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    proxy.files[BASE + ".zip"] = buffer.getvalue()
    project.write({"go.sum": proxy.sums(project.root.parent)})
    folder = Path(project.open().resolve(MODULE).dir)
    assert not (folder / "link.go").is_symlink()
    assert (folder / "link.go").read_text() == "/etc/passwd"


def test_sizes_are_bounded(project: Project, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(project, proxy, {**FILES, "big.txt": "0" * 200_000})
    monkeypatch.setattr("scons_go.module.modzip.MAX_ZIP", 100_000)
    assert "total uncompressed size of module contents too large" in failure(project)
    monkeypatch.setattr("scons_go.module.proxy.MAX_ZIP", 500)
    assert f"reading {proxy.url}{SHOWN}.zip: more than 500 bytes" in failure(project)


def _download(root: str, goroot: str, url: str, barrier: object, results: object) -> None:
    barrier.wait()  # type: ignore[attr-defined]
    project = Project(Path(root), Path(goroot), url)
    results.put(project.open().resolve(MODULE).dir)  # type: ignore[attr-defined]


def test_two_processes_at_once(project: Project, proxy: Proxy) -> None:
    """They wait for each other's lock; the zip is fetched once."""
    prepare(project, proxy, {**FILES, **{f"f{i}.go": "package dep\n" for i in range(200)}})
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(4), context.Queue()
    workers = [
        context.Process(target=_download, args=(str(project.root), str(project.goroot), proxy.url, barrier, results)) for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    folders = {results.get(timeout=sconsproject.LONG) for _ in workers}
    for worker in workers:
        worker.join()
    assert len(folders) == 1
    assert len(os.listdir(folders.pop())) == 203
    assert proxy.requests.count(BASE + ".zip") == 1


def test_killed_download_leaves_nothing_that_is_trusted(project: Project, proxy: Proxy) -> None:
    prepare(project, proxy)
    proxy.faults[BASE + ".zip"] = "hang"
    child = os.fork()
    if not child:
        try:
            env = project.env()
            modules = open_build_list(str(project.root), env, client=Client(env, timeout=sconsproject.LONG))
            assert modules
            modules.resolve(MODULE)
        finally:
            os._exit(0)
    wait_until(lambda: BASE + ".zip" in proxy.requests)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert any(name.endswith(".tmp") for name in project.leftovers())
    proxy.faults.clear()
    folder = project.open().resolve(MODULE).dir
    assert sorted(os.listdir(folder)) == ["dep.go", "go.mod", "sub"]
    assert not any(name.endswith(".tmp") for name in project.leftovers())


def test_partial_extraction_is_not_used(project: Project, proxy: Proxy) -> None:
    """What another tool left half done (a ``.partial`` mark) is removed and done anew."""
    prepare(project, proxy)
    folder = Path(project.open().resolve(MODULE).dir)
    make_writable(folder)
    (folder / "dep.go").unlink()
    (project.cache / "cache/download/example.com/!dep/@v/v1.2.3.partial").write_bytes(b"")
    assert (Path(project.open().resolve(MODULE).dir) / "dep.go").is_file()


def test_damaged_entry_leaves_no_folder(project: Project, proxy: Proxy) -> None:
    """A zip whose hash was noted but whose data went bad on disk."""
    prepare(project, proxy)
    folder = Path(project.open().resolve(MODULE).dir)
    make_writable(folder.parent)
    shutil.rmtree(folder)
    archive = project.cache / "cache/download/example.com/!dep/@v/v1.2.3.zip"
    data = bytearray(archive.read_bytes())
    data[70] ^= 0xFF
    archive.write_bytes(bytes(data))
    assert "unzip" in failure(project)
    assert not folder.exists()


def test_lists_of_proxies(project: Project, proxy: Proxy) -> None:
    """ "," goes on only after "not found", "|" after any error; "off" and "direct" end the list."""
    prepare(project, proxy)
    project.environ["GOPROXY"] = f"{proxy.url}/nothing,{proxy.url}"
    assert project.open().resolve(MODULE).module
    assert f"/nothing{BASE}.mod" in proxy.requests
    nowhere = Project(project.root, project.goroot, f"{proxy.url}/nothing,{proxy.url}/nowhere")
    nowhere.environ["GOMODCACHE"] = str(project.cache.parent / "cache-nowhere")
    assert f"reading {proxy.url}/nowhere{SHOWN}.zip: 404 Not Found" in failure(nowhere)  # the last, as the go command has it
    proxy.faults[f"/broken{BASE}.zip"] = proxy.faults[f"/broken{BASE}.mod"] = "403"
    for separator, works in ((",", False), ("|", True)):
        other = Project(project.root, project.goroot, f"{proxy.url}/broken{separator}{proxy.url}")
        other.cache = project.cache.parent / f"cache-{works}"
        other.environ["GOMODCACHE"] = str(other.cache)
        if works:
            assert other.open().resolve(MODULE).module
        else:
            assert "403 Forbidden" in failure(other)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"GOPROXY": "off"}, f"{MODULE}@{VERSION}: module lookup disabled by GOPROXY=off"),
        ({"GOPROXY": "direct"}, "version control is not supported"),
        ({"GOPRIVATE": "example.com"}, "GONOPROXY or GOPRIVATE names it"),
        ({"GOPROXY": " , "}, "GOPROXY list is not the empty string, but contains no entries"),
        ({"GOPROXY": "ftp://x.org"}, "invalid proxy URL scheme (must be https, http, file): ftp://x.org"),
        ({"GOPROXY": "http://me:secret@127.0.0.1:1"}, "refusing to pass credentials to insecure URL: http://me:xxxxx@127.0.0.1:1"),
        ({"GOPROXY": "http://127.0.0.1:1"}, 'Get "http://127.0.0.1:1/example.com/%21dep/@v/v1.2.3.zip": connection refused'),
        ({"GOMODCACHE": "relative"}, 'GOMODCACHE entry is relative; must be absolute path: "relative"'),
    ],
)
def test_settings_that_forbid_the_download(project: Project, proxy: Proxy, settings: dict[str, str], message: str) -> None:
    prepare(project, proxy)
    project.environ.update(settings)
    assert message in failure(project)
    assert proxy.requests == []


def test_noproxy_can_be_taken_back(project: Project, proxy: Proxy) -> None:
    prepare(project, proxy)
    project.environ.update({"GOPRIVATE": "example.com", "GONOPROXY": "none"})
    assert project.open().resolve(MODULE).module


def test_file_proxy(project: Project, proxy: Proxy, tmp_path: Path) -> None:
    prepare(project, proxy)
    for path, data in proxy.files.items():
        target = tmp_path / "served by file" / path[1:]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    project.environ["GOPROXY"] = "file://" + str(tmp_path / "served%20by%20file")
    assert project.open().resolve(MODULE).module
    assert proxy.requests == []


def test_goproxy_entries() -> None:
    entries = parse_goproxy("proxy.corp|https://a/b , direct,https://never")
    assert [tuple(entry) for entry in entries] == [("https://proxy.corp", True), ("https://a/b", False), ("direct", False)]


def test_many_modules_come_together(project: Project, proxy: Proxy) -> None:
    names = [f"example.com/m{i}" for i in range(30)]
    for name in names:
        proxy.add(name, "v1.0.0", {"p.go": "package p\n"})
    requires = "".join(f"\t{name} v1.0.0\n" for name in names)
    project.write({"go.mod": f"module example.com/main\n\ngo 1.21\n\nrequire (\n{requires})\n", "go.sum": proxy.sums(project.root.parent)})
    modules = project.open()
    modules.prefetch([*names, "fmt", "example.com/main/x"])
    count = len(proxy.requests)
    assert count == 60
    for name in names:
        assert modules.resolve(name).module
    assert len(proxy.requests) == count


def test_a_build_downloads_what_it_needs_in_waves(project: Project, proxy: Proxy) -> None:
    """First all that the program imports, then all that these import; nothing else."""
    lines = []
    for i in range(4):
        proxy.add(f"example.com/b{i}", "v1.0.0", {"b.go": f"package b{i}\n"})
        imports = {"go.mod": f"module example.com/a{i}\n\ngo 1.21\n\nrequire example.com/b{i} v1.0.0\n"}
        proxy.add(f"example.com/a{i}", "v1.0.0", {**imports, "a.go": f'package a{i}\n\nimport _ "example.com/b{i}"\n'})
        lines += [f"\texample.com/a{i} v1.0.0\n", f"\texample.com/b{i} v1.0.0 // indirect\n"]
    proxy.add("example.com/unused", "v1.0.0", {"u.go": "package unused\n"})
    requires = "".join([*lines, "\texample.com/unused v1.0.0\n"])
    imports_all = "".join(f'import _ "example.com/a{i}"\n' for i in range(4))
    project.write({"go.mod": f"module example.com/main\n\ngo 1.21\n\nrequire (\n{requires})\n", "go.sum": proxy.sums(project.root.parent)})
    project.write({"main.go": f"package main\n\n{imports_all}\nfunc main() {{ println(1) }}\n"})
    build = sconsproject.Project(project.root, project.goroot, environ=project.environ)
    build.sconstruct("env.GoProgram('bin/app', '.')\n")
    build.build("-n", "nothing.txt").failed()
    assert proxy.requests == []
    build.build().ok()
    zips = [path.removesuffix("/@v/v1.0.0.zip").rpartition("/")[2] for path in proxy.requests if path.endswith(".zip")]
    assert sorted(zips[:4]) == ["a0", "a1", "a2", "a3"] and sorted(zips[4:]) == ["b0", "b1", "b2", "b3"]
    count = len(proxy.requests)
    assert build.build().ok().up_to_date and len(proxy.requests) == count
