package encoding_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"hash/fnv"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/additive"
	"posenc/encoding/bias"
	"posenc/encoding/rotary"
)

// The workload of ../tests/digest, which its README.md explains, in Go: the same file, the same generator, the same hash as
// digest.js there has. So one digest holds amd64 with SIMD and without, every other architecture that this test is run on,
// Go's own wasm, and the package in each JavaScript engine to the same bits.

type workload struct {
	Digest string
	Steps  []struct {
		Scheme  string
		Options map[string]any
		Calls   []workCall
	}
}

// A workCall is what an encoder is asked to do. X is the shape of an array that it works on in place.
type workCall struct {
	Do                    string
	X                     []int
	Values                string
	At                    map[string]any
	Length, Queries, Keys int
	By                    float64
	Points, Given         any
}

// TestDigest runs the workload; go test -v prints the digest after each call, as print.js --trace does.
func TestDigest(t *testing.T) {
	text, err := os.ReadFile("../tests/digest/workload.json")
	require.NoError(t, err)
	var w workload
	require.NoError(t, json.Unmarshal(text, &w))
	d := digester{T: t, Hash64: fnv.New64a()}
	for i, step := range w.Steps {
		var options map[string]any
		if step.Options != nil {
			options = expanded(step.Options).(map[string]any)
		}
		encoder := d.encoder(step.Scheme, options)
		for _, c := range step.Calls {
			d.calls++
			d.perform(encoder, c)
			if testing.Verbose() {
				fmt.Printf("%016x %d %s %s\n", d.Sum64(), i, step.Scheme, c.Do)
			}
		}
	}
	require.Equal(t, w.Digest, fmt.Sprintf("%016x", d.Sum64()), "tests/digest/README.md says what to do")
}

type digester struct {
	*testing.T
	hash.Hash64
	calls uint32
}

// add hashes a list in little-endian words. Any NaN of float32 is one value.
func (d *digester) add(list any) {
	if floats, ok := list.([]float32); ok {
		for i, v := range floats {
			if v != v {
				floats[i] = math.Float32frombits(0x7fc00000)
			}
		}
	}
	require.NoError(d, binary.Write(d, binary.LittleEndian, list))
}

// into fills options from the workload's, by their json tags; an option that Go does not have is an error.
func (d *digester) into(from map[string]any, to any) {
	text, err := json.Marshal(from)
	require.NoError(d, err)
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	require.NoError(d, decoder.Decode(to), "%.200s", text)
}

// encoder makes the encoder of a step. Where JavaScript has another form of an option than Go, it is told here.
func (d *digester) encoder(scheme string, o map[string]any) (encoder any) {
	take := func(name string) any {
		v := o[name]
		delete(o, name)
		return v
	}
	convention := func() string {
		name, _ := take("convention").(string)
		return name
	}
	dim := func() int { return int(o["dim"].(float64)) }
	var err error
	switch scheme {
	case "sinusoidal":
		if o["inputScale"] == "sqrt-dim" {
			o["inputScale"] = math.Sqrt(o["dim"].(float64))
		}
		var full additive.SinusoidalOptions
		if name := convention(); name != "" {
			full, err = additive.Convention(name, dim())
			require.NoError(d, err)
		}
		d.into(o, &full)
		encoder, err = additive.NewSinusoidal(full)
	case "grid":
		var full additive.GridOptions
		if name := convention(); name != "" {
			full, err = additive.GridConvention(name, dim(), ints(o["shape"])...)
			require.NoError(d, err)
		}
		d.into(o, &full)
		encoder, err = additive.NewGrid(full)
	case "timestep":
		var full additive.TimestepOptions
		if name := convention(); name != "" {
			full, err = additive.TimestepConvention(name, dim())
			require.NoError(d, err)
		}
		d.into(o, &full)
		encoder, err = additive.NewTimestep(full)
	case "time2vec":
		encoder, err = made(d, o, additive.NewTime2Vec)
	case "learned":
		resize, resized := take("resize").(map[string]any)
		var full additive.LearnedOptions
		d.into(o, &full)
		if resized {
			from, to := ints(resize["from"]), ints(resize["to"])
			delete(resize, "from")
			delete(resize, "to")
			var r additive.ResizeOptions
			d.into(resize, &r)
			if len(from) == 1 {
				full.Weights, err = additive.Resize1D(full.Weights, from[0], full.Dim, to[0], r)
			} else {
				full.Weights, err = additive.Resize2D(full.Weights, [2]int(from), full.Dim, [2]int(to), r)
			}
			require.NoError(d, err)
		}
		encoder, err = additive.NewLearned(full)
	case "fourier":
		encoder, err = made(d, o, additive.NewFourier)
	case "rotary", "mrope":
		if scaling, ok := o["scaling"].(map[string]any); ok && scaling["truncate"] != nil {
			scaling["noTruncate"] = scaling["truncate"] == false
			delete(scaling, "truncate")
		}
		switch {
		case scheme == "mrope":
			encoder, err = made(d, o, rotary.NewMRope)
		case o["cos"] != nil:
			cos, sin := floats(take("cos")), floats(take("sin"))
			encoder, err = made(d, o, func(full rotary.CachedOptions) (*rotary.Cached, error) { return rotary.NewCached(full, cos, sin) })
		default:
			encoder, err = made(d, o, rotary.New)
		}
	case "axialRotary":
		encoder, err = made(d, o, rotary.NewAxial)
	case "alibi":
		encoder, err = made(d, o, bias.NewALiBi)
	case "t5":
		o["unidirectional"] = take("bidirectional") == false
		encoder, err = made(d, o, bias.NewT5)
	case "deberta":
		encoder, err = made(d, o, bias.NewDeberta)
	case "shaw":
		encoder, err = made(d, o, bias.NewShaw)
	case "swin":
		encoder, err = made(d, o, bias.NewSwin)
	case "kerple":
		encoder, err = made(d, o, bias.NewKerple)
	case "fire":
		encoder, err = made(d, o, bias.NewFire)
	case "lists":
	default:
		require.Fail(d, "no such scheme: "+scheme)
	}
	require.NoError(d, err, "%s %.200v", scheme, o)
	return encoder
}

