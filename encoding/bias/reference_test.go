package bias

import (
	"math"
	"math/big"
	"math/rand/v2"
	"sync"

	"posenc/encoding/internal/truth"
)

// A reference is what an encoding's formula gives, in float64 or better and from the formula alone.
type reference struct {
	name   string
	new    func() (Encoder, error)
	bias   func(head int, i, j int64) float64 // nil without
	bucket func(i, j int64) int64             // nil without
	ulps   float64                            // how far a bias may be from it, in units of a float32 in the last place
	cells  int                                // both lengths, where they are fixed
}

var random = rand.New(rand.NewPCG(11, 11))

func weights(n int) []float32 {
	w := make([]float32, n)
	for i := range w {
		w[i] = float32(random.NormFloat64())
	}
	return w
}

func f64(x *big.Float) float64 { f, _ := x.Float64(); return f }

// power2 returns 2^x.
func power2(x *big.Float) float64 {
	return f64(truth.Pow(truth.N(2), x))
}

func ratio(a, b float64) *big.Float { return new(big.Float).SetPrec(300).Quo(truth.N(a), truth.N(b)) }

// slopesOf is get_slopes of the official code, in words: a power of two has its own; otherwise those of the power of two below,
// and every second one, from the first on, of the power of two above.
func slopesOf(heads int, maxBias float64) []float64 {
	own := func(n int) []float64 {
		s := make([]float64, n)
		for i := range s {
			s[i] = power2(ratio(-maxBias*float64(i+1), float64(n)))
		}
		return s
	}
	p := 1
	for p*2 <= heads {
		p *= 2
	}
	s := own(p)
	for i, v := range own(2 * p) {
		if i%2 == 0 && len(s) < heads {
			s = append(s, v)
		}
	}
	return s[:heads]
}

// mptSlopes is gen_slopes of llm-foundry: [1::2] and [::2] of the power of two at or above, cut.
func mptSlopes(heads int, maxBias float64) []float64 {
	n := 1
	for n < heads {
		n *= 2
	}
	var even, odd, all []float64
	for i := 1; i <= n; i++ {
		s := power2(ratio(-maxBias*float64(i), float64(n)))
		if all = append(all, s); i%2 == 0 {
			even = append(even, s)
		} else {
			odd = append(odd, s)
		}
	}
	if n == heads {
		return all
	}
	return append(even, odd...)[:heads]
}

// ln32 is the float32 nearest to a logarithm: float64's own, unless that is so near to the middle of two that its error counts.
func ln32(x float64) float32 {
	v := math.Log(x)
	if float32(v*(1-0x1p-50)) != float32(v*(1+0x1p-50)) {
		v = f64(truth.Log(truth.N(x)))
	}
	return float32(v)
}

// t5Bucket is _relative_position_bucket, step by step in float32; r = key - query.
func t5Bucket(r, numBuckets, maxDistance int64, bidirectional bool) int64 {
	bucket := int64(0)
	if bidirectional {
		numBuckets /= 2
		if r > 0 {
			bucket += numBuckets
		}
		r = max(r, -r)
	} else {
		r = max(-r, 0)
	}
	maxExact := numBuckets / 2
	if r < maxExact {
		return bucket + r
	}
	x := float32(r) / float32(maxExact)
	x = ln32(float64(x))
	x = x / ln32(float64(maxDistance)/float64(maxExact))
	x = x * float32(numBuckets-maxExact)
	return bucket + min(maxExact+int64(x), numBuckets-1)
}

// debertaBucket is make_log_bucket_position, step by step in float32, with the sum and clip of the gather; r = query - key.
func debertaBucket(r, buckets, maxPosition int64) int64 {
	span, bucket := maxPosition, r
	if buckets > 0 {
		span = buckets
		mid := buckets / 2
		sign, abs := int64(1), r
		if r < 0 {
			sign, abs = -1, -r
		}
		if abs >= mid && abs > mid {
			x := float32(abs) / float32(mid)
			x = ln32(float64(x))
			x = x / ln32(float64(float32(float64(maxPosition-1)/float64(mid))))
			x = x * float32(mid-1)
			bucket = sign * (int64(math.Ceil(float64(x))) + mid)
		}
	}
	return min(max(bucket+span, 0), 2*span-1)
}

// swinIndex is relative_position_index, from the coordinates of the cells.
func swinIndex(i, j int64, h, w int64) int64 {
	dy, dx := i/w-j/w, i%w-j%w
	return (dy+h-1)*(2*w-1) + dx + w - 1
}

func abs(x int64) int64 { return max(x, -x) }

