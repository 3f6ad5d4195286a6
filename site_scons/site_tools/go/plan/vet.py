"""One package → a run of the SDK's ``vet``, with facts about imported packages.

vet looks at one package at a time. What it needs to know about others comes from two files each: their export data, and the *facts* that
vet itself wrote when it looked at them (which functions wrap Printf, which never return). A package is therefore vetted after its
imports; for those that nobody asked about, only facts are made.

Rules: cmd/go/internal/work/exec.go:1240 buildVetConfig, :1330 vet; work/action.go:881 vetAction (1.27.3).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from ..digest import text_digest
from ..errors import GoError, os_problem
from ..files import replace_text
from ..module import gover
from ..package import Package
from .commands import WORK, Run
from .compile import import_order, relative_stem
from .config import Config
from .identity import source_path
from .record import Built, output_state
from .run import run_step, scratch_folder

# Analyzers that ``go test`` runs, with the first minor version of Go in which it does (cmd/go/internal/test/test.go:654 defaultVetFlags).
TEST_ANALYZERS: Mapping[str, int] = {
    "atomic": 22, "bools": 22, "buildtag": 22, "directive": 22, "errorsas": 22, "ifaceassert": 22, "nilfunc": 22, "printf": 22, "slog": 22,
    "stdversion": 27, "stringintconv": 22, "tests": 24,
}  # fmt: skip

# Names that -vet takes, with their first minor version (cmd/go/internal/test/flagdefs.go passAnalyzersToVet).
ANALYZERS: Mapping[str, int] = {
    "appends": 22, "asmdecl": 22, "assign": 22, "atomic": 22, "bool": 22, "bools": 22, "buildtag": 22, "buildtags": 22, "cgocall": 22,
    "composites": 22, "copylocks": 22, "defers": 22, "directive": 22, "errorsas": 22, "framepointer": 22, "httpresponse": 22,
    "ifaceassert": 22, "loopclosure": 22, "lostcancel": 22, "methods": 22, "nilfunc": 22, "printf": 22, "rangeloops": 22, "shift": 22,
    "sigchanyzer": 22, "slog": 22, "stdmethods": 22, "stringintconv": 22, "structtag": 22, "testinggoroutine": 22, "tests": 22,
    "timeformat": 22, "unmarshal": 22, "unreachable": 22, "unsafeptr": 22, "unusedresult": 22, "stdversion": 23, "hostport": 25,
    "waitgroup": 25,
}  # fmt: skip

# In GOROOT all analyzers run but these, of which the code there is full (work/exec.go:1378); go vet leaves out only the first.
# Neither makes facts.
_STANDARD_FLAGS = ("-unsafeptr=false", "-unreachable=false")

FINDINGS_ON_STDOUT_SINCE = 26  # before, go vet handed on what vet said as what a tool says

_RECORD = "scons-go vet 3"


@dataclass(frozen=True, slots=True)
class Checks:
    """Which analyzers run: *flags* are vet's, none for all of them; in GOROOT *standard* instead, unless they are *explicit*."""

    flags: tuple[str, ...] = ()
    explicit: bool = False
    standard: tuple[str, ...] = _STANDARD_FLAGS

    def flags_for(self, package: Package) -> tuple[str, ...]:
        """The flags with which *package* is vetted."""
        return self.standard if is_goroot(package) and not self.explicit else self.flags

    @property
    def json(self) -> bool:
        """Whether vet writes JSON, with findings or without, and does not fail."""
        return "-json" in self.flags

    @property
    def key(self) -> str:
        """A digest for the folder of the results."""
        return text_digest(repr((self.flags, self.explicit, self.standard)))[:8]


def test_checks(value: str, minor: int) -> Checks | None:
    """The checks before a test: *value* is that of ``go test -vet``; None for "off". Raises GoError in go's words.

    Rules: cmd/go/internal/test/testflag.go:149.
    """
    if not value:
        return Checks(tuple(f"-{name}" for name, since in TEST_ANALYZERS.items() if minor >= since))
    if "=" in value:
        raise _wrong(value, "-vet argument cannot contain equal signs")
    if " " in value:
        raise _wrong(value, "-vet argument is comma-separated list, cannot contain spaces")
    names = value.split(",")
    for name in names:
        if not name:
            raise _wrong(value, "-vet argument contains empty list element")
        if name not in ("all", "off") and minor < ANALYZERS.get(name, 99):
            raise _wrong(value, f"-vet argument must be a supported analyzer or a distinguished value; found {name}")
    for single in ("all", "off"):
        if single in names and len(names) > 1:
            raise _wrong(value, f'-vet does not accept "{single}" in a list with other analyzers')
    if names == ["off"]:
        return None
    return Checks(() if names == ["all"] else tuple(f"-{name}" for name in names), explicit=True)


