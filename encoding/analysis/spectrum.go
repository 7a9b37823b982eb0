package analysis

import (
	"math"

	"posenc/encoding/internal/angle"
)

// Lines is the strongest frequency of each column.
type Lines struct {
	Frequencies []float64 `json:"frequencies"` // radians per row, 0 to π
	Shares      []float64 `json:"shares"`      // of the column's energy, 0 to 1; 0 of a column that is all 0
}

// Spectrum returns which frequency each column of a table [n, dim] has most of, down its rows. The discrete Fourier transform says
// where it is, in steps of 2π/n,
//
//	|Σ_p x_p·e^(-i·w·p)|², w = 2πf/n, f = 0, 1, ..., n/2
//
// the lowest of those that are equal; and within one step of it the wave that fits best says what it is:
//
//	share(w) = max over a, b of 1 - Σ_p (x_p - a·cos(w·p) - b·sin(w·p))² / Σ_p x_p²
//
// So a column of sines has its own frequency and all of its energy there, whether it has whole turns in n rows or not, and even
// if it has less than one: then its bend is all that tells, to a thousandth or so where it is a hundredth of a turn. A column of
// several waves is not taken apart: its share says that there is more. (Three numbers or fewer are some wave, whatever they are.)
//
// Source: Lomb 1976, "Least-squares frequency analysis of unequally spaced data". n²·dim multiplications, and 360·n·dim.
func Spectrum(table []float32, dim int) (Lines, error) {
	n, err := rowsOf("table", table, dim, 1)
	if err == nil {
		err = work("table", n, n+refinements*8+2, dim)
	}
	if err == nil {
		err = result("table", n, dim)
	}
	if err != nil {
		return Lines{}, err
	}
	cos, sin := make([]float64, n), make([]float64, n) // of p/n turns
	turn := angle.PerTurn(angle.Exactly(1))
	for p := range n {
		sin[p], cos[p] = turn.SinCos(float64(p) / float64(n))
	}
	out := Lines{make([]float64, dim), make([]float64, dim)}
	for j, column := range columns(table, n, dim) {
		energy := dot64(column, column)
		if energy == 0 {
			continue
		}
		f, power := strongest(column, cos, sin)
		w := 2 * math.Pi * float64(f) / float64(n)
		out.Frequencies[j], out.Shares[j] = refined(column, energy, w, power/energy)
	}
	return out, nil
}

// strongest returns the frequency f with the most energy, in turns per column.
func strongest(column, cos, sin []float64) (best int, power float64) {
	n := len(column)
	for f := 0; 2*f <= n; f++ {
		var re, im float64
		at := 0 // f·p mod n
		for _, v := range column {
			re += float64(v * cos[at])
			im += float64(v * sin[at])
			if at += f; at >= n {
				at -= n
			}
		}
		p := (float64(re*re) + float64(im*im)) / float64(n)
		if f > 0 && 2*f < n {
			p *= 2 // n - f has as much
		}
		if p > power {
			best, power = f, p
		}
	}
	return best, power
}

const (
	refinements = 45 // of the golden section: to 2^-31 of a step
	golden      = 0.6180339887498949
	// A frequency between two steps has to be better than that of the step by more than the rounding of float32 entries makes it.
	noise = 0x1p-40
)

// refined returns the frequency with the largest share within one step of w, which has a share itself.
func refined(column []float64, energy, w, share float64) (float64, float64) {
	step := 2 * math.Pi / float64(len(column))
	low, high := max(w-step, 0), min(w+step, math.Pi)
	a, b := high-float64(golden*(high-low)), low+float64(golden*(high-low))
	shareA, shareB := shareOf(column, energy, a), shareOf(column, energy, b)
	for range refinements {
		if shareA >= shareB {
			high, b, shareB = b, a, shareA
			a = high - float64(golden*(high-low))
			shareA = shareOf(column, energy, a)
		} else {
			low, a, shareA = a, b, shareB
			b = low + float64(golden*(high-low))
			shareB = shareOf(column, energy, b)
		}
	}
	if shareA > share+noise {
		w, share = a, shareA
	}
	return w, min(share, 1)
}

// shareOf returns share(w). About the middle of the column a cosine is even and a sine odd, so they are at right angles, and
// each takes its part of x by itself.
func shareOf(column []float64, energy, w float64) float64 {
	frequency := angle.Radians(w)
	s, c := frequency.SinCos(-float64(len(column)-1) / 2)
	sin, cos := frequency.SinCos(1)
	var xc, xs, cc, ss float64
	for _, v := range column {
		xc += float64(v * c)
		xs += float64(v * s)
		cc += float64(c * c)
		ss += float64(s * s)
		c, s = float64(c*cos)-float64(s*sin), float64(s*cos)+float64(c*sin)
	}
	share := 0.0
	if cc > 0 {
		share += float64(xc / cc * xc)
	}
	if ss > 0 {
		share += float64(xs / ss * xs)
	}
	return share / energy
}

// Wavelengths returns 2π/w of each frequency, after how many rows it repeats: +Inf for 0.
func Wavelengths(frequencies []float64) ([]float64, error) {
	out := make([]float64, len(frequencies))
	for i, w := range frequencies {
		if !(w >= 0 && w <= math.MaxFloat64) {
			return nil, badAt("frequencies", i, "a finite number that is not negative", w)
		}
		out[i] = 2 * math.Pi / w
	}
	return out, nil
}
