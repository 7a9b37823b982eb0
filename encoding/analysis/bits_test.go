package analysis

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/additive"
	"posenc/encoding/internal/angle"
	"posenc/encoding/rotary"
)

// The digest says nothing of what is right, which the other tests do, only that it is the same bits: on amd64 and 386 and as wasm, with
// SIMD and without. A change that means other bits writes the new one here, from two machines that agree.
const digest = "812fa92f5f6c3650"

func TestSameBitsEverywhere(t *testing.T) {
	h := fnv.New64a()
	add := func(v any, err error) {
		require.NoError(t, err)
		require.NoError(t, binary.Write(h, binary.LittleEndian, v))
	}
	var e []float32
	for _, v := range angle.Normals(80*24, 7, angle.LogQuick) {
		e = append(e, float32(v))
	}
	_, table := sinusoidal(t, additive.SinusoidalOptions{Dim: 24}, 40, 0)
	rope, err := rotary.New(rotary.Options{HeadDim: 24})
	require.NoError(t, err)

	add(Gram(table, 24))
	d, err := Profile(e, 24)
	add(append(append(d.Mean, d.Min...), d.Max...), err)
	for _, x := range [][]float32{table, e} {
		f, err := FitShift(x, 24, 1)
		add(f.Matrix, err)
		add([]float64{f.Residual.Max, f.Residual.RMS, f.Condition, float64(f.Rank)}, nil)
		add(Orthogonality(f.Matrix, 24))
		l, err := Spectrum(x, 24)
		add(append(l.Frequencies, l.Shares...), err)
	}
	c, err := CosinesWithin(e, 24)
	add([]float64{c.MeanAbs, c.RMS, c.Mean, c.MaxAbs}, err)
	c, err = CosinesBetween(e, table, 24)
	add([]float64{c.MeanAbs, c.RMS, c.Mean, c.MaxAbs}, err)
	p, err := Preserve(e, table, 24, nil, nil)
	add([]Range{p.NormRatio, p.Cosine}, err)
	add([]float64{p.ByCosine, p.ByDistance}, nil)
	s, err := Overlap(e, table, 24)
	add(append(s.Tokens, s.Positions...), err)
	add(Project(e, 24, 10, math.MaxUint64))
	a := Attention{Query: e[:24*24], Key: e[24*24 : 48*24], Table: table, Bias: e[:1600],
		Rotate: func(x []float32) error { return rope.Rotate(x, rotary.At{}) }}
	got, err := a.Apply(e[:40*24], 24)
	add(append(append(got.Scores, got.Weights...), got.Output...), err)
	require.Equal(t, digest, fmt.Sprintf("%016x", h.Sum64()))
}