# Flags of ``go vet`` that change what it does, not what it looks for (cmd/go/internal/vet/vet.go:145).
_OTHER_FLAGS = frozenset({"V", "diff", "fix", "flags"})

_VARIABLES = {"tags": "GOTAGS", "vettool": "GOVET"}  # what is used in place of a flag


def vet_checks(flags: tuple[str, ...]) -> Checks:
    """The checks of ``go vet`` with *flags*, which are those of the vet tool: all without any. Raises GoError."""
    words = []
    for flag in flags:
        name, _, value = flag.lstrip("-").partition("=")
        if not flag.startswith("-") or not name or name in _OTHER_FLAGS:
            raise GoError(f"GOVETFLAGS are -json and flags that choose analyzers or set them up, such as -printf=false, not {flag!r}")
        if name in _VARIABLES:
            raise GoError(f"-{name} is no flag of vet itself: use {_VARIABLES[name]}")
        words.append("-json" if name == "json" and value in ("", "1", "true") else flag)
    return Checks(tuple(words), explicit=bool(flags), standard=_STANDARD_FLAGS[:1])


def _wrong(value: str, why: str) -> GoError:
    return GoError(f'invalid value "{value}" for flag -vet: {why}')


def is_goroot(package: Package) -> bool:
    """Whether *package* belongs to GOROOT, external tests included."""
    return package.module is None


@dataclass(frozen=True, slots=True)
class VetPlan:
    """How to vet one package. *config* is vet's JSON, but for where facts of imports are and where its own go.

    *action_key* stands for everything that goes in, except for what imports export and the facts about them. *facts* is where the
    package's own facts are kept, *record* where a run notes what it found. *headed* are the lines above what vet says
    (cmd/go/internal/work/shell.go:558). *json* says that vet writes JSON.
    """

    import_path: str
    headed: str
    json: bool
    folder: str
    action_key: str
    imports: tuple[str, ...]
    config: Mapping[str, object]
    argv: tuple[str, ...]
    facts: str
    record: str


@dataclass(frozen=True, slots=True)
class Vetted:
    """What vet found: the file with the *facts* and its *digest*, and *findings*, the text of what is wrong, "" for nothing.

    *diagnosed* says that vet was asked for what is wrong. *json* is the JSON that it wrote, which is no failure whatever it tells.
    """

    import_path: str
    facts: str
    digest: str
    findings: str = ""
    diagnosed: bool = False
    json: str = ""

    @property
    def bare(self) -> str:
        """The findings without the lines above them; what goes wrong in vet itself keeps these (cmd/go/internal/vet/vet.go:370)."""
        lines = self.findings.split("\n")
        return "\n".join(lines[sum(line.startswith("# ") for line in lines[:2]) :]) if self.facts else self.findings


def plan_vet(
    config: Config,
    package: Package,
    source_key: str,
    built: Mapping[str, Built],
    standard: Container[str],
    checks: Checks,
    tool: str = "",
) -> VetPlan:
    """The plan for vetting *package* by the program *tool* (an absolute path, "" for the SDK's vet).

    *source_key* stands for its sources and flags. *built* has the package's imports; those that are in *standard* are the SDK's.
    """
    imports = tuple(path for path in import_order(package) if path != "unsafe")
    stem = os.path.join(config.output, f"~vet-{checks.key}", relative_stem(config, package))
    flags = checks.flags_for(package)
    identity = config.state.digest(tool) if tool else config.tool_id("vet")
    ignored = [
        config.state.digest(source_path(config, package, name)) for name in (*package.files.ignored_go, *package.files.ignored_other)
    ]
    key = text_digest(repr((_RECORD, identity, config.sdk.identity, flags, source_key, ignored)))
    return VetPlan(
        import_path=package.import_path,
        headed=package.import_path if package.listed == package.import_path else f"{package.import_path}\n# [{package.import_path}]",
        json=checks.json and "-json" in flags,
        folder=package.dir,
        action_key=key,
        imports=imports,
        config=_vet_config(config, package, imports, built, standard),
        argv=(tool or config.sdk.tool("vet"), *flags, f"{WORK}/vet.cfg"),
        facts=stem + ".vetx",
        record=stem + ".vet",
    )


def refuse_unreadable(paths: Iterable[str]) -> None:
    """Raise GoError if vet, which reads names of files from JSON, cannot open one of *paths*: go vet fails there, too."""
    for path in paths:
        try:
            path.encode()
        except UnicodeEncodeError:
            shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            raise GoError(f"vet opens no files whose paths are not UTF-8: {shown}. Rename it; tests run with -vet=off as it is") from None


