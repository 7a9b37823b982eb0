package additive

import (
	"posenc/encoding"

	"math"
	"strconv"

	"posenc/encoding/internal/angle"
)

// Fourier are the features that coordinates are turned into, a point of n numbers into Dim() of them:
//
//	nerf, timm   angle f_k·x_j of band k and number j: units of n angles, one for each band
//	gaussian     angle 2π·(B_k0·x_0 + B_k1·x_1 + ...) of band k: units of 1 angle
//
//	interleaved     [x?, sin unit 0, cos unit 0, sin unit 1, cos unit 1, ...]
//	concat          [x?, sin unit 0, sin unit 1, ..., cos unit 0, cos unit 1, ...]
//	concat-cos-sin  [x?, cos ..., sin ...]
//
//	nerf      2^k, k = 0..K-1, or with Linear 1 to 2^(K-1) in equal steps; π times that with IncludePi
//	gaussian  B ~ N(0, σ²), [bands, inputs]
//	timm      π·(maxRes/2)^(k/(K-1)), or with Linear π times 1 to maxRes/2 in equal steps; θ^(-k/K) where InPixels is false
//
// Sources: Mildenhall et al. 2020 (NeRF), equation 4, which has IncludePi, and its code (run_nerf_helpers.py), which has
// not, but IncludeInput; both are interleaved, Inputs 3 and Bands 10 or 4. Tancik et al. 2020, "Fourier Features Let Networks
// Learn High Frequency Functions", section 6.1. timm/layers/pos_embed_sincos.py: build_fourier_pos_embed concatenated as
// FourierEmbed does, which has Linear and IncludeInput; build_fourier_pos_embed alone has neither by default.
//
// The frequencies are float64 numbers; angles are exact for them and sums of angles exact, so each entry is within 0.501
// units in the last place of its true value, or within 2^-135 of it.
type Fourier struct {
	options FourierOptions
	freqs   []angle.Frequency // of each band; of gaussian, of each entry of B
	minus   []bool            // of gaussian: which of B are negative
	values  []float64
}

// NewFourier checks the options and returns the features. The error is an [encoding.OptionError].
func NewFourier(o FourierOptions) (*Fourier, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	f := &Fourier{options: o}
	if o.Type == Gaussian {
		if len(o.B) == 0 {
			f.options.B = angle.Normals(o.Bands*o.Inputs, o.Seed, angle.Log)
			for i := range f.options.B {
				f.options.B[i] *= o.Sigma
			}
		}
		f.values = f.options.B
		for _, b := range f.values {
			f.freqs, f.minus = append(f.freqs, angle.PerTurn(angle.Exactly(math.Abs(b)))), append(f.minus, b < 0)
		}
		return f, nil
	}
	values, timesPi, err := o.frequencies()
	if err != nil {
		return nil, err
	}
	f.values = values
	for _, v := range values {
		if timesPi {
			f.freqs = append(f.freqs, angle.PerTurn(angle.Exactly(v/2))) // π is half a turn
		} else {
			f.freqs = append(f.freqs, angle.Radians(v))
		}
	}
	return f, nil
}

// Options returns the options with defaults filled in, B too. The list is a copy.
func (f *Fourier) Options() FourierOptions { return f.options.withDefaults() }

// Dim returns how many features a point has.
func (f *Fourier) Dim() int { return f.options.dim() }

// Frequencies returns the frequency of each band, without the factor π; of gaussian B, turns per unit.
func (f *Fourier) Frequencies() []float64 { return append([]float64(nil), f.values...) }

// Check says what Encode would say of this many features and numbers of points, when their values are not at hand yet.
func (f *Fourier) Check(features, numbers int) error {
	n, dim := f.options.Inputs, f.Dim()
	if numbers%n != 0 {
		return badInt("points", "a length that is a multiple of inputs = ", n, "", numbers)
	}
	if count := numbers / n; features%dim != 0 || features/dim != count {
		return bad("x", encoding.Text("[points, dim] = [", count, ", ", dim, "] numbers"), strconv.Itoa(features))
	}
	return nil
}

