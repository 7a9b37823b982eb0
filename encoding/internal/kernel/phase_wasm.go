package kernel

func leastPhaseSIMD(phase, step []uint32, from uint32) (least uint32, n int) {
	if n = len(phase) &^ 3; n == 0 {
		return ^uint32(0), 0
	}
	var lanes [4]uint32
	leastPhaseWasm(&lanes[0], &phase[0], &step[0], int(from), n)
	return min(lanes[0], lanes[1], lanes[2], lanes[3]), n
}

// In phase_wasm.s. n is a positive multiple of 4.
//
//go:noescape
func leastPhaseWasm(lanes, phase, step *uint32, from, n int)
