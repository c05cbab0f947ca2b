package quadrature

import "math"

// Expect1 returns E f(μ + √Δ z), z standard normal, and an estimate of its absolute error.
//
// breaks are points of the line where f or a derivative jumps, or near which it varies fast, in the units of f's argument; the
// quadrature does not integrate across them. At Δ = 0 the value is f(μ). Both are NaN for Δ below zero, infinite or NaN.
func Expect1(f func(x float64) float64, mu, delta float64, breaks []float64) (value, err float64) {
	if !(delta >= 0) || math.IsInf(delta, 0) || math.IsNaN(mu) || math.IsInf(mu, 0) {
		return math.NaN(), math.NaN()
	}
	if delta == 0 {
		return f(mu), 0
	}
	scale := math.Sqrt(delta)
	z := overNormal(func(z float64) node { return node{value: f(mu + scale*z)} }, standardised(breaks, mu, scale))
	return z.value, z.err
}

// standardised returns (b − μ)/scale for each b.
func standardised(breaks []float64, mu, scale float64) []float64 {
	out := make([]float64, len(breaks))
	for i, b := range breaks {
		out[i] = (b - mu) / scale
	}
	return out
}
