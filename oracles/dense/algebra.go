package dense

import (
	"fmt"
	"math"
)

// Scalar is the type of an entry.
type Scalar interface{ float64 | complex128 }

// abs returns the modulus of an entry, without overflow on the way.
func abs[T Scalar](x T) float64 {
	switch x := any(x).(type) {
	case complex128:
		return math.Hypot(real(x), imag(x))
	case float64:
		return math.Abs(x)
	}
	panic("unreachable: Scalar has two types")
}

// shape returns the numbers of rows and columns and panics if the rows are not equally long.
func shape[T Scalar](what string, a [][]T) (rows, cols int) {
	if len(a) == 0 {
		return 0, 0
	}
	for i, row := range a {
		if len(row) != len(a[0]) {
			panic(fmt.Sprintf("dense: %s: row %d has %d entries, row 0 has %d", what, i, len(row), len(a[0])))
		}
	}
	return len(a), len(a[0])
}

func square[T Scalar](what string, a [][]T) int {
	rows, cols := shape(what, a)
	if rows != cols {
		panic(fmt.Sprintf("dense: %s: matrix is %d×%d, not square", what, rows, cols))
	}
	return rows
}

func mustMatch(what string, want, got int) {
	if want != got {
		panic(fmt.Sprintf("dense: %s: lengths %d and %d do not fit", what, want, got))
	}
}

// Dot returns Σ_i a_i b_i, summed in order. It is bilinear: nothing is conjugated.
func Dot[T Scalar](a, b []T) T {
	mustMatch("Dot", len(a), len(b))
	var sum T
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// MatVec returns A v (m), A m×n, v of length n.
func MatVec[T Scalar](a [][]T, v []T) []T {
	rows, cols := shape("MatVec", a)
	if rows > 0 {
		mustMatch("MatVec", cols, len(v))
	}
	out := make([]T, rows)
	for i, row := range a {
		out[i] = Dot(row, v)
	}
	return out
}

// MatVecComplex returns A v (m) for a real matrix A, m×n, and a complex vector v of length n. The parts do not mix: each of
// them is the real product.
func MatVecComplex(a [][]float64, v []complex128) []complex128 {
	re, im := make([]float64, len(v)), make([]float64, len(v))
	for j, z := range v {
		re[j], im[j] = real(z), imag(z)
	}
	re, im = MatVec(a, re), MatVec(a, im)
	out := make([]complex128, len(re))
	for i := range out {
		out[i] = complex(re[i], im[i])
	}
	return out
}

// AbsMatVec returns |A||v| (m), the moduli of A, m×n, times those of v, of length n: what the rounding errors of MatVec are
// bounded by when multiplied by Gamma(n, u).
func AbsMatVec[T Scalar](a [][]T, v []T) []float64 {
	moduli := make([]float64, len(v))
	for j := range v {
		moduli[j] = abs(v[j])
	}
	return MatVec(Abs(a), moduli)
}

// Abs returns |A| (m×n), the moduli of the entries of A, m×n.
func Abs[T Scalar](a [][]T) [][]float64 {
	rows, cols := shape("Abs", a)
	out := zeros[float64](rows, cols)
	for i, row := range a {
		for j := range row {
			out[i][j] = abs(row[j])
		}
	}
	return out
}

// MatMul returns A B (m×k), A m×n and B n×k.
func MatMul[T Scalar](a, b [][]T) [][]T {
	rows, inner := shape("MatMul", a)
	innerB, cols := shape("MatMul", b)
	if rows > 0 {
		mustMatch("MatMul", inner, innerB)
	}
	out := zeros[T](rows, cols)
	for i := range rows {
		for j := range cols {
			for k := range inner {
				out[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return out
}

// Transpose returns Aᵀ (n×m), A m×n. It does not conjugate.
func Transpose[T Scalar](a [][]T) [][]T {
	rows, cols := shape("Transpose", a)
	out := zeros[T](cols, rows)
	for i := range rows {
		for j := range cols {
			out[j][i] = a[i][j]
		}
	}
	return out
}

func zeros[T Scalar](rows, cols int) [][]T {
	out := make([][]T, rows)
	for i := range out {
		out[i] = make([]T, cols)
	}
	return out
}

// TracePowers returns tr A^j and tr |A|^j for j = 1 … k (entry j−1), A n×n. The computed tr A^j is within
// Gamma(j·n, 2^-53)·tr |A|^j of the true one as long as nothing under- or overflows, and tr |A|^j itself is accurate to that
// factor, having no cancellation. It panics if k < 0.
func TracePowers(a [][]float64, k int) (traces, absolute []float64) {
	n := square("TracePowers", a)
	traces, absolute = make([]float64, k), make([]float64, k)
	moduli := Abs(a)
	power, absPower := a, moduli
	for j := range k {
		if j > 0 {
			power, absPower = MatMul(power, a), MatMul(absPower, moduli)
		}
		for i := range n {
			traces[j] += power[i][i]
			absolute[j] += absPower[i][i]
		}
	}
	return traces, absolute
}

// Gamma returns Higham's γ_n = n u/(1 − n u), rounded up, the relative error that n roundings of unit u can add up to; +Inf
// for n u ≥ 1, where there is no bound. u is 2^-53 for float64 rounded to nearest, for which n u is exact. It panics if n < 0.
func Gamma(n int, u float64) float64 {
	if n < 0 {
		panic(fmt.Sprintf("dense: Gamma: n = %d", n))
	}
	t := float64(n) * u
	switch {
	case t == 0:
		return 0
	case t >= 1:
		return math.Inf(1)
	}
	return t / (1 - t) * (1 + 0x1p-51)
}
