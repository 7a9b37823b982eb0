package bias

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding"
	"posenc/encoding/internal/truth"
)

// shapes are lengths and offsets: a square, a decoder's one query, a chunk of a prompt, queries before and behind all keys.
func (r reference) shapes() []At {
	if r.cells > 0 {
		return []At{{QueryLength: r.cells, KeyLength: r.cells}}
	}
	return []At{{QueryLength: 6, KeyLength: 6}, {QueryLength: 1, KeyLength: 37, Offset: 36}, {QueryLength: 5, KeyLength: 23, Offset: 18},
		{QueryLength: 3, KeyLength: 1, Offset: 2}, {QueryLength: 4, KeyLength: 9, Offset: -5}, {QueryLength: 2, KeyLength: 700, Offset: 900},
		{QueryLength: 300, KeyLength: 2, Offset: -100}, {QueryLength: 3, KeyLength: 70, Offset: 1 << 40}}
}

// Every element of every scheme against its formula, and Add on scores that are not 0.
func TestAgainstTheFormula(t *testing.T) {
	for _, r := range references() {
		e, err := r.new()
		require.NoError(t, err)
		for _, at := range r.shapes() {
			where := fmt.Sprintf("%s %+v", r.name, at)
			q, k := at.QueryLength, at.KeyLength
			if r.bucket != nil {
				got, err := e.Buckets(q, k, at.Offset)
				require.NoError(t, err)
				for n, b := range got {
					i, j := at.Offset+int64(n/k), int64(n%k)
					require.Equal(t, r.bucket(i, j), int64(b), "%s: bucket of query %d, key %d", where, i, j)
				}
			}
			if r.bias == nil {
				continue
			}
			matrix, err := e.Matrix(q, k, at.Offset)
			require.NoError(t, err)
			for n, b := range matrix {
				head, i, j := n/(q*k), at.Offset+int64(n/k%q), int64(n%k)
				want := r.bias(head, i, j)
				if r.ulps < 0 { // sums of either sign: of the size of their parts
					require.InDelta(t, want, b, 1e-7*(math.Abs(want)+1e-6), "%s: head %d, query %d, key %d", where, head, i, j)
					continue
				}
				off, _ := truth.Ulps(b, truth.N(want))
				require.LessOrEqual(t, off, r.ulps, "%s: head %d, query %d, key %d: want %g, got %g", where, head, i, j, want, b)
				require.False(t, b == 0 && math.Signbit(float64(b)), "%s: -0", where)
			}
			at.Batch = 3
			x := weights(3 * len(matrix))
			before := copyOf32(x)
			require.NoError(t, e.Add(x, at))
			for n := range x {
				require.Equal(t, before[n]+matrix[n%len(matrix)], x[n], "%s: add at %d", where, n)
			}
		}
	}
}

// Parts that begin and end anywhere, and the window, give the bits of the whole.
func TestPartsAreTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	for _, ref := range references() {
		e, _ := ref.new()
		for _, at := range ref.shapes() {
			if at.KeyLength*at.QueryLength > 2000 {
				continue
			}
			cells := at.QueryLength * at.KeyLength
			at.Part = true
			for range 40 {
				from := r.IntN(cells + 1)
				n := r.IntN(cells - from + 1)
				if ref.bucket != nil {
					whole, _ := e.Buckets(at.QueryLength, at.KeyLength, at.Offset)
					got := make([]int32, n)
					at.From = from
					require.NoError(t, e.FillBuckets(got, at))
					require.Equal(t, whole[from:from+n], got, "%s %+v", ref.name, at)
				}
				if ref.bias == nil {
					continue
				}
				whole, _ := e.Matrix(at.QueryLength, at.KeyLength, at.Offset)
				from, n = r.IntN(len(whole)+1), r.IntN(2*cells)
				n = min(n, len(whole)-from)
				got := make([]float32, n)
				at.From = from
				require.NoError(t, e.FillMatrix(got, at))
				require.Equal(t, whole[from:from+n], got, "%s %+v", ref.name, at)
				at.Batch, at.From = 4, from+3*len(whole)
				clear(got)
				require.NoError(t, e.Add(got, at))
				require.Equal(t, whole[from:from+n], got, "%s %+v", ref.name, at)
				at.Batch = 0
			}
		}
	}
}

