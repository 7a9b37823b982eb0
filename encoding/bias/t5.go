package bias

import (
	"math"

	"posenc/encoding/internal/angle"
)

// T5Options are the knobs of [T5]; the zero value of each is its default.
type T5Options struct {
	Heads          int  `json:"heads"`       // from 1 to MaxHeads; 0 for an encoder that has buckets alone
	NumBuckets     int  `json:"numBuckets"`  // 0 means 32
	MaxDistance    int  `json:"maxDistance"` // from where on all share the last bucket; 0 means 128
	Unidirectional bool `json:"unidirectional"`
	// Weights are the learned biases [NumBuckets, Heads], as Hugging Face's relative_attention_bias.weight; nil for buckets
	// alone.
	Weights []float32 `json:"weights"`
}

// T5 is the bias of Raffel et al. 2020, section 2.1: b = weights[bucket, h], with n buckets a direction, of which the
// first e = n/2 (rounded down) have one distance each. For the relative position r = key - query:
//
//	bidirectional    n = NumBuckets/2; d = |r|; buckets of r > 0 come n later
//	unidirectional   n = NumBuckets;   d = max(-r, 0), so all later keys are in bucket 0
//
//	bucket = d                                                        for d < e
//	bucket = min(e + trunc(ln(d/e) / ln(MaxDistance/e)·(n-e)), n-1)   otherwise
//
// This is _relative_position_bucket of Mesh TensorFlow and of Hugging Face's T5, who round each step of the last line to
// float32; so does this, with the logarithm rounded correctly. For the options in use that changes no bucket up to a
// distance of a million; it can where the exact value is a whole number or next to one, as for 14 of NumBuckets 10,
// MaxDistance 686.
//
// T5's encoder is bidirectional and its decoder's self-attention unidirectional; its cross-attention has no bias.
type T5 struct {
	core
	options T5Options
	perSide int64 // n
	steps   steps
}

// NewT5 returns the encoder, or an [encoding.OptionError].
func NewT5(o T5Options) (*T5, error) {
	if o.NumBuckets == 0 {
		o.NumBuckets = 32
	}
	if o.MaxDistance == 0 {
		o.MaxDistance = 128
	}
	n, least := o.NumBuckets/2, 4
	if o.Unidirectional {
		n, least = o.NumBuckets, 2
	}
	if err := integer("numBuckets", o.NumBuckets, least, 1<<16); err != nil {
		return nil, err
	}
	e := n / 2
	if err := integer("maxDistance", o.MaxDistance, e+1, math.MaxInt32); err != nil {
		return nil, err
	}
	noBias, err := weightsOf(&o.Weights, o.Heads, o.NumBuckets, "numBuckets·heads")
	if err != nil {
		return nil, err
	}
	t := &T5{options: o, perSide: int64(n)}
	span := float32(angle.Log(float64(o.MaxDistance) / float64(e)))
	t.steps = newSteps(int64(e), n-1-e, func(d int64) int64 {
		ln := float32(angle.Log(float64(float32(d) / float32(e))))
		return int64(float32(ln/span) * float32(n-e))
	})
	t.core = core{heads: o.Heads, noBias: noBias, scheme: &relative{heads: o.Heads, fill: t.fill, bucket: t.bucket}}
	if noBias != nil {
		t.scheme.(*relative).fill = nil
	}
	return t, nil
}

// weightsOf checks the learned biases of an encoder, and makes them a copy. Without any it returns what says so.
func weightsOf(weights *[]float32, heads, buckets int, shape string) (noBias, err error) {
	if *weights == nil {
		return lacking("weights", shape+" numbers to add", "none"), integer("heads", heads, 0, MaxHeads)
	}
	if err := integer("heads", heads, 1, MaxHeads); err != nil {
		return nil, err
	}
	if err := count("weights", shape, len(*weights), buckets*heads); err != nil {
		return nil, err
	}
	*weights = copyOf32(*weights)
	return nil, nil
}

// Options returns the options with the defaults filled in.
func (t *T5) Options() T5Options {
	o := t.options
	o.Weights = copyOf32(o.Weights)
	return o
}

// bucket is for r = key - query.
func (t *T5) bucket(r int64) (int32, int64) {
	if r > 0 {
		if t.options.Unidirectional {
			return 0, furthest
		}
		b, _, end := t.steps.bucket(r)
		return int32(b + t.perSide), end
	}
	b, first, _ := t.steps.bucket(-r)
	return int32(b), 1 - first
}

func (t *T5) fill(dst []float32, head int, first int64) {
	for i := 0; i < len(dst); {
		r := first + int64(i)
		bucket, end := t.bucket(r)
		w := t.options.Weights[int(bucket)*t.options.Heads+head]
		for n := i + int(min(end-r, int64(len(dst)-i))); i < n; i++ {
			dst[i] = w
		}
	}
}
