//go:build js && wasm

package jsbridge

import (
	"reflect"
	"syscall/js"

	"posenc/encoding/hfconfig"
)

// fromConfig reads a model's config.json, a snapshot of plain objects, and answers with the scheme and the options of each
// encoder that the ES module has to make.
func fromConfig(config js.Value) (result js.Value) {
	defer func() {
		if r := recover(); r != nil {
			result = object("error", problemOf(panicError(r)))
		}
	}()
	if faults {
		fault()
	}
	keys, _ := fromJSON(config).(map[string]any)
	e, err := hfconfig.From(keys)
	if err != nil {
		return object("error", problemOf(err))
	}
	out := object("modelType", e.ModelType)
	for part, a := range e.Absolute {
		if a.Learned != nil {
			addPart(out, "absolute", part, "learned", *a.Learned, 0)
		} else {
			addPart(out, "absolute", part, "sinusoidal", *a.Sinusoidal, a.Offset).Set("convention", a.Convention)
		}
	}
	for part, r := range e.Rotary {
		if r.RoPE != nil {
			addPart(out, "rotary", part, "rotary", *r.RoPE, 0)
		} else {
			addPart(out, "rotary", part, "mrope", *r.MRoPE, 0)
		}
	}
	for part, b := range e.Bias {
		switch {
		case b.ALiBi != nil:
			addPart(out, "bias", part, "alibi", *b.ALiBi, 0)
		case b.T5 != nil:
			addPart(out, "bias", part, "t5", *b.T5, 0)
		default:
			addPart(out, "bias", part, "deberta", *b.DeBERTa, 0)
		}
	}
	if len(e.LayerTypes) > 0 {
		out.Set("layerTypes", plain(reflect.ValueOf(e.LayerTypes)))
	}
	return out
}

// addPart adds an encoder to a family and returns its options, as JavaScript has them.
func addPart(out js.Value, family, part, scheme string, options any, offset int) js.Value {
	parts := out.Get(family)
	if parts.IsUndefined() {
		parts = object()
		out.Set(family, parts)
	}
	given := answer(reflect.ValueOf(options))
	parts.Set(part, object("scheme", scheme, "options", given, "offset", offset))
	return given
}

// fromJSON turns a snapshot of JSON into what encoding/json would have made of it.
func fromJSON(v js.Value) any {
	switch v.Type() {
	case js.TypeNumber:
		return v.Float()
	case js.TypeString:
		return v.String()
	case js.TypeBoolean:
		return v.Bool()
	case js.TypeObject:
		if v.InstanceOf(js.Global().Get("Array")) {
			list := make([]any, v.Length())
			for i := range list {
				list[i] = fromJSON(v.Index(i))
			}
			return list
		}
		names := js.Global().Get("Object").Call("keys", v)
		object := make(map[string]any, names.Length())
		for i := range names.Length() {
			name := names.Index(i).String()
			object[name] = fromJSON(v.Get(name))
		}
		return object
	}
	return nil
}
