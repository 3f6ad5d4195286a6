"""Controls of the exam: programs of which it is known what must come out, most of them failures.

An exam of tests that end in silence is passed by a runtime that swallows panics, or exits too early. So the harness and the runtime are
tried together on programs that must fail in a known way, and on mutants of real tests: with a panic put in at the start of main the test
must fail with that panic, with a print it must fail for what it prints, and with an early exit main must be seen not to return.
"""

from __future__ import annotations

import random
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from exam_recipe import Tags, Test, expected_output, parse_test
from exam_run import FAIL, PASS, Examiner, Result
from sandbox import Limits
from toolchain import Toolchain

_MAIN = re.compile(r"^func main\(\) *\{", re.MULTILINE)
_SEED = 4


@dataclass(frozen=True)
class Control:
    """A program and what the exam must say: verdict, a pattern for the cause, whether main returns. *out* is the expected output."""

    name: str
    body: str
    verdict: str
    cause: str = ""
    out: str = ""
    returned: bool | None = None
    recipe: str = "run"
    imports: tuple[str, ...] = ()
    declarations: str = ""


def _died(words: str) -> str:
    return rf"exit status 2: {words}"


CONTROLS: tuple[Control, ...] = (
    Control("returns", "", PASS, returned=True),
    Control("prints", 'println("42")', PASS, out="42\n"),
    Control("recovers", 'defer func() { if recover() != "x" { panic("lost") } }(); panic("x")', PASS, returned=True),
    Control("exits_early", "syscall.Exit(0)", PASS, returned=False, imports=("syscall",)),
    Control(
        "exits_before_output",
        'syscall.Exit(0); println("42")',
        FAIL,
        "output differs in line 1",
        out="42\n",
        imports=("syscall",),
    ),
    Control("exits_within_output", 'println("1"); syscall.Exit(0); println("2")', FAIL, "output", out="1\n2\n", imports=("syscall",)),
    Control("exits_with_status", "syscall.Exit(3)", FAIL, "exit status 3", imports=("syscall",)),
    Control("prints_too_much", 'println("surplus")', FAIL, "prints what should not be printed: surplus"),
    Control("prints_other", 'println("43")', FAIL, "output differs in line 1: '43', not '42'", out="42\n"),
    Control("prints_nothing", "", FAIL, "output", out="42\n"),
    Control("panics", 'panic("control")', FAIL, _died("panic: control")),
    Control("panics_in_goroutine", 'go panic("control"); select {}', FAIL, _died("panic: control")),
    Control("panics_in_defer", 'defer panic("second"); panic("first")', FAIL, _died("panic: first")),
    Control("error_value", "panic(failure{})", FAIL, _died(r"panic: \(?main\.failure"), declarations="type failure struct{}"),
    Control("index", "s := make([]int, one()); s[one()] = 1", FAIL, _died(r"panic: runtime error: index out of range \[1\] with length 1")),
    Control(
        "slice_bounds", "s := make([]int, one()); s = s[:3*one()]", FAIL, _died(r"panic: runtime error: slice bounds out of range \[:3\]")
    ),
    Control("divides_by_zero", "println(1 / (one() - 1))", FAIL, _died("panic: runtime error: integer divide by zero")),
    Control(
        "nil_pointer",
        "var p *int; if one() == 2 { p = new(int) }; *p = 1",
        FAIL,
        _died("panic: runtime error: invalid memory address or nil pointer dereference"),
    ),
    Control("nil_map", "var m map[int]int; m[one()] = 1", FAIL, _died("panic: assignment to entry in nil map")),
    Control(
        "type_assertion",
        "var e any = one(); println(e.(string))",
        FAIL,
        _died("panic: interface conversion: interface {} is int, not string"),
    ),
    Control("closed_channel", "c := make(chan int); close(c); c <- 1", FAIL, _died("panic: send on closed channel")),
    Control("deadlock", "<-make(chan int)", FAIL, _died("fatal error: all goroutines are asleep - deadlock!")),
    Control(
        "overflows_stack",
        "println(deeper(1))",
        FAIL,
        _died("(fatal error: stack overflow|runtime: goroutine stack exceeds)"),
        declarations="func deeper(n int) int { return deeper(n+1) + n }",
    ),
    Control("initialiser_panics", "", FAIL, _died("panic: from init"), declarations='func init() { panic("from init") }'),
    Control("hangs", "for { }", FAIL, "runs too long", recipe="run -t 1"),
    Control("does_not_compile", "undeclared()", FAIL, "does not compile: .*undefined: undeclared"),
    Control(
        "does_not_link",
        "absent()",
        FAIL,
        "(does not link|the runtime lacks)",
        imports=("unsafe",),
        declarations="//go:linkname absent no.such\nfunc absent()",
    ),
)


def control_source(control: Control) -> str:
    """The test file of a control."""
    imports = "".join(f'import {"_ " if name == "unsafe" else ""}"{name}"\n' for name in control.imports)
    one = "//go:noinline\nfunc one() int { return 1 }\n" if "one()" in control.body else ""
    return f"// {control.recipe}\n\npackage main\n\n{imports}\n{one}\n{control.declarations}\n\nfunc main() {{ {control.body} }}\n"


