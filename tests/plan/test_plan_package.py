"""What a plan says: keys that are the same everywhere, places that do not collide, environments, listings, and refusals."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import CURRENT, PREVIOUS, goroot
from plan_support import FILES, closure, workplace, write
from scons_go.errors import GoError
from scons_go.package import Files, Package
from scons_go.plan.commands import WORK, Run, describe, expand
from scons_go.plan.compile import output_stem, plan_package
from scons_go.plan.link import plan_link
from scons_go.plan.pgo import Profile
from scons_go.plan.run import run_package

ASSEMBLED = {
    "go.mod": "module example.com/m\n\ngo 1.22\n",
    "sum/sum.go": "package sum\n\nfunc Of(a, b int64) int64\n\ntype Pair struct{ Left, Right int64 }\n",
    "sum/sum_amd64.s": '#include "textflag.h"\n#include "go_asm.h"\n#include "bias_GOOS_GOARCH.h"\n\nTEXT \xb7Of(SB), NOSPLIT, $0-24\n'
    "\tMOVQ a+0(FP), AX\n\tADDQ b+8(FP), AX\n\tADDQ $(BIAS+Pair_Right), AX\n\tMOVQ AX, ret+16(FP)\n\tRET\n",
    "sum/bias_linux_amd64.h": "#define BIAS 1\n",
}


def key(root: Path, folder: Path, name: str = "left", **settings: Any) -> str:
    place = workplace(root, folder, **settings)
    return plan_package(place.config, closure(place, name)[-1]).action_key


def test_keys_are_the_same_everywhere(tmp_path: Path) -> None:
    """In another checkout, with other times, for another user, by the same SDK in another place."""
    root = goroot(CURRENT)
    here, there = write(tmp_path / "here"), write(tmp_path / "over there" / "deep")
    os.utime(there / "left/left.go", (1, 1))
    (tmp_path / "sdk").symlink_to(root)
    assert key(root, here) == key(tmp_path / "sdk", there)
    assert key(root, here, trimpath=False) != key(root, there, trimpath=False)


def test_keys_differ_for_whatever_goes_in(tmp_path: Path) -> None:
    root, folder = goroot(CURRENT), write(tmp_path / "m")
    keys = [key(root, folder), key(goroot(PREVIOUS), folder)]
    for settings in (
        {"gcflags": (("all", ("-N",)),)},
        {"goarch": "arm64"},
        {"arch_level": "v3"},
        {"buildmode": "pie"},
        {"experiment": "arenas"},
        {"trimpath": False},
    ):
        keys.append(key(root, folder, **settings))
    for name, text in (("left/left.go", FILES["left/left.go"] + "\n"), ("go.mod", FILES["go.mod"].replace("1.22", "1.21"))):
        (folder / name).write_text(text)
        keys.append(key(root, folder))
    (folder / "left/more.go").write_text("package left\n")
    keys.append(key(root, folder))
    (folder / "left/more.go").rename(folder / "left/other.go")
    keys.append(key(root, folder))
    assert len(set(keys)) == len(keys)


def test_keys_do_not_depend_on_what_imports_contain(tmp_path: Path) -> None:
    root, folder = goroot(CURRENT), write(tmp_path / "m")
    before = key(root, folder)
    (folder / "base/base.go").write_text("package base\n\nfunc Add(a, b int) int { return 0 }\n")
    assert key(root, folder) == before


def test_places_of_outputs(current_goroot: Path, tmp_path: Path) -> None:
    place = workplace(current_goroot, write(tmp_path / "m"), gcflags=(("", ("-N",)),))
    config = replace(place.config, named=frozenset({"a/b", "cmd/x"}))

    def stem(path: str, profile: Profile | None = None, **more: Any) -> str:
        package = Package(path, more.pop("name", "p"), "/nowhere", Files(), (), **more)
        return os.path.relpath(output_stem(config, package, profile), config.output)

    assert stem("net/http") == "net/http" and stem("fmt") == "fmt"
    assert stem("gopkg.in/yaml.x/inner") == "gopkg.in/yaml.x~/inner" and stem("gopkg.in/yaml.x") == "gopkg.in/yaml.x"
    assert stem("a/b") == "~named/a/b" and stem("cmd/x", name="main") == "cmd/x"
    assert stem("fmt", Profile("/x", "0123456789abcdef", "/y", (), ())) == "~pgo-0123456789ab/fmt"
    assert len({stem("p", for_test="q/r"), stem("p", for_test="q"), stem("p")}) == 3


def test_tools_get_nothing_of_the_user_s(current_goroot: Path, tmp_path: Path) -> None:
    place = workplace(current_goroot, write(tmp_path / "m", {**FILES, **ASSEMBLED}))
    names = {"GOOS", "GOARCH", "GOROOT", "GOAMD64"}
    for package in closure(place, "sum", "top"):
        runs = [step for step in plan_package(place.config, package).steps if isinstance(step, Run)]
        assert runs and all({name for name, _ in run.env} == names for run in runs)
    write(tmp_path / "m", {"main/main.go": "package main\n\nfunc main() {}\n"})
    main = closure(place, "main")
    env = dict(plan_link(place.config, main[-1], main, "/out").env)
    assert set(env) == {*names, "PATH", "TMPDIR", "LC_ALL"} and env["GOROOT"] == ""


def test_how_a_file_is_made_smaller_is_part_of_the_key(tmp_path: Path) -> None:
    root, folder = goroot("1.27.3"), write(tmp_path / "m", {"go.mod": "module m\n", "main.go": "package main\n\nfunc main() {}\n"})
    plans = []
    for runtime in ("full", "min"):
        place = workplace(root, folder, runtime=runtime)
        packages = place.loader.closure(["m"])
        plans.append(plan_link(place.config, packages[-1], packages, "/out"))
    assert not plans[0].layout and plans[1].layout
    assert replace(plans[1], layout="another").action_key != plans[1].action_key


def test_assembly_and_headers_by_generic_name(current_goroot: Path, tmp_path: Path) -> None:
    place = workplace(current_goroot, write(tmp_path / "m", ASSEMBLED))
    (package,) = closure(place, "sum")
    plan = plan_package(place.config, package)
    built = run_package(place.config, plan, {})
    members = Path(built.archive).read_bytes()
    assert b"_go_.o " in members and b"sum_amd64.o " in members
    assert "asm -p example.com/m/sum -trimpath" in "\n".join(map(describe, plan.steps))


def test_cgo_is_refused(current_goroot: Path, tmp_path: Path) -> None:
    package = Package("example.com/m/c", "c", str(tmp_path), Files(cgo=("c.go",)), ())
    place = workplace(current_goroot, write(tmp_path / "m"))
    with pytest.raises(GoError, match=r"^example.com/m/c: uses cgo, which scons-go does not build yet. Build with CGO_ENABLED=0"):
        plan_package(place.config, package)


def test_a_library_is_not_linked(current_goroot: Path, tmp_path: Path) -> None:
    place = workplace(current_goroot, write(tmp_path / "m"))
    packages = closure(place, "base")
    with pytest.raises(GoError, match=r"^example.com/m/base is not a main package"):
        plan_link(place.config, packages[-1], packages, "/out")


@pytest.mark.parametrize(
    ("mode", "words", "codegen"),
    [
        ("default", ["-o", "$WORK/exe/out.so", "-buildmode=exe"], ""),
        ("pie", ["-o", "$WORK/exe/out.so", "-buildmode=pie"], "-shared"),
        ("c-archive", ["-o", "$WORK/exe/out.so", "-buildmode=c-archive"], "-shared"),
        ("c-shared", ["-o", "out.so", "-buildmode=c-shared"], "-shared"),
        ("plugin", ["-o", "out.so", "-pluginpath", "example.com/m/main", "-buildmode=plugin"], "-dynlink"),
    ],
)
def test_build_modes(current_goroot: Path, tmp_path: Path, mode: str, words: list[str], codegen: str) -> None:
    """What work/gc.go:594 gives to the linker, and what the mode asks of the compiler."""
    folder = write(tmp_path / "m", {"go.mod": "module example.com/m\n", "main/main.go": "package main\n\nfunc main() {}\n"})
    place = workplace(current_goroot, folder, buildmode=mode, cgo=mode not in ("default", "pie"))
    packages = closure(place, "main")
    plan = plan_link(place.config, packages[-1], packages, "/somewhere/out.so")
    argv = " ".join(expand(plan.argv, "$WORK")).split()
    assert [word for word in argv if word in words] == words
    assert plan.cwd.replace(WORK, "$WORK") == ("$WORK/exe" if words[1] == "out.so" else str(folder))
    compiler = next(step for step in plan_package(place.config, packages[-1]).steps if isinstance(step, Run))
    assert (codegen in compiler.argv) is bool(codegen)
    assert compiler.argv[compiler.argv.index("-p") + 1] == ("example.com/m/main" if mode == "plugin" else "main")
