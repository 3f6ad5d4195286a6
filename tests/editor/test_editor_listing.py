"""The listing and the driver beside ``go list`` on the same tree."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from editor_project import ask, lay, listing
from gocommand import go_list
from sconsproject import NEEDS_GOYACC, TOOLPATH, Project

OTHERS = ("CFiles", "CXXFiles", "MFiles", "HFiles", "FFiles", "SFiles", "SwigFiles", "SwigCXXFiles", "SysoFiles")


def expected(package: dict[str, Any], moved: dict[str, str]) -> dict[str, Any]:
    """What go/packages makes of an object of ``go list``; *moved* are files that lie elsewhere in the project."""

    def files(*kinds: str) -> list[str]:
        paths = [str(Path(package["Dir"]) / name) for kind in kinds for name in package.get(kind, ())]
        return [moved.get(path, path) for path in paths]

    renamed = package.get("ImportMap", {})
    imports = {name: name for name in package.get("Imports", ()) if name not in renamed.values() and name != "C"} | renamed
    identifier = package["ImportPath"]
    entry = {
        "Name": package["Name"],
        "PkgPath": identifier.partition(" ")[0],
        "ForTest": package.get("ForTest", ""),
        "Imports": imports,
        "GoFiles": files("GoFiles", "CgoFiles"),
        "OtherFiles": files(*OTHERS),
        "EmbedFiles": files("EmbedFiles"),
        "EmbedPatterns": files("EmbedPatterns"),
        "IgnoredFiles": files("IgnoredGoFiles", "IgnoredOtherFiles"),
    }
    if identifier.endswith(".test"):
        entry["GoFiles"] = []  # the generated main is nothing to look at
        entry["ForTest"] = identifier.removesuffix(".test")
    return entry


@NEEDS_GOYACC
def test_the_listing_is_what_go_list_says(project: Project) -> None:
    """Also with generated sources: the parser beside its grammar, and a file of a variant folder, put where go list finds it."""
    lay(project)
    ours = {package["ID"]: package for package in listing(project)["Packages"]}
    made = project.dir / "out/table/entries.go"
    there = project.dir / "src/table/entries.go"
    assert made.is_file() and not there.exists()
    there.write_bytes(made.read_bytes())
    theirs = go_list(project.goroot, "-deps", "-test", "./...", cwd=project.dir / "src")
    theirs += go_list(project.goroot, "-deps", "std", cwd=project.dir / "src")
    seen = set()
    for package in theirs:
        identifier = package["ImportPath"]
        if identifier.startswith("vendor/") and identifier not in ours:
            continue  # a vendored package that nothing imports
        seen.add(identifier)
        entry = expected(package, {str(there): str(made)})
        assert {key: ours[identifier].get(key, type(value)()) for key, value in entry.items()} == entry, identifier
        if package.get("Module"):
            assert ours[identifier]["Module"]["GoMod"] == package["Module"]["GoMod"]
    assert {name for name in ours if name.startswith("example.com/m")} == {name for name in seen if name.startswith("example.com/m")}
    assert "example.com/m/report [example.com/m/calc.test]" in seen
    assert set(ours) - seen == {"builtin"}
    assert not [package for package in ours.values() if "Errors" in package]


def roots(answer: dict[str, Any]) -> set[str]:
    return set(answer["Roots"])


CALC = {"example.com/m/calc", "example.com/m/calc [example.com/m/calc.test]"}
CALC_ALL = CALC | {"example.com/m/calc_test [example.com/m/calc.test]", "example.com/m/calc.test"}


@NEEDS_GOYACC
def test_the_driver_answers_as_the_go_command_does(project: Project) -> None:
    lay(project)
    listing(project)
    others = {f"example.com/m/{name}" for name in ("cmd/app", "report", "table")}
    assert roots(ask(project, "./...")) == CALC_ALL | others
    assert roots(ask(project, "./...", tests=False)) == {"example.com/m/calc"} | others
    assert roots(ask(project, "./...", cwd="src/cmd")) == {"example.com/m/cmd/app"}
    assert roots(ask(project, "example.com/m/c...")) == CALC_ALL | {"example.com/m/cmd/app"}
    assert roots(ask(project, cwd="src/table")) == {"example.com/m/table"}
    assert roots(ask(project, "pattern=strconv", "./report")) == {"strconv", "example.com/m/report"}
    assert roots(ask(project, "builtin")) == {"builtin"}
    assert {"fmt", "net/http", "unicode/utf8"} <= roots(ask(project, "std"))
    answer = ask(project, f"file={project.dir}/src/calc/parse.go")
    assert roots(answer) == CALC
    assert (answer["Compiler"], answer["Arch"], answer["GoVersion"]) == ("gc", "amd64", 27)
    assert roots(ask(project, f"file={project.dir}/out/table/entries.go")) == {"example.com/m/table"}
    known = {package["ID"] for package in answer["Packages"]}
    assert "fmt" in known and "net/http" not in known, "the answer holds what the roots need"
    assert all(name in known for package in answer["Packages"] for name in package.get("Imports", {}).values())


@NEEDS_GOYACC
def test_the_driver_sees_what_was_edited_since(project: Project) -> None:
    """Unsaved text, new files, new imports and files that are gone, without another run of SCons."""
    lay(project)
    listing(project)
    main, extra = f"{project.dir}/src/cmd/app/main.go", f"{project.dir}/src/calc/extra.go"
    text = 'package main // import "strings"\n\nimport (\n\t"os" // "io"\n\tj "encoding/json"\n)\n\nvar a = "import"\n'
    (package,) = (p for p in ask(project, "./cmd/app", overlay={main: text})["Packages"] if p["ID"] == "example.com/m/cmd/app")
    assert {"os", "encoding/json"} <= set(package["Imports"]) and not {"strings", "io"} & set(package["Imports"])
    assert roots(ask(project, f"file={extra}", overlay={extra: "package calc\n"})) == CALC
    assert roots(ask(project, f"file={extra}", overlay={extra: "package other\n"})) == {"command-line-arguments"}
    project.write("src/calc/y_test.go", 'package calc_test\n\nimport "example.com/m/report"\n')
    (project.dir / "src/calc/x_test.go").unlink()
    answer = ask(project, f"file={project.dir}/src/calc/y_test.go")
    assert roots(answer) == {"example.com/m/calc_test [example.com/m/calc.test]"}
    (external,) = (package for package in answer["Packages"] if package["ID"] in answer["Roots"])
    assert [Path(file).name for file in external["GoFiles"]] == ["y_test.go"]
    assert external["Imports"]["example.com/m/report"] == "example.com/m/report [example.com/m/calc.test]"


@NEEDS_GOYACC
def test_broken_packages_are_listed_with_the_error(project: Project) -> None:
    lay(project)
    project.write("src/calc/calc.go", 'package calc\n\nimport "example.com/nowhere"\n\nfunc Sum(a, b int) int { return nowhere.X }\n')
    project.write("src/table/table.go", "package table\n\nfunc (\n")
    project.write("src/report/add.go", "pack age\n")
    packages = {package["ID"]: package for package in listing(project)["Packages"]}
    calc = packages["example.com/m/calc"]
    (error,) = calc["Errors"]
    assert error["Pos"].endswith("src/calc/calc.go:3:8") and "example.com/nowhere" in error["Msg"]
    assert calc["GoFiles"] and calc["Imports"] == {"fmt": "fmt"}
    assert "Errors" not in packages["example.com/m/cmd/app"] and "Errors" not in packages["example.com/m/table"]
    assert packages["example.com/m/cmd/app"]["Imports"]["example.com/m/calc"] == "example.com/m/calc"
    report = packages["example.com/m/report"]
    assert report["Errors"] and any(file.endswith("add.go") for file in report["GoFiles"])


@pytest.mark.parametrize("request_", [b"what", b"[]", b"\xff", b'{"overlay": 7}', b'{"overlay": {"a.go": "abc"}}', b""])
def test_a_request_that_is_none(request_: bytes, tmp_path: Path) -> None:
    """It is told as such; without one, the listing beside the driver is what is missing."""
    driver = shutil.copy(TOOLPATH / "go" / "editor" / "gopackagesdriver.py", tmp_path)
    done = subprocess.run([sys.executable, driver, "./..."], input=request_, capture_output=True, cwd=tmp_path, check=False)
    said = done.stderr.decode()
    assert done.returncode == 1 and not done.stdout and "Traceback" not in said
    assert said.startswith("standard input is not a request of go/packages: ") if request_ else "run: scons gopackagesdriver" in said


def test_no_program_at_all(project: Project) -> None:
    """Without a module and a program there is still std; -c removes what the verb made."""
    project.sconstruct("")
    assert {"fmt", "builtin", "unsafe"} <= {package["ID"] for package in listing(project)["Packages"]}
    project.build("-Q", "-c", "gopackagesdriver").ok()
    assert not project.files(below="build", pattern="**/gopackages*")


def test_packages_of_gocompile(project: Project) -> None:
    """Exactly the files of the call, a generated one among them; a file that lies beside them is not part of it."""
    project.write("lib/lib.go", "package lib\n\nvar Lib = Made\n")
    project.write("lib/other.go", "package other\n")
    project.write("tool/main.go", 'package main\n\nimport "example.com/lib"\n\nfunc main() { println(lib.Lib) }\n')
    project.sconstruct(
        "env.Command('lib/made.go', [], 'echo \\'package lib; const Made = 1\\' > $TARGET')\n"
        "lib = env.GoCompile('obj/lib', ['lib/lib.go', 'lib/made.go'], GOIMPORTPATH='example.com/lib')\n"
        "env.GoCompile('obj/tool', ['tool/main.go'], GOIMPORTS=lib, GOIMPORTPATH='example.com/tool')\n"
    )
    packages = {package["ID"]: package for package in listing(project)["Packages"]}
    lib = packages["example.com/lib"]
    assert [Path(file).name for file in lib["GoFiles"]] == ["lib.go", "made.go"] and "Errors" not in lib
    assert (project.dir / "lib/made.go").is_file()
    assert packages["example.com/tool"]["Imports"] == {"example.com/lib": "example.com/lib"}
    assert roots(ask(project, "./...", cwd=".")) == {"example.com/lib", "example.com/tool"}
