package encoding_test

import (
	"errors"
	"fmt"
	"math"

	"posenc/encoding"
	"posenc/encoding/additive"
	"posenc/encoding/bias"
	"posenc/encoding/rotary"
)

// The three places where position can enter attention, on one sequence of three tokens. Without any of them equal tokens have
// equal scores.
func Example() {
	const seq, dim = 3, 4
	tokens := func() []float32 { // the same token three times
		return []float32{1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4}
	}
	scores := func(q, k []float32) []float32 { // q·k/√dim of the last query and all keys
		s := make([]float32, seq)
		for j := range s {
			for c := range dim {
				s[j] += q[(seq-1)*dim+c] * k[j*dim+c] / float32(math.Sqrt(dim))
			}
		}
		return s
	}
	fmt.Printf("none:     %.3f\n", scores(tokens(), tokens()))

	// Added to embeddings.
	pe, err := additive.NewSinusoidal(additive.SinusoidalOptions{Dim: dim})
	if err != nil {
		panic(err)
	}
	x := tokens()
	if err := pe.Add(x, additive.At{}); err != nil {
		panic(err)
	}
	fmt.Printf("additive: %.3f\n", scores(x, x))

	// Turning queries and keys.
	rope, err := rotary.New(rotary.Options{HeadDim: dim})
	if err != nil {
		panic(err)
	}
	q, k := tokens(), tokens()
	if err := errors.Join(rope.Rotate(q, rotary.At{}), rope.Rotate(k, rotary.At{})); err != nil {
		panic(err)
	}
	fmt.Printf("rotary:   %.3f\n", scores(q, k))

	// Added to scores.
	alibi, err := bias.NewALiBi(bias.ALiBiOptions{Heads: 1, MaxBias: 1})
	if err != nil {
		panic(err)
	}
	s := scores(tokens(), tokens())
	if err := alibi.Add(s, bias.At{QueryLength: 1, KeyLength: seq, Offset: seq - 1}); err != nil {
		panic(err)
	}
	fmt.Printf("bias:     %.3f\n", s)
	// Output:
	// none:     [15.000 15.000 15.000]
	// additive: [20.360 20.814 20.136]
	// rotary:   [7.917 12.701 15.000]
	// bias:     [14.000 14.500 15.000]
}

// Every wrong argument is an OptionError, which says which one it was. Nothing has been written then.
func ExampleOptionError() {
	pe, _ := additive.NewSinusoidal(additive.SinusoidalOptions{Dim: 4})
	err := pe.Add(make([]float32, 7), additive.At{})
	fmt.Println(err)

	if wrong, ok := errors.AsType[*encoding.OptionError](err); ok {
		fmt.Println(wrong.Option)
	}
	// Output:
	// x: want a length that is a multiple of batch·dim = 1·4, got 7
	// x
}
