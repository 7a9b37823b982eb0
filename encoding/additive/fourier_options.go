package additive

import (
	"math"
	"strconv"

	"posenc/encoding"
	"posenc/encoding/internal/angle"
)

// A FourierType says which frequencies Fourier features have.
type FourierType string

const (
	NeRF     FourierType = "nerf"     // f_k = 2^k
	Gaussian FourierType = "gaussian" // 2πB, B from a normal distribution, or given
	Timm     FourierType = "timm"     // π·1 to π·maxRes/2 for the pixels of an image, or θ^(-k/K)
)

// FourierOptions choose Fourier features. Inputs must be set; the zero value of the others means what is said there.
type FourierOptions struct {
	Type         FourierType `json:"type"`         // "" means NeRF
	Inputs       int         `json:"inputs"`       // n, the dimension of a point, 1 to 1024
	Bands        int         `json:"bands"`        // K, how many frequencies; 0 means 10 for nerf, 64 for timm, 256 for gaussian (or as many as B has)
	Layout       Layout      `json:"layout"`       // "" means Interleaved for nerf, Concat for the others
	IncludeInput bool        `json:"includeInput"` // the point's own numbers in front ("include_input", "include_grid", "concat_grid")

	Linear      bool    `json:"linear"`      // of nerf and timm in pixels: equal steps from the first frequency to the last, not equal ratios ("log_sampling" False, "linear_bands")
	IncludePi   bool    `json:"includePi"`   // of nerf: π·2^k, as in the paper; its reference code has 2^k
	InPixels    *bool   `json:"inPixels"`    // of timm ("in_pixels"); nil means true
	MaxRes      float64 `json:"maxRes"`      // of timm in pixels ("max_res"), above 0; 0 means 224
	Temperature float64 `json:"temperature"` // θ of timm not in pixels ("temperature"), above 0; 0 means 10000

	B     []float64 `json:"b"`     // of gaussian: [bands, inputs], magnitudes up to 2^32; nil means from the seed
	Sigma float64   `json:"sigma"` // σ of gaussian, for B from the seed, above 0; 0 means 1
	Seed  uint64    `json:"seed"`  // of gaussian, for B from the seed
}

// maxGaussian is the most numbers that B has: more take seconds to draw.
const maxGaussian = 1 << 18

// maxInputs is the largest dimension of a point.
const maxInputs = 1024

func (o FourierOptions) withDefaults() FourierOptions {
	if o.Type == "" {
		o.Type = NeRF
	}
	bands, layout := 64, Concat
	switch {
	case o.Type == NeRF:
		bands, layout = 10, Interleaved
	case o.Type == Gaussian && o.B != nil && o.Inputs > 0:
		bands = len(o.B) / o.Inputs
	case o.Type == Gaussian:
		bands = 256
	}
	if o.Bands == 0 {
		o.Bands = bands
	}
	if o.Layout == "" {
		o.Layout = layout
	}
	if o.MaxRes == 0 {
		o.MaxRes = 224
	}
	if o.Temperature == 0 {
		o.Temperature = 10000
	}
	if o.Sigma == 0 {
		o.Sigma = 1
	}
	inPixels := o.InPixels == nil || *o.InPixels
	o.InPixels = &inPixels // a copy: the caller's may change
	o.B = append([]float64(nil), o.B...)
	return o
}

// check is for options with defaults.
func (o FourierOptions) check() error {
	if types := []FourierType{NeRF, Gaussian, Timm}; !among(types, o.Type) {
		return bad("type", encoding.List(types), encoding.Quote(o.Type))
	}
	if layouts := []Layout{Interleaved, Concat, ConcatCosSin}; !among(layouts, o.Layout) {
		return bad("layout", encoding.List(layouts), encoding.Quote(o.Layout))
	}
	if err := within("inputs", o.Inputs, 1, maxInputs); err != nil {
		return err
	}
	most := MaxDim / 2
	switch {
	case o.Type == NeRF && o.IncludePi:
		most = 31 // π·2^30 is below HighestFrequency
	case o.Type == NeRF:
		most = 33
	}
	if o.Bands < 1 || o.Bands > most || o.dim() > MaxDim {
		return badInt("bands", "an integer from 1 to ", most, ", and at most 65536 features", o.Bands)
	}
	if o.Type == Gaussian && o.Bands*o.Inputs > maxGaussian {
		return badInt("bands", "one that keeps bands·inputs within ", maxGaussian, "", o.Bands)
	}
	for _, v := range []named{{"maxRes", o.MaxRes}, {"temperature", o.Temperature}, {"sigma", o.Sigma}} {
		if err := positive(v.name, v.value); err != nil {
			return err
		}
	}
	if o.MaxRes > angle.HighestFrequency/2 || o.MaxRes < 0x1p-32 {
		return bad("maxRes", "a number from 2^-32 to 2^31", encoding.Number(o.MaxRes))
	}
	if o.Sigma > 1<<28 {
		return bad("sigma", "a number up to 2^28", encoding.Number(o.Sigma))
	}
	if len(o.B) > 0 && o.Type != Gaussian {
		return bad("b", "none with type "+encoding.Quote(string(o.Type)), strconv.Itoa(len(o.B))+" numbers")
	}
	if len(o.B) > 0 && len(o.B) != o.Bands*o.Inputs {
		return bad("b", encoding.Text("[bands, inputs] = [", o.Bands, ", ", o.Inputs, "], ", o.Bands*o.Inputs, " numbers"), strconv.Itoa(len(o.B)))
	}
	return allWithinPower("b", o.B, 32) // which is angle.HighestFrequency
}

// dim is how many features a point has.
func (o FourierOptions) dim() int {
	d := 2 * o.Bands * o.unit()
	if o.IncludeInput {
		d += o.Inputs
	}
	return d
}

// unit is how many angles a band has: one for each number of the point, or one for all.
func (o FourierOptions) unit() int {
	if o.Type == Gaussian {
		return 1
	}
	return o.Inputs
}

// inverse reports whether frequencies are those of a sinusoidal encoding: timm's, not in pixels.
func (o FourierOptions) inverse() bool { return o.Type == Timm && !*o.InPixels }

// frequencies returns the frequencies of nerf and timm, rounded to float64, and whether they are to be
// multiplied by π.
func (o FourierOptions) frequencies() (f []float64, timesPi bool, err error) {
	f = make([]float64, o.Bands)
	last := float64(max(o.Bands-1, 1))
	ladder := angle.Ladder{Count: o.Bands, Top: 1, Steps: last}
	switch {
	case o.Type == NeRF:
		ladder.Base, timesPi = math.Ldexp(1, 1-o.Bands), o.IncludePi
	case o.inverse():
		ladder.Base, ladder.Steps = o.Temperature, float64(o.Bands)
	default:
		ladder.Base, timesPi = 2/o.MaxRes, true
	}
	if o.Linear && !o.inverse() {
		top := 1 / ladder.Base
		for k := range f {
			f[k] = 1 + float64(k)*(top-1)/last
		}
		return f, timesPi, nil
	}
	if o.Type == NeRF {
		for k := range f {
			f[k] = math.Ldexp(1, k)
		}
		return f, timesPi, nil
	}
	freqs, err := ladder.Frequencies()
	if err != nil {
		return nil, false, bad("temperature", outOfRange(), encoding.Number(o.Temperature))
	}
	for k := range f {
		f[k] = freqs[k].Radians()
	}
	return f, timesPi, nil
}
