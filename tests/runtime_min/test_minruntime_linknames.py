"""What modules of the world pull out of package runtime by //go:linkname is there, or known to be absent for a reason."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, goroot
from scons_go.inspect.goobj import read_go_archive
from scons_go.minruntime import load_manifest, manifest_path, overlay_for
from sconsproject import LONG
from stdtests import public_packages
from toolchain import Toolchain

ABSENT = {
    "cgo": ("_cgo_setenv", "_cgo_unsetenv", "cgocall", "iscgo", "set_crosscall2"),
    "write barriers, and tables of functions made at run time": ("findObject", "moduledataverify1", "writeBarrier"),
    "-d=checkptr": ("checkptrBase",),
    "its own scheduler from assembly": ("sched",),
    "what Windows prints": ("overrideWrite",),
}
"""What stock Go lets others pull and the min runtime does not have, by what it is for."""

_PUSH = re.compile(r"^//go:linkname (\w+)(?: (\S+))?$", re.MULTILINE)
_PULLED = re.compile(r"hall of shame include:\n((?://.*\n)+?)//go:linkname (\w+)(?: (\S+))?$", re.MULTILINE)
_SYSTEMS = r"aix|darwin|dragonfly|\w*bsd|js|plan9|solaris|wasm|windows|test"
_ARCHES = r"386|arm(64)?|loong64|mips\w*|ppc64x?|riscv64|s390x"
_ELSEWHERE = re.compile(rf"_({_SYSTEMS}|{_ARCHES})\.go$")

PROGRAM = """package main

import (
	_ "internal/godebug"
	"reflect"
	"unsafe"
)

//go:linkname mapiterinit reflect.mapiterinit
func mapiterinit(typ, m unsafe.Pointer, it *iterator)

//go:linkname mapiternext runtime.mapiternext
func mapiternext(it *iterator)

//go:linkname mapiterkey reflect.mapiterkey
func mapiterkey(it *iterator) unsafe.Pointer

//go:linkname getm runtime.getm
func getm() unsafe.Pointer

//go:linkname typesByString reflect.typesByString
func typesByString(s string) []unsafe.Pointer

//go:linkname toType reflect.toType
func toType(typ unsafe.Pointer) reflect.Type

//go:linkname cputicks runtime.cputicks
func cputicks() int64

//go:linkname goyield runtime.goyield
func goyield()

//go:linkname heapObjectsCanMove runtime.heapObjectsCanMove
func heapObjectsCanMove() bool

//go:linkname throw runtime.throw
func throw(string)

type iterator struct {
	key, elem, typ, it unsafe.Pointer
	rest               [8]uintptr
}

func offset(typ, field string) uintptr {
	f, _ := toType(typesByString(typ)[0]).Elem().FieldByName(field)
	return f.Offset
}

func goid() int64 {
	g := *(*unsafe.Pointer)(unsafe.Add(getm(), offset("*runtime.m", "curg")))
	return *(*int64)(unsafe.Add(g, offset("*runtime.g", "goid")))
}

func main() {
	var m any = map[int]string{1: "a", 2: "bb", 3: "ccc"}
	words := (*[2]unsafe.Pointer)(unsafe.Pointer(&m))
	var it iterator
	sum, length := 0, 0
	for mapiterinit(words[0], words[1], &it); it.key != nil; mapiternext(&it) {
		sum += *(*int)(mapiterkey(&it))
		length += len(*(*string)(it.elem))
	}
	println(sum, length, goid(), offset("*runtime.g", "goid"), cputicks() != 0, heapObjectsCanMove())
	go println("goyield")
	goyield()
	throw("that is all")
}
"""


def test_what_modules_pull_is_there(tmp_path: Path) -> None:
    """Stock Go has a list of such names in its comments."""
    sdk = goroot("1.27.3")
    stock = sdk / "src" / "runtime"
    overlay = overlay_for(load_manifest(manifest_path()), str(sdk), "1.27.3", str(tmp_path))
    wanted, pushed = set(), set()
    for path in (path for path in stock.glob("*.go") if not _ELSEWHERE.search(path.name)):
        text = path.read_text()
        wanted |= {match[3] or match[2] for match in _PULLED.finditer(text)}
        actual = overlay.replace.get(str(path), str(path))
        if actual:
            pushed |= _pushed(overlay.generated[actual].decode() if actual in overlay.generated else text)
    for path in (ROOT / "runtime_min" / "core").glob("*.go"):
        pushed |= _pushed(path.read_text())
    assert {"mapiterinit", "reflect.mapiternext", "throw", "procPin"} <= wanted
    assert wanted - pushed == {name for names in ABSENT.values() for name in names}


def _pushed(text: str) -> set[str]:
    return {match[2] or match[1] for match in _PUSH.finditer(text)}


@pytest.mark.judge
def test_std_refers_to_nothing_that_is_not_there() -> None:
    """Every symbol that a package of std refers to, used or not, is in std as compiled for the min runtime."""
    toolchain = Toolchain(str(goroot("1.27.3")), "min", ROOT / "build" / "gorun", os.cpu_count() or 1)
    packages = toolchain.available(public_packages(Path(toolchain.sdk.src)))
    assert {"crypto/subtle", "net/http", "reflect"} <= set(packages)
    defined, missing = set(), {}
    for package, built in toolchain.prepare(packages).items():
        for made in read_go_archive(built.archive, toolchain.sdk.root).objects:
            defined |= {symbol.name for symbol in made.symbols}
            if package not in ("runtime", "runtime/cgo"):
                targets = (relocation.target for symbol in made.symbols for relocation in made.relocations(symbol.number))
                missing |= {target.name: package for target in targets if target.number < 0 and not target.package}
    missing = {name: package for name, package in missing.items() if name not in defined and not name.startswith(("type:", "go:"))}
    assert missing == {"reflect.adjustAIXGCDataForRuntime": "reflect"}


@pytest.mark.parametrize("collect", ["0", "1"])
def test_pulled_functions_do_the_same(collect: str, tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text(PROGRAM)
    said = {}
    for runtime in ("full", "min"):
        toolchain = Toolchain(str(goroot("1.27.3")), runtime, ROOT / "build" / "gorun", os.cpu_count() or 1)
        toolchain.prepare(["internal/godebug", "reflect"])
        for name, linking in (("compile.cfg", False), ("link.cfg", True)):
            (tmp_path / name).write_text(toolchain.import_config(linking=linking))
        made = toolchain.compile(["-p=main", "-importcfg=compile.cfg", "-pack", "-o=main.a", "main.go"], tmp_path)
        assert not made.status, made.output
        made = toolchain.link(tmp_path / "program", ["-importcfg=link.cfg", "main.a"], tmp_path)
        assert not made.status, made.output
        environ = {"GOMAXPROCS": "1", "GODEBUG": f"gcstress={collect}"}
        done = subprocess.run([str(tmp_path / "program")], env=environ, stderr=subprocess.PIPE, text=True, timeout=LONG, check=False)
        said[runtime] = done.returncode, done.stderr.partition("\n\n")[0]
    assert said["min"] == said["full"]
    assert said["full"][1].splitlines()[-1] == "fatal error: that is all"
