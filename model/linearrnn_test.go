package model_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rankproof/rankproof/model"
)

// TestSpectralRadiusIsThatOfTheOverlap: NᵀM = [[½, 0], [1, −¾]].
func TestSpectralRadiusIsThatOfTheOverlap(t *testing.T) {
	m, n := matrix(row(1, 0), row(0, 1), row(2, -1)), matrix(row(0.5, 1), row(0, -0.75), row(0, 0))
	net := linearNetwork(t, model.LinearRNNConfig{M: m, N: n, P: isotropic(t, 3, 1)})
	for _, net := range []*model.LinearRNN{net, linearNetwork(t, model.LinearRNNConfig{J: net.J(), P: net.P()})} {
		radius, err := net.SpectralRadius()
		require.NoError(t, err)
		require.LessOrEqual(t, math.Abs(radius-0.75), 64*u, "eigenvalues ½ and −¾ are apart by more than their condition")
	}
}
