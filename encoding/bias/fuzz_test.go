package bias

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding"
	"posenc/encoding/internal/truth"
)

// The targets here make encoders of any options, hold every element against the formulas that reference_test.go has too, and every
// way to it against the whole matrix: parts, batches, another encoder's window, the quick way.

// refused reports whether a call was refused, which has its own form.
func refused(t *testing.T, err error) bool {
	t.Helper()
	if err == nil {
		return false
	}
	e, ok := err.(*encoding.OptionError)
	require.True(t, ok && e.Option != "" && e.Want != "" && e.Got != "", "error %#v", err)
	return true
}

// sameBits is the same bits, or NaN both times.
func sameBits(t *testing.T, want, got []float32, msg string, args ...any) {
	t.Helper()
	require.Equal(t, len(want), len(got), append([]any{msg}, args...)...)
	for i := range want {
		if math.Float32bits(want[i]) != math.Float32bits(got[i]) && !(want[i] != want[i] && got[i] != got[i]) {
			require.Failf(t, "bits differ", msg+": at %d want %g, got %g", append(args, i, want[i], got[i])...)
		}
	}
}

// anything is scores, some of them NaN, infinite, -0, subnormal or of any bits.
func anything(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		switch x[i] = float32(r.NormFloat64()); r.IntN(20) {
		case 0:
			x[i] = []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0, float32(math.Copysign(0, -1)), 1e-45, math.MaxFloat32}[r.IntN(7)]
		case 1:
			x[i] = math.Float32frombits(r.Uint32())
		}
	}
	return x
}

// finiteWeights is learned numbers, some of them -0, subnormal or large.
func finiteWeights(r *rand.Rand, n int) []float32 {
	w := make([]float32, n)
	for i := range w {
		if w[i] = float32(r.NormFloat64()); r.IntN(10) == 0 {
			w[i] = []float32{0, float32(math.Copysign(0, -1)), 1e-45, 1e30, -math.MaxFloat32}[r.IntN(5)]
		}
	}
	return w
}

// holdWays holds all ways to the bias and the buckets of at against each other, and single elements against ref.
func holdWays(t *testing.T, r *rand.Rand, ref reference, at At) {
	e, err := ref.new()
	require.NoError(t, err)
	fresh, _ := ref.new()
	q, k := at.QueryLength, at.KeyLength
	if ref.bucket != nil {
		whole, err := e.Buckets(q, k, at.Offset)
		require.NoError(t, err)
		for n, b := range whole {
			if i, j := at.Offset+int64(n/k), int64(n%k); ref.bucket(i, j) != int64(b) {
				require.Equal(t, ref.bucket(i, j), int64(b), "%s %+v: bucket of query %d, key %d", ref.name, at, i, j)
			}
		}
		for range 3 {
			part := at
			part.Part, part.From = true, r.IntN(q*k+1)
			got := make([]int32, r.IntN(q*k-part.From+1))
			require.NoError(t, fresh.FillBuckets(got, part))
			require.Equal(t, whole[part.From:][:len(got)], got, "%s %+v", ref.name, part)
		}
	}
	if ref.bias == nil {
		return
	}
	// Another encoder has made other lines, or none, before.
	if r.IntN(2) == 0 && ref.cells == 0 {
		require.NoError(t, fresh.FillMatrix(make([]float32, fresh.Heads()), At{QueryLength: 1, KeyLength: 1, Offset: at.Offset + int64(r.IntN(50)-25)}))
	}
	heads := e.Heads()
	whole, err := e.Matrix(q, k, at.Offset)
	require.NoError(t, err)
	for n, b := range whole {
		head, i, j := n/(q*k), at.Offset+int64(n/k%q), int64(n%k)
		want := ref.bias(head, i, j)
		if float32(want) == b || ref.ulps < 0 { // which holds itself
			continue
		}
		if off, _ := truth.Ulps(b, truth.N(want)); off > ref.ulps {
			require.Failf(t, "formula", "%s %+v: head %d, query %d, key %d: want %g, got %g, %g units off", ref.name, at, head, i, j, want, b, off)
		}
	}
	total := 2 * len(whole)
	x := anything(r, total)
	want := slices.Clone(x)
	for n := range want {
		want[n] += whole[n%len(whole)]
	}
	both := at
	both.Batch = 2
	got := slices.Clone(x)
	require.NoError(t, e.Check(total, both, false))
	require.NoError(t, e.Add(got, both))
	sameBits(t, want, got, "%s %+v: all at once", ref.name, at)

	both.Part = true
	got = slices.Clone(x)
	for both.From < total {
		n := 1 + r.IntN(min(total-both.From, 1+r.IntN(total)))
		part := got[both.From:][:n]
		switch r.IntN(3) {
		case 0:
			if fresh.Quick(part, int64(both.From), q, k, at.Offset) {
				break
			}
			fallthrough
		default:
			require.NoError(t, fresh.Add(part, both))
		}
		both.From += n
	}
	sameBits(t, want, got, "%s %+v: in parts", ref.name, at)

	for range 3 {
		part := at
		part.Part, part.From = true, r.IntN(heads*q*k+1)
		got := anything(r, r.IntN(heads*q*k-part.From+1))
		zeros := make([]float32, len(got))
		require.NoError(t, fresh.FillMatrix(got, part))
		require.NoError(t, e.Add(zeros, part))
		sameBits(t, whole[part.From:][:len(got)], got, "%s %+v", ref.name, part)
		for i := range zeros {
			if got[i] == 0 { // -0 too, as 0 + -0 is 0
				got[i] = 0
			}
		}
		sameBits(t, got, zeros, "%s %+v: added to 0", ref.name, part)
	}
}

