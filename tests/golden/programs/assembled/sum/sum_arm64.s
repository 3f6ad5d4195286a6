#include "textflag.h"
#include "bias_arm64.h"

// func Of(p Pair) int64
TEXT ·Of(SB), NOSPLIT, $0-24
	MOVD p_Left+0(FP), R0
	MOVD p_Right+8(FP), R1
	ADD R1, R0, R0
	ADD $BIAS, R0, R0
	MOVD R0, ret+16(FP)
	RET
