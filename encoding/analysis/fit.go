package analysis

import "math"

// A Fit is the linear map that moves a table best.
type Fit struct {
	Matrix   []float64 `json:"matrix"` // M [dim, dim]
	Residual Residual  `json:"residual"`
	Rank     int       `json:"rank"` // how many directions of the rows were told apart; M is 0 on the others
	// Condition is how much longer the largest of those directions is than the least: the last rounding of the table, 2^-24 of its
	// entries, is this many times larger in M. It is from the diagonal of R, so up to some factor as dim grows.
	Condition float64 `json:"condition"`
}

// Dependent is how short a direction of the rows is, relative to the longest column, when it is taken for rounding: 32 times what
// float32 entries are rounded by.
const Dependent = 0x1p-20

// FitShift returns the matrix M that comes nearest to moving every row of a table by k rows, by least squares over all p:
//
//	min Σ_p |PE(p+k) - M·PE(p)|²
//
// This is for the tables that have no shift matrix by their formula: a sine alone, a learned table. What M leaves, no linear layer
// could make up for.
//
// It takes more pairs than dim, since a map of dim² numbers can be fitted to dim pairs of anything; a small residual means the
// more, the more pairs there are. Sines whose waves are longer than the table are nearly straight lines and so nearly
// dependent, which is what Rank and Condition tell.
//
// By QR with column pivoting, modified Gram-Schmidt with each column made orthogonal twice (Björck 1994, "Numerics of
// Gram-Schmidt orthogonalization"), so that the condition is not squared as the normal equations would. The residual is then that of
// [ShiftResidual]. 5·(n-|k|)·dim² + dim³ multiplications.
func FitShift(table []float32, dim, k int) (Fit, error) {
	n, err := shifted(table, dim, k, dim+1)
	if err == nil {
		err = work("table", 5*n+dim, dim, dim)
	}
	if err == nil {
		err = result("dim", dim, dim)
	}
	if err == nil {
		err = result("table", n, dim)
	}
	if err != nil {
		return Fit{}, err
	}
	from, to := max(-k, 0), max(k, 0)
	x, y := columns(table[from*dim:], n, dim), columns(table[to*dim:], n, dim)
	q := pivoted(x)
	f := Fit{Matrix: make([]float64, dim*dim), Rank: len(q.order)}
	if f.Rank > 0 {
		f.Condition = q.r[0][0] / q.r[f.Rank-1][f.Rank-1]
	}
	for i, target := range y {
		c := make([]float64, f.Rank)
		for s := range c {
			c[s] = dot64(q.columns[s], target)
			axpy(target, -c[s], q.columns[s])
		}
		for s := f.Rank - 1; s >= 0; s-- { // R·m = c
			v := c[s]
			for t := s + 1; t < f.Rank; t++ {
				v -= float64(q.r[s][t] * c[t])
			}
			c[s] = v / q.r[s][s]
			f.Matrix[i*dim+q.order[s]] = c[s]
		}
	}
	f.Residual, err = ShiftResidual(f.Matrix, table, dim, k)
	return f, err
}

// columns returns the columns of the first n rows.
func columns(x []float32, n, dim int) [][]float64 {
	out := make([][]float64, dim)
	for j := range out {
		out[j] = make([]float64, n)
		for i := range out[j] {
			out[j][i] = float64(x[i*dim+j])
		}
	}
	return out
}

// A qr is the factors of a matrix: column order[t] is Σ_{s <= t} columns[s]·r[s][t].
type qr struct {
	columns [][]float64 // orthonormal
	r       [][]float64
	order   []int
}

// pivoted takes the longest of what is left of the columns of x again and again, until what is left is rounding. It works in x.
func pivoted(x [][]float64) qr {
	var q qr
	order := make([]int, len(x))
	r := make([][]float64, len(x))
	for j := range order {
		order[j], r[j] = j, make([]float64, len(x))
	}
	longest := 0.0
	for s := range x {
		pivot, square := s, -1.0
		for j := s; j < len(x); j++ {
			if v := dot64(x[j], x[j]); v > square {
				pivot, square = j, v
			}
		}
		x[s], x[pivot] = x[pivot], x[s]
		order[s], order[pivot] = order[pivot], order[s]
		for t := range s {
			r[t][s], r[t][pivot] = r[t][pivot], r[t][s]
			c := dot64(x[t], x[s]) // once more, against what rounding has left
			axpy(x[s], -c, x[t])
			r[t][s] += c
		}
		length := math.Sqrt(dot64(x[s], x[s]))
		longest = max(longest, length)
		if length <= longest*Dependent {
			break
		}
		r[s][s] = length
		for i := range x[s] {
			x[s][i] /= length
		}
		for j := s + 1; j < len(x); j++ {
			r[s][j] = dot64(x[s], x[j])
			axpy(x[j], -r[s][j], x[s])
		}
		q.columns, q.r, q.order = x[:s+1], r[:s+1], order[:s+1]
	}
	return q
}
