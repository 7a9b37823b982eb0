#include "textflag.h"

// Leaves without a frame. The arrays of a Phases are 512 bytes each: Lo at 0, Mid at 512, Hi at 1024, quarters at 1536. See
// add_wasm.s for how a store is written, and why. (This assembler writes V128Load64Splat and the shuffle without their
// operands, so numbers are in memory twice.)

#define ARGS MOVD p+0(FP), R0; MOVD x+8(FP), R1; MOVD y+16(FP), R2; MOVD numbers+24(FP), R4; MOVD n+32(FP), R3
#define ADDRESS(R) Get R; I32WrapI64
#define STEP(R, BYTES) Get R; I64Const $BYTES; I64Add; Set R
#define LESS(R, N) Get R; I64Const $N; I64Sub; Tee R; I64Const $0; I64GtS

// Product in 32-bit halves, as wasm has no wide multiplication. R0 is where the phase goes, R1 the frequency, R2 how many are
// left. R3 and R4 are the low and the high half of n. R5 to R9 are the words of a frequency in halves, but for the last; R10
// to R13 are the halves of Lo and Mid, each with what it carries, and R14 is Hi.
#define HALVES(OFF, LO, HI) ADDRESS(R1); I64Load $OFF; Tee HI; Get R15; I64And; Set LO; Get HI; I64Const $32; I64ShrU; Set HI
#define PRODUCT(X, Y) Get X; Get Y; I64Mul
#define LOW(X) Get X; Get R15; I64And
#define CARRY(X) Get X; I64Const $32; I64ShrU
#define WORD(OFF, LO, HI) ADDRESS(R0); LOW(LO); Get HI; I64Const $32; I64Shl; I64Or; I64Store $OFF

// func multiplyWasm(p *Phases, f *uint64, count int, n uint64)
TEXT ·multiplyWasm(SB), NOSPLIT, $0-32
	MOVD p+0(FP), R0
	MOVD f+8(FP), R1
	MOVD count+16(FP), R2
	MOVD n+24(FP), R3
	I64Const $0xffffffff; Set R15
	CARRY(R3); Set R4
	LOW(R3); Set R3
	Loop
		HALVES(0, R5, R6)
		HALVES(8, R7, R8)
		ADDRESS(R1); I64Load $16; Set R9
		PRODUCT(R5, R3); Set R10
		PRODUCT(R6, R3); CARRY(R10); I64Add; Set R11
		PRODUCT(R7, R3); CARRY(R11); I64Add; Set R12
		PRODUCT(R8, R3); CARRY(R12); I64Add; Set R13
		PRODUCT(R9, R3); CARRY(R13); I64Add; Set R14
		Get R4; I64Eqz; I32Eqz
		If
			PRODUCT(R5, R4); LOW(R11); I64Add; Set R11
			PRODUCT(R6, R4); LOW(R12); I64Add; CARRY(R11); I64Add; Set R12
			PRODUCT(R7, R4); LOW(R13); I64Add; CARRY(R12); I64Add; Set R13
			PRODUCT(R8, R4); PRODUCT(R9, R4); I64Const $32; I64Shl; I64Add
			CARRY(R13); I64Add; Get R14; I64Add; Set R14
		End
		WORD(0, R10, R11)
		WORD(512, R12, R13)
		ADDRESS(R0); Get R14; I64Store $1024
		STEP(R0, 8); STEP(R1, 32)
		LESS(R2, 1); BrIf $0
	End
	RET

// In both below R0 is where the phases are, R1 and R2 are x and y, R3 how many are left, R4 the numbers.
#define LOAD(R, OFF) ADDRESS(R); V128Load $OFF
#define NUMBER(I) ADDRESS(R4); V128Load $(16*(I))
#define BROADCAST(N, V) I64Const $N; I64x2Splat; Set V
#define SHIFT(V, N, HOW) Get V; I32Const $N; HOW
#define NEXT STEP(R0, 16); STEP(R1, 16); STEP(R2, 16); LESS(R3, 2)

// 52 bits become a float64 by the exponent of 2^52, V15, which is subtracted again.
#define CONVERT Get V15; V128Or; Get V15; F64x2Sub

// The digits of radians without its shift by the leading zeros, which vectors cannot do for each by its own count. The top 54
// bits are one exact float64 (V4), the next 24 and 44 two more. A power of two (V6, from the exponent in V5) scales the first
// to 26 bits before the point; that digit is taken off by Floor, and the rest is the next after 26 bits more.
// V0 is Hi and V3 Mid, V2 is all ones where they are negated; V13 gathers those that are tiny, V14 is 0. All of it is exact
// up to the digits' products, and those are the generic twin's but for a power of two.

