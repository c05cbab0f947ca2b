package dense

import (
	"math"
	"slices"
)

// maxSweeps is far beyond what one-sided Jacobi takes (6 to 10; convergence is quadratic in the end).
const maxSweeps = 60

// negligible is a dot product, of columns scaled to entries below 1, that is left alone: a column that should be zero shrinks by a
// factor 2^-53 a sweep, and would otherwise be chased into the subnormal numbers.
const negligible = 0x1p-1000

// SingularValues returns the min(m, n) singular values of A, m×n, the largest first.
//
// One-sided Jacobi (Hestenes): plane rotations from the right make the columns orthogonal, and their norms are the singular
// values. With u = 2^-53 and k = min(m, n) a value is off by at most 2^8·k·u·‖A‖_F from the rotations, 60 sweeps assumed, and by
// the fraction k·(max(m, n) + 16)·u from the columns' being orthogonal only to rounding. What is seen is a few units in the last place
// of the largest, and relative accuracy for a matrix that is badly scaled by columns only (down to 2^-500 of the largest).
//
// All are NaN if A has an entry that is NaN or infinite.
func SingularValues(a [][]float64) []float64 {
	rows, cols := shape("SingularValues", a)
	columns := Transpose(a) // the columns of A, or of Aᵀ if those are fewer
	if cols > rows {
		columns = Transpose(columns)
	}
	values := make([]float64, len(columns))
	largest := NormInf(a)
	if cols == 0 || largest == 0 {
		return values
	}
	entry := 0.0
	for _, c := range columns {
		entry = max(entry, VectorNormInf(c))
	}
	_, exponent := math.Frexp(entry)
	if math.IsNaN(entry) || math.IsInf(entry, 0) || !orthogonalize(columns, -exponent) {
		for i := range values {
			values[i] = math.NaN()
		}
		return values
	}
	for i, c := range columns {
		values[i] = math.Ldexp(VectorNorm2(c), exponent)
	}
	slices.Sort(values)
	slices.Reverse(values)
	return values
}

// orthogonalize scales the columns by 2^exponent and rotates them in pairs until the cosine of every angle is at rounding.
// It reports whether that came to an end.
func orthogonalize(columns [][]float64, exponent int) bool {
	for _, c := range columns {
		for i := range c {
			c[i] = math.Ldexp(c[i], exponent)
		}
	}
	// A computed cosine is off by up to len·u from its dot product, and a rotation leaves one of a few u: less would never end.
	tolerance := float64(len(columns[0])+16) * 0x1p-53
	for range maxSweeps {
		rotated := false
		for p := range columns {
			for q := p + 1; q < len(columns); q++ {
				rotated = rotate(columns[p], columns[q], tolerance) || rotated
			}
		}
		if !rotated {
			return true
		}
	}
	return false
}

// rotate makes x and y orthogonal by a rotation in their plane, and reports whether they were not so already. The tangent t of
// the angle is the smaller root of t² + 2ζt − 1 = 0, ζ = (‖y‖² − ‖x‖²)/(2 x·y).
func rotate(x, y []float64, tolerance float64) bool {
	xy, xNorm, yNorm := Dot(x, y), scaledNorm(x), scaledNorm(y)
	if math.Abs(xy) <= max(negligible, tolerance*xNorm*yNorm) {
		return false
	}
	zeta := (yNorm - xNorm) * (yNorm + xNorm) / (2 * xy)
	t := math.Copysign(1/(math.Abs(zeta)+math.Hypot(1, zeta)), zeta)
	cosine := 1 / math.Hypot(1, t)
	sine := cosine * t
	for i := range x {
		x[i], y[i] = cosine*x[i]-sine*y[i], sine*x[i]+cosine*y[i]
	}
	return true
}

// scaledNorm returns the 2-norm of a column whose entries do not exceed 2, the fast way where squares do not vanish.
func scaledNorm(v []float64) float64 {
	if square := Dot(v, v); square > 0x1p-900 {
		return math.Sqrt(square)
	}
	return VectorNorm2(v)
}

// MinSingularComplex returns the smallest of the min(m, n) singular values of a complex matrix A, m×n, +Inf for an empty one.
//
// The real matrix [[Re A, −Im A], [Im A, Re A]], 2m×2n, has each singular value of A twice. Accuracy and NaN as in
// SingularValues.
func MinSingularComplex(a [][]complex128) float64 {
	rows, cols := shape("MinSingularComplex", a)
	if cols == 0 {
		return math.Inf(1)
	}
	embedded := zeros[float64](2*rows, 2*cols)
	for i, row := range a {
		for j, z := range row {
			embedded[i][j], embedded[i][cols+j] = real(z), -imag(z)
			embedded[rows+i][j], embedded[rows+i][cols+j] = imag(z), real(z)
		}
	}
	s := SingularValues(embedded)
	return s[len(s)-1]
}
