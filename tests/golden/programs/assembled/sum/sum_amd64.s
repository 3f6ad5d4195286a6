#include "textflag.h"
#include "go_asm.h"
#include "bias_amd64.h"

// func Of(p Pair) int64
TEXT ·Of(SB), NOSPLIT, $0-24
	MOVQ p_Left+Pair_Left(FP), AX
	ADDQ p_Right+Pair_Right(FP), AX
	ADDQ $BIAS, AX
	MOVQ AX, ret+16(FP)
	RET
