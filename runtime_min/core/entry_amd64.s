#include "go_asm.h"
#include "go_tls.h"
#include "textflag.h"

#define SYS_arch_prctl	158
#define ARCH_SET_FS	0x1002

// The kernel starts the program here: argc at 0(SP), argv from 8(SP).
//
// Three things must hold before any Go function runs: g0 describes the stack we are on, the TLS slot at -8(FS) holds it (wrappers of
// assembly functions reload R14 from there), and R14 = g, X15 = 0.
TEXT _rt0_amd64_linux(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ	0(SP), R12
	LEAQ	8(SP), R13
	XORL	BP, BP			// frame pointer walks end here
	SUBQ	$32, SP
	ANDQ	$~15, SP

	MOVQ	$runtime·g0(SB), BX
	MOVQ	SP, (g_stack+stack_hi)(BX)
	LEAQ	-const_systemStack(SP), AX
	MOVQ	AX, (g_stack+stack_lo)(BX)
	ADDQ	$const_stackGuard, AX
	MOVQ	AX, g_stackguard0(BX)
	MOVQ	AX, g_stackguard1(BX)
	MOVQ	$runtime·m0(SB), CX
	MOVQ	CX, g_m(BX)
	MOVQ	BX, m_g0(CX)
	MOVQ	SP, (g_sched+gobuf_sp)(BX)
	MOVQ	$runtime·p0(SB), AX
	MOVQ	AX, m_p(CX)

	LEAQ	runtime·m0+m_tls+8(SB), SI
	MOVL	$ARCH_SET_FS, DI
	MOVL	$SYS_arch_prctl, AX
	SYSCALL
	MOVQ	$runtime·g0(SB), BX
	MOVQ	BX, -8(FS)

	MOVQ	BX, R14			// Go code expects g in R14, zero in X15
	XORPS	X15, X15
	MOVQ	R12, AX
	MOVQ	R13, BX
	CALL	runtime·boot<ABIInternal>(SB)
	INT	$3

// The kernel calls this as handler(DI sig, SI info, DX context), on the signal stack. All registers come back from the context when it
// returns, so none needs saving.
TEXT runtime·signalEntry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ	SP, R13
	SUBQ	$64, SP
	ANDQ	$~15, SP
	CLD
	MOVQ	-8(FS), R12
	MOVQ	g_m(R12), R14
	MOVQ	m_gsignal(R14), R14
	MOVQ	R14, -8(FS)
	XORPS	X15, X15
	MOVQ	DI, AX
	MOVQ	SI, BX
	MOVQ	DX, CX
	MOVQ	R12, DI
	MOVQ	R12, 40(SP)
	MOVQ	R13, 48(SP)
	CALL	runtime·handleSignal<ABIInternal>(SB)
	MOVQ	40(SP), R12
	MOVQ	R12, -8(FS)
	MOVQ	48(SP), SP
	RET			// to signalReturn

TEXT runtime·signalReturn(SB),NOSPLIT|NOFRAME,$0
	MOVL	$15, AX		// rt_sigreturn
	SYSCALL
	INT	$3

// func raise(err any)
TEXT runtime·raise<ABIInternal>(SB),NOSPLIT|NOFRAME,$0
	PUSHQ	AX
	PUSHQ	BX
	CALL	runtime·raiser<ABIInternal>(SB)
	MOVQ	AX, CX
	POPQ	BX
	POPQ	AX
	JMP	CX

// func vdsoClock(clock uintptr, ts *timespec)
// C code wants more stack than a goroutine may have left, and keeps R12 to R15, BX and BP.
TEXT runtime·vdsoClock<ABIInternal>(SB),NOSPLIT|NOFRAME,$0
	MOVQ	SP, R12
	MOVQ	g_m(R14), R13
	MOVQ	0(SP), DX
	MOVQ	DX, m_vdsoPC(R13)
	LEAQ	8(SP), DX
	MOVQ	DX, m_vdsoSP(R13)
	CMPQ	R14, m_curg(R13)
	JNE	onSystemStack
	MOVQ	m_g0(R13), DX
	MOVQ	(g_sched+gobuf_sp)(DX), SP
onSystemStack:
	ANDQ	$~15, SP
	MOVQ	AX, DI
	MOVQ	BX, SI
	MOVQ	runtime·clockFunction(SB), AX
	CALL	AX
	MOVQ	R12, SP
	MOVQ	$0, m_vdsoSP(R13)
	XORPS	X15, X15
	RET

TEXT runtime·startMain<ABIInternal>(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ	AX, R14
	MOVQ	R14, -8(FS)
	MOVQ	g_stktopsp(R14), SP
	CALL	runtime·main<ABIInternal>(SB)
	INT	$3			// it exits

TEXT runtime·unreachableMethod<ABIInternal>(SB),NOSPLIT|NOFRAME,$0
	INT	$3

// The prologue of a function found its stack too small. Its first instruction is to run again on a bigger one: g.sched becomes that
// place, m.morebuf the caller's, and growStack goes on at g.sched. DX is the closure the function was called with.
TEXT runtime·morestack_noctxt(SB),NOSPLIT|NOFRAME,$0
	XORL	DX, DX
	JMP	runtime·morestack(SB)

TEXT runtime·morestack(SB),NOSPLIT|NOFRAME,$0
	MOVQ	-8(FS), DI
	MOVQ	g_m(DI), BX
	CMPQ	DI, m_curg(BX)
	JNE	system
	MOVQ	0(SP), AX
	MOVQ	AX, (g_sched+gobuf_pc)(DI)
	LEAQ	8(SP), AX
	MOVQ	AX, (g_sched+gobuf_sp)(DI)
	MOVQ	BP, (g_sched+gobuf_bp)(DI)
	MOVQ	DX, (g_sched+gobuf_ctxt)(DI)
	MOVQ	8(SP), AX
	MOVQ	AX, (m_morebuf+gobuf_pc)(BX)
	LEAQ	16(SP), AX
	MOVQ	AX, (m_morebuf+gobuf_sp)(BX)
	MOVQ	DI, (m_morebuf+gobuf_g)(BX)
	MOVQ	m_g0(BX), R14
	MOVQ	R14, -8(FS)
	MOVQ	(g_sched+gobuf_sp)(R14), SP
	XORL	BP, BP
	XORPS	X15, X15
	MOVQ	DI, AX
	MOVQ	runtime·growStack(SB), DX
	CALL	(DX)
system:
	INT	$3			// g0 and gsignal cannot grow

// The switches between goroutines and the system stack. g.sched says where a goroutine that does not run goes on, and where the stack of g0
// is free.

// func gogo(buf *gobuf)
TEXT runtime·gogo<ABIInternal>(SB),NOSPLIT|NOFRAME,$0
	MOVQ	gobuf_g(AX), R14
	MOVQ	R14, -8(FS)
	MOVQ	gobuf_sp(AX), SP
	MOVQ	gobuf_bp(AX), BP
	MOVQ	gobuf_ctxt(AX), DX
	MOVQ	$0, gobuf_ctxt(AX)
	JMP	gobuf_pc(AX)

// func mcall(fn func(*g))
// fn does not return: the goroutine goes on behind this call when gogo goes to its g.sched.
TEXT runtime·mcall<ABIInternal>(SB),NOSPLIT|NOFRAME,$0
	MOVQ	AX, DX
	MOVQ	0(SP), BX
	MOVQ	BX, (g_sched+gobuf_pc)(R14)
	LEAQ	8(SP), BX
	MOVQ	BX, (g_sched+gobuf_sp)(R14)
	MOVQ	BP, (g_sched+gobuf_bp)(R14)
	MOVQ	R14, AX
	MOVQ	g_m(R14), BX
	MOVQ	m_g0(BX), R14
	CMPQ	AX, R14
	JEQ	bug
	MOVQ	R14, -8(FS)
	MOVQ	(g_sched+gobuf_sp)(R14), SP
	XORL	BP, BP
	CALL	(DX)
bug:
	INT	$3

// func systemstack(fn func())
// Who looks at the goroutine meanwhile sees it in systemstack_switch, which therefore has the same frame: none.
TEXT runtime·systemstack<ABIInternal>(SB),NOSPLIT|NOFRAME,$0-0
	MOVQ	AX, DX
	MOVQ	g_m(R14), BX
	CMPQ	R14, m_curg(BX)
	JNE	there
	LEAQ	runtime·systemstack_switch(SB), CX
	MOVQ	CX, (g_sched+gobuf_pc)(R14)
	MOVQ	SP, (g_sched+gobuf_sp)(R14)
	MOVQ	BP, (g_sched+gobuf_bp)(R14)
	MOVQ	m_g0(BX), R14
	MOVQ	R14, -8(FS)
	MOVQ	(g_sched+gobuf_sp)(R14), SP
	CALL	(DX)
	MOVQ	g_m(R14), BX
	MOVQ	m_curg(BX), R14
	MOVQ	R14, -8(FS)
	MOVQ	(g_sched+gobuf_sp)(R14), SP
	MOVQ	(g_sched+gobuf_bp)(R14), BP
	RET
there:
	JMP	(DX)			// on g0 or gsignal already

TEXT runtime·systemstack_switch(SB),NOSPLIT|NOFRAME,$0-0
	INT	$3

// Where goroutines return to. newproc1 makes its second instruction the return address.
TEXT runtime·goexit(SB),NOSPLIT|NOFRAME|TOPFRAME,$0-0
	NOP
	LEAQ	endClosure<>(SB), AX
	CALL	runtime·mcall<ABIInternal>(SB)
	INT	$3

DATA endClosure<>(SB)/8, $runtime·goexit0<ABIInternal>(SB)
GLOBL endClosure<>(SB), RODATA|NOPTR, $8

// Reached by the return of a signal handler, as if called by the instruction at the return address: lets others run, then goes back with all
// registers and flags as they were. Its frame and the one below it have no stack map for the place where they stand: the collector scans them
// conservatively, and the stack must not move.
TEXT runtime·asyncPreempt(SB),NOSPLIT|NOFRAME,$0-0
	PUSHQ	BP
	MOVQ	SP, BP
	PUSHFQ
	PUSHQ	AX
	PUSHQ	CX
	PUSHQ	DX
	PUSHQ	BX
	PUSHQ	SI
	PUSHQ	DI
	PUSHQ	R8
	PUSHQ	R9
	PUSHQ	R10
	PUSHQ	R11
	PUSHQ	R12
	PUSHQ	R13
	PUSHQ	R14
	PUSHQ	R15
	ADJSP	$(512+8)		// FXSAVE wants a multiple of 16
	LEAQ	8(SP), AX
	ANDQ	$~15, AX
	FXSAVE64	(AX)
	MOVQ	-8(FS), R14
	XORPS	X15, X15
	MOVB	$1, g_asyncSafePoint(R14)
	LEAQ	yieldClosure<>(SB), AX
	CALL	runtime·mcall<ABIInternal>(SB)
	MOVB	$0, g_asyncSafePoint(R14)
	LEAQ	8(SP), AX
	ANDQ	$~15, AX
	FXRSTOR64	(AX)
	ADJSP	$-(512+8)
	POPQ	R15
	POPQ	R14
	POPQ	R13
	POPQ	R12
	POPQ	R11
	POPQ	R10
	POPQ	R9
	POPQ	R8
	POPQ	DI
	POPQ	SI
	POPQ	BX
	POPQ	DX
	POPQ	CX
	POPQ	AX
	POPFQ
	POPQ	BP
	RET

DATA yieldClosure<>(SB)/8, $runtime·gosched_m<ABIInternal>(SB)
GLOBL yieldClosure<>(SB), RODATA|NOPTR, $8

// func askProcessor() (c1, b7, c7, d7, saved uint32)
TEXT runtime·askProcessor<ABIInternal>(SB),NOSPLIT|NOFRAME,$0
	MOVL	$1, AX
	XORL	CX, CX
	CPUID
	MOVL	CX, R8
	XORL	BX, BX
	XORL	R9, R9
	XORL	DI, DI
	XORL	SI, SI
	BTL	$27, R8			// OSXSAVE
	JCC	done
	MOVL	$7, AX
	XORL	CX, CX
	CPUID
	MOVL	CX, R9
	MOVL	DX, DI
	XORL	CX, CX
	XGETBV
	MOVL	AX, SI
done:
	MOVL	R8, AX
	MOVL	R9, CX
	RET

// func reflectcall(stackArgsType *_type, fn, stackArgs unsafe.Pointer, stackArgsSize, stackRetOffset, frameSize uint32, regArgs *abi.RegArgs)
// The functions that copy the arguments and call fn have frames of a fixed size. Of the many sizes that are kept, these are used.
#define CALL_IN_FRAME(size, fn)	\
	CMPQ	CX, $size;	\
	JHI	3(PC);		\
	MOVQ	$fn(SB), AX;	\
	JMP	AX

TEXT runtime·reflectcall(SB),NOSPLIT,$0-48
	MOVLQZX	frameSize+32(FP), CX
	CALL_IN_FRAME(64, runtime·call64)
	CALL_IN_FRAME(512, runtime·call512)
	CALL_IN_FRAME(8192, runtime·call8192)
	CALL_IN_FRAME(131072, runtime·call131072)
	CALL_IN_FRAME(4194304, runtime·call4194304)
	CALL_IN_FRAME(134217728, runtime·call134217728)
	CALL_IN_FRAME(1073741824, runtime·call1073741824)
	MOVQ	$runtime·badreflectcall(SB), AX
	JMP	AX
