package kernel

func rotateSIMD(x, rows []float32, t *Turning) int {
	n := t.Pairs &^ (lanes - 1)
	if n == 0 {
		return 0
	}
	step := 8 * t.Pairs
	if t.OneRow {
		step = 0
	}
	// What to flip of two float32: the signs of the sines.
	const low, high = 1 << 31, -1 << 63
	if t.Interleaved {
		signs := low // b goes into the even channels, times -sin
		if t.Back {
			signs = high
		}
		rotateNeighbours(&x[0], &rows[0], t.Tokens, t.Heads, 4*t.HeadStride, 4*t.TokenStride, 4*t.Pairs, n, step, signs)
	} else {
		signs := 0
		if t.Back {
			signs = low | high
		}
		rotateHalves(&x[0], &rows[0], t.Tokens, t.Heads, 4*t.HeadStride, 4*t.TokenStride, 4*t.Pairs, n, step, signs)
	}
	return n
}

// In rotate_wasm.s. toHead is bytes from head to head, toToken bytes from token to token, half bytes from cosines to sines, step bytes from row to row.
// tokens and heads are positive, n is a positive multiple of lanes.

//go:noescape
func rotateHalves(x, rows *float32, tokens, heads, toHead, toToken, half, n, step, signs int)

//go:noescape
func rotateNeighbours(x, rows *float32, tokens, heads, toHead, toToken, half, n, step, signs int)
