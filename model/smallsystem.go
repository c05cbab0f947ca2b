package model

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// smallStep solves J s = f by elimination with partial pivoting, without what
// a library spends on a system of two or three. Where a pivot is less
// than half of the digits it leaves the system to newtonStep.
func smallStep(j *mat.Dense, f []float64) ([]float64, error) {
	n := len(f)
	a := make([]float64, n*n+n)
	s := a[n*n:]
	for i := range n {
		for k := range n {
			a[i*n+k] = j.At(i, k)
		}
		s[i] = f[i]
	}
	if eliminated(a[:n*n], n, s, 1) {
		return s, nil
	}
	return newtonStep(j, f)
}

// smallInverse returns J⁻¹; false where it is not regular enough to have any digit.
func smallInverse(j *mat.Dense) (*mat.Dense, bool) {
	n, _ := j.Dims()
	a := append([]float64(nil), mat.DenseCopyOf(j).RawMatrix().Data...)
	inverse := identity(n)
	if eliminated(a, n, inverse.RawMatrix().Data, n) {
		return inverse, true
	}
	var lu mat.LU
	lu.Factorize(j)
	if err := lu.SolveTo(inverse, false, identity(n)); err != nil {
		return nil, false
	}
	return inverse, finite(inverse.RawMatrix().Data)
}

// eliminated solves A X = B in place, A (n×n) and B (n×cols) by rows; false at
// a pivot of less than √u of the largest entry.
func eliminated(a []float64, n int, b []float64, cols int) bool {
	least := math.Sqrt(unitRoundoff) * largest(a)
	for k := range n {
		pivot := k
		for i := k + 1; i < n; i++ {
			if math.Abs(a[i*n+k]) > math.Abs(a[pivot*n+k]) {
				pivot = i
			}
		}
		if !(math.Abs(a[pivot*n+k]) > least) {
			return false
		}
		if pivot != k {
			for c := range n {
				a[k*n+c], a[pivot*n+c] = a[pivot*n+c], a[k*n+c]
			}
			for c := range cols {
				b[k*cols+c], b[pivot*cols+c] = b[pivot*cols+c], b[k*cols+c]
			}
		}
		for i := k + 1; i < n; i++ {
			m := a[i*n+k] / a[k*n+k]
			for c := k; c < n; c++ {
				a[i*n+c] -= m * a[k*n+c]
			}
			for c := range cols {
				b[i*cols+c] -= m * b[k*cols+c]
			}
		}
	}
	for c := range cols {
		for i := n - 1; i >= 0; i-- {
			for k := i + 1; k < n; k++ {
				b[i*cols+c] -= a[i*n+k] * b[k*cols+c]
			}
			b[i*cols+c] /= a[i*n+i]
		}
	}
	return finite(b)
}

// shrunk returns the unit vector (n) that J shrinks most, its last right
// singular vector.
func shrunk(j *mat.Dense) []float64 {
	n, _ := j.Dims()
	var svd mat.SVD
	if !svd.Factorize(j, mat.SVDThin) {
		v := make([]float64, n)
		v[0] = 1
		return v
	}
	var v mat.Dense
	svd.VTo(&v)
	return mat.Col(nil, n-1, &v)
}
