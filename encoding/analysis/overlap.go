package analysis

// Shares are what lies in the first r principal directions of embeddings, r = 0, 1, ..., dim.
type Shares struct {
	Tokens    []float64 `json:"tokens"`    // of the variance of the embeddings
	Positions []float64 `json:"positions"` // of the energy of the table, Σ|p|²
}

// Overlap says how much of a table P [m, dim] lies where embeddings E [n, dim] differ most: the principal directions are the eigenvectors of
//
//	C = Σ_i (E_i - mean)(E_i - mean)ᵀ
//
// by falling eigenvalue. Directions that know nothing of each other have Positions[r] = r/dim; below that, positions keep out of
// the tokens' way. The table is not centred, as a model does not do that either. Where tokens span fewer than dim directions, those
// beyond are in no order of meaning, and only their sum is.
//
// n·dim²/2 multiplications for C, and about 2·dim³ + 4·m·dim² for its eigenvectors.
func Overlap(embeddings, table []float32, dim int) (Shares, error) {
	n, err := rowsOf("embeddings", embeddings, dim, 2)
	if err != nil {
		return Shares{}, err
	}
	m, err := rowsOf("table", table, dim, 1)
	if err == nil {
		err = work("embeddings", n/2+2*dim+4*m, dim, dim)
	}
	if err == nil {
		err = result("dim", dim, dim)
	}
	if err == nil {
		err = result("table", m, dim)
	}
	if err != nil {
		return Shares{}, err
	}
	c := covariance(embeddings, n, dim)
	variance, energy := 0.0, 0.0
	for i := range c {
		variance += c[i][i]
	}
	p := columns(table, m, dim)
	for _, column := range p {
		energy += dot64(column, column)
	}
	switch {
	case variance == 0:
		return Shares{}, bad("embeddings", "rows that differ", "none that do")
	case energy == 0:
		return Shares{}, bad("table", "a row that is not all 0", "none")
	}
	for i := range c {
		for j := range c[i] {
			c[i][j] /= variance // so that no square is out of range
		}
	}
	values := eigen(c, p)
	s := Shares{make([]float64, dim+1), make([]float64, dim+1)}
	for r := range dim {
		s.Tokens[r+1] = s.Tokens[r] + max(values[r], 0) // a 0 may come out as -1e-17
		s.Positions[r+1] = s.Positions[r] + dot64(p[r], p[r])/energy
	}
	return s, nil
}

func covariance(x []float32, n, dim int) [][]float64 {
	mean := make([]float64, dim)
	for i, v := range x {
		mean[i%dim] += float64(v)
	}
	for j := range mean {
		mean[j] /= float64(n)
	}
	c := make([][]float64, dim)
	for i := range c {
		c[i] = make([]float64, dim)
	}
	row := make([]float64, dim)
	for i := range n {
		for j, v := range x[i*dim:][:dim] {
			row[j] = float64(v) - mean[j]
		}
		for j, v := range row {
			axpy(c[j][j:], v, row[j:])
		}
	}
	for i := range c {
		for j := range i {
			c[i][j] = c[j][i]
		}
	}
	return c
}
