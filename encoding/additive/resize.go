package additive

import (
	"posenc/encoding"

	"math"
	"strconv"
)

// A ResizeMode names an interpolation.
type ResizeMode string

const (
	Linear   ResizeMode = "linear"   // of Resize1D
	Bilinear ResizeMode = "bilinear" // of Resize2D
	Bicubic  ResizeMode = "bicubic"  // of Resize2D
)

// ResizeOptions say how a learned table is stretched to other lengths, by the names of torch.nn.functional.interpolate.
type ResizeOptions struct {
	Mode         ResizeMode `json:"mode"`         // "" means Linear in one dimension, Bicubic in two
	AlignCorners bool       `json:"alignCorners"` // the first and last rows stay where they are; otherwise the edges of the first and last cells do
	Antialias    bool       `json:"antialias"`    // a wider kernel where the table shrinks; Resize2D only, and not with AlignCorners
	PrefixTokens int        `json:"prefixTokens"` // class and register tokens: that many rows in front are copied as they are
}

// Resize1D returns the rows [prefix + newRows, dim] of weights [prefix + rows, dim], interpolated along the rows. rows
// and newRows do not count the prefix tokens. See [Resize2D].
func Resize1D(weights []float32, rows, dim, newRows int, o ResizeOptions) ([]float32, error) {
	if o.Mode == "" {
		o.Mode = Linear
	}
	if o.Mode != Linear {
		return nil, bad("mode", encoding.List([]ResizeMode{Linear}), encoding.Quote(o.Mode))
	}
	if o.Antialias {
		return nil, bad("antialias", "false in one dimension, as in PyTorch", "true")
	}
	return resize(weights, [2]int{1, rows}, dim, [2]int{1, newRows}, o, []string{"", "rows", "", "newRows"})
}

// Resize2D returns the rows [prefix + H2·W2, dim] of weights [prefix + H·W, dim], which are cells of a grid in row-major
// order, interpolated along both axes; from is [H, W] and to is [H2, W2].
//
//	row (y, x) = Σ u_y(k)·u_x(l)·weights row (k, l)
//
// With s = old/new (or (old-1)/(new-1) with AlignCorners), the centre of new cell i is c = s·(i + 1/2) - 1/2 (or s·i) in
// old cells, and u(k) = h(k - c), neighbours beyond the edge being the cell at the edge:
//
//	linear   h(x) = 1 - |x|                                                           |x| < 1
//	cubic    h(x) = (a+2)|x|³ - (a+3)|x|² + 1, |x| < 1;  a|x|³ - 5a|x|² + 8a|x| - 4a, |x| < 2;  a = -0.75
//
// With Antialias, a = -0.5, cells beyond the edge are left out, the others' weights divided by their sum, and where s > 1
// h is s times as wide.
//
// Source: torch.nn.functional.interpolate, as Hugging Face's ViT uses it (interpolate_pos_encoding: bicubic, with size),
// and timm's resample_abs_pos_embed (bicubic and antialias).
//
// PyTorch computes each step in float32; here it is float64 and one rounding to float32, so that the two differ by
// a few units in the last place of the largest neighbour, and a table of the same size is returned as it is.
func Resize2D(weights []float32, from [2]int, dim int, to [2]int, o ResizeOptions) ([]float32, error) {
	if o.Mode == "" {
		o.Mode = Bicubic
	}
	if modes := []ResizeMode{Bilinear, Bicubic}; !among(modes, o.Mode) {
		return nil, bad("mode", encoding.List(modes), encoding.Quote(o.Mode))
	}
	if o.Antialias && o.AlignCorners {
		return nil, bad("alignCorners", "false with antialias", "true")
	}
	return resize(weights, from, dim, to, o, []string{"from[0]", "from[1]", "to[0]", "to[1]"})
}

// maxResized is the most rows along an axis of a table to be resized, so that its taps can be held.
const maxResized = 1 << 20

