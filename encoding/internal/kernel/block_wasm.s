#include "textflag.h"

// Each loop is a leaf without a frame, and does two angles of all 16 rows a turn. R0 is where they are in the middle row, R1
// the bytes from row to row, R2 and R3 the angles' sines and cosines, R4 the steps, R5 how many angles are left; R6 goes up
// the rows and R7 down. Split layouts have the cosines R8 bytes from the sines. See add_wasm.s for how a store is written, and why.

#define LOAD(R, OFF, V) Get R; I32WrapI64; V128Load $OFF; Set V
#define MUL(X, Y, V) Get X; Get Y; F64x2Mul; Set V
#define MOVE(R, BYTES) Get R; I64Const $BYTES; I64Add; Set R
#define UP Get R6; Get R1; I64Add; Set R6
#define DOWN Get R7; Get R1; I64Sub; Set R7

#define ADDRESS(R) Get R; I32WrapI64
#define SUM(X, Y) Get X; Get Y; F64x2Add
#define DIFFERENCE(X, Y) Get X; Get Y; F64x2Sub
#define NARROW(VALUE) VALUE; F32x4DemoteF64x2Zero

// Interleaved: a vector is the sine and cosine of one angle, so that a demotion leaves both in their places. V0 and V2 hold
// them, V1 and V3 the cosine and the negated sine: turned, they are V0·cos ± V1·sin. The products of the two angles are in V4
// to V7. To store, a half of a vector goes as a float64; to add, the two halves become one vector.
#define LANES(X, LANE, Y, FROM, V) Get X; Get Y; F64x2ExtractLane $0, $FROM; F64x2ReplaceLane $0, $LANE; Set V
#define TWICE(X, OFF, V) Get X; Get R4; I32WrapI64; V128Load $OFF; F64x2Mul; Set V
#define ZIP_PRODUCTS(OFF) TWICE(V0, OFF, V4); TWICE(V1, (OFF+16), V5); TWICE(V2, (OFF+32), V6); TWICE(V3, (OFF+48), V7)
#define HALF(R, VALUE, OFF) ADDRESS(R); NARROW(VALUE); F64x2ExtractLane $0, $0; F64Store $OFF
#define ZIP_STORE(R, FIRST, SECOND) HALF(R, FIRST, 0); HALF(R, SECOND, 8)
#define BOTH(FIRST, SECOND) NARROW(FIRST); NARROW(SECOND); F64x2ExtractLane $0, $0; F64x2ReplaceLane $0, $1
#define ZIP_PLUS(R, FIRST, SECOND) ADDRESS(R); ADDRESS(R); V128Load $0; BOTH(FIRST, SECOND); F32x4Add; V128Store $0, $0
#define ZIP_MINUS(R, FIRST, SECOND) ADDRESS(R); ADDRESS(R); V128Load $0; BOTH(FIRST, SECOND); F32x4Sub; V128Store $0, $0

#define ZIP_UP(PUT) UP; PUT(R6, SUM(V4, V5), SUM(V6, V7))
#define ZIP_DOWN(PUT) DOWN; PUT(R7, DIFFERENCE(V4, V5), DIFFERENCE(V6, V7))

#define ZIP_LOOP(PUT) \
	MOVD mid+0(FP), R0; MOVD stride+8(FP), R1; MOVD as+16(FP), R2; MOVD ac+24(FP), R3; MOVD steps+32(FP), R4; MOVD n+40(FP), R5; \
	Loop; \
		LOAD(R2, 0, V4); LOAD(R3, 0, V5); Get V4; F64x2Neg; Set V6; \
		LANES(V4, 1, V5, 0, V0); LANES(V5, 1, V6, 0, V1); LANES(V5, 0, V4, 1, V2); LANES(V6, 0, V5, 1, V3); \
		PUT(R0, Get V0, Get V2); \
		Get R0; Tee R6; Set R7; \
		ZIP_PRODUCTS(0); ZIP_UP(PUT); ZIP_DOWN(PUT); ZIP_PRODUCTS(64); ZIP_UP(PUT); ZIP_DOWN(PUT); \
		ZIP_PRODUCTS(128); ZIP_UP(PUT); ZIP_DOWN(PUT); ZIP_PRODUCTS(192); ZIP_UP(PUT); ZIP_DOWN(PUT); \
		ZIP_PRODUCTS(256); ZIP_UP(PUT); ZIP_DOWN(PUT); ZIP_PRODUCTS(320); ZIP_UP(PUT); ZIP_DOWN(PUT); \
		ZIP_PRODUCTS(384); ZIP_UP(PUT); ZIP_DOWN(PUT); ZIP_PRODUCTS(448); ZIP_DOWN(PUT); \
		MOVE(R0, 16); MOVE(R2, 16); MOVE(R3, 16); MOVE(R4, 512); \
		Get R5; I64Const $2; I64Sub; Tee R5; I64Const $0; I64GtS; BrIf $0; \
	End

