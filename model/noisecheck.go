package model

import "math"

// asymmetry is what a covariance may be off from symmetric and semidefinite by
// the rounding of whoever computed it, relative to standard deviations: more
// than rounding of good code, far less than a mistake.
const asymmetry = 0x1p-36

func (s Noise) checkDiagonal() error {
	for i, x := range s.diag {
		if !(x >= 0) || math.IsInf(x, 0) {
			return invalidf("variance %d is %v, want a number ≥ 0", i, x)
		}
	}
	return nil
}

func (s Noise) checkDense() error {
	deviation := make([]float64, s.n)
	for i := range s.n {
		v := s.full.at(i, i)
		if !(v >= 0) {
			return invalidf("covariance[%d,%d] is %v, want a variance ≥ 0", i, i, v)
		}
		deviation[i] = math.Sqrt(v)
	}
	correlation := newArray(s.n, s.n)
	for i := range s.n {
		for j := range s.n {
			x, y, size := s.full.at(i, j), s.full.at(j, i), deviation[i]*deviation[j]
			if !(math.Abs(x-y) <= asymmetry*size) {
				return invalidf("covariance[%d,%d] is %v and covariance[%d,%d] is %v, want a symmetric matrix", i, j, x, j, i, y)
			}
			if !(math.Abs(x) <= (1+asymmetry)*size) {
				return invalidf("covariance[%d,%d] is %v, more than the variances %v and %v allow", i, j, x, s.full.at(i, i), s.full.at(j, j))
			}
			if size > 0 {
				correlation.set(i, j, x/deviation[i]/deviation[j])
			}
		}
	}
	return checkSemidefinite("covariance", correlation)
}

// checkSemidefinite refuses a symmetric matrix of a diagonal near 1 that has a
// negative eigenvalue, beyond what rounding may have made of 0.
func checkSemidefinite(name string, correlation array) error {
	values, _, err := correlation.eigenSym()
	if err != nil {
		return err
	}
	if len(values) > 0 && !(values[0] >= -asymmetry*float64(len(values))) {
		return invalidf("%s is not positive semidefinite: scaled to correlations it has the eigenvalue %.6g", name, values[0])
	}
	return nil
}

// checkReduced refuses a Σ with a minus that takes too much away, and one
// whose variances overflow, in O(n (p+h)²).
func (s Noise) checkReduced() error {
	shifted := Noise{n: s.n, diag: make([]float64, s.n), plus: s.plus, minus: s.minus}
	for i, d := range s.diag {
		given, taken := d+sumSquares(s.plus.row(i)), sumSquares(s.minus.row(i))
		switch {
		case math.IsInf(given, 0) || math.IsInf(taken, 0):
			return invalidf("variance %d overflows", i)
		case !(taken <= (1+asymmetry)*given):
			return invalidf("variance %d is negative: H takes %v away from %v", i, taken, given)
		}
		// What Σ may be off by is relative to variances, and small ones must not be judged by the rounding of large
		// ones: with that much added to the diagonal, Σ is to be semidefinite outright.
		shifted.diag[i] = d + asymmetry*given
	}
	if s.minus.cols == 0 {
		return nil
	}
	return checkSemidefinite("diag + F Fᵀ − H Hᵀ", shifted.core().correlation)
}

func checkUnits(units []int, n int) error {
	seen := make(map[int]bool, len(units))
	for k, i := range units {
		if i < 0 || i >= n || seen[i] {
			return invalidf("unit %d of the list is %d, want different ones of 0 … %d", k, i, n-1)
		}
		seen[i] = true
	}
	return nil
}

// roots returns square roots, 0 of what is negative.
func roots(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, x := range values {
		out[i] = math.Sqrt(math.Max(x, 0))
	}
	return out
}