// holdCalls calls an encoder with anything: what is refused leaves the array as it was and says what Check says.
func holdCalls(t *testing.T, r *rand.Rand, e Encoder, at At) {
	for _, at := range []At{at, {Batch: at.Batch, QueryLength: at.QueryLength, KeyLength: at.KeyLength}, {QueryLength: at.QueryLength, KeyLength: 2, Offset: at.Offset, Part: true, From: at.From},
		{QueryLength: 2, KeyLength: 3, Offset: at.Offset}} {
		n := r.IntN(30)
		if product := float64(max(at.Batch, 1)) * float64(e.Heads()) * float64(at.QueryLength) * float64(at.KeyLength); product >= 0 && product < 4096 {
			n = int(product)
		}
		before := anything(r, n)
		x, check := slices.Clone(before), e.Check(n, at, false)
		require.Equal(t, check, e.Add(x, at), "%+v: Check and the call", at)
		if refused(t, check) {
			sameBits(t, before, x, "%+v changed x, and then %v", at, check)
		}
		if at.Batch == 0 {
			require.Equal(t, check, e.FillMatrix(x, at), "%+v: Check and the call", at)
			require.Equal(t, e.Check(7, at, true), e.FillBuckets(make([]int32, 7), at), "%+v: Check and the call", at)
		}
		if float64(at.QueryLength)*float64(at.KeyLength)*float64(max(e.Heads(), 1)) < 1<<14 {
			_, err := e.Matrix(at.QueryLength, at.KeyLength, at.Offset)
			refused(t, err)
			_, err = e.Buckets(at.QueryLength, at.KeyLength, at.Offset)
			refused(t, err)
		}
	}
}

// place returns where scores are, with lengths of at most 60.
func place(queries, keys uint8, offset int64) At {
	at := At{QueryLength: 1 + int(queries%60), KeyLength: 1 + int(keys%60), Offset: offset}
	if room := int64(encoding.MaxPosition - 120); offset > room || offset < -room {
		at.Offset = offset % 1000
	}
	return at
}

