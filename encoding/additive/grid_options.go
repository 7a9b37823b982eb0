package additive

import (
	"math"
	"strconv"

	"posenc/encoding"
	"posenc/encoding/internal/angle"
)

// GridOptions chooses the encoding of a grid. Dim and Shape must be set; the zero value of the others means what is said
// there. [GridConvention] fills them in as a named project does.
type GridOptions struct {
	Dim   int   `json:"dim"`   // d, the width of a row, 1 to MaxDim
	Shape []int `json:"shape"` // [H, W] or [T, H, W]: how many cells along each axis

	// Axes is whose channels come first, second, ...: the letters of Shape in some order; "" means "hw" or "thw".
	Axes string `json:"axes"`
	// AxisDims is how many channels each axis has, even numbers in the order of Shape. Channels beyond Dim are cut off,
	// and those that are short of it are 0. nil means equal parts; Dim is then a multiple of twice the number of axes.
	AxisDims []int `json:"axisDims"`
	// Layout is the order within the channels of an axis; "" means Interleaved.
	Layout Layout `json:"layout"`
	// AcrossAxes makes Layout hold for the row and not for each axis: the sines of all axes, then all cosines.
	AcrossAxes bool `json:"acrossAxes"`

	Base           float64 `json:"base"`           // θ ("temperature", "max_timescale"), above 0; 0 means 10000
	FrequencyShift float64 `json:"frequencyShift"` // f, below half of an axis' channels; 1 is tensor2tensor's ladder
	MinTimescale   float64 `json:"minTimescale"`   // m, the first frequency ("min_timescale"), above 0; 0 means 1
	PrefixTokens   int     `json:"prefixTokens"`   // class and register tokens: that many rows of 0 in front

	// The coordinate of cell k of an axis of n cells is (k + CoordinateStart), and then
	//	·BaseSize/n on h and w, where BaseSize is set,
	//	/InterpolationScale on h and w, and /TemporalInterpolationScale on t,
	//	·NormalizeScale/(n - 1 + CoordinateStart + 1e-6) where Normalize is set, so that the last cell is at NormalizeScale.
	CoordinateStart            float64 `json:"coordinateStart"`
	BaseSize                   float64 `json:"baseSize"`                   // positive; 0 means that there is none
	InterpolationScale         float64 `json:"interpolationScale"`         // positive; 0 means 1
	TemporalInterpolationScale float64 `json:"temporalInterpolationScale"` // positive; 0 means 1
	Normalize                  bool    `json:"normalize"`
	NormalizeScale             float64 `json:"normalizeScale"` // positive; 0 means 2π
}

// maxAxisEntries is the most entries that an encoder's tables of the axes have together: 64 MiB.
const maxAxisEntries = 1 << 24

// The letters of the axes of a grid.
const axisLetters = "thw"

func (o GridOptions) withDefaults() GridOptions {
	o.Shape = append([]int(nil), o.Shape...) // the caller's may change
	o.AxisDims = append([]int(nil), o.AxisDims...)
	if o.Axes == "" && len(o.Shape) <= len(axisLetters) {
		o.Axes = axisLetters[len(axisLetters)-len(o.Shape):]
	}
	if o.Layout == "" {
		o.Layout = Interleaved
	}
	for _, v := range []struct {
		to    *float64
		usual float64
	}{{&o.Base, 10000}, {&o.MinTimescale, 1}, {&o.InterpolationScale, 1}, {&o.TemporalInterpolationScale, 1}, {&o.NormalizeScale, 2 * math.Pi}} {
		if *v.to == 0 {
			*v.to = v.usual
		}
	}
	if n := 2 * len(o.Shape); len(o.AxisDims) == 0 && n > 0 && o.Dim%n == 0 {
		for range o.Shape {
			o.AxisDims = append(o.AxisDims, o.Dim/n*2)
		}
	}
	return o
}

// axis returns the number in Shape of the axis of a letter, or -1.
func (o GridOptions) axis(letter byte) int {
	for i := range o.Shape {
		if axisLetters[len(axisLetters)-len(o.Shape)+i] == letter {
			return i
		}
	}
	return -1
}

// check is for options with defaults. What the axes have in common with a sinusoidal encoding is checked by that.
func (o GridOptions) check() error {
	if err := checkDim(o.Dim); err != nil {
		return err
	}
	n := len(o.Shape)
	if n != 2 && n != 3 {
		return bad("shape", "[height, width] or [time, height, width]", strconv.Itoa(n)+" numbers")
	}
	cells := 1
	for i, size := range o.Shape {
		if size < 1 || size > maxAxisEntries || cells > maxTable/size {
			return bad(indexed("shape", i), "a positive integer, and no more cells than can be counted", strconv.Itoa(size))
		}
		cells *= size
	}
	if err := within("prefixTokens", o.PrefixTokens, 0, maxAxisEntries); err != nil {
		return err
	}
	seen := 0
	for i := range o.Axes {
		if axis := o.axis(o.Axes[i]); axis >= 0 {
			seen |= 1 << axis
		}
	}
	if len(o.Axes) != n || seen != 1<<n-1 {
		return bad("axes", "the letters of "+encoding.Quote(axisLetters[3-n:])+" in some order", encoding.Quote(o.Axes))
	}
	if len(o.AxisDims) == 0 {
		return badInt("dim", "a multiple of ", 2*n, ", or axisDims", o.Dim)
	}
	if len(o.AxisDims) != n {
		return badInt("axisDims", "", n, " of them, as shape has", len(o.AxisDims))
	}
	entries := 0
	for i, d := range o.AxisDims {
		if d < 0 || d > MaxDim || d%2 != 0 {
			return badInt(indexed("axisDims", i), "an even integer from 0 to ", MaxDim, "", d)
		}
		if d > 0 && o.Shape[i] > (maxAxisEntries-entries)/d {
			return bad("shape", "axes of at most 2^24 cells times channels together", strconv.Itoa(o.Shape[i])+"·"+strconv.Itoa(d))
		}
		entries += d * o.Shape[i]
	}
	if o.AcrossAxes && o.Layout == Interleaved {
		return bad("acrossAxes", "false with layout "+encoding.Quote(string(Interleaved))+", which has no halves", "true")
	}
	for _, v := range []named{{"interpolationScale", o.InterpolationScale}, {"temporalInterpolationScale", o.TemporalInterpolationScale},
		{"normalizeScale", o.NormalizeScale}, {"baseSize", o.BaseSize}} {
		if err := positive(v.name, v.value); err != nil && !(v.name == "baseSize" && v.value == 0) {
			return err
		}
	}
	for i, size := range o.Shape {
		for _, k := range []int{0, size - 1} {
			if c := o.coordinate(i, k); !(math.Abs(c) <= angle.MaxPosition) {
				return bad("coordinateStart", "one that, with the scales, keeps coordinates within ±2^53, and not at "+encoding.Number(c), encoding.Number(o.CoordinateStart))
			}
		}
	}
	return nil
}

// coordinate returns the coordinate of cell k of an axis, a few roundings off in float64 where it is no integer.
func (o GridOptions) coordinate(axis, k int) float64 {
	c, n := float64(k)+o.CoordinateStart, float64(o.Shape[axis])
	if len(o.Shape) == 3 && axis == 0 {
		c /= o.TemporalInterpolationScale
	} else {
		if o.BaseSize != 0 {
			c = c * o.BaseSize / n
		}
		c /= o.InterpolationScale
	}
	if o.Normalize {
		c = c * o.NormalizeScale / (n - 1 + o.CoordinateStart + 1e-6)
	}
	return c
}
