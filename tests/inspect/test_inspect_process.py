"""What is said of a process, against C programs that do a known thing, and against strace."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from pathlib import Path

import conftest
import pytest
from inspect_support import go
from scons_go.errors import GoError
from scons_go.inspect.process import count_calls, describe_status, observe, start_up, system_call_names
from sconsproject import LONG

BARE_C = """
static long call(long number, long a, long b, long c) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}
static volatile char page[PAGES * 4096 + 1];
void _start(void) {
    for (long i = 0; i < PAGES; i++) page[i * 4096] = 1;
    for (int i = 0; i < CALLS; i++) call(39, 0, 0, 0);
    call(1, 1, (long)"out", 3);
    call(231, STATUS, 0, 0);
}
"""
THREADS_C = """
#include <pthread.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>
static pthread_barrier_t filled;
static void *work(void *unused) {
    char *block = malloc(8 << 20);
    memset(block, 1, 8 << 20);
    pthread_barrier_wait(&filled);
    pause();
    return block;
}
int main(void) {
    pthread_t one;
    pthread_barrier_init(&filled, 0, 4);
    for (int i = 0; i < 3; i++) pthread_create(&one, 0, work, 0);
    pthread_barrier_wait(&filled);
    _exit(7);
}
"""


@pytest.fixture
def compile_c(tmp_path: Path):  # type: ignore[no-untyped-def]
    """A function that compiles C without a libc (or with one, static)."""
    gcc = shutil.which("gcc")
    if not gcc:
        pytest.skip("needs gcc (Debian: apt install gcc libc6-dev)")

    def compile_one(source: str, *flags: str) -> str:
        (tmp_path / "p.c").write_text(source)
        subprocess.run([gcc, "-O1", "-fno-stack-protector", "-o", tmp_path / "p", tmp_path / "p.c", *flags], check=True)
        return str(tmp_path / "p")

    return compile_one


def bare(pages: int = 0, calls: int = 0, status: int = 0) -> tuple[str, ...]:
    return (BARE_C, "-static", "-nostdlib", f"-DPAGES={pages}", f"-DCALLS={calls}", f"-DSTATUS={status}")


def test_calls_status_and_output(compile_c) -> None:  # type: ignore[no-untyped-def]
    """Exactly the calls that the program makes, with arguments and results, and none of the shell that starts it."""
    seen = observe([compile_c(*bare(calls=5, status=3))], calls=True)
    names = system_call_names(str(conftest.goroot(conftest.CURRENT)), "amd64")
    assert [names[call.number] for call in seen.calls] == ["getpid"] * 5 + ["write", "exit_group"]
    assert len({call.result for call in seen.calls[:5]}) == 1 and seen.calls[0].result == seen.calls[0].thread
    assert seen.calls[5].arguments[0] == 1 and seen.calls[5].arguments[2] == 3 and seen.calls[5].result == 3
    assert seen.calls[6].arguments[0] == 3 and seen.calls[6].result is None
    assert (seen.status, seen.output, seen.threads) == (3, b"out", 1)
    assert count_calls(seen.calls, names) == [("getpid", 5), ("exit_group", 1), ("write", 1)]


def test_peak_memory_is_the_programs_own(compile_c) -> None:  # type: ignore[no-untyped-def]
    """A program that touches 4096 pages more has a peak 16 MB higher; a tiny one is tiny, whatever started it."""
    small = observe([compile_c(*bare())]).peak_memory
    large = observe([compile_c(*bare(pages=4096))]).peak_memory
    assert small < 64 * 1024
    # Linux before 6.17 counts on each processor, and tells what is off by up to some dozen pages for each.
    assert abs(large - small - 4096 * 4096) <= 512 * 1024
    assert observe([compile_c(*bare())], calls=True).peak_memory < 64 * 1024


def test_threads_and_their_memory(compile_c) -> None:  # type: ignore[no-untyped-def]
    """Threads are counted and what they touched is in the peak, also where they live until exit_group ends them."""
    seen = observe([compile_c(THREADS_C, "-static", "-pthread")], calls=True)
    assert (seen.status, seen.threads) == (7, 4)
    assert seen.peak_memory > 3 * (8 << 20)
    assert len({call.thread for call in seen.calls}) == 4


def test_signals_and_timeouts(compile_c) -> None:  # type: ignore[no-untyped-def]
    """A signal's number comes back negative; a program that hangs is killed and told; a missing one is told."""
    crash = compile_c("int main(void) { __builtin_trap(); }", "-static")
    assert observe([crash]).status == -4
    assert describe_status(-4) == "was killed by SIGILL" and describe_status(2) == "exit status 2"
    hang = compile_c("#include <unistd.h>\nint main(void) { pause(); }", "-static")
    with pytest.raises(GoError, match=r"did not end within 0\.2 s"):
        observe([hang], timeout=0.2)
    with pytest.raises(GoError, match="no such program"):
        observe([hang + "-absent"])
    with pytest.raises(GoError, match="no such program"):
        observe([str(Path(hang).parent / "p.c")])


