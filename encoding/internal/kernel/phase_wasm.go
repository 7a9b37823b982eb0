package kernel

func leastPhaseSIMD(phase, step []uint32, from uint32, blocks int) (least uint32, n int) {
	if n = len(phase) &^ 3; n == 0 || blocks < 1 {
		return ^uint32(0), n
	}
	var lanes [4]uint32
	leastPhaseWasm(&lanes[0], &phase[0], &step[0], int(from), n, blocks)
	return min(lanes[0], lanes[1], lanes[2], lanes[3]), n
}

// In phase_wasm.s. n is a positive multiple of 4, blocks is positive.
//
//go:noescape
func leastPhaseWasm(lanes, phase, step *uint32, from, n, blocks int)
