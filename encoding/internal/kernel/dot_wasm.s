#include "textflag.h"

// A leaf without a frame. R0 is sums, R1 is x, R2 is y, R3 is how many elements are left; V0 and V1 are the sums, V4 is what brings
// the last two of four to the front. See add_wasm.s for how a store is written, and why.

#define LOAD(R) Get R; I32WrapI64; V128Load $0
#define LOW(V) Get V; F64x2PromoteLowF32x4
#define HIGH(V) Get V; Get V4; I8x16Swizzle; F64x2PromoteLowF32x4
#define STEP(R) Get R; I64Const $16; I64Add; Set R

// func dotWasm(sums *[4]float64, x, y *float32, n int)
TEXT ·dotWasm(SB), NOSPLIT, $0-32
	MOVD sums+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R2
	MOVD n+24(FP), R3
	V128Const $0, $0
	Tee V0
	Set V1
	V128Const $0x0f0e0d0c0b0a0908, $0
	Set V4
	Loop
		LOAD(R1); Set V2
		LOAD(R2); Set V3
		Get V0; LOW(V2); LOW(V3); F64x2Mul; F64x2Add; Set V0
		Get V1; HIGH(V2); HIGH(V3); F64x2Mul; F64x2Add; Set V1
		STEP(R1); STEP(R2)
		Get R3
		I64Const $4
		I64Sub
		Tee R3
		I64Const $0
		I64GtS
		BrIf $0
	End
	Get R0; I32WrapI64; Get V0; V128Store $0, $0
	Get R0; I32WrapI64; Get V1; V128Store $0, $16
	RET