func made[O, E any](d *digester, from map[string]any, create func(O) (E, error)) (E, error) {
	var o O
	d.into(from, &o)
	return create(o)
}

// perform makes one call and hashes what comes of it.
func (d *digester) perform(encoder any, c workCall) {
	var x []float32
	if c.X != nil {
		n := 1
		for _, size := range c.X {
			n *= size
		}
		x = random(n, d.calls, c.Values)
	}
	given, _ := expanded(c.At).(map[string]any)
	var err error
	switch e := encoder.(type) {
	case nil:
		d.list(c, given)
		return
	case *additive.Fourier:
		if c.Do == "encode" {
			points := expanded(c.Points)
			x = make([]float32, len(points.([]any))/e.Options().Inputs*e.Dim())
			err = e.Encode(x, numbers(points))
		}
	case additiveEncoder:
		var at additive.At
		d.into(given, &at)
		switch c.Do {
		case "add":
			err = e.Add(x, at)
		case "subtract":
			err = e.Subtract(x, at)
		case "fill":
			err = e.Fill(x, at)
		case "table":
			x, err = e.Table(c.Length, at)
		case "encode":
			at.Positions = numbers(expanded(c.Points))
			x, err = e.Table(len(at.Positions), at)
		}
	case rotaryEncoder:
		var at rotary.At
		d.into(given, &at)
		switch c.Do {
		case "rotate":
			err = e.Rotate(x, at)
		case "unrotate":
			err = e.Unrotate(x, at)
		case "shift":
			err = e.(interface {
				Shift(x []float32, delta float64, at rotary.At) error
			}).Shift(x, c.By, at)
		case "cosSin":
			var cos []float32
			cos, x, err = e.CosSin(c.Length, at)
			d.add(cos)
		}
	case bias.Encoder:
		var at bias.At
		d.into(given, &at)
		switch c.Do {
		case "add":
			err = e.Add(x, at)
		case "matrix":
			x, err = e.Matrix(c.Queries, c.Keys, at.Offset)
		case "buckets":
			buckets, err := e.Buckets(c.Queries, c.Keys, at.Offset)
			require.NoError(d, err)
			d.add(buckets)
			return
		}
	}
	require.NoError(d, err, "%T %s", encoder, c.Do)
	if x == nil {
		d.add(d.property(encoder, c))
		return
	}
	d.add(x)
}

type additiveEncoder interface {
	Add(x []float32, at additive.At) error
	Subtract(x []float32, at additive.At) error
	Fill(x []float32, at additive.At) error
	Table(length int, at additive.At) ([]float32, error)
}

