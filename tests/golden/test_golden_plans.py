"""tools/realplans.py: what it compares, and that it sees what differs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CURRENT, ROOT, goroot, write_files
from realplans import Plans, Reference, Subject, Verdict, differences, judge
from scons_go.sdk import open_sdk

FILES = {
    "go.mod": "module example.com/m\n\ngo 1.24\n\ngodebug panicnil=1\n",
    "main.go": (
        'package main\n\nimport (\n\t_ "embed"\n\t"example.com/m/sum"\n\t_ "net"\n)\n\n'
        "//go:embed go.mod\nvar s string\n\nfunc main() { println(s, sum.Of(1)) }\n"
    ),
    "sum/sum.go": "package sum\n",
    "sum/sum_amd64.go": "package sum\n\nfunc Of(x int) int\n",
    "sum/sum_amd64.s": "TEXT ·Of(SB),4,$0-16\n\tRET\n",
    "sum/sum_other.go": "//go:build !amd64\n\npackage sum\n\nfunc Of(x int) int { return x }\n",
}


def verdict(folder: Path, target: str = "linux/amd64", **settings: str) -> Verdict:
    return judge(Subject("m", "", folder), open_sdk(str(goroot(CURRENT))), target, settings)


@pytest.mark.parametrize("target", ["linux/amd64", "windows/arm64"])
def test_a_program_is_planned_as_by_the_go_command(tmp_path: Path, target: str) -> None:
    """With assembly for one target only, an embedded file, a setting of GODEBUG and std's vendored packages."""
    found = verdict(write_files(tmp_path, FILES), target, GOTAGS="netgo", GOLINKFLAGS="-X main.s=t")
    assert found.differences == () and found.refused == "" and found.packages > 60


def test_a_refusal_has_the_same_words(tmp_path: Path) -> None:
    found = verdict(write_files(tmp_path, {**FILES, "sum/sum.go": 'package sum\n\nimport _ "example.com/none"\n'}))
    assert found.differences == () and found.packages == 0
    assert found.refused.startswith("sum/sum.go:3:8: no required module provides package example.com/none; to add it:")


REFERENCE = """\
echo '# import config' > $WORK/b002/importcfg # internal
cd /m/p
/t/compile -o $WORK/b002/_pkg_.a -trimpath "/m/p=>p;$WORK/b002=>" -p p -complete -buildid A/A -importcfg $WORK/b002/importcfg -pack ./p.go
cat >$WORK/b001/importcfg << 'EOF' # internal
# import config
importmap x=p
packagefile p=$WORK/b002/_pkg_.a
EOF
cat >$WORK/b001/embedcfg << 'EOF' # internal
{
 "Files": {"f": "/m/f"}
}EOF
cd /m
/t/compile -o $WORK/b001/_pkg_.a -p main -buildid B/B -importcfg $WORK/b001/importcfg -embedcfg $WORK/b001/embedcfg -pack ./m.go
/t/asm -p main -I $WORK/b001/ -D GOOS_linux -o $WORK/b001/m.o ./m.s
go tool pack r $WORK/b001/_pkg_.a $WORK/b001/m.o # internal
cat >$WORK/b001/importcfg.link << 'EOF' # internal
packagefile m=$WORK/b001/_pkg_.a
packagefile p=$WORK/b002/_pkg_.a
modinfo "info"
EOF
cd .
GOROOT='' /t/link -o $WORK/b001/exe/a.out -importcfg $WORK/b001/importcfg.link -s -buildid=C/B/B/C -extld=gcc $WORK/b001/_pkg_.a
"""


def read(text: str) -> Plans:
    return Reference(text, "/t").plans


def test_what_the_go_command_prints_is_understood() -> None:
    plans = read(REFERENCE)
    main, link = plans["main"], plans["the link"]
    assert (main.action, main.sources, main.imports) == ("B", ("/m/m.go",), ("importmap x=p", "packagefile p"))
    assert (main.members, main.embed, list(main.assemble)) == (("m.o",), {"Files": {"f": "/m/f"}}, ["/m/m.s"])
    assert plans["p"].compile == ("-complete", "-p", "-pack", "-trimpath", "/m/p=>p;$WORK=>", "p")
    assert (link.action, link.linked, link.link, link.modinfo) == ("C", ("m", "p"), ("-s", "-extld=gcc"), 'modinfo "info"')


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (" -complete", "", "p: compile: too much ['-complete'], missing []"),
        ("./p.go", "./p.go ./q.go", "p: sources: too much [], missing ['/m/p/q.go']"),
        ("A/A", "D/D", "p: action: 'A', expected 'D'"),
        ('"/m/f"', '"/m/g"', "main: embed: "),
        ("-D GOOS_linux", "", "main: assemble: "),
        ("m.o #", "m.o s.syso #", "main: members: too much [], missing ['s.syso']"),
        ("importmap x=p", "importmap y=p", "main: imports: too much ['importmap x=p'], missing ['importmap y=p']"),
        ("info", "more", "the link: modinfo: "),
        (" -s ", " ", "the link: link: too much ['-s'], missing []"),
        ("file m=$WORK/b001/_pkg_.a\npackagefile p=$WORK/b002/_pkg_.a\n", "file p=b\npackagefile m=a\n", "the link: linked: other order"),
        ("-p p ", "-p q ", "p: is too much"),
    ],
)
def test_what_differs_is_seen(old: str, new: str, found: str) -> None:
    assert differences(read(REFERENCE), read(REFERENCE)) == ()
    assert old in REFERENCE
    assert differences(read(REFERENCE), read(REFERENCE.replace(old, new)))[0].startswith(found)


@pytest.mark.parametrize("tool", ["realplans.py", "realprograms.py"])
def test_a_wrong_goroot_is_told(tmp_path: Path, tool: str) -> None:
    command = [sys.executable, str(ROOT / "tools" / tool), "--goroot", str(tmp_path), "fzf"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "is no usable Go SDK" in done.stderr and "Traceback" not in done.stderr
