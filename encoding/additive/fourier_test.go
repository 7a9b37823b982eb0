package additive

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding"
	"posenc/encoding/internal/truth"
)

// sinCosOf returns sin and cos of Σ a_i·b_i.
func sinCosOf(products ...*big.Float) (sin, cos *big.Float) {
	sum := truth.N(0)
	for i := 0; i < len(products); i += 2 {
		sum.Add(sum, new(big.Float).Mul(products[i], products[i+1]))
	}
	return truth.SinCos(sum)
}

func requireUlps(t *testing.T, got float32, want *big.Float, where ...any) {
	t.Helper()
	if off, _ := new(big.Float).Sub(truth.N(float64(got)), want).Float64(); math.Abs(off) < 0x1p-135 {
		return
	}
	ulps, _ := truth.Ulps(got, want)
	require.LessOrEqual(t, ulps, 0.501, where...)
}

// The reference code of NeRF: a list of functions, appended band by band.
func TestNeRF(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for _, o := range []FourierOptions{{Inputs: 3}, {Inputs: 2, Bands: 4, IncludeInput: true}, {Inputs: 1, Bands: 31, IncludePi: true}, {Inputs: 3, Bands: 5, Linear: true},
		{Inputs: 1, Bands: 33}, {Inputs: 2, Bands: 1, Linear: true, IncludePi: true}, {Inputs: 3, Bands: 3, Layout: Concat}, {Inputs: 3, Bands: 3, Layout: ConcatCosSin}} {
		f, err := NewFourier(o)
		require.NoError(t, err)
		n, bands := o.Inputs, o.Bands
		if bands == 0 {
			bands = 10
		}
		points := make([]float64, 4*n)
		for i := range points {
			points[i] = r.NormFloat64() * math.Pow(10, float64(r.IntN(8)-4))
		}
		points[0] = 0.5
		got := make([]float32, 4*f.Dim())
		require.NoError(t, f.Encode(got, points))
		at := 0
		for p := range 4 {
			x := points[p*n:][:n]
			if o.IncludeInput {
				for _, v := range x {
					require.Equal(t, float32(v), got[at])
					at++
				}
			}
			var sines, cosines, row []*big.Float
			for k := range bands {
				freq := truth.N(math.Pow(2, float64(k)))
				if o.Linear && bands > 1 {
					freq = truth.N(1 + float64(k)*(math.Pow(2, float64(bands-1))-1)/float64(bands-1))
				}
				if o.IncludePi {
					freq.Mul(freq, truth.Pi)
				}
				var s, c []*big.Float
				for _, v := range x {
					sin, cos := sinCosOf(truth.N(v), freq)
					s, c = append(s, sin), append(c, cos)
				}
				row = append(append(row, s...), c...)
				sines, cosines = append(sines, s...), append(cosines, c...)
			}
			switch o.Layout {
			case Concat:
				row = append(sines, cosines...)
			case ConcatCosSin:
				row = append(cosines, sines...)
			}
			for j, want := range row {
				requireUlps(t, got[at], want, "%+v: point %v, column %d", o, x, j)
				at++
			}
		}
		require.Equal(t, len(got), at)
	}
}

func TestGaussianFeatures(t *testing.T) {
	b := []float64{1, -2.5, 0, 0.3, 1e-30, -7}
	for _, layout := range []Layout{"", ConcatCosSin, Interleaved} {
		f, err := NewFourier(FourierOptions{Type: Gaussian, Inputs: 2, B: b, Layout: layout})
		require.NoError(t, err)
		require.Equal(t, 3, f.Options().Bands)
		require.Equal(t, 6, f.Dim())
		points := []float64{0.3, -0.7, 12345.678, 1 << 53, 0, 0}
		got := make([]float32, 18)
		require.NoError(t, f.Encode(got, points))
		twoPi := new(big.Float).Mul(truth.N(2), truth.Pi)
		for p := range 3 {
			for k := range 3 {
				x, y := truth.N(points[2*p]), truth.N(points[2*p+1])
				s, c := sinCosOf(x.Mul(x, truth.N(b[2*k])), twoPi, y.Mul(y, truth.N(b[2*k+1])), twoPi)
				columns := map[Layout][2]int{"": {k, k + 3}, ConcatCosSin: {k + 3, k}, Interleaved: {2 * k, 2*k + 1}}[layout]
				requireUlps(t, got[6*p+columns[0]], s, "point %d, band %d", p, k)
				requireUlps(t, got[6*p+columns[1]], c, "point %d, band %d", p, k)
			}
		}
	}
}

