package angle

import "math"

// LogQuick and ExpQuick are [Log] and [Exp] for tables of many float32: a hundredth of the time, good to 2^-49 of
// themselves, and like those the same bits everywhere.

// LogQuick returns ln v for a positive finite v:
//
//	v = m·2^k, 1/√2 <= m < √2;  ln v = k·ln 2 + 2·(s + s^3/3 + s^5/5 + ...), s = (m-1)/(m+1)
func LogQuick(v float64) float64 {
	m, k := math.Frexp(v)
	if m < math.Sqrt2/2 {
		m, k = m*2, k-1
	}
	s := (m - 1) / (m + 1)
	square := s * s
	sum := 0.0
	for n := 23.0; n > 1; n -= 2 {
		sum = float64((sum + 1/n) * square)
	}
	ln := float64(2*s) + float64(2*s*sum)
	return float64(float64(k)*math.Ln2) + ln
}

// ExpQuick returns e^v for |v| < 700:
//
//	e^v = 2^k·(1 + f + f^2/2 + f^3/6 + ...), f = v - k·ln 2, |f| <= ln(2)/2
func ExpQuick(v float64) float64 {
	const (
		high = 0x1.62e42fefap-1       // ln 2 to 36 bits, so that its product with k is exact
		low  = 0x1.cf79abc9e3b398p-40 // the rest
	)
	k := math.Floor(v/math.Ln2 + 0.5)
	f := v - float64(k*high) - float64(k*low)
	sum := 1.0
	for n := 14.0; n > 0; n-- {
		sum = 1 + float64(float64(sum*f)/n)
	}
	return math.Ldexp(sum, int(k))
}
