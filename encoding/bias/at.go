package bias

import (
	"math"
	"strconv"

	"posenc/encoding"
	"posenc/encoding/internal/angle"
	"posenc/encoding/internal/kernel"
)

// At says which scores an array holds: [batch, heads, QueryLength, KeyLength], or a part of them.
type At struct {
	// Batch is how many sequences the scores are of; 0 means 1.
	Batch int
	// QueryLength and KeyLength are how many queries and keys each sequence has.
	QueryLength, KeyLength int
	// Offset is the position of the first query; the first key has position 0. A decoder's one query has KeyLength-1.
	// It may be negative; |Offset| + QueryLength + KeyLength is at most 2^53.
	Offset int64
	// Part says that the array is a contiguous part of all scores, the one that begins with element number From in
	// row-major order; it may begin and end within a row.
	Part bool
	From int
}

// MaxHeads is how many heads an encoder may have, and MaxElements how many elements the result of Matrix or Buckets.
const (
	MaxHeads    = 1 << 16
	MaxElements = 1 << 31
)

// maxScores is how many elements an array may have of which a part is given.
const maxScores = 1 << 53

// An Encoder is any encoding of this package. One that has no bias of its own (Deberta, Shaw), or was given no weights
// (T5, Swin), refuses Add and Matrix with an [encoding.OptionError]; one that has no buckets refuses Buckets.
type Encoder interface {
	// Heads is how many heads the encoder is for; 0 when it has buckets alone.
	Heads() int
	// Add adds the bias to scores [batch, heads, queryLength, keyLength], or a part of them, in place.
	Add(scores []float32, at At) error
	// Quick is Add for hot calls; see there.
	Quick(scores []float32, from int64, queries, keys int, offset int64) bool
	// Check says what Add would say of an array of length elements (FillMatrix for one with no batch, FillBuckets with
	// buckets), without touching anything.
	Check(length int, at At, buckets bool) error
	// FillMatrix overwrites dst with the bias [heads, queryLength, keyLength], or a part of it. at.Batch is 0 or 1.
	FillMatrix(dst []float32, at At) error
	// FillBuckets overwrites dst with the bucket of each query and key [queryLength, keyLength], or a part of them.
	// at.Batch is 0 or 1.
	FillBuckets(dst []int32, at At) error
	// Matrix returns the bias [heads, q, k] of q queries, the first at position offset, and k keys from position 0.
	Matrix(q, k int, offset int64) ([]float32, error)
	// Buckets returns the buckets [q, k].
	Buckets(q, k int, offset int64) ([]int32, error)
}

// A grid is an At that has been checked against an array.
type grid struct {
	heads, queries, keys int
	offset               int64
	from                 int64
}

// check returns what at means for an array of length elements, or says what is wrong with it.
func (at At) check(length, heads int) (grid, error) {
	g, total, err := at.size(heads)
	if err != nil {
		return g, err
	}
	if !at.Part && (at.From != 0 || int64(length) != total) {
		return g, &encoding.OptionError{Option: "scores",
			Want: encoding.Text("batch·heads·queryLength·keyLength = ", max(at.Batch, 1), "·", heads, "·", g.queries, "·", g.keys, " elements"),
			Got:  strconv.Itoa(length)}
	}
	if at.From < 0 || int64(at.From) > total || int64(length) > total-int64(at.From) {
		return g, &encoding.OptionError{Option: "from",
			Want: encoding.Text("a number that keeps a part of ", length, " within all ", total, " elements"), Got: strconv.Itoa(at.From)}
	}
	return g, nil
}

