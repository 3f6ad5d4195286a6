"""The verb minimal-runtime: hello on Go's own runtime and on the pruned one, verified and measured side by side."""

from __future__ import annotations

import json
from typing import Any

from SCons.Errors import BuildError

Node = Any

FOLDER = "build/minimal-runtime"
FLOOR = "int main(void) { return 0; }\n"


def add_verb(env: Any) -> None:
    """Add the alias minimal-runtime to *env*, an environment with the Go tool."""
    programs = []
    for runtime in ("full", "min"):
        for suffix, flags in (("", []), ("-stripped", ["-s", "-w"])):
            target = f"{FOLDER}/hello-{runtime}{suffix}"
            programs += env.GoProgram(target, "examples/hello", GORUNTIME=runtime, GOLINKFLAGS=flags)
    source = env.Textfile(f"{FOLDER}/floor.c", FLOOR)
    floor = env.Command(f"{FOLDER}/floor", source, [["gcc", "-O2", "-static", "-s", "-o", "$TARGET", "$SOURCE"]])
    report = env.Command(f"{FOLDER}/report.json", [], env.Action(_report, "Verifying and measuring"), programs=programs, floor=floor)
    env.Depends(report, [programs, floor])
    env.AlwaysBuild(env.Alias("minimal-runtime", report))
    env.AlwaysBuild(report)


def _report(target: list[Node], source: list[Node], env: Any) -> None:
    del source
    from go.errors import GoError
    from go.files import write_file
    from go.graph.variables import sdk_of, variant_of
    from go.inspect.report import minimal_runtime_report
    from go.minruntime import load_manifest, manifest_path

    full, full_stripped, small, small_stripped = env["programs"]
    sdk = sdk_of(env)
    variant = variant_of(env, sdk)
    try:
        report = minimal_runtime_report(
            (full.get_abspath(), full_stripped.get_abspath()),
            (small.get_abspath(), small_stripped.get_abspath()),
            (full.unit.archives(), small.unit.archives()),
            sdk.root,
            (variant.goos, variant.goarch),
            variant.experiments(sdk).enabled,
            lacking=load_manifest(manifest_path()).release(sdk.version).lacking,
            floor=env["floor"][0].get_abspath(),
        )
        write_file(target[0].get_abspath(), (json.dumps(report.to_json(), indent=1) + "\n").encode())
    except GoError as error:
        raise BuildError(node=target[0], errstr=str(error), status=2) from None
    print(report.table())
