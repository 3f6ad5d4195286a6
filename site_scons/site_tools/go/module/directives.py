"""Reads go.mod and go.work files, directive by directive.

Rules and wording: GOROOT/src/cmd/vendor/golang.org/x/mod/modfile/rule.go and work.go, cmd/go/internal/modload/modfile.go. A main module's
go.mod is read strictly; in a dependency's, unknown directives and those that only a main module may give are passed over, so that modules
for newer Go releases stay usable.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from ..errors import GoError, Position, joined
from ..source.literal import unquote
from .gomod import Entry, GoMod, GoWork, Replace, Require, Setting
from .syntax import Block, Line, parse
from .version import Version, canonical_version, path_major_problem, split_path_version
from .words import quote


class _DirectiveError(Exception):
    """An error of one directive; caught where the line is known."""


# modfile/rule.go:383-392. A go version in a dependency may have a "v" before it and anything after its two numbers.
_GO_VERSION = re.compile(r"[1-9][0-9]*\.(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))?([a-z]+[0-9]+)?")
_LAX_GO_VERSION = re.compile(r"v?([1-9][0-9]*\.(?:0|[1-9][0-9]*))[^0-9].*")
_TOOLCHAIN = re.compile(r"default|go1(\..*)?")
_DIRECTORY = re.compile(r"\.\.?$|\.\.?[/\\]|[/\\]|[A-Za-z]:")


def is_directory_path(path: str) -> bool:
    """Is the right side of a replacement a folder rather than a module path (modfile/rule.go:773)?"""
    return _DIRECTORY.match(path) is not None


def _string(token: str) -> str:
    if token.startswith('"'):
        value = unquote(token.encode())
        if value is None:
            raise _DirectiveError("invalid quoted string: invalid syntax")
        return value
    if '"' in token or "'" in token or "`" in token:
        raise _DirectiveError("invalid quoted string: unquoted string cannot contain quote")
    return token


def _version(verb: str, path: str, token: str, strict: bool) -> str:
    """A version in canonical form (rule.go:959, parseVersion).

    Strict: cmd/go would look up what ``v1.2`` or ``master`` stands for and rewrite the file (modload/init.go:1282, fixVersion); that is
    an error here, as it is in cmd/go with -mod=readonly.
    """
    version = _string(token)
    if strict and path.startswith("gopkg.in/") and "-gopkgin-" in version:
        version = version.partition("-gopkgin-")[2]
    canonical = canonical_version(version)
    if not canonical or (strict and canonical != version):
        subject = f"{verb} {path}" if path else verb
        raise _DirectiveError(f"{subject}: version {quote(version)} invalid: must be of the form v1.2.3")
    return canonical


def _path_major(path: str, prefix: str = "") -> str:
    split = split_path_version(path)
    if split is None:
        raise _DirectiveError(f"{prefix}invalid module path")
    return split[1]


@lru_cache(maxsize=65536)
def _module_version(verb: str, strict: bool, *args: str) -> Version:
    """``path version``. The go.mod files of a large graph say the same over and over."""
    if len(args) != 2:
        raise _DirectiveError(f"usage: {verb} module/path v1.2.3")
    path = _string(args[0])
    if strict and split_path_version(path) is None:
        raise _DirectiveError(f"{verb} {path}: version {quote(args[1])} invalid: malformed module path {quote(path)}")
    version = _version(verb, path, args[1], strict)
    problem = path_major_problem(version, _path_major(path))
    if problem:
        raise _DirectiveError(f"{verb} {path}: {problem}")
    return Version(path, version)


@lru_cache(maxsize=4096)
def _is_indirect(comment: str) -> bool:
    words = comment[2:].split()
    return words == ["indirect"] or (len(words) > 1 and words[0] == "indirect;")


@dataclass(slots=True)
class _Builder:
    """Collects directives; one method a verb. *args* are the tokens after the verb."""

    filename: str
    strict: bool
    module: str | None = None
    go: str = ""
    go_line: int = 0
    toolchain: str = ""
    toolchain_line: int = 0
    godebug: list[Setting] = field(default_factory=list)
    require: list[Require] = field(default_factory=list)
    exclude: list[Version] = field(default_factory=list)
    replace: list[Replace] = field(default_factory=list)
    retract_line: int = 0
    tool: list[Entry] = field(default_factory=list)
    ignore: list[Entry] = field(default_factory=list)
    use: list[Entry] = field(default_factory=list)

    def add_go(self, line: Line, args: list[str]) -> None:
        if self.go:
            raise _DirectiveError("repeated go statement")
        if len(args) != 1:
            raise _DirectiveError("go directive expects exactly one argument")
        version = args[0]
        if not _GO_VERSION.fullmatch(version):
            lax = None if self.strict else _LAX_GO_VERSION.fullmatch(version)
            if lax is None:
                raise _DirectiveError(f"invalid go version '{version}': must match format 1.23.0")
            version = lax[1]
        self.go, self.go_line = version, line.line

    def add_toolchain(self, line: Line, args: list[str]) -> None:
        if self.toolchain:
            raise _DirectiveError("repeated toolchain statement")
        if len(args) != 1:
            raise _DirectiveError("toolchain directive expects exactly one argument")
        if not _TOOLCHAIN.fullmatch(args[0]):
            raise _DirectiveError(f"invalid toolchain version '{args[0]}': must match format go1.23.0 or default")
        self.toolchain, self.toolchain_line = args[0], line.line

    def add_module(self, _line: Line, args: list[str]) -> None:
        if self.module is not None:
            raise _DirectiveError("repeated module statement")
        self.module = ""
        if len(args) != 1:
            raise _DirectiveError("usage: module module/path")
        self.module = _string(args[0])

    def add_godebug(self, line: Line, args: list[str]) -> None:
        if len(args) != 1 or "=" not in args[0] or any(char in args[0] for char in "\"`',"):
            raise _DirectiveError("usage: godebug key=value")
        key, _, value = args[0].partition("=")
        self.godebug.append(Setting(key, value, line.line))

    def add_require(self, line: Line, args: list[str]) -> None:
        self.require.append(Require(_module_version("require", self.strict, *args), _is_indirect(line.suffix), line.line))

    def add_exclude(self, _line: Line, args: list[str]) -> None:
        self.exclude.append(_module_version("exclude", self.strict, *args))

    def add_replace(self, line: Line, args: list[str]) -> None:
        """``old [version] => new [version]`` (rule.go:626, parseReplace)."""
        arrow = 1 if args[1:2] == ["=>"] else 2
        right = args[arrow + 1 :]
        if args[arrow : arrow + 1] != ["=>"] or len(right) not in (1, 2):
            usage = "usage: replace module/path [v1.2.3] => other/module v1.4\n\t or replace module/path [v1.2.3] => ../local/directory"
            raise _DirectiveError(usage)
        path = _string(args[0])
        major = _path_major(path, f"replace {path}: ")
        version = ""
        if arrow == 2:
            version = _version("replace", path, args[1], self.strict)
            problem = path_major_problem(version, major)
            if problem:
                raise _DirectiveError(f"replace {path}: {problem}")
        new = _string(right[0])
        new_version = _version("replace", new, right[1], self.strict) if len(right) == 2 and not is_directory_path(new) else ""
        self._check_replacement(new, len(right) == 2)
        self.replace.append(Replace(Version(path, version), Version(new, new_version), line.line))

    @staticmethod
    def _check_replacement(new: str, versioned: bool) -> None:
        if versioned:
            if is_directory_path(new):
                raise _DirectiveError(f"replacement module directory path {quote(new)} cannot have version")
        elif not is_directory_path(new):
            if "@" in new:
                raise _DirectiveError("replacement module must match format 'path version', not 'path@version'")
            raise _DirectiveError("replacement module without version must be directory path (rooted or starting with . or ..)")
        elif os.sep == "/" and "\\" in new:
            raise _DirectiveError("replacement directory appears to be Windows path (on a non-windows system)")

    def add_retract(self, line: Line, args: list[str]) -> None:
        """What is retracted is no matter of a build; in a dependency, a newer Go may know intervals that we do not."""
        self.retract_line = self.retract_line or line.line
        rest = _after_interval(args) if self.strict else []
        if rest:
            raise _DirectiveError(f"unexpected token after version: {quote(rest[0])}")

    def _entry(self, verb: str, line: Line, args: list[str]) -> Entry:
        if len(args) != 1:
            raise _DirectiveError("usage: use local/dir" if verb == "use" else f"{verb} directive expects exactly one argument")
        return Entry(_string(args[0]), line.line)

    def add_tool(self, line: Line, args: list[str]) -> None:
        self.tool.append(self._entry("tool", line, args))

    def add_ignore(self, line: Line, args: list[str]) -> None:
        self.ignore.append(self._entry("ignore", line, args))

    def add_use(self, line: Line, args: list[str]) -> None:
        self.use.append(self._entry("use", line, args))


def _after_interval(args: list[str]) -> list[str]:
    """The tokens after a retracted version or ``[low, high]`` (rule.go:824, parseVersionInterval)."""
    if not args or args[0] == "(":
        raise _DirectiveError("expected '[' or version")
    if args[0] != "[":
        _version("retract", "", args[0], True)
        return args[1:]
    if len(args) < 2:
        raise _DirectiveError("expected version after '['")
    _version("retract", "", args[1], True)
    if args[2:3] != [","]:
        raise _DirectiveError("expected ',' after version")
    if len(args) < 4:
        raise _DirectiveError("expected version after ','")
    _version("retract", "", args[3], True)
    if args[4:5] != ["]"]:
        raise _DirectiveError("expected ']' after version")
    return args[5:]


_Add = Callable[[_Builder, Line, list[str]], None]

_GO_MOD_VERBS: dict[str, _Add] = {
    "module": _Builder.add_module,
    "go": _Builder.add_go,
    "toolchain": _Builder.add_toolchain,
    "godebug": _Builder.add_godebug,
    "require": _Builder.add_require,
    "exclude": _Builder.add_exclude,
    "replace": _Builder.add_replace,
    "retract": _Builder.add_retract,
    "tool": _Builder.add_tool,
    "ignore": _Builder.add_ignore,
}
_GO_WORK_VERBS: dict[str, _Add] = {verb: _GO_MOD_VERBS[verb] for verb in ("go", "toolchain", "godebug", "replace")} | {
    "use": _Builder.add_use
}
_NEVER_IN_BLOCKS = frozenset(["go", "toolchain"])
_DEPENDENCY_VERBS = frozenset(["go", "module", "retract", "require", "ignore"])  # modfile/rule.go:349


def _build(text: str, filename: str, verbs: dict[str, _Add], strict: bool) -> _Builder:
    builder = _Builder(filename, strict)
    errors: list[GoError] = []

    def fail(message: str, line: int, column: int) -> None:
        errors.append(GoError(message, Position(filename, line, column if column > 1 else 0)))

    for statement in parse(text, filename):
        verb = statement.tokens[0]
        if not strict and verb not in _DEPENDENCY_VERBS:
            continue
        if isinstance(statement, Block):
            if len(statement.tokens) > 1 or verb not in verbs or verb in _NEVER_IN_BLOCKS:
                if strict:
                    fail(f"unknown block type: {' '.join(statement.tokens)}", statement.line, statement.column)
                continue
            lines, skip = statement.lines, 0
        else:
            if verb not in verbs:
                fail(f"unknown directive: {verb}", statement.line, statement.column)
                continue
            lines, skip = [statement], 1
        add = verbs[verb]
        for line in lines:
            try:
                add(builder, line, line.tokens[skip:])
            except _DirectiveError as bad:
                fail(str(bad), line.line, line.column)
    if strict and builder.retract_line and not builder.module and verbs is _GO_MOD_VERBS:
        fail("no module directive found, so retract cannot be used", builder.retract_line, 1)
    if errors:
        raise joined(errors)
    return builder


def parse_gomod(text: str, filename: str, *, strict: bool = True) -> GoMod:
    """Read a go.mod file: of a main module (*strict*), or of a dependency.

    *filename* is used in messages as given. Raises :class:`GoError` at the first syntax error, or with all wrong directives.
    """
    built = _build(text, filename, _GO_MOD_VERBS, strict)
    return GoMod(
        filename=filename,
        module=built.module or "",
        go=built.go,
        toolchain=built.toolchain,
        godebug=tuple(built.godebug),
        require=tuple(built.require),
        exclude=tuple(built.exclude),
        replace=tuple(built.replace),
        tool=tuple(built.tool),
        ignore=tuple(built.ignore),
        go_line=built.go_line,
        toolchain_line=built.toolchain_line,
    )


def parse_gowork(text: str, filename: str) -> GoWork:
    """Read a go.work file; raises :class:`GoError` as :func:`parse_gomod` does."""
    built = _build(text, filename, _GO_WORK_VERBS, True)
    return GoWork(filename, built.go, built.toolchain, tuple(built.godebug), tuple(built.use), tuple(built.replace), built.go_line)


def read_text(path: str) -> str:
    """The text of a module file on disk; bytes that are no UTF-8 become U+FFFD and fail later as bad characters. Raises OSError."""
    with open(path, "rb") as handle:
        return handle.read().decode("utf-8", "replace")
