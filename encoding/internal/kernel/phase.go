package kernel

// LeastPhase returns the least of the angles of some blocks of 16 rows, where an angle is a fraction of 2^32 that starts over
// with every quarter turn:
//
//	for i := range phase {
//		for k := uint32(0); k < 16*blocks; k++ {
//			least = min(least, phase[i] + (from+k)*step[i])
//		}
//	}
//
// phase and step have the same length. Rows whose angles are all far from 0 have no sine or cosine near 0.
func LeastPhase(phase, step []uint32, from uint32, blocks int) uint32 {
	step = step[:len(phase)]
	least, n := leastPhaseSIMD(phase, step, from, blocks)
	return min(least, leastPhaseGeneric(phase[n:], step[n:], from, blocks))
}

func leastPhaseGeneric(phase, step []uint32, from uint32, blocks int) uint32 {
	least := ^uint32(0)
	for i, s := range step {
		p := phase[i] + from*s
		for range blocks * BlockRows {
			least = min(least, p)
			p += s
		}
	}
	return least
}