// The quick way has the bits of the other one, of any part, and does nothing while there is something to make.
func TestQuick(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 5))
	for _, ref := range references() {
		e, _ := ref.new()
		at := ref.shapes()[0]
		x := []float32{1}
		if ref.bias == nil {
			require.False(t, e.Quick(x, 0, at.QueryLength, at.KeyLength, at.Offset), ref.name)
			continue
		}
		if ref.cells == 0 { // else there is nothing to make
			require.False(t, e.Quick(x, 0, at.QueryLength, at.KeyLength, at.Offset), ref.name)
			require.Equal(t, []float32{1}, x, ref.name)
		} else {
			require.False(t, e.Quick(x, 0, at.QueryLength, at.KeyLength, 1), ref.name)
		}
		total := 2 * e.Heads() * at.QueryLength * at.KeyLength
		at.Batch, at.Part = 2, true
		for range 40 {
			at.From = r.IntN(total)
			x := weights(1 + r.IntN(total-at.From))
			want := copyOf32(x)
			require.NoError(t, e.Add(want, at))
			require.True(t, e.Quick(x, int64(at.From), at.QueryLength, at.KeyLength, at.Offset), ref.name)
			require.Equal(t, want, x, "%s %+v", ref.name, at)
		}
	}
}

// What does not fit in the window has the bits of what does.
func TestPastTheWindow(t *testing.T) {
	const keys = WindowBytes/4/12 + 100
	for _, ref := range references() {
		if ref.bias == nil || ref.cells > 0 {
			continue
		}
		e, _ := ref.new()
		at := At{QueryLength: 1, KeyLength: 24 * keys, Offset: 24*keys - 3, Part: true}
		far := make([]float32, 5000)
		for _, from := range []int{0, 12 * keys, 24*keys - 5000} {
			at.From = from
			require.NoError(t, e.FillMatrix(far, at))
			added := make([]float32, len(far))
			require.NoError(t, e.Add(added, at))
			require.Equal(t, far, added, ref.name)
			near, _ := ref.new()
			small, err := near.Matrix(1, 50, at.Offset-int64(from))
			require.NoError(t, err)
			if ref.name != "fire" { // which depends on the query as well
				require.Equal(t, small[:50], far[:50], ref.name)
			}
			for j := range 50 {
				require.InEpsilon(t, ref.bias(0, at.Offset, int64(from+j))+1e-30, float64(far[j])+1e-30, 2e-7, ref.name)
			}
		}
	}
}

// A decoder pays for few windows, and never for more memory than it is told.
func TestWindowGrows(t *testing.T) {
	a, _ := NewALiBi(ALiBiOptions{Heads: 12})
	s := a.scheme.(*relative)
	seen := map[*window]bool{}
	for k := 1; k <= 3000; k++ {
		x := make([]float32, 12*k)
		require.NoError(t, a.Add(x, At{QueryLength: 1, KeyLength: k, Offset: int64(k - 1)}))
		seen[s.window.Load()] = true
		require.LessOrEqual(t, 4*len(s.window.Load().lines), WindowBytes)
		require.Equal(t, float32(-a.slopes[11]*float64(k-1)), x[11*k])
	}
	require.LessOrEqual(t, len(seen), 13)
	for _, at := range []At{{QueryLength: 1, KeyLength: 80000, Offset: 79999}, {QueryLength: 1, KeyLength: 80000, Offset: -10}, {QueryLength: 4, KeyLength: 4, Offset: 1 << 50}} {
		x := make([]float32, 12*at.QueryLength*at.KeyLength)
		require.NoError(t, a.Add(x, at))
		require.LessOrEqual(t, 4*len(s.window.Load().lines), WindowBytes)
	}
}

// On both sides at once, too.
func TestWindowGrowsBothWays(t *testing.T) {
	a, _ := NewALiBi(ALiBiOptions{Heads: 12})
	for _, n := range []int{1, 25000, 40000} {
		require.NoError(t, a.Add(make([]float32, 1), At{QueryLength: n, KeyLength: n, Part: true}))
		require.LessOrEqual(t, 4*len(a.scheme.(*relative).window.Load().lines), WindowBytes, "%d", n)
	}
}

