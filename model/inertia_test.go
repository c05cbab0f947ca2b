package model

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// A defective pair at −2·10⁻⁴ is stable whatever an error of 10⁻¹¹ does to it, though
// its eigenvectors say nothing: it once was undecided (M7). How far that reaches is
// within a factor of 10² of the distance to the axis, ε²/c for a block [−ε, c; 0, −ε].
func TestInertiaOfDefectivePairs(t *testing.T) {
	const eps, c = 2e-4, 2e-4
	for _, sign := range []float64{1, -1} {
		a := mat.NewDense(3, 3, []float64{-0.2, 0, 0, 0, -sign * eps, c, 0, 0, -sign * eps})
		want := Stable
		if sign < 0 {
			want = Unstable
		}
		require.Equal(t, want, inertia(a, 1e-11))
		require.Equal(t, want, inertia(a, eps*eps/c/100))
		require.Equal(t, Undecided, inertia(a, 2*eps*eps/c))
	}
	require.Equal(t, Undecided, inertia(mat.NewDense(2, 2, []float64{0, 1, -1, 0}), 0), "on the axis")
	require.Equal(t, Undecided, inertia(mat.NewDense(2, 2, []float64{-1, 0, 0, 0}), 0), "singular")
	require.Equal(t, Undecided, inertia(mat.NewDense(1, 1, []float64{math.NaN()}), 0))
}

// What is decided is so of matrices as far away as was said.
func TestInertiaHoldsAround(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	decided := 0
	for range 400 {
		n := 1 + rng.IntN(5)
		a, off := mat.NewDense(n, n, nil), math.Exp2(-20*rng.Float64())
		for i := range n {
			for j := range n {
				a.Set(i, j, rng.NormFloat64())
			}
			a.Set(i, i, a.At(i, i)-2*rng.Float64())
		}
		verdict := inertia(a, off)
		if verdict == Undecided {
			continue
		}
		decided++
		e := mat.NewDense(n, n, nil)
		for i := range n {
			for j := range n {
				e.Set(i, j, rng.NormFloat64())
			}
		}
		e.Scale(off/mat.Norm(e, 2), e)
		e.Add(e, a)
		var eig mat.Eigen
		require.True(t, eig.Factorize(e, mat.EigenNone))
		most := math.Inf(-1)
		for _, z := range eig.Values(nil) {
			most = max(most, real(z))
		}
		require.Equal(t, verdict == Unstable, most > 0, "%v ± %v", mat.Formatted(a), off)
	}
	require.Greater(t, decided, 200)
}
