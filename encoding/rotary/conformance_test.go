package rotary_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/rotary"
)

// conformance is a file of ../../tests/conformance/rotary; the README.md there says what its fields are.
type conformance struct {
	Source struct{ Repo, Path, Commit string }
	Cases  []conformanceCase
}

type conformanceCase struct {
	ID              string
	Kind            string
	Options         json.RawMessage
	Expected        json.RawMessage
	AttentionFactor *float64
	SequenceLength  int64
	Length          int
	Batch, Heads    int
	Order           rotary.Order
	Offset          int64
	Positions       []float64
	Pairs           []int
	Cos, Sin        json.RawMessage
	Input           []float32
	Blocks          []struct {
		Text int
		Grid [3]int
	}
	Start     float64
	Tolerance struct{ Atol, Rtol float64 }
	Published string
	Note      string
}

// strictly decodes JSON and refuses what it does not know.
func strictly(t *testing.T, data []byte, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(into))
}

// options decodes the options of a case: those of an encoder, and sections for several axes.
func (c conformanceCase) options(t *testing.T) rotary.MRopeOptions {
	var o struct {
		rotary.Options
		Sections    []int
		Interleaved bool
		Scaling     struct {
			rotary.Scaling
			Truncate *bool `json:"truncate"`
		} `json:"scaling"`
	}
	strictly(t, c.Options, &o)
	o.Options.Scaling = o.Scaling.Scaling
	o.Options.Scaling.NoTruncate = o.Scaling.Truncate != nil && !*o.Scaling.Truncate
	return rotary.MRopeOptions{Options: o.Options, Sections: o.Sections, Interleaved: o.Interleaved}
}

func (c conformanceCase) encoder(t *testing.T) *rotary.Rotary {
	r, err := rotary.New(c.options(t).Options)
	require.NoError(t, err)
	return r
}

// Literal numbers from the tests of other projects, and from the formulas.
func TestConformance(t *testing.T) {
	files, err := filepath.Glob("../../tests/conformance/rotary/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	kinds := map[string]func(conformanceCase, *testing.T){
		"inverseFrequencies": conformanceCase.inverseFrequencies, "attentionFactor": conformanceCase.attentionFactor,
		"cosSin": conformanceCase.cosSin, "cosSinSum": conformanceCase.cosSinSum, "rotate": conformanceCase.rotate,
		"rotateWithCache": conformanceCase.rotateWithCache, "mropePositions": conformanceCase.mropePositions, "mropeAxes": conformanceCase.mropeAxes,
	}
	met := map[string]bool{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		var f conformance
		strictly(t, data, &f)
		require.NotEmpty(t, f.Cases, name)
		for _, c := range f.Cases {
			t.Run(filepath.Base(name)+" "+c.ID, func(t *testing.T) {
				require.Contains(t, kinds, c.Kind, "no test for this kind")
				kinds[c.Kind](c, t)
			})
			met[c.Kind] = true
		}
	}
	require.Len(t, met, len(kinds), "kinds without a case: %v", met)
}

// near holds a number against an expected one at the tolerance of the case.
func (c conformanceCase) near(t *testing.T, want, got float64, what string, args ...any) {
	t.Helper()
	if tolerance := c.Tolerance.Atol + c.Tolerance.Rtol*math.Abs(want); !(math.Abs(got-want) <= tolerance) {
		require.Fail(t, "disagrees", "%s: want %v ± %.2g, got %v (%s)", fmt.Sprintf(what, args...), want, tolerance, got, c.Note)
	}
}

func (c conformanceCase) inverseFrequencies(t *testing.T) {
	var want []float64
	strictly(t, c.Expected, &want)
	r := c.encoder(t)
	got := r.InverseFrequencies(c.SequenceLength)
	require.Len(t, got, len(want))
	for i := range want {
		c.near(t, want[i], got[i], "w_%d", i)
	}
	if c.AttentionFactor != nil {
		require.InEpsilon(t, *c.AttentionFactor, r.AttentionFactor(), 1e-12)
	}
}

func (c conformanceCase) attentionFactor(t *testing.T) {
	var want float64
	strictly(t, c.Expected, &want)
	c.near(t, want, c.encoder(t).AttentionFactor(), "attention factor")
}

