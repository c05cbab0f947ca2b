package evidence_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/oracles/evidence"
	"github.com/rankproof/rankproof/oracles/quadrature"
	"github.com/stretchr/testify/require"
)

// populations are two of rank one: (m, n) = (1, ½) + L₁z with half of the units and (−½, −1) + L₂z with the other half, L
// triangular, no input.
var (
	means   = [2][2]float64{{1, 0.5}, {-0.5, -1}}
	factors = [2][3]float64{{0.8, 0.6, 0.5}, {1.2, -0.5, 0.7}} // L = [[a, 0], [b, c]]
)

func populations() []quadrature.Population {
	var out []quadrature.Population
	for p, l := range factors {
		out = append(out, quadrature.Population{Weight: 0.5, Mean: []float64{means[p][0], means[p][1], 0},
			Cov: [][]float64{{l[0] * l[0], l[0] * l[1], 0}, {l[0] * l[1], l[1]*l[1] + l[2]*l[2], 0}, {0, 0, 0}}})
	}
	return out
}

// The whole of M3 at N = 4, by units drawn here: N‖F_N − F‖² has the mean tr Cov(nφ), of the whole mixture when labels are
// drawn and within populations when two units are of each. Each constant passes with its own networks, and is found out with the
// others'.
func TestFluctuationsOfNetworks(t *testing.T) {
	const kappa, units, alpha = 0.7, 4, 1e-6
	field, _, err := quadrature.Field("tanh", populations(), []float64{kappa})
	require.NoError(t, err)
	type moments struct{ mean, second float64 }
	claims := map[bool]moments{}
	for _, labelsDrawn := range []bool{true, false} {
		mean, second, off, err := quadrature.Fluctuation("tanh", populations(), []float64{kappa}, units, !labelsDrawn)
		require.NoError(t, err)
		require.Less(t, off, 1e-6*mean) // far below what is found
		claims[labelsDrawn] = moments{mean, second}
	}
	for _, labelsDrawn := range []bool{true, false} {
		for _, claimed := range []bool{true, false} {
			claim := claims[claimed]
			rng := rand.New(rand.NewPCG(37, 1))
			test, err := evidence.NewMeanSquare(claim.mean, claim.second, alpha)
			require.NoError(t, err)
			for range 40000 {
				sum := 0.0
				for i := range units {
					p := i % 2
					if labelsDrawn {
						p = rng.IntN(2)
					}
					z1, z2, l := rng.NormFloat64(), rng.NormFloat64(), factors[p]
					sum += (means[p][1] + l[1]*z1 + l[2]*z2) * math.Tanh(kappa*(means[p][0]+l[0]*z1))
				}
				difference := sum/units - kappa - field[0]
				require.NoError(t, test.Add(units*difference*difference))
			}
			t.Logf("labels drawn: %v, %s", labelsDrawn, test)
			require.Equal(t, claimed != labelsDrawn, test.Rejected())
		}
	}
}
