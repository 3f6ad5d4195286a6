package runtime

import (
	"internal/abi"
	"internal/runtime/syscall/linux"
	"unsafe"
)

// The tick makes goroutines take turns. A timer of the kernel counts the time that the thread runs and sends SIGURG every 10 ms of it, so
// a program that sleeps is not woken. Where the signal finds a goroutine at a safe point of its code, it makes that instruction look as
// if it had called asyncPreempt, which yields. Nothing is preempted inside the runtime, in assembly, or between instructions that
// belong together: the compiler's tables say so (isAsyncSafePoint, kept). A goroutine that spends all its time there is missed for as
// long as it does.

const (
	sigTick      = _SIGURG
	tickInterval = 10e6 // ns

	// asyncPreemptStack is what asyncPreempt needs of the goroutine's stack: its frame, two return addresses and mcall's.
	asyncPreemptStack = 512
)

var ticking bool

// startTick is called when there is for the first time something that could wait for a turn: a goroutine or a timer.
func startTick() {
	if ticking {
		return
	}
	ticking = true
	otherSignal = handleOther
	setSignal(sigTick, abi.FuncPCABI0(signalEntry))
	event := sigevent{sigeventFields: sigeventFields{signo: sigTick}}
	var timer int32
	_, _, errno := linux.Syscall6(sysTimerCreate, _CLOCK_THREAD_CPUTIME_ID, uintptr(unsafe.Pointer(&event)), uintptr(unsafe.Pointer(&timer)), 0, 0, 0)
	if errno != 0 {
		return // then goroutines take turns only where they block
	}
	spec := itimerspec{it_interval: timespec{tv_nsec: tickInterval}, it_value: timespec{tv_nsec: tickInterval}}
	linux.Syscall6(sysTimerSettime, uintptr(timer), 0, uintptr(unsafe.Pointer(&spec)), 0, 0, 0)
}

// handleOther takes the signals that are no faults.
func handleOther(sig uint32, c *sigctxt, gp *g) {
	switch {
	case sig == sigTick && int32(c.sigcode()) == _SI_TIMER:
		handleTick(c, gp)
	case handleNotify != nil && handleNotify(sig):
	case handleDefault != nil:
		handleDefault(sig, c, gp)
	}
}

// handleNotify takes the signals that os/signal asked for, and returns true for them; nil before.
var handleNotify func(sig uint32) bool

// handleDefault takes those that it did not ask for; nil before startSignals.
var handleDefault func(sig uint32, c *sigctxt, gp *g)

func handleTick(c *sigctxt, gp *g) {
	if runq.head == nil && runq.next == nil && pollTimers == nil && netpollWaiters.Load() == 0 && !signalsPending {
		return // nobody waits
	}
	sliceOver = true
	if gp != m0.curg {
		return
	}
	if ok, pc := isAsyncSafePoint(gp, c.sigpc(), c.sigsp(), 0); ok {
		c.pushCall(abi.FuncPCABI0(asyncPreempt), pc)
	}
}

// asyncPreempt saves all registers on the stack and calls asyncPreempt2. Its frame and the one below it have no stack map for the place
// where they stand: the collector scans them conservatively, and the stack must not move.
func asyncPreempt()

//go:nosplit
func asyncPreempt2() {
	mcall(preempted_m)
	getg().asyncSafePoint = false
}

func preempted_m(gp *g) {
	gp.asyncSafePoint = true
	gosched_m(gp)
}