// A seed is a promise: the numbers must never change, and they are what they claim to be.
func TestGaussianSeed(t *testing.T) {
	f, err := NewFourier(FourierOptions{Type: Gaussian, Inputs: 2, Bands: 20000, Sigma: 10, Seed: 42})
	require.NoError(t, err)
	b := f.Frequencies()
	require.Equal(t, b, f.Options().B)
	var mean, square, fourth float64
	below := 0
	for i := range b {
		z := b[i] / 10
		mean, square, fourth = mean+z, square+z*z, fourth+z*z*z*z
		if math.Abs(z) < 1 {
			below++
		}
	}
	n := float64(len(b))
	require.InDelta(t, 0, mean/n, 5/math.Sqrt(n))
	require.InDelta(t, 1, square/n, 5*math.Sqrt(2/n))
	require.InDelta(t, 3, fourth/n, 5*math.Sqrt(96/n))
	require.InDelta(t, math.Erf(1/math.Sqrt2), float64(below)/n, 5*math.Sqrt(0.22/n))

	// Box and Muller of SplitMix64 by the published constants, in float64 of the platform.
	state := uint64(42)
	next := func() float64 {
		state += 0x9e3779b97f4a7c15
		z := state
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
		z = (z ^ (z >> 27)) * 0x94d049bb133111eb
		return float64((z^(z>>31))>>11) / (1 << 53)
	}
	for i := 0; i < 100; i += 2 {
		u, v := next()+0x1p-53, next()
		r := 10 * math.Sqrt(-2*math.Log(u))
		require.InEpsilon(t, r*math.Cos(2*math.Pi*v), b[i], 1e-12)
		require.InEpsilon(t, r*math.Sin(2*math.Pi*v), b[i+1], 1e-12)
	}
	same, _ := NewFourier(FourierOptions{Type: Gaussian, Inputs: 2, Bands: 3, Sigma: 10, Seed: 42})
	require.Equal(t, b[:6], same.Frequencies())
	other, _ := NewFourier(FourierOptions{Type: Gaussian, Inputs: 1, Bands: 3, Sigma: 10, Seed: 43})
	require.NotEqual(t, b[:3], other.Frequencies())
	require.Equal(t, gaussian42, b[:4])
}

// build_fourier_pos_embed concatenated: [grid, sines band by band, cosines], axes innermost.
func TestTimmFourier(t *testing.T) {
	const bands = 4
	no := false
	shape := []int{3, 5}
	for _, o := range []FourierOptions{
		{Type: Timm, Inputs: 2, Bands: bands, Linear: true, IncludeInput: true, MaxRes: 100}, {Type: Timm, Inputs: 2, Bands: bands},
		{Type: Timm, InPixels: &no, Inputs: 2, Bands: bands, Temperature: 50},
	} {
		for _, g := range []FourierGridOptions{{}, {Indexing: "xy"}, {Indexing: "ij", RefShape: []int{7, 4}, Offset: 0.5}, {Indexing: "xy", RefShape: []int{7, 4}}} {
			f, err := NewFourier(o)
			require.NoError(t, err)
			points, err := f.GridPoints(shape, g)
			require.NoError(t, err)
			got := make([]float32, 15*f.Dim())
			require.NoError(t, f.Encode(got, points))
			at := 0
			for y := range 3 {
				for x := range 5 {
					var point [2]float64
					for axis, k := range []int{y, x} {
						c := -1 + 2*float64(k)/float64(shape[axis]-1)
						if o.InPixels != nil {
							c = float64(k) + g.Offset
						}
						if g.RefShape != nil {
							c = c / float64(shape[axis]) * float64(g.RefShape[axis])
						}
						if g.Indexing == "xy" {
							axis = 1 - axis
						}
						point[axis] = c
					}
					require.Equal(t, point[:], points[(y*5+x)*2:][:2])
					if o.IncludeInput {
						require.Equal(t, []float32{float32(point[0]), float32(point[1])}, got[at:at+2])
						at += 2
					}
					for part := range 2 {
						for k := range bands {
							var freq float64
							switch {
							case o.InPixels != nil:
								freq = math.Pow(50, -float64(k)/bands)
							case o.Linear:
								freq = math.Pi * (1 + float64(k)*49/(bands-1))
							default:
								freq = math.Pi * math.Pow(112, float64(k)/(bands-1))
							}
							for axis := range 2 {
								want := math.Sin(freq * point[axis])
								if part == 1 {
									want = math.Cos(freq * point[axis])
								}
								require.InDelta(t, want, got[at], 3.1e-8+1e-15*freq*8, "%+v %+v: cell [%d, %d], band %d, axis %d", o, g, y, x, k, axis)
								at++
							}
						}
					}
				}
			}
		}
	}
}