func TestSlopes(t *testing.T) {
	for _, heads := range []int{1, 2, 3, 5, 8, 12, 20, 32, 40, 71, 112} {
		for _, maxBias := range []float64{8, 1, 12, 5.3, 126} {
			geometric := make([]float64, heads)
			for h := range geometric {
				geometric[h] = power2(ratio(-maxBias*float64(h+1), float64(heads)))
			}
			for name, want := range map[string][]float64{"official": slopesOf(heads, maxBias), "mpt": mptSlopes(heads, maxBias), "geometric": geometric} {
				a, err := NewALiBi(ALiBiOptions{Heads: heads, MaxBias: maxBias, Slopes: name})
				require.NoError(t, err)
				for h, got := range a.Slopes() {
					// math: 1 unit; 2 where maxBias·(h+1) is no float64
					require.InDelta(t, want[h], got, want[h]*0x1p-51, "%s, %d heads, head %d", name, heads, h)
					if maxBias == 8 {
						require.LessOrEqual(t, truth.Ulps64(got, truth.N(want[h])), 1.0, "%s, %d heads, head %d", name, heads, h)
					}
				}
				require.Len(t, a.Slopes(), heads)
			}
		}
	}
}

// The buckets of the options in use, at all distances up to a million: those of the reference's float32 steps, which are
// those of exact arithmetic too. So nobody's rounding shows, unless a logarithm is a unit too low where the quotient of two is a
// whole number: 16, 32 and 64 for T5's own options. Among n <= 64 buckets a side and maxDistance <= 1200 (74,576 pairs),
// 45 distances in all differ from exact arithmetic.
func TestT5BucketsOfFloat32(t *testing.T) {
	exact := func(d, n, m int64) int64 {
		e := n / 2
		if d < e {
			return d
		}
		x := math.Log(float64(d)/float64(e)) / math.Log(float64(m)/float64(e)) * float64(n-e)
		return min(e+int64(math.Floor(x+1e-9)), n-1) // 1e-9: whole numbers, of which none of these options is near without being one
	}
	for _, o := range []T5Options{{}, {Unidirectional: true}, {NumBuckets: 64}, {NumBuckets: 64, MaxDistance: 256}, {NumBuckets: 32, MaxDistance: 1024},
		{NumBuckets: 16, MaxDistance: 64}, {NumBuckets: 320, MaxDistance: 800}, {NumBuckets: 32, MaxDistance: 20000}} {
		e, err := NewT5(o)
		require.NoError(t, err)
		o = e.Options()
		n := int64(o.NumBuckets)
		if !o.Unidirectional {
			n /= 2
		}
		const far = 1_000_000
		got, err := e.Buckets(1, far+1, far) // r = -far..0
		require.NoError(t, err)
		ahead, _ := e.Buckets(1, far+1, 0)
		for d := range int64(far + 1) {
			want := t5Bucket(-d, int64(o.NumBuckets), int64(o.MaxDistance), !o.Unidirectional)
			if want != int64(got[far-d]) || want != exact(d, n, int64(o.MaxDistance)) {
				require.Fail(t, "bucket", "%+v: distance %d: want %d, exactly %d, got %d", o, d, want, exact(d, n, int64(o.MaxDistance)), got[far-d])
			}
			if ahead := int64(ahead[d]); ahead != t5Bucket(d, int64(o.NumBuckets), int64(o.MaxDistance), !o.Unidirectional) {
				require.Fail(t, "bucket", "%+v: distance %d ahead: got %d", o, d, ahead)
			}
		}
	}
	// 14/2 = 7 and 686/2 = 7^3, and ln 7/ln 7^3·3 is 1, but 0.99999994 in float32.
	e, _ := NewT5(T5Options{NumBuckets: 10, MaxDistance: 686})
	got, _ := e.Buckets(1, 1, 14)
	require.Equal(t, []int32{2}, got)
	require.EqualValues(t, 3, exact(14, 5, 686))
}

func TestDebertaBucketsOfFloat32(t *testing.T) {
	for _, o := range []DebertaOptions{{PositionBuckets: 256}, {PositionBuckets: 32, MaxRelativePositions: 128}, {PositionBuckets: 512, MaxRelativePositions: 4096}} {
		e, err := NewDeberta(o)
		require.NoError(t, err)
		o = e.Options()
		const far = 300_000
		got, err := e.Buckets(1, 2*far, far)
		require.NoError(t, err)
		for j, b := range got {
			r := int64(far - j)
			if want := debertaBucket(r, int64(o.PositionBuckets), int64(o.MaxRelativePositions)); want != int64(b) {
				require.Fail(t, "bucket", "%+v: query - key = %d: want %d, got %d", o, r, want, b)
			}
		}
		require.EqualValues(t, 2*o.PositionBuckets-1, got[0])
		require.EqualValues(t, 0, got[len(got)-1])
	}
}

