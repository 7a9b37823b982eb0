package rotary

import (
	"math"

	"posenc/encoding"
	"posenc/encoding/internal/angle"
	"posenc/encoding/internal/rows"
)

// An XPosRole says which side of a score is turned by the encoding of Sun et al. 2022, "A Length-Extrapolatable Transformer",
// section 3.2 (xPos), which multiplies cos and sin of pair i at position p by
//
//	ζ_i^((p-c)/base) for queries,  ζ_i^(-(p-c)/base) for keys,   ζ_i = (2i + 0.4·d)/(1.4·d)
//
// so a score decays with the distance, and the rest cancels. c is Options.XPosCenter, base Options.XPosScaleBase and d
// Options.RotaryDim. Positions are within 60·base of c: beyond, the powers leave float32.
type XPosRole string

// The two sides. A model with xPos has an encoder for each.
const (
	XPosQuery XPosRole = "query"
	XPosKey   XPosRole = "key"
)

// xpos is the decay that [XPosRole] says. The products round to float32 a second time.
//
// For an integer position the power is that of the multiple of 64 below it, times the power of one step as often as
// needed, in float64: a function of the position alone.
type xpos struct {
	rows.Source
	logs   []float64 // ±ln ζ_i / base
	step   []float64 // its power of e
	center float64
}

const xposAnchor = 64

// withXPos multiplies a source by the decay of the options, or by its inverse where sign is -1.
func (o Options) withXPos(s rows.Source, sign float64) rows.Source {
	if o.XPos == "" {
		return s
	}
	if o.XPos == XPosKey {
		sign = -sign
	}
	x := xpos{Source: s, center: o.XPosCenter}
	d := float64(o.RotaryDim)
	for i := range o.RotaryDim / 2 {
		ln := angle.Log((float64(2*i)+float64(0.4*d))/(1.4*d)) / o.XPosScaleBase * sign
		x.logs = append(x.logs, ln)
		x.step = append(x.step, angle.Exp(ln))
	}
	return x
}

// Make writes the rows of positions first, first+1, ...
func (x xpos) Make(dst []float32, first int64) {
	x.Source.Make(dst, first)
	n := len(x.logs)
	end := first + int64(len(dst)/(2*n))
	for i, ln := range x.logs {
		power := 0.0
		for p := first &^ (xposAnchor - 1); p < end; p++ {
			if p&(xposAnchor-1) == 0 {
				power = angle.Exp(ln * (float64(p) - x.center))
			} else {
				power *= x.step[i]
			}
			if p >= first {
				scale(dst[int(p-first)*2*n:], i, n, power)
			}
		}
	}
}

// MakeAt writes the row of any position.
func (x xpos) MakeAt(dst []float32, position float64) {
	if position == math.Trunc(position) {
		x.Make(dst, int64(position))
		return
	}
	x.Source.MakeAt(dst, position)
	for i, ln := range x.logs {
		scale(dst, i, len(x.logs), angle.Exp(ln*(position-x.center)))
	}
}

// scale multiplies pair i of the n in a row.
func scale(row []float32, i, n int, power float64) {
	row[i] = float32(float64(row[i]) * power)
	row[n+i] = float32(float64(row[n+i]) * power)
}

// xposReach is how far from the center a position may be: beyond it the powers leave float32.
func (o *Options) xposReach() float64 { return math.Floor(60 * o.XPosScaleBase) }

func (o Options) checkXPos() error {
	switch {
	case o.XPos != "" && o.XPos != XPosQuery && o.XPos != XPosKey:
		return bad("xpos", `"query" or "key"`, encoding.Text(encoding.Quote(string(o.XPos))))
	case o.XPos == "" && (o.XPosScaleBase != 0 || o.XPosCenter != 0):
		return bad("xpos", `"query" or "key" where xposScaleBase or xposCenter is given`, "none")
	case o.XPos != "" && !(o.XPosScaleBase >= 1 && o.XPosScaleBase <= maxLength):
		return bad("xposScaleBase", "a number from 1 to 2^40", encoding.Number(o.XPosScaleBase))
	case !(math.Abs(o.XPosCenter) <= encoding.MaxPosition):
		return bad("xposCenter", "a number within ±2^53", encoding.Number(o.XPosCenter))
	}
	return nil
}

// checkReach says whether positions are within reach of xpos.
func (o *Options) checkReach(b *block, positions []float64) error {
	if o.XPos == "" {
		return nil
	}
	for _, p := range positions {
		if math.Abs(p-o.XPosCenter) > o.xposReach() {
			return bad("positions", encoding.Text("all within ", o.xposReach(), " of xposCenter with xpos"), encoding.Number(p))
		}
	}
	if first := float64(b.First); positions == nil && (math.Abs(first-o.XPosCenter) > o.xposReach() || math.Abs(first+float64(b.Seq)-1-o.XPosCenter) > o.xposReach()) && b.Seq > 0 {
		return bad("offset", encoding.Text("one that keeps all ", b.Seq, " positions within ", o.xposReach(), " of xposCenter with xpos"), encoding.Number(first))
	}
	return nil
}
