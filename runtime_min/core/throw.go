package runtime

import (
	"internal/runtime/sys"
)

// The end of a program that cannot go on. Messages and exit statuses are stock Go's: "fatal error: …" or "panic: …", a stack trace,
// status 2.

// printTraces prints the stacks that a crash report shows. It is set by what makes traces useful (a panic, a go statement) or has them
// (startSignals), so that a program without any of these carries no unwinder.
var printTraces func(gp *g, pc, sp uintptr)

// printPanics prints the panics in progress; set by gopanic's part of the runtime.
var printPanics func(p *_panic)

//go:nosplit
//go:noinline
func throw(s string) { fatalthrow(throwTypeRuntime, s) }

// fatal is throw for errors of the program rather than of the runtime: the trace leaves out runtime frames.
//
//go:nosplit
//go:noinline
func fatal(s string) { fatalthrow(throwTypeUser, s) }

// thrown is the last throw or fatal: there is hardly more than one.
var thrown struct {
	kind    throwType
	message string
	gp      *g
	pc, sp  uintptr
}

//go:nosplit
func fatalthrow(t throwType, s string) {
	thrown.kind, thrown.message = t, s
	thrown.gp, thrown.pc, thrown.sp = getg(), sys.GetCallerPC(), sys.GetCallerSP()
	systemstack(reportThrow)
}

func reportThrow() {
	t := &thrown
	if p := t.gp._panic; p != nil && t.kind == throwTypeUser && printPanics != nil {
		printPanics(p)
	}
	print("fatal error: ", t.message, "\n")
	if m0.throwing == throwTypeNone {
		m0.throwing = t.kind
	}
	startDying()
	die(t.gp, t.pc, t.sp)
}

// startDying begins a crash report.
//
//go:nosplit
func startDying() {
	m0.dying++
	if m0.dying > 1 {
		exit(4) // crashed while reporting a crash
	}
}

// die ends the process with the rest of the report of a crash of gp at pc and sp. It runs on g0 or on the signal stack.
//
//go:nosplit
func die(gp *g, pc, sp uintptr) {
	if gp.sig != 0 {
		print("[signal ", faultName(gp.sig), " code=", hex(gp.sigcode0), " addr=", hex(gp.sigcode1), " pc=", hex(gp.sigpc), "]\n")
	}
	if printTraces != nil {
		printTraces(gp, pc, sp)
	}
	exit(2)
}
