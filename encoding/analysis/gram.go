package analysis

// Gram returns what rows have in common, G [n, n] of a table [n, dim]:
//
//	G[i, j] = PE(i)·PE(j)
//
// For sines with their cosines it depends on the distance alone, as sin a·sin b + cos a·cos b = cos(a - b):
//
//	G[i, j] = Σ_m cos((i - j)·w_m)
//
// n²/2·dim multiplications.
func Gram(table []float32, dim int) ([]float64, error) {
	n, err := rowsOf("table", table, dim, 1)
	if err == nil {
		err = result("table", n, n)
	}
	if err == nil {
		err = work("table", (n+1)/2, n, dim)
	}
	if err != nil {
		return nil, err
	}
	g := make([]float64, n*n)
	for i := range n {
		for j := i; j < n; j++ {
			v := dot(table[i*dim:][:dim], table[j*dim:][:dim])
			g[i*n+j], g[j*n+i] = v, v
		}
	}
	return g, nil
}

// Distances are lists by the distance k = 0, 1, ..., n-1 of two rows.
type Distances struct {
	Mean []float64 `json:"mean"`
	Min  []float64 `json:"min"`
	Max  []float64 `json:"max"`
}

// Profile returns the mean, least and largest of G[i, i+k] of [Gram] over all i, for each distance k. Where position enters by
// distance alone the three are the same up to rounding, of dim products of float32 entries: some dim·2^-24 between them.
// It keeps no matrix. n²/2·dim multiplications.
func Profile(table []float32, dim int) (Distances, error) {
	n, err := rowsOf("table", table, dim, 1)
	if err == nil {
		err = work("table", (n+1)/2, n, dim)
	}
	if err != nil {
		return Distances{}, err
	}
	p := Distances{make([]float64, n), make([]float64, n), make([]float64, n)}
	for k := range n {
		var r Range
		for i := range n - k {
			r.add(dot(table[i*dim:][:dim], table[(i+k)*dim:][:dim]), i)
		}
		p.Mean[k], p.Min[k], p.Max[k] = r.Mean/float64(n-k), r.Min, r.Max
	}
	return p, nil
}