// FuzzFormulas is ALiBi, KERPLE and FIRE.
func FuzzFormulas(f *testing.F) {
	add := func(seed uint64, scheme uint8, heads int64, slopes, flags uint8, a, b, c float64, queries, keys uint8, offset, batch, from int64) {
		f.Add(seed, scheme, heads, slopes, flags, a, b, c, queries, keys, offset, batch, from)
	}
	add(1, 0, 12, 0, 0, 0, 0, 0, 5, 5, 0, 2, 0)
	add(2, 0, 7, 1, 1, 5.5, 0, 0, 0, 36, 36, 0, 0)
	add(3, 0, 3, 2, 0, 126, 0, 0, 3, 9, -5, 1, 1)
	add(4, 1, 3, 0, 0, 1, 0.5, 0, 5, 40, 1<<40, 0, 0)
	add(5, 1, 2, 1, 0, 2, 0.01, 0, 4, 9, 3, 0, 0)
	add(6, 2, 3, 0, 9, 0.1, 512, 0, 7, 7, 3, 0, 0)
	add(7, 2, 2, 0, 33, 2, 4, 1e-6, 10, 30, 90, 0, 0)
	add(8, 0, 1<<40, 5, 0, math.NaN(), -1, math.Inf(1), 0, 0, math.MinInt64, -1, -1)
	add(10, 2, 1, 0, 5, 1e-200, 1e-200, 0, 3, 3, 0, 0, 0)
	add(9, 2, -1, 0, 200, -1, math.NaN(), 2, 255, 255, math.MaxInt64, 1<<62, 1<<62)
	f.Fuzz(func(t *testing.T, seed uint64, scheme uint8, heads int64, slopes, flags uint8, a, b, c float64, queries, keys uint8, offset, batch, from int64) {
		r := rand.New(rand.NewPCG(seed, 0))
		if heads > 20 && heads <= MaxHeads {
			heads = heads%20 + 1 // more are slower
		}
		few := int(max(0, min(heads, 20)))
		var ref reference
		switch scheme % 3 {
		case 0:
			o := ALiBiOptions{Heads: int(heads), MaxBias: a, Slopes: []string{OfficialSlopes, MPTSlopes, GeometricSlopes, "", "linear"}[slopes%5], Symmetric: flags&1 != 0}
			ref = reference{name: "alibi", new: func() (Encoder, error) { return NewALiBi(o) }}
			if e, err := NewALiBi(o); err == nil {
				m := e.Slopes()
				holdSlopes(t, e.Options(), m, r.IntN(few))
				ref.bias = func(head int, i, j int64) float64 {
					if o.Symmetric && j > i {
						i, j = j, i
					}
					return m[head] * float64(j-i)
				}
			}
		case 1:
			o := KerpleOptions{Heads: int(heads), Type: []string{KerpleLog, KerplePower, "", "linear"}[slopes%4]}
			for range few {
				o.P, o.A = append(o.P, a*(1-r.Float64()/2)), append(o.A, b*(1-r.Float64()/2))
			}
			ref = reference{name: "kerple", ulps: 0.5 + 1e-5, new: func() (Encoder, error) { return NewKerple(o) },
				bias: func(head int, i, j int64) float64 {
					d, p, a := float64(abs(i-j)), o.P[head], o.A[head]
					if o.Type == KerplePower {
						return -a * math.Pow(d, p)
					}
					return -p * math.Log1p(a*d)
				}}
		default:
			hidden := int(flags % 40)
			o := FireOptions{Heads: int(heads), C: a, Threshold: b, Epsilon: c}
			o.W1, o.B1, o.W2, o.B2 = finiteWeights(r, hidden), finiteWeights(r, hidden), finiteWeights(r, hidden*few), finiteWeights(r, few)
			for k := range o.B1 {
				if r.IntN(3) == 0 { // bends within 0 and 1
					o.B1[k] = -o.W1[k] * float32(r.Float64())
				}
			}
			ref = reference{name: "fire", ulps: -1, new: func() (Encoder, error) { return NewFire(o) }, bias: func(int, int64, int64) float64 { return 0 }}
		}
		e, err := ref.new()
		if refused(t, err) {
			return
		}
		holdCalls(t, r, e, At{Batch: int(batch), QueryLength: int(queries) - 1, KeyLength: int(from), Offset: offset, From: int(from)})
		at := place(queries, keys, offset)
		for e.Heads()*at.QueryLength*at.KeyLength > 1<<12 {
			at.QueryLength = (at.QueryLength + 1) / 2
			at.KeyLength = (at.KeyLength + 1) / 2
		}
		if fire, ok := e.(*Fire); ok {
			holdFire(t, fire, at)
		}
		holdWays(t, r, ref, at)
	})
}

