"""The verb ``go-tidy-check``: what ``go mod tidy`` would change."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from SCons.Action import Action
from SCons.Errors import BuildError
from SCons.Node.Alias import default_ans

from ..errors import GoError
from ..module.environment import module_env
from ..module.tidy import check_tidy
from ..module.workspace import find_workspace
from . import messages, variables
from .session import session

Nodes = list[Any]

VERB = "go-tidy-check"


def _check(target: Nodes, source: Nodes, env: Any) -> None:
    """Show what is not tidy in the modules that hold where the SConstruct is: one, or those of go.work."""
    del target, source
    here = session()
    try:
        sdk = variables.sdk_of(env)
        settings = replace(module_env(sdk.root, sdk.version[2:], os.environ), mod="")  # go mod tidy takes no -mod
        workspace = find_workspace(here.top, settings)
        roots = [module.root for module in workspace.modules] if workspace else [here.top]
        findings = [finding for root in roots for finding in check_tidy(root, settings)]
    except GoError as error:
        raise here.failure(error, "cannot tell whether the module is tidy") from None
    if findings:
        for finding in findings:
            file = messages.path_from_here(finding.position.file, here.top, here.here)
            messages.show(f"{finding._replace(position=replace(finding.position, file=file))}\n")
        raise BuildError(errstr="go mod tidy would change that", status=1)


def generate(env: Any) -> None:
    """Add the verb, for the first environment with the Go tool."""
    if default_ans.lookup(VERB) is None:
        env.AlwaysBuild(env.Alias(VERB, [], Action(_check, cmdstr=None)))
