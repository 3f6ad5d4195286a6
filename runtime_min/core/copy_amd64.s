#include "textflag.h"

// Copying and clearing. Up to 64 bytes (128 to clear), a part at the start and an equal one at the end do it, which overlap where the size is no
// power of two: what is copied is read whole before any is written, so that from and to may overlap too. More goes by AVX in blocks, and where the
// processor repeats one instruction faster than that, from repeatFrom bytes on, by that one: MOVSQ and STOSQ, for a word must never be
// half written when a signal comes. Until cpuinit has been called, and where there is no AVX, repeatFrom is 0.

// func memmove(to, from unsafe.Pointer, n uintptr)
TEXT runtime·memmove<ABIInternal>(SB),NOSPLIT|NOFRAME,$0-24
	CMPQ	CX, $16
	JHI	over16
	CMPQ	CX, $8
	JCC	from8
	CMPQ	CX, $4
	JCC	from4
	CMPQ	CX, $1
	JHI	from2
	JCS	none
	MOVBLZX	(BX), DX
	MOVB	DX, (AX)
none:
	RET
from2:
	MOVWLZX	(BX), DX
	MOVWLZX	-2(BX)(CX*1), SI
	MOVW	DX, (AX)
	MOVW	SI, -2(AX)(CX*1)
	RET
from4:
	MOVL	(BX), DX
	MOVL	-4(BX)(CX*1), SI
	MOVL	DX, (AX)
	MOVL	SI, -4(AX)(CX*1)
	RET
from8:
	MOVQ	(BX), DX
	MOVQ	-8(BX)(CX*1), SI
	MOVQ	DX, (AX)
	MOVQ	SI, -8(AX)(CX*1)
	RET
over16:
	CMPQ	CX, $32
	JHI	over32
	MOVUPS	(BX), X0
	MOVUPS	-16(BX)(CX*1), X1
	MOVUPS	X0, (AX)
	MOVUPS	X1, -16(AX)(CX*1)
	RET
over32:
	CMPQ	CX, $64
	JHI	over64
	MOVUPS	(BX), X0
	MOVUPS	16(BX), X1
	MOVUPS	-32(BX)(CX*1), X2
	MOVUPS	-16(BX)(CX*1), X3
	MOVUPS	X0, (AX)
	MOVUPS	X1, 16(AX)
	MOVUPS	X2, -32(AX)(CX*1)
	MOVUPS	X3, -16(AX)(CX*1)
	RET

	// The first 32 bytes and the last 64 are read at the start and written at the end. What is between is copied in blocks of 64, the first
	// of which begins at a multiple of 32 in to; the last reaches into the last 64 bytes. Upwards, or downwards if to overlaps the end of from.
over64:
	CMPQ	CX, runtime·repeatFrom(SB)
	JCC	repeat
blocks:
	VMOVUPS	(BX), Y2
	VMOVUPS	-64(BX)(CX*1), Y3
	VMOVUPS	-32(BX)(CX*1), Y4
	LEAQ	-64(AX)(CX*1), R8	// where the last 64 bytes go
	LEAQ	32(AX), DI
	ANDQ	$~31, DI		// the first block
	LEAQ	-1(R8), DX
	SUBQ	DI, DX			// where the last byte between is in the blocks
	JCS	ends
	MOVL	$64, SI			// from block to block
	SUBQ	AX, BX			// from to to from
	ADDQ	BX, CX			// to - from < n ?
	JCC	block
	ANDQ	$~63, DX
	ADDQ	DX, DI			// the last block
	NEGQ	SI
block:
	VMOVUPS	(DI)(BX*1), Y0
	VMOVUPS	32(DI)(BX*1), Y1
	VMOVUPS	Y0, (DI)
	VMOVUPS	Y1, 32(DI)
	ADDQ	SI, DI
	SUBQ	$64, DX
	JCC	block
ends:
	VMOVUPS	Y2, (AX)
	VMOVUPS	Y3, (R8)
	VMOVUPS	Y4, 32(R8)
	VZEROUPPER
	RET

	// First and last word as above, for the size may be no multiple of 8. Downwards, or to odd addresses, no processor is fast at this.
repeat:
	MOVQ	BX, DX
	SUBQ	AX, DX
	ADDQ	CX, DX			// to - from < n ?
	MOVQ	(BX), DX
	MOVQ	-8(BX)(CX*1), R9
	LEAQ	-8(AX)(CX*1), R8
	MOVQ	AX, DI
	MOVQ	BX, SI
	JCS	downwards
	TESTB	$15, AX
	JEQ	words
	CMPQ	runtime·repeatFrom(SB), $0
	JNE	blocks
words:
	SHRQ	$3, CX
	REP;	MOVSQ
	CLD
	MOVQ	DX, (AX)
	MOVQ	R9, (R8)
	RET
downwards:
	CMPQ	runtime·repeatFrom(SB), $0
	JNE	blocks
	MOVQ	R8, DI
	LEAQ	-8(BX)(CX*1), SI
	STD
	JMP	words

// func memclrNoHeapPointers(ptr unsafe.Pointer, n uintptr)
TEXT runtime·memclrNoHeapPointers<ABIInternal>(SB),NOSPLIT|NOFRAME,$0-16
	CMPQ	BX, $16
	JHI	over16
	XORL	CX, CX
	CMPQ	BX, $8
	JCC	from8
	CMPQ	BX, $4
	JCC	from4
	CMPQ	BX, $1
	JHI	from2
	JCS	none
	MOVB	CX, (AX)
none:
	RET
from2:
	MOVW	CX, (AX)
	MOVW	CX, -2(AX)(BX*1)
	RET
from4:
	MOVL	CX, (AX)
	MOVL	CX, -4(AX)(BX*1)
	RET
from8:
	MOVQ	CX, (AX)
	MOVQ	CX, -8(AX)(BX*1)
	RET
over16:
	CMPQ	BX, $32
	JLS	from17
	CMPQ	BX, $64
	JLS	from33
	CMPQ	BX, $128
	JHI	over128
	MOVUPS	X15, 32(AX)		// X15 is zero in all Go code
	MOVUPS	X15, 48(AX)
	MOVUPS	X15, -64(AX)(BX*1)
	MOVUPS	X15, -48(AX)(BX*1)
from33:
	MOVUPS	X15, 16(AX)
	MOVUPS	X15, -32(AX)(BX*1)
from17:
	MOVUPS	X15, (AX)
	MOVUPS	X15, -16(AX)(BX*1)
	RET
over128:
	CMPQ	BX, runtime·repeatFrom(SB)
	JCC	repeat
	VXORPS	X0, X0, X0		// all of Y0
	VMOVUPS	Y0, (AX)
	LEAQ	-64(AX)(BX*1), BX	// the last 64 bytes
	ADDQ	$32, AX
	ANDQ	$~31, AX
block:
	VMOVUPS	Y0, (AX)
	VMOVUPS	Y0, 32(AX)
	ADDQ	$64, AX
	CMPQ	AX, BX
	JCS	block
	VMOVUPS	Y0, (BX)
	VMOVUPS	Y0, 32(BX)
	VZEROUPPER
	RET
repeat:
	MOVQ	AX, DI
	XORL	AX, AX
	MOVQ	AX, -8(DI)(BX*1)	// the size may be no multiple of 8
	MOVQ	BX, CX
	SHRQ	$3, CX
	REP;	STOSQ
	RET
