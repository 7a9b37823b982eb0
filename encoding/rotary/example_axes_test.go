package rotary_test

import (
	"fmt"

	"posenc/encoding/rotary"
)

func ExampleNewCached() {
	cos, sin := []float32{1, 0, -1}, []float32{0, 1, 0} // a quarter of a turn per position
	c, err := rotary.NewCached(rotary.CachedOptions{HeadDim: 2}, cos, sin)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := []float32{1, 0, 1, 0, 1, 0}
	_ = c.Rotate(x, rotary.At{})
	fmt.Println(x)
	fmt.Println(c.Rotate(x, rotary.At{Positions: []float64{0, 1, 3}}))
	// Output:
	// [1 0 0 1 -1 0]
	// positions[2]: want an integer from 0 to 2, the number of a row, got 3
}

func ExampleNewMRope() {
	m, err := rotary.NewMRope(rotary.MRopeOptions{ // Qwen2-VL's rule, small
		Options:  rotary.Options{HeadDim: 8, Base: 1000000},
		Sections: []int{1, 1, 2},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Axes())
	q := make([]float32, 5*8)
	for i := range q {
		q[i] = 1
	}
	positions, _, _ := rotary.MRopePositions([]rotary.MRopePart{{Text: 1}, {T: 1, H: 2, W: 2}})
	_ = m.Rotate(q, rotary.At{Positions: positions})
	fmt.Printf("%.3f\n", q[32:])
	// Output:
	// [0 1 2 2]
	// [-0.301 0.935 0.998 1.000 1.382 1.061 1.002 1.000]
}

func ExampleMRopePositions() {
	ids, next, _ := rotary.MRopePositions([]rotary.MRopePart{{Text: 2}, {T: 1, H: 2, W: 3}, {Text: 2}})
	fmt.Println(ids[:10])
	fmt.Println(ids[10:20])
	fmt.Println(ids[20:], next)
	// Output:
	// [0 1 2 2 2 2 2 2 5 6]
	// [0 1 2 2 2 3 3 3 5 6]
	// [0 1 2 3 4 2 3 4 5 6] 7
}

func ExampleNewAxial() {
	x, err := rotary.NewAxial(rotary.AxialOptions{HeadDim: 4, Shape: []int{2, 3}, Convention: "diffusers", PrefixTokens: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(x.Rows(), x.Options().Axes, x.Options().Pairing)
	_, sin, _ := x.CosSin(x.Rows(), rotary.At{}) // of the angles of w and h
	fmt.Printf("%.2f\n", sin)
	// Output:
	// 7 wh interleaved
	// [0.00 0.00 0.00 0.00 0.84 0.00 0.91 0.00 0.00 0.84 0.84 0.84 0.91 0.84]
}

func ExamplePermute() {
	bias := []float32{0, 100, 1, 101, 2, 102} // pairs (0, 100), (1, 101), (2, 102)
	half := make([]float32, 6)
	_ = rotary.Permute(half, bias, 1, 6, 6, 1, rotary.Half)
	fmt.Println(half)
	// Output: [0 1 2 100 101 102]
}
