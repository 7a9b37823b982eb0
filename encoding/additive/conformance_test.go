package additive_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/additive"
)

// conformance is a file of ../../tests/conformance; the README.md there says what its fields are.
type conformance struct {
	Source struct{ Repo, Path, Commit string }
	Cases  []conformanceCase
}

type conformanceCase struct {
	ID          string
	Options     json.RawMessage
	Batch       int
	Positions   []float64
	FirstColumn int
	Embeddings  [][]float32
	Expected    [][]float64
	Tolerance   struct{ Atol, Rtol float64 }
	Published   string
	Note        string
}

// strictly decodes JSON and refuses what it does not know.
func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// encoder makes the encoder of a case: its convention first, then the options that it names.
func (c conformanceCase) encoder() (*additive.Sinusoidal, error) {
	var named struct {
		additive.SinusoidalOptions
		Convention string
	}
	named.Convention = "vaswani"
	if err := strictly(c.Options, &named); err != nil {
		return nil, err
	}
	o, err := additive.Convention(named.Convention, named.Dim)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(c.Options, &o); err != nil {
		return nil, err
	}
	return additive.NewSinusoidal(o)
}

// Literal numbers from the tests of other projects.
func TestConformance(t *testing.T) {
	files, err := filepath.Glob("../../tests/conformance/*.json")
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
	s, err := c.encoder()
	require.NoError(t, err, where)
	dim := s.Options().Dim
	at := additive.At{Batch: c.Batch, Positions: c.Positions}
	embeddings := func() []float32 {
		x := make([]float32, len(c.Positions)*dim)
		for row := range c.Embeddings {
			copy(x[row*dim:], c.Embeddings[row])
		}
		return x
	}

	added := embeddings()
	require.NoError(t, s.Add(added, at), where)
	c.compare(t, where+": Add", dim, added, nil)

	filled := make([]float32, len(added))
	require.NoError(t, s.Fill(filled, at), where)
	c.compare(t, where+": Fill", dim, filled, embeddings())

	table, err := s.Table(len(c.Positions), additive.At{Positions: c.Positions})
	require.NoError(t, err, where)
	c.compare(t, where+": Table", dim, table, embeddings())

	for row, p := range c.Positions { // one row at a time, by offset: past and in the table that the encoder keeps
		if p == math.Trunc(p) {
			x := embeddings()[row*dim:][:dim]
			require.NoError(t, s.Add(x, additive.At{Offset: int64(p)}), where)
			require.Equal(t, added[row*dim:][:dim], x, "%s: position %g by offset and by positions", where, p)
		}
	}
}

// compare holds rows, plus what should have been added to them, against what the project printed.
func (c conformanceCase) compare(t *testing.T, where string, dim int, rows, plus []float32) {
	require.Len(t, c.Expected, len(c.Positions), where)
	for row, expected := range c.Expected {
		for i, want := range expected {
			column := c.FirstColumn + i
			got := float64(rows[row*dim+column])
			if plus != nil {
				got += float64(plus[row*dim+column])
			}
			tolerance := c.Tolerance.Atol + c.Tolerance.Rtol*math.Abs(want)
			require.InDelta(t, want, got, tolerance, "%s, position %g, column %d: want %v ± %.2g, got %v", where,
				c.Positions[row], column, want, tolerance, got)
		}
	}
}