// references returns one of each scheme and of each of its conventions.
var references = sync.OnceValue(func() []reference {
	var all []reference
	for _, o := range []ALiBiOptions{
		{Heads: 1}, {Heads: 8}, {Heads: 12}, {Heads: 7, MaxBias: 5.5}, {Heads: 6, Slopes: MPTSlopes}, {Heads: 8, Slopes: MPTSlopes},
		{Heads: 7, Slopes: GeometricSlopes, Symmetric: true}, {Heads: 3, Symmetric: true, MaxBias: 100},
	} {
		slopes := slopesOf(o.Heads, 8)
		switch {
		case o.Slopes == MPTSlopes:
			slopes = mptSlopes(o.Heads, 8)
		case o.Slopes == GeometricSlopes:
			for h := range slopes {
				slopes[h] = power2(ratio(-8*float64(h+1), float64(o.Heads)))
			}
		case o.MaxBias != 0:
			slopes = slopesOf(o.Heads, o.MaxBias)
		}
		all = append(all, reference{name: "alibi", ulps: 0.5 + 1e-6,
			new: func() (Encoder, error) { return NewALiBi(o) },
			bias: func(head int, i, j int64) float64 {
				if o.Symmetric {
					return -slopes[head] * float64(abs(j-i))
				}
				return slopes[head] * float64(j-i)
			}})
	}
	for _, o := range []T5Options{
		{Heads: 3}, {Heads: 5, NumBuckets: 7, MaxDistance: 50}, {Heads: 2, Unidirectional: true}, {Heads: 2, NumBuckets: 5, MaxDistance: 9, Unidirectional: true},
		{Heads: 1, NumBuckets: 4, MaxDistance: 2},
	} {
		n, m := int64(o.NumBuckets), int64(o.MaxDistance)
		if n == 0 {
			n = 32
		}
		if m == 0 {
			m = 128
		}
		o.Weights = weights(int(n) * o.Heads)
		bucket := func(i, j int64) int64 { return t5Bucket(j-i, n, m, !o.Unidirectional) }
		all = append(all, reference{name: "t5", new: func() (Encoder, error) { return NewT5(o) }, bucket: bucket,
			bias: func(head int, i, j int64) float64 { return float64(o.Weights[int(bucket(i, j))*o.Heads+head]) }})
	}
	for _, o := range []DebertaOptions{{PositionBuckets: 256}, {PositionBuckets: 7, MaxRelativePositions: 30}, {PositionBuckets: 2, MaxRelativePositions: 9},
		{PositionBuckets: 32, MaxRelativePositions: 128}, {}, {MaxRelativePositions: 10, PositionBuckets: -1}} {
		m := int64(o.MaxRelativePositions)
		if m == 0 {
			m = 512
		}
		all = append(all, reference{name: "deberta", new: func() (Encoder, error) { return NewDeberta(o) },
			bucket: func(i, j int64) int64 { return debertaBucket(i-j, int64(o.PositionBuckets), m) }})
	}
	for _, k := range []int64{1, 16} {
		all = append(all, reference{name: "shaw", new: func() (Encoder, error) { return NewShaw(ShawOptions{MaxRelativePosition: int(k)}) },
			bucket: func(i, j int64) int64 { return min(max(j-i, -k), k) + k }})
	}
	for _, o := range []SwinOptions{{Window: [2]int{3, 5}, Heads: 3}, {Window: [2]int{7, 2}, Heads: 2}, {Window: [2]int{1, 1}, Heads: 1}, {Window: [2]int{4, 4}, Heads: 1}} {
		h, w := int64(o.Window[0]), int64(o.Window[1])
		o.Weights = weights(int((2*h-1)*(2*w-1)) * o.Heads)
		all = append(all, reference{name: "swin", cells: int(h * w), new: func() (Encoder, error) { return NewSwin(o) },
			bucket: func(i, j int64) int64 { return swinIndex(i, j, h, w) },
			bias:   func(head int, i, j int64) float64 { return float64(o.Weights[int(swinIndex(i, j, h, w))*o.Heads+head]) }})
	}
	for _, o := range []KerpleOptions{
		{Heads: 4, P: []float64{1, 0.01, 2.5, 1e-8}, A: []float64{1, 1e-12, 0.5, 1e8}},
		{Heads: 3, Type: KerplePower, P: []float64{1, 0.01, 2}, A: []float64{0.5, 3, 0.25}},
	} {
		all = append(all, reference{name: "kerple", ulps: 0.5 + 1e-6, new: func() (Encoder, error) { return NewKerple(o) },
			bias: func(head int, i, j int64) float64 {
				d, p, a := float64(abs(i-j)), o.P[head], o.A[head]
				if o.Type == KerplePower {
					return -a * math.Pow(d, p)
				}
				return -p * math.Log1p(a*d)
			}})
	}
	for _, o := range []FireOptions{{Heads: 3}, {Heads: 2, C: 2, Threshold: 4}, {Heads: 1, C: 0.5, Threshold: 20, Epsilon: 1e-6}} {
		const hidden = 9
		o.W1, o.B1, o.W2, o.B2 = weights(hidden), weights(hidden), weights(hidden*o.Heads), weights(o.Heads)
		o.W1[2], o.B1[3], o.B1[4] = 0, 0, -o.W1[4]/2
		c, l := o.C, o.Threshold
		if c == 0 {
			c, l = 0.1, 512
		}
		all = append(all, reference{name: "fire", ulps: -1, new: func() (Encoder, error) { return NewFire(o) },
			bias: func(head int, i, j int64) float64 {
				x := math.Log(c*float64(abs(i-j))+1) / (math.Log(c*max(float64(i), l)+1) + o.Epsilon)
				b := float64(o.B2[head])
				for k := range hidden {
					b += float64(o.W2[head*hidden+k]) * max(float64(o.W1[k])*x+float64(o.B1[k]), 0)
				}
				return b
			}})
	}
	return all
})
