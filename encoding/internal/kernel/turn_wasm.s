#include "textflag.h"

// A leaf without a frame. R0 and R1 are the destinations, R2 to R5 are a.Sin, a.Cos, r.Sin, r.Cos; R6 is how many angles are
// left; V4 is what flips the signs of r.Sin. See add_wasm.s for how a store is written, and why.

#define LOAD(R, V) Get R; I32WrapI64; V128Load $0; Set V
#define MUL(X, Y) Get X; Get Y; F64x2Mul
#define STEP(R) Get R; I64Const $16; I64Add; Set R

// func turnWasm(ds, dc, as, ac, rs, rc *float64, n, signs int)
TEXT ·turnWasm(SB), NOSPLIT, $0-64
	MOVD ds+0(FP), R0
	MOVD dc+8(FP), R1
	MOVD as+16(FP), R2
	MOVD ac+24(FP), R3
	MOVD rs+32(FP), R4
	MOVD rc+40(FP), R5
	MOVD n+48(FP), R6
	MOVD signs+56(FP), R7
	Get R7; I64x2Splat; Set V4
	Loop
		LOAD(R2, V0); LOAD(R3, V1); LOAD(R4, V2); LOAD(R5, V3)
		Get V2; Get V4; V128Xor; Set V2
		Get R0; I32WrapI64; MUL(V0, V3); MUL(V1, V2); F64x2Add; V128Store $0, $0
		Get R1; I32WrapI64; MUL(V1, V3); MUL(V0, V2); F64x2Sub; V128Store $0, $0
		STEP(R0); STEP(R1); STEP(R2); STEP(R3); STEP(R4); STEP(R5)
		Get R6
		I64Const $2
		I64Sub
		Tee R6
		I64Const $0
		I64GtS
		BrIf $0
	End
	RET
