"""Go programs that the build itself runs: made for this machine, whatever the environment is for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from SCons.Errors import UserError
from SCons.Node.FS import get_default_fs
from SCons.Node.Python import Value

from ..digest import text_digest
from ..selection import exec_name
from . import variables

if TYPE_CHECKING:
    from ..sdk import SDK

Node = Any
Nodes = list[Any]

# How ``go tool`` builds: for its own target, and without the flags of builds (cmd/go/internal/tool/tool.go, cfg.ForceHost).
_HOST: dict[str, object] = {
    **dict.fromkeys(("GOOS", "GOARCH", *variables.ARCH_LEVELS, "GOEXPERIMENT", "GOTAGS"), ""),
    **dict.fromkeys(("GOCFLAGS", "GOASMFLAGS", "GOLINKFLAGS"), ()),
    **{name: variables.VARIABLES[name].default for name in ("CGO_ENABLED", "GORUNTIME", "GOBUILDMODE", "GOTRIMPATH", "GOPGO")},
}


def host_program(env: Any, import_path: str) -> Nodes:
    """The program *import_path*, by the modules that hold in the current SConscript's folder, as a node below ``$GOBUILDDIR``."""
    sdk, place = variables.sdk_of(env), env.Dir(".")
    folder = os.path.relpath(place.srcnode().get_abspath(), env.Dir("#").get_abspath())
    facts = (sdk.version, folder, import_path, variables.text(env, "GOMODFLAG"))
    digest = text_digest(repr(facts))[:8]
    suffix = ".exe" if sdk.host_goos == "windows" else ""
    node = get_default_fs().File(os.path.join(variables.build_dir(env), "tools", digest, exec_name(import_path) + suffix))
    if node.has_builder():
        return [node]
    nodes: Nodes = env.GoProgram(node, Value(import_path), **_HOST)
    return nodes


def sdk_program(env: Any, sdk: SDK, name: str) -> Node:
    """The SDK's program *name*, made from its source where the SDK has the source only."""
    for folder in (os.path.join(sdk.root, "bin"), sdk.tool_dir):
        path = os.path.join(folder, name + (".exe" if sdk.host_goos == "windows" else ""))
        if os.path.isfile(path):
            return get_default_fs().File(path)
    return host_program(env, f"cmd/{name}")[0]


def module_tool(env: Any, import_path: str) -> Nodes:
    """GoModuleTool: the program *import_path* of a module, at the version that go.mod requires."""
    import_path = env.subst(import_path)
    if "@" in import_path:
        raise UserError(f"GoModuleTool: {import_path}: the version is the one in go.mod")
    return host_program(env, import_path)
