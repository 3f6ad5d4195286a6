"""Orders and forms of versions, module paths and settings, against tables of the go command's own tests and documentation."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from scons_go.errors import GoError
from scons_go.module import gover, semver
from scons_go.module.environment import module_env
from scons_go.module.mvs import NONE, Graph, minimal_requirements
from scons_go.module.version import (
    Version,
    canonical_version,
    check_file_path,
    check_import_path,
    check_path,
    escape_path,
    escape_version,
    matches_prefix,
    path_major_problem,
    split_path_version,
)
from scons_go.module.words import split_quoted

ORDERED = [
    "bad", "v0.9.0", "v1.0.0-alpha", "v1.0.0-alpha.1", "v1.0.0-alpha.beta", "v1.0.0-beta", "v1.0.0-beta.2", "v1.0.0-beta.11", "v1.0.0-rc.1",
    "v1.0.0", "v1.2.0-0.20200101000000-0123456789ab", "v1.2.0", "v1.2.10", "v1.11.0", "v2.0.0",
]  # fmt: skip


def test_semver_order() -> None:
    for (i, left), (j, right) in itertools.product(enumerate(ORDERED), repeat=2):
        assert semver.compare(left, right) == (i > j) - (i < j)
    assert semver.compare("v1.0.0+a", "v1.0.0+b") == 0
    assert semver.compare("v1." + "9" * 5000 + ".0", "v1." + "9" * 4999 + ".0") == 1


@pytest.mark.parametrize(
    ("version", "canonical"),
    [("v1", "v1.0.0"), ("v1.2", "v1.2.0"), ("v1.2.3-pre+m", "v1.2.3-pre"),
     ("v1.2.3-01", ""), ("v01.2.3", ""), ("1.2.3", ""), ("v1.2.3-", ""),
     ("v1.2-x", ""), ("v1.2.3-0a", "v1.2.3-0a"), ("v1.2.3+", ""), ("v1.2.3\n", "")],
)  # fmt: skip
def test_canonical(version: str, canonical: str) -> None:
    assert semver.canonical(version) == canonical


def test_canonical_keeps_incompatible() -> None:
    assert canonical_version("v2.0.0+incompatible") == "v2.0.0+incompatible"
    assert canonical_version("v2.0.0+other") == "v2.0.0"


def test_go_versions() -> None:
    """internal/gover/gover_test.go: 1.21 < 1.21rc1 < 1.21.0; before 1.21, "1.20" is 1.20.0."""
    ordered = ["", "1", "1.5", "1.6", "1.19rc1", "1.19", "1.19.1", "1.20", "1.21", "1.21beta1", "1.21rc1", "1.21rc2", "1.21.0", "1.21.10"]
    for left, right in itertools.pairwise(ordered):
        assert gover.compare(left, right) < 0, (left, right)
    assert gover.compare("1.20", "1.20.0") == 0
    assert [gover.lang(version) for version in ("1.2.3", "1.21rc1", "1.0", "2")] == ["1.2", "1.21", "1", "2.0"]
    assert [gover.previous(version) for version in ("1.2", "1.3rc4", "1.1", "1")] == ["1.1", "1.2", "1", "1"]
    assert [gover.from_toolchain(name) for name in ("go1.2.3", "go1.21.1-custom", "go", "1.2", "go1.x", "go1.2/x")] == [
        "1.2.3",
        "1.21.1",
        "",
        "",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("path", "split"),
    [
        ("a.com/x", ("a.com/x", "")), ("a.com/x/v2", ("a.com/x", "/v2")), ("a.com/x/v1", None), ("a.com/x/v0", None), ("a.com/x/v02", None),
        ("a.com/x/v2.1", None), ("a.com/xv2", ("a.com/xv2", "")), ("gopkg.in/y.v1", ("gopkg.in/y", ".v1")),
        ("gopkg.in/y.v0", ("gopkg.in/y", ".v0")),
        ("gopkg.in/y", None), ("gopkg.in/y.v2-unstable", ("gopkg.in/y", ".v2-unstable")), ("gopkg.in/y.v01", None),
    ],
)  # fmt: skip
def test_path_versions(path: str, split: tuple[str, str] | None) -> None:
    assert split_path_version(path) == split


def test_path_majors() -> None:
    good = [
        ("v1.0.0", ""),
        ("v0.1.0", ""),
        ("v3.0.0+incompatible", ""),
        ("v2.1.0", "/v2"),
        ("v0.0.0-20200101000000-0123456789ab", ".v1"),
        ("v2.0.0", ".v2-unstable"),
    ]
    assert not [pair for pair in good if path_major_problem(*pair)]
    assert path_major_problem("v3.0.0", "/v2") == 'version "v3.0.0" invalid: should be v2, not v3'


def test_paths() -> None:
    """golang.org/x/mod/module/module_test.go, TestCheckPath and its siblings."""
    for path in ("x.y/z", "x-y.z/~a", "github.com/A/b_c", "x.y/con~b", "x.y/z.w"):
        assert not check_path(path)
    for path in (
        "",
        "x",
        "x.y//z",
        "/x.y",
        "x.y/",
        "-x.y/z",
        "x.y/.z",
        "x.y/z.",
        "X.y/z",
        "x.y/a b",
        "x.y/a+b",
        "x.y/con",
        "x.y/a~1",
        "x.y/v1",
        "ü.y/z",
    ):
        assert check_path(path), path
    assert not check_import_path("a/b+c") and check_import_path("a/CON.x") and check_import_path("a/../b") and not check_import_path("fmt")
    assert not check_file_path("a b/ü.txt") and check_file_path("a:b") and check_file_path("a/nul.txt") and check_file_path("ä\u2028")
    assert escape_path("github.com/Azure/x") == "github.com/!azure/x" and escape_version("v1.0.0-RC") == "v1.0.0-!r!c"
    with pytest.raises(ValueError, match="disallowed version string"):
        escape_version("v1!x")


def test_private_globs() -> None:
    assert matches_prefix("*.corp.example.com,rsc.io/private/", "git.corp.example.com/xyzzy")
    assert matches_prefix("*.corp.example.com,rsc.io/private", "rsc.io/private/quux")
    assert not matches_prefix("*.corp.example.com,rsc.io/private", "rsc.io/privates")
    assert not matches_prefix(",,", "rsc.io") and not matches_prefix("rsc.io/a/b", "rsc.io/a") and matches_prefix("[^a-q]sc.io", "rsc.io/x")


def test_settings_come_in_gos_order(tmp_path: Path) -> None:
    root, user = tmp_path / "go", tmp_path / "env"
    root.mkdir()
    (root / "go.env").write_text("# comment\nGOPROXY=https://root\nGOSUMDB=root\nGOFLAGS=-mod=vendor\n")
    user.write_text("GOPROXY=https://user\nGOPRIVATE=a.org\nnot a setting\n")
    env = module_env(str(root), "1.27.3", {"GOENV": str(user), "GOSUMDB": "given", "HOME": "/home/me", "GOPATH": "/p:/q"})
    assert (env.proxy, env.sumdb, env.mod, env.noproxy, env.nosumdb, env.cache) == (
        "https://user",
        "given",
        "vendor",
        "a.org",
        "a.org",
        "/p/pkg/mod",
    )
    env = module_env(str(root), "1.27.3", {"GOENV": "off", "HOME": "/home/me", "GOFLAGS": "-modcacherw --modfile=x.mod '-tags=a b'"})
    assert (env.proxy, env.cache, env.modfile, env.cache_writable, env.mod) == ("https://root", "/home/me/go/pkg/mod", "x.mod", True, "")
    (tmp_path / "config" / "go").mkdir(parents=True)
    (tmp_path / "config" / "go" / "env").write_text("GOMODCACHE=/there\n")
    assert module_env(str(root), "1.27.3", {"XDG_CONFIG_HOME": str(tmp_path / "config")}).cache == "/there"


def test_goflags() -> None:
    assert split_quoted("  -a='b' \"-c d\" -e ", "flags") == ("-a='b'", "-c d", "-e")
    with pytest.raises(GoError, match="unterminated"):
        split_quoted("'-a", "flags")


def test_selection_and_minimal_requirements() -> None:
    """The example of https://research.swtch.com/vgo-mvs, its minimal requirements, and a cycle."""
    needs = {
        "A": ["B1.2", "C1.2"], "B1.1": ["D1.1"], "B1.2": ["D1.3"], "C1.1": [], "C1.2": ["D1.4"], "C1.3": ["F1.1"], "D1.1": ["E1.1"],
        "D1.2": ["E1.1"], "D1.3": ["E1.2"], "D1.4": ["E1.2"], "E1.1": [], "E1.2": [], "F1.1": ["G1.1"], "G1.1": ["F1.1"],
    }  # fmt: skip

    def version(name: str) -> Version:
        return Version(name[0], f"v{name[1:]}.0" if name[1:] else "")

    graph = Graph([version("A")])
    for name, listed in needs.items():
        graph.require(version(name), [version(item) for item in listed])
    assert graph.selected("D") == "v1.4.0" and graph.selected("X") == NONE
    assert [str(module) for module in graph.find_path(lambda module: module == version("E1.2"))] == [
        "A",
        "B@v1.2.0",
        "D@v1.3.0",
        "E@v1.2.0",
    ]
    lists = {version(name): tuple(map(version, listed)) for name, listed in needs.items()}
    roots = [version(name) for name in ("B1.2", "C1.2", "D1.4", "E1.2")]
    assert minimal_requirements(version("A"), [], roots, lambda module: lists.get(module, ())) == [version("B1.2"), version("C1.2")]
    assert version("E1.2") in minimal_requirements(version("A"), ["E"], roots, lambda module: lists.get(module, ()))
