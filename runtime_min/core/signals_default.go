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

//go:nosplit
func startSignals() {
	if handleDefault != nil {
		return
	}
	handleDefault = reportSignal
	printTraces = traceCrash // the code for that is there now
	setHandler(1<<(_SIGQUIT-1)|1<<(_SIGILL-1)|1<<(_SIGTRAP-1)|1<<(_SIGABRT-1)|1<<(_SIGSYS-1), abi.FuncPCABI0(signalEntry))
	muted = mutedSignals &^ changeSignalMask(blockSignals, mutedSignals)
}

// hearSignal lets sig, which has a handler, come through. If it came before, it was for nobody.
func hearSignal(sig uint32) {
	if only := signalBit(sig); muted&only != 0 {
		muted &^= only
		setHandler(only, ignoreAction)
		setHandler(only, abi.FuncPCABI0(signalEntry))
		changeSignalMask(unblockSignals, only)
	}
}

// signalBit is the set of sig alone.
func signalBit(sig uint32) uint64 { return 1 << ((sig - 1) & 63) }

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
//
//go:nosplit
func reportSignal(sig uint32, info *siginfo, registers *sigcontext, gp *g) {
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
	pc := uintptr(registers.rip)
	print("PC=", hex(pc), " m=0 sigcode=", uint64(info.si_code))
	if sig == _SIGSEGV || sig == _SIGBUS {
		print(" addr=", hex(info.si_addr))
	}
	if sig == _SIGILL || sig == _SIGFPE {
		// Of as many bytes as an instruction can have, those that are not behind the end of the page.
		printstring("\ninstruction bytes:")
		for end := min(pc+16, (pc|(physPageSize-1))+1); pc < end; pc++ {
			printsp()
			printhex(uint64(*(*byte)(unsafe.Pointer(pc))))
		}
	}
	printstring("\n\n")
	level, _, crash := gotraceback()
	if level > 0 {
		traceGoroutine(gp, uintptr(registers.rip), uintptr(registers.rsp), unwindTrap)
		traceOthers(gp, true)
		printnl()
		dumpregs(registers)
	}
	if crash {
		dieFromSignal(_SIGABRT)
	}
	exit(2)
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
		names = "rax    rbx    rcx    rdx    rdi    rsi    rbp    rsp    r8     r9     r10    r11    r12    r13    r14    r15    rip    rflags cs     fs     gs     "
		// Where they are in the sigcontext, in units of 16 bits, which is what the last three have.
		places = "\x34\x2c\x38\x30\x20\x24\x28\x3c\x00\x04\x08\x0c\x10\x14\x18\x1c\x40\x44\x48\x4a\x49"
		width  = len(names) / len(places)
	)
	for i := range len(places) {
		value := *(*uint64)(add(unsafe.Pointer(registers), 2*uintptr(places[i])))
		if i >= len(places)-3 {
			value &= 0xffff
		}
		printstring(names[i*width : (i+1)*width])
		printhex(value)
		printnl()
	}
}
