package additive

import (
	"posenc/encoding"

	"strconv"
)

// GridConventions returns the names that [GridConvention] knows, in alphabetical order.
func GridConventions() []string {
	return []string{"detr", "diffusers", "mae", "multidim", "tensor2tensor", "timm"}
}

// GridConvention returns the options of a named project for rows of dim channels, ready to be changed or passed to
// [NewGrid]:
//
//	name           axes      layout of an axis  f  channels of an axis                coordinate of cell k of n
//	mae            w h       concat             0  d/2                                k
//	timm           h w       concat, across     0  d/2                                k
//	diffusers 2-D  w h       concat             0  d/2                                k·baseSize/n/interpolationScale
//	diffusers 3-D  t w h     concat             0  t: d/4, h, w: 3d/8                 k/interpolationScale
//	tensor2tensor  (t) h w   concat             1  2·⌊d/2a⌋ of a axes, the rest 0     k
//	multidim       (t) h w   interleaved        0  2·⌈d/2a⌉ of a axes, cut to d       k
//	detr           h w       interleaved        0  d/2                                (k+1)/(n+1e-6)·2π
//
// Where they are from, and what to know of each:
//
//   - mae: facebookresearch/mae util/pos_embed.py, and ViT after MoCo v3. The first half is that of the column x, though
//     the variable is called emb_h. With a class token, PrefixTokens is 1. d is a multiple of 4.
//   - timm: timm/layers/pos_embed_sincos.py build_sincos2d_pos_embed: sines of y, sines of x, cosines of y, cosines of x.
//     interleave_sin_cos is AcrossAxes false. reverse_coord is Shape [W, H]: it changes the order of the cells, too, and
//     nothing where H = W. d is a multiple of 4.
//   - diffusers: models/embeddings.py get_2d_sincos_pos_embed, where BaseSize is 16 unless changed, a model's own
//     sample size in patches; and get_3d_sincos_pos_embed. d is a multiple of 4, or 16.
//   - tensor2tensor: common_attention.add_timing_signal_nd. Its min_timescale multiplies every frequency but the ratio
//     is max/min, as in MinTimescale and Base.
//   - multidim: tatp22/multidim-positional-encoding, PositionalEncoding2D and 3D (their x, y, z are the axes in order).
//   - detr: facebookresearch/detr models/position_encoding.py PositionEmbeddingSine with normalize=True and nothing
//     masked; without, Normalize is false and the coordinate k+1. d is a multiple of 4.
func GridConvention(name string, dim int, shape ...int) (GridOptions, error) {
	o := GridOptions{Dim: dim, Shape: shape, Layout: Concat}
	axes, flat := len(shape), false
	multiple := 2 * axes
	switch name {
	case "mae":
		o.Axes, flat = "wh", true
	case "timm":
		o.AcrossAxes, flat = true, true
	case "diffusers":
		o.Axes, o.BaseSize = "wh", 16
		if axes == 3 {
			o.Axes, o.BaseSize, multiple = "twh", 0, 16
			o.AxisDims = []int{dim / 4, dim / 8 * 3, dim / 8 * 3}
		}
	case "tensor2tensor":
		o.FrequencyShift, multiple = 1, 1
	case "multidim":
		o.Layout, multiple = Interleaved, 1
	case "detr":
		o.Layout, o.Normalize, o.CoordinateStart, flat = Interleaved, true, 1, true
	default:
		return GridOptions{}, bad("convention", encoding.List(GridConventions()), encoding.Quote(name))
	}
	if err := checkDim(dim); err != nil {
		return GridOptions{}, err
	}
	if axes != 2 && (axes != 3 || flat) {
		want := "[height, width] or [time, height, width]"
		if flat {
			want = "[height, width]"
		}
		return GridOptions{}, bad("shape", want+" with convention "+encoding.Quote(name), strconv.Itoa(axes)+" numbers")
	}
	if dim%multiple != 0 {
		return GridOptions{}, badInt("dim", "a multiple of ", multiple, " with convention "+encoding.Quote(name), dim)
	}
	if multiple == 1 {
		n := dim / (2 * axes)
		if name == "multidim" {
			n = (dim + 2*axes - 1) / (2 * axes)
		}
		for range shape {
			o.AxisDims = append(o.AxisDims, 2*n)
		}
	}
	return o.withDefaults(), nil
}