func TestBadFourier(t *testing.T) {
	no := false
	for want, o := range map[string]FourierOptions{
		"inputs: want an integer from 1 to 1024, got 0":                                {},
		"inputs: want an integer from 1 to 1024, got -2":                               {Inputs: -2, Type: Gaussian, B: []float64{1}},
		`type: want "nerf", "gaussian" or "timm", got "siren"`:                         {Inputs: 1, Type: "siren"},
		`layout: want "interleaved", "concat" or "concat-cos-sin", got "x"`:            {Inputs: 1, Layout: "x"},
		"bands: want an integer from 1 to 33, and at most 65536 features, got 34":      {Inputs: 1, Bands: 34},
		"bands: want an integer from 1 to 31, and at most 65536 features, got 32":      {Inputs: 1, Bands: 32, IncludePi: true},
		"bands: want an integer from 1 to 32768, and at most 65536 features, got 1000": {Inputs: 1000, Bands: 1000, Type: Timm},
		"bands: want an integer from 1 to 32768, and at most 65536 features, got -1":   {Inputs: 1, Bands: -1, Type: Timm},
		"maxRes: want a positive finite number, got NaN":                               {Inputs: 1, Type: Timm, MaxRes: math.NaN()},
		"maxRes: want a number from 2^-32 to 2^31, got 10000000000":                    {Inputs: 1, Type: Timm, MaxRes: 1e10},
		"temperature: want a positive finite number, got -1":                           {Inputs: 1, Type: Timm, InPixels: &no, Temperature: -1},
		"temperature: want one that keeps all frequencies between 5.421010862427522e-20 and 4294967296 radians per position, and within 2^63 times the first, got 1e+300": {Inputs: 1, Type: Timm, InPixels: &no, Temperature: 1e300},
		"sigma: want a positive finite number, got -1":       {Inputs: 1, Type: Gaussian, Sigma: -1},
		"sigma: want a number up to 2^28, got 1e+30":         {Inputs: 1, Type: Gaussian, Sigma: 1e30},
		"b: want [bands, inputs] = [1, 2], 2 numbers, got 3": {Inputs: 2, Type: Gaussian, B: make([]float64, 3)},
		`b: want none with type "nerf", got 3 numbers`:       {Inputs: 2, B: make([]float64, 3)},
		"b[1]: want a number within ±2^32, got Infinity":     {Inputs: 2, Type: Gaussian, B: []float64{1, math.Inf(1)}},
	} {
		f, err := NewFourier(o)
		require.Nil(t, f)
		require.EqualError(t, err, want)
		var option *encoding.OptionError
		require.ErrorAs(t, err, &option)
	}
	f, err := NewFourier(FourierOptions{Inputs: 2, Bands: 2})
	require.NoError(t, err)
	dst := make([]float32, 16)
	for want, call := range map[string]func() error{
		"points: want a length that is a multiple of inputs = 2, got 3": func() error { return f.Encode(dst, make([]float64, 3)) },
		"x: want [points, dim] = [1, 8] numbers, got 16":                func() error { return f.Encode(dst, make([]float64, 2)) },
		"points[3]: want a number within ±2^53, got NaN":                func() error { return f.Encode(dst, []float64{1, 2, 3, math.NaN()}) },
	} {
		require.EqualError(t, call(), want)
		require.Equal(t, make([]float32, 16), dst)
	}
	require.NoError(t, f.Encode(nil, nil))
	for want, call := range map[string]func() ([]float64, error){
		"shape: want inputs = 2 numbers, got 1":                               func() ([]float64, error) { return f.GridPoints([]int{2}, FourierGridOptions{}) },
		"shape[1]: want a positive integer, and at most 8388608 cells, got 0": func() ([]float64, error) { return f.GridPoints([]int{2, 0}, FourierGridOptions{}) },
		"shape[1]: want a positive integer, and at most 8388608 cells, got 9223372036854775807": func() ([]float64, error) {
			return f.GridPoints([]int{2, math.MaxInt}, FourierGridOptions{})
		},
		`indexing: want "ij" or "xy", got "yx"`:                  func() ([]float64, error) { return f.GridPoints([]int{2, 2}, FourierGridOptions{Indexing: "yx"}) },
		"refShape: want inputs = 2 numbers, got 1":               func() ([]float64, error) { return f.GridPoints([]int{2, 2}, FourierGridOptions{RefShape: []int{1}}) },
		"refShape[0]: want an integer from 1 to 16777216, got 0": func() ([]float64, error) { return f.GridPoints([]int{2, 2}, FourierGridOptions{RefShape: []int{0, 1}}) },
		"offset: want a number within ±2^52, got NaN":            func() ([]float64, error) { return f.GridPoints([]int{2, 2}, FourierGridOptions{Offset: math.NaN()}) },
	} {
		_, err := call()
		require.EqualError(t, err, want)
	}
}

// The first of 10·N(0, 1) from seed 42, by the formula of normals with 80 digits for each function.
var gaussian42 = []float64{4.147197504315305, 6.526812221519426, -8.918862136277564, 13.268335628141061}