// holdSlopes holds the slope of head h against the doc comment of ALiBi.
func holdSlopes(t *testing.T, o ALiBiOptions, slopes []float64, h int) {
	require.Len(t, slopes, o.Heads)
	p := 1
	for 2*p <= o.Heads {
		p *= 2
	}
	step, of := h+1, o.Heads
	switch {
	case o.Slopes == GeometricSlopes || p == o.Heads:
	case h >= p: // the second list of both conventions
		step, of = 2*(h-p)+1, 2*p
	case o.Slopes == MPTSlopes:
		step, of = 2*(h+1), 2*p
	default:
		of = p
	}
	require.InEpsilon(t, math.Exp2(-o.MaxBias*float64(step)/float64(of)), slopes[h], 1e-13, "%+v: head %d", o, h)
}

// holdFire holds every element against the network of its formula, up to the size of what is summed.
func holdFire(t *testing.T, e *Fire, at At) {
	o := e.Options()
	m, err := e.Matrix(at.QueryLength, at.KeyLength, at.Offset)
	require.NoError(t, err)
	for n, got := range m {
		head, i, j := n/(at.QueryLength*at.KeyLength), at.Offset+int64(n/at.KeyLength%at.QueryLength), int64(n%at.KeyLength)
		x := math.Log1p(o.C*float64(abs(i-j))) / (math.Log1p(o.C*max(float64(i), o.Threshold)) + o.Epsilon)
		want, parts := float64(o.B2[head]), math.Abs(float64(o.B2[head]))
		for k := range o.W1 {
			w, b, out := float64(o.W1[k]), float64(o.B1[k]), float64(o.W2[head*len(o.W1)+k])
			want += out * max(w*x+b, 0)
			parts += math.Abs(out) * (math.Abs(w*x) + math.Abs(b))
		}
		if off := math.Abs(want - float64(got)); !(off <= 6e-8*math.Abs(want)+1e-13*parts+0x1p-149) && float32(want) != got {
			require.Failf(t, "formula", "%+v %+v: head %d, query %d, key %d: want %g, got %g", o, at, head, i, j, want, got)
		}
	}
}

