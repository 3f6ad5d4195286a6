package runtime

import (
	"internal/abi"
	"internal/goarch"
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
//
//go:nosplit
func signalinit() {
	lo := uintptr(unsafe.Pointer(&signalStack))
	gsignal.stack = stack{lo, lo + unsafe.Sizeof(signalStack)}
	gsignal.stackguard0 = lo + stackGuard
	gsignal.stackguard1 = lo + stackGuard
	gsignal.m = &m0
	m0.gsignal = &gsignal
	st := stackt{ss_sp: &signalStack[0], ss_size: unsafe.Sizeof(signalStack)}
	linux.Syscall6(sysSigaltstack, uintptr(unsafe.Pointer(&st)), 0, 0, 0, 0, 0)
	setHandler(1<<(_SIGBUS-1)|1<<(_SIGFPE-1)|1<<(_SIGSEGV-1), abi.FuncPCABI0(signalEntry))
}

// What can be done about a signal besides calling a handler.
const (
	defaultAction = 0
	ignoreAction  = 1
)

// setHandler makes handler, or one of these actions, what happens on the signals of a set: bit n-1 stands for signal n. signalEntry calls
// handleSignal.
//
//go:nosplit
func setHandler(set uint64, handler uintptr) {
	action := sigactiont{
		sa_handler:  handler,
		sa_flags:    _SA_SIGINFO | _SA_ONSTACK | _SA_RESTORER | _SA_RESTART,
		sa_restorer: abi.FuncPCABI0(signalReturn),
		sa_mask:     ^uint64(0),
	}
	for sig := uintptr(1); set != 0; sig++ {
		if set&1 != 0 {
			linux.Syscall6(sysSigaction, sig, uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)
		}
		set >>= 1
	}
}

func signalEntry()
func signalReturn()

// handleNotify takes the signals that os/signal asked for, and returns true for them; nil before. handleDefault takes those that it did not ask
// for; nil before startSignals.
var (
	handleNotify  func(sig uint32) bool
	handleDefault func(sig uint32, info *siginfo, registers *sigcontext, gp *g)
)

// handleSignal is called on gsignal; gp is the g that was interrupted.
//
// A fault becomes a panic: the registers are changed so that the faulting instruction seems to have called sigpanic. A program without
// panic, recover and defer statements contains no sigpanic (it would bring the unwinder with it), and nothing here refers to it:
// whether there is one is looked up in the function table.
//
//go:nosplit
func handleSignal(sig uint32, info *siginfo, context *ucontext, gp *g) {
	registers := (*sigcontext)(unsafe.Pointer(&context.uc_mcontext))
	if (sig != _SIGSEGV && sig != _SIGBUS && sig != _SIGFPE) || isSent(info) {
		switch {
		case sig == sigTick && info.si_code == _SI_TIMER && tick != nil:
			tick(registers, gp)
		case handleNotify != nil && handleNotify(sig):
		case handleDefault != nil:
			handleDefault(sig, info, registers, gp)
		default:
			dieFromSignal(sig)
		}
		return
	}
	pc, sp := uintptr(registers.rip), uintptr(registers.rsp)
	gp.sig, gp.sigpc = sig, pc
	gp.sigcode0, gp.sigcode1 = uintptr(info.si_code), uintptr(info.si_addr)
	if sigpanicPC == 0 {
		sigpanicPC = findFunctionByID(abi.FuncID_sigpanic)
	}
	message := "panic: runtime error: invalid memory address or nil pointer dereference\n"
	switch {
	case gp != m0.curg || gp.throwsplit:
		message = "fatal error: unexpected signal during runtime execution\n"
	case sigpanicPC != 0:
		if isText(pc) || pc != 0 && !isText(*(*uintptr)(unsafe.Pointer(sp))) {
			registers.pushCall(pc)
		} // else it was a call of what is no function: its return address is on top of the stack, and stands for who is to blame
		registers.rip = uint64(sigpanicPC)
		registers.r14 = uint64(uintptr(unsafe.Pointer(gp))) // Go code expects this, and zero in X15
		registers.fpstate._xmm[15] = xmmreg1{}
		registers.eflags &^= directionFlag // memmove may have been on its way down
		return
	case sig == _SIGFPE:
		message = "panic: runtime error: integer divide by zero\n"
	}
	// It cannot become a panic, or need not because nothing could recover it.
	startDying()
	printstring(message)
	die(gp, pc, sp)
}

const directionFlag = 1 << 10

// pushCall puts the return address of a call on the stack of what was interrupted.
func (registers *sigcontext) pushCall(resume uintptr) {
	registers.rsp -= goarch.PtrSize
	*(*uintptr)(unsafe.Pointer(uintptr(registers.rsp))) = resume
}

// isSent tells a signal that a process sent from one that the kernel raised.
func isSent(info *siginfo) bool {
	const byKill, byThreadKill = 0, -6 // SI_USER, SI_TKILL
	return info.si_code == byKill || info.si_code == byThreadKill
}

func isText(pc uintptr) bool { return firstmoduledata.text <= pc && pc < firstmoduledata.etext }

func faultName(sig uint32) string {
	switch sig {
	case _SIGBUS:
		return "SIGBUS: bus error"
	case _SIGFPE:
		return "SIGFPE: floating-point exception"
	}
	return "SIGSEGV: segmentation violation"
}

var sigpanicPC uintptr

// findFunctionByID is the address of the function that the linker gave this ID, 0 if the program does not contain it.
//
//go:nosplit
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
