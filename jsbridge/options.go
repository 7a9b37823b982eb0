//go:build js && wasm

package jsbridge

import (
	"math"
	"reflect"
	"syscall/js"

	"posenc/encoding"
)

// A snapshot is the options of a call, as the ES module copied them: it has checked their types, so that what is a float64
// here is a number there. arrays are the long lists among them, which stand there as numbers of this list.
type snapshot struct {
	options js.Value
	arrays  [][]float32
}

// into fills a struct of options by the json names of its fields; what was not given is left alone.
//
// A library for it, vert, was in use before. It does not check integers, name what is wrong or know named types, and with it
// come fmt and the file system: 70 KB of the wasm file's 620.
func (s snapshot) into(options any) error {
	return s.fill(s.options, reflect.ValueOf(options).Elem(), "")
}

// preset fills a struct from the options, over those of the convention that they name, which set puts there; missing is the
// one where they name none.
func (s snapshot) preset(missing string, options any, set func(name string) error) error {
	named := struct {
		Convention string `json:"convention"`
	}{missing}
	if err := s.into(options); err != nil {
		return err
	}
	if err := s.into(&named); err != nil || named.Convention == "" {
		return err
	}
	if err := set(named.Convention); err != nil {
		return err
	}
	return s.into(options)
}

func (s snapshot) fill(from js.Value, to reflect.Value, path string) error {
	t := to.Type()
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("json")
		if name == "" { // an embedded struct
			if err := s.fill(from, to.Field(i), path); err != nil {
				return err
			}
			continue
		}
		if v := from.Get(name); !v.IsUndefined() {
			if err := s.set(to.Field(i), v, path+name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s snapshot) set(to reflect.Value, v js.Value, name string) error {
	switch to.Kind() {
	case reflect.Float64:
		to.SetFloat(v.Float())
	case reflect.Int:
		n, err := integer(name, v.Float())
		if err != nil {
			return err
		}
		to.SetInt(int64(n))
	case reflect.String:
		to.SetString(v.String())
	case reflect.Bool:
		to.SetBool(v.Bool())
	case reflect.Uint64: // a seed, which nothing has the size of
		n := v.Float()
		if n != math.Trunc(n) || n < 0 || n > encoding.MaxPosition {
			return &encoding.OptionError{Option: name, Want: "an integer from 0 to 2^53", Got: encoding.Number(n)}
		}
		to.SetUint(uint64(n))
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		return s.set(to.Elem(), v, name)
	case reflect.Struct:
		return s.fill(v, to, name+".")
	case reflect.Slice, reflect.Array:
		n := v.Length
		if to.Kind() == reflect.Slice {
			if to.Type().Elem().Kind() == reflect.Float32 {
				to.Set(reflect.ValueOf(s.arrays[v.Int()]))
				return nil
			}
			to.Set(reflect.MakeSlice(to.Type(), n(), n()))
		} else if n() != to.Len() {
			return &encoding.OptionError{Option: name, Want: encoding.Text(to.Len(), " numbers"), Got: encoding.Text(n())}
		}
		for i := range n() {
			if err := s.set(to.Index(i), v.Index(i), encoding.Text(name, "[", i, "]")); err != nil {
				return err
			}
		}
	}
	return nil
}

// answer writes a struct of options into an object, in their order, but for the arrays, which the ES module has.
func answer(options reflect.Value) js.Value {
	out := js.Global().Get("Object").New()
	t := options.Type()
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("json"); name != "" {
			out.Set(name, plain(options.Field(i)))
			continue
		}
		inner := options.Field(i) // embedded: its fields are the options' own
		for j := range inner.NumField() {
			out.Set(inner.Type().Field(j).Tag.Get("json"), plain(inner.Field(j)))
		}
	}
	return out
}

func plain(f reflect.Value) any {
	switch f.Kind() {
	case reflect.Int:
		return int(f.Int())
	case reflect.Float64:
		return f.Float()
	case reflect.String:
		return f.String()
	case reflect.Bool:
		return f.Bool()
	case reflect.Uint64:
		return float64(f.Uint())
	case reflect.Pointer:
		if !f.IsNil() {
			return plain(f.Elem())
		}
	case reflect.Struct:
		return answer(f)
	case reflect.Slice, reflect.Array:
		if f.Type().Elem().Kind() != reflect.Float32 && f.Len() > 0 {
			list := make([]any, f.Len())
			for i := range list {
				list[i] = plain(f.Index(i))
			}
			return list
		}
	}
	return nil
}

// integer converts a number that must be a positive integer; 0, which means the default in Go, is refused where the
// ES module finds that it became one.
func integer(name string, v float64) (int, error) {
	if v != math.Trunc(v) || v < 0 || v > math.MaxInt32 {
		want := "a positive integer"
		if v > math.MaxInt32 {
			want += " that fits memory"
		}
		return 0, &encoding.OptionError{Option: name, Want: want, Got: encoding.Number(v)}
	}
	return int(v), nil
}

// counting converts a number of a call, where 0 is none of Go's defaults but a mistake.
func counting(name string, v float64) (int, error) {
	if v == 0 {
		return 0, &encoding.OptionError{Option: name, Want: "a positive integer", Got: "0"}
	}
	return integer(name, v)
}
