"""The Go tool: builds Go with SCons and without the go command.

Three doors lead here: ``Environment(tools=["go"])`` with this folder in ``site_scons/site_tools`` or on the toolpath, and
``Environment(tools=[scons_go.tool])`` after ``pip install scons-go``. Importing this package loads neither SCons nor the rest of itself.
"""

from __future__ import annotations

from typing import Any

__all__ = ["exists", "generate", "tool"]


def generate(env: Any, **variables: object) -> None:
    """Add the builders and the variables to *env*; *variables* are defaults, as in ``tools=[("go", {"GOROOT": "/opt/go"})]``."""
    from .graph import tool as implementation

    implementation.generate(env, variables)


def exists(env: Any) -> bool:
    """Whether an SDK is found with the settings of *env*."""
    from .graph import tool as implementation

    return implementation.exists(env)


tool = generate
