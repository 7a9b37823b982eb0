package angle

import "math"

// Normals returns n numbers of a normal distribution with deviation 1, the same everywhere. log is [Log], or [LogQuick] where there are
// many of them.
//
// The generator is SplitMix64 (Steele et al. 2014), whose state is the seed: it adds 0x9e3779b97f4a7c15 and mixes. The top
// 53 bits make u = (bits+1)/2^53 and v = bits/2^53 in turn, and these two numbers (Box and Muller 1958), rounded to
// float64 at each step, with exact sines and cosines:
//
//	√(-2 ln u)·cos 2πv, √(-2 ln u)·sin 2πv
func Normals(n int, seed uint64, log func(x float64) float64) []float64 {
	next := func() float64 {
		seed += 0x9e3779b97f4a7c15
		z := seed
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return float64((z ^ z>>31) >> 11)
	}
	turn := PerTurn(Exactly(1))
	out := make([]float64, n+n%2)
	for i := 0; i < n; i += 2 {
		u, v := (next()+1)*0x1p-53, next()*0x1p-53
		r := math.Sqrt(-2 * log(u))
		sin, cos := turn.SinCos(v)
		out[i], out[i+1] = r*cos, r*sin
	}
	return out[:n]
}
