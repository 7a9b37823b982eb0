//go:build js && wasm

package jsbridge

import (
	"math"
	"reflect"
	"syscall/js"

	"posenc/encoding"
	"posenc/encoding/analysis"
)

// A measure takes its options, long lists among them, and returns numbers: a struct of them, a list or one.
type measure func(s snapshot) (any, error)

// measureOf is the measure by a function of a struct of options.
func measureOf[O, R any](f func(o O) (R, error)) measure {
	return func(s snapshot) (any, error) {
		var o O
		if err := s.into(&o); err != nil {
			return nil, err
		}
		return f(o)
	}
}

// What measures take, by the names of js/analysis.js.
type (
	tableOptions struct {
		Table     []float32 `json:"table"`
		Dim       int       `json:"dim"`
		K         float64   `json:"k"` // may be negative
		Tolerance float64   `json:"tolerance"`
	}
	matrixOptions struct {
		tableOptions
		Matrix []float32 `json:"matrix"` // the bytes of float64
	}
	rowOptions struct {
		X    []float32 `json:"x"`
		Y    []float32 `json:"y"`
		Dim  int       `json:"dim"`
		To   int       `json:"to"`
		Seed uint64    `json:"seed"`
	}
	tokenOptions struct {
		Embeddings []float32 `json:"embeddings"`
		Table      []float32 `json:"table"`
		Dim        int       `json:"dim"`
		Tokens     []int     `json:"tokens"`
		Positions  []int     `json:"positions"`
	}
	sequenceOptions struct {
		X           []float32 `json:"x"`
		Dim         int       `json:"dim"`
		Query       []float32 `json:"query"`
		Key         []float32 `json:"key"`
		Value       []float32 `json:"value"`
		Table       []float32 `json:"table"`
		Bias        []float32 `json:"bias"`
		Rotary      int       `json:"rotary"` // the number of an encoder
		Offset      float64   `json:"offset"`
		Permutation []int     `json:"permutation"`
	}
	random struct {
		MeanAbs float64 `json:"meanAbs"`
		RMS     float64 `json:"rms"`
	}
)

var measures = map[string]measure{
	"gram":     measureOf(func(o tableOptions) ([]float64, error) { return analysis.Gram(o.Table, o.Dim) }),
	"profile":  measureOf(func(o tableOptions) (analysis.Distances, error) { return analysis.Profile(o.Table, o.Dim) }),
	"spectrum": measureOf(func(o tableOptions) (analysis.Lines, error) { return analysis.Spectrum(o.Table, o.Dim) }),
	"firstRepetition": measureOf(func(o tableOptions) (analysis.Repetition, error) {
		return analysis.FirstRepetition(o.Table, o.Dim, o.Tolerance)
	}),
	"fitShift": measureOf(func(o tableOptions) (fit analysis.Fit, err error) {
		k, err := steps(o.K)
		if err == nil {
			fit, err = analysis.FitShift(o.Table, o.Dim, k)
		}
		return fit, err
	}),
	"shiftResidual": measureOf(func(o matrixOptions) (r analysis.Residual, err error) {
		k, err := steps(o.K)
		if err == nil {
			r, err = analysis.ShiftResidual(float64s(o.Matrix), o.Table, o.Dim, k)
		}
		return r, err
	}),
	"orthogonality": measureOf(func(o matrixOptions) (float64, error) { return analysis.Orthogonality(float64s(o.Matrix), o.Dim) }),
	"randomCosine": measureOf(func(o tableOptions) (r random, err error) {
		r.MeanAbs, r.RMS, err = analysis.RandomCosine(o.Dim)
		return r, err
	}),
	"cosines": measureOf(func(o rowOptions) (analysis.Cosines, error) {
		if o.Y == nil {
			return analysis.CosinesWithin(o.X, o.Dim)
		}
		return analysis.CosinesBetween(o.X, o.Y, o.Dim)
	}),
	"overlap": measureOf(func(o tokenOptions) (analysis.Shares, error) { return analysis.Overlap(o.Embeddings, o.Table, o.Dim) }),
	"preserve": measureOf(func(o tokenOptions) (analysis.Preservation, error) {
		return analysis.Preserve(o.Embeddings, o.Table, o.Dim, o.Tokens, o.Positions)
	}),
	"project": measureOf(func(o rowOptions) ([]float32, error) { return analysis.Project(o.X, o.Dim, o.To, o.Seed) }),
	"attention": measureOf(func(o sequenceOptions) (out analysis.Attended, err error) {
		a, err := o.attention()
		if err == nil {
			out, err = a.Apply(o.X, o.Dim)
		}
		return out, err
	}),
	"permutationError": measureOf(func(o sequenceOptions) (r analysis.Residual, err error) {
		a, err := o.attention()
		if err != nil {
			return r, err
		}
		return analysis.PermutationError(o.X, o.Dim, o.Permutation, func(x []float32) ([]float64, error) {
			out, err := a.Apply(x, o.Dim)
			return out.Output, err
		})
	}),
}

