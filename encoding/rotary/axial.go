package rotary

import (
	"math"
	"slices"
	"strconv"

	"posenc/encoding"
	"posenc/encoding/internal/angle"
)

// AxialOptions choose a rotary encoding of the cells of a grid. HeadDim, Shape and Convention must be set; the zero value of
// the others means what the convention does.
type AxialOptions struct {
	HeadDim    int    `json:"headDim"`    // width of a head, 2 to MaxHeadDim
	Shape      []int  `json:"shape"`      // how many cells: [H, W] or [T, H, W]
	Convention string `json:"convention"` // whose; see Axial

	Base     float64 `json:"base"` // θ, above 0
	Pairing  Pairing `json:"pairing"`
	Axes     string  `json:"axes"`     // the axes in the order of their channels: "hw", "wh", "thw", ...
	AxesDims []int   `json:"axesDims"` // how many channels each has, in that order, even; those of a head beyond their sum are left alone
	// Start and Stop are the coordinates of the first cell and of the one behind the last, in the order of Shape, for crops
	// and for grids of another size than the trained one. No Stop means Start plus Shape.
	Start []float64 `json:"start"`
	Stop  []float64 `json:"stop"`

	PrefixTokens int `json:"prefixTokens"` // rows before the cells that are not turned: class and register tokens, text
	SuffixTokens int `json:"suffixTokens"` // the same behind them
}

// Axial is rotary encoding in two or three dimensions: each axis turns pairs of its own by its own ladder of frequencies,
//
//	angle of pair i of axis a at a cell = c_a·w_i,  w_i = θ^(-2i/d_a),  c_a = start_a + k·(stop_a - start_a)/size_a
//
// where k is the cell's index on the axis and d_a its channels: first all pairs of the first axis, then those of the next.
// Cells are row-major, the last of Shape fastest, and positions are the numbers of rows: prefixTokens rows that are not
// turned (cos 1, sin 0), the cells, suffixTokens more. A fraction, or a number outside, is an error. The conventions:
//
//	name       channels   pairing      θ      c        who
//	diffusers  w h        interleaved  10000  k        get_2d_rotary_pos_embed (first half w, though it is called emb_h),
//	                                                   HunyuanDiT, SAM 2's compute_axial_cis; RoPE-ViT with base 100
//	           t h w      (d/4, 3d/8, 3d/8)            get_3d_rotary_pos_embed, CogVideoX
//	flux       t h w      interleaved  10000  k        FluxPosEmbed (d/8, 7d/16, 7d/16): [16, 56, 56]; shape [1, H, W]
//	torchtune  w h        interleaved  10000  k + 1    VisionRotaryPositionalEmbeddings, Llama 4's vision; the class token
//	                                                   is a suffix there
//	eva02      h w        interleaved  10000  k        VisionRotaryEmbeddingFast, with stop the trained size
//	qwen2-vl   h w        half         10000  k        Qwen2-VL's vision; its patches come in blocks of 2·2: give positions
//	pixtral    h w        half         10000  k        Pixtral: of one ladder over all d, h has w_0, w_2, ... and w w_1, w_3, ...
//	dinov3     h w        half         100    centers  DINOv3: c = 2·(k + 1/2)/size - 1, and w_i is turns: angle 2π·c·w_i
//
// Two axes have half of the channels each. Three need axesDims but with diffusers and flux.
//
// cos and sin are float32, correctly rounded for the float64 coordinate but for near ties; products and sums round to
// float32. It is safe for concurrent use.
type Axial struct {
	lookup
	options AxialOptions
}

// conventions has what AxialOptions leaves open. dims3 is the channels of three axes, in sixteenths of a head.
var conventions = []struct {
	name, axes2        string
	pairing            Pairing
	base, first        float64
	dims3              [3]int
	staggered, centers bool
}{
	{name: "diffusers", axes2: "wh", pairing: Interleaved, base: 10000, dims3: [3]int{4, 6, 6}},
	{name: "flux", pairing: Interleaved, base: 10000, dims3: [3]int{2, 7, 7}},
	{name: "torchtune", axes2: "wh", pairing: Interleaved, base: 10000, first: 1},
	{name: "eva02", axes2: "hw", pairing: Interleaved, base: 10000},
	{name: "qwen2-vl", axes2: "hw", pairing: Half, base: 10000},
	{name: "pixtral", axes2: "hw", pairing: Half, base: 10000, staggered: true},
	{name: "dinov3", axes2: "hw", pairing: Half, base: 100, centers: true},
}