type rotaryEncoder interface {
	Rotate(x []float32, at rotary.At) error
	Unrotate(x []float32, at rotary.At) error
	CosSin(length int, at rotary.At) (cos, sin []float32, err error)
}

// property is what JavaScript reads off an encoder: the method of the same name.
func (d *digester) property(encoder any, c workCall) []float64 {
	method := reflect.ValueOf(encoder).MethodByName(strings.ToUpper(c.Do[:1]) + c.Do[1:])
	require.True(d, method.IsValid(), "%T has no %s", encoder, c.Do)
	switch get := method.Interface().(type) {
	case func() []float64:
		return get()
	case func() float64:
		return []float64{get()}
	case func(int64) []float64:
		return get(0)
	case func(float64) ([]float64, error):
		list, err := get(c.By)
		require.NoError(d, err)
		return list
	}
	require.Fail(d, "what "+c.Do+" wants is not known")
	return nil
}

// list makes a list of positions, or permutes weights, which no encoder is needed for.
func (d *digester) list(c workCall, given map[string]any) {
	var o struct {
		Batch, Start, Padding, Heads, HeadDim, RotaryDim, Columns int
		Bidirectional                                             bool
		To                                                        rotary.Pairing
	}
	d.into(given, &o)
	switch c.Do {
	case "positionsFromMask":
		positions, err := additive.PositionsFromMask(numbers(expanded(c.Given)), o.Batch, o.Start, o.Padding)
		require.NoError(d, err)
		d.add(positions)
	case "relativePositions":
		positions, err := additive.RelativePositions(int(c.Given.(float64)), o.Bidirectional)
		require.NoError(d, err)
		d.add(positions)
	case "mropePositions":
		var parts []rotary.MRopePart
		for _, each := range c.Given.([]any) {
			part := rotary.MRopePart{}
			fields := each.(map[string]any)
			if fields["text"] == nil {
				part.T = 1
			}
			d.into(fields, &part)
			parts = append(parts, part)
		}
		positions, _, err := rotary.MRopePositions(parts)
		require.NoError(d, err)
		d.add(positions)
	case "permute":
		weights := floats(expanded(c.Given))
		out := make([]float32, len(weights))
		require.NoError(d, rotary.Permute(out, weights, o.Heads, o.HeadDim, o.RotaryDim, o.Columns, o.To))
		d.add(out)
	default:
		require.Fail(d, "no such call: "+c.Do)
	}
}

// expanded is the workload's value with each {random, seed, kind, times, whole} made into the list that it stands for.
func expanded(value any) any {
	switch v := value.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = expanded(v[i])
		}
		return out
	case map[string]any:
		if count, ok := v["random"].(float64); ok {
			kind, _ := v["kind"].(string)
			times, ok := v["times"].(float64)
			if !ok {
				times = 1
			}
			out := make([]any, int(count))
			for i, each := range random(len(out), uint32(v["seed"].(float64)), kind) {
				number := float64(each) * times
				if v["whole"] == true {
					number = math.Trunc(number)
				}
				out[i] = number
			}
			return out
		}
		out := map[string]any{}
		for name, each := range v {
			out[name] = expanded(each)
		}
		return out
	}
	return value
}

// random is digest.js' generator.
func random(count int, seed uint32, kind string) []float32 {
	list := make([]float32, count)
	state := seed * 0x3c6ef372
	for i := range list {
		state += 0x9e3779b9
		z := (state ^ state>>16) * 0x85ebca6b
		z = (z ^ z>>13) * 0xc2b2ae35
		z ^= z >> 16
		switch kind {
		case "", "unit":
			list[i] = float32(int32(z)>>8) / 0x800000
		case "positive":
			list[i] = float32(z>>8+1) / 0x1000000
		case "bit":
			list[i] = float32(z >> 31)
		case "wide":
			list[i] = math.Float32frombits(z&0x807fffff | (87+(z>>23&0xff)%80)<<23)
		case "any":
			list[i] = math.Float32frombits(z)
		default:
			panic("no such kind: " + kind)
		}
	}
	return list
}

func numbers(list any) []float64 {
	var out []float64
	for _, v := range list.([]any) {
		out = append(out, v.(float64))
	}
	return out
}

func floats(list any) []float32 {
	var out []float32
	for _, v := range numbers(list) {
		out = append(out, float32(v))
	}
	return out
}

func ints(list any) []int {
	var out []int
	for _, v := range numbers(list) {
		out = append(out, int(v))
	}
	return out
}
