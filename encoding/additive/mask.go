package additive

import (
	"math"
	"strconv"

	"posenc/encoding"
)

// PositionsFromMask returns the position of each token of mask [batch, seq], 1 for a token and 0 for padding:
//
//	positions[b, j] = (mask[b, 0] + ... + mask[b, j] + start)·mask[b, j] + padding
//
// It counts tokens only, so padding may be anywhere and all of it gets position padding. batch 0 means 1.
//
//   - fairseq, RoBERTa, M2M100 and their kin: padding is padding_idx (1 in most), start how many tokens are in the cache
//     (past_key_values_length). The first token gets padding_idx + 1.
//   - GPT-2, Llama and what else begins at 0: padding 0 and start -1 + the tokens in the cache. Padding gets 0; Hugging
//     Face's generate gives it 1, which no token sees as it is masked.
//
// Source: fairseq utils.make_positions, and Hugging Face create_position_ids_from_input_ids.
//
// start and padding must keep every position in an int32; a mask of anything but 0 and 1 is an [encoding.OptionError].
func PositionsFromMask(mask []float64, batch, start, padding int) ([]int32, error) {
	if batch == 0 {
		batch = 1
	}
	if batch < 0 {
		return nil, bad("batch", "a positive integer", strconv.Itoa(batch))
	}
	if len(mask)%batch != 0 {
		return nil, badInt("mask", "a length that is a multiple of batch = ", batch, "", len(mask))
	}
	seq := len(mask) / batch
	const limit = math.MaxInt32
	if start < -limit || start > limit-seq {
		return nil, badInt("start", "an integer that keeps all ", seq, " positions within ±(2^31-1)", start)
	}
	if p := int64(padding); p < -limit || p > limit || p+int64(start) < -limit || p+int64(start)+int64(seq) > limit {
		return nil, badInt("padding", "an integer that keeps all ", seq, " positions within ±(2^31-1)", padding)
	}
	for i, v := range mask {
		if v != 0 && v != 1 {
			return nil, bad(indexed("mask", i), "0 or 1", encoding.Number(v))
		}
	}
	positions := make([]int32, len(mask))
	count := start
	for i, v := range mask {
		if i%seq == 0 {
			count = start
		}
		positions[i] = int32(padding)
		if v != 0 {
			count++
			positions[i] = int32(count + padding)
		}
	}
	return positions, nil
}
