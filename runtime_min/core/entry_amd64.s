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

// Kept assembly goes here when something is wrong that only a bug of the runtime can cause.
TEXT runtime·badmcall(SB),NOSPLIT|NOFRAME,$0
	INT	$3

TEXT runtime·badmcall2(SB),NOSPLIT|NOFRAME,$0
	INT	$3

TEXT runtime·badsystemstack(SB),NOSPLIT|NOFRAME,$0
	INT	$3

TEXT runtime·faultEntry(SB),NOSPLIT|NOFRAME,$0
	CLD				// memmove may have been on its way down
	MOVQ	-8(FS), R14
	XORPS	X15, X15
	MOVQ	runtime·sigpanicPC(SB), AX
	JMP	AX

// func raise(err any)
TEXT runtime·raise<ABIInternal>(SB),NOSPLIT|NOFRAME,$0
	PUSHQ	AX
	PUSHQ	BX
	CALL	runtime·raiser<ABIInternal>(SB)
	MOVQ	AX, CX
	POPQ	BX
	POPQ	AX
	JMP	CX

// func vdsoClock(fn, clock uintptr, ts *timespec)
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
	MOVQ	BX, DI
	MOVQ	CX, SI
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
// place, m.morebuf the caller's, and newstack goes on at g.sched. DX is the closure the function was called with.
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
	CALL	runtime·newstack<ABIInternal>(SB)
system:
	INT	$3			// g0 and gsignal cannot grow

// Reached by the return of a signal handler, as if called by the instruction at the return address. The flags matter too.
TEXT runtime·asyncPreempt(SB),NOSPLIT|NOFRAME,$0
	PUSHQ	BP
	MOVQ	SP, BP
	PUSHFQ
	ADJSP	$(15*8+16*16)
	MOVQ	AX, 0(SP)
	MOVQ	CX, 8(SP)
	MOVQ	DX, 16(SP)
	MOVQ	BX, 24(SP)
	MOVQ	SI, 32(SP)
	MOVQ	DI, 40(SP)
	MOVQ	R8, 48(SP)
	MOVQ	R9, 56(SP)
	MOVQ	R10, 64(SP)
	MOVQ	R11, 72(SP)
	MOVQ	R12, 80(SP)
	MOVQ	R13, 88(SP)
	MOVQ	R14, 96(SP)
	MOVQ	R15, 104(SP)
	MOVUPS	X0, 120(SP)
	MOVUPS	X1, 136(SP)
	MOVUPS	X2, 152(SP)
	MOVUPS	X3, 168(SP)
	MOVUPS	X4, 184(SP)
	MOVUPS	X5, 200(SP)
	MOVUPS	X6, 216(SP)
	MOVUPS	X7, 232(SP)
	MOVUPS	X8, 248(SP)
	MOVUPS	X9, 264(SP)
	MOVUPS	X10, 280(SP)
	MOVUPS	X11, 296(SP)
	MOVUPS	X12, 312(SP)
	MOVUPS	X13, 328(SP)
	MOVUPS	X14, 344(SP)
	MOVUPS	X15, 360(SP)
	MOVQ	-8(FS), R14
	XORPS	X15, X15
	CALL	runtime·asyncPreempt2<ABIInternal>(SB)
	MOVUPS	360(SP), X15
	MOVUPS	344(SP), X14
	MOVUPS	328(SP), X13
	MOVUPS	312(SP), X12
	MOVUPS	296(SP), X11
	MOVUPS	280(SP), X10
	MOVUPS	264(SP), X9
	MOVUPS	248(SP), X8
	MOVUPS	232(SP), X7
	MOVUPS	216(SP), X6
	MOVUPS	200(SP), X5
	MOVUPS	184(SP), X4
	MOVUPS	168(SP), X3
	MOVUPS	152(SP), X2
	MOVUPS	136(SP), X1
	MOVUPS	120(SP), X0
	MOVQ	104(SP), R15
	MOVQ	96(SP), R14
	MOVQ	88(SP), R13
	MOVQ	80(SP), R12
	MOVQ	72(SP), R11
	MOVQ	64(SP), R10
	MOVQ	56(SP), R9
	MOVQ	48(SP), R8
	MOVQ	40(SP), DI
	MOVQ	32(SP), SI
	MOVQ	24(SP), BX
	MOVQ	16(SP), DX
	MOVQ	8(SP), CX
	MOVQ	0(SP), AX
	ADJSP	$-(15*8+16*16)
	POPFQ
	POPQ	BP
	RET

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
