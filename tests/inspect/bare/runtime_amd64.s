#include "textflag.h"

TEXT _rt0_amd64_linux(SB),NOSPLIT,$0
	LEAQ	·g0(SB), R14
	MOVQ	$158, AX // arch_prctl
	MOVQ	$0x1002, DI // ARCH_SET_FS
	LEAQ	tls<>+8(SB), SI
	MOVQ	R14, tls<>+0(SB)
	SYSCALL
	XORPS	X15, X15
	CALL	·start<ABIInternal>(SB)

TEXT ·exit(SB),NOSPLIT,$0-8
	MOVQ	status+0(FP), DI
	MOVQ	$231, AX
	SYSCALL

TEXT ·write(SB),NOSPLIT,$0-24
	MOVQ	fd+0(FP), DI
	MOVQ	data+8(FP), SI
	MOVQ	size+16(FP), DX
	MOVQ	$1, AX
	SYSCALL
	RET

TEXT ·morestack(SB),NOSPLIT,$0
	INT	$3

TEXT ·morestack_noctxt(SB),NOSPLIT,$0
	INT	$3

GLOBL tls<>(SB), NOPTR, $16