// maxAxis is how many cells an axis has at most, and maxAngles how many angles all axes have together.
const (
	maxAxis   = 1 << 16
	maxAngles = 1 << 22
)

// NewAxial checks the options and returns the encoder. The error is an [encoding.OptionError].
func NewAxial(o AxialOptions) (*Axial, error) {
	names, which := "", -1
	for i, c := range conventions {
		if names += ", " + encoding.Quote(c.name); c.name == o.Convention {
			which = i
		}
	}
	if which < 0 {
		return nil, bad("convention", names[2:], encoding.Quote(o.Convention[:min(len(o.Convention), 40)]))
	}
	c := conventions[which]
	o.Shape, o.AxesDims, o.Start, o.Stop = slices.Clone(o.Shape), slices.Clone(o.AxesDims), slices.Clone(o.Start), slices.Clone(o.Stop) // the caller's may change
	if len(o.Shape) != 2 && len(o.Shape) != 3 || slices.Min(o.Shape) < 1 || slices.Max(o.Shape) > maxAxis {
		return nil, bad("shape", "[H, W] or [T, H, W] with 1 to 65536 cells on each axis", short(o.Shape))
	}
	if len(o.Shape) == 2 && c.axes2 == "" {
		return nil, bad("shape", "[T, H, W] with convention "+encoding.Quote(c.name)+", T = 1 for an image", short(o.Shape))
	}
	axes, letters := len(o.Shape), "thw"[3-len(o.Shape):]
	number(&o.Base, c.base)
	if o.Pairing == "" {
		o.Pairing = c.pairing
	}
	if o.Axes == "" {
		if o.Axes = letters; axes == 2 {
			o.Axes = c.axes2
		}
	}
	var order [3]int // of Shape, for each of Axes
	found := 0
	for i := range min(len(o.Axes), axes) {
		for k := range letters {
			if letters[k] == o.Axes[i] {
				order[i] = k
				found |= 1 << k
			}
		}
	}
	if len(o.Axes) != axes || found != 1<<axes-1 {
		return nil, bad("axes", `each letter of "`+letters+`" once`, encoding.Quote(o.Axes[:min(len(o.Axes), 40)]))
	}
	full, err := plain(o.HeadDim, 2, o.Base, o.Pairing) // how many channels are turned is not known yet
	if err == nil {
		err = o.withCoordinates(c.first, c.centers)
	}
	if err != nil {
		return nil, err
	}
	if o.AxesDims == nil {
		for i := range axes {
			sixteenths := 8
			if axes == 3 {
				sixteenths = c.dims3[order[i]]
			}
			if sixteenths == 0 || o.HeadDim*sixteenths%32 != 0 {
				return nil, bad("axesDims", `them, as "`+c.name+`" has no way to split headDim between these axes`, "none")
			}
			o.AxesDims = append(o.AxesDims, o.HeadDim*sixteenths/16)
		}
	}
	full.RotaryDim = 0
	for _, d := range o.AxesDims {
		if d < 2 || d%2 != 0 || d > o.HeadDim-full.RotaryDim || c.staggered && d != o.AxesDims[0] {
			full.RotaryDim = 0
			break
		}
		full.RotaryDim += d
	}
	if full.RotaryDim == 0 || len(o.AxesDims) != axes {
		return nil, bad("axesDims", `as many even integers as shape, from 2 on, whose sum is at most headDim; all the same with "pixtral"`, short(o.AxesDims))
	}
	s := cells{first: int64(o.PrefixTokens), count: 1, pairs: full.RotaryDim / 2}
	var stride [3]int64
	angles := 0
	for i := axes - 1; i >= 0; i-- {
		stride[i] = s.count
		s.count *= int64(o.Shape[i])
		angles += o.Shape[i] * s.pairs
	}
	if angles > maxAngles {
		return nil, bad("shape", encoding.Text("one whose sizes have a sum of at most ", maxAngles/s.pairs, " with rotaryDim = ", full.RotaryDim), short(o.Shape))
	}
	for i, tokens := range [2]int{o.PrefixTokens, o.SuffixTokens} {
		if tokens < 0 || tokens > 1<<30 {
			return nil, bad([2]string{"prefixTokens", "suffixTokens"}[i], "an integer from 0 to 2^30", strconv.Itoa(tokens))
		}
	}

	for i, d := range o.AxesDims {
		k := order[i]
		ladder := angle.Ladder{Count: d / 2, Top: 1, Base: o.Base, Steps: float64(d) / 2}
		if c.staggered {
			ladder.Count, ladder.Steps = s.pairs, float64(s.pairs)
		}
		w, err := ladder.Frequencies()
		if err != nil {
			return nil, full.blame()
		}
		a := axis{size: int64(o.Shape[k]), stride: stride[k], pairs: d / 2, rows: make([]float32, o.Shape[k]*d)}
		for p := range a.pairs {
			f := w[p]
			if c.staggered {
				f = w[p*axes+i]
			}
			if c.centers {
				f = angle.PerTurn(f.Turns().Mul(angle.TwoPi))
			}
			for cell := range o.Shape[k] {
				sin, cos := f.SinCos(o.coordinate(k, cell))
				a.rows[cell*d+p], a.rows[cell*d+a.pairs+p] = float32(cos), float32(sin)
			}
		}
		s.axes = append(s.axes, a)
	}
	x := &Axial{options: o}
	table := full.table(s)
	x.lookup = lookup{headDim: o.HeadDim, pairs: s.pairs, pairing: o.Pairing, rows: s.first + s.count + int64(o.SuffixTokens), forward: table, back: table}
	return x, nil
}

