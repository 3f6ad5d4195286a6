package runtime

import (
	"internal/abi"
	"internal/runtime/syscall/linux"
	"internal/stringslite"
	"unsafe"
)

// The tick makes goroutines take turns. A timer of the kernel counts the time that the thread runs and sends SIGURG every 10 ms of it, so
// a program that sleeps is not woken. Where the signal finds a goroutine at a safe point of its code, it makes that instruction look as
// if it had called asyncPreempt, which yields. Nothing is preempted inside the runtime, in assembly, or between instructions that
// belong together: the compiler's tables say so. A goroutine that spends nearly all its time there would
// hardly ever be met; so when the signal misses, the next one comes soon, by a clock that is finer than that of processor time.

const (
	sigTick      = _SIGURG
	tickInterval = 10e6  // ns
	tickRetry    = 100e3 // ns

	// asyncPreemptStack is what asyncPreempt needs of the goroutine's stack: its return address and frame, and mcall's return address.
	asyncPreemptStack = 672
)

// A tickTimer is a timer of the kernel that sends sigTick. Without it, and there may be none to be had, goroutines take turns only where they
// block.
type tickTimer struct {
	clock uintptr
	id    int32 // -1: not made yet
}

var (
	sliceTimer = tickTimer{_CLOCK_THREAD_CPUTIME_ID, -1} // sends it after each tickInterval
	retryTimer = tickTimer{clockMonotonic, -1}           // in between
	tickEvent  = sigevent{sigeventFields: sigeventFields{signo: sigTick}}
)

// set lets the timer send the signal after first ns, and then every interval ns if that is not 0.
//
//go:nosplit
func (t *tickTimer) set(first, interval int64) {
	if t.id < 0 {
		linux.Syscall6(sysTimerCreate, t.clock, uintptr(unsafe.Pointer(&tickEvent)), uintptr(unsafe.Pointer(&t.id)), 0, 0, 0)
	}
	spec := itimerspec{it_interval: timespec{tv_nsec: interval}, it_value: timespec{tv_nsec: first}}
	linux.Syscall6(sysTimerSettime, uintptr(t.id), 0, uintptr(unsafe.Pointer(&spec)), 0, 0, 0)
}

// tickSoon lets the next tick come before its time.
func tickSoon() { retryTimer.set(tickRetry, 0) }

// tick is handleTick from the first go statement on.
var tick func(registers *sigcontext, gp *g)

//go:nosplit
func handleTick(registers *sigcontext, gp *g) {
	if runq.head == nil && runq.next == nil && pollTimers == nil && netpollWaiters.Load() == 0 && !signalsPending && sleepers.empty() {
		return // nobody waits
	}
	sliceOver = true
	if pc := uintptr(registers.rip); isSafePoint(gp, pc, uintptr(registers.rsp)) {
		registers.pushCall(pc)
		registers.rip = uint64(abi.FuncPCABI0(asyncPreempt))
	} else if m0.curg != nil {
		tickSoon()
	}
}

// isSafePoint says whether gp, which was interrupted at pc, can yield there: with all registers saved on its stack, and what they and its frame
// hold taken for pointers. The compiler has marked what must not be torn apart, all code of the packages below runtime among it. Package reflect
// keeps pointers where no map shows them. Of package runtime the names tell; its functions that may be inlined elsewhere can be interrupted.
//
//go:nosplit
func isSafePoint(gp *g, pc, sp uintptr) bool {
	if gp != m0.curg || !canPreemptM(&m0) || sp < gp.stack.lo+asyncPreemptStack {
		return false
	}
	f := findfunc(pc)
	if !f.valid() || f.flag&abi.FuncFlagAsm != 0 || funcdata(f, abi.FUNCDATA_LocalsPointerMaps) == nil ||
		pcdatavalue(f, abi.PCDATA_UnsafePoint, pc) == abi.UnsafePointUnsafe {
		return false
	}
	name := functionName(f.nameOff)
	return !stringslite.HasPrefix(name, "runtime.") && !stringslite.HasPrefix(name, "reflect.")
}

// asyncPreempt yields, and changes no register (entry_amd64.s).
func asyncPreempt()
