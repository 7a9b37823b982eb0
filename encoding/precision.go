package encoding

// A Precision says how the angle of a position is carried.
type Precision string

const (
	// Exact carries position times frequency as far as a correctly rounded float32 needs.
	Exact Precision = "exact"
	// Float32 rounds each step to float32, as PyTorch does, for models that were trained on what that rounds away. At
	// position 131,072 sines are off by up to 1e-2 then.
	Float32 Precision = "float32"
)
