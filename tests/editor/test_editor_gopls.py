"""Real gopls, built by GoProgram, on a project with generated sources that the go command does not find."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import CURRENT
from editor_project import lay, listing
from lsp import LanguageServer
from realcheckout import checkout, keep
from sconsproject import NEEDS_GOYACC, Project


@pytest.fixture(name="gopls", scope="module")
def gopls_fixture() -> Path:
    """The program, which is built once."""
    place = checkout(CURRENT, "gopls")
    place.build()
    keep(place)
    return place.made


@pytest.fixture(name="server")
def server_fixture(gopls: Path, project: Project, tmp_path: Path) -> Iterator[LanguageServer]:
    lay(project)
    listing(project)
    environ = {
        "PATH": f"{project.goroot}/bin:/usr/bin:/bin",  # gopls asks for go env, and python3 runs the driver
        "HOME": str(tmp_path),
        "GOROOT": str(project.goroot),
        "GOTOOLCHAIN": "local",
        "GOPROXY": "off",
        "GOFLAGS": "",
        "GOENV": "off",
        "GOPACKAGESDRIVER": str(project.dir / "build/go/gopackagesdriver"),
        "GOTELEMETRY": "off",
        "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
    }
    with LanguageServer([str(gopls)], project.dir / "src", environ, tmp_path / "gopls.log") as server:
        yield server


@pytest.mark.judge
@NEEDS_GOYACC
@pytest.mark.xdist_group("real-gopls")
def test_gopls_works_with_generated_sources(server: LanguageServer, project: Project) -> None:
    source = project.dir / "src"
    main, table, calc = source / "cmd/app/main.go", source / "table/table.go", source / "calc/calc.go"
    entries, parser = project.dir / "out/table/entries.go", source / "calc/parse.go"
    text = {file: server.open(file) for file in (main, table, calc)}
    for file in text:
        server.wait_for_diagnostics(file, [])

    assert server.places("textDocument/definition", main, "table.Size") == {(str(table), 4)}
    assert server.places("textDocument/definition", table, "len(Entries") == {(str(entries), 4)}
    (found,) = server.places("textDocument/definition", calc, "Parse")
    assert found == (str(parser), 1 + parser.read_text()[: parser.read_text().index("func Parse(")].count("\n"))

    uses = server.places("textDocument/references", calc, "func Sum", context={"includeDeclaration": False})
    assert {Path(file).name for file, _ in uses} == {"main.go", "calc_test.go", "x_test.go", "report.go"}
    server.open(entries)
    uses = server.places("textDocument/references", entries, "var Entries", context={"includeDeclaration": False})
    assert uses == {(str(table), 4)}

    server.change(table, text[table].replace("len(Entries)", "len(Entriez)"))
    server.wait_for_diagnostics(table, ["undefined: Entriez"])
    server.change(table, text[table])
    server.wait_for_diagnostics(table, [])

    longer = (
        text[main].replace('\t"fmt"\n', '\t"fmt"\n\t"strings"\n').replace("table.Size)", 'table.Size, strings.ToUpper("x"), calc.Gone)')
    )
    server.change(main, longer)  # a new import of a package that was listed, and a name that is not there
    server.wait_for_diagnostics(main, ["undefined: calc.Gone"])
