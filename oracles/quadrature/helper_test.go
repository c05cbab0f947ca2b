package quadrature

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// most is what an error estimate may be at moderate arguments, in units of 1 and the values' sizes.
const most = 1e-11

// requireWithin holds a value to its truth by the error that came with it, and ulps roundings of a size in the truth.
func requireWithin(t *testing.T, want, got, err, ulps, size float64, args ...any) {
	t.Helper()
	bound := err + ulps*unit*size
	require.True(t, math.Abs(got-want) <= bound, "%v: %v, want %v: off by %.3g, allowed %.3g", args, got, want, got-want, bound)
}

func requireSharp(t *testing.T, err, size float64, args ...any) {
	t.Helper()
	require.True(t, err <= most*max(1, size), "%v: error estimate %.3g", args, err)
}

// trapezoid is E f(z) by the trapezoidal rule of step 1/64 on ±12: for f analytic in a strip of half-width w around the line, of
// an error of e^(−2π·64·w) times f's size there.
func trapezoid(f func(z float64) float64) float64 {
	const h = 1.0 / 64
	sum := 0.0
	for k := -12 * 64; k <= 12*64; k++ {
		z := float64(k) * h
		sum += f(z) * math.Exp(-z*z/2)
	}
	return sum * h / math.Sqrt(2*math.Pi)
}
