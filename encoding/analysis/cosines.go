package analysis

import "math"

// Cosines are what the cosines of pairs of rows come to. A row that is all 0 has no direction, and its pairs are not counted.
type Cosines struct {
	MeanAbs float64 `json:"meanAbs"` // of |cos|
	RMS     float64 `json:"rms"`
	Mean    float64 `json:"mean"`   // of cos: 0 where directions are random, above it where rows share one
	MaxAbs  float64 `json:"maxAbs"` // of |cos|
	Pairs   int     `json:"pairs"`
}

// RandomCosine returns what MeanAbs and RMS are of two random directions in dim dimensions:
//
//	E|cos| = Γ(dim/2) / (√π·Γ((dim+1)/2)), which comes near √(2/(π·dim)) as dim grows
//	√E(cos²) = 1/√dim
//
// Source: the cosine has density (1-t²)^((dim-3)/2), as in Cai, Fan and Jiang 2013, "Distributions of angles in random
// packing on spheres", equation 1. The first is by Γ(x+1) = x·Γ(x), from 1 at dim 1 and 2/π at dim 2.
func RandomCosine(dim int) (meanAbs, rms float64, err error) {
	if err := checkDim("dim", dim); err != nil {
		return 0, 0, err
	}
	meanAbs = 1
	if dim%2 == 0 {
		meanAbs = 2 / math.Pi
	}
	for d := 2 - dim%2; d < dim; d += 2 {
		meanAbs = meanAbs * float64(d) / float64(d+1)
	}
	return meanAbs, 1 / math.Sqrt(float64(dim)), nil
}

// CosinesWithin measures every pair of different rows of x [n, dim]: how far tokens are from unrelated. n²/2·dim multiplications.
func CosinesWithin(x []float32, dim int) (Cosines, error) {
	n, err := rowsOf("x", x, dim, 2)
	if err == nil {
		err = work("x", (n+1)/2, n, dim)
	}
	if err != nil {
		return Cosines{}, err
	}
	var c Cosines
	length := norms(x, dim)
	for i := range n {
		c.add(x[i*dim:][:dim], length[i], x[(i+1)*dim:], length[i+1:])
	}
	return c.over("x")
}

// CosinesBetween measures every row of x [n, dim] with every row of y [m, dim], such as tokens with positions. n·m·dim
// multiplications.
func CosinesBetween(x, y []float32, dim int) (Cosines, error) {
	n, err := rowsOf("x", x, dim, 1)
	if err != nil {
		return Cosines{}, err
	}
	m, err := rowsOf("y", y, dim, 1)
	if err == nil {
		err = work("x", n, m, dim)
	}
	if err != nil {
		return Cosines{}, err
	}
	var c Cosines
	length := norms(y, dim)
	for i, l := range norms(x, dim) {
		c.add(x[i*dim:][:dim], l, y, length)
	}
	return c.over("x, y")
}

// add takes in the cosines of one row with others; means are sums until over divides them.
func (c *Cosines) add(row []float32, length float64, others []float32, lengths []float64) {
	var abs, squares, sum float64 // of this row, so that sums of millions lose little
	for j, l := range lengths {
		if length == 0 || l == 0 {
			continue
		}
		cos := dot(row, others[j*len(row):][:len(row)]) / (length * l)
		abs += math.Abs(cos)
		squares += float64(cos * cos)
		sum += cos
		c.MaxAbs = max(c.MaxAbs, math.Abs(cos))
		c.Pairs++
	}
	c.MeanAbs += abs
	c.RMS += squares
	c.Mean += sum
}

func (c Cosines) over(option string) (Cosines, error) {
	if c.Pairs == 0 {
		return Cosines{}, bad(option, "a pair of rows that are not all 0", "none")
	}
	count := float64(c.Pairs)
	c.MeanAbs, c.RMS, c.Mean = c.MeanAbs/count, math.Sqrt(c.RMS/count), c.Mean/count
	return c, nil
}
