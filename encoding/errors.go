package encoding

// An OptionError says which option or argument was wrong, what was wanted, and what came. Every error that a call
// of this module returns for its arguments is one.
type OptionError struct {
	Option string // its name, as in the JavaScript API: "dim", "frequencyShift", "x"
	Want   string
	Got    string
}

// Error returns "dim: want a positive integer, got 7.5".
func (e *OptionError) Error() string { return e.Option + ": want " + e.Want + ", got " + e.Got }
