#include "textflag.h"

// Each is a leaf without a frame. A token's cosines and sines are loaded once, as many as fit into the registers, and
// then meet the same channels of all heads.
//
// R0 is the token, R1 its row, R2 how many tokens are left, R3 how many heads there are, R4 the bytes from head to head, R14 those from token to token, R5
// those from cosines to sines (and with halves from a to b), R6 those from row to row. R7 is where the channels in hand are
// in the first head, R8 their cosines, R9 their sines, R10 how many pairs are left. R11 goes over the heads, R12 is R5 bytes
// beyond, R13 how many heads are left. V0 to V3 hold cosines and V4 to V7 sines, V10 what flips the sines' signs. See
// add_wasm.s for how a store is written, and why.

#define ADDRESS(R) Get R; I32WrapI64
#define LOAD(R, OFF) ADDRESS(R); V128Load $OFF
#define MUL(X, Y) Get X; Get Y; F32x4Mul
#define STEP(R, BYTES) Get R; I64Const $BYTES; I64Add; Set R
#define MOVE(R, BY) Get R; Get BY; I64Add; Set R
#define FROM(R, BASE, BY) Get BASE; Get BY; I64Add; Set R
#define MORE(R, N) Get R; I64Const $N; I64GeS
#define LESS(R, N) Get R; I64Const $N; I64Sub; Set R

#define ARGS \
	MOVD x+0(FP), R0; \
	MOVD rows+8(FP), R1; \
	MOVD tokens+16(FP), R2; \
	MOVD heads+24(FP), R3; \
	MOVD toHead+32(FP), R4; \
	MOVD toToken+40(FP), R14; \
	MOVD half+48(FP), R5; \
	MOVD step+64(FP), R6; \
	MOVD signs+72(FP), R10; \
	Get R10; I64x2Splat; Set V10

// BODY for each token.
#define TOKENS(BODY) \
	Loop; \
		Get R0; Set R7; \
		Get R1; Set R8; \
		FROM(R9, R1, R5); \
		MOVD n+56(FP), R10; \
		BODY; \
		MOVE(R0, R14); \
		MOVE(R1, R6); \
		LESS(R2, 1); MORE(R2, 1); BrIf $0; \
	End

// LOADS and BODY while there are PAIRS pairs, which are CHANNELS bytes of each vector that BODY meets.
#define GROUPS(PAIRS, CHANNELS, LOADS, SECOND, BODY) \
	MORE(R10, PAIRS); \
	If; \
		Loop; \
			LOADS; \
			Get R7; Set R11; SECOND; \
			Get R3; Set R13; \
			Loop; \
				BODY; \
				MOVE(R11, R4); MOVE(R12, R4); \
				LESS(R13, 1); MORE(R13, 1); BrIf $0; \
			End; \
			STEP(R7, CHANNELS); STEP(R8, (4*PAIRS)); STEP(R9, (4*PAIRS)); \
			LESS(R10, PAIRS); MORE(R10, PAIRS); BrIf $0; \
		End; \
	End

#define COS_SIN(OFF, C, S) LOAD(R8, OFF); Set C; LOAD(R9, OFF); Get V10; V128Xor; Set S
#define HALVES(OFF, C, S) \
	LOAD(R11, OFF); Set V8; LOAD(R12, OFF); Set V9; \
	ADDRESS(R11); MUL(V8, C); MUL(V9, S); F32x4Sub; V128Store $0, $OFF; \
	ADDRESS(R12); MUL(V9, C); MUL(V8, S); F32x4Add; V128Store $0, $OFF

#define LOADS16 COS_SIN(0, V0, V4); COS_SIN(16, V1, V5); COS_SIN(32, V2, V6); COS_SIN(48, V3, V7)
#define HALVES16 HALVES(0, V0, V4); HALVES(16, V1, V5); HALVES(32, V2, V6); HALVES(48, V3, V7)
#define SECOND FROM(R12, R7, R5)

// func rotateHalves(x, rows *float32, tokens, heads, toHead, toToken, half, n, step, signs int)
TEXT ·rotateHalves(SB), NOSPLIT, $0-80
	ARGS
	TOKENS(GROUPS(16, 64, LOADS16, SECOND, HALVES16); GROUPS(4, 16, COS_SIN(0, V0, V4), SECOND, HALVES(0, V0, V4)))
	RET

// Neighbours: V11 and V12 double the first and the last two of four, V13 exchanges neighbours.
#define DOUBLED(R, OFF, MASK) LOAD(R, OFF); Get MASK; I8x16Swizzle
#define COS_SIN2(OFF, C, D, S, T) \
	DOUBLED(R8, OFF, V11); Set C; DOUBLED(R8, OFF, V12); Set D; \
	DOUBLED(R9, OFF, V11); Get V10; V128Xor; Set S; DOUBLED(R9, OFF, V12); Get V10; V128Xor; Set T
#define NEIGHBOURS(OFF, C, S) \
	LOAD(R11, OFF); Set V8; \
	ADDRESS(R11); MUL(V8, C); Get V8; Get V13; I8x16Swizzle; Get S; F32x4Mul; F32x4Add; V128Store $0, $OFF

#define LOADS8 COS_SIN2(0, V0, V1, V4, V5); COS_SIN2(16, V2, V3, V6, V7)
#define NEIGHBOURS8 NEIGHBOURS(0, V0, V4); NEIGHBOURS(16, V1, V5); NEIGHBOURS(32, V2, V6); NEIGHBOURS(48, V3, V7)
#define NEIGHBOURS4 NEIGHBOURS(0, V0, V4); NEIGHBOURS(16, V1, V5)

// func rotateNeighbours(x, rows *float32, tokens, heads, toHead, toToken, half, n, step, signs int)
TEXT ·rotateNeighbours(SB), NOSPLIT, $0-80
	ARGS
	V128Const $0x0302010003020100, $0x0706050407060504
	Set V11
	V128Const $0x0b0a09080b0a0908, $0x0f0e0d0c0f0e0d0c
	Set V12
	V128Const $0x0302010007060504, $0x0b0a09080f0e0d0c
	Set V13
	TOKENS(GROUPS(8, 64, LOADS8, , NEIGHBOURS8); GROUPS(4, 32, COS_SIN2(0, V0, V1, V4, V5), , NEIGHBOURS4))
	RET
