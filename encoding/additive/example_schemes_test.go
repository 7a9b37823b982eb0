package additive_test

import (
	"fmt"

	"posenc/encoding/additive"
)

func ExampleNewGrid() {
	pe, _ := additive.NewGrid(additive.GridOptions{Dim: 4, Shape: []int{2, 3}}) // two rows of three patches
	table, _ := pe.Table(pe.Length(), additive.At{})
	for cell := range 6 {
		fmt.Printf("%.4f\n", table[cell*4:][:4])
	}
	err := pe.Add(make([]float32, 2*4), additive.At{Offset: 5})
	fmt.Println(err)
	// Output:
	// [0.0000 1.0000 0.0000 1.0000]
	// [0.0000 1.0000 0.8415 0.5403]
	// [0.0000 1.0000 0.9093 -0.4161]
	// [0.8415 0.5403 0.0000 1.0000]
	// [0.8415 0.5403 0.8415 0.5403]
	// [0.8415 0.5403 0.9093 -0.4161]
	// offset: want an integer that keeps all 2 positions from 0 to 5, got 5
}

func ExampleGridConvention() {
	o, _ := additive.GridConvention("mae", 768, 14, 14)
	o.PrefixTokens = 1 // the class token, whose row is 0
	pe, _ := additive.NewGrid(o)
	fmt.Println(pe.Length(), pe.Options().Axes, pe.Options().Layout)
	// Output: 197 wh concat
}

func ExampleNewFourier() {
	f, _ := additive.NewFourier(additive.FourierOptions{Inputs: 2, Bands: 2, IncludeInput: true}) // as in NeRF's code
	features := make([]float32, f.Dim())
	_ = f.Encode(features, []float64{0.5, -1})
	fmt.Printf("%.4f\n", features)
	// Output: [0.5000 -1.0000 0.4794 -0.8415 0.8776 0.5403 0.8415 -0.9093 0.5403 -0.4161]
}

func ExampleNewFourier_gaussian() {
	f, _ := additive.NewFourier(additive.FourierOptions{Type: additive.Gaussian, Inputs: 1, Bands: 3, Sigma: 10, Seed: 42})
	fmt.Printf("%.4f\n", f.Frequencies())
	// Output: [4.1472 6.5268 -8.9189]
}

func ExampleFourier_GridPoints() {
	f, _ := additive.NewFourier(additive.FourierOptions{Type: additive.Timm, Inputs: 2, Linear: true, IncludeInput: true}) // timm's FourierEmbed
	points, _ := f.GridPoints([]int{2, 3}, additive.FourierGridOptions{})
	fmt.Println(points, f.Dim())
	// Output: [-1 -1 -1 0 -1 1 1 -1 1 0 1 1] 258
}

func ExampleNewTimestep() {
	o, _ := additive.TimestepConvention("stable-diffusion", 4)
	pe, _ := additive.NewTimestep(o)
	rows, _ := pe.Table(2, additive.At{Positions: []float64{0, 999}})
	fmt.Printf("%.4f\n", rows)
	// Output: [1.0000 1.0000 0.0000 0.0000 0.9996 -0.8445 -0.0265 -0.5356]
}

func ExampleNewTime2Vec() {
	pe, _ := additive.NewTime2Vec(additive.Time2VecOptions{W: []float64{0.5, 1, 2}, Phi: []float64{0.25, 0, 1}})
	rows, _ := pe.Table(2, additive.At{Positions: []float64{0, 1.5}})
	fmt.Printf("%.4f\n", rows)
	// Output: [0.2500 0.0000 0.8415 1.0000 0.9975 -0.7568]
}

func ExampleNewLearned() {
	weights := []float32{0, 0, 0, 0, 10, 11, 20, 21, 30, 31} // [5, 2], as BART has it: two rows before position 0
	pe, _ := additive.NewLearned(additive.LearnedOptions{Dim: 2, RowOffset: 2, Weights: weights})
	rows, _ := pe.Table(2, additive.At{Offset: 1})
	fmt.Println(rows)
	_, err := pe.Table(2, additive.At{Offset: 2})
	fmt.Println(err)
	// Output:
	// [20 21 30 31]
	// offset: want an integer that keeps all 2 positions from -2 to 2, got 2
}

func ExampleResize1D() {
	rows, _ := additive.Resize1D([]float32{0, 1, 4}, 3, 1, 6, additive.ResizeOptions{})
	fmt.Println(rows)
	// Output: [0 0.25 0.75 1.75 3.25 4]
}

func ExampleResize2D() {
	weights := []float32{9, 0, 1, 2, 3} // a class token and 2·2 cells
	rows, _ := additive.Resize2D(weights, [2]int{2, 2}, 1, [2]int{2, 3}, additive.ResizeOptions{PrefixTokens: 1})
	fmt.Printf("%.4f\n", rows)
	// Output: [9.0000 -0.0868 0.5000 1.0868 1.9132 2.5000 3.0868]
}

func ExampleRelativePositions() {
	o, _ := additive.Convention("transformer-xl", 4)
	pe, _ := additive.NewSinusoidal(o)
	positions, _ := additive.RelativePositions(3, false)
	rows, _ := pe.Table(len(positions), additive.At{Positions: positions})
	fmt.Printf("%v\n%.4f\n", positions, rows)
	// Output:
	// [2 1 0]
	// [0.9093 0.0200 -0.4161 0.9998 0.8415 0.0100 0.5403 0.9999 0.0000 0.0000 1.0000 1.0000]
}

func ExamplePositionsFromMask() {
	mask := []float64{0, 0, 1, 1, 1, 1, 1, 1}               // [2, 4], padded on the left
	roberta, _ := additive.PositionsFromMask(mask, 2, 0, 1) // padding_idx 1
	gpt2, _ := additive.PositionsFromMask(mask, 2, -1, 0)   // from 0
	fmt.Println(roberta, gpt2)
	// Output: [1 1 2 3 2 3 4 5] [0 0 0 1 0 1 2 3]
}

func ExampleTimestepConvention() {
	for _, name := range []string{"ddpm", "stable-diffusion"} {
		o, _ := additive.TimestepConvention(name, 320)
		fmt.Println(name, o.FlipSinToCos, *o.DownscaleFreqShift)
	}
	// Output:
	// ddpm false 1
	// stable-diffusion true 0
}

func ExampleXLNetPositions() {
	list, _ := additive.XLNetPositions(2, 3, true, 0)
	fmt.Println(list)
	// Output: [3 2 1 0 -1]
}