func resize(weights []float32, from [2]int, dim int, to [2]int, o ResizeOptions, names []string) ([]float32, error) {
	if err := checkDim(dim); err != nil {
		return nil, err
	}
	for i, n := range []int{from[0], from[1], to[0], to[1]} {
		if err := within(names[i], n, 1, maxResized); err != nil {
			return nil, err
		}
	}
	if err := within("prefixTokens", o.PrefixTokens, 0, maxResized); err != nil {
		return nil, err
	}
	// Products in int64: an int has 32 bits in some places. 2^20·2^20 rows of 2^16 fit.
	rows := int64(o.PrefixTokens) + int64(from[0])*int64(from[1])
	newRows := int64(o.PrefixTokens) + int64(to[0])*int64(to[1])
	if newRows > int64(maxTable/dim) {
		return nil, badInt(names[3], "one that makes no more than ", maxTable/dim, " rows", to[1])
	}
	if int64(len(weights)) != rows*int64(dim) {
		return nil, bad("weights", encoding.Text("[", rows, ", ", dim, "], ", rows*int64(dim), " numbers"), strconv.Itoa(len(weights)))
	}
	ys, xs := newTaps(from[0], to[0], o), newTaps(from[1], to[1], o)
	dst := make([]float32, int(newRows)*dim)
	prefix := o.PrefixTokens * dim
	copy(dst, weights[:prefix])
	weights = weights[prefix:]
	sums := make([]float64, dim)
	for i := range int(newRows) - o.PrefixTokens {
		y, x := ys.of(i/to[1]), xs.of(i%to[1])
		clear(sums)
		for _, v := range y {
			for _, h := range x {
				w := v.weight * h.weight
				if w == 0 {
					continue // a neighbour that has no part, even if it is infinite
				}
				row := weights[(v.cell*from[1]+h.cell)*dim:][:dim]
				for j := range row {
					sums[j] += float64(w * float64(row[j]))
				}
			}
		}
		for j, s := range sums {
			dst[prefix+i*dim+j] = float32(s)
		}
	}
	return dst, nil
}

// taps are the weights of all new cells along an axis.
type taps struct {
	size, n int
	scale   float64
	o       ResizeOptions
	buf     []tap
}

// A tap is the weight of an old cell.
type tap struct {
	cell   int
	weight float64
}

func newTaps(from, to int, o ResizeOptions) *taps {
	t := &taps{size: from, n: to, scale: float64(from) / float64(to), o: o}
	if o.AlignCorners {
		t.scale = 0
		if to > 1 {
			t.scale = float64(from-1) / float64(to-1)
		}
	}
	return t
}

// of returns the taps of new cell i, until the next call.
func (t *taps) of(i int) []tap {
	t.buf = t.buf[:0]
	reach := 1.0
	if t.o.Mode == Bicubic {
		reach = 2
	}
	if t.o.Antialias {
		wide := max(t.scale, 1)
		centre := float64(t.scale * (float64(i) + 0.5))
		first := max(int(centre-float64(reach*wide)+0.5), 0)
		end := min(int(centre+float64(reach*wide)+0.5), t.size)
		sum := 0.0
		for k := first; k < end; k++ {
			w := t.kernel((float64(k)-centre+0.5)/wide, -0.5)
			sum += w
			t.buf = append(t.buf, tap{k, w})
		}
		for k := range t.buf {
			t.buf[k].weight /= sum
		}
		return t.buf
	}
	centre := float64(t.scale * float64(i))
	if !t.o.AlignCorners {
		centre = float64(t.scale*(float64(i)+0.5)) - 0.5
	}
	floor := math.Floor(centre)
	for d := 1 - reach; d <= reach; d++ {
		k := int(floor + d)
		t.buf = append(t.buf, tap{max(min(k, t.size-1), 0), t.kernel(floor+d-centre, -0.75)})
	}
	return t.buf
}

// kernel returns h(x), of which a is a number in the cubic one.
func (t *taps) kernel(x, a float64) float64 {
	x = math.Abs(x)
	switch {
	case t.o.Mode != Bicubic:
		return max(1-x, 0)
	case x < 1:
		return float64(float64(float64(float64((a+2)*x)-(a+3))*x)*x) + 1
	case x < 2:
		return float64((float64((float64((x-5)*x)+8)*x) - 4) * a)
	}
	return 0
}
