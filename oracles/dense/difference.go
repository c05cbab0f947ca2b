package dense

import (
	"fmt"
	"math"
)

// levels is the number of step sizes, each half the one before.
const levels = 12

// FiniteDifferenceJacobian returns the Jacobian of f at x (m×n, entry (i, j) = ∂f_i/∂x_j), n the length of x, m that of f(x),
// and an estimate of the error of each entry.
//
// Central differences with the steps h, h/2, …, h/2^11, h a power of two near ⅛·max(1, |x_j|), extrapolated to h = 0 by
// Richardson's scheme (errors in h², h⁴, …). Of the whole tableau, entry by entry, that value is taken whose two neighbours
// agree with it best (Ridders); the estimate is that disagreement plus what a rounding error of f of one unit in the last place
// does at the step in use. It is an estimate: across a kink, or at features much finer than h/2^11, it may be too small. An
// entry for which the tableau holds no finite number is NaN, and its estimate +Inf.
//
// f is called 2·12·n times. It panics if the length of what f returns changes.
func FiniteDifferenceJacobian(f func(x []float64) []float64, x []float64) (jacobian, estimate [][]float64) {
	steps := make([]float64, len(x))
	for j := range steps {
		steps[j] = 0.125 * max(1, math.Abs(x[j]))
	}
	return FiniteDifferenceJacobianSteps(f, x, steps)
}

// FiniteDifferenceJacobianSteps is FiniteDifferenceJacobian with the largest step of each coordinate given (n, positive; each
// is rounded down to a power of two): for functions whose scale is not that of x.
func FiniteDifferenceJacobianSteps(f func(x []float64) []float64, x, steps []float64) (jacobian, estimate [][]float64) {
	mustMatch("FiniteDifferenceJacobian", len(x), len(steps))
	m := len(f(append([]float64(nil), x...)))
	jacobian, estimate = zeros[float64](m, len(x)), zeros[float64](m, len(x))
	for j := range x {
		if !(steps[j] > 0) || math.IsInf(steps[j], 0) {
			panic(fmt.Sprintf("dense: FiniteDifferenceJacobian: step %v of coordinate %d", steps[j], j))
		}
		_, exponent := math.Frexp(steps[j])
		quotients, noise := make([][]float64, levels), make([][]float64, levels)
		for k := range levels {
			quotients[k], noise[k] = centralDifference(f, x, j, math.Ldexp(1, exponent-1-k), m)
		}
		for i := range m {
			jacobian[i][j], estimate[i][j] = extrapolate(quotients, noise, i)
		}
	}
	return jacobian, estimate
}

// centralDifference returns (f(x + h e_j) − f(x − h e_j))/2h (m) and what one unit in the last place of f makes of it.
func centralDifference(f func(x []float64) []float64, x []float64, j int, h float64, m int) (quotient, noise []float64) {
	at := func(v float64) []float64 {
		moved := append([]float64(nil), x...)
		moved[j] = v
		y := f(moved)
		mustMatch("FiniteDifferenceJacobian: result of f", m, len(y))
		return append([]float64(nil), y...)
	}
	right, left := x[j]+h, x[j]-h
	plus, minus := at(right), at(left)
	quotient, noise = make([]float64, m), make([]float64, m)
	for i := range quotient {
		quotient[i] = (plus[i] - minus[i]) / (right - left) // the step that was made, not the one that was meant
		noise[i] = 0x1p-52 * (math.Abs(plus[i]) + math.Abs(minus[i])) / (right - left)
	}
	return quotient, noise
}

// extrapolate returns the best entry of Richardson's tableau T_k,0 = quotient at h/2^k,
// T_k,l = T_k,l−1 + (T_k,l−1 − T_k−1,l−1)/(4^l − 1), and its estimated error. Noise is at most doubled on the way,
// Π (4^l + 1)/(4^l − 1) being below 2.
func extrapolate(quotients, noise [][]float64, i int) (value, estimate float64) {
	value, estimate = math.NaN(), math.Inf(1)
	previous := []float64{quotients[0][i]}
	for k := 1; k < levels; k++ {
		row := []float64{quotients[k][i]}
		for l := 1; l <= k; l++ {
			row = append(row, row[l-1]+(row[l-1]-previous[l-1])/(math.Pow(4, float64(l))-1))
			e := max(math.Abs(row[l]-row[l-1]), math.Abs(row[l]-previous[l-1])) + 2*noise[k][i]
			if e < estimate {
				value, estimate = row[l], e
			}
		}
		previous = row
	}
	return value, estimate
}
