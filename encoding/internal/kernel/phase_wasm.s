#include "textflag.h"

// A leaf without a frame. R0 is where the least of each lane goes, R1 the phases, R2 the steps, R3 how many are left, R5 how many blocks there are and
// R6 how many are left; V0 the least so far, V1 the number of the first row, V2 the steps of four angles and V3 their phases.

#define ROW Get V0; Get V3; I32x4MinU; Set V0; Get V3; Get V2; I32x4Add; Set V3

// func leastPhaseWasm(lanes, phase, step *uint32, from, n, blocks int)
TEXT ·leastPhaseWasm(SB), NOSPLIT, $0-48
	MOVD lanes+0(FP), R0
	MOVD phase+8(FP), R1
	MOVD step+16(FP), R2
	MOVD from+24(FP), R4
	MOVD n+32(FP), R3
	MOVD blocks+40(FP), R5
	V128Const $-1, $-1
	Set V0
	Get R4
	I32WrapI64
	I32x4Splat
	Set V1
	Loop
		Get R2; I32WrapI64; V128Load $0; Set V2
		Get R1; I32WrapI64; V128Load $0; Get V1; Get V2; I32x4Mul; I32x4Add; Set V3
		Get R5; Set R6
		Loop
			ROW; ROW; ROW; ROW; ROW; ROW; ROW; ROW; ROW; ROW; ROW; ROW; ROW; ROW; ROW; ROW
			Get R6; I64Const $1; I64Sub; Tee R6
			I64Const $0
			I64GtS
			BrIf $0
		End
		Get R1; I64Const $16; I64Add; Set R1
		Get R2; I64Const $16; I64Add; Set R2
		Get R3
		I64Const $4
		I64Sub
		Tee R3
		I64Const $0
		I64GtS
		BrIf $0
	End
	Get R0
	I32WrapI64
	Get V0
	V128Store $0, $0
	RET