// withCoordinates fills in and checks Start and Stop, which a convention with centers has no use for.
func (o *AxialOptions) withCoordinates(first float64, centers bool) error {
	if centers {
		if len(o.Start)+len(o.Stop) != 0 {
			return bad("start", `none with "dinov3", nor stop: its coordinates are from -1 to 1`, "some")
		}
		return nil
	}
	if len(o.Start) == 0 {
		o.Start = []float64{first, first, first}[:len(o.Shape)]
	}
	if len(o.Stop) == 0 && len(o.Start) == len(o.Shape) {
		for k, size := range o.Shape {
			o.Stop = append(o.Stop, o.Start[k]+float64(size))
		}
	}
	for i, list := range [2][]float64{o.Start, o.Stop} {
		name := [2]string{"start", "stop"}[i]
		if len(list) != len(o.Shape) {
			return bad(name, "as many numbers as shape", strconv.Itoa(len(list)))
		}
		for _, v := range list {
			if !(math.Abs(v) <= 1<<41) {
				return bad(name, "numbers within ±2^41", encoding.Number(v))
			}
		}
	}
	return nil
}

// coordinate returns c of a cell on axis k of the shape.
func (o AxialOptions) coordinate(k, cell int) float64 {
	size := float64(o.Shape[k])
	if o.Start == nil {
		return (float64(2*cell+1) - size) / size
	}
	return o.Start[k] + float64(float64(cell)*((o.Stop[k]-o.Start[k])/size))
}

// Options returns the options with defaults filled in.
func (x *Axial) Options() AxialOptions { return x.options }

// cells are the rows of Axial, put together from those of its axes.
type cells struct {
	axes         []axis // in the order of their channels
	first, count int64  // the row of the first cell; how many there are
	pairs        int
}

// An axis has a row [cos, sin] for each of its indices.
type axis struct {
	size, stride int64 // cell/stride%size is the index
	pairs        int
	rows         []float32
}

// Make writes the rows of positions first, first+1, ...; those of no cell turn nothing.
func (s cells) Make(dst []float32, first int64) {
	for cell := first - s.first; len(dst) > 0; cell, dst = cell+1, dst[2*s.pairs:] {
		cos, sin := dst[:s.pairs], dst[s.pairs:][:s.pairs]
		if cell < 0 || cell >= s.count {
			for i := range cos {
				cos[i], sin[i] = 1, 0
			}
			continue
		}
		for _, a := range s.axes {
			row := a.rows[int(cell/a.stride%a.size)*2*a.pairs:][:2*a.pairs]
			copy(cos, row[:a.pairs])
			copy(sin, row[a.pairs:])
			cos, sin = cos[a.pairs:], sin[a.pairs:]
		}
	}
}

// MakeAt writes the row of a position, which is an integer.
func (s cells) MakeAt(dst []float32, position float64) { s.Make(dst, int64(position)) }
