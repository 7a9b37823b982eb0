package additive_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/additive"
)

// schemeCase is a case of ../../tests/conformance/additive; the README.md there says what its fields are.
type schemeCase struct {
	ID, Call        string
	Options         json.RawMessage
	Positions       []float64
	Input           []float64
	FirstColumn     int
	Expected        [][]float64
	Tolerance       struct{ Atol, Rtol float64 }
	Published, Note string
}

// rows returns what the case's call gives, and how wide its rows are.
func (c schemeCase) rows(t *testing.T) (out []float64, dim int) {
	var named struct{ Convention string }
	require.NoError(t, json.Unmarshal(c.Options, &named))
	widen := func(rows []float32, err error) {
		require.NoError(t, err)
		for _, v := range rows {
			out = append(out, float64(v))
		}
	}
	switch c.Call {
	case "grid":
		var o struct {
			additive.GridOptions
			Convention string
		}
		require.NoError(t, strictly(c.Options, &o))
		if named.Convention != "" {
			preset, err := additive.GridConvention(named.Convention, o.Dim, o.Shape...)
			require.NoError(t, err)
			o.GridOptions = preset
			require.NoError(t, strictly(c.Options, &o))
		}
		g, err := additive.NewGrid(o.GridOptions)
		require.NoError(t, err)
		widen(g.Table(g.Length(), additive.At{}))
		return out, o.Dim
	case "timestep":
		var o struct {
			additive.TimestepOptions
			Convention string
		}
		require.NoError(t, strictly(c.Options, &o))
		if named.Convention != "" {
			preset, err := additive.TimestepConvention(named.Convention, o.Dim)
			require.NoError(t, err)
			o.TimestepOptions = preset
			require.NoError(t, strictly(c.Options, &o))
		}
		s, err := additive.NewTimestep(o.TimestepOptions)
		require.NoError(t, err)
		widen(s.Table(len(c.Positions), additive.At{Positions: c.Positions}))
		return out, o.Dim
	case "resize2D":
		var o struct {
			additive.ResizeOptions
			From, To [2]int
			Dim      int
		}
		require.NoError(t, strictly(c.Options, &o))
		weights := make([]float32, len(c.Input))
		for i, v := range c.Input {
			weights[i] = float32(v)
		}
		widen(additive.Resize2D(weights, o.From, o.Dim, o.To, o.ResizeOptions))
		return out, o.Dim
	case "positionsFromMask":
		var o struct{ Batch, Start, Padding int }
		require.NoError(t, strictly(c.Options, &o))
		ids, err := additive.PositionsFromMask(c.Input, o.Batch, o.Start, o.Padding)
		require.NoError(t, err)
		for _, v := range ids {
			out = append(out, float64(v))
		}
		return out, len(c.Input) / o.Batch
	}
	require.FailNow(t, "no such call", c.Call)
	return nil, 0
}

func TestConformanceOfSchemes(t *testing.T) {
	files, err := filepath.Glob("../../tests/conformance/additive/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		var f struct {
			Source struct{ Repo, Path, Commit string }
			Cases  []schemeCase
		}
		require.NoError(t, strictly(data, &f), name)
		require.NotEmpty(t, f.Cases, name)
		for _, c := range f.Cases {
			t.Run(filepath.Base(name)+" "+c.ID, func(t *testing.T) {
				rows, dim := c.rows(t)
				require.LessOrEqual(t, len(c.Expected)*dim, len(rows))
				for row, expected := range c.Expected {
					for i, want := range expected {
						tolerance := c.Tolerance.Atol + c.Tolerance.Rtol*math.Abs(want)
						require.InDelta(t, want, rows[row*dim+c.FirstColumn+i], tolerance, "row %d, column %d", row, c.FirstColumn+i)
					}
				}
			})
		}
	}
}