// Position-to-content gathers with r turned round: clip(span - bucket), as the documentation says.
func TestDebertaBothWays(t *testing.T) {
	e, _ := NewDeberta(DebertaOptions{PositionBuckets: 16, MaxRelativePositions: 64})
	b, _ := e.Buckets(50, 50, 0)
	for i := range 50 {
		for j := range 50 {
			require.EqualValues(t, 32, b[i*50+j]+b[j*50+i], "query %d, key %d", i, j)
		}
	}
}

// A learned network may bend anywhere, or nowhere.
func TestFirePieces(t *testing.T) {
	for range 50 {
		hidden := 1 + random.IntN(40)
		o := FireOptions{Heads: 2, C: 1, Threshold: 8, W1: weights(hidden), B1: weights(hidden), W2: weights(2 * hidden), B2: weights(2)}
		for k := range o.B1 {
			if k%3 == 0 {
				o.B1[k] = -o.W1[k] * float32(random.Float64())
			}
		}
		f, err := NewFire(o)
		require.NoError(t, err)
		m, err := f.Matrix(40, 40, 0)
		require.NoError(t, err)
		for n, got := range m {
			head, i, j := n/1600, n/40%40, n%40
			x := math.Log1p(math.Abs(float64(i-j))) / math.Log1p(max(float64(i), 8))
			want, parts := float64(o.B2[head]), 1.0
			for k := range hidden {
				y := float64(o.W2[head*hidden+k]) * max(float64(o.W1[k])*x+float64(o.B1[k]), 0)
				want, parts = want+y, parts+math.Abs(y)
			}
			require.InDelta(t, want, got, 6e-8*math.Abs(want)+1e-13*parts, "head %d, query %d, key %d", head, i, j)
		}
	}
}

// Options that come out are the encoder's own, and nobody else's to change.
func TestOptionsAreCopies(t *testing.T) {
	w := weights(32)
	e, err := NewT5(T5Options{Heads: 1, Weights: w})
	require.NoError(t, err)
	want, _ := e.Matrix(3, 3, 0)
	clear(w)
	clear(e.Options().Weights)
	got, _ := e.Matrix(3, 3, 0)
	require.Equal(t, want, got)
	require.Equal(t, 32, e.Options().NumBuckets)
	require.Equal(t, 128, e.Options().MaxDistance)
	a, _ := NewALiBi(ALiBiOptions{Heads: 2})
	require.Equal(t, ALiBiOptions{Heads: 2, MaxBias: 8, Slopes: "official"}, a.Options())
	d, _ := NewDeberta(DebertaOptions{})
	require.Equal(t, DebertaOptions{MaxRelativePositions: 512}, d.Options())
	k, _ := NewKerple(KerpleOptions{Heads: 1, P: []float64{1}, A: []float64{2}})
	require.Equal(t, KerpleOptions{Heads: 1, Type: "log", P: []float64{1}, A: []float64{2}}, k.Options())
}

