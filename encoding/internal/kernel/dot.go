package kernel

// Dot is
//
//	var s [4]float64
//	for i := range len(x) &^ 3 { s[i%4] += float64(x[i]) * float64(y[i]) }
//	for i := len(x) &^ 3; i < len(x); i++ { s[0] += float64(x[i]) * float64(y[i]) }
//	return (s[0] + s[1]) + (s[2] + s[3])
//
// The product of two float32 is exact in a float64, so only sums are rounded. y is at least as long as x.
func Dot(x, y []float32) float64 {
	var s [4]float64
	y = y[:len(x)]
	i := dotSIMD(&s, x, y)
	a, b, c, d := s[0], s[1], s[2], s[3]
	for ; i+4 <= len(x); i += 4 {
		a += float64(float64(x[i]) * float64(y[i]))
		b += float64(float64(x[i+1]) * float64(y[i+1]))
		c += float64(float64(x[i+2]) * float64(y[i+2]))
		d += float64(float64(x[i+3]) * float64(y[i+3]))
	}
	for ; i < len(x); i++ {
		a += float64(float64(x[i]) * float64(y[i]))
	}
	return (a + b) + (c + d)
}
