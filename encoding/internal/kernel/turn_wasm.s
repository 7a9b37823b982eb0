#include "textflag.h"

// A leaf without a frame. R4 to R7 are a.Sin, a.Cos, r.Sin, r.Cos; R8 is how many angles are left; the destinations start
// at R0. See add_wasm.s for how a store is written, and why.

#define LOAD(R, V) Get R; I32WrapI64; V128Load $0; Set V
#define MUL(X, Y, V) Get X; Get Y; F64x2Mul; Set V
#define PUT(R, X, Y, OP) Get R; I32WrapI64; Get X; Get Y; OP; V128Store $0, $0
#define STEP(R) Get R; I64Const $16; I64Add; Set R

// func turnWasm(ps, pc, ms, mc, as, ac, rs, rc *float64, n int)
TEXT ·turnWasm(SB), NOSPLIT, $0-72
	MOVD ps+0(FP), R0
	MOVD pc+8(FP), R1
	MOVD ms+16(FP), R2
	MOVD mc+24(FP), R3
	MOVD as+32(FP), R4
	MOVD ac+40(FP), R5
	MOVD rs+48(FP), R6
	MOVD rc+56(FP), R7
	MOVD n+64(FP), R8
	Loop
		LOAD(R4, V0); LOAD(R5, V1); LOAD(R6, V2); LOAD(R7, V3)
		MUL(V0, V3, V4); MUL(V1, V2, V5); MUL(V1, V3, V6); MUL(V0, V2, V7)
		PUT(R0, V4, V5, F64x2Add); PUT(R1, V6, V7, F64x2Sub)
		PUT(R2, V4, V5, F64x2Sub); PUT(R3, V6, V7, F64x2Add)
		STEP(R0); STEP(R1); STEP(R2); STEP(R3); STEP(R4); STEP(R5); STEP(R6); STEP(R7)
		Get R8
		I64Const $2
		I64Sub
		Tee R8
		I64Const $0
		I64GtS
		BrIf $0
	End
	RET
