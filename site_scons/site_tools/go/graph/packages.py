"""GoCompile and GoLink: packages and programs spelled out by the user, as plain SCons nodes.

A package is the files that the user lists, whatever else lies in their folder; it imports packages of other GoCompile calls and of std.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from SCons.Action import Action
from SCons.Errors import UserError
from SCons.Script.SConscript import launch_dir
from SCons.Util import flatten

from ..errors import GoError
from . import messages, variables
from .caching import sealed
from .calls import GoBuilder

Node = Any
Nodes = list[Any]

_SOURCES = (".go", ".s", ".S", ".h", ".syso")

NO_PATH = "command-line-arguments"
"""The import path of a package whose user gives none, as in ``go build a.go b.go`` (cmd/go/internal/load/pkg.go:3117)."""


@dataclass(frozen=True, eq=False)
class Listed:
    """A package of a GoCompile call: its outputs, its files (all in *folder*), and the packages of other calls that it imports."""

    import_path: str
    export: Node
    archive: Node
    folder: str
    sources: tuple[Node, ...]
    imports: tuple[Listed, ...]

    def closure(self) -> Iterator[Listed]:
        """This package and those that it imports, directly and indirectly, imported ones first; one may come more than once."""
        for imported in self.imports:
            yield from imported.closure()
        yield self


def listed_of(nodes: Iterable[Node], what: str) -> tuple[Listed, ...]:
    """The packages that *nodes*, results of GoCompile, are outputs of, each once; raises UserError for another node."""
    found: dict[Listed, None] = {}
    for node in flatten([nodes or []]):
        package = getattr(node.attributes, "go_package", None) if hasattr(node, "attributes") else None
        if package is None:
            raise UserError(f"{what} takes results of GoCompile, not {node}")
        found[package] = None
    return tuple(found)


def _emit_package(target: Nodes, source: Nodes, env: Any) -> tuple[Nodes, Nodes]:
    if len(target) != 1 or not source:
        raise UserError("GoCompile makes one package from the files of one folder: GoCompile('obj/name', ['a.go', 'b.go'])")
    wrong = [node for node in source if not str(node).endswith(_SOURCES)]
    if wrong:
        raise UserError(f"GoCompile takes the files of a package, {', '.join(_SOURCES)}, not {wrong[0]}")
    folders = {node.dir for node in source}
    if len(folders) > 1:
        places = ", ".join(sorted(map(str, folders)))
        raise UserError(f"GoCompile: the files of a package lie in one folder, not in {places}")
    stem = str(target[0]).removesuffix(".a")
    export, archive = env.File(stem + ".x"), env.File(stem + ".a")
    imports = listed_of(env.get("GOIMPORTS", []), "GOIMPORTS")
    import_path = variables.text(env, "GOIMPORTPATH") or NO_PATH
    package = Listed(import_path, export, archive, source[0].dir.get_abspath(), tuple(source), imports)
    for node in (export, archive):
        sealed(node).attributes.go_package = package
    env.Depends([export, archive], [imported.export for imported in imports])
    env.Clean(export, stem + ".built")
    return [export, archive], source


def _compile(target: Nodes, source: Nodes, env: Any) -> int:
    del source
    from .compilation import Compilation

    package = target[0].attributes.go_package
    try:
        said = Compilation(env, package).compile()
    except GoError as error:
        raise _failure(env, error, f"cannot compile {package.import_path}") from None
    if said:
        messages.say(said)
    return 0


def _emit_program(target: Nodes, source: Nodes, env: Any) -> tuple[Nodes, Nodes]:
    if len(target) != 1:
        raise UserError(f"GoLink links one program, not {', '.join(map(str, target))}")
    mains = listed_of(source, "GoLink")
    if len(mains) != 1:
        raise UserError("GoLink links one main package, the result of one GoCompile call; what it imports is linked with it")
    archives = list(dict.fromkeys(package.archive for package in mains[0].closure()))
    sealed(target[0])
    return target, [mains[0].archive, *(archive for archive in archives if archive is not mains[0].archive)]


def _link(target: Nodes, source: Nodes, env: Any) -> int:
    from .compilation import Compilation

    main = source[0].attributes.go_package
    try:
        said = Compilation(env, main).link(target[0].get_abspath())
    except GoError as error:
        raise _failure(env, error, f"cannot link {main.import_path}") from None
    if said:
        messages.say(said)
    return 0


def _failure(env: Any, error: GoError, summary: str) -> Exception:
    return messages.failure(error, summary, env.Dir("#").get_abspath(), launch_dir)


def _identity(target: object, source: object, env: Any, for_signature: bool) -> str:
    """``$_GOSDKID``: what stands for the SDK in a signature."""
    return variables.sdk_of(env).identity if for_signature else variables.sdk_of(env).version


def _varlist() -> list[str]:
    shown = [
        name for name in variables.VARIABLES if not name.endswith(("COM", "COMSTR")) and name not in ("GOROOT", "GOBUILDDIR", "GOEXPLAIN")
    ]
    return [*shown, "_GOSDKID"]


def generate(env: Any) -> None:
    """Add the builders to *env*."""
    compile_action = Action(_compile, "Compiling $TARGET", varlist=_varlist())
    link_action = Action(_link, "Linking $TARGET", varlist=_varlist())
    env["BUILDERS"]["GoCompile"] = GoBuilder("GoCompile", action=compile_action, emitter=_emit_package)
    env["BUILDERS"]["GoLink"] = GoBuilder("GoLink", action=link_action, emitter=_emit_program)
    env.SetDefault(_GOSDKID=_identity)
