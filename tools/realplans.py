"""Real programs, planned by scons-go and by ``go build -n -a -trimpath -buildvcs=false`` (CGO_ENABLED=0): would both do the same?

    tools/realplans.py --goroot DIR fzf github.com/caddyserver/caddy/v2@v2.11.9:cmd/caddy
    tools/realplans.py --goroot DIR --target windows/amd64 --target js/wasm --set GOTAGS=netgo,osusergo hugo
    tools/realplans.py --goroot DIR folder/of/a/program folder::import/path/of/a/program

Nothing is compiled: this takes seconds where tools/realprograms.py takes minutes. Compared are, package by package, the action ID, which
stands for all sources and flags, the commands of the compiler, the assembler and the linker, what is imported, the embedded files, what is
added to the archive, and the build information. A program is one that tools/realprograms.py takes, a folder, or a package as seen from a
folder. Where the go command refuses a program, so must scons-go. Results are in build/realplans.json as well.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from projects import PROGRAMS, Checkout, environment, find_program, go_settings, program_name
from realprograms import option_parser, parse_settings
from repository import ROOT
from results import write_json
from SCons.Environment import SubstitutionEnvironment
from scons_go.errors import GoError
from scons_go.graph.variables import VARIABLES, variant_of
from scons_go.plan import buildid
from scons_go.plan.commands import AppendArchive, Run, WriteFile, expand
from scons_go.plan.compile import PackagePlan, import_order, plan_package
from scons_go.plan.identity import package_text
from scons_go.plan.link import plan_link
from scons_go.plan.pgo import find_profile
from scons_go.plan.program import open_workplace
from scons_go.sdk import SDK, find_sdk

_MOST = 12  # differences that are shown
_OWN = ("-o", "-installsuffix", "-linkobj", "-buildid", "-importcfg", "-symabis", "-asmhdr", "-embedcfg")
"""Flags whose values are places of files, are compared by themselves, or mean nothing where importcfg says all (-installsuffix)."""
_FREE = re.compile(r"-c=\d+|-d=gcstart=\d+|-pgoprofile=.*|-buildid=.*|-X=cmd/internal/objabi\.buildID=.*")


@dataclass
class Plan:
    """What is done for one package, or for the program: each field in the words of both sides, with no place of a scratch folder in it."""

    action: str = ""
    compile: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    assemble: dict[str, tuple[str, ...]] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    embed: object = None
    members: tuple[str, ...] = ()
    link: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    modinfo: str = ""


Plans = dict[str, Plan]


@dataclass(frozen=True)
class Verdict:
    """How the plans for a program compare: nothing in *differences* where they are the same; *refused* is what the go command said."""

    program: str
    version: str
    go: str
    target: str
    packages: int
    refused: str
    scons_seconds: float
    go_seconds: float
    differences: tuple[str, ...]


def tidied(words: Iterable[str], work: str, folder: str) -> list[str]:
    """Arguments without what may differ: places in the scratch folder *work*; names are made absolute from *folder*."""
    found: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in _OWN:
            next(rest, "")
            found += [word] if word in ("-symabis", "-embedcfg") else []
        elif not _FREE.fullmatch(word):
            word = os.path.normpath(os.path.join(folder, word)) if word.startswith("./") else word
            found.append(word.replace(work, "$WORK").rstrip("/"))
    return found


def _compiled(plan: Plan, words: list[str]) -> None:
    first = next((at for at, word in enumerate(words) if word.endswith(".go") and os.path.isabs(word)), len(words))
    plan.compile, plan.sources = tuple(sorted(words[:first])), tuple(words[first:])


def _assembled(plan: Plan, words: list[str]) -> None:
    *flags, name = words
    if "-gensymabis" not in flags:
        plan.assemble[name] = tuple(sorted(flags))


class Reference:
    """Reads what ``go build -n -a`` prints."""

    def __init__(self, text: str, tools: str) -> None:
        self.tools = tools
        self.plans: Plans = {}
        self._bare: dict[str, Plan] = {}  # by the number of the scratch folder
        self._folder = ""
        self._lines = iter(text.splitlines())
        for line in self._lines:
            self._read(line)

    def _read(self, line: str) -> None:
        written = re.match(r"cat >(\S+) << 'EOF' # internal", line)
        if written:
            lines = [next(self._lines)]
            while not lines[-1].endswith("EOF"):  # a file that does not end a line ends in the same line as this
                lines.append(next(self._lines))
            lines[-1] = lines[-1].removesuffix("EOF")
            self._file(self._plan(written[1]), os.path.basename(written[1]), lines)
        elif line.startswith("cd "):
            self._folder = line[3:]
        elif f"{self.tools}/compile " in line:
            words = self._arguments(line, "compile")
            plan = self._plan(words[words.index("-o") + 1])
            plan.action = words[words.index("-buildid") + 1].partition("/")[0]
            name = words[words.index("-p") + 1]
            _compiled(plan, tidied(words, self._work(words), self._folder))
            self.plans[name] = plan
        elif f"{self.tools}/asm " in line and not line.startswith("#"):
            words = self._arguments(line, "asm")
            _assembled(self._plan(words[words.index("-o") + 1]), tidied(words, self._work(words), self._folder))
        elif line.startswith("go tool pack r ") or f"{self.tools}/pack r " in line:
            archive, *members = shlex.split(line.partition(" r ")[2].removesuffix(" # internal"))
            self._plan(archive).members = tuple(map(os.path.basename, members))
        elif f"{self.tools}/link " in line:
            words = self._arguments(line, "link")
            plan = self.plans.setdefault("the link", Plan())
            plan.action = next(word for word in words if word.startswith("-buildid="))[9:].partition("/")[0]
            plan.link = tuple(tidied(words[:-1], "\0", self._folder))

    def _file(self, plan: Plan, name: str, lines: list[str]) -> None:
        if name == "importcfg":
            plan.imports = tuple(_imports(lines))
        elif name == "embedcfg":
            plan.embed = json.loads("\n".join(lines))
        elif name == "importcfg.link":
            program = self.plans.setdefault("the link", Plan())
            program.linked = tuple(line.split()[1].partition("=")[0] for line in lines if line.startswith("packagefile "))
            program.modinfo = next((line for line in lines if line.startswith("modinfo ")), "")

    def _arguments(self, line: str, tool: str) -> list[str]:
        """Those of the *tool*; what it finds in the environment stands before its name."""
        words = shlex.split(line)
        return words[words.index(f"{self.tools}/{tool}") + 1 :]

    def _work(self, words: Sequence[str]) -> str:
        return os.path.dirname(words[words.index("-o") + 1])

    def _plan(self, path: str) -> Plan:
        return self._bare.setdefault(path.split("/")[1], Plan())


def _imports(lines: Iterable[str]) -> list[str]:
    """What may be imported, and under which other names; the go command gives its importmap lines an order of their own."""
    return sorted(line.partition("=$WORK")[0] for line in lines if line.startswith(("packagefile ", "importmap ")))


@dataclass(frozen=True)
class Subject:
    """What is planned: *package* as ``go build`` takes it in *folder*, in the workspace around it if *in_workspace*."""

    name: str
    version: str
    folder: Path
    package: str = "."
    in_workspace: bool = False


def _ours(subject: Subject, sdk: SDK, settings: Mapping[str, str], environ: Mapping[str, str]) -> Plans:
    """What scons-go would do for the program *subject*; raises GoError."""
    defaults = {name: variable.default for name, variable in VARIABLES.items() if variable.default is not None}
    variant = variant_of(SubstitutionEnvironment(**{**defaults, **settings}), sdk)
    place = open_workplace(sdk, variant, "/nowhere", str(subject.folder), environ)
    path = place.loader.import_path(str(subject.folder)) if subject.package == "." else subject.package
    config = replace(place.config, named=frozenset({path}))
    closure = place.loader.closure([path])
    profile = find_profile(config, closure[-1])
    link = plan_link(config, closure[-1], closure, "/nowhere/program", profile)
    plans: Plans = {}
    actions = {"unsafe": ""}
    for package in closure:
        text = package_text(config, package, "") if package is not closure[-1] else link.main_text
        imports = "".join(f"import {path} {actions[path]}\n" for path in import_order(package))
        actions[package.import_path] = buildid.action_id(sdk, text + imports)
        plan = _planned(plan_package(config, package, profile), sdk)
        plan.action = actions[package.import_path] if not profile else ""  # the digest of a profile is part of it
        plans[package.import_path if package is not closure[-1] else "main"] = plan
    text = link.link_text
    for path in link.packages:
        main = f"packagemain {actions[path]}/{actions[path]}\n" if path == link.import_path else ""
        text += f"packagefile {path}={actions[path]}\n{main}"
    action = buildid.action_id(sdk, text) if not profile else ""
    words = tuple(tidied(link.argv[1:], "\0", ""))
    plans["the link"] = Plan(action, link=words, linked=link.packages, modinfo=link.modinfo.rstrip("\n"))
    return plans


def _planned(package: PackagePlan, sdk: SDK) -> Plan:
    plan = Plan()
    renamed = [f"importmap {written}={final}" for written, final in package.import_map]
    plan.imports = tuple(sorted([*(f"packagefile {path}" for path in package.imports), *renamed]))
    for step in package.steps:
        _note(plan, step, sdk)
    return plan


def _note(plan: Plan, step: object, sdk: SDK) -> None:
    if isinstance(step, Run):
        words = tidied(expand(step.argv[1:], "$WORK"), "\0", step.cwd)
        if step.argv[0] == sdk.tool("compile"):
            _compiled(plan, words)
        else:
            _assembled(plan, words)
    elif isinstance(step, WriteFile) and step.path.endswith("embedcfg"):
        plan.embed = json.loads(step.content)
    elif isinstance(step, AppendArchive):
        plan.members = tuple(map(os.path.basename, step.members))


def differences(ours: Plans, theirs: Plans) -> tuple[str, ...]:
    """In what the plans differ, in words; action IDs of packages that import others with another action ID are not mentioned."""
    found = [f"{name}: is too much" for name in ours if name not in theirs] + [f"{name}: is missing" for name in theirs if name not in ours]
    later = False
    for name in ours:
        if name in theirs:
            for part, made in vars(ours[name]).items():
                expected = getattr(theirs[name], part)
                if made != expected and (part != "action" or (made and not later)):
                    later |= part == "action"
                    found.append(f"{name}: {part}: {_shown(made, expected)}")
    return tuple(found)


def _shown(made: object, expected: object) -> str:
    if isinstance(made, tuple) and isinstance(expected, tuple):
        extra, lacking = [word for word in made if word not in expected], [word for word in expected if word not in made]
        return f"too much {extra[:6]}, missing {lacking[:6]}" if extra or lacking else "other order"
    return f"{made!r}, expected {expected!r}"[:600]


def find_subject(name: str, sdk: SDK, work: Path) -> Subject:
    """The subject that the command line calls *name*, on disk; raises GoError if it is not to be had."""
    folder, _, package = name.partition("::")
    if os.path.isdir(folder):
        return Subject(package.rpartition("/")[2] or Path(folder).resolve().name, "", Path(folder).resolve(), package or ".", True)
    checkout = Checkout(program_name(name), find_program(name), sdk, work)
    checkout.lay()
    return Subject(checkout.name, str(checkout.program.module), checkout.place / checkout.program.source)


def judge(subject: Subject, sdk: SDK, target: str, settings: Mapping[str, str]) -> Verdict:
    """Plan both ways."""
    goos, _, goarch = target.partition("/")
    settings = {**settings, "GOOS": goos, "GOARCH": goarch}
    flags, variables = go_settings(settings)
    environ = {
        **environment(sdk),
        **variables,
        "GOCACHE": str(ROOT / ".cache" / "gocache"),
        "GOWORK": "" if subject.in_workspace else "off",
    }
    argv = [str(Path(sdk.root) / "bin" / "go"), "build", "-n", "-a", "-trimpath", "-buildvcs=false", *flags, "-o", "/nowhere/program"]
    start = time.perf_counter()
    done = subprocess.run(
        [*argv, subject.package], cwd=subject.folder, env=environ, capture_output=True, text=True, errors="surrogateescape", check=False
    )
    middle = time.perf_counter()
    said = _refusal(done.stderr, subject.folder) if done.returncode else []
    ours: Plans = {}
    try:
        ours, message = _ours(subject, sdk, settings, environ), []
    except GoError as error:
        message = _refusal(str(error), subject.folder)
    times = time.perf_counter() - middle, middle - start
    if said or message:
        words, expected = [_words(line) for line in message], [_words(line) for line in said]
        extra = [line for line in message if _words(line) not in expected]
        lacking = [line for line in said if _words(line) not in words]
        found = (*(f"scons-go says: {line}" for line in extra), *(f"go says: {line}" for line in lacking))
    else:
        found = differences(ours, Reference(done.stderr, sdk.tool_dir).plans)
    return Verdict(subject.name, subject.version, sdk.version[2:], target, max(0, len(ours) - 1), "\n".join(said), *times, found)


def _refusal(text: str, folder: Path) -> list[str]:
    """The lines of a message, with names from *folder* on, but for those that tell what is being done."""
    lines = [line.removeprefix("go: ") for line in text.replace(f"{folder}{os.sep}", "").splitlines()]
    if any("$WORK" in line for line in lines):  # what is wrong may be told when it comes to the package's turn
        lines = [line for line in lines if re.match(r"[^\s$]+: ", line) and "$WORK" not in line]
    lines = [line for line in lines if not re.match(r"downloading |package |# |\timports [^:]*$|\tto build it, use an SDK|$", line)]
    return [re.sub(r"(?<!\S)/[^\s:]+", lambda found: os.path.relpath(found[0], folder), line) for line in lines]


def _words(line: str) -> str:
    """*line* without the place or the package that it begins with: scons-go may name a better one. It knows no GOTOOLCHAIN."""
    line = re.sub(r"^\S*(go\.(mod|work) requires .*); GOTOOLCHAIN=local", r"\1", line)
    return re.sub(r"^(\timports )?[^\s:]+(:\d+)*: ", "", line)


def judge_all(names: Sequence[str], sdk: SDK, work: Path, targets: Sequence[str], settings: Mapping[str, str]) -> Iterator[Verdict]:
    """One verdict after the other; a program that is not to be had is one with what was said."""
    for name in names:
        for target in targets:
            try:
                yield judge(find_subject(name, sdk, work), sdk, target, settings)
            except GoError as error:
                yield Verdict(name, "", sdk.version[2:], target, 0, "", 0.0, 0.0, (str(error),))


def main() -> int:
    """Parse the command line, judge, print; the status is 1 where a plan differs."""
    parser = option_parser(__doc__ or "", "by name, as MODULE@VERSION[:PACKAGE], or FOLDER[::PACKAGE]", "realplans.json")
    parser.add_argument("--target", action="append", metavar="GOOS/GOARCH", help="default: linux/amd64")
    options = parser.parse_args()
    try:
        settings = parse_settings(options.set)
        sdk = find_sdk(os.environ, options.goroot)
        for name in options.program:
            if not os.path.isdir(name.partition("::")[0]):
                find_program(name)
    except GoError as error:
        parser.error(str(error))
    verdicts = []
    targets = options.target or ["linux/amd64"]
    print(f"{'program':16} {'module':48} {'Go':8}{'target':16}{'packages':>9}{'scons':>9}{'go':>9}")
    for verdict in judge_all(options.program or list(PROGRAMS), sdk, options.work.resolve(), targets, settings):
        verdicts.append(verdict)
        word = "DIFFERENT" if verdict.differences else "refused by both" if verdict.refused else "same"
        times = f"{verdict.scons_seconds:8.1f}s{verdict.go_seconds:8.1f}s"
        print(f"{verdict.program:16} {verdict.version:48} {verdict.go:8}{verdict.target:16}{verdict.packages:9}{times}  {word}", flush=True)
        print("".join(f"    {line}\n" for line in (verdict.differences or verdict.refused.splitlines())[:_MOST]), end="", flush=True)
    write_json(options.json, [asdict(verdict) for verdict in verdicts])
    return int(any(verdict.differences for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