// FuzzBuckets is T5, DeBERTa, Shaw and Swin.
func FuzzBuckets(f *testing.F) {
	add := func(seed uint64, scheme uint8, heads, buckets, distance int64, flags, queries, keys uint8, offset, batch, from int64) {
		f.Add(seed, scheme, heads, buckets, distance, flags, queries, keys, offset, batch, from)
	}
	add(1, 0, 3, 0, 0, 1, 20, 20, 0, 2, 0)
	add(2, 0, 2, 7, 50, 3, 5, 59, 200, 0, 3)
	add(3, 0, 0, 10, 686, 0, 5, 59, 20, 0, 0)
	add(4, 0, 1, 4, 2, 1, 0, 36, 1<<40, 0, 0)
	add(5, 1, 0, 256, 0, 0, 30, 30, 0, 0, 0)
	add(6, 1, 0, 7, 30, 0, 3, 55, 60, 0, 0)
	add(7, 1, 0, -1, 10, 0, 9, 9, -20, 0, 0)
	add(8, 2, 0, 16, 0, 0, 40, 40, 7, 0, 0)
	add(9, 3, 3, 3, 5, 1, 0, 0, 0, 2, 9)
	add(10, 3, 1, 1, 1, 1, 1, 1, 0, 0, 0)
	add(11, 0, -1, 1<<40, 1<<40, 255, 255, 255, math.MinInt64, -1, -1)
	add(12, 3, 1<<40, 1<<40, -1, 1, 1, 1, 1, 1, 1<<62)
	f.Fuzz(func(t *testing.T, seed uint64, scheme uint8, heads, buckets, distance int64, flags, queries, keys uint8, offset, batch, from int64) {
		r := rand.New(rand.NewPCG(seed, 0))
		if heads > 12 && heads <= MaxHeads {
			heads = heads%12 + 1 // more are slower, as are more buckets
		}
		if buckets > 600 && buckets <= 1<<16 {
			buckets %= 600
		}
		few, weighted := int(max(0, min(heads, 12))), flags&1 != 0
		var ref reference
		at := place(queries, keys, offset)
		switch scheme % 4 {
		case 0:
			o := T5Options{Heads: int(heads), NumBuckets: int(buckets), MaxDistance: int(distance), Unidirectional: flags&2 != 0}
			n, m := buckets, distance
			if n == 0 {
				n = 32
			}
			if m == 0 {
				m = 128
			}
			if weighted {
				o.Weights = finiteWeights(r, few*int(max(0, min(n, 600))))
			}
			bucket := func(i, j int64) int64 { return t5Bucket(j-i, n, m, !o.Unidirectional) }
			ref = reference{name: "t5", new: func() (Encoder, error) { return NewT5(o) }, bucket: bucket}
			if weighted {
				ref.bias = func(head int, i, j int64) float64 { return float64(o.Weights[int(bucket(i, j))*o.Heads+head]) }
			}
		case 1:
			o := DebertaOptions{PositionBuckets: int(buckets), MaxRelativePositions: int(distance)}
			m := distance
			if m == 0 {
				m = 512
			}
			ref = reference{name: "deberta", new: func() (Encoder, error) { return NewDeberta(o) },
				bucket: func(i, j int64) int64 { return debertaBucket(i-j, max(buckets, 0), m) }}
		case 2:
			ref = reference{name: "shaw", new: func() (Encoder, error) { return NewShaw(ShawOptions{MaxRelativePosition: int(buckets)}) },
				bucket: func(i, j int64) int64 { return min(max(j-i, -buckets), buckets) + buckets }}
		default:
			for _, n := range []*int64{&buckets, &distance} {
				if *n > 8 && *n <= 1024 {
					*n = *n%8 + 1
				}
			}
			o := SwinOptions{Window: [2]int{int(buckets), int(distance)}, Heads: int(heads)}
			if h, w := buckets, distance; weighted && h > 0 && w > 0 && h <= 8 && w <= 8 {
				o.Weights = finiteWeights(r, few*int((2*h-1)*(2*w-1)))
			}
			ref = reference{name: "swin", new: func() (Encoder, error) { return NewSwin(o) }, cells: int(buckets) * int(distance),
				bucket: func(i, j int64) int64 { return swinIndex(i, j, buckets, distance) }}
			if o.Weights != nil {
				ref.bias = func(head int, i, j int64) float64 {
					return float64(o.Weights[int(swinIndex(i, j, buckets, distance))*o.Heads+head])
				}
			}
			at = At{QueryLength: ref.cells, KeyLength: ref.cells}
		}
		e, err := ref.new()
		if refused(t, err) {
			return
		}
		holdCalls(t, r, e, At{Batch: int(batch), QueryLength: int(queries) - 1, KeyLength: int(from), Offset: offset, From: int(from)})
		holdWays(t, r, ref, at)
	})
}
