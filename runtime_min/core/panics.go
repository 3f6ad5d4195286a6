package runtime

import (
	"internal/abi"
	"internal/runtime/sys"
	"unsafe"
)

// What stock Go's panic.go, kept, needs of the machine: records for defer, the crash report of a panic, the panics that faults become.

// newdefer takes a defer record from the free list.
func newdefer() *_defer {
	d := p0.freeDefer
	if d == nil {
		d = (*_defer)(newRecord(unsafe.Sizeof(_defer{})))
	} else {
		p0.freeDefer = d.link
		d.link = nil
	}
	d.heap = true
	return d
}

// popDefer takes the innermost linked defer off gp's list.
func popDefer(gp *g) {
	d := gp._defer
	d.fn = nil
	gp._defer = d.link
	d.link = nil
	if !d.heap {
		return
	}
	*d = _defer{link: p0.freeDefer}
	p0.freeDefer = d
}

// deferreturn runs the pending defers of the caller's frame. The compiler calls it where a function with defers returns after a
// recovered panic, so every program with a defer statement has it. That makes it the place to refer to sigpanic: faults are then
// recoverable in just the programs that could notice.
func deferreturn() {
	sigpanicPC = abi.FuncPCABIInternal(sigpanic)
	var p _panic
	p.deferreturn = true
	p.start(sys.GetCallerPC(), unsafe.Pointer(sys.GetCallerSP()))
	for {
		fn, ok := p.nextDefer()
		if !ok {
			return
		}
		fn()
	}
}

// fatalpanic reports a panic that nothing recovered, and ends the process.
//
//go:nosplit
func fatalpanic(p *_panic) {
	pc, sp, gp := sys.GetCallerPC(), sys.GetCallerSP(), getg()
	systemstack(func() {
		printTraces = traceCrash
		startDying()
		printpanics(p)
		if findCrashBubble != nil {
			findCrashBubble(p.arg)
		}
		die(gp, pc, sp)
	})
}

// raise stands for panic in channel operations. Where nothing refers to gopanic, nothing can recover either, a defer statement being what does
// (deferreturn), and the report is all there is to a panic: so channels alone do not link in the machinery. It goes to the one or the
// other as if that had been called in its place.
func raise(err any)

// raiser is the code that raise goes to. No stack map describes what raise holds meanwhile, so the stack must not grow.
//
//go:nosplit
func raiser() uintptr {
	if raiserPC == 0 {
		raiserPC = findFunctionByID(abi.FuncID_gopanic)
		if raiserPC == 0 {
			raiserPC = abi.FuncPCABIInternal(reportError)
		}
	}
	return raiserPC
}

var raiserPC uintptr

// reportError reports a panic with a plainError.
func reportError(err any) {
	pc, sp, gp := sys.GetCallerPC(), sys.GetCallerSP(), getg()
	text := *(*string)(efaceOf(&err).data)
	systemstack(func() {
		printTraces = traceCrash
		startDying()
		print("panic: ", text, "\n")
		die(gp, pc, sp)
	})
}

// sigpanic runs in place of the instruction that faulted, as if it had called it, and turns the fault into a panic.
func sigpanic() {
	gp := getg()
	if gp != m0.curg || !canPreemptM(&m0) {
		throw("unexpected signal during runtime execution")
	}
	switch gp.sig {
	case _SIGFPE:
		switch gp.sigcode0 {
		case _FPE_INTDIV:
			panicdivide()
		case _FPE_INTOVF:
			panicoverflow()
		}
		panicfloat()
	case _SIGSEGV, _SIGBUS:
		if isNilFault(gp) {
			panicmem()
		}
		if gp.paniconfault {
			panicmemAddr(gp.sigcode1)
		}
		print("unexpected fault address ", hex(gp.sigcode1), "\n")
		throw("fault")
	}
	throw("unexpected signal")
}

// isNilFault tells a nil dereference (an address in the first page) from a stray pointer.
func isNilFault(gp *g) bool {
	if gp.sig == _SIGBUS {
		return gp.sigcode0 == _BUS_ADRERR && gp.sigcode1 < 0x1000
	}
	return (gp.sigcode0 == 0 || gp.sigcode0 == _SEGV_MAPERR || gp.sigcode0 == _SEGV_ACCERR) && gp.sigcode1 < 0x1000
}