// size returns the grid and how many elements the whole array has.
func (at At) size(heads int) (grid, int64, error) {
	g := grid{heads: heads, queries: at.QueryLength, keys: at.KeyLength, offset: at.Offset, from: int64(at.From)}
	total := int64(1)
	for i, n := range [...]int{at.Batch, heads, at.QueryLength, at.KeyLength} {
		name := [...]string{"batch", "heads", "queryLength", "keyLength"}[i]
		if i == 0 && n == 0 {
			n = 1
		}
		if n < 0 {
			return g, 0, &encoding.OptionError{Option: name, Want: "an integer that is not negative", Got: strconv.Itoa(n)}
		}
		if n > 0 && total > maxScores/int64(n) {
			return g, 0, &encoding.OptionError{Option: name, Want: "scores of at most 2^53 elements", Got: strconv.Itoa(n)}
		}
		total *= int64(n)
	}
	if room := angle.MaxPosition - int64(g.queries) - int64(g.keys); g.offset > room || g.offset < -room {
		return g, 0, &encoding.OptionError{Option: "offset",
			Want: encoding.Text("an integer that keeps all of ", g.queries, " queries and ", g.keys, " keys within ±2^53"),
			Got:  strconv.FormatInt(g.offset, 10)}
	}
	return g, total, nil
}

// A scheme makes the rows of an encoding, and is all that it has to itself.
type scheme interface {
	// check says what is wrong with a grid that fits the array, if anything, and makes what its rows need.
	check(g grid) error
	// ready says that check would find nothing wrong and has nothing to make.
	ready(g grid) bool
	// rows adds (kernel.Plus) biases to x, or writes them (kernel.Store), of the keys from number key on. x has one row or, side by
	// side, those of queries that follow each other, or with heads those of one query of heads that do.
	rows(op kernel.Op, x []float32, head int, query int64, key, count int, heads bool)
	// buckets writes the buckets of one query, for the keys from number key on.
	buckets(dst []int32, query int64, key int)
}

// A core is what all encoders share: it takes arrays apart into rows.
type core struct {
	scheme    scheme // not embedded, which would make each encoder's methods of it
	heads     int
	noBias    error // why there is none; nil when there is
	noBuckets error
}

// lacking is the error of an encoder that was not made for a call.
func lacking(option, want, got string) error {
	return &encoding.OptionError{Option: option, Want: want, Got: got}
}

// Heads implements [Encoder].
func (c *core) Heads() int { return c.heads }

// Check implements [Encoder].
func (c *core) Check(length int, at At, buckets bool) error {
	_, err := c.checked(length, at, buckets)
	return err
}

func (c *core) checked(length int, at At, buckets bool) (grid, error) {
	heads, lacks := c.heads, c.noBias
	if buckets {
		heads, lacks = 1, c.noBuckets
	}
	if lacks != nil {
		return grid{}, lacks
	}
	g, err := at.check(length, heads)
	if err == nil {
		err = c.scheme.check(g)
	}
	return g, err
}

// Add implements [Encoder].
func (c *core) Add(scores []float32, at At) error { return c.fill(kernel.Plus, scores, at) }

// FillMatrix implements [Encoder].
func (c *core) FillMatrix(dst []float32, at At) error {
	if err := at.single(); err != nil {
		return err
	}
	return c.fill(kernel.Store, dst, at)
}

func (at At) single() error {
	if at.Batch != 0 && at.Batch != 1 {
		return &encoding.OptionError{Option: "batch", Want: "1 for a matrix", Got: strconv.Itoa(at.Batch)}
	}
	return nil
}

func (c *core) fill(op kernel.Op, x []float32, at At) error {
	g, err := c.checked(len(x), at, false)
	if err == nil && len(x) > 0 {
		c.each(op, x, g)
	}
	return err
}

// Quick is Add for hot calls: of the part of scores that begins with element number from, when all that it needs is made and in
// memory. The caller has checked that there is such a part, of at least one element. It reports whether it did it; if not it did
// nothing.
func (c *core) Quick(scores []float32, from int64, queries, keys int, offset int64) bool {
	g := grid{heads: c.heads, queries: queries, keys: keys, offset: offset, from: from}
	if c.noBias != nil || !c.scheme.ready(g) {
		return false
	}
	c.each(kernel.Plus, scores, g)
	return true
}

