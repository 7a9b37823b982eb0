package bias

import (
	"sync"
	"sync/atomic"

	"posenc/encoding/internal/kernel"
)

// WindowBytes is the most memory that one encoder keeps for biases that it has made: 4 MiB, 87,381 distances of 12
// heads. What does not fit is made for the call.
const WindowBytes = 4 << 20

// A relative is a scheme whose bias depends on the head and on the distance r = key - query alone. Its matrix is Toeplitz:
// along a row r goes up by one, so a row is a stretch of one line of values. The lines that are in use are kept.
type relative struct {
	heads  int
	fill   func(dst []float32, head int, first int64)     // writes the bias of distances first, first+1, ...; nil without bias
	bucket func(distance int64) (bucket int32, end int64) // which is the bucket of all distances below end; nil without buckets

	window  atomic.Pointer[window]
	growing sync.Mutex
}

// A window is the biases of distances first, first+1, ..., length of them for each head. It never changes; growing makes
// another.
type window struct {
	first  int64
	length int
	lines  []float32 // [heads, length]
}

// scratch is for stretches that are not kept.
var scratch = sync.Pool{New: func() any { return new([1024]float32) }}

// distances returns the first distance of a call, and the one behind the last.
func (g grid) distances() (first, end int64) {
	return 1 - g.offset - int64(g.queries), int64(g.keys) - g.offset
}

func (s *relative) ready(g grid) bool { return s.window.Load().holds(g.distances()) }

// check makes the window reach over the distances of a call, if that fits.
func (s *relative) check(g grid) error {
	first, end := g.distances()
	most := int64(WindowBytes / (4 * s.lineHeads()))
	if s.fill == nil || g.queries == 0 || g.keys == 0 || end-first > most || s.window.Load().holds(first, end) {
		return nil
	}
	s.growing.Lock()
	defer s.growing.Unlock()
	old := s.window.Load()
	if old.holds(first, end) {
		return nil
	}
	// A decoder asks for one distance more each time, on either side: double what there is, so that it pays for few of them.
	if old != nil {
		from, to := min(first, old.first), max(end, old.first+int64(old.length))
		if to-from <= most {
			slack := min(to-from, most-(to-from))
			if first < old.first && end > old.first+int64(old.length) {
				slack /= 2
			}
			if first < old.first {
				from -= slack
			}
			if end > old.first+int64(old.length) {
				to += slack
			}
			first, end = from, to
		}
	}
	w := &window{first: first, length: int(end - first)}
	w.lines = make([]float32, s.heads*w.length)
	for head := range s.heads {
		s.fill(w.lines[head*w.length:][:w.length], head, first)
	}
	s.window.Store(w)
	return nil
}

// lineHeads is s.heads, but at least 1.
func (s *relative) lineHeads() int { return max(s.heads, 1) }

func (w *window) holds(first, end int64) bool {
	return w != nil && first >= w.first && end <= w.first+int64(w.length)
}

func (s *relative) rows(op kernel.Op, x []float32, head int, query int64, key, count int, heads bool) {
	first, n := int64(key)-query, len(x)
	if count > 1 {
		n = int(uint(n) / uint(count))
	}
	low := first
	if !heads {
		low -= int64(count - 1)
	}
	if w := s.window.Load(); w.holds(low, first+int64(n)) {
		step := -1
		if heads {
			step = w.length
		}
		kernel.Strips(op, x, n, w.lines, head*w.length+int(first-w.first), step, n, count)
		return
	}
	made := scratch.Get().(*[1024]float32)
	for ; len(x) > 0; x = x[n:] {
		for i := 0; i < n; i += len(made) {
			part := made[:min(n-i, len(made))]
			s.fill(part, head, first+int64(i))
			kernel.Strips(op, x[i:], len(part), part, 0, 0, len(part), 1)
		}
		if heads {
			head++
		} else {
			first--
		}
	}
	scratch.Put(made)
}

func (s *relative) buckets(dst []int32, query int64, key int) {
	for i := 0; i < len(dst); {
		r := int64(key+i) - query
		bucket, end := s.bucket(r)
		for n := i + int(min(end-r, int64(len(dst)-i))); i < n; i++ {
			dst[i] = bucket
		}
	}
}

// A steps is a map of distances to buckets that is exact up to base, and above has a bucket for each step:
//
//	bucket(d) = d                                   for 0 <= d <= base
//	bucket(d) = base + how many steps are <= d      above
type steps struct {
	base int64
	at   []int64
}

// furthest is above all distances.
const furthest = 1 << 60

// newSteps returns count steps: step number m, from 1 on, is the smallest d above base with level(d) >= m. The level never
// falls as d grows.
func newSteps(base int64, count int, level func(d int64) int64) steps {
	s := steps{base: base, at: make([]int64, count)}
	low := base // below the step
	for m := range s.at {
		high := low + 1
		for stride := int64(1); high < furthest && level(high) <= int64(m); stride *= 2 {
			low, high = high, high+stride
		}
		if high >= furthest {
			for ; m < count; m++ {
				s.at[m] = furthest
			}
			break
		}
		for high-low > 1 {
			if mid := low + (high-low)/2; level(mid) <= int64(m) {
				low = mid
			} else {
				high = mid
			}
		}
		s.at[m] = high
	}
	return s
}

// bucket returns the bucket of d >= 0, which is that of all distances in [first, end).
func (s steps) bucket(d int64) (bucket, first, end int64) {
	if d < s.base {
		return d, d, d + 1
	}
	below, above := 0, len(s.at) // at[:below] <= d < at[above:]
	for below < above {
		if mid := (below + above) / 2; s.at[mid] <= d {
			below = mid + 1
		} else {
			above = mid
		}
	}
	first, end = s.base, furthest
	if below > 0 {
		first = s.at[below-1]
	}
	if below < len(s.at) {
		end = s.at[below]
	}
	return s.base + int64(below), first, end
}
