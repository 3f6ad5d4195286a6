"""A module with tests, files to embed, assembly, a parser from goyacc and a package whose sources a command makes in a variant folder."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

from sconsproject import Project

FILES = {
    "go.mod": "module example.com/m\n\ngo 1.22\n",
    "cmd/app/main.go": (
        'package main\n\nimport (\n\t"fmt"\n\n\t"example.com/m/calc"\n\t"example.com/m/table"\n)\n\n'
        "func main() {\n\tfmt.Println(calc.Sum(1, 2), table.Size)\n}\n"
    ),
    "calc/calc.go": "package calc\n\n// Sum adds.\nfunc Sum(a, b int) int {\n\treturn Parse(a) + b\n}\n",
    "calc/calc_test.go": 'package calc\n\nimport "testing"\n\nfunc TestSum(t *testing.T) {\n\tif Sum(1, 2) != 3 {\n\t\tt.Fail()\n\t}\n}\n',
    "calc/x_test.go": (
        'package calc_test\n\nimport (\n\t"testing"\n\n\t"example.com/m/calc"\n\t"example.com/m/report"\n)\n\n'
        'func TestReport(t *testing.T) {\n\tif report.Of(calc.Sum(1, 1)) == "" {\n\t\tt.Fail()\n\t}\n}\n'
    ),
    "calc/parse.y": (
        "%{\npackage calc\n%}\n%union { n int }\n%token <n> NUM\n%type <n> top\n%%\ntop: NUM { $$ = $1 }\n%%\n"
        "func Parse(n int) int { return n }\n\ntype lexer struct{}\n\n"
        "func (lexer) Lex(*yySymType) int { return 0 }\nfunc (lexer) Error(string) {}\n"
    ),
    "report/report.go": (
        'package report\n\nimport (\n\t_ "embed"\n\t"strconv"\n\n\t"example.com/m/calc"\n)\n\n//go:embed head.txt\nvar head string\n\n'
        "// Of reports.\nfunc Of(n int) string {\n\treturn head + strconv.Itoa(calc.Sum(n, 0))\n}\n"
    ),
    "report/head.txt": "report ",
    "report/only_windows.go": "package report\n",
    "report/plan9.go": "//go:build plan9\n\npackage report\n",
    "report/add_amd64.s": "TEXT ·add(SB),4,$0-0\n\tRET\n",
    "report/add.go": "package report\n\nfunc add()\n",
    "table/table.go": "package table\n\n// Size is the size of the table.\nvar Size = len(Entries)\n",
    "table/entries.in": "package table\n\n// Entries are made by a command.\nvar Entries = []int{1, 2, 3}\n",
    "SConscript": (
        "Import('env')\nenv.Command('table/entries.go', 'table/entries.in', 'cp $SOURCE $TARGET')\nenv.GoProgram('#bin/app', 'cmd/app')\n"
    ),
}

SCONSTRUCT = """\
env.GoYacc('src/calc/parse.go', 'src/calc/parse.y')
SConscript('src/SConscript', variant_dir='out', duplicate=0, exports='env')
"""


def lay(project: Project) -> None:
    """Write the project: the module is in ``src``, its variant folder is ``out``."""
    for name, text in FILES.items():
        project.write(f"src/{name}", text)
    project.sconstruct(SCONSTRUCT)


def listing(project: Project) -> dict[str, Any]:
    """What the verb writes."""
    project.build("-Q", "gopackagesdriver").ok()
    loaded: dict[str, Any] = json.loads((project.dir / "build/go/gopackages.json").read_text())
    return loaded


def ask(project: Project, *patterns: str, cwd: str = "src", tests: bool = True, overlay: dict[str, str] | None = None) -> dict[str, Any]:
    """What the driver answers."""
    encoded = {name: base64.b64encode(text.encode()).decode() for name, text in (overlay or {}).items()}
    request = json.dumps({"mode": 0, "env": [], "build_flags": [], "tests": tests, "overlay": encoded})
    driver = str(Path(project.dir) / "build/go/gopackagesdriver")
    done = subprocess.run([driver, *patterns], cwd=project.dir / cwd, input=request, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
