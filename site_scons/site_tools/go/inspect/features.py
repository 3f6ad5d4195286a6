"""Which Go feature a symbol of the runtime serves: the words for reports and errors.

Names of package runtime are those that the compiler or the linker of Go 1.22 to 1.27 asks for; names of other packages are the ones
that package runtime pushes into std by //go:linkname.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from .goobj import ABI0, ABI_INTERNAL


@dataclass(frozen=True, slots=True)
class _Rule:
    """Names that match *pattern* serve *feature*. They are asked for on *targets* (GOARCH values, all where empty), and where *mode* is
    not empty only in that mode: a GOEXPERIMENT, or a flag of go build that no pruned runtime takes part in."""

    pattern: str
    feature: str
    targets: tuple[str, ...] = ()
    mode: str = ""


_WORD32 = ("386", "arm", "mips", "mipsle")
_X86 = ("386", "amd64")

# First match wins. The names are those of Go 1.22 to 1.27.
_RULES: tuple[_Rule, ...] = (
    _Rule(r"race\w+", "-race", mode="race"),
    _Rule(r"msan\w+", "-msan", mode="msan"),
    _Rule(r"asan\w+", "-asan", mode="asan"),
    _Rule(r"libfuzzer\w+", "fuzzing", mode="fuzz"),
    _Rule(r"addCovMeta", "-cover", mode="cover"),
    _Rule(r"(un)?checkptr\w+|unsafe(slice|string)checkptr", "-d=checkptr", mode="checkptr"),
    _Rule(r"cgoCheck\w+", "GOEXPERIMENT=cgocheck2", mode="cgocheck2"),
    _Rule(r"goschedguarded", "GOEXPERIMENT=preemptibleloops", mode="preemptibleloops"),
    _Rule(r"retpoline\w+", "-spectre=ret", mode="spectre"),
    _Rule(r"tls_g", "-shared and -dynlink", mode="dynlink"),
    _Rule(r"panicSimdImm", "GOEXPERIMENT=simd", mode="simd"),
    _Rule(r"selectsetpc", "select under -race", mode="race"),
    _Rule(r"x86Has\w+", "instruction set extensions", _X86),
    _Rule(r"armHas\w+", "instruction set extensions", ("arm",)),
    _Rule(r"arm64Has\w+", "instruction set extensions", ("arm64",)),
    _Rule(r"loong64Has\w+", "instruction set extensions", ("loong64",)),
    _Rule(r"riscv64Has\w+", "instruction set extensions", ("riscv64",)),
    _Rule(r"wasm\w+", "arithmetic", ("wasm",)),
    _Rule(r"u?int64(div|mod)|float64tou?int(64|32)|u?int64tofloat(64|32)|uint32tofloat64", "64-bit arithmetic", _WORD32),
    _Rule(r"udiv|_divu?|_modu?", "integer division", ("arm",)),
    _Rule(r"f(add|mul|div|eq|gt|ge)(32|64)|fint.*|f64to.*|f32to.*|fu?int\w+", "floating point without hardware", mode="softfloat"),
    _Rule(r"goPanic\w+", "bounds checks", ("wasm",)),
    _Rule(r"panicExtend\w*", "bounds checks", _WORD32),
    _Rule(r"panic(Index|Slice|Bounds)\w*", "bounds checks"),
    _Rule(r"panicmakeslice\w+|makeslice\w*", "make of slices"),
    _Rule(r"growslice\w*|moveSlice\w*", "append"),
    _Rule(r"slicecopy|typedslicecopy|memmove", "copying of memory"),
    _Rule(r"memclr\w+|typedmemclr", "clearing of memory"),
    _Rule(r"duff(zero|copy)", "clearing and copying of memory"),
    _Rule(r"panicunsafe\w+", "unsafe.Slice and unsafe.String"),
    _Rule(r"panicdivide|panicoverflow|panicshift|complex128div", "arithmetic"),
    _Rule(r"throwinit", "package initialisation"),
    _Rule(r"panicwrap|sigpanic", "nil pointers"),
    _Rule(r"gopanic|gorecover", "panic and recover"),
    _Rule(r"defer(proc|return|rangefunc)\w*", "defer"),
    _Rule(r"panicrange\w+", "range over functions"),
    _Rule(r"print\w+", "print and println"),
    _Rule(r"concat\w+|cmpstring|intstring|slicebytetostring\w*|slicerunetostring|stringtoslice\w+|decoderune|countrunes", "strings"),
    _Rule(r"mallocgc(Small|Tiny)\w+", "allocation", mode="sizespecializedmalloc"),
    _Rule(r"newobject|mallocgc\w*|zerobase", "allocation"),
    _Rule(r"conv[TI]\w*|staticuint64s|getStaticuint64s", "conversion to interfaces"),
    _Rule(r"assert[EI]\w+|typeAssert|emptyTypeAssertCache|panicdottype\w|panicnildottype", "type assertions"),
    _Rule(r"interfaceSwitch|emptyInterfaceSwitchCache", "type switches"),
    _Rule(r"\w+equal\w*|[ei]faceeq", "comparison"),
    _Rule(r"\w+hash\d*|memhash\w*", "hashing of map keys"),
    _Rule(r"map\w+|makemap\w*|zeroVal|rand(32)?|fastrand", "maps"),
    _Rule(r"makechan\w*|chan\w+|closechan", "channels"),
    _Rule(r"select\w+|block", "select"),
    _Rule(r"newproc", "go statements"),
    _Rule(r"(gcW|w)riteBarrier\d*|wbZero|wbMove|typedmemmove", "assignment of pointers"),
    _Rule(r"morestack\w*", "growing stacks"),
    _Rule(r"getcaller(pc|sp)", "callers of runtime functions"),
    _Rule(r"KeepAlive", "loops of testing.B"),
    _Rule(r"type:.*", "types at run time"),
)

# By the name with its package; first match wins.
_PUSHED: tuple[tuple[str, str], ...] = (
    (r"(internal/)?sync\.runtime_notifyList\w+", "sync.Cond"),
    (r"(internal/)?sync(/atomic)?\.\w+|internal/poll\.runtime_Sem\w+", "locks and atomics (sync)"),
    (r"internal/poll\.\w+", "waiting for files and connections"),
    (r"time\.\w+", "clocks and timers (time)"),
    (r"os/signal\.\w+|os\.(sigpipe|\w+SIGSYS)", "signals (os/signal)"),
    (r"syscall\.runtime_(Before|After)\w+", "starting of processes (os/exec)"),
    (r"syscall\.runtime_doAllThreadsSyscall", "system calls on all threads"),
    (r"(syscall|os)\.\w+", "arguments, environment and exit (os)"),
    (r"reflect\.\w+|internal/reflectlite\.\w+", "reflection (reflect)"),
    (r"internal/runtime/maps\.\w+|maps\.\w+", "maps"),
    (r"internal/(godebug|synctest|bytealg)\.\w+", "std's own needs"),
    (r"unique\.\w+|weak\.\w+", "weak pointers (weak, unique)"),
    (r"runtime/debug\.\w+", "runtime/debug"),
    (r"runtime/metrics\.\w+", "runtime/metrics"),
    (r"runtime/pprof\.\w+", "profiles (runtime/pprof)"),
    (r"runtime/trace\.\w+", "execution traces (runtime/trace)"),
    (r"internal/coverage/\w+\.\w+|runtime/coverage\.\w+", "coverage (-cover)"),
    (r"internal/race\.\w+", "-race"),
    (r"plugin\.\w+", "plugins"),
    (r"crypto/\S+", "cryptography (crypto)"),
    (r"arena\.\w+", "arenas (GOEXPERIMENT=arenas)"),
    (r"_?_?cgo_?\w*|runtime/cgo\.\w+", "cgo"),
)

# What cmd/link/internal/ld cannot do without: (name, ABI, what for). "{arch}" stands for GOARCH, "{os}" for GOOS.
LINKER: tuple[tuple[str, int, str], ...] = (
    ("_rt0_{arch}_{os}", ABI0, "program start"),  # lib.go: libinit, flagEntrySymbol
    ("runtime.mapinitnoop", ABI_INTERNAL, "package initialisation"),  # deadcode.go: init, panics without it
    ("runtime.unreachableMethod", ABI_INTERNAL, "removal of unused methods"),  # deadcode.go: init, lib.go: loadlib
    ("runtime.morestack", ABI0, "growing stacks"),  # stackcheck.go: doStackCheck
    ("type:runtime.moduledata", ABI0, "tables of the program"),  # symtab.go: symtab, dereferenced unchecked
    ("runtime.firstmoduledata", ABI0, "tables of the program"),  # lib.go: loadlib
)


@lru_cache(maxsize=4096)
def _rule_for(name: str) -> _Rule | None:
    for rule in _RULES:
        if re.fullmatch(rule.pattern, name):
            return rule
    return None


def applies(name: str, goarch: str, experiments: Collection[str]) -> bool:
    """Whether a symbol of package runtime (with its package) is asked for on *goarch* in an ordinary build with these GOEXPERIMENTs."""
    rule = _rule_for(name.removeprefix("runtime."))
    if rule is None:
        return True
    return (not rule.mode or rule.mode in experiments) and (not rule.targets or goarch in rule.targets)


def feature_of(name: str) -> str:
    """The Go feature that a symbol serves, "the runtime" for one that no table knows."""
    for pattern, _, feature in LINKER:
        if re.fullmatch(re.escape(pattern).replace(r"\{arch\}", r"\w+").replace(r"\{os\}", r"\w+"), name):
            return feature
    if not name.startswith("runtime."):
        for pattern, feature in _PUSHED:
            if re.fullmatch(pattern, name):
                return feature
    rule = _rule_for(name.removeprefix("runtime."))
    return rule.feature if rule else "the runtime"
