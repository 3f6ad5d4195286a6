package runtime

import (
	"internal/abi"
	"internal/runtime/atomic"
	"internal/runtime/syscall/linux"
	"unsafe"
)

// os/signal. The handler notes the signal; the scheduler wakes the goroutine that waits in signal_recv.

// A signalSet may be changed by a handler between two instructions: each change is one.
type signalSet [(_NSIG + 63) / 64]uint64

func (s *signalSet) has(sig uint32) bool { return s[sig/64]>>(sig%64)&1 != 0 }
func (s *signalSet) add(sig uint32)      { atomic.Or64(&s[sig/64], 1<<(sig%64)) }
func (s *signalSet) remove(sig uint32)   { atomic.And64(&s[sig/64], ^(1 << (sig % 64))) }

var (
	signalsWanted  signalSet
	signalsIgnored signalSet
	signalsArrived signalSet // changed by the handler; with signalsPending, which is set after it and cleared before it is read
	signalsRestore signalSet // SIGHUP or SIGINT that was ignored when it was asked for, and will be again after that
	signalWaiter   *g        // in signal_recv
)

// notifySignal runs in the signal handler. The poller is woken because the scheduler may be about to wait in it.
func notifySignal(sig uint32) bool {
	if !signalsWanted.has(sig) {
		return signalsIgnored.has(sig)
	}
	signalsArrived.add(sig)
	signalsPending = true
	netpollBreak()
	return true
}

// inheritIgnored notes which of the signals that a shell may ignore for a background job (SIGHUP, SIGINT) this program was started with
// ignored: they stay so until they are asked for.
func inheritIgnored() {
	if inheritedKnown {
		return
	}
	inheritedKnown = true
	for _, sig := range [...]uint32{_SIGHUP, _SIGINT} {
		var action sigactiont
		linux.Syscall6(sysSigaction, uintptr(sig), 0, uintptr(unsafe.Pointer(&action)), 8, 0, 0)
		if action.sa_handler == ignoreAction {
			signalsIgnored.add(sig)
		}
	}
}

var inheritedKnown bool

// wakeSignalWaiter, on g0, wakes the goroutine that waits for signals.
func wakeSignalWaiter() {
	signalsPending = false
	if gp := signalWaiter; gp != nil {
		signalWaiter = nil
		goready(gp, 0)
	}
}

//go:linkname signal_recv os/signal.signal_recv
func signal_recv() uint32 {
	for {
		for sig := uint32(0); sig < _NSIG; sig++ {
			if signalsArrived.has(sig) {
				signalsArrived.remove(sig)
				return sig
			}
		}
		gopark(waitForSignal, nil, waitReasonZero, traceBlockGeneric, 0)
	}
}

func waitForSignal(gp *g, _ unsafe.Pointer) bool {
	signalWaiter = gp
	return !signalsPending
}

//go:linkname signalWaitUntilIdle os/signal.signalWaitUntilIdle
func signalWaitUntilIdle() {
	for signalsPending || signalWaiter == nil {
		Gosched()
	}
}

//go:linkname signal_enable os/signal.signal_enable
func signal_enable(sig uint32) {
	if sig >= _NSIG || sigtable[sig].flags&_SigNotify == 0 {
		return
	}
	inheritIgnored()
	startSignals()
	handleNotify, deliverSignals = notifySignal, wakeSignalWaiter
	waitsForSignals = true
	netpollGenericInit()
	if (sig == _SIGHUP || sig == _SIGINT) && signalsIgnored.has(sig) {
		signalsRestore.add(sig)
	}
	signalsWanted.add(sig)
	signalsIgnored.remove(sig)
	if sig != sigTick {
		setHandler(signalBit(sig), abi.FuncPCABI0(signalEntry))
		hearSignal(sig)
	}
}

//go:linkname signal_disable os/signal.signal_disable
func signal_disable(sig uint32) {
	if sig >= _NSIG || sigtable[sig].flags&_SigNotify == 0 {
		return
	}
	inheritIgnored()
	signalsWanted.remove(sig)
	switch {
	case signalsRestore.has(sig):
		setHandler(signalBit(sig), ignoreAction)
	case signalName(sig) == "" && mutedSignals&signalBit(sig) == 0 && sig != sigTick:
		setHandler(signalBit(sig), defaultAction)
	default: // reportSignal knows
	}
}

//go:linkname signal_ignore os/signal.signal_ignore
func signal_ignore(sig uint32) {
	if sig >= _NSIG || sigtable[sig].flags&_SigNotify == 0 {
		return
	}
	signalsWanted.remove(sig)
	inheritIgnored()
	signalsIgnored.add(sig)
	if sig != sigTick {
		setHandler(signalBit(sig), ignoreAction)
	}
}

//go:linkname signal_ignored os/signal.signal_ignored
func signal_ignored(sig uint32) bool {
	inheritIgnored()
	return sig < _NSIG && signalsIgnored.has(sig)
}

// os_sigpipe is called when a write to standard output or standard error found no reader.
//
//go:linkname os_sigpipe os.sigpipe
func os_sigpipe() {
	if !signalsIgnored.has(_SIGPIPE) && !signalsWanted.has(_SIGPIPE) {
		dieFromSignal(_SIGPIPE)
	}
}
