package runtime

import (
	"internal/abi"
	"internal/runtime/syscall/linux"
	"unsafe"
)

// Signals. Every handler runs on one stack of its own, with all signals blocked, as the g gsignal. It may interrupt any code, so it
// only reads the scheduler's state; what it changes are the variables of this file and of tick.go, and the registers it returns to.

var (
	gsignal     g
	signalStack [32 << 10]byte
)

// signalinit makes faults arrive as Go panics.
func signalinit() {
	lo := uintptr(unsafe.Pointer(&signalStack))
	gsignal.stack = stack{lo, lo + unsafe.Sizeof(signalStack)}
	gsignal.stackguard0 = lo + stackGuard
	gsignal.stackguard1 = lo + stackGuard
	gsignal.m = &m0
	m0.gsignal = &gsignal
	st := stackt{ss_sp: &signalStack[0], ss_size: unsafe.Sizeof(signalStack)}
	linux.Syscall6(sysSigaltstack, uintptr(unsafe.Pointer(&st)), 0, 0, 0, 0, 0)
	catchSignal(_SIGSEGV)
	catchSignal(_SIGBUS)
	catchSignal(_SIGFPE)
}

// catchSignal sends sig to signalEntry, which calls handleSignal.
func catchSignal(sig uint32) { setSignal(sig, abi.FuncPCABI0(signalEntry)) }

func setSignal(sig uint32, handler uintptr) {
	action := sigactiont{
		sa_handler:  handler,
		sa_flags:    _SA_SIGINFO | _SA_ONSTACK | _SA_RESTORER | _SA_RESTART,
		sa_restorer: abi.FuncPCABI0(signalReturn),
		sa_mask:     ^uint64(0),
	}
	linux.Syscall6(sysSigaction, uintptr(sig), uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)
}

func signalEntry()
func signalReturn()

// handleTick, handleNotify take the signals of tick.go and os/signal; nil while nothing wants them.
var (
	handleTick   func(c *sigctxt, gp *g)
	handleNotify func(sig uint32, c *sigctxt, gp *g)
)

// handleSignal is called on gsignal; gp is the g that was interrupted.
func handleSignal(sig uint32, info *siginfo, context unsafe.Pointer, gp *g) {
	c := noEscapePtr(&sigctxt{info, context}) // a handler must not allocate
	switch {
	case sig == sigTick && handleTick != nil:
		handleTick(c, gp)
	case isFault(sig) && int32(c.sigcode()) > 0:
		handleFault(sig, c, gp)
	case handleNotify != nil:
		handleNotify(sig, c, gp)
	case isFault(sig): // sent by kill
		dieFromSignal(sig)
	}
}

func isFault(sig uint32) bool { return sig == _SIGSEGV || sig == _SIGBUS || sig == _SIGFPE }

func faultName(sig uint32) string {
	switch sig {
	case _SIGSEGV:
		return "SIGSEGV: segmentation violation"
	case _SIGBUS:
		return "SIGBUS: bus error"
	case _SIGFPE:
		return "SIGFPE: floating-point exception"
	}
	return "signal"
}

// handleFault makes the faulting instruction look as if it had called sigpanic.
//
// A program without panic, recover and defer statements contains no sigpanic (it would bring the unwinder with it), and nothing here
// refers to it: whether there is one is looked up in the function table.
func handleFault(sig uint32, c *sigctxt, gp *g) {
	gp.sig = sig
	gp.sigcode0 = uintptr(c.sigcode())
	gp.sigcode1 = c.fault()
	gp.sigpc = c.sigpc()
	if gp != m0.curg || gp.throwsplit {
		gsignal.writebuf = nil
		print(faultName(sig), "\n")
		printTracesOf(c, gp, "unexpected signal during runtime execution")
	}
	if sigpanicPC == 0 {
		sigpanicPC = findFunctionByID(abi.FuncID_sigpanic)
	}
	if sigpanicPC == 0 {
		print("panic: runtime error: ")
		if sig == _SIGFPE {
			print("integer divide by zero\n")
		} else {
			print("invalid memory address or nil pointer dereference\n")
		}
		die(gp, c.sigpc(), c.sigsp())
	}
	pc := c.sigpc()
	if !findfunc(pc).valid() {
		// A call of a bad function pointer: the caller is on top of the stack, and is the one to blame.
		if ret := *(*uintptr)(unsafe.Pointer(c.sigsp())); pc == 0 || findfunc(ret).valid() {
			c.set_rip(uint64(abi.FuncPCABI0(faultEntry)))
			return
		}
	}
	c.pushCall(abi.FuncPCABI0(faultEntry), pc)
}

func printTracesOf(c *sigctxt, gp *g, message string) {
	print("fatal error: ", message, "\n")
	die(gp, c.sigpc(), c.sigsp())
}

// faultEntry sets the registers that Go code expects, then goes to sigpanicPC.
func faultEntry()

var sigpanicPC uintptr

// findFunctionByID is the address of the function that the linker gave this ID, 0 if the program does not contain it.
func findFunctionByID(id abi.FuncID) uintptr {
	md := &firstmoduledata
	for _, entry := range md.ftab[:len(md.ftab)-1] {
		f := (*_func)(unsafe.Pointer(&md.pclntable[entry.funcoff]))
		if f.funcID == id {
			return md.text + uintptr(f.entryOff)
		}
	}
	return 0
}

// dieFromSignal ends the process by sig's default action.
//
//go:nosplit
func dieFromSignal(sig uint32) {
	setSignal(sig, 0)
	var mask uint64
	linux.Syscall6(sysSigprocmask, 2, uintptr(unsafe.Pointer(&mask)), 0, 8, 0, 0)
	pid, _, _ := linux.Syscall6(sysGetpid, 0, 0, 0, 0, 0, 0)
	linux.Syscall6(sysKill, pid, uintptr(sig), 0, 0, 0, 0)
	exit(2)
}
