package encoding

import (
	"math"
)

// MaxPosition is the largest magnitude of a position: beyond it a float64 no longer holds every integer.
const MaxPosition = 1 << 53

// CheckPositions says whether these are positions: numbers of a magnitude up to [MaxPosition]. The first of them is number
// first of the list that the message is about.
func CheckPositions(positions []float64, first int) error {
	for i, p := range positions {
		if !(math.Abs(p) <= MaxPosition) {
			return &OptionError{Option: Text("positions[", first+i, "]"), Want: "a number within ±2^53", Got: Number(p)}
		}
	}
	return nil
}