// Split: a vector is the sines or the cosines of the two angles, V0 and V1; V4 to V7 are the four products. Two float32 move
// as one float64.
#define PRODUCTS(OFF) \
	Get R4; I32WrapI64; V128Load $OFF; Set V2; Get R4; I32WrapI64; V128Load $(OFF+16); Set V3; \
	MUL(V0, V3, V4); MUL(V1, V2, V5); MUL(V1, V3, V6); MUL(V0, V2, V7)
#define COSINES(R) Get R; Get R8; I64Add; I32WrapI64
#define SPLIT_STORE_(AT) AT
#define SPLIT_STORE F64x2ExtractLane $0; F64Store $0
#define SPLIT_PLUS_(AT) AT; AT; F64Load $0; F64x2Splat
#define SPLIT_PLUS F32x4Add; F64x2ExtractLane $0; F64Store $0
#define SPLIT_MINUS_(AT) AT; AT; F64Load $0; F64x2Splat
#define SPLIT_MINUS F32x4Sub; F64x2ExtractLane $0; F64Store $0
#define SPLIT_BOTH(OFF, PRE, POST) PRODUCTS(OFF); UP; DOWN; \
	PRE(ADDRESS(R6)); NARROW(SUM(V4, V5)); POST; PRE(COSINES(R6)); NARROW(DIFFERENCE(V6, V7)); POST; \
	PRE(ADDRESS(R7)); NARROW(DIFFERENCE(V4, V5)); POST; PRE(COSINES(R7)); NARROW(SUM(V6, V7)); POST

#define SPLIT_LOOP(PRE, POST) \
	MOVD sin+0(FP), R0; MOVD cos+8(FP), R8; MOVD stride+16(FP), R1; MOVD as+24(FP), R2; MOVD ac+32(FP), R3; MOVD steps+40(FP), R4; MOVD n+48(FP), R5; \
	Get R8; Get R0; I64Sub; Set R8; \
	Loop; \
		LOAD(R2, 0, V0); LOAD(R3, 0, V1); \
		PRE(ADDRESS(R0)); NARROW(Get V0); POST; PRE(COSINES(R0)); NARROW(Get V1); POST; \
		Get R0; Tee R6; Set R7; \
		SPLIT_BOTH(0, PRE, POST); SPLIT_BOTH(32, PRE, POST); SPLIT_BOTH(64, PRE, POST); SPLIT_BOTH(96, PRE, POST); \
		SPLIT_BOTH(128, PRE, POST); SPLIT_BOTH(160, PRE, POST); SPLIT_BOTH(192, PRE, POST); \
		PRODUCTS(224); DOWN; \
		PRE(ADDRESS(R7)); NARROW(DIFFERENCE(V4, V5)); POST; PRE(COSINES(R7)); NARROW(SUM(V6, V7)); POST; \
		MOVE(R0, 8); MOVE(R2, 16); MOVE(R3, 16); MOVE(R4, 256); \
		Get R5; I64Const $2; I64Sub; Tee R5; I64Const $0; I64GtS; BrIf $0; \
	End

// func blockZipStore(mid *float32, stride int, as, ac, steps *float64, n int)
TEXT ·blockZipStore(SB), NOSPLIT, $0-48
	ZIP_LOOP(ZIP_STORE)
	RET

// func blockZipPlus(mid *float32, stride int, as, ac, steps *float64, n int)
TEXT ·blockZipPlus(SB), NOSPLIT, $0-48
	ZIP_LOOP(ZIP_PLUS)
	RET

// func blockZipMinus(mid *float32, stride int, as, ac, steps *float64, n int)
TEXT ·blockZipMinus(SB), NOSPLIT, $0-48
	ZIP_LOOP(ZIP_MINUS)
	RET

// func blockSplitStore(sin, cos *float32, stride int, as, ac, steps *float64, n int)
TEXT ·blockSplitStore(SB), NOSPLIT, $0-56
	SPLIT_LOOP(SPLIT_STORE_, SPLIT_STORE)
	RET

// func blockSplitPlus(sin, cos *float32, stride int, as, ac, steps *float64, n int)
TEXT ·blockSplitPlus(SB), NOSPLIT, $0-56
	SPLIT_LOOP(SPLIT_PLUS_, SPLIT_PLUS)
	RET

// func blockSplitMinus(sin, cos *float32, stride int, as, ac, steps *float64, n int)
TEXT ·blockSplitMinus(SB), NOSPLIT, $0-56
	SPLIT_LOOP(SPLIT_MINUS_, SPLIT_MINUS)
	RET
