package runtime

import (
	"internal/abi"
	"internal/runtime/syscall/linux"
	"unsafe"
)

// The tick makes goroutines take turns. A timer of the kernel counts the time that the thread runs and sends SIGURG every 10 ms of it, so
// a program that sleeps is not woken. Where the signal finds a goroutine at a safe point of its code, it makes that instruction look as
// if it had called asyncPreempt, which yields. Nothing is preempted inside the runtime, in assembly, or between instructions that
// belong together: the compiler's tables say so (isAsyncSafePoint, kept). A goroutine that spends nearly all its time there would
// hardly ever be met; so when the signal misses, the next one comes soon, by a clock that is finer than that of processor time.

const (
	sigTick      = _SIGURG
	tickInterval = 10e6  // ns
	tickRetry    = 100e3 // ns

	// asyncPreemptStack is what asyncPreempt needs of the goroutine's stack: its return address and frame, and mcall's return address.
	asyncPreemptStack = 672
)

var ticking bool

// startTick is called when there is for the first time something that could wait for a turn: a goroutine or a timer.
func startTick() {
	if ticking {
		return
	}
	ticking = true
	otherSignal, tick = handleOther, handleTick
	setSignal(sigTick, abi.FuncPCABI0(signalEntry))
	retryTimer = -1
	// Without the timer, goroutines take turns only where they block.
	setTickTimer(newTickTimer(_CLOCK_THREAD_CPUTIME_ID), tickInterval, tickInterval)
}

// retryTimer sends the signal between two of the thread's; -1: not made yet.
var retryTimer int32

// newTickTimer makes a timer of the kernel that sends sigTick; -1 if there is none to be had.
func newTickTimer(clock uintptr) int32 {
	event := sigevent{sigeventFields: sigeventFields{signo: sigTick}}
	var timer int32
	if _, _, errno := linux.Syscall6(sysTimerCreate, clock, uintptr(unsafe.Pointer(&event)), uintptr(unsafe.Pointer(&timer)), 0, 0, 0); errno != 0 {
		return -1
	}
	return timer
}

func setTickTimer(timer int32, first, interval int64) {
	spec := itimerspec{it_interval: timespec{tv_nsec: interval}, it_value: timespec{tv_nsec: first}}
	linux.Syscall6(sysTimerSettime, uintptr(timer), 0, uintptr(unsafe.Pointer(&spec)), 0, 0, 0)
}

// handleOther takes the signals that are no faults.
func handleOther(sig uint32, c *sigctxt, gp *g) {
	switch {
	case sig == sigTick && c.info.si_code == _SI_TIMER && tick != nil:
		tick(c, gp)
	case handleNotify != nil && handleNotify(sig):
	case handleDefault != nil:
		handleDefault(sig, c, gp)
	}
}

// tick is what to do about a tick; nil before startTick.
var tick func(c *sigctxt, gp *g)

// handleNotify takes the signals that os/signal asked for, and returns true for them; nil before.
var handleNotify func(sig uint32) bool

// handleDefault takes those that it did not ask for; nil before startSignals.
var handleDefault func(sig uint32, c *sigctxt, gp *g)

func handleTick(c *sigctxt, gp *g) {
	if runq.head == nil && runq.next == nil && pollTimers == nil && netpollWaiters.Load() == 0 && !signalsPending && sleepers.empty() {
		return // nobody waits
	}
	sliceOver = true
	registers := c.regs()
	if ok, pc := isAsyncSafePoint(gp, uintptr(registers.rip), uintptr(registers.rsp), 0); ok {
		c.pushCall(abi.FuncPCABI0(asyncPreempt), pc)
	} else if m0.curg != nil {
		tickSoon()
	}
}

// tickSoon lets the next tick come before its time.
func tickSoon() {
	if retryTimer < 0 {
		retryTimer = newTickTimer(clockMonotonic)
	}
	setTickTimer(retryTimer, tickRetry, 0)
}

// asyncPreempt yields, and changes no register (entry_amd64.s).
func asyncPreempt()
