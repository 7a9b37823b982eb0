package analysis

import (
	"math"
	"strconv"

	"posenc/encoding"
)

// A Repetition is where rows of a table are the same again, or -1.
type Repetition struct {
	OfFirst int `json:"ofFirst"` // the first row after row 0 that is as row 0
	Row     int `json:"row"`     // the first row that is as some row before it
	Earlier int `json:"earlier"` // and the first that it is as
}

const (
	// MaxComparedRows is the most rows that FirstRepetition takes, 2^31 pairs.
	MaxComparedRows = 1 << 16
	// MaxComparisons is the most numbers that it compares.
	MaxComparisons = 1 << 32
)

// FirstRepetition looks for rows whose numbers differ by no more than tolerance, each of them:
//
//	max_j |PE(p)_j - PE(q)_j| <= tolerance,  q < p
//
// That there is none is said of the rows that were given, and of no more. Most pairs differ in their first numbers and cost
// little. How much all cost is not known before, so [MaxComparisons] is the one limit that is met under way.
func FirstRepetition(table []float32, dim int, tolerance float64) (Repetition, error) {
	return firstRepetition(table, dim, tolerance, MaxComparisons)
}

func firstRepetition(table []float32, dim int, tolerance float64, limit int64) (Repetition, error) {
	none := Repetition{-1, -1, -1}
	n, err := rowsOf("table", table, dim, 1)
	switch {
	case err != nil:
		return none, err
	case n > MaxComparedRows:
		return none, badInt("table", "at most ", MaxComparedRows, " rows", n)
	case !(tolerance >= 0 && tolerance <= math.MaxFloat64):
		return none, bad("tolerance", "a finite number that is not negative", encoding.Number(tolerance))
	}
	found := none
	left := limit
	for p := 1; p < n && (found.OfFirst < 0 || found.Row < 0); p++ {
		x := table[p*dim:][:dim]
		for q := 0; q < p && (q == 0 || found.Row < 0); q++ {
			same := common(x, table[q*dim:][:dim], tolerance)
			if left -= int64(same) + 1; left < 0 {
				return none, bad("table", "rows that "+strconv.FormatInt(limit, 10)+" comparisons tell apart", strconv.Itoa(n)+" that do not")
			}
			if same < dim {
				continue
			}
			if q == 0 && found.OfFirst < 0 {
				found.OfFirst = p
			}
			if found.Row < 0 {
				found.Row, found.Earlier = p, q
			}
		}
	}
	return found, nil
}

// common returns how many numbers at the beginning of two rows are the same.
func common(x, y []float32, tolerance float64) int {
	for i, v := range x {
		if !(math.Abs(float64(v)-float64(y[i])) <= tolerance) {
			return i
		}
	}
	return len(x)
}
