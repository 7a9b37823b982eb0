package kernel

// Angles are angles by their sines and cosines; both slices have the same length.
type Angles struct{ Sin, Cos []float64 }

// Turn turns angles a by r, or back by r:
//
//	for i := range a.Sin {
//		ss, cc := float64(a.Sin[i]*r.Sin[i]), float64(a.Cos[i]*r.Cos[i])
//		sc, cs := float64(a.Sin[i]*r.Cos[i]), float64(a.Cos[i]*r.Sin[i])
//		dst.Sin[i], dst.Cos[i] = sc+cs, cc-ss // back: sc-cs, cc+ss
//	}
func Turn(dst, a, r Angles, back bool) {
	n := len(a.Sin)
	dst, a, r = dst.cut(0, n), a.cut(0, n), r.cut(0, n)
	k := turnSIMD(dst, a, r, back)
	turnGeneric(dst.cut(k, n), a.cut(k, n), r.cut(k, n), back)
}

func (a Angles) cut(from, to int) Angles { return Angles{a.Sin[from:to], a.Cos[from:to]} }

func turnGeneric(dst, a, r Angles, back bool) {
	for i := range a.Sin {
		sc, cs, cc, ss := products(a.Sin[i], a.Cos[i], r.Sin[i], r.Cos[i])
		if back {
			cs, ss = -cs, -ss
		}
		dst.Sin[i], dst.Cos[i] = sc+cs, cc-ss
	}
}

// products returns what turns both ways share.
func products(as, ac, rs, rc float64) (sc, cs, cc, ss float64) {
	return float64(as * rc), float64(ac * rs), float64(ac * rc), float64(as * rs)
}
