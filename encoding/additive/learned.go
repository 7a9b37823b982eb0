package additive

import (
	"math"
	"posenc/encoding"
	"strconv"
)

// LearnedOptions chooses a learned table. Dim must be set, and Rows or Weights.
type LearnedOptions struct {
	Dim       int       `json:"dim"`       // d, the width of a row, 1 to MaxDim
	Rows      int       `json:"rows"`      // how many rows the table has ("max_position_embeddings" + offset); 0 means as many as Weights has
	RowOffset int       `json:"rowOffset"` // the row of position 0: 2 for BART, OPT and M2M100, 0 for BERT and GPT-2
	Weights   []float32 `json:"weights"`   // [rows, dim]; nil means that none are given yet. They are read, never written, and must not change.
}

// Learned is the table that a model learned, Gehring et al. 2017, section 3.1, and BERT and GPT-2:
//
//	PE(p) = weights[p + rowOffset]
//
// Positions are integers from -rowOffset to rows-rowOffset-1; others, fractions too, are an [encoding.OptionError], as is
// every use without weights.
type Learned struct {
	encoder
	options LearnedOptions
}

// NewLearned checks the options and returns the encoder. The error is an [encoding.OptionError].
func NewLearned(o LearnedOptions) (*Learned, error) {
	if err := checkDim(o.Dim); err != nil {
		return nil, err
	}
	if o.Rows == 0 && o.Weights == nil {
		return nil, bad("weights", "[rows, dim] numbers, or rows in their place", "none")
	}
	if o.Rows == 0 {
		o.Rows = len(o.Weights) / o.Dim
	}
	if err := within("rows", o.Rows, 1, maxTable/o.Dim); err != nil {
		return nil, err
	}
	if err := within("rowOffset", o.RowOffset, -math.MaxInt32, math.MaxInt32); err != nil {
		return nil, err
	}
	want := encoding.Text("[rows, dim] = [", o.Rows, ", ", o.Dim, "], ", o.Rows*o.Dim, " numbers")
	if o.Weights != nil && len(o.Weights) != o.Rows*o.Dim {
		return nil, bad("weights", want, strconv.Itoa(len(o.Weights)))
	}
	l := &Learned{encoder: newEncoder(learnedRows(o), o.Dim, 1), options: o}
	l.first, l.end = -int64(o.RowOffset), int64(o.Rows)-int64(o.RowOffset)
	if o.Weights == nil {
		l.missing = bad("weights", want, "none")
	}
	return l, nil
}

// Options returns the options with defaults filled in.
func (l *Learned) Options() LearnedOptions { return l.options }

type learnedRows LearnedOptions

// Make leaves 0 in rows that are not there: a table's window is whole blocks.
func (l learnedRows) Make(dst []float32, first int64) {
	clear(dst)
	row := first + int64(l.RowOffset)
	if row < 0 {
		dst = dst[min(-row*int64(l.Dim), int64(len(dst))):]
		row = 0
	}
	if row < int64(l.Rows) {
		copy(dst, l.Weights[int(row)*l.Dim:])
	}
}

func (l learnedRows) MakeAt(dst []float32, position float64) { l.Make(dst, int64(position)) }
