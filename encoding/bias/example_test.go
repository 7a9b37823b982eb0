package bias_test

import (
	"fmt"

	"posenc/encoding/bias"
)

// Any encoding of the package, by what all of them have in common.
func Example() {
	alibi, err := bias.NewALiBi(bias.ALiBiOptions{Heads: 1, Symmetric: true})
	if err != nil {
		panic(err)
	}
	kerple, err := bias.NewKerple(bias.KerpleOptions{Heads: 1, P: []float64{1}, A: []float64{1}})
	if err != nil {
		panic(err)
	}
	for _, encoder := range []bias.Encoder{alibi, kerple} {
		scores := make([]float32, 3*3) // [heads, queries, keys]; zeros here, so that the bias is what is left
		if err := encoder.Add(scores, bias.At{QueryLength: 3, KeyLength: 3}); err != nil {
			panic(err)
		}
		for query := range 3 {
			fmt.Printf("%.4f\n", scores[query*3:][:3])
		}
	}
	// Output:
	// [0.0000 -0.0039 -0.0078]
	// [-0.0039 0.0000 -0.0039]
	// [-0.0078 -0.0039 0.0000]
	// [0.0000 -0.6931 -1.0986]
	// [-0.6931 0.0000 -0.6931]
	// [-1.0986 -0.6931 0.0000]
}

func ExampleNewALiBi() {
	alibi, err := bias.NewALiBi(bias.ALiBiOptions{Heads: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(alibi.Slopes())

	scores := make([]float32, 2*3*3) // [heads, queries, keys]
	_ = alibi.Add(scores, bias.At{QueryLength: 3, KeyLength: 3})
	for row := range 6 {
		fmt.Println(scores[row*3:][:3])
	}
	// Output:
	// [0.0625 0.00390625]
	// [0 0.0625 0.125]
	// [-0.0625 0 0.0625]
	// [-0.125 -0.0625 0]
	// [0 0.00390625 0.0078125]
	// [-0.00390625 0 0.00390625]
	// [-0.0078125 -0.00390625 0]
}

// A decoder adds the bias of one query to the scores of all keys so far.
func ExampleNewALiBi_decoder() {
	alibi, _ := bias.NewALiBi(bias.ALiBiOptions{Heads: 1})
	for keys := 1; keys <= 3; keys++ {
		scores := make([]float32, keys)
		_ = alibi.Add(scores, bias.At{QueryLength: 1, KeyLength: keys, Offset: int64(keys - 1)})
		fmt.Println(scores)
	}
	// Output:
	// [0]
	// [-0.00390625 0]
	// [-0.0078125 -0.00390625 0]
}

func ExampleNewT5() {
	t5, _ := bias.NewT5(bias.T5Options{NumBuckets: 8, MaxDistance: 20})
	buckets, _ := t5.Buckets(2, 8, 3) // queries 3 and 4
	fmt.Println(buckets[:8])
	fmt.Println(buckets[8:])

	learned, _ := bias.NewT5(bias.T5Options{Heads: 1, NumBuckets: 4, Weights: []float32{0.5, -1, 0, 2}}) // [buckets, heads]
	matrix, _ := learned.Matrix(2, 2, 0)
	fmt.Println(matrix)
	// Output:
	// [2 2 1 0 5 6 6 6]
	// [2 2 2 1 0 5 6 6]
	// [0.5 2 -1 0.5]
}

func ExampleNewDeberta() {
	deberta, _ := bias.NewDeberta(bias.DebertaOptions{PositionBuckets: 8, MaxRelativePositions: 32})
	buckets, _ := deberta.Buckets(1, 12, 11) // query - key from 11 down to 0
	fmt.Println(buckets)
	// Output: [14 14 14 14 13 13 13 12 11 10 9 8]
}

func ExampleNewShaw() {
	shaw, _ := bias.NewShaw(bias.ShawOptions{MaxRelativePosition: 2})
	buckets, _ := shaw.Buckets(1, 7, 3) // key - query from -3 up to 3
	fmt.Println(buckets)
	// Output: [0 0 1 2 3 4 4]
}

func ExampleNewSwin() {
	swin, _ := bias.NewSwin(bias.SwinOptions{Window: [2]int{2, 3}})
	buckets, _ := swin.Buckets(6, 6, 0)
	for cell := range 6 {
		fmt.Println(buckets[cell*6:][:6])
	}
	// Output:
	// [7 6 5 2 1 0]
	// [8 7 6 3 2 1]
	// [9 8 7 4 3 2]
	// [12 11 10 7 6 5]
	// [13 12 11 8 7 6]
	// [14 13 12 9 8 7]
}

func ExampleNewKerple() {
	kerple, _ := bias.NewKerple(bias.KerpleOptions{Heads: 1, P: []float64{1}, A: []float64{1}})
	matrix, _ := kerple.Matrix(1, 4, 3)
	fmt.Printf("%.4f\n", matrix)
	// Output: [-1.3863 -1.0986 -0.6931 0.0000]
}

func ExampleNewFire() {
	fire, _ := bias.NewFire(bias.FireOptions{Heads: 1, C: 1, Threshold: 3,
		W1: []float32{1, -1}, B1: []float32{0, 0.5}, W2: []float32{-2, 1}, B2: []float32{0.25}})
	matrix, _ := fire.Matrix(1, 4, 3)
	fmt.Printf("%.4f\n", matrix)
	// Output: [-1.7500 -1.3350 -0.7500 0.7500]
}