func TestBadOptions(t *testing.T) {
	nan := math.NaN()
	one := []float32{1}
	for want, make := range map[string]func() (Encoder, error){
		"heads: want an integer from 1 to 65536, got 0":                         func() (Encoder, error) { return NewALiBi(ALiBiOptions{}) },
		"heads: want an integer from 1 to 65536, got 65537":                     func() (Encoder, error) { return NewALiBi(ALiBiOptions{Heads: 65537}) },
		"maxBias: want a positive number, at most 126, got NaN":                 func() (Encoder, error) { return NewALiBi(ALiBiOptions{Heads: 1, MaxBias: nan}) },
		`slopes: want "official", "mpt" or "geometric", got "linear"`:           func() (Encoder, error) { return NewALiBi(ALiBiOptions{Heads: 1, Slopes: "linear"}) },
		"numBuckets: want an integer from 4 to 65536, got 3":                    func() (Encoder, error) { return NewT5(T5Options{NumBuckets: 3}) },
		"numBuckets: want an integer from 2 to 65536, got 1":                    func() (Encoder, error) { return NewT5(T5Options{NumBuckets: 1, Unidirectional: true}) },
		"maxDistance: want an integer from 9 to 2147483647, got 8":              func() (Encoder, error) { return NewT5(T5Options{MaxDistance: 8}) },
		"heads: want an integer from 1 to 65536, got 0 ":                        func() (Encoder, error) { return NewT5(T5Options{Weights: one}) },
		"weights: want numBuckets·heads = 64 numbers, got 1":                    func() (Encoder, error) { return NewT5(T5Options{Heads: 2, Weights: one}) },
		"positionBuckets: want an integer from 2 to 65536, got 1":               func() (Encoder, error) { return NewDeberta(DebertaOptions{PositionBuckets: 1}) },
		"maxRelativePositions: want an integer from 130 to 1073741824, got 129": func() (Encoder, error) { return NewDeberta(DebertaOptions{256, 129}) },
		"maxRelativePosition: want an integer from 1 to 1073741824, got 0":      func() (Encoder, error) { return NewShaw(ShawOptions{}) },
		"window[1]: want an integer from 1 to 1024, got 0":                      func() (Encoder, error) { return NewSwin(SwinOptions{Window: [2]int{7, 0}}) },
		"weights: want (2H-1)·(2W-1)·heads = 27 numbers, got 1":                 func() (Encoder, error) { return NewSwin(SwinOptions{Window: [2]int{2, 2}, Heads: 3, Weights: one}) },
		`type: want "log" or "power", got "linear"`:                             func() (Encoder, error) { return NewKerple(KerpleOptions{Heads: 1, Type: "linear"}) },
		"p: want heads = 2 numbers, got 0":                                      func() (Encoder, error) { return NewKerple(KerpleOptions{Heads: 2}) },
		"a[1]: want a positive number, at most 3.4028234663852886e+38, got NaN": func() (Encoder, error) {
			return NewKerple(KerpleOptions{Heads: 2, P: []float64{1, 1}, A: []float64{1, nan}})
		},
		"p[0]: want a positive number, at most 2, got 2.5": func() (Encoder, error) {
			return NewKerple(KerpleOptions{Heads: 1, Type: KerplePower, P: []float64{2.5}, A: []float64{1}})
		},
		"c: want a positive number, at most":                                       func() (Encoder, error) { return NewFire(FireOptions{Heads: 1, C: -1}) },
		"threshold: want a positive number, at most 9007199254740992, got -5":      func() (Encoder, error) { return NewFire(FireOptions{Heads: 1, Threshold: -5}) },
		"threshold: want one whose product with c is at least 2^-1022, got 1e-200": func() (Encoder, error) { return NewFire(FireOptions{Heads: 1, C: 1e-200, Threshold: 1e-200}) },
		"epsilon: want a number from 0 to 1, got NaN":                              func() (Encoder, error) { return NewFire(FireOptions{Heads: 1, Epsilon: nan}) },
		"w1.length: want an integer from 1 to 1024, got 0":                         func() (Encoder, error) { return NewFire(FireOptions{Heads: 1}) },
		"w2: want heads·hidden = 2 numbers, got 1":                                 func() (Encoder, error) { return NewFire(FireOptions{Heads: 2, W1: one, B1: one, W2: one}) },
		"b2[0]: want a finite number, got NaN": func() (Encoder, error) {
			return NewFire(FireOptions{Heads: 1, W1: one, B1: one, W2: one, B2: []float32{float32(nan)}})
		},
	} {
		_, err := make()
		var option *encoding.OptionError
		require.ErrorAs(t, err, &option, want)
		require.ErrorContains(t, fmt.Errorf("%w ", err), want)
	}
}

