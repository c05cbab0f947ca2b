package dense

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFiniteDifferenceJacobian(t *testing.T) {
	f := func(x []float64) []float64 {
		return []float64{math.Sin(x[0]) * math.Exp(x[1]), x[0] * x[0] * x[1], math.Tanh(3*x[1] - x[0])}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		x := []float64{rng.NormFloat64() * 3, rng.NormFloat64()}
		kept := slices.Clone(x)
		jacobian, estimate := FiniteDifferenceJacobian(f, x)
		require.Equal(t, kept, x)
		s := 1 / math.Cosh(3*x[1]-x[0])
		want := [][]float64{
			{math.Cos(x[0]) * math.Exp(x[1]), math.Sin(x[0]) * math.Exp(x[1])},
			{2 * x[0] * x[1], x[0] * x[0]},
			{-s * s, 3 * s * s},
		}
		for i := range want {
			for j := range want[i] {
				require.Less(t, estimate[i][j], 1e-11*(1+math.Abs(x[0]*x[0]*math.Exp(x[1]))))
				requireWithin(t, want[i][j], jacobian[i][j], estimate[i][j]+4*0x1p-52*(1+math.Abs(want[i][j])), x, i, j)
			}
		}
	}
}

func TestFiniteDifferenceOfPolynomials(t *testing.T) {
	buffer := make([]float64, 1) // a function may return the same slice every time, and may scribble on its argument
	quintic := func(x []float64) []float64 {
		buffer[0] = math.Pow(x[0], 5) - 2*x[0]
		x[0] = math.NaN()
		return buffer
	}
	jacobian, estimate := FiniteDifferenceJacobian(quintic, []float64{1})
	requireWithin(t, 3, jacobian[0][0], 1e-13)
	require.Less(t, estimate[0][0], 1e-12)
	// With errors in h² and h⁴ only, T_2,2 is exact and T_3,3 confirms it, at the step 1/64: noise of 2·64·2^-52.
	jacobian, estimate = FiniteDifferenceJacobian(func(x []float64) []float64 { return []float64{math.Pow(x[0], 5)} }, []float64{1})
	requireWithin(t, 5, jacobian[0][0], 6e-14)
	require.Less(t, estimate[0][0], 6e-14)
	// Large and tiny arguments: x² at 1e8 and sin(1e8 x) near 0 with a step of its scale.
	square := func(x []float64) []float64 { return []float64{x[0] * x[0]} }
	jacobian, _ = FiniteDifferenceJacobian(square, []float64{1e8})
	requireWithin(t, 2e8, jacobian[0][0], 1e-5)
	fast := func(x []float64) []float64 { return []float64{math.Sin(1e8 * x[0])} }
	jacobian, estimate = FiniteDifferenceJacobianSteps(fast, []float64{1e-9}, []float64{1e-9})
	requireWithin(t, 1e8*math.Cos(0.1), jacobian[0][0], 1e-3)
	require.Less(t, estimate[0][0], 1e-3)
}

func TestFiniteDifferenceWhereThereIsNoDerivative(t *testing.T) {
	kink := func(x []float64) []float64 { return []float64{math.Abs(x[0] - 0.01)} }
	_, estimate := FiniteDifferenceJacobian(kink, []float64{0.0101})
	require.Greater(t, estimate[0][0], 1e-3)
	nan := func([]float64) []float64 { return []float64{math.NaN()} }
	jacobian, estimate := FiniteDifferenceJacobian(nan, []float64{1})
	require.True(t, math.IsNaN(jacobian[0][0]))
	require.True(t, math.IsInf(estimate[0][0], 1))
	require.Panics(t, func() {
		calls := 0
		FiniteDifferenceJacobian(func([]float64) []float64 { calls++; return make([]float64, calls) }, []float64{1})
	})
	require.Panics(t, func() { FiniteDifferenceJacobianSteps(nan, []float64{1}, []float64{0}) })
	require.Panics(t, func() { FiniteDifferenceJacobianSteps(nan, []float64{1}, nil) })
}
