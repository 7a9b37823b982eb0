//go:build js && wasm

package jsbridge

import (
	"math"
	"unsafe"

	"posenc/encoding"
	"posenc/encoding/bias"
)

func init() {
	schemes["alibi"] = func(s snapshot) (*handle, error) {
		var o bias.ALiBiOptions
		if err := s.into(&o); err != nil {
			return nil, err
		}
		e, err := bias.NewALiBi(o)
		if err != nil {
			return nil, err
		}
		return &handle{scores: e, options: e.Options(), numbers: map[int32]func() []float64{propertySlopes: e.Slopes}}, nil
	}
	schemes["t5"] = biasOf(bias.NewT5)
	schemes["deberta"] = biasOf(bias.NewDeberta)
	schemes["shaw"] = biasOf(bias.NewShaw)
	schemes["swin"] = biasOf(bias.NewSwin)
	schemes["kerple"] = biasOf(bias.NewKerple)
	schemes["fire"] = biasOf(bias.NewFire)
}

// biasOf is the scheme of an encoder by its constructor.
func biasOf[O any, E interface {
	bias.Encoder
	Options() O
}](create func(O) (E, error)) scheme {
	return func(s snapshot) (*handle, error) {
		var o O
		if err := s.into(&o); err != nil {
			return nil, err
		}
		e, err := create(o)
		if err != nil {
			return nil, err
		}
		return &handle{scores: e, options: e.Options()}, nil
	}
}

// What posenc_scores does; js/runtime.js has the same.
const (
	scoresAdd = iota
	scoresMatrix
	scoresBuckets
)

// scoresEncoder returns the encoder with this number, which must act on scores.
func scoresEncoder(id int32) (*handle, error) {
	h, err := encoder(id)
	if err == nil && h.scores == nil {
		err = errThis
	}
	return h, err
}

func scoresAt(batch, queries, keys, offset float64) (at bias.At, err error) {
	if at.Batch, err = counting("batch", batch); err != nil {
		return at, err
	}
	if at.QueryLength, err = integer("queryLength", queries); err != nil {
		return at, err
	}
	if at.KeyLength, err = integer("keyLength", keys); err != nil {
		return at, err
	}
	if offset != math.Trunc(offset) || math.Abs(offset) > encoding.MaxPosition {
		return at, &encoding.OptionError{Option: "offset", Want: "an integer within ±2^53", Got: encoding.Number(offset)}
	}
	at.Offset = int64(offset)
	return at, nil
}

// posenc_check_scores says whether scores would take an array of length elements, or with length -1 writes how many there
// are into the first of the positions, without touching anything.
//
//lint:ignore U1000 JavaScript calls it
//go:wasmexport posenc_check_scores
func checkScores(id, op int32, length, batch, queries, keys, offset float64) (status int32) {
	defer func() { status = caught(recover(), status) }()
	h, err := scoresEncoder(id)
	if err != nil {
		return failed(err)
	}
	at, err := scoresAt(batch, queries, keys, offset)
	if err != nil {
		return failed(err)
	}
	n := int(length)
	if length < 0 {
		at.Part = true // sizes are checked, and the length is what they make it
		n = 0
		positions[0] = queries * keys
		if op != scoresBuckets {
			positions[0] *= batch * float64(h.scores.Heads())
		}
	}
	return failed(h.scores.Check(n, at, op == scoresBuckets))
}

// posenc_scores adds the bias to scores, or writes it, or writes the buckets as int32: a part of them that begins with element
// number first, or all of them where first is -1.
//
//lint:ignore U1000 JavaScript calls it
//go:wasmexport posenc_scores
func scores(id, op, array, from, length int32, first, batch, queries, keys, offset float64) int32 {
	if op == scoresAdd && quickScores(id, array, from, length, first, batch, queries, keys, offset) {
		return statusOK
	}
	return scoresAny(id, op, array, from, length, first, batch, queries, keys, offset)
}

// quickScores is scores for what a decoder does for every token, and for the tiles of staging: adding what is in memory. It reports
// whether it did it; if not it did nothing. It has no recover, and so it refuses all that could panic.
func quickScores(id, array, from, length int32, first, batch, queries, keys, offset float64) bool {
	if faults && planned != 0 || uint(id) >= uint(len(handles)) || uint(array) >= uint(len(arrays)) {
		return false
	}
	h, a := handles[id], arrays[array]
	const most = math.MaxInt32
	if h == nil || h.scores == nil || from < 0 || length <= 0 || int(from)+int(length) > len(a) ||
		!(batch > 0 && batch <= most && queries > 0 && queries <= most && keys > 0 && keys <= most && math.Abs(offset) <= 1<<50) {
		return false
	}
	q, k, o, at := int(queries), int(keys), int64(offset), max(first, 0)
	total := batch * queries * keys * float64(h.scores.Heads()) // exact up to 2^53
	if batch != math.Trunc(batch) || float64(q) != queries || float64(k) != keys || float64(o) != offset || total > 1<<53 ||
		at+float64(length) > total || first < 0 && float64(length) != total {
		return false
	}
	return h.scores.Quick(a[from:from+length], int64(at), q, k, o)
}

func scoresAny(id, op, array, from, length int32, first, batch, queries, keys, offset float64) (status int32) {
	defer func() { status = caught(recover(), status) }()
	h, err := scoresEncoder(id)
	if err != nil {
		return failed(err)
	}
	at, err := scoresAt(batch, queries, keys, offset)
	if err != nil {
		return failed(err)
	}
	if first >= 0 {
		at.Part, at.From = true, int(first)
	}
	x := arrays[array][from : from+length : from+length]
	switch op {
	case scoresAdd:
		return failed(h.scores.Add(x, at))
	case scoresMatrix:
		return failed(h.scores.FillMatrix(x, at))
	}
	return failed(h.scores.FillBuckets(unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(x))), len(x)), at))
}