// each goes over the parts of rows, and the whole rows of each head, that x has.
func (c *core) each(op kernel.Op, x []float32, g grid) {
	head, query, key := g.start()
	heads := g.queries == 1
	for len(x) > 0 {
		n, rows := min(g.keys-key, len(x)), 1
		if key == 0 && n < len(x) {
			rows = g.queries - query
			if heads {
				rows = g.heads - head
			}
			rows = min(int(uint(len(x))/uint(n)), rows)
			n *= rows
		}
		c.scheme.rows(op, x[:n], head, g.offset+int64(query), key, rows, heads)
		x, key = x[n:], 0
		if heads {
			head += rows
		} else if query += rows; query == g.queries {
			query = 0
			head++
		}
		if head == g.heads {
			head = 0
		}
	}
}

// start returns where element number g.from is.
func (g grid) start() (head, query, key int) {
	if g.from == 0 {
		return 0, 0, 0
	}
	from, keys, queries := uint64(g.from), uint64(g.keys), uint64(g.queries) // without signs a division is an instruction in wasm
	row := from / keys
	return int(row / queries % uint64(g.heads)), int(row % queries), int(from % keys)
}

// FillBuckets implements [Encoder].
func (c *core) FillBuckets(dst []int32, at At) error {
	if c.noBuckets == nil {
		if err := at.single(); err != nil {
			return err
		}
	}
	g, err := c.checked(len(dst), at, true)
	if err != nil || len(dst) == 0 {
		return err
	}
	_, query, key := g.start()
	for len(dst) > 0 {
		n := min(g.keys-key, len(dst))
		c.scheme.buckets(dst[:n], g.offset+int64(query), key)
		dst, key, query = dst[n:], 0, query+1
	}
	return nil
}

// Matrix implements [Encoder].
func (c *core) Matrix(q, k int, offset int64) ([]float32, error) {
	at := At{QueryLength: q, KeyLength: k, Offset: offset}
	n, err := c.elements(at, c.heads, c.noBias)
	if err != nil {
		return nil, err
	}
	dst := make([]float32, n)
	return dst, c.FillMatrix(dst, at)
}

// Buckets implements [Encoder].
func (c *core) Buckets(q, k int, offset int64) ([]int32, error) {
	at := At{QueryLength: q, KeyLength: k, Offset: offset}
	n, err := c.elements(at, 1, c.noBuckets)
	if err != nil {
		return nil, err
	}
	dst := make([]int32, n)
	return dst, c.FillBuckets(dst, at)
}

// elements returns how many elements a matrix has that may be made.
func (c *core) elements(at At, heads int, lacks error) (int64, error) {
	if lacks != nil {
		return 0, lacks
	}
	g, total, err := at.size(heads)
	if err == nil && total > MaxElements {
		err = &encoding.OptionError{Option: "keyLength", Want: encoding.Text("a matrix of at most ", int64(MaxElements), " elements"),
			Got: strconv.FormatInt(total, 10)}
	}
	if err == nil {
		err = c.scheme.check(g)
	}
	return total, err
}

// integer says what is wrong with an integer option that must lie in [low, high], if anything.
func integer(option string, v, low, high int) error {
	if v >= low && v <= high {
		return nil
	}
	return &encoding.OptionError{Option: option, Want: encoding.Text("an integer from ", low, " to ", high), Got: strconv.Itoa(v)}
}

// number says what is wrong with an option that must lie in (0, high], if anything.
func number(option string, v, high float64) error {
	if v > 0 && v <= high {
		return nil
	}
	return &encoding.OptionError{Option: option, Want: "a positive number, at most " + encoding.Number(high), Got: encoding.Number(v)}
}

// count says what is wrong with how many numbers an option has, if anything.
func count(option, shape string, got, want int) error {
	if got == want {
		return nil
	}
	return &encoding.OptionError{Option: option, Want: encoding.Text(shape, " = ", want, " numbers"), Got: strconv.Itoa(got)}
}

// finite says which of an option's numbers is not, if any.
func finite(option string, v []float32) error {
	for i, w := range v {
		if !(math.Abs(float64(w)) <= math.MaxFloat32) {
			return &encoding.OptionError{Option: encoding.Text(option, "[", i, "]"), Want: "a finite number", Got: encoding.Number(float64(w))}
		}
	}
	return nil
}

// copyOf32 keeps what the caller may change later, and what the caller must not change.
func copyOf32(v []float32) []float32 { return append([]float32(nil), v...) }