func (c conformanceCase) cosSin(t *testing.T) {
	var wantCos, wantSin [][]float64
	strictly(t, c.Cos, &wantCos)
	strictly(t, c.Sin, &wantSin)
	r := c.encoder(t)
	n := r.Options().RotaryDim / 2
	if c.Pairs == nil {
		for i := range n {
			c.Pairs = append(c.Pairs, i)
		}
	}
	for _, length := range []int64{c.SequenceLength, 0} { // told, or by the largest position
		cos, sin, err := r.CosSin(len(c.Positions), rotary.At{Positions: c.Positions, SequenceLength: length})
		require.NoError(t, err)
		for row, p := range c.Positions {
			for column, i := range c.Pairs {
				c.near(t, wantCos[row][column], float64(cos[row*n+i]), "cos at %v, pair %d", p, i)
				c.near(t, wantSin[row][column], float64(sin[row*n+i]), "sin at %v, pair %d", p, i)
				if c.Tolerance.Atol == 0 { // the truth, rounded to float64: the nearest float32, then
					require.Equal(t, float32(wantCos[row][column]), cos[row*n+i])
					require.Equal(t, float32(wantSin[row][column]), sin[row*n+i])
				}
			}
		}
	}
}

func (c conformanceCase) cosSinSum(t *testing.T) {
	var want, sum float64
	strictly(t, c.Expected, &want)
	cos, sin, err := c.encoder(t).CosSin(c.Length, rotary.At{})
	require.NoError(t, err)
	for i := range cos {
		sum += float64(cos[i]) + float64(sin[i])
	}
	c.near(t, want, sum, "sum")
}

func (c conformanceCase) at() rotary.At {
	return rotary.At{Batch: c.Batch, Heads: c.Heads, Order: c.Order, Offset: c.Offset, Positions: c.Positions}
}

// turns holds what a Rotate makes of the input against what is expected.
func (c conformanceCase) turns(t *testing.T, rotate func([]float32, rotary.At) error, at rotary.At) {
	var want []float64
	strictly(t, c.Expected, &want)
	require.Len(t, c.Input, len(want))
	got := slices.Clone(c.Input)
	require.NoError(t, rotate(got, at))
	for i := range want {
		c.near(t, want[i], float64(got[i]), "element %d", i)
	}
}

func (c conformanceCase) rotate(t *testing.T) {
	r := c.encoder(t)
	c.turns(t, r.Rotate, c.at())
	c.turns(t, r.Rotate, c.at()) // by the rows that it has kept
	at := c.at()
	at.Once = true
	c.turns(t, c.encoder(t).Rotate, at)
}

func (c conformanceCase) rotateWithCache(t *testing.T) {
	var cos, sin struct {
		Shape []int
		Data  []float32
	}
	strictly(t, c.Cos, &cos)
	strictly(t, c.Sin, &sin)
	o := c.options(t)
	require.Equal(t, cos.Shape, sin.Shape)
	require.Equal(t, o.RotaryDim/2, cos.Shape[len(cos.Shape)-1])
	r, err := rotary.NewCached(rotary.CachedOptions{HeadDim: o.HeadDim, RotaryDim: o.RotaryDim, Pairing: o.Pairing}, cos.Data, sin.Data)
	require.NoError(t, err)
	at := c.at()
	if at.Positions == nil { // [batch, seq, rotaryDim/2]: each row is for the row of its number
		for i := range r.Rows() {
			at.Positions = append(at.Positions, float64(i))
		}
	}
	c.turns(t, r.Rotate, at)
}

func (c conformanceCase) mropePositions(t *testing.T) {
	var want struct{ T, H, W []float64 }
	strictly(t, c.Expected, &want)
	var parts []rotary.MRopePart
	for _, b := range c.Blocks {
		parts = append(parts, rotary.MRopePart{Text: b.Text, T: b.Grid[0], H: b.Grid[1], W: b.Grid[2]})
	}
	got, _, err := rotary.MRopePositions(parts)
	require.NoError(t, err)
	for i := range got {
		got[i] += c.Start
	}
	require.Equal(t, slices.Concat(want.T, want.H, want.W), got)
}

func (c conformanceCase) mropeAxes(t *testing.T) {
	var want string
	strictly(t, c.Expected, &want)
	m, err := rotary.NewMRope(c.options(t))
	require.NoError(t, err)
	var got strings.Builder
	for _, axis := range m.Axes() {
		got.WriteByte("tyx"[axis])
	}
	require.Equal(t, want, got.String())
}
