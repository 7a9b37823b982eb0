package bias_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/bias"
)

// conformance is a file of ../../tests/conformance/bias; the README.md there says what its fields are.
type conformance struct {
	Source struct{ Repo, Path, Commit string }
	Cases  []conformanceCase
}

type conformanceCase struct {
	ID                     string
	Scheme                 string
	Options                json.RawMessage
	QueryLength, KeyLength int
	Offset                 int64
	RelativePositions      []int64
	Expected               [][][]float64
	ExpectedBuckets        [][]int32
	ExpectedSlopes         []float64
	Tolerance              struct{ Atol, Rtol float64 }
	Published              string
	Note                   string
}

// strictly decodes JSON and refuses what it does not know.
func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// encoder makes the encoder of a case.
func (c conformanceCase) encoder(t *testing.T) bias.Encoder {
	switch c.Scheme {
	case "alibi":
		var o bias.ALiBiOptions
		require.NoError(t, strictly(c.Options, &o))
		e, err := bias.NewALiBi(o)
		require.NoError(t, err)
		return e
	case "t5":
		var o struct {
			bias.T5Options
			Bidirectional *bool
		}
		require.NoError(t, strictly(c.Options, &o))
		o.Unidirectional = o.Bidirectional != nil && !*o.Bidirectional
		e, err := bias.NewT5(o.T5Options)
		require.NoError(t, err)
		return e
	case "deberta":
		var o bias.DebertaOptions
		require.NoError(t, strictly(c.Options, &o))
		e, err := bias.NewDeberta(o)
		require.NoError(t, err)
		return e
	case "shaw":
		var o bias.ShawOptions
		require.NoError(t, strictly(c.Options, &o))
		e, err := bias.NewShaw(o)
		require.NoError(t, err)
		return e
	}
	require.Fail(t, "unknown scheme", c.Scheme)
	return nil
}

// Literal numbers from the tests of other projects.
func TestConformance(t *testing.T) {
	files, err := filepath.Glob("../../tests/conformance/bias/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		var f conformance
		require.NoError(t, strictly(data, &f), name)
		require.NotEmpty(t, f.Cases, name)
		for _, c := range f.Cases {
			where := fmt.Sprintf("%s %s", filepath.Base(name), c.ID)
			t.Run(where, func(t *testing.T) { c.run(t, fmt.Sprintf("%s (%s)", where, f.Source.Repo)) })
		}
	}
}

func (c conformanceCase) run(t *testing.T, where string) {
	e := c.encoder(t)
	require.True(t, c.Expected != nil || c.ExpectedBuckets != nil || c.ExpectedSlopes != nil, "%s expects nothing", where)
	agree := func(want, got float64, format string, args ...any) {
		t.Helper()
		require.LessOrEqual(t, math.Abs(want-got), c.Tolerance.Atol+c.Tolerance.Rtol*math.Abs(want), "%s: %s: want %v, got %v",
			where, fmt.Sprintf(format, args...), want, got)
	}
	if c.ExpectedSlopes != nil {
		slopes := e.(*bias.ALiBi).Slopes()
		require.Len(t, slopes, len(c.ExpectedSlopes), where)
		for h, want := range c.ExpectedSlopes {
			agree(want, slopes[h], "slope of head %d", h)
		}
	}
	if c.RelativePositions != nil {
		got := make([]int32, len(c.RelativePositions))
		for i, r := range c.RelativePositions {
			require.NoError(t, e.FillBuckets(got[i:i+1], bias.At{QueryLength: 1, KeyLength: 1, Offset: -r}))
		}
		require.Equal(t, c.ExpectedBuckets, [][]int32{got}, where)
		return
	}
	if c.ExpectedBuckets != nil {
		got, err := e.Buckets(c.QueryLength, c.KeyLength, c.Offset)
		require.NoError(t, err, where)
		for i, want := range c.ExpectedBuckets {
			require.Equal(t, want, got[i*c.KeyLength:][:c.KeyLength], "%s, query %d", where, i)
		}
	}
	if c.Expected != nil {
		matrix, err := e.Matrix(c.QueryLength, c.KeyLength, c.Offset)
		require.NoError(t, err, where)
		added := make([]float32, len(matrix))
		require.NoError(t, e.Add(added, bias.At{QueryLength: c.QueryLength, KeyLength: c.KeyLength, Offset: c.Offset}))
		require.Equal(t, matrix, added, where)
		require.Len(t, c.Expected, e.Heads(), where)
		for h := range c.Expected {
			for i := range c.Expected[h] {
				for j, want := range c.Expected[h][i] {
					agree(want, float64(matrix[(h*c.QueryLength+i)*c.KeyLength+j]), "head %d, query %d, key %d", h, i, j)
				}
			}
		}
	}
}
