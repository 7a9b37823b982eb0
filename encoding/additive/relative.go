package additive

import (
	"strconv"
)

// MaxRelative is the longest sequence that has a list of relative positions.
const MaxRelative = 1 << 26

// RelativePositions returns the positions whose rows relative attention takes, from the furthest key before a query down:
//
//	length-1, ..., 1, 0                               one direction: Dai et al. 2019 (Transformer-XL)
//	length-1, ..., 1, 0, -1, ..., -(length-1)         bidirectional
//
// length is that of the keys, those in memory included (klen). Row i of the list belongs to query - key =
// length-1 - i. They go into At.Positions of a [Sinusoidal] with the convention "transformer-xl".
//
// Source: kimiyoung/transformer-xl pytorch/mem_transformer.py, pos_seq. The second list is that of encoders with such attention,
// as Hugging Face's Wav2Vec2-Conformer, whose rows are interleaved.
func RelativePositions(length int, bidirectional bool) ([]float64, error) {
	if err := within("length", length, 1, MaxRelative); err != nil {
		return nil, err
	}
	last := 0
	if bidirectional {
		last = -(length - 1)
	}
	return countDown(length-1, last, 0), nil
}

// XLNetPositions returns XLNet's positions for queryLength queries (qlen) and keyLength keys, memory included (klen), which
// begin one further away than Transformer-XL's:
//
//	klen, ..., 1, 0                              one direction ("uni")
//	klen, ..., 1, 0, -1, ..., -(qlen-1)          bidirectional ("bi")
//
// Where clamp is above 0 ("clamp_len"), positions beyond ±clamp become ±clamp. With bi_data XLNet gives half of a batch
// the list with all signs changed.
//
// Source: Yang et al. 2019 and Hugging Face modeling_xlnet.py, relative_positional_encoding.
func XLNetPositions(queryLength, keyLength int, bidirectional bool, clamp int) ([]float64, error) {
	if err := within("queryLength", queryLength, 1, MaxRelative); err != nil {
		return nil, err
	}
	if err := within("keyLength", keyLength, 1, MaxRelative); err != nil {
		return nil, err
	}
	if clamp < 0 {
		return nil, bad("clamp", "0, for none, or a positive integer", strconv.Itoa(clamp))
	}
	last := 0
	if bidirectional {
		last = -(queryLength - 1)
	}
	return countDown(keyLength, last, clamp), nil
}

func countDown(from, to, clamp int) []float64 {
	list := make([]float64, from-to+1)
	for i := range list {
		p := from - i
		if clamp > 0 {
			p = max(min(p, clamp), -clamp)
		}
		list[i] = float64(p)
	}
	return list
}
