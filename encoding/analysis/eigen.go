package analysis

import "math"

// eigen returns the eigenvalues of a symmetric matrix A, the largest first, and puts the rows of B into the coordinates of its
// eigenvectors: with A = V·diag(values)·Vᵀ, B becomes Vᵀ·B. With B the identity those rows are the eigenvectors. It works in A.
//
// Householder's reflections make A tridiagonal, Givens' rotations by implicit QR steps with Wilkinson's shift diagonal (Golub
// and Van Loan, "Matrix Computations", algorithms 8.3.1 and 8.3.3), and both are done to B. It is own code because it is
// all that is wanted of linear algebra: gonum's mat, with its LAPACK, is many times the size of this package.
//
// The vectors are orthogonal and A is met to some units in the last place of its largest eigenvalue. Where eigenvalues
// are equal, any directions of their span may be the vectors.
func eigen(a, b [][]float64) (values []float64) {
	d, e := tridiagonal(a, b)
	diagonal(d, e, b)
	for i := range d { // selection, as n is small
		largest := i
		for j := i + 1; j < len(d); j++ {
			if d[j] > d[largest] {
				largest = j
			}
		}
		d[i], d[largest] = d[largest], d[i]
		b[i], b[largest] = b[largest], b[i]
	}
	return d
}

// tridiagonal returns the diagonal d and what is beside it, e, of a matrix that is similar to A.
func tridiagonal(a, b [][]float64) (d, e []float64) {
	n := len(a)
	d, e = make([]float64, n), make([]float64, n)
	for k := range n {
		d[k] = a[k][k]
		if k+1 == n {
			break
		}
		v := a[k][k+1:] // is reflected onto its first axis
		length := math.Sqrt(dot64(v, v))
		if v[0] > 0 {
			length = -length
		}
		e[k] = length
		v[0] -= length
		square := dot64(v, v)
		if square == 0 {
			continue // there is nothing to reflect
		}
		// With H = I - 2vvᵀ/|v|² and w = 2Av/|v|² - 2(vᵀAv)v/|v|⁴, HAH = A - vwᵀ - wvᵀ.
		w := make([]float64, len(v))
		for i := range w {
			w[i] = dot64(a[k+1+i][k+1:], v) * 2 / square
		}
		axpy(w, -dot64(v, w)/square, v)
		for i := range w {
			row, p, q := a[k+1+i][k+1:], v[i], w[i]
			for j := range row {
				row[j] -= float64(p*w[j]) + float64(q*v[j])
			}
		}
		sum := make([]float64, len(b[0])) // vᵀB
		for i := range v {
			axpy(sum, v[i], b[k+1+i])
		}
		for i := range v {
			axpy(b[k+1+i], -2*v[i]/square, sum)
		}
	}
	return d, e
}

// diagonal makes d the eigenvalues of the tridiagonal matrix of d and e. The shift makes e vanish in two or three steps for each of
// them; the steps are counted so that there is an end whatever comes.
func diagonal(d, e []float64, b [][]float64) {
	size := 0.0
	for i := range d {
		size = max(size, math.Abs(d[i]), math.Abs(e[i]))
	}
	high := len(d) - 1
	for steps := 64 * len(d); high > 0 && steps > 0; steps-- {
		if math.Abs(e[high-1]) <= size*0x1p-53 {
			high--
			continue
		}
		low := high - 1 // the block low..high has no e that has vanished
		for low > 0 && math.Abs(e[low-1]) > size*0x1p-53 {
			low--
		}
		half, last := float64((d[high-1]-d[high])/2), e[high-1]
		root := math.Sqrt(float64(half*half) + float64(last*last))
		if half < 0 {
			root = -root
		}
		x, z := d[low]-(d[high]-float64(last/(half+root)*last)), e[low]
		for k := low; k < high; k++ {
			c, s := 1.0, 0.0
			if r := math.Sqrt(float64(x*x) + float64(z*z)); r > 0 {
				c, s = x/r, z/r
				if k > low {
					e[k-1] = r
				}
			}
			cc, cs, ss := float64(c*c), float64(c*s), float64(s*s)
			p, q, o := d[k], d[k+1], e[k]
			d[k] = float64(cc*p) + float64(2*cs*o) + float64(ss*q)
			d[k+1] = float64(ss*p) - float64(2*cs*o) + float64(cc*q)
			e[k] = float64(cs*(q-p)) + float64((cc-ss)*o)
			if k+1 < high {
				x, z = e[k], float64(s*e[k+1])
				e[k+1] *= c
			}
			turn(b[k], b[k+1], c, s)
		}
	}
}

// turn is x, y = c·x + s·y, c·y - s·x.
func turn(x, y []float64, c, s float64) {
	y = y[:len(x)]
	for i, v := range x {
		x[i] = float64(c*v) + float64(s*y[i])
		y[i] = float64(c*y[i]) - float64(s*v)
	}
}
