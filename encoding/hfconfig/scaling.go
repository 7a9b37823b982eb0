package hfconfig

import (
	"slices"
	"strconv"

	"posenc/encoding/rotary"
)

// The keys of a scaling; bit i of a mask stands for keys[i].
var keys = [...]string{
	"rope_type", "type", "rope_theta", "partial_rotary_factor", // any type has these
	"factor", "original_max_position_embeddings", "attention_factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim",
	"truncate", "finetuned", "short_factor", "long_factor", "low_freq_factor", "high_freq_factor",
	"mrope_section", "mrope_interleaved",
}

const (
	anyType = 1<<4 - 1
	factor  = 1 << (iota + 3)
	original
	attentionFactor
	betaFast
	betaSlow
	mscale
	mscaleAllDim
	truncate
	finetuned
	shortFactor
	longFactor
	lowFreqFactor
	highFreqFactor
	mropeSection
	mropeTurns
)

var scalings = [...]struct {
	name string // rope_type
	rule rotary.ScalingType
	keys uint32 // which it may have
}{
	{"default", "", 0},
	{"linear", rotary.Linear, factor},
	{"dynamic", rotary.Dynamic, factor | original},
	{"yarn", rotary.YaRN, factor | original | attentionFactor | betaFast | betaSlow | mscale | mscaleAllDim | truncate | finetuned},
	{"longrope", rotary.LongRoPE, factor | original | attentionFactor | shortFactor | longFactor},
	{"llama3", rotary.Llama3, factor | original | lowFreqFactor | highFreqFactor},
	{"proportional", rotary.Proportional, factor},
}

// scalingName returns the rope_type of d, by its name of today.
func scalingName(d *object, m *rope) string {
	name := d.text("rope_type", "a name", d.text("type", "a name", "default"))
	switch {
	case m.rules&mrope != 0 && name == "mrope":
		return "default"
	case m.rules&phi3Names != 0 && (name == "su" || name == "yarn"):
		return "longrope"
	}
	return name
}

// known refuses keys that the scaling type does not have. Of several it names the first in the alphabet.
func (o *object) known(allowed uint32, m *rope) {
	allowed |= anyType
	if m.rules&mrope != 0 {
		allowed |= mropeSection
	}
	if m.rules&mropeInterleaved != 0 {
		allowed |= mropeTurns
	}
	unknown, found, elsewhere := "", false, false
	for key := range o.keys {
		if found && unknown < key || !o.has(key) {
			continue
		}
		if i := slices.Index(keys[:], key); i < 0 || allowed>>i&1 == 0 {
			unknown, found, elsewhere = key, true, i >= 0
		}
	}
	switch {
	case !found:
	case elsewhere && !o.has("rope_type") && !o.has("type"):
		o.fail("rope_type", "the name of a scaling, as there is "+unknown)
	default:
		o.fail(unknown, "nothing, as this type of scaling has no such key")
	}
}

// scaling fills in what the scaling type of r needs.
func (o *object) scaling(d *object, m *rope, r *rotary.Options) {
	s := &r.Scaling
	longest, missing := r.MaxPositionEmbeddings, float64(required)
	const key = "original_max_position_embeddings"
	switch s.Type {
	case rotary.Proportional:
		missing = 1
	case rotary.Dynamic:
		if longest == 0 {
			o.whole("max_position_embeddings", required, 1)
		} else if d.whole(key, longest, 1) != longest {
			d.fail(key, "max_position_embeddings ("+strconv.Itoa(longest)+"), which dynamic goes by")
		}
	case rotary.YaRN, rotary.LongRoPE, rotary.Llama3:
		in, length, given := d, required, true
		switch {
		case o.has(key):
			in = o
		case d.has(key):
		case m.rules&phi3Names != 0:
			length = 4096
		case s.Type != rotary.Llama3 && longest > 0:
			length, given = longest, false
		}
		s.OriginalMaxPositionEmbeddings = in.whole(key, length, 1)
		if given && s.Type != rotary.Llama3 && longest > 0 {
			missing = float64(longest) / float64(s.OriginalMaxPositionEmbeddings)
			if s.Type == rotary.LongRoPE && missing < 1 {
				missing = 1 // its factor is for the attention only, and there 1 at least
			}
		}
		if s.Type != rotary.Llama3 && d.has("attention_factor") {
			s.AttentionFactor = d.real("attention_factor", required, positive)
		}
	}
	limit := fromOne
	if s.Type == rotary.Proportional {
		limit = positive
	}
	if missing < 1 {
		missing = required
	}
	s.Factor = d.real("factor", missing, limit)
	switch s.Type {
	case rotary.YaRN:
		s.BetaFast = d.real("beta_fast", 32, positive)
		s.BetaSlow = d.real("beta_slow", 1, positive)
		if s.BetaFast < s.BetaSlow {
			d.fail("beta_fast", "at least beta_slow ("+describe(s.BetaSlow)+")")
		}
		s.Mscale = d.real("mscale", 0, fromZero)
		s.MscaleAllDim = d.real("mscale_all_dim", 0, fromZero)
		s.NoTruncate = !d.flag("truncate", true)
		d.flag("finetuned", false)
	case rotary.LongRoPE:
		s.ShortFactor = d.reals("short_factor", r.RotaryDim/2)
		s.LongFactor = d.reals("long_factor", r.RotaryDim/2)
	case rotary.Llama3:
		s.LowFreqFactor = d.real("low_freq_factor", required, positive)
		s.HighFreqFactor = d.real("high_freq_factor", required, positive)
		if s.HighFreqFactor < s.LowFreqFactor { // Llama 4 Scout has both 1
			d.fail("high_freq_factor", "at least low_freq_factor ("+describe(s.LowFreqFactor)+")")
		}
	}
}