def _vet_config(
    config: Config, package: Package, imports: tuple[str, ...], built: Mapping[str, Built], standard: Container[str]
) -> dict[str, object]:
    files, module = package.files, package.module
    version = (module.go_version or gover.DEFAULT_GO_MOD) if module else config.sdk.version[2:]
    others = (*files.s, *files.c)
    ignored = (*files.ignored_go, *files.ignored_other)
    refuse_unreadable(source_path(config, package, name) for name in (*files.go, *others, *ignored))
    import_map = {path: path for path in package.imports if path not in package.import_map.values()} | dict(package.import_map)
    mapped = set(import_map.values())
    import_map |= {path: path for path in imports if path not in mapped}
    fields: dict[str, object] = {
        "ID": package.import_path,
        "Compiler": "gc",
        "Dir": package.dir,
        "ImportPath": package.import_path,
        "GoFiles": [source_path(config, package, name) for name in files.go],
        "NonGoFiles": [source_path(config, package, name) for name in others],
        "IgnoredFiles": [source_path(config, package, name) for name in ignored],
        "ImportMap": import_map,
        "PackageFile": {path: built[path].export for path in imports},
        "Standard": {path: True for path in imports if path in standard},
        "GoVersion": f"go{version}",
    }
    if module:
        fields |= {"ModulePath": module.path, "ModuleVersion": module.version}  # until Go 1.26
        fields["Module"] = {"Path": module.path, "Version": module.version, "Main": module.main, "GoVersion": module.go_version}
    return fields


def full_key(plan: VetPlan, built: Mapping[str, Built], facts: Mapping[str, Vetted]) -> str:
    """The digest of everything that goes into vetting a package."""
    digest = hashlib.sha256(plan.action_key.encode())
    for path in plan.imports:
        digest.update(f"\0{path}\0{built[path].export_digest}\0{facts[path].digest}".encode())
    return digest.hexdigest()


def load_vetted(plan: VetPlan, key: str, diagnose: bool) -> Vetted | None:
    """What a run with the same *key* found; with *diagnose*, only if it looked for what is wrong and found nothing."""
    try:
        with open(plan.record, encoding="utf-8", errors="surrogateescape") as handle:
            head, recorded, digest, state, diagnosed, said = handle.read().split("\n", 5)
        if head == _RECORD and recorded == key and state == output_state(plan.facts) and (diagnosed == "yes" or not diagnose):
            return Vetted(plan.import_path, plan.facts, digest, diagnosed=diagnosed == "yes", json=said)
    except (OSError, ValueError):
        pass  # no record, or not one of ours: vet runs
    return None


def run_vet(config: Config, plan: VetPlan, key: str, facts: Mapping[str, Vetted], diagnose: bool) -> Vetted:
    """Vet a package, given the *facts* about its imports; raises GoError if vet cannot be run or dies.

    What is wrong is in the result. It is not kept: the package is vetted again until nothing is.
    """
    try:
        os.makedirs(os.path.dirname(plan.facts), exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(plan.record)
        with scratch_folder(config.output) as work:
            output = os.path.join(work, "vetx")
            content = {**plan.config, "PackageVetx": {path: facts[path].facts for path in plan.imports}}
            content |= {"VetxOnly": not diagnose, "VetxOutput": output}
            aside = os.path.join(work, "stdout")
            if plan.json and config.sdk.minor >= FINDINGS_ON_STDOUT_SINCE:
                content["Stdout"] = aside
            replace_text(os.path.join(work, "vet.cfg"), json.dumps(content, ensure_ascii=False))
            findings = said = ""
            try:
                said = run_step(Run(plan.argv, plan.folder, config.target_env), work, plan.headed, plan.folder, config.base)
            except GoError as error:
                if not diagnose or not os.path.exists(output):
                    raise
                findings = error.message
            if os.path.exists(aside):
                with open(aside, encoding="utf-8", errors="surrogateescape") as text:
                    said = text.read()
            with open(output, "rb") as handle:
                digest = hashlib.sha256(handle.read()).hexdigest()
            os.replace(output, plan.facts)
        if not findings:
            lines = (_RECORD, key, digest, output_state(plan.facts), "yes" if diagnose else "no", said if plan.json else "")
            replace_text(plan.record, "\n".join(lines))
    except OSError as error:
        raise GoError(f"vet {plan.import_path}: {os_problem(error)}") from None
    return Vetted(plan.import_path, plan.facts, digest, findings, diagnose, said if plan.json else "")
