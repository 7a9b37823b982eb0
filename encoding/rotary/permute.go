package rotary

import (
	"fmt"
	"strconv"
)

// Permute turns the weights of a query or key projection from the channel order of one [Pairing] into that of the other:
// weights has heads·headDim rows of columns numbers (a bias: columns = 1), as PyTorch's Linear keeps them, and dst, as long,
// must not overlap it. With n = rotaryDim/2 (0 means headDim/2), the rows of each head become
//
//	to Half:        dst[i] = weights[2i],  dst[i+n] = weights[2i+1]
//	to Interleaved: dst[2i] = weights[i],  dst[2i+1] = weights[i+n]
//
// and those from rotaryDim on stay. One direction undoes the other. It is what Hugging Face's conversion of Meta's Llama
// does to wq and wk (to Half), and llama.cpp's conversion from Hugging Face undoes (to Interleaved). Values and output
// projections stay as they are: scores are sums over channels, which do not mind their order.
func Permute(dst, weights []float32, heads, headDim, rotaryDim, columns int, to Pairing) error {
	if to == "" {
		return bad("to", `"half" or "interleaved"`, "none")
	}
	o, err := plain(headDim, rotaryDim, 0, to)
	if err != nil {
		return err
	}
	switch {
	case heads < 1 || heads > 1<<20:
		return bad("heads", "a positive integer up to 2^20", strconv.Itoa(heads))
	case columns < 1 || columns > maxTable/(heads*headDim) || len(weights) != heads*headDim*columns:
		return bad("weights", fmt.Sprintf("heads·headDim·columns = %d·%d·%d of them", heads, headDim, columns), strconv.Itoa(len(weights)))
	case len(dst) != len(weights):
		return bad("dst", fmt.Sprintf("as many as weights = %d", len(weights)), strconv.Itoa(len(dst)))
	case &dst[0] == &weights[0]:
		return bad("dst", "an array of its own", "weights")
	}
	n := o.RotaryDim / 2
	for head := 0; head < len(weights); head += headDim * columns {
		w, d := weights[head:][:headDim*columns], dst[head:][:headDim*columns]
		copy(d[2*n*columns:], w[2*n*columns:])
		for i := range n {
			for k, apart := range [2]int{i, i + n} {
				from, at := 2*i+k, apart
				if to == Interleaved {
					from, at = at, from
				}
				copy(d[at*columns:][:columns], w[from*columns:])
			}
		}
	}
	return nil
}