// func radiansWasm(p *Phases, x, y *float64, numbers *[10][2]float64, n int) bool
TEXT ·radiansWasm(SB), NOSPLIT, $0-41
	ARGS
	I64Const $0; I64x2Splat; Tee V14; Set V13
	BROADCAST(0x4330000000000000, V15)
	BROADCAST(0x2000000000000000, V12)
	BROADCAST(0x7ff0000000000000, V11)
	BROADCAST(-0x7e90000000000000, V10) // 2·1023 + 25 as an exponent
	BROADCAST(0x0660000000000000, V9) // 102 as one
	Loop
		LOAD(R0, 1024); Tee V0; Get V12; I64x2Add; I32Const $62; I64x2ShrU; Set V1
		ADDRESS(R0); Get V1; V128Store $0, $1536
		Get V0; SHIFT(V1, 62, I64x2Shl); I64x2Sub; Tee V0
		Get V14; I64x2LtS; Set V2
		LOAD(R0, 0); Get V14; I64x2Eq; Get V2; V128And; Set V4
		LOAD(R0, 512); Tee V3; Get V14; I64x2Eq; Get V4; V128And; Set V5
		Get V3; Get V2; V128Xor; Get V4; I64x2Sub; Set V3
		Get V0; Get V2; V128Xor; Get V5; I64x2Sub; Set V0

		SHIFT(V0, 10, I64x2ShrU); CONVERT; Set V4
		Get V4; NUMBER(0); F64x2Lt; Get V13; V128Or; Set V13
		Get V4; Get V11; V128And; Set V5
		Get V10; Get V5; I64x2Sub; Set V6
		Get V4; Get V6; F64x2Mul; Tee V7; F64x2Floor; Set V8
		Get V6; NUMBER(1); F64x2Mul; Set V6
		Get V7; Get V8; F64x2Sub; NUMBER(2); F64x2Mul
		SHIFT(V0, 54, I64x2Shl); I32Const $40; I64x2ShrU; SHIFT(V3, 50, I64x2ShrU); V128Or; CONVERT
		Get V6; F64x2Mul; F64x2Add; Tee V7; F64x2Floor; Set V4
		Get V7; Get V4; F64x2Sub; NUMBER(2); F64x2Mul
		SHIFT(V3, 14, I64x2Shl); I32Const $20; I64x2ShrU; CONVERT
		Get V6; F64x2Mul; F64x2Floor; NUMBER(3); F64x2Mul; F64x2Add; Set V7

		Get V8; NUMBER(4); F64x2Mul; Set V0
		Get V8; NUMBER(5); F64x2Mul; Get V4; NUMBER(6); F64x2Mul; F64x2Add; Set V1
		Get V8; NUMBER(7); F64x2Mul; Get V4; NUMBER(8); F64x2Mul; F64x2Add; Get V7; NUMBER(9); F64x2Mul; F64x2Add; Set V7
		Get V5; Get V9; I64x2Sub; SHIFT(V2, 63, I64x2Shl); V128Xor; Set V5
		Get V0; Get V1; F64x2Add; Set V3
		ADDRESS(R1); Get V3; Get V5; F64x2Mul; V128Store $0, $0
		ADDRESS(R2); Get V0; Get V3; F64x2Sub; Get V1; F64x2Add; Get V7; F64x2Add; Get V5; F64x2Mul; V128Store $0, $0
		NEXT; BrIf $0
	End
	Get SP
	Get V13; V128AnyTrue
	I32Store8 ret+40(FP)
	RET

#define POWERS(V, I) NUMBER(I); Get V3; F64x2Mul; NUMBER(I+1); F64x2Add; \
	Get V3; F64x2Mul; NUMBER(I+2); F64x2Add; Get V3; F64x2Mul; NUMBER(I+3); F64x2Add; Set V

// x, y, z and z2 are V0 to V3, s and c V4 and V5; V6 is half and V7 is w. V14 is 1 and V15 the integer 1.

// func seriesWasm(p *Phases, x, y *float64, numbers *[16][2]float64, n int)
TEXT ·seriesWasm(SB), NOSPLIT, $0-40
	ARGS
	BROADCAST(1, V15)
	BROADCAST(0x3ff0000000000000, V14)
	BROADCAST(0x3fe0000000000000, V13)
	SHIFT(V15, 63, I64x2Shl); Set V12
	Loop
		LOAD(R1, 0); Tee V0; Get V0; F64x2Mul; Tee V2; Get V2; F64x2Mul; Set V3
		LOAD(R2, 0); Set V1
		POWERS(V4, 0); POWERS(V5, 4); Get V5; Get V2; F64x2Mul; Get V4; F64x2Add; Set V4
		POWERS(V6, 8); POWERS(V5, 12); Get V5; Get V2; F64x2Mul; Get V6; F64x2Add; Set V5
		Get V2; Get V13; F64x2Mul; Set V6
		Get V14; Get V6; F64x2Sub; Set V7
		Get V0; Get V0; Get V2; F64x2Mul; Get V4; F64x2Mul; Get V1; Get V7; F64x2Mul; F64x2Add; F64x2Add; Set V4
		Get V7; Get V14; Get V7; F64x2Sub; Get V6; F64x2Sub
		Get V3; Get V5; F64x2Mul; Get V0; Get V1; F64x2Mul; F64x2Sub; F64x2Add; F64x2Add; Set V5

		LOAD(R0, 1536); Set V6
		Get V4; Get V5; V128Xor; Get V6; Get V15; V128And; I64x2Neg; V128And; Set V7
		ADDRESS(R1); Get V4; Get V7; V128Xor; SHIFT(V6, 62, I64x2Shl); Get V12; V128And; V128Xor; V128Store $0, $0
		ADDRESS(R2); Get V5; Get V7; V128Xor; Get V6; Get V15; I64x2Add; I32Const $62; I64x2Shl; Get V12; V128And; V128Xor; V128Store $0, $0
		NEXT; BrIf $0
	End
	RET
