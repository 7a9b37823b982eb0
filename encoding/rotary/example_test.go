package rotary_test

import (
	"fmt"

	"posenc/encoding/rotary"
)

// A score depends on how far a key is from its query, and not on where the two are.
func Example() {
	rope, err := rotary.New(rotary.Options{HeadDim: 4})
	if err != nil {
		panic(err)
	}
	for _, position := range []int64{0, 1000, 1_000_000} {
		q, k := []float32{1, 2, 3, 4}, []float32{4, 3, 2, 1}
		if err := rope.Rotate(q, rotary.At{Offset: position + 5}); err != nil {
			panic(err)
		}
		if err := rope.Rotate(k, rotary.At{Offset: position}); err != nil {
			panic(err)
		}
		fmt.Printf("%.3f\n", q[0]*k[0]+q[1]*k[1]+q[2]*k[2]+q[3]*k[3])
	}
	// Output:
	// 21.914
	// 21.914
	// 21.914
}

func ExampleNew() {
	r, err := rotary.New(rotary.Options{HeadDim: 4})
	if err != nil {
		panic(err)
	}
	q := []float32{1, 1, 0, 0, 1, 1, 0, 0} // two positions of one head; pairs are channels (0, 2) and (1, 3)
	if err := r.Rotate(q, rotary.At{Offset: 1}); err != nil {
		panic(err)
	}
	fmt.Printf("%.4f\n", q[:4])
	fmt.Printf("%.4f\n", q[4:])
	// Output:
	// [0.5403 0.9999 0.8415 0.0100]
	// [-0.4161 0.9998 0.9093 0.0200]
}

// A model of 4096 positions, stretched four times as Qwen2.5 is told to.
func ExampleNew_yarn() {
	r, err := rotary.New(rotary.Options{HeadDim: 8, Scaling: rotary.Scaling{Type: rotary.YaRN, Factor: 4, OriginalMaxPositionEmbeddings: 4096}})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.6f\n", r.InverseFrequencies(0))
	fmt.Printf("%.6f\n", r.AttentionFactor())
	// Output:
	// [1.000000 0.100000 0.006250 0.000250]
	// 1.138629
}

// Keys of a cache move 100 positions down when the first 100 of a context are dropped.
func ExampleRotary_Shift() {
	r, err := rotary.New(rotary.Options{HeadDim: 2})
	if err != nil {
		panic(err)
	}
	k := []float32{1, 0}
	if err := r.Rotate(k, rotary.At{Offset: 103}); err != nil {
		panic(err)
	}
	if err := r.Shift(k, -100, rotary.At{}); err != nil {
		panic(err)
	}
	fmt.Printf("%.4f\n", k) // cos 3, sin 3
	// Output: [-0.9900 0.1411]
}

// The two sides of attention with xPos.
func ExampleNew_xPos() {
	score := func(distance int64) float32 {
		var out [2][]float32
		for i, role := range []rotary.XPosRole{rotary.XPosQuery, rotary.XPosKey} {
			r, err := rotary.New(rotary.Options{HeadDim: 2, XPos: role})
			if err != nil {
				panic(err)
			}
			out[i] = []float32{1, 0}
			if err := r.Rotate(out[i], rotary.At{Offset: 10 + distance*int64(1-i)}); err != nil {
				panic(err)
			}
		}
		return out[0][0]*out[1][0] + out[0][1]*out[1][1]
	}
	fmt.Printf("%.3f\n", score(0))
	fmt.Printf("%.3f\n", score(44)) // seven turns, nearly
	fmt.Printf("%.3f\n", score(710))
	// Output:
	// 1.000
	// 0.898
	// 0.176
}

// Dynamic follows the length of each call: a key that was turned when the sequence was short has other angles.
func ExampleNew_dynamic() {
	rope, err := rotary.New(rotary.Options{
		HeadDim: 4, MaxPositionEmbeddings: 8, Scaling: rotary.Scaling{Type: rotary.Dynamic, Factor: 2},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, short, _ := rope.CosSin(1, rotary.At{Offset: 7})
	_, long, _ := rope.CosSin(1, rotary.At{Offset: 7, SequenceLength: 16})
	fmt.Printf("%.3f %.3f\n", short, long)
	// Output: [0.657 0.070] [0.657 0.023]
}

// Llama 3.1: high frequencies stay, low ones are divided by the factor.
func ExampleNew_llama3() {
	rope, err := rotary.New(rotary.Options{
		HeadDim: 8, Base: 500000,
		Scaling: rotary.Scaling{Type: rotary.Llama3, Factor: 8, OriginalMaxPositionEmbeddings: 8192},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	plain, _ := rotary.New(rotary.Options{HeadDim: 8, Base: 500000})
	was, is := plain.InverseFrequencies(0), rope.InverseFrequencies(0)
	for i := range is {
		fmt.Printf("%.3f ", was[i]/is[i])
	}
	fmt.Println()
	// Output: 1.000 1.000 2.695 8.000
}

// GPT-J turns the first 64 channels of a head, in neighbouring pairs. Here 2 of 4.
func ExampleNew_partial() {
	rope, _ := rotary.New(rotary.Options{HeadDim: 4, RotaryDim: 2, Pairing: rotary.Interleaved})
	q := []float32{1, 0, 1, 0}
	_ = rope.Rotate(q, rotary.At{Offset: 1})
	fmt.Printf("%.3f\n", q)
	// Output: [0.540 0.841 1.000 0.000]
}
