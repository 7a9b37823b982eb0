package bias

import (
	"math"

	"posenc/encoding/internal/angle"
)

// DebertaOptions are the knobs of [Deberta]; the zero value of each is its default.
type DebertaOptions struct {
	PositionBuckets      int `json:"positionBuckets"`      // Hugging Face's position_buckets, 256 in DeBERTa v3; 0 or less means one bucket a distance
	MaxRelativePositions int `json:"maxRelativePositions"` // Hugging Face's max_relative_positions; 0 means 512
}

// Deberta is the buckets of DeBERTa (He et al. 2021), for the relative position r = query - key: the row of its table of
// relative embeddings, of which there are twice span.
//
//	span = PositionBuckets, or MaxRelativePositions without buckets
//	bucket = clip(log bucket of r + span, 0, 2·span - 1)
//
// With mid = PositionBuckets/2 (rounded down) the log bucket is r for |r| <= mid, and otherwise
//
//	sign(r)·(ceil(ln(|r|/mid) / ln((MaxRelativePositions-1)/mid)·(mid-1)) + mid)
//
// and without buckets it is r. This is build_relative_position and make_log_bucket_position of Hugging Face's
// modeling_deberta_v2, with the sum and clip of its content-to-position gather; position-to-content gathers with the
// sign of r turned, clip(span - log bucket, 0, 2·span - 1). Each step is rounded to float32 as there, with the
// logarithm rounded correctly. Microsoft's own code has the same buckets up to |r| < MaxRelativePositions and clips r there.
//
// The embeddings meet queries and keys, so there is no bias to add.
type Deberta struct {
	core
	options DebertaOptions
	span    int64
	steps   steps
}

// NewDeberta returns the encoder, or an [encoding.OptionError].
func NewDeberta(o DebertaOptions) (*Deberta, error) {
	if o.MaxRelativePositions == 0 {
		o.MaxRelativePositions = 512
	}
	o.PositionBuckets = max(o.PositionBuckets, 0)
	mid := o.PositionBuckets / 2
	if o.PositionBuckets > 0 {
		if err := integer("positionBuckets", o.PositionBuckets, 2, 1<<16); err != nil {
			return nil, err
		}
	}
	least := mid + 2 // whose logarithm is above that of 1
	if mid == 0 {
		least = 1
	}
	if err := integer("maxRelativePositions", o.MaxRelativePositions, least, 1<<30); err != nil {
		return nil, err
	}
	d := &Deberta{options: o, span: int64(o.MaxRelativePositions)}
	if mid > 0 {
		d.span = int64(o.PositionBuckets)
		span := float32(angle.Log(float64(float32(float64(o.MaxRelativePositions-1) / float64(mid)))))
		d.steps = newSteps(int64(mid), o.PositionBuckets-mid, func(r int64) int64 {
			ln := float32(angle.Log(float64(float32(r) / float32(mid))))
			return int64(math.Ceil(float64(float32(ln/span) * float32(mid-1))))
		})
	} else {
		d.steps.base = d.span
	}
	d.core = core{scheme: &relative{bucket: d.bucket},
		noBias: lacking("add", "an encoder that has a bias", "DeBERTa, whose buckets choose embeddings")}
	return d, nil
}

// Options returns the options with the defaults filled in.
func (d *Deberta) Options() DebertaOptions { return d.options }

// bucket is for key - query, so r = -distance.
func (d *Deberta) bucket(distance int64) (int32, int64) {
	if distance > 0 { // r < 0
		b, _, end := d.steps.bucket(distance)
		return int32(max(d.span-b, 0)), end
	}
	b, first, _ := d.steps.bucket(-distance)
	return int32(min(d.span+b, 2*d.span-1)), 1 - first
}
