package bias

// ShawOptions are the knobs of [Shaw].
type ShawOptions struct {
	MaxRelativePosition int `json:"maxRelativePosition"` // k, from 1 to 2^30
}

// Shaw is the relative positions of Shaw et al. 2018, section 3.2, for r = key - query: the row of the tables of 2k+1 relative
// embeddings,
//
//	bucket = clip(r, -k, k) + k
//
// as tensor2tensor's _generate_relative_positions_matrix. The embeddings meet queries and values, so there is no bias to
// add.
type Shaw struct {
	core
	options ShawOptions
}

// NewShaw returns the encoder, or an [encoding.OptionError].
func NewShaw(o ShawOptions) (*Shaw, error) {
	if err := integer("maxRelativePosition", o.MaxRelativePosition, 1, 1<<30); err != nil {
		return nil, err
	}
	s := &Shaw{options: o}
	s.core = core{scheme: &relative{bucket: s.bucket},
		noBias: lacking("add", "an encoder that has a bias", "Shaw, whose buckets choose embeddings")}
	return s, nil
}

// Options returns the options.
func (s *Shaw) Options() ShawOptions { return s.options }

func (s *Shaw) bucket(r int64) (int32, int64) {
	switch k := int64(s.options.MaxRelativePosition); {
	case r <= -k:
		return 0, 1 - k
	case r >= k:
		return int32(2 * k), furthest
	default:
		return int32(r + k), r + 1
	}
}
