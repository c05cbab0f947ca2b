package model

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// kink is ẋ = (1, max(0, x₁)): its second coordinate is ½x₁² beyond x₁ = 0. The pair of orders 5 and 4 accepted
// steps over it that were off by 10⁵ tolerances, where its error estimate happened to vanish (M13).
func TestStepsSeeKinks(t *testing.T) {
	kink := func(x []float64) ([]float64, error) { return []float64{1, max(0, x[0])}, nil }
	const tol = 1e-10
	rng := rand.New(rand.NewPCG(1, 1))
	accepted, pairAlone := 0.0, 0.0
	for range 40000 {
		h := math.Exp(-9 * rng.Float64())
		s := newStepper(kink, tolerance{tol, tol, 1000})
		require.NoError(t, s.start(0, []float64{-h * rng.Float64(), 0}))
		next, k, e, err := s.try(h)
		require.NoError(t, err)
		if !(e <= 1) {
			continue
		}
		off := math.Abs(next[1]-next[0]*next[0]/2) / tol
		if next[0] < 0 {
			off = math.Abs(next[1]) / tol
		}
		pairAlone = max(pairAlone, off)
		s.extend(h, k, next)
		if e, err = s.defect(h, next, e); err == nil && e <= 1 {
			accepted = max(accepted, off)
		}
	}
	require.LessOrEqual(t, accepted, 16.0)
	require.Greater(t, pairAlone, 1e3, "what the defect is there for")
}

// The defect of a smooth step is of the size of the pair's error: of steps that the pair accepts few are lost.
func TestDefectIsSeldomTheReason(t *testing.T) {
	for _, f := range []*Target{VanDerPol(1), Lorenz(10, 28, 8.0/3), BistableWell(), CycleAroundPoint()} {
		s := newStepper(func(x []float64) ([]float64, error) { return fieldAt(f, x) }, tolerance{1e-10, 1e-12, 1 << 20})
		require.NoError(t, s.start(0, repeated(1, f.Dim())))
		for s.t < 20 {
			require.NoError(t, s.step(20))
		}
		require.Less(t, s.rejected, s.steps/4, "%s: %d steps, %d rejected", f.Name, s.steps, s.rejected)
	}
}
