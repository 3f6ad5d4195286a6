package runtime

import (
	"internal/runtime/sys"
	"internal/runtime/syscall/linux"
	"math/bits"
	"unsafe"
)

// The exported functions of package runtime that speak of the machine, and what runtime/debug reaches for.

// GOMAXPROCS sets the maximum number of CPUs that can be executing simultaneously and returns the previous setting. It is always 1 here.
func GOMAXPROCS(n int) int { return 1 }

// SetDefaultGOMAXPROCS updates the GOMAXPROCS setting to the runtime default, which is 1.
func SetDefaultGOMAXPROCS() {}

// NumCPU returns the number of logical CPUs usable by the current process.
func NumCPU() int {
	var set [1024]uint64
	n, _, errno := linux.Syscall6(sysSchedGetaffinity, 0, unsafe.Sizeof(set), uintptr(unsafe.Pointer(&set)), 0, 0, 0)
	if errno != 0 {
		return 1
	}
	count := 0
	for _, word := range set[:n/8] {
		count += bits.OnesCount64(word)
	}
	return count
}

// NumCgoCall returns the number of cgo calls made by the current process: none.
func NumCgoCall() int64 { return 0 }

// SetCgoTraceback records three C functions to use to gather traceback information from C code. There is no C code, and nothing to do.
func SetCgoTraceback(version int, traceback, context, symbolizer unsafe.Pointer) {
	if version != 0 {
		panic("unsupported version")
	}
}

// NumGoroutine returns the number of goroutines that currently exist.
func NumGoroutine() int {
	n := 0
	forEachG(func(gp *g) {
		if readgstatus(gp) != _Gdead && !isSystemGoroutine(gp, false) {
			n++
		}
	})
	return n
}

// LockOSThread wires the calling goroutine to its current operating system thread. There is one thread: all goroutines are.
//
//go:noinline
func LockOSThread() {
	m0.lockedExt++
	getg().lockedm.set(&m0)
}

// UnlockOSThread undoes an earlier call to LockOSThread.
//
//go:noinline
func UnlockOSThread() {
	if m0.lockedExt > 0 {
		m0.lockedExt--
	}
	if m0.lockedExt == 0 {
		getg().lockedm = 0
	}
}

// Breakpoint executes a breakpoint trap.
func Breakpoint() { breakpoint() }

// Stack formats a stack trace of the calling goroutine into buf and returns the number of bytes written to buf. If all is true, Stack
// formats stack traces of all other goroutines into buf after the trace for the current goroutine.
func Stack(buf []byte, all bool) int {
	if len(buf) == 0 {
		return 0
	}
	gp, pc, sp := getg(), sys.GetCallerPC(), sys.GetCallerSP()
	n := 0
	systemstack(func() {
		divert = toWritebuf
		g0.m.traceback = 1 // whatever GOTRACEBACK says
		g0.writebuf = buf[0:0:len(buf)]
		traceGoroutine(gp, pc, sp, 0)
		if all {
			traceOthers(gp, true)
		}
		g0.m.traceback = 0
		n = len(g0.writebuf)
		g0.writebuf = nil
	})
	return n
}

func toWritebuf(p *byte, n int) bool {
	gp := getg()
	if gp.writebuf == nil || m0.dying > 0 {
		return crashCopy != nil && crashCopy(p, n)
	}
	n = copy(gp.writebuf[len(gp.writebuf):cap(gp.writebuf)], unsafe.Slice(p, n))
	gp.writebuf = gp.writebuf[:len(gp.writebuf)+n]
	return true
}

// crashCopy writes crash reports to the descriptor of debug.SetCrashOutput too.
var crashCopy func(p *byte, n int) bool

var crashFD uintptr

//go:linkname setCrashFD
func setCrashFD(fd uintptr) (old uintptr) {
	old = ^uintptr(0)
	if crashCopy != nil {
		old = crashFD
	}
	crashFD = fd
	divert = toWritebuf
	crashCopy = func(p *byte, n int) bool {
		if m0.dying > 0 && crashFD != ^uintptr(0) {
			write(crashFD, unsafe.Pointer(p), int32(n))
		}
		return false
	}
	return old
}

//go:linkname setMaxStack runtime/debug.setMaxStack
func setMaxStack(in int) (out int) {
	printStackLimit = func() { print(min(maxstacksize, maxstackceiling)) }
	out = int(maxstacksize)
	maxstacksize = uintptr(in)
	if growStack == nil {
		systemstack(startScheduler)
	}
	return out
}

//go:linkname setMaxThreads runtime/debug.setMaxThreads
func setMaxThreads(in int) (out int) {
	out = maxThreads
	maxThreads = in
	return out
}

var maxThreads = 10000

//go:linkname setTracebackLevel runtime/debug.SetTraceback
func setTracebackLevel(level string) { setTraceback(level) }

//go:linkname debug_modinfo runtime/debug.modinfo
func debug_modinfo() string { return modinfo }

var modinfo string // set by the linker

// crypto/subtle asks for instructions that take the same time for all data: a mode of arm64.

//go:linkname subtle_setDITEnabled crypto/subtle.setDITEnabled
func subtle_setDITEnabled() (was bool) { return false }

//go:linkname subtle_setDITDisabled crypto/subtle.setDITDisabled
func subtle_setDITDisabled() {}

//go:linkname reflect_verifyNotInHeapPtr reflect.verifyNotInHeapPtr
func reflect_verifyNotInHeapPtr(p uintptr) bool { return spanOf(p) == nil }