// Encode writes the features of points [count, inputs] into dst [count, dim]. A point's numbers are within ±2^53.
func (f *Fourier) Encode(dst []float32, points []float64) error {
	if err := f.Check(len(dst), len(points)); err != nil {
		return err
	}
	if err := allWithinPower("points", points, 53); err != nil {
		return err
	}
	n, dim := f.options.Inputs, f.Dim()
	for ; len(points) > 0; points, dst = points[n:], dst[dim:] {
		f.encode(dst[:dim], points[:n])
	}
	return nil
}

func (f *Fourier) encode(dst []float32, x []float64) {
	if f.options.IncludeInput {
		for j, v := range x {
			dst[j] = float32(v)
		}
		dst = dst[len(x):]
	}
	unit, half := f.options.unit(), len(dst)/2
	for i := range half {
		var a angle.Sum
		if f.options.Type == Gaussian {
			for j, v := range x {
				if f.minus[i*len(x)+j] {
					v = -v
				}
				a.Add(&f.freqs[i*len(x)+j], v)
			}
		} else {
			a.Add(&f.freqs[i/unit], x[i%unit])
		}
		s, c := a.SinCos()
		at, other := i, i+half
		switch f.options.Layout {
		case Interleaved:
			at = i + i/unit*unit
			other = at + unit
		case ConcatCosSin:
			at, other = other, at
		}
		dst[at], dst[other] = float32(s), float32(c)
	}
}

// FourierGridOptions says which points the cells of a feature map are, as timm has it. The zero value of a field means what
// is said there.
type FourierGridOptions struct {
	// Indexing is "ij": the numbers of a point are those of the axes in the order of the shape, [y, x]; or "xy": the
	// first two are exchanged, [x, y]. "" means "ij". The order of the cells is row-major both times.
	Indexing string
	RefShape []int   // of each axis, as shape: coordinates are divided by shape and multiplied by this ("ref_feat_shape")
	Offset   float64 // where InPixels is false: is added to each coordinate ("grid_offset")
}

// GridPoints returns the points [cells, inputs] of a feature map [H, W], or of any number of axes that Inputs is: from -1
// to 1 along each axis (or -1, where it has one cell), and where InPixels is false 0, 1, ... plus the offset.
//
// Source: timm build_fourier_pos_embed, whose linspace and arange are float32; these are float64.
func (f *Fourier) GridPoints(shape []int, o FourierGridOptions) ([]float64, error) {
	n := f.options.Inputs
	if len(shape) != n {
		return nil, badInt("shape", "inputs = ", n, " numbers", len(shape))
	}
	if len(o.RefShape) != 0 && len(o.RefShape) != n {
		return nil, badInt("refShape", "inputs = ", n, " numbers", len(o.RefShape))
	}
	if o.Indexing != "" && o.Indexing != "ij" && o.Indexing != "xy" {
		return nil, bad("indexing", `"ij" or "xy"`, encoding.Quote(o.Indexing))
	}
	if err := withinPower("offset", o.Offset, 52); err != nil {
		return nil, err
	}
	cells := 1
	for i, size := range shape {
		if size < 1 || size > maxAxisEntries/n/cells {
			return nil, badInt(indexed("shape", i), "a positive integer, and at most ", maxAxisEntries/n, " cells", size)
		}
		cells *= size
	}
	for i, size := range o.RefShape {
		if err := within(indexed("refShape", i), size, 1, maxAxisEntries); err != nil {
			return nil, err
		}
	}
	points := make([]float64, cells*n)
	for cell := range cells {
		rest := cell
		for axis := n - 1; axis >= 0; axis-- {
			k := rest % shape[axis]
			rest /= shape[axis]
			to := axis
			if o.Indexing == "xy" && axis < 2 && n > 1 {
				to = 1 - axis
			}
			c := float64(k) + o.Offset
			if !f.options.inverse() {
				c = -1 + float64(2*k)/float64(max(shape[axis]-1, 1))
			}
			if len(o.RefShape) > 0 {
				c = c / float64(shape[axis]) * float64(o.RefShape[axis])
			}
			points[cell*n+to] = c
		}
	}
	return points, nil
}
