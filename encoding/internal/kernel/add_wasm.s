#include "textflag.h"

// Each loop is a leaf without a frame. R0 is x, R1 is row, R2 is how many elements are left; V0 is scale in all
// four lanes. A store pushes its address first and its value second.
//
// Trap: this assembler takes the offset of `V128Store $16` from the wrong operand and stores at 0, without a word.
// `V128Store $0, $16` stores at 16. The tests' guard values hold every kernel to it.

// One vector at byte offset OFF: x = OP(x, row).
#define LOAD(R, OFF)  Get R; I32WrapI64; V128Load $OFF
#define DEST(OFF)     Get R0; I32WrapI64
#define KEEP(OFF)     V128Store $0, $OFF

#define ADD(OFF)         DEST(OFF); LOAD(R0, OFF); LOAD(R1, OFF); F32x4Add; KEEP(OFF)
#define SUB(OFF)         DEST(OFF); LOAD(R0, OFF); LOAD(R1, OFF); F32x4Sub; KEEP(OFF)
#define SCALE_ADD(OFF)   DEST(OFF); LOAD(R0, OFF); Get V0; F32x4Mul; LOAD(R1, OFF); F32x4Add; KEEP(OFF)
#define SUB_UNSCALE(OFF) DEST(OFF); LOAD(R0, OFF); LOAD(R1, OFF); F32x4Sub; Get V0; F32x4Div; KEEP(OFF)

#define STEP(R, BYTES) Get R; I64Const $BYTES; I64Add; Set R

// Eight vectors a turn while there are 32 elements, then one a turn while there are 4. At least one turn is due.
#define LOOPS(BODY) \
	Get R2; I64Const $32; I64GeS; \
	If; \
		Loop; \
			BODY(0); BODY(16); BODY(32); BODY(48); BODY(64); BODY(80); BODY(96); BODY(112); \
			STEP(R0, 128); STEP(R1, 128); \
			Get R2; I64Const $32; I64Sub; Tee R2; I64Const $32; I64GeS; BrIf $0; \
		End; \
	End; \
	Get R2; I64Const $4; I64GeS; \
	If; \
		Loop; \
			BODY(0); \
			STEP(R0, 16); STEP(R1, 16); \
			Get R2; I64Const $4; I64Sub; Tee R2; I64Const $4; I64GeS; BrIf $0; \
		End; \
	End

#define ARGS \
	MOVD x+0(FP), R0; \
	MOVD row+8(FP), R1; \
	MOVD n+16(FP), R2

// func addWasm(x, row *float32, n int)
TEXT ·addWasm(SB), NOSPLIT, $0-24
	ARGS
	LOOPS(ADD)
	RET

// func subWasm(x, row *float32, n int)
TEXT ·subWasm(SB), NOSPLIT, $0-24
	ARGS
	LOOPS(SUB)
	RET

// func scaleAddWasm(x, row *float32, n int, scale float32)
TEXT ·scaleAddWasm(SB), NOSPLIT, $0-28
	ARGS
	Get SP
	F32Load scale+24(FP)
	F32x4Splat
	Set V0
	LOOPS(SCALE_ADD)
	RET

// func subUnscaleWasm(x, row *float32, n int, scale float32)
TEXT ·subUnscaleWasm(SB), NOSPLIT, $0-28
	ARGS
	Get SP
	F32Load scale+24(FP)
	F32x4Splat
	Set V0
	LOOPS(SUB_UNSCALE)
	RET
