"""Takes one test of a GOROOT/test tree: compile, link, run, judge; and says why it failed, in words that can be counted."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exam_recipe import RecipeError, Test, expected_output, packages_of
from sandbox import Limits, Outcome, run_limited
from scons_go.inspect.missing import find_missing
from scons_go.inspect.process import describe_status
from scons_go.source.header import scan_go
from toolchain import Said, Toolchain

PASS, FAIL, NOT_APPLICABLE, EXCLUDED = "pass", "fail", "not applicable", "excluded"
WITNESS = "exam: main has returned"
_MAIN = re.compile(r"^func main\(\) *\{", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """A test's verdict and, unless it passed, the *cause* in one line. *detail* is what was printed, cut short.

    *returned* tells whether main was seen to return at its end, in a second run made only for that; None where that was not tried
    (the test prints something that is compared, or did not pass).
    """

    name: str
    action: str
    verdict: str
    seconds: float = 0.0
    cause: str = ""
    detail: str = ""
    returned: bool | None = None


class _FailedError(Exception):
    def __init__(self, cause: str, detail: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.detail = detail


@dataclass(frozen=True)
class _Flags:
    """A test's flags, as the tools take them."""

    compile: tuple[str, ...]
    link: tuple[str, ...]


class Examiner:
    """Takes tests of *tree* with *toolchain*, in folders of its own below *work*.

    *unbuilt* maps packages of std that could not be compiled to the reason. *witness* asks for the second run (:class:`Result`).
    """

    def __init__(self, tree: Path, toolchain: Toolchain, work: Path, limits: Limits, unbuilt: Mapping[str, str], witness: bool) -> None:
        self.tree = tree
        self.toolchain = toolchain
        self.work = work
        self.limits = limits
        self.unbuilt = unbuilt
        self.witness = witness
        work.mkdir(parents=True, exist_ok=True)
        self._compile_config = toolchain.import_config(linking=False)
        self._link_config = toolchain.import_config(linking=True)
        (work / "importcfg").write_text(self._link_config, encoding="utf-8")

    def take(self, test: Test) -> Result:
        """The result of one test; nothing is left of its folder."""
        if test.constraint_failed:
            return Result(test.name, test.action, EXCLUDED, cause=test.constraint_failed)
        start = time.monotonic()
        folder = Path(tempfile.mkdtemp(prefix="test-", dir=self.work))
        verdict, cause, detail, returned = PASS, "", "", None
        try:
            returned = self._take(test, folder)
        except _FailedError as failure:
            verdict, cause, detail = FAIL, failure.cause, failure.detail
        except (RecipeError, OSError) as error:
            verdict, cause = FAIL, f"harness: {error}"
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return Result(test.name, test.action, verdict, round(time.monotonic() - start, 3), cause, detail, returned)

    def _take(self, test: Test, folder: Path) -> bool | None:
        if test.action == "rundir":
            self._judge(test, self._run_folder(test, folder))
        elif test.action == "runoutput":
            sources, arguments = _sources(test)
            generated = folder / "tmp__.go"
            generated.write_bytes(self._succeeded(self._run_files(test, sources, arguments, folder, (), "program that writes the test")))
            self._judge(test, self._run_files(test, [str(generated)], (), folder, ()))
        else:
            sources, arguments = _sources(test)
            self._judge(test, self._run_files(test, sources, arguments, folder, test.flags))
            if self.witness and not expected_output(self.tree, test):
                return self._main_returns(test, sources, arguments, folder)
        return None

    def _judge(self, test: Test, outcome: Outcome) -> None:
        self._succeeded(outcome)
        wanted = expected_output(self.tree, test)
        printed = outcome.output.replace(b"\r\n", b"\n")
        if printed != (wanted or b""):
            raise _FailedError(_difference(printed, wanted), _cut(outcome.text))

    def _succeeded(self, outcome: Outcome) -> bytes:
        if outcome.timed_out:
            raise _FailedError("runs too long", _cut(outcome.text))
        if outcome.status:
            raise _FailedError(f"{describe_status(outcome.status)}: {_last_words(outcome.text)}", _cut(outcome.text))
        return outcome.output

    def _main_returns(self, test: Test, sources: Sequence[str], arguments: Sequence[str], folder: Path) -> bool | None:
        """Run the test again with a deferred print in main: true where it is printed, None where it cannot be put in."""
        text = (self.tree / sources[0]).read_text(encoding="utf-8", errors="surrogateescape")
        changed, count = _MAIN.subn(f'func main() {{ defer println("{WITNESS}");', text, count=1)
        if not count:
            return None
        copy = folder / "witness.go"
        copy.write_text(changed, encoding="utf-8", errors="surrogateescape")
        try:
            outcome = self._run_files(test, [str(copy), *sources[1:]], arguments, folder, test.flags)
        except _FailedError:
            return None
        return outcome.text == WITNESS + "\n" if outcome.status == 0 else None

    def _run_files(
        self, test: Test, sources: Sequence[str], arguments: Sequence[str], folder: Path, flags: Sequence[str], what: str = ""
    ) -> Outcome:
        """Compile files as package main, link, run in the tree's folder."""
        split = _tool_flags(flags)
        self._check_imports(self.tree / source for source in sources)
        configs = self._configs(folder, {})
        main = folder / "main.a"
        arguments_of_compiler = ["-o", main, "-p=main", f"-importcfg={configs[0]}", *split.compile, *sources]
        _check("compile", what, self.toolchain.compile(arguments_of_compiler, self.tree))
        return self._link_and_run(test, main, configs[1], split.link, arguments, folder, self.tree)

    def _run_folder(self, test: Test, folder: Path) -> Outcome:
        """Compile a folder's packages in order, link the last, run it in a folder of its own."""
        source = self.tree / test.folder
        packages = packages_of(source, test.single_file_packages)
        flags, link_flags = test.flags, ()
        if "-ldflags" in flags:
            at = flags.index("-ldflags")
            flags, link_flags = flags[:at], flags[at + 1 :]
        archives = {
            f"test/{files[0].removesuffix('.go')}": folder / "test" / (files[0].removesuffix(".go") + ".a") for _, files in packages
        }
        (folder / "test").mkdir()
        configs = self._configs(folder, archives)
        main = folder / "main.a"
        for name, files in packages:
            path = f"test/{files[0].removesuffix('.go')}"
            where = ["-o", main, "-p=main"] if name == "main" else ["-o", archives[path], "-p", path]
            self._check_imports(source / file for file in files)
            arguments = ["-e", "-D", "test", f"-importcfg={configs[0]}", *where, *flags, *(source / file for file in files)]
            _check("compile", f"package {name}", self.toolchain.compile(arguments, folder))
        return self._link_and_run(test, main, configs[1], link_flags, test.arguments, folder, folder)

    def _link_and_run(
        self, test: Test, main: Path, config: Path, flags: Sequence[str], arguments: Sequence[str], folder: Path, cwd: Path
    ) -> Outcome:
        program = folder / "a.exe"
        said = self.toolchain.link(program, ["-s", "-w", "-buildid=test", f"-importcfg={config}", *flags, main], folder)
        if said.status:
            lacks = sorted({item.feature for item in find_missing(self.toolchain.archives(main))})
            if lacks:
                raise _FailedError(f"the runtime lacks: {', '.join(lacks)}", _cut(said.output))
            _check("link", "", said)
        limits = Limits(test.timeout or self.limits.seconds, self.limits.memory, self.limits.output)
        return run_limited([str(program), *arguments], cwd, self._environment(test, cwd, folder), limits)

    def _environment(self, test: Test, cwd: Path, folder: Path) -> dict[str, str]:
        root = self.toolchain.sdk.root
        environment = {
            "PATH": os.path.join(root, "bin") + os.pathsep + os.environ.get("PATH", os.defpath),
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "PWD": str(cwd),
            "GOROOT": root,
            "GOOS": self.toolchain.variant.goos,
            "GOARCH": self.toolchain.variant.goarch,
            "GOENV": "off",
            "GOFLAGS": "",
            "GOTOOLCHAIN": "local",
            "GOCACHE": str(self.work / "gocache"),
            "CGO_ENABLED": "0",
            "STDLIB_IMPORTCFG": str(self.work / "importcfg"),
        }
        return {**environment, "GODEBUG": test.godebug} if test.godebug else environment

    def _configs(self, folder: Path, archives: Mapping[str, Path]) -> tuple[Path, Path]:
        """The importcfg files for compiling and for linking, with *archives* of the test's own packages."""
        own = "".join(f"packagefile {path}={archive}\n" for path, archive in archives.items())
        paths = (folder / "importcfg", folder / "importcfg.link")
        for path, config in zip(paths, (self._compile_config, self._link_config), strict=True):
            path.write_text(config + own, encoding="utf-8")
        return paths

    def _check_imports(self, sources: Iterable[Path]) -> None:
        for source in sources:
            for path, _ in scan_go(source.read_bytes()).imports:
                if path in self.unbuilt:
                    raise _FailedError(f"package {path} is not there: {self.unbuilt[path]}")


