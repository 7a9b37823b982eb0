#include "textflag.h"

// Each is a leaf without a frame. R0 and R1 are where the strips in hand begin, R2 and R3 the bytes to the next, R5 how many are
// left; R6 and R7 go along them, R8 is how many elements are left. See add_wasm.s for how a store is written, and why.

#define ADDRESS(R)    Get R; I32WrapI64
#define LOAD(R, OFF)  ADDRESS(R); V128Load $OFF
#define KEEP(OFF)     V128Store $0, $OFF
#define MOVE(R, BY)   Get R; Get BY; I64Add; Set R
#define STEP(R, N)    Get R; I64Const $N; I64Add; Set R
#define MORE(N)       Get R8; I64Const $N; I64GeS
#define LESS(N)       Get R8; I64Const $N; I64Sub; Set R8

#define STORE(OFF) ADDRESS(R6); LOAD(R7, OFF); KEEP(OFF)
#define PLUS(OFF)  ADDRESS(R6); LOAD(R6, OFF); LOAD(R7, OFF); F32x4Add; KEEP(OFF)
#define MINUS(OFF) ADDRESS(R6); LOAD(R6, OFF); LOAD(R7, OFF); F32x4Sub; KEEP(OFF)

#define LOAD1(R) ADDRESS(R); F32Load $0
#define STORE1   ADDRESS(R6); LOAD1(R7); F32Store $0
#define PLUS1    ADDRESS(R6); LOAD1(R6); LOAD1(R7); F32Add; F32Store $0
#define MINUS1   ADDRESS(R6); LOAD1(R6); LOAD1(R7); F32Sub; F32Store $0

// Eight vectors a turn while there are 32 elements, one while there are 4, and then the elements that are left.
#define EACH(N, BODY) \
	MORE(N); \
	If; \
		Loop; \
			BODY; \
			STEP(R6, (4*N)); STEP(R7, (4*N)); \
			LESS(N); MORE(N); BrIf $0; \
		End; \
	End

#define STRIPS(BODY, BODY1) \
	MOVD x+0(FP), R0; \
	MOVD row+8(FP), R1; \
	MOVD toX+16(FP), R2; \
	MOVD toRow+24(FP), R3; \
	MOVD n+32(FP), R4; \
	MOVD count+40(FP), R5; \
	Loop; \
		Get R0; Set R6; \
		Get R1; Set R7; \
		Get R4; Set R8; \
		EACH(32, BODY(0); BODY(16); BODY(32); BODY(48); BODY(64); BODY(80); BODY(96); BODY(112)); \
		EACH(4, BODY(0)); \
		EACH(1, BODY1); \
		MOVE(R0, R2); MOVE(R1, R3); \
		STEP(R5, (-1)); Get R5; I64Const $1; I64GeS; BrIf $0; \
	End

// func stripsStore(x, row *float32, toX, toRow, n, count int)
TEXT ·stripsStore(SB), NOSPLIT, $0-48
	STRIPS(STORE, STORE1)
	RET

// func stripsPlus(x, row *float32, toX, toRow, n, count int)
TEXT ·stripsPlus(SB), NOSPLIT, $0-48
	STRIPS(PLUS, PLUS1)
	RET

// func stripsMinus(x, row *float32, toX, toRow, n, count int)
TEXT ·stripsMinus(SB), NOSPLIT, $0-48
	STRIPS(MINUS, MINUS1)
	RET
