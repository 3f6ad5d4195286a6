"""The report of ``scons minimal-runtime``: a program on the full and on the min runtime side by side, verified, and the runtime's ABI."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import GoError
from .abi import ABI_NAMES, Definitions, Finding, check, required_symbols
from .elf import ElfProgram, read_elf
from .goobj import read_go_archive
from .process import Observation, StartUp, describe_status, observe, start_up


@dataclass(frozen=True)
class Measured:
    """One program: its file as linked by default, the same linked with -s -w, and how it ran."""

    program: ElfProgram
    stripped: ElfProgram
    ran: Observation
    start_up: StartUp


@dataclass(frozen=True)
class Report:
    """Two programs side by side, and what each runtime defines of what it has to (*full_findings* and *min_findings* run in step)."""

    version: str
    target: str
    full: Measured
    min: Measured
    floor: StartUp | None
    full_findings: tuple[Finding, ...]
    min_findings: tuple[Finding, ...]

    def table(self) -> str:
        """The report as text for a terminal."""
        return "\n".join([*_figures(self), "", *_abi_lines(self), "", *_verdict(self)])

    def to_json(self) -> dict[str, Any]:
        """The same figures for report.json: bytes, seconds and counts."""
        symbols = [
            {
                "name": full.requirement.name,
                "abi": ABI_NAMES[full.requirement.abi],
                "asked_by": full.requirement.asked_by,
                "feature": full.requirement.feature,
                "full": full.kind,
                "min": own.kind,
            }
            for full, own in zip(self.full_findings, self.min_findings, strict=True)
        ]
        return {
            "go": self.version,
            "target": self.target,
            "programs": {"full": _measured_json(self.full), "min": _measured_json(self.min)},
            "floor": asdict(self.floor) if self.floor else None,
            "required_symbols": symbols,
        }


def minimal_runtime_report(
    full: tuple[str, str],
    minimal: tuple[str, str],
    archives: tuple[Iterable[str], Iterable[str]],
    goroot: str,
    target: tuple[str, str],
    experiments: Collection[str],
    *,
    lacking: Collection[str] = (),
    floor: str = "",
    runs: int = 200,
) -> Report:
    """Measure and verify a program on both runtimes.

    *full* and *minimal* are each (path of the program linked by default, path of the one linked with -s -w). *archives* are the files of
    package runtime and of what it imports, of the full and of the min runtime. *target* is (GOOS, GOARCH), *experiments* the GOEXPERIMENTs
    in force. *lacking* are symbols that the min runtime declares not to have. *floor* is a C program to time as the least that a process
    takes. Raises one :class:`GoError` that lists everything that does not hold.
    """
    goos, goarch = target
    stock, own = (Definitions(read_go_archive(path, goroot) for path in side) for side in archives)
    requirements = required_symbols(goroot, goos, goarch, experiments, stock)
    programs = {"full": full, "min": minimal}
    elves = {label: (read_elf(plain), read_elf(stripped)) for label, (plain, stripped) in programs.items()}
    runs_of = {label: observe([stripped], calls=True) for label, (_, stripped) in programs.items()}
    faults = [*_program_faults(elves, runs_of), *_abi_faults(check(requirements, own, stock), lacking)]
    if faults:
        raise GoError("the minimal runtime does not verify:\n" + "\n".join(f"  {fault}" for fault in faults))
    timed = {label: [stripped] for label, (_, stripped) in programs.items()}
    if floor:
        timed["floor"] = [floor]
    times = start_up(timed, runs)
    with open(os.path.join(goroot, "VERSION"), encoding="utf-8") as handle:
        version = handle.readline().strip()
    return Report(
        version,
        f"{goos}/{goarch}",
        Measured(*elves["full"], runs_of["full"], times["full"]),
        Measured(*elves["min"], runs_of["min"], times["min"]),
        times.get("floor"),
        check(requirements, stock, stock),
        check(requirements, own, stock),
    )


def _program_faults(elves: Mapping[str, tuple[ElfProgram, ElfProgram]], runs: Mapping[str, Observation]) -> Iterator[str]:
    for pair in elves.values():
        for program in pair:
            for fault in program.dependence():
                yield f"{program.path} {fault}"
    full, own = runs["full"], runs["min"]
    for label, ran in runs.items():
        if ran.status:
            yield f"{elves[label][1].path} did not exit with status 0 but {describe_status(ran.status)}: {_quoted(ran.output)}"
    if full.output != own.output:
        yield f"the programs do not print the same: full {_quoted(full.output)}, min {_quoted(own.output)}"


def _quoted(output: bytes) -> str:
    text = output.decode("utf-8", "replace")
    return repr(text if len(text) <= 400 else text[:400] + "…")


def _abi_faults(findings: Sequence[Finding], lacking: Collection[str]) -> Iterator[str]:
    """Requirements of the linker and the compiler that the min runtime neither meets nor is declared to lack, and stale declarations."""
    for finding in findings:
        requirement = finding.requirement
        if finding.met or requirement.asked_by == "debugger" or requirement.name in lacking:
            continue
        what = "is not defined by the min runtime" + (" (it is, but for the other ABI)" if finding.other_abi else "")
        if finding.empty:
            what = f"has no value in the min runtime ({finding.kind}; in the full one it is {finding.stock_kind})"
        yield f"{requirement.name} ({ABI_NAMES[requirement.abi]}, for {requirement.feature}) {what}"
    met = {finding.requirement.name for finding in findings if finding.met}
    for name in sorted(set(lacking) & met):
        yield f"{name} is declared as lacking, but the min runtime defines it"


def _row(label: str, full: str, own: str, ratio: str = "") -> str:
    return f"  {label:<34}{full:>14}{own:>14}{ratio:>10}".rstrip()


def _count_row(label: str, full: int, own: int) -> str:
    return _row(label, f"{full:,}", f"{own:,}", f"{own / full:.3f}" if full else "")


def _figures(report: Report) -> Iterator[str]:
    full, own = report.full, report.min
    yield f"A program on the full and on the min runtime, {report.version} {report.target}"
    yield _row("", "full", "min", "min/full")
    yield _count_row("file, bytes", full.program.size, own.program.size)
    yield _count_row("file linked with -s -w, bytes", full.stripped.size, own.stripped.size)
    sizes = [{section.name: section.size for section in measured.stripped.loaded} for measured in (full, own)]
    for name in dict.fromkeys([*sizes[0], *sizes[1]]):
        yield _row(f"  {name}", *(f"{side[name]:,}" if name in side else "-" for side in sizes))
    yield _row(f"start-up, ms, median of {full.start_up.runs}", *_milliseconds(full.start_up.median, own.start_up.median))
    yield _row("start-up, ms, best", *_milliseconds(full.start_up.minimum, own.start_up.minimum))
    if report.floor:
        text = f"{report.floor.median * 1e3:.3f}"
        yield _row("  a static C program, ms, median", text, text)
    yield _count_row("peak memory (VmHWM), KB", full.ran.peak_memory // 1024, own.ran.peak_memory // 1024)
    yield _count_row("system calls", len(full.ran.calls), len(own.ran.calls))
    yield _count_row("threads", full.ran.threads, own.ran.threads)


def _milliseconds(full: float, own: float) -> tuple[str, str, str]:
    return f"{full * 1e3:.3f}", f"{own * 1e3:.3f}", f"{own / full:.3f}"


_ASKED_BY = {"linker": "the linker", "compiler": "the compiler", "debugger": "DWARF (not with -w)"}


def _abi_lines(report: Report) -> Iterator[str]:
    """The required symbols by who asks and for which feature; those that the min runtime does not define in brackets."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in report.min_findings:
        groups.setdefault((finding.requirement.asked_by, finding.requirement.feature), []).append(finding)
    yield "Symbols that a runtime has to define; [name]: not in the min runtime"
    for asked_by, heading in _ASKED_BY.items():
        of_group = [f for f in report.min_findings if f.requirement.asked_by == asked_by]
        full = sum(f.met for f in report.full_findings if f.requirement.asked_by == asked_by)
        yield f"  asked for by {heading}: {len(of_group)}, full {full}, min {sum(f.met for f in of_group)}"
        for (who, feature), findings in groups.items():
            if who == asked_by:
                yield from _feature_lines(feature, findings)


