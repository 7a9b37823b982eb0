package kernel

// Add is
//
//	for i := range x { x[i] += row[i] }
//
// x and row have the same length.
func Add(x, row []float32) {
	row = row[:len(x)]
	n := addSIMD(x, row)
	if n < len(x) {
		addGeneric(x[n:], row[n:])
	}
}

// Sub is
//
//	for i := range x { x[i] -= row[i] }
//
// x and row have the same length.
func Sub(x, row []float32) {
	row = row[:len(x)]
	n := subSIMD(x, row)
	if n < len(x) {
		subGeneric(x[n:], row[n:])
	}
}

// ScaleAdd is
//
//	for i := range x { x[i] = float32(x[i]*scale) + row[i] }
//
// x and row have the same length.
func ScaleAdd(x, row []float32, scale float32) {
	row = row[:len(x)]
	n := scaleAddSIMD(x, row, scale)
	scaleAddGeneric(x[n:], row[n:], scale)
}

// SubUnscale undoes ScaleAdd up to its rounding:
//
//	for i := range x { x[i] = (x[i] - row[i]) / scale }
//
// x and row have the same length.
func SubUnscale(x, row []float32, scale float32) {
	row = row[:len(x)]
	n := subUnscaleSIMD(x, row, scale)
	subUnscaleGeneric(x[n:], row[n:], scale)
}

func addGeneric(x, row []float32) {
	for i, r := range row {
		x[i] += r
	}
}

func subGeneric(x, row []float32) {
	for i, r := range row {
		x[i] -= r
	}
}

func scaleAddGeneric(x, row []float32, scale float32) {
	for i, r := range row {
		x[i] = float32(x[i]*scale) + r
	}
}

func subUnscaleGeneric(x, row []float32, scale float32) {
	for i, r := range row {
		x[i] = (x[i] - r) / scale
	}
}
