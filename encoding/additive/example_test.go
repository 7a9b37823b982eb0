package additive_test

import (
	"fmt"

	"posenc/encoding/additive"
)

// A decoder: the prompt first, then one token after the other, each at the position behind the last.
func Example() {
	pe, err := additive.NewSinusoidal(additive.SinusoidalOptions{Dim: 4})
	if err != nil {
		panic(err)
	}
	prompt := make([]float32, 3*4) // [seq, dim]; zeros here, so that the encoding is what is left
	if err := pe.Add(prompt, additive.At{}); err != nil {
		panic(err)
	}
	for position := int64(3); position < 5; position++ {
		token := make([]float32, 4)
		if err := pe.Add(token, additive.At{Offset: position}); err != nil {
			panic(err)
		}
		fmt.Printf("%.4f\n", token)
	}
	// Output:
	// [0.1411 -0.9900 0.0300 0.9996]
	// [-0.7568 -0.6536 0.0400 0.9992]
}

func ExampleNewSinusoidal() {
	pe, err := additive.NewSinusoidal(additive.SinusoidalOptions{Dim: 512})
	if err != nil {
		fmt.Println(err)
		return
	}
	o := pe.Options()
	fmt.Println(o.Layout, o.Base)

	_, err = additive.NewSinusoidal(additive.SinusoidalOptions{Dim: 512, Base: -1})
	fmt.Println(err)
	// Output:
	// interleaved 10000
	// base: want a positive finite number, got -1
}

func ExampleConvention() {
	o, _ := additive.Convention("whisper", 384)
	pe, _ := additive.NewSinusoidal(o)
	fmt.Println(pe.Options().Layout, pe.Options().FrequencyShift)
	// Output: concat 1
}

func ExampleSinusoidal_Add() {
	pe, _ := additive.NewSinusoidal(additive.SinusoidalOptions{Dim: 4})
	x := make([]float32, 2*3*4) // [batch, seq, dim]
	_ = pe.Add(x, additive.At{Batch: 2})
	for row := range 6 {
		fmt.Printf("%.4f\n", x[row*4:][:4])
	}
	// Output:
	// [0.0000 1.0000 0.0000 1.0000]
	// [0.8415 0.5403 0.0100 0.9999]
	// [0.9093 -0.4161 0.0200 0.9998]
	// [0.0000 1.0000 0.0000 1.0000]
	// [0.8415 0.5403 0.0100 0.9999]
	// [0.9093 -0.4161 0.0200 0.9998]
}

func ExampleSinusoidal_Add_positions() {
	pe, _ := additive.NewSinusoidal(additive.SinusoidalOptions{Dim: 2})
	x := make([]float32, 4*2)
	_ = pe.Add(x, additive.At{Positions: []float64{0, 1, 0, 0.5}}) // two packed sequences, and half a step
	fmt.Printf("%.4f\n", x)
	// Output: [0.0000 1.0000 0.8415 0.5403 0.0000 1.0000 0.4794 0.8776]
}

func ExampleSinusoidal_Subtract() {
	pe, _ := additive.NewSinusoidal(additive.SinusoidalOptions{Dim: 4})
	x := []float32{1, 2, 3, 4}
	_ = pe.Add(x, additive.At{Offset: 7})
	_ = pe.Subtract(x, additive.At{Offset: 7})
	fmt.Println(x)
	// Output: [1 2 3 4]
}

func ExampleSinusoidal_Fill() {
	pe, _ := additive.NewSinusoidal(additive.SinusoidalOptions{Dim: 2})
	x := []float32{9, 9, 9, 9}
	_ = pe.Fill(x, additive.At{Offset: 131072})
	fmt.Printf("%.7f\n", x)
	// Output: [-0.9991138 0.0420908 -0.5044053 0.8634670]
}

func ExampleSinusoidal_Table() {
	pe, _ := additive.NewSinusoidal(additive.SinusoidalOptions{Dim: 4})
	table, _ := pe.Table(2, additive.At{})
	fmt.Printf("%.4f\n", table)
	// Output: [0.0000 1.0000 0.0000 1.0000 0.8415 0.5403 0.0100 0.9999]
}

func ExampleSinusoidal_Frequencies() {
	pe, _ := additive.NewSinusoidal(additive.SinusoidalOptions{Dim: 8})
	fmt.Println(pe.Frequencies())
	fmt.Printf("%.2f\n", pe.Wavelengths())
	// Output:
	// [1 0.1 0.01 0.001]
	// [6.28 62.83 628.32 6283.19]
}

func ExampleSinusoidal_ShiftMatrix() {
	pe, _ := additive.NewSinusoidal(additive.SinusoidalOptions{Dim: 2})
	m, _ := pe.ShiftMatrix(1) // a rotation by one radian
	fmt.Printf("%.4f\n", m)
	// Output: [0.5403 0.8415 -0.8415 0.5403]
}