def _sources(test: Test) -> tuple[list[str], tuple[str, ...]]:
    """(files, arguments of the program): as go run has it, first arguments that end in .go are files too."""
    count = 0
    while count < len(test.arguments) and test.arguments[count].endswith(".go"):
        count += 1
    return [test.name, *test.arguments[:count]], test.arguments[count:]


def _tool_flags(flags: Sequence[str]) -> _Flags:
    """The flags of go run as flags of compile and link; those for all packages cannot be had with std compiled once."""
    compiler: list[str] = []
    linker: list[str] = []
    pending = list(flags)
    while pending:
        flag, equals, value = pending.pop(0).partition("=")
        if flag not in ("-gcflags", "-ldflags"):
            raise _FailedError(f"harness: flag {flag} of the go command")
        if not equals:
            value = pending.pop(0) if pending else ""
        if value.startswith("all="):
            raise _FailedError("harness: flags for all of std")
        (compiler if flag == "-gcflags" else linker).extend(value.split())
    return _Flags(tuple(compiler), tuple(linker))


def _check(step: str, what: str, said: Said) -> None:
    if said.status:
        first = next((line for line in said.output.splitlines() if line.strip()), f"exit status {said.status}")
        raise _FailedError(f"does not {step}{what and f' ({what})'}: {first}", _cut(said.output))


def _cut(text: str) -> str:
    return text if len(text) <= 2000 else text[:1500] + "\n…\n" + text[-400:]


def _last_words(text: str) -> str:
    """The line that tells why a Go program died."""
    lines = text.splitlines()
    for pattern in (r"fatal error: ", r"panic: ", r"SIG\w+: ", r"runtime: "):
        for line in lines:
            if re.match(pattern, line):
                return line[:200]
    return lines[0][:200] if lines else "nothing printed"


def _difference(printed: bytes, wanted: bytes | None) -> str:
    if wanted is None:
        first = printed.decode("utf-8", "replace").split("\n")[0]
        return f"prints what should not be printed: {first[:160]}"
    ours, theirs = printed.decode("utf-8", "replace").split("\n"), wanted.decode("utf-8", "replace").split("\n")
    for number, (one, other) in enumerate(zip(ours, theirs, strict=False), 1):
        if one != other:
            return f"output differs in line {number}: {one[:80]!r}, not {other[:80]!r}"
    return f"output has {len(ours)} lines, not {len(theirs)}"
