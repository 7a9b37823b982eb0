package kernel

// Angles are angles by their sines and cosines; both slices have the same length.
type Angles struct{ Sin, Cos []float64 }

// Turn turns angles a by r, both ways at once, because sin(a+r) and sin(a-r) share their two products:
//
//	for i := range a.Sin {
//		ss, cc := float64(a.Sin[i]*r.Sin[i]), float64(a.Cos[i]*r.Cos[i])
//		sc, cs := float64(a.Sin[i]*r.Cos[i]), float64(a.Cos[i]*r.Sin[i])
//		plus.Sin[i], plus.Cos[i] = sc+cs, cc-ss
//		minus.Sin[i], minus.Cos[i] = sc-cs, cc+ss
//	}
func Turn(plus, minus, a, r Angles) {
	n := len(a.Sin)
	plus, minus, a, r = plus.cut(0, n), minus.cut(0, n), a.cut(0, n), r.cut(0, n)
	k := turnSIMD(plus, minus, a, r)
	turnGeneric(plus.cut(k, n), minus.cut(k, n), a.cut(k, n), r.cut(k, n))
}

func (a Angles) cut(from, to int) Angles { return Angles{a.Sin[from:to], a.Cos[from:to]} }

func turnGeneric(plus, minus, a, r Angles) {
	for i := range a.Sin {
		sc, cs, cc, ss := products(a.Sin[i], a.Cos[i], r.Sin[i], r.Cos[i])
		plus.Sin[i], plus.Cos[i] = sc+cs, cc-ss
		minus.Sin[i], minus.Cos[i] = sc-cs, cc+ss
	}
}

// products returns what a turn both ways shares.
func products(as, ac, rs, rc float64) (sc, cs, cc, ss float64) {
	return float64(as * rc), float64(ac * rs), float64(ac * rc), float64(as * rs)
}
