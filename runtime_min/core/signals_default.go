package runtime

import (
	"internal/abi"
	"internal/runtime/syscall/linux"
	"unsafe"
)

// What signals do that nobody asked os/signal for, in programs that start goroutines or import os (others have the kernel's defaults):
// SIGQUIT and what tells of a bug end the program with a report, others do nothing. SIGHUP, SIGINT, SIGTERM and those of job control
// are left to the kernel, which does what stock Go does.
//
// Signals that do nothing are blocked: one system call for forty.

const (
	// mutedSignals are those whose entry in stock Go's table says _SigNotify and nothing else, and SIGPROF. Bit n-1 stands for signal n.
	mutedSignals = 1<<(_SIGUSR1-1) | 1<<(_SIGUSR2-1) | 1<<(_SIGPIPE-1) | 1<<(_SIGALRM-1) | 1<<(_SIGXCPU-1) | 1<<(_SIGXFSZ-1) |
		1<<(_SIGVTALRM-1) | 1<<(_SIGPROF-1) | 1<<(_SIGIO-1) | 1<<(_SIGPWR-1) | ^uint64(0)>>(firstFreeSignal-1)<<(firstFreeSignal-1)

	firstFreeSignal = 35 // the real-time signals before it belong to C libraries
)

// muted are the signals that this program has blocked.
var muted uint64

func startSignals() {
	if handleDefault != nil {
		return
	}
	handleDefault = reportSignal
	otherSignal = handleOther
	printTraces = traceCrash // the code for that is there now
	for _, sig := range [...]uint32{_SIGQUIT, _SIGILL, _SIGTRAP, _SIGABRT, _SIGSYS} {
		setSignal(sig, abi.FuncPCABI0(signalEntry))
	}
	muted = mutedSignals &^ changeSignalMask(blockSignals, mutedSignals)
}

// hearSignal lets sig, which has a handler, come through. If it came before, it was for nobody.
func hearSignal(sig uint32) {
	if muted>>(sig-1)&1 != 0 {
		muted &^= 1 << (sig - 1)
		setSignal(sig, ignoreAction)
		setSignal(sig, abi.FuncPCABI0(signalEntry))
		changeSignalMask(unblockSignals, 1<<(sig-1))
	}
}

const (
	blockSignals   = 0
	unblockSignals = 1
	setSignals     = 2
)

//go:nosplit
func changeSignalMask(how int, mask uint64) (old uint64) {
	linux.Syscall6(sysSigprocmask, uintptr(how), uintptr(unsafe.Pointer(&mask)), uintptr(unsafe.Pointer(&old)), 8, 0, 0)
	return old
}

// reportSignal is what becomes of a signal with a handler that nobody wants: stock Go's report, or nothing.
func reportSignal(sig uint32, c *sigctxt, gp *g) {
	name := signalName(sig)
	if name == "" {
		return
	}
	m0.throwing = throwTypeRuntime
	m0.caughtsig.set(gp)
	m0.mallocing++
	startDying()
	print(name, "\n")
	if isSecureMode() {
		exit(2)
	}
	registers := c.regs()
	pc := uintptr(registers.rip)
	print("PC=", hex(pc), " m=", m0.id, " sigcode=", uint64(c.info.si_code))
	if sig == _SIGSEGV || sig == _SIGBUS {
		print(" addr=", hex(c.info.si_addr))
	}
	print("\n")
	if sig == _SIGILL || sig == _SIGFPE {
		printInstruction(pc)
	}
	print("\n")
	level, _, crash := gotraceback()
	if level > 0 {
		traceGoroutine(gp, pc, uintptr(registers.rsp), unwindTrap)
		traceOthers(gp, true)
		print("\n")
		dumpregs(registers)
	}
	if crash {
		dieFromSignal(_SIGABRT)
	}
	exit(2)
}

// printInstruction prints the bytes at pc, as many as an instruction can have, but not across a page.
func printInstruction(pc uintptr) {
	print("instruction bytes:")
	for end := min(pc+16, (pc|(physPageSize-1))+1); pc < end; pc++ {
		print(" ", hex(*(*byte)(unsafe.Pointer(pc))))
	}
	println()
}

// signalName names the signals that end a program with a report.
func signalName(sig uint32) string {
	switch sig {
	case _SIGQUIT:
		return "SIGQUIT: quit"
	case _SIGILL:
		return "SIGILL: illegal instruction"
	case _SIGTRAP:
		return "SIGTRAP: trace trap"
	case _SIGABRT:
		return "SIGABRT: abort"
	case _SIGSYS:
		return "SIGSYS: bad system call"
	case _SIGBUS, _SIGFPE, _SIGSEGV:
		return faultName(sig)
	}
	return ""
}

func isSecureMode() bool { return auxval(_AT_SECURE) != 0 }

// dumpregs prints the registers that were interrupted, in the order of stock Go.
func dumpregs(registers *sigcontext) {
	const (
		names = "rax    rbx    rcx    rdx    rdi    rsi    rbp    rsp    r8     r9     r10    r11    r12    r13    r14    r15    rip    rflags "
		// Which word of the sigcontext each of them is; that of the segment registers comes behind them.
		places = "\x0d\x0b\x0e\x0c\x08\x09\x0a\x0f\x00\x01\x02\x03\x04\x05\x06\x07\x10\x11"
		width  = len(names) / len(places)
	)
	words := (*[len(places) + 1]uint64)(unsafe.Pointer(registers))
	for i := range len(places) {
		print(names[i*width:(i+1)*width], hex(words[places[i]]), "\n")
	}
	segments := words[len(places)]
	print("cs     ", hex(segments&0xffff), "\nfs     ", hex(segments>>32&0xffff), "\ngs     ", hex(segments>>16&0xffff), "\n")
}