def _feature_lines(feature: str, findings: Sequence[Finding]) -> Iterator[str]:
    names = " ".join(_short(finding) for finding in findings)
    yield textwrap.fill(names, 130, initial_indent=f"    {feature:<32}", subsequent_indent=" " * 36, break_on_hyphens=False)


def _short(finding: Finding) -> str:
    name = finding.requirement.name.removeprefix("runtime.")
    return name if finding.met else f"[{name}]"


def _verdict(report: Report) -> Iterator[str]:
    yield "Verified: both static, without interpreter, undefined symbol, or segment both writable and executable; both print the same;"
    missing = sum(not f.met and f.requirement.asked_by != "debugger" for f in report.min_findings)
    but = f", but for {missing} that the min runtime is declared to lack" if missing else ""
    yield f"the symbols of the linker and the compiler are defined for the ABI they are asked for{but}."


def _measured_json(measured: Measured) -> dict[str, Any]:
    return {
        "path": measured.program.path,
        "bytes": measured.program.size,
        "stripped_path": measured.stripped.path,
        "stripped_bytes": measured.stripped.size,
        "sections": {section.name: section.size for section in measured.stripped.loaded},
        "segments": [asdict(segment) for segment in measured.stripped.segments],
        "start_up": asdict(measured.start_up),
        "peak_memory_bytes": measured.ran.peak_memory,
        "system_calls": len(measured.ran.calls),
        "threads": measured.ran.threads,
        "output": measured.ran.output.decode("utf-8", "replace"),
    }