// attention is attention with the encodings that the options name.
func (o sequenceOptions) attention() (a analysis.Attention, err error) {
	a = analysis.Attention{Query: o.Query, Key: o.Key, Value: o.Value, Table: o.Table, Bias: o.Bias}
	if _, err = newCall(opRotate, 1, 1, 0, o.Offset, 0); err != nil || o.Rotary == 0 {
		return a, err
	}
	h, err := encoderWith(int32(o.Rotary), opRotate)
	n := len(o.X) / max(o.Dim, 1)
	a.Rotate = func(x []float32) error {
		if len(x) != n*h.width {
			return &encoding.OptionError{Option: "rotary", Want: encoding.Text("an encoder whose headDim is the width of query and key, ", len(x)/n), Got: encoding.Text("one of ", h.width)}
		}
		c, err := newCall(opRotate, 1, 1, 0, o.Offset, 0)
		if err != nil {
			return err
		}
		c.x = x
		err = h.run(c)
		c.x = nil
		return err
	}
	return a, err
}

// steps converts a number of rows.
func steps(k float64) (int, error) {
	if k != math.Trunc(k) || math.Abs(k) > math.MaxInt32 {
		return 0, &encoding.OptionError{Option: "k", Want: "an integer", Got: encoding.Number(k)}
	}
	return int(k), nil
}

// results are the lists of the last measure, until the ES module has read them.
var results [][]float64

// measured takes a measure, and answers with its numbers; of a list there is how long it is and which of the results.
func measured(name string, options, numbers js.Value) (result js.Value) {
	defer func() {
		if r := recover(); r != nil {
			result = object("error", problemOf(panicError(r)))
		}
	}()
	if faults {
		fault()
	}
	results = nil
	taken, bytes := takeAll(numbers)
	value, err := measures[name](snapshot{options, taken})
	release(bytes)
	if err != nil {
		return object("error", problemOf(err))
	}
	return object("value", numbersOf(reflect.ValueOf(value)))
}

func numbersOf(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Struct:
		out := object()
		for i := range v.NumField() {
			out.Set(v.Type().Field(i).Tag.Get("json"), numbersOf(v.Field(i)))
		}
		return out
	case reflect.Slice:
		list, ok := v.Interface().([]float64)
		if !ok {
			list = make([]float64, v.Len())
			for i, each := range v.Interface().([]float32) {
				list[i] = float64(each)
			}
		}
		results = append(results, list)
		return object("list", len(results)-1, "length", len(list))
	}
	return plain(v)
}

// posenc_result writes the numbers of a list from one on into the staging buffer, as float64 and as many as fit; the list -1 lets go of all.
//
//lint:ignore U1000 JavaScript calls it
//go:wasmexport posenc_result
func resultList(list, from int32) (status int32) {
	defer func() { status = caught(recover(), status) }()
	if faults {
		fault()
	}
	if list < 0 {
		results = nil
		return statusOK
	}
	copy(staging64[:], results[list][from:])
	return statusOK
}
