"""A variant has the SDK's defaults, refuses what go build refuses, and one key for what changes objects."""

from __future__ import annotations

from pathlib import Path

import pytest
from gocommand import run_go
from scons_go import targets
from scons_go.errors import GoError
from scons_go.sdk import SDK, open_sdk
from scons_go.variant import Variant


@pytest.fixture(scope="module")
def sdk(current_goroot: Path) -> SDK:
    return open_sdk(str(current_goroot))


def test_defaults(sdk: SDK) -> None:
    assert Variant.of(sdk, "linux", "amd64").arch_env == ("GOAMD64", "v1")
    assert Variant.of(sdk, "linux", "arm64").arch_env == ("GOARM64", "v8.0")
    assert Variant.of(sdk, "android", "arm").arch_env == ("GOARM", "7")
    assert Variant.of(sdk, "js", "wasm").arch_env == ("GOWASM", "")
    assert Variant.of(sdk, "linux", "s390x").arch_env == ("", "")


@pytest.mark.parametrize(
    ("target", "settings", "message"),
    [
        ("linux/sparc", {}, "unsupported GOOS/GOARCH pair linux/sparc"),
        ("beos/amd64", {}, "unsupported GOOS/GOARCH pair beos/amd64"),
        ("linux/amd64", {"arch_level": "v5"}, "invalid GOAMD64=v5: must be v1, v2, v3, v4"),
        ("linux/arm", {"arch_level": "4"}, "invalid GOARM=4: must start with 5, 6, or 7"),
        ("linux/amd64", {"experiment": "warp"}, "unknown GOEXPERIMENT warp"),
        ("linux/amd64", {"buildmode": "zip"}, "-buildmode=zip not supported on linux/amd64"),
        ("js/wasm", {"buildmode": "pie"}, "-buildmode=pie not supported on js/wasm"),
        ("linux/amd64", {"race": True}, "-race requires cgo; enable cgo by setting CGO_ENABLED=1"),
        ("linux/386", {"race": True, "cgo": True}, "-race is not supported on linux/386"),
        ("linux/amd64", {"race": True, "asan": True, "cgo": True}, "may not use -race and -asan simultaneously"),
        (
            "linux/amd64",
            {"race": True, "cgo": True, "buildmode": "pie"},
            "-buildmode=pie not supported when -race is enabled on linux/amd64",
        ),
        ("linux/amd64", {"runtime": "tiny"}, "GORUNTIME=tiny: must be full or min"),
        ("linux/amd64", {"mod": "latest"}, "-mod=latest not supported"),
        ("linux/amd64", {"tags": ("a b",)}, "invalid build tag 'a b'"),
    ],
)
def test_refused(sdk: SDK, target: str, settings: dict[str, object], message: str) -> None:
    goos, goarch = target.split("/")
    with pytest.raises(GoError) as caught:
        Variant.of(sdk, goos, goarch, **settings)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("target", "mode", "link", "codegen"),
    [
        ("linux/amd64", "default", "exe", ""),
        ("linux/amd64", "pie", "pie", "-shared"),
        ("linux/amd64", "c-archive", "c-archive", "-shared"),
        ("linux/amd64", "plugin", "plugin", "-dynlink"),
        ("darwin/arm64", "default", "pie", "-shared"),
        ("darwin/arm64", "exe", "exe", ""),
        ("darwin/amd64", "c-archive", "c-archive", ""),
        ("windows/amd64", "default", "pie", ""),
        ("windows/amd64", "c-shared", "c-shared", ""),
        ("wasip1/wasm", "c-shared", "c-shared", ""),
    ],
)
def test_build_modes(sdk: SDK, target: str, mode: str, link: str, codegen: str) -> None:
    variant = Variant.of(sdk, *target.split("/"), buildmode=mode)
    assert (variant.link_buildmode, variant.codegen_flag) == (link, codegen)


