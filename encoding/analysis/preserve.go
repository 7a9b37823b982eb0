package analysis

import (
	"math"
	"strconv"
)

// Preservation is how much of tokens is left when positions have been added.
type Preservation struct {
	NormRatio Range `json:"normRatio"` // |p|/|x|
	Cosine    Range `json:"cosine"`    // of x and x + p; 0 where x + p is all 0
	// The share of pairs whose x + p is nearer to x than to any other row of the embeddings, by cosine and by Euclid's
	// distance. A row as near as x does no harm: it may be the same.
	ByCosine   float64 `json:"byCosine"`
	ByDistance float64 `json:"byDistance"`
	Pairs      int     `json:"pairs"` // those counted: a token that is all 0 has no direction
}

// Preserve adds rows of a table P [m, dim] to rows of the embeddings E [n, dim] and measures what becomes of them. Pair i is
// token tokens[i], a row of E, at position positions[i], a row of P. With both nil every token is taken once, token i with
// row i mod m.
//
// x + p is rounded to float32, as it is where models add. Embeddings that a model multiplies by √dim before it adds must have been
// multiplied. n·dim multiplications for each pair.
func Preserve(embeddings, table []float32, dim int, tokens, positions []int) (Preservation, error) {
	n, err := rowsOf("embeddings", embeddings, dim, 1)
	if err != nil {
		return Preservation{}, err
	}
	m, err := rowsOf("table", table, dim, 1)
	if err != nil {
		return Preservation{}, err
	}
	count := len(tokens)
	switch {
	case tokens == nil && positions == nil:
		count = n
	case len(positions) != count:
		return Preservation{}, badInt("positions", "one for each of ", count, " tokens", len(positions))
	case count == 0:
		return Preservation{}, bad("tokens", "at least one", "none")
	}
	if err = work("tokens", count, n, dim); err == nil {
		err = each("tokens", tokens, n)
	}
	if err == nil {
		err = each("positions", positions, m)
	}
	if err != nil {
		return Preservation{}, err
	}
	var out Preservation
	length := norms(embeddings, dim)
	y := make([]float32, dim)
	for i := range count {
		token, at := i, i%m
		if tokens != nil {
			token, at = tokens[i], positions[i]
		}
		x, p := embeddings[token*dim:][:dim], table[at*dim:][:dim]
		for j := range y {
			if y[j] = x[j] + p[j]; math.Abs(float64(y[j])) > math.MaxFloat32 {
				return Preservation{}, bad("embeddings", "numbers whose sums with the table float32 holds", "token "+strconv.Itoa(token)+" at row "+strconv.Itoa(at))
			}
		}
		if length[token] == 0 {
			continue
		}
		cosine := 0.0
		if l := math.Sqrt(dot(y, y)); l > 0 {
			cosine = dot(x, y) / (length[token] * l)
		}
		out.NormRatio.add(math.Sqrt(dot(p, p))/length[token], out.Pairs)
		out.Cosine.add(cosine, out.Pairs)
		out.Pairs++
		byCosine, byDistance := nearest(y, embeddings, length, token)
		if byCosine {
			out.ByCosine++
		}
		if byDistance {
			out.ByDistance++
		}
	}
	if out.Pairs == 0 {
		return Preservation{}, bad("tokens", "one that is not all 0", "none")
	}
	all := float64(out.Pairs)
	out.NormRatio.Mean /= all
	out.Cosine.Mean /= all
	out.ByCosine /= all
	out.ByDistance /= all
	return out, nil
}

// nearest says whether no row of the embeddings is nearer to y than that of the token. The length of y, which is the same for
// all, is left out: cosines are compared times |y|, and of |e - y|² = |e|² - 2·e·y + |y|² the first two.
func nearest(y, embeddings []float32, length []float64, token int) (byCosine, byDistance bool) {
	dim := len(y)
	own := dot(y, embeddings[token*dim:][:dim])
	cosine := own / length[token]
	distance := float64(length[token]*length[token]) - (own + own)
	byCosine, byDistance = true, true
	for v, l := range length {
		s := dot(y, embeddings[v*dim:][:dim])
		if l > 0 && s/l > cosine {
			byCosine = false
		}
		if float64(l*l)-(s+s) < distance {
			byDistance = false
		}
		if !byCosine && !byDistance {
			break
		}
	}
	return byCosine, byDistance
}
