//go:build goexperiment.simd && (amd64 || arm64)

package kernel

import "simd"

// turnSIMD returns how many angles it did.
func turnSIMD(dst, a, r Angles, back bool) int {
	w, n := simd.Float64s{}.Len(), len(a.Sin)
	as, ac, rs, rc := a.Sin[:n], a.Cos[:n], r.Sin[:n], r.Cos[:n]
	ds, dc := dst.Sin[:n], dst.Cos[:n]
	for i := 0; i <= n-w; i += w {
		sin, cos := simd.LoadFloat64s(as[i:i+w]), simd.LoadFloat64s(ac[i:i+w])
		bySin, byCos := simd.LoadFloat64s(rs[i:i+w]), simd.LoadFloat64s(rc[i:i+w])
		sc, cs, cc, ss := sin.Mul(byCos), cos.Mul(bySin), cos.Mul(byCos), sin.Mul(bySin)
		if back {
			sc.Sub(cs).Store(ds[i : i+w])
			cc.Add(ss).Store(dc[i : i+w])
		} else {
			sc.Add(cs).Store(ds[i : i+w])
			cc.Sub(ss).Store(dc[i : i+w])
		}
	}
	leave(2 * w)
	return n - n%w
}

// leastPhaseSIMD returns the least of the first angles, and how many those are.
func leastPhaseSIMD(phase, step []uint32, from uint32, blocks int) (uint32, int) {
	w, n := simd.Uint32s{}.Len(), len(phase)
	step = step[:n]
	first, lowest := simd.BroadcastUint32s(from), simd.BroadcastUint32s(^uint32(0))
	for i := 0; i <= n-w; i += w {
		s := simd.LoadUint32s(step[i : i+w])
		p := simd.LoadUint32s(phase[i : i+w]).Add(first.Mul(s))
		for k := 0; k < blocks*BlockRows; k++ { // `for range BlockRows` here is more than the compiler of Go 1.27.4 survives
			lowest = lowest.Min(p)
			p = p.Add(s)
		}
	}
	var lanes [16]uint32 // of the widest vector
	lowest.Store(lanes[:])
	leave(w)
	least := lanes[0]
	for i := 1; i < w; i++ {
		least = min(least, lanes[i])
	}
	return least, n - n%w
}
