#include "textflag.h"

// Each loop is a leaf without a frame. R4 to R7 are a.Sin, a.Cos, r.Sin, r.Cos; R8 is how many angles are left;
// the destinations start at R0. See add_wasm.s for how a store is written, and why.

#define LOAD(R, OFF, V) Get R; I32WrapI64; V128Load $OFF; Set V
#define MUL(X, Y, V) Get X; Get Y; F64x2Mul; Set V

// The four products of two angles at byte offset OFF: V4 = sc, V5 = cs, V6 = cc, V7 = ss.
#define PRODUCTS(OFF) \
	LOAD(R4, OFF, V0); LOAD(R5, OFF, V1); LOAD(R6, OFF, V2); LOAD(R7, OFF, V3); \
	MUL(V0, V3, V4); MUL(V1, V2, V5); MUL(V1, V3, V6); MUL(V0, V2, V7)

// At the destination R: X OP Y as it is; its two float32 side by side.
#define WIDE(R, X, Y, OP, OFF) Get R; I32WrapI64; Get X; Get Y; OP; V128Store $0, $OFF
#define NARROW(R, X, Y, OP, OFF) Get R; I32WrapI64; Get X; Get Y; OP; F32x4DemoteF64x2Zero; F64x2ExtractLane $0; F64Store $OFF

// At the destination R: the float32 of the sines and of the cosines, interleaved. V10 and V11 move the two float32
// of a demotion into the even and into the odd lanes, with zeros between.
#define ZIP(R, SINE, COSINE, OFF) \
	Get R; I32WrapI64; \
	Get V4; Get V5; SINE; F32x4DemoteF64x2Zero; Get V10; I8x16Swizzle; \
	Get V6; Get V7; COSINE; F32x4DemoteF64x2Zero; Get V11; I8x16Swizzle; \
	V128Or; V128Store $0, $OFF

#define BODY_WIDE(SRC, DST) PRODUCTS(SRC); \
	WIDE(R0, V4, V5, F64x2Add, DST); WIDE(R1, V6, V7, F64x2Sub, DST); \
	WIDE(R2, V4, V5, F64x2Sub, DST); WIDE(R3, V6, V7, F64x2Add, DST)
#define BODY_SPLIT(SRC, DST) PRODUCTS(SRC); \
	NARROW(R0, V4, V5, F64x2Add, DST); NARROW(R1, V6, V7, F64x2Sub, DST); \
	NARROW(R2, V4, V5, F64x2Sub, DST); NARROW(R3, V6, V7, F64x2Add, DST)
#define BODY_ZIP(SRC, DST) PRODUCTS(SRC); \
	ZIP(R0, F64x2Add, F64x2Sub, DST); ZIP(R1, F64x2Sub, F64x2Add, DST)

#define STEP(R, BYTES) Get R; I64Const $BYTES; I64Add; Set R
#define SOURCES(BYTES) STEP(R4, BYTES); STEP(R5, BYTES); STEP(R6, BYTES); STEP(R7, BYTES)
#define LEFT(N) Get R8; I64Const $N; I64GeS
#define DONE(N) Get R8; I64Const $N; I64Sub; Set R8

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
		BODY_WIDE(0, 0)
		STEP(R0, 16); STEP(R1, 16); STEP(R2, 16); STEP(R3, 16); SOURCES(16)
		DONE(2)
		LEFT(2)
		BrIf $0
	End
	RET

// func turnInterleavedWasm(plus, minus *float32, as, ac, rs, rc *float64, n int)
TEXT ·turnInterleavedWasm(SB), NOSPLIT, $0-56
	MOVD plus+0(FP), R0
	MOVD minus+8(FP), R1
	MOVD as+16(FP), R4
	MOVD ac+24(FP), R5
	MOVD rs+32(FP), R6
	MOVD rc+40(FP), R7
	MOVD n+48(FP), R8
	V128Const $0x8080808003020100, $0x8080808007060504
	Set V10
	V128Const $0x0302010080808080, $0x0706050480808080
	Set V11
	LEFT(8)
	If
		Loop
			BODY_ZIP(0, 0); BODY_ZIP(16, 16); BODY_ZIP(32, 32); BODY_ZIP(48, 48)
			STEP(R0, 64); STEP(R1, 64); SOURCES(64)
			DONE(8)
			LEFT(8)
			BrIf $0
		End
	End
	LEFT(2)
	If
		Loop
			BODY_ZIP(0, 0)
			STEP(R0, 16); STEP(R1, 16); SOURCES(16)
			DONE(2)
			LEFT(2)
			BrIf $0
		End
	End
	RET

// func turnSplitWasm(ps, pc, ms, mc *float32, as, ac, rs, rc *float64, n int)
TEXT ·turnSplitWasm(SB), NOSPLIT, $0-72
	MOVD ps+0(FP), R0
	MOVD pc+8(FP), R1
	MOVD ms+16(FP), R2
	MOVD mc+24(FP), R3
	MOVD as+32(FP), R4
	MOVD ac+40(FP), R5
	MOVD rs+48(FP), R6
	MOVD rc+56(FP), R7
	MOVD n+64(FP), R8
	LEFT(8)
	If
		Loop
			BODY_SPLIT(0, 0); BODY_SPLIT(16, 8); BODY_SPLIT(32, 16); BODY_SPLIT(48, 24)
			STEP(R0, 32); STEP(R1, 32); STEP(R2, 32); STEP(R3, 32); SOURCES(64)
			DONE(8)
			LEFT(8)
			BrIf $0
		End
	End
	LEFT(2)
	If
		Loop
			BODY_SPLIT(0, 0)
			STEP(R0, 8); STEP(R1, 8); STEP(R2, 8); STEP(R3, 8); SOURCES(16)
			DONE(2)
			LEFT(2)
			BrIf $0
		End
	End
	RET
