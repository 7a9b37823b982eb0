package kernel

// Strips puts strips of n elements of one array into strips of another, or adds or subtracts them:
//
//	for i := range count {
//		for j := range n { x[i*toX+j] = row[from+i*toRow+j] } // Plus: +=, Minus: -=
//	}
//
// toX is at least n, toRow any number: with -1 each strip begins an element before the last one, with 0 all are the same. It is
// one call for many short rows.
func Strips(op Op, x []float32, toX int, row []float32, from, toRow, n, count int) {
	if n <= 0 || count <= 0 {
		return
	}
	end := from + (count-1)*toRow
	_, _, _, _, _ = x[(count-1)*toX+n-1], row[from], row[from+n-1], row[end], row[end+n-1]
	strips(op, x, toX, row, from, toRow, n, count)
}

func stripsGeneric(op Op, x []float32, toX int, row []float32, from, toRow, n, count int) {
	for i := range count {
		strip, r := x[i*toX:][:n], row[from+i*toRow:][:n]
		switch op {
		case Store:
			copy(strip, r)
		case Plus:
			addGeneric(strip, r)
		case Minus:
			subGeneric(strip, r)
		}
	}
}
