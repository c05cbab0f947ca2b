package model

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// Doublings that never come to an end are refused.
func TestDoublingEnds(t *testing.T) {
	l, err := doubling{f: identityArray(1), g: newArray(1, 1), h: array{1, 1, []float64{0x1p-300}}, n: 1}, error(nil)
	for err == nil && !l.ended {
		l, err = l.twice()
	}
	require.ErrorIs(t, err, ErrNotConverged)
}

// Where nothing is seen of a latent that is almost constant nothing is lost, and
// what is known of Σ is a number.
func TestSteadyStateWhereNothingIsLost(t *testing.T) {
	q, err := IsotropicNoise(2, 1)
	require.NoError(t, err)
	r, err := IsotropicNoise(1, 1)
	require.NoError(t, err)
	l, err := NewLDS(LDSConfig{A: mat.NewDense(2, 2, []float64{0, 0, 0, 1 - 1e-9}), C: mat.NewDense(1, 2, []float64{1, 0}), Q: q, R: r})
	require.NoError(t, err)
	s, err := l.SteadyState()
	require.NoError(t, err)
	require.True(t, s.ErrorBound >= 0 && s.ErrorBound < 1, "ErrorBound %v", s.ErrorBound)
}
