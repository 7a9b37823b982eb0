package analysis

import (
	"math"

	"posenc/encoding"
)

// ShiftResidual says how well a matrix M [dim, dim] moves every row of a table by k rows, over all p:
//
//	PE(p+k) - M·PE(p)
//
// The M of [posenc/encoding/additive.Sinusoidal.ShiftMatrix] leaves the rounding of two float32 rows. (n-|k|)·dim² multiplications,
// fewer where M has zeros.
func ShiftResidual(m []float64, table []float32, dim, k int) (Residual, error) {
	if err := matrix(m, dim); err != nil {
		return Residual{}, err
	}
	n, err := shifted(table, dim, k, 1)
	if err != nil {
		return Residual{}, err
	}
	nonzero := make([][]int32, dim)
	count := 0
	for i := range nonzero {
		for j, v := range m[i*dim:][:dim] {
			if v != 0 {
				nonzero[i] = append(nonzero[i], int32(j))
			}
		}
		count += len(nonzero[i])
	}
	if err := work("table", n, count); err != nil {
		return Residual{}, err
	}
	from, to := table, table
	if k > 0 {
		to = table[k*dim:]
	} else {
		from = table[-k*dim:]
	}
	var r Residual
	for p := range n {
		x := from[p*dim:][:dim]
		for i, columns := range nonzero {
			sum := 0.0
			for _, j := range columns {
				sum += float64(m[i*dim+int(j)] * float64(x[j]))
			}
			r.add(float64(to[p*dim+i]) - sum)
		}
	}
	return r.over(n * dim), nil
}

// shifted returns how many rows of a table have one that is k rows further on, which must be least or more.
func shifted(table []float32, dim, k, least int) (int, error) {
	n, err := rowsOf("table", table, dim, 1)
	if err != nil {
		return 0, err
	}
	if k <= -n || k >= n || n-max(k, -k) < least {
		return 0, bad("k", encoding.Text("a number of rows that leaves at least ", least, " pairs of ", n, " rows"), encoding.Text(k))
	}
	return n - max(k, -k), nil
}

// add takes in a difference; RMS is the sum of squares until over divides it.
func (r *Residual) add(v float64) {
	r.Max = max(r.Max, math.Abs(v))
	r.RMS += float64(v * v)
}

func (r Residual) over(count int) Residual {
	r.RMS = math.Sqrt(r.RMS / float64(count))
	return r
}

// Orthogonality returns the largest entry of |MᵀM - I| of a matrix M [dim, dim]: 0 where M keeps all lengths and angles, as a
// rotation does. dim times as many multiplications as M has entries that are not 0.
func Orthogonality(m []float64, dim int) (float64, error) {
	if err := matrix(m, dim); err != nil {
		return 0, err
	}
	count := 0
	for _, v := range m {
		if v != 0 {
			count++
		}
	}
	if err := work("matrix", count, dim); err != nil {
		return 0, err
	}
	worst := 0.0
	row := make([]float64, dim) // of MᵀM
	for i := range dim {
		clear(row)
		for r := range dim {
			if v := m[r*dim+i]; v != 0 {
				axpy(row, v, m[r*dim:][:dim])
			}
		}
		row[i]--
		for _, v := range row {
			worst = max(worst, math.Abs(v))
		}
	}
	return worst, nil
}
