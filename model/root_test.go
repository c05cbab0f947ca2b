package model

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReducedRootOfGradedDirections: in the largest direction of X, 2⁻⁸ or 2⁻⁴⁰
// of the variance is left, and nothing in directions 2²⁰ and 2⁴⁰ times smaller, where
// rounding of H is 2⁻¹² of what there is: it is of H, which is of size 1.
func TestReducedRootOfGradedDirections(t *testing.T) {
	rng := seeded(1)
	for trial := range 50 {
		left := []float64{0x1p-8, 0x1p-40}[trial%2]
		q := orthogonalArray(t, rng, 3)
		x := q.scaledColumns([]float64{1, 0x1p-20, 0x1p-40})
		h := x.scaledColumns([]float64{math.Sqrt(1 - left), 1, 1}).mul(orthogonalArray(t, rng, 3))
		root, err := reducedRoot(x, h)
		require.NoError(t, err)
		first := q.columns(0, 1)
		off := root.mulT(root).minus(first.mulT(first).scaled(left))
		require.LessOrEqual(t, off.maxAbs(), 3*negligible(6), "%v", root)
		// What is left of a direction is no more than there was.
		for j, s := range []float64{1, 0x1p-20, 0x1p-40} {
			require.LessOrEqual(t, root.tmul(q.columns(j, j+1)).frobenius(), s+negligible(6), "direction %d", j)
		}
	}
}
