package model

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestStationaryRootOfPowersThatRoundingMakesGrow: A has computed eigenvalues of
// modulus 1 − 2⁻²¹, a pair that is nearly defective, and its powers, squared,
// grow beyond floats. V ⪰ Q whatever rounding does: an error, and no zero.
func TestStationaryRootOfPowersThatRoundingMakesGrow(t *testing.T) {
	a := array{3, 3, []float64{
		0.0748324078684312, 1.8503151842631353, -0.9251575921315671,
		0.0748331561999933, 1.8503336876000136, -0.9251668438000062,
		0.07483312595506002, 0.8503337480898808, 0.07483312595505988,
	}}
	root, err := stationaryRoot(a, identityArray(3))
	if err != nil {
		require.ErrorIs(t, err, ErrNotConverged)
		return
	}
	for i, size := range rowNorms(root) {
		require.True(t, size >= 1 && size <= math.MaxFloat64, "deviation %d is %g", i, size)
	}
}
