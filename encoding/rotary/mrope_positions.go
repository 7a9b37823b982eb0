package rotary

import (
	"math"

	"posenc/encoding"
)

// An MRopePart is text or a block of vision in the input of a model.
type MRopePart struct {
	Text int // how many tokens of text; 0 for a block of vision

	// T, H and W are how many tokens a block has on each axis, after patches have been merged ("grid_thw", of which H and W
	// are divided by spatial_merge_size): T = 1 for an image.
	T, H, W int
	// TemporalScale is how many positions lie between two frames: Qwen2.5-VL's second_per_grid_ts·tokens_per_second for a
	// video; 0 means 1.
	TemporalScale float64
}

// maxParts is how many tokens MRopePositions numbers at most: their positions take 384 MiB.
const maxParts = 1 << 24

// MRopePositions returns the positions of an input that is made of these parts, for [MRope]: [3, tokens], all of t, then
// all of h, then all of w. As section 2.1 of Qwen2-VL has it, each part starts at cur, which is one more than the largest
// position before it and 0 for the first:
//
//	text:    t = h = w = cur, cur+1, ...
//	vision:  t = cur + trunc(frame·temporalScale),  h = cur + y,  w = cur + x,   frame by frame and row by row
//
// next is where a token that follows has its position; Hugging Face's rope delta is next minus the number of tokens.
//
// Three conventions meet here. Qwen2-VL's video is one block with temporalScale 1. Qwen2.5-VL scales its frames; Hugging
// Face's code for it has truncated second_per_grid_ts to an integer first, which the caller then does too. Qwen3-VL puts
// each frame behind a timestamp in text, so it is a part of its own with T = 1. (Later versions of Hugging Face's code
// begin the part behind a video at cur + max(H, W), even when t has gone further; for images both agree.)
//
// The error is an [encoding.OptionError].
func MRopePositions(parts []MRopePart) (positions []float64, next int64, err error) {
	total := 0
	for i, p := range parts {
		vision := p.T != 0 || p.H != 0 || p.W != 0
		least, most := min(p.T, p.H, p.W), max(p.T, p.H, p.W, p.Text)
		switch {
		case p.Text < 0 || vision && (p.Text != 0 || least < 1) || most > maxParts:
			err = bad(encoding.Text("parts[", i, "]"), "a number of tokens of text, or a block of vision with t, h and w of at least 1", encoding.Text("text ", p.Text, ", t ", p.T, ", h ", p.H, ", w ", p.W))
		case !(p.TemporalScale >= 0 && p.TemporalScale <= 1<<20) || p.TemporalScale != 0 && !vision:
			err = bad(encoding.Text("parts[", i, "].temporalScale"), "a number from 0 to 2^20, for vision", encoding.Number(p.TemporalScale))
		case p.H != 0 && p.W > maxParts/p.H || p.T != 0 && p.H*p.W > maxParts/p.T || p.Text+p.T*p.H*p.W > maxParts-total:
			err = bad(encoding.Text("parts[", i, "]"), "at most 2^24 tokens in all", "more")
		}
		if err != nil {
			return nil, 0, err
		}
		total += p.Text + p.T*p.H*p.W
	}
	positions = make([]float64, 3*total)
	i, cur := 0, 0.0
	put := func(t, h, w float64) {
		positions[i], positions[total+i], positions[2*total+i] = t, h, w
		i++
	}
	for _, p := range parts {
		for k := range p.Text {
			put(cur+float64(k), cur+float64(k), cur+float64(k))
		}
		scale := p.TemporalScale
		number(&scale, 1)
		last := float64(max(p.Text, p.H, p.W) - 1)
		for frame := range p.T {
			t := math.Trunc(float64(frame) * scale)
			last = max(last, t)
			for y := range p.H {
				for x := range p.W {
					put(cur+t, cur+float64(y), cur+float64(x))
				}
			}
		}
		cur += last + 1
	}
	return positions, int64(cur), nil
}
