package dense

import "math"

// VectorNorm1 returns Σ|v_i|; +Inf only where the sum is not below the largest float64.
func VectorNorm1[T Scalar](v []T) float64 {
	sum := 0.0
	for _, x := range v {
		sum += abs(x)
	}
	return sum
}

// VectorNorm2 returns (Σ|v_i|²)^½. The entries are scaled by a power of two, so that squares neither overflow nor vanish.
func VectorNorm2[T Scalar](v []T) float64 {
	largest := VectorNormInf(v)
	if largest == 0 || math.IsNaN(largest) || math.IsInf(largest, 0) {
		return largest
	}
	_, exponent := math.Frexp(largest)
	sum := 0.0
	for _, x := range v {
		scaled := math.Ldexp(abs(x), -exponent)
		sum += scaled * scaled
	}
	return math.Ldexp(math.Sqrt(sum), exponent)
}

// VectorNormInf returns max|v_i|, NaN if an entry is NaN, 0 for the empty vector.
func VectorNormInf[T Scalar](v []T) float64 {
	largest := 0.0
	for _, x := range v {
		largest = max(largest, abs(x)) // the built-in max is NaN if either is
	}
	return largest
}

// Norm1 returns the operator norm max_j Σ_i |a_ij|, A m×n.
func Norm1[T Scalar](a [][]T) float64 { return NormInf(Transpose(a)) }

// NormInf returns the operator norm max_i Σ_j |a_ij|, A m×n.
func NormInf[T Scalar](a [][]T) float64 {
	shape("NormInf", a)
	sums := make([]float64, len(a))
	for i, row := range a {
		sums[i] = VectorNorm1(row)
	}
	return VectorNormInf(sums)
}

// NormFro returns the Frobenius norm (Σ|a_ij|²)^½, A m×n.
func NormFro[T Scalar](a [][]T) float64 {
	shape("NormFro", a)
	rows := make([]float64, len(a))
	for i, row := range a {
		rows[i] = VectorNorm2(row)
	}
	return VectorNorm2(rows)
}

// NormTwo returns the operator 2-norm of A, m×n, its largest singular value, 0 for an empty matrix. Accuracy and NaN as in
// SingularValues.
func NormTwo(a [][]float64) float64 {
	s := SingularValues(a)
	if len(s) == 0 {
		return 0
	}
	return s[0]
}