def test_other_children_are_left_alone(compile_c) -> None:  # type: ignore[no-untyped-def]
    """Children of other threads are not reaped, and two traces at once do not mix."""
    program = compile_c(*bare(calls=200, status=4))
    other = subprocess.Popen(["/bin/sleep", "0.2"])
    results: list[int] = []

    def run() -> None:
        results.extend(len(observe([program], calls=True).calls) for _ in range(5))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [202] * 15
    assert other.wait(timeout=LONG) == 0


def test_start_up_takes_turns_and_tells_failures(compile_c) -> None:  # type: ignore[no-untyped-def]
    """Both programs run as often as asked for; the times of one that sleeps are its own; a failing one is an error."""
    slow = compile_c("#include <unistd.h>\nint main(void) { usleep(5000); }", "-static")
    shutil.copy(slow, slow + "-slow")
    fast = compile_c(*bare())
    for programs in ({"fast": [fast], "slow": [slow + "-slow"]}, {"slow": [slow + "-slow"], "fast": [fast]}):
        times = start_up(programs, 10)
        assert times["fast"].runs == times["slow"].runs == 10
        assert times["slow"].minimum >= 0.005 and times["fast"].minimum > 0
        assert all(each.minimum <= each.median and each.minimum <= each.mean for each in times.values())
    with pytest.raises(GoError, match="did not exit with status 0 but exit status 9"):
        start_up({"bad": [compile_c(*bare(status=9))]}, 1)
    with pytest.raises(GoError, match="cannot start"):
        start_up({"absent": [fast + "-absent"]}, 1)


def test_counts_are_those_of_strace(tmp_path: Path) -> None:
    """On a stock Go program: calls that do not depend on timing are as many as strace counts."""
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("needs strace (Debian: apt install strace)")
    (tmp_path / "main.go").write_text('package main\n\nfunc main() { println("hello") }\n')
    go(conftest.CURRENT, "build", "-o", "hello", "main.go", cwd=tmp_path)
    names = system_call_names(str(conftest.goroot(conftest.CURRENT)), "amd64")
    environment = {"GOMAXPROCS": "2"}  # else the runtime looks again after a second how many processors there are
    ours = dict(count_calls(observe([str(tmp_path / "hello")], calls=True, environment=environment).calls, names))
    text = subprocess.run([strace, "-cf", tmp_path / "hello"], capture_output=True, text=True, check=True, env=environment).stderr
    theirs = {name: int(number) for number, name in re.findall(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+)(?: +\d+)? +(\w+)$", text, re.MULTILINE)}
    for name in ("rt_sigaction", "openat", "write", "arch_prctl", "sched_getaffinity"):
        assert ours[name] == theirs[name] > 0
    assert ours["exit_group"] == 1 and "execve" not in ours
