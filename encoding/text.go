package encoding

import "strconv"

// Text joins what messages are made of: strings, and numbers as [Number] writes them. fmt would do it too, and is a tenth of
// the wasm file.
func Text(parts ...any) (s string) {
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			s += p
		case int:
			s += strconv.Itoa(p)
		case int64:
			s += strconv.FormatInt(p, 10)
		case float64:
			s += Number(p)
		case []int:
			s += "["
			for i, n := range p {
				if i > 0 {
					s += ", "
				}
				if i == 8 {
					s += "..."
					break
				}
				s += strconv.Itoa(n)
			}
			s += "]"
		}
	}
	return s
}

// Quote quotes a name of somebody else's making, in ASCII and cut so that a message stays a line.
func Quote[T ~string](name T) string {
	out := `"`
	for i, r := range string(name) {
		if i >= 40 {
			return out + `"...`
		}
		if r >= ' ' && r < 0x7f && r != '"' && r != '\\' {
			out += string(r)
		} else {
			out += `\u` + strconv.FormatInt(int64(0x10000+r&0xffff), 16)[1:]
		}
	}
	return out + `"`
}

// List returns `"a" or "b"`, or `"a", "b" or "c"`.
func List[T ~string](names []T) (s string) {
	for i, n := range names {
		switch {
		case i > 0 && i == len(names)-1:
			s += " or "
		case i > 0:
			s += ", "
		}
		s += `"` + string(n) + `"`
	}
	return s
}