def control_fault(control: Control, result: Result) -> str:
    """What is wrong with the *result* of a control, "" where it is as it must be."""
    if result.verdict != control.verdict:
        return f"{control.name}: {result.verdict}, not {control.verdict}: {result.cause}\n{result.detail}"
    if not re.match(control.cause, result.cause):
        return f"{control.name}: failed for another reason: {result.cause}\n{result.detail}"
    if control.returned is not None and result.returned != control.returned:
        return f"{control.name}: main was {'' if result.returned else 'not '}seen to return"
    return ""


def mutants(tree: Path, tests: Sequence[Test], count: int) -> Iterator[tuple[str, str, str]]:
    """(file name, source, kind) of *count* tests of *tree*, chosen by a fixed seed, each with a panic, a print and an early exit put in."""
    candidates = []
    for test in tests:
        if test.action != "run" or test.flags or test.arguments or test.constraint_failed or expected_output(tree, test):
            continue
        source = (tree / test.name).read_text(encoding="utf-8", errors="replace")
        if len(_MAIN.findall(source)) == 1 and not re.search(
            r'"(C|go/|os/exec|syscall)|\bprintln\b *:?=|^func (panic|println|init)\b', source, re.MULTILINE
        ):
            candidates.append((test.name, source))
    chosen = random.Random(_SEED).sample(candidates, min(count, len(candidates)))
    for name, source in chosen:
        stem = re.sub(r"\W", "_", name.removesuffix(".go"))
        yield f"{stem}_panic.go", _MAIN.sub('func main() { panic("exam: mutant");', source), "panic"
        yield f"{stem}_print.go", _MAIN.sub('func main() { println("exam: mutant");', source), "print"
        early = _MAIN.sub("func main() { examExit.Exit(0);", source)
        yield (
            f"{stem}_exit.go",
            re.sub(r"^package main\b", 'package main; import examExit "syscall"', early, count=1, flags=re.MULTILINE),
            "exit",
        )


def mutant_fault(kind: str, result: Result) -> str:
    """What is wrong with the result of a mutant, "" where it was caught."""
    if kind == "exit":
        caught = result.verdict == PASS and result.returned is False
    elif kind == "panic":
        caught = result.verdict == FAIL and result.cause == "exit status 2: panic: exam: mutant"
    else:
        caught = result.verdict == FAIL and "exam: mutant" in result.cause + result.detail
    return (
        ""
        if caught
        else f"{result.name}: a mutant ({kind}) was not caught: {result.verdict} {result.cause} (main returns: {result.returned})"
    )


def take_controls(toolchain: Toolchain, work: Path, jobs: int, tree: Path | None, count: int = 20) -> tuple[int, list[str]]:
    """Take all controls, and *count* mutated tests of *tree* where there is one; (how many were taken, what is wrong)."""
    toolchain.prepare(["syscall", "unsafe"])
    folder = work / "controls"
    folder.mkdir(parents=True)
    tags = Tags(toolchain.variant.goos, toolchain.variant.goarch, toolchain.sdk.minor)
    sources = {f"{control.name}.go": control_source(control) for control in CONTROLS}
    kinds: dict[str, str] = {}
    if tree is not None:
        kinds = _add_mutants(toolchain, tree, tags, sources, count)
    for name, source in sources.items():
        (folder / name).write_text(source, encoding="utf-8")
    for control in CONTROLS:
        if control.out:
            (folder / f"{control.name}.out").write_text(control.out, encoding="utf-8")
    examiner = Examiner(folder, toolchain, work / "runs", Limits(30.0, 4 << 30), {}, witness=True)
    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(lambda item: examiner.take(parse_test(item[0], item[1], tags)), sources.items()))
    by_name = {result.name: result for result in results}
    faults = [control_fault(control, by_name[f"{control.name}.go"]) for control in CONTROLS]
    faults += [mutant_fault(kind, by_name[name]) for name, kind in kinds.items()]
    return len(results), [fault for fault in faults if fault]


def _add_mutants(toolchain: Toolchain, tree: Path, tags: Tags, sources: dict[str, str], count: int) -> dict[str, str]:
    """Put mutants of tests that need nothing of std into *sources*; file name → kind."""
    tests = [
        parse_test(path.relative_to(tree).as_posix(), path.read_text(encoding="utf-8", errors="replace"), tags)
        for folder in ("ken", "chan", "interface", "typeparam")
        for path in sorted((tree / folder).glob("*.go"))
    ]
    kinds = {}
    for name, source, kind in mutants(tree, tests, count):
        sources[name], kinds[name] = source, kind
    imported = {found for name in kinds for found in re.findall(r'^(?:import )?\t?(?:\w+ )?"([\w/]+)"$', sources[name], re.MULTILINE)}
    toolchain.prepare(sorted(imported))
    return kinds


def self_test(goroot: str, runtimes: Sequence[str], output: Path, jobs: int, tree: Path | None) -> int:
    """Take the controls on each runtime, print what is wrong; the exit status."""
    status = 0
    for runtime in runtimes:
        work = Path(tempfile.mkdtemp(prefix="controls-", dir=output))
        try:
            taken, faults = take_controls(Toolchain(goroot, runtime, output / "std", jobs), work, jobs, tree)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        print(f"{runtime}: {taken - len(faults)} of {taken} controls as they must be")
        for fault in faults:
            print(f"  {fault}")
        status = status or (1 if faults else 0)
    return status