def test_the_key_tells_apart_what_changes_objects_and_nothing_else(sdk: SDK) -> None:
    plain = Variant.of(sdk, "linux", "amd64")
    assert plain.key.startswith("linux_amd64-")
    differ: list[dict[str, object]] = [
        {"arch_level": "v3"},
        {"cgo": True},
        {"tags": ("x",)},
        {"experiment": "arenas"},
        {"buildmode": "pie"},
        {"trimpath": False},
        {"runtime": "min"},
        {"gcflags": (("", ("-N",)),)},
        {"gcflags": (("all", ("-N",)),)},
        {"asmflags": (("", ("-N",)),)},
        {"race": True, "cgo": True},
    ]
    keys = [plain.key, *(Variant.of(sdk, "linux", "amd64", **settings).key for settings in differ)]
    assert len(set(keys)) == len(keys)
    same: list[dict[str, object]] = [{"ldflags": (("", ("-s",)),)}, {"pgo": "off"}, {"mod": "vendor"}, {"buildmode": "exe"}]
    assert {Variant.of(sdk, "linux", "amd64", **settings).key for settings in same} == {plain.key}
    assert Variant.of(sdk, "linux", "amd64", arch_level="v3").key.startswith("linux_amd64_v3-")


def test_the_key_has_no_separators(sdk: SDK) -> None:
    assert Variant.of(sdk, "linux", "arm64", arch_level="v9.1,lse", runtime="min").key.startswith("linux_arm64_v91lse_min-")


def test_known_targets_are_those_of_go_tool_dist(any_goroot: Path, tmp_path: Path) -> None:
    """Every target of the SDK compiles as far as go list goes; cgo support is what go env says by default."""
    known = targets.known(open_sdk(str(any_goroot)))
    assert len(known) > 40 and known["linux/amd64"] and not known["js/wasm"]
    for target in ("linux/amd64", "js/wasm", "plan9/arm"):
        goos, goarch = target.split("/")
        assert run_go(any_goroot, "list", "unsafe", cwd=tmp_path, goos=goos, goarch=goarch).returncode == 0


PROBE = """
func main() {
	for _, p := range List {
		os, arch := p.GOOS, p.GOARCH
		print(os, "/", arch)
		for _, mode := range []string{"archive", "c-archive", "c-shared", "default", "exe", "pie", "shared", "plugin"} {
			print(" ", mode, "=", BuildModeSupported("gc", mode, os, arch))
		}
		print(" race=", RaceDetectorSupported(os, arch))
		print(" msan=", MSanSupported(os, arch))
		print(" asan=", ASanSupported(os, arch))
		print(" internal_PIE=", InternalLinkPIESupported(os, arch))
		print(" default_PIE=", DefaultPIE(os, arch, false))
		print(" external_link=", MustLinkExternal(os, arch, false))
		print(" external_link_with_cgo=", MustLinkExternal(os, arch, true))
		print(" cgo=", CgoSupported(os, arch), "\\n")
	}
}
"""


@pytest.mark.judge
def test_features_are_those_of_internal_platform(any_goroot: Path, tmp_path: Path) -> None:
    """The whole table, for every target, against the SDK's own functions compiled into a program."""
    for name in ("supported.go", "zosarch.go"):
        text = (any_goroot / "src" / "internal" / "platform" / name).read_text()
        (tmp_path / name).write_text(text.replace("\npackage platform\n", "\npackage main\n"))
    (tmp_path / "main.go").write_text("package main\n" + PROBE)
    (tmp_path / "go.mod").write_text("module probe\n")
    done = run_go(any_goroot, "run", ".", cwd=tmp_path)
    sdk = open_sdk(str(any_goroot))
    lines = done.stderr.splitlines()
    assert len(lines) == len(targets.known(sdk)), done.stderr
    for line in lines:
        target, *facts = line.split()
        goos, goarch = target.split("/")
        for feature, value in (fact.split("=") for fact in facts):
            name = feature.replace("_", " ")
            mine = targets.known(sdk)[target] if feature == "cgo" else targets.has(name, sdk.minor, goos, goarch)
            assert mine == (value == "true"), f"{target} {name}"
