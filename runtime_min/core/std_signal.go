package runtime

import (
	"internal/abi"
	"internal/runtime/atomic"
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
	signalWaiter   *g        // in signal_recv
)

// notifySignal runs in the signal handler. The poller is woken because the scheduler may be about to wait in it.
func notifySignal(sig uint32, c *sigctxt, gp *g) {
	if signalsWanted.has(sig) {
		signalsArrived.add(sig)
		signalsPending = true
		netpollBreak()
	}
}

// deliverSignals, on g0, wakes the goroutine that waits for signals.
func deliverSignals() {
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
	otherSignal = handleOther
	handleNotify = notifySignal
	waitsForSignals = true
	netpollGenericInit()
	signalsWanted.add(sig)
	signalsIgnored.remove(sig)
	if sig != sigTick {
		setSignal(sig, abi.FuncPCABI0(signalEntry))
	}
}

//go:linkname signal_disable os/signal.signal_disable
func signal_disable(sig uint32) {
	if sig >= _NSIG || sigtable[sig].flags&_SigNotify == 0 {
		return
	}
	signalsWanted.remove(sig)
	if sig != sigTick && sig != _SIGPIPE {
		setSignal(sig, 0)
	}
}

//go:linkname signal_ignore os/signal.signal_ignore
func signal_ignore(sig uint32) {
	if sig >= _NSIG || sigtable[sig].flags&_SigNotify == 0 {
		return
	}
	signalsWanted.remove(sig)
	signalsIgnored.add(sig)
	setSignal(sig, 1)
}

//go:linkname signal_ignored os/signal.signal_ignored
func signal_ignored(sig uint32) bool { return sig < _NSIG && signalsIgnored.has(sig) }

// os_sigpipe is called when a write to standard output or standard error found no reader.
//
//go:linkname os_sigpipe os.sigpipe
func os_sigpipe() {
	if !signalsIgnored.has(_SIGPIPE) && !signalsWanted.has(_SIGPIPE) {
		dieFromSignal(_SIGPIPE)
	}
}