func TestBadCallsChangeNothing(t *testing.T) {
	a, _ := NewALiBi(ALiBiOptions{Heads: 2})
	x := []float32{1, 2, 3, 4, 5, 6, 7, 8}
	for want, at := range map[string]At{
		"batch: want an integer that is not negative, got -1":                                     {Batch: -1, QueryLength: 2, KeyLength: 2},
		"queryLength: want an integer that is not negative, got -2":                               {QueryLength: -2, KeyLength: 2},
		"scores: want batch·heads·queryLength·keyLength = 1·2·2·3 elements, got 8":                {QueryLength: 2, KeyLength: 3},
		"scores: want batch·heads·queryLength·keyLength = 1·2·0·0 elements, got 8":                {},
		"keyLength: want scores of at most 2^53 elements, got 9223372036854775807":                {QueryLength: 2, KeyLength: math.MaxInt},
		"queryLength: want scores of at most 2^53 elements, got":                                  {Batch: 1 << 40, QueryLength: 1 << 40, KeyLength: 2, Part: true},
		"offset: want an integer that keeps all of 2 queries and 2 keys within ±2^53, got":        {QueryLength: 2, KeyLength: 2, Offset: 1 << 53},
		"offset: want an integer that keeps all of 2 queries and 2 keys within ±2^53, got -90071": {QueryLength: 2, KeyLength: 2, Offset: -(1 << 53)},
		"offset: want an integer that keeps":                                                      {QueryLength: 2, KeyLength: 2, Offset: math.MinInt64},
		"from: want a number that keeps a part of 8 within all 8 elements, got 1":                 {QueryLength: 2, KeyLength: 2, Part: true, From: 1},
		"from: want a number that keeps a part of 8 within all 8 elements, got -1":                {QueryLength: 2, KeyLength: 2, Part: true, From: -1},
	} {
		require.ErrorContains(t, a.Add(x, at), want)
		require.Error(t, a.FillMatrix(x, at))
		require.Equal(t, []float32{1, 2, 3, 4, 5, 6, 7, 8}, x, want)
	}
	require.ErrorContains(t, a.FillMatrix(x, At{Batch: 2, QueryLength: 2, KeyLength: 1}), "batch: want 1 for a matrix, got 2")
	_, err := a.Matrix(1<<16, 1<<16, 0)
	require.ErrorContains(t, err, "keyLength: want a matrix of at most 2147483648 elements, got 8589934592")
	_, err = a.Matrix(-1, 2, 0)
	require.ErrorContains(t, err, "queryLength")
	_, err = a.Buckets(2, 2, 0)
	require.ErrorContains(t, err, "buckets: want an encoder that has buckets, got ALiBi")
	require.Error(t, a.FillBuckets(make([]int32, 4), At{QueryLength: 2, KeyLength: 2}))
	empty, err := a.Matrix(0, 5, 7)
	require.NoError(t, err)
	require.Empty(t, empty)
	require.NoError(t, a.Add(nil, At{Batch: 2, QueryLength: 3}))

	bare, _ := NewT5(T5Options{})
	require.ErrorContains(t, bare.Add(x, At{}), "weights: want numBuckets·heads numbers to add, got none")
	_, err = bare.Matrix(2, 2, 0)
	require.ErrorContains(t, err, "weights")
	_, err = bare.Buckets(2, 2, 0)
	require.NoError(t, err)
	shaw, _ := NewShaw(ShawOptions{MaxRelativePosition: 2})
	require.ErrorContains(t, shaw.Add(x, At{}), "add: want an encoder that has a bias, got Shaw")

	swin, _ := NewSwin(SwinOptions{Window: [2]int{1, 2}, Heads: 2, Weights: weights(6)})
	require.ErrorContains(t, swin.Add(x, At{QueryLength: 4, KeyLength: 1}), "queryLength: want the 1·2 cells of a window, got 4")
	require.ErrorContains(t, swin.Add(x, At{QueryLength: 2, KeyLength: 2, Offset: 1}), "offset: want 0 within a window, got 1")
	require.Equal(t, []float32{1, 2, 3, 4, 5, 6, 7, 8}, x)
	require.NoError(t, swin.Add(x, At{QueryLength: 2, KeyLength: 2}))
}

func BenchmarkAdd(b *testing.B) {
	e, _ := NewALiBi(ALiBiOptions{Heads: 12})
	const n = 1024
	x := make([]float32, 12*n*n)
	b.SetBytes(4 * int64(len(x)))
	for range b.N {
		_ = e.Add(x, At{QueryLength: n, KeyLength: n})
	}
}

func BenchmarkFire(b *testing.B) {
	e, _ := NewFire(FireOptions{Heads: 12, W1: weights(32), B1: weights(32), W2: weights(32 * 12), B2: weights(12)})
	const n = 512
	x := make([]float32, 12*n*n)
	b.SetBytes(4 * int64(len(x)))
	for range b.N {
		_ = e.Add(x, At{QueryLength: n, KeyLength: n})
	}
}
