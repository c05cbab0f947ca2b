package wire

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestVariancesThatCancel: O v vᵀ Oᵀ, multiplied out, for an O that takes v to the
// first unit: the variances of all others are rounding, of which the sign and the
// correlations say nothing. The law is that of the numbers to rounding of the largest.
func TestVariancesThatCancel(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, u := range []float64{0x1p-53, 0x1p-24} {
		for range 2000 {
			n := 2 + rng.IntN(5)
			v, size := make([]float64, n), 0.0
			for i := range v {
				v[i] = rng.NormFloat64()
				size = math.Hypot(size, v[i])
			}
			o := reflection(v, size)
			cov, most := make([][]float64, n), size*size
			for i := range cov {
				cov[i] = make([]float64, n)
				for j := range cov[i] {
					for k := range n {
						for l := range n {
							cov[i][j] += o[i][k] * v[k] * v[l] * o[j][l]
						}
					}
					if u > 0x1p-53 {
						cov[i][j] += u * most * rng.NormFloat64()
					}
				}
			}
			got, err := Noise{Dense: cov}.admitted("R", n, rounding{u: u})
			require.NoError(t, err, "%v", cov)
			for i := range n {
				for j := range n {
					require.LessOrEqual(t, math.Abs(cov[i][j]/2+cov[j][i]/2-got.At(i, j)), 64*u*most)
				}
			}
		}
	}
}

// reflection returns the symmetric orthogonal matrix that takes v to the first axis.
func reflection(v []float64, size float64) [][]float64 {
	w, square := append([]float64(nil), v...), 0.0
	w[0] += math.Copysign(size, v[0])
	for _, x := range w {
		square += x * x
	}
	out := make([][]float64, len(v))
	for i := range out {
		out[i] = make([]float64, len(v))
		for j := range out[i] {
			out[i][j] = -2 * w[i] * w[j] / square
		}
		out[i][i]++
	}
	return out
}

// TestIndefiniteCovariancesAreRefused: what is no rounding, of any unit.
func TestIndefiniteCovariancesAreRefused(t *testing.T) {
	for _, cov := range [][][]float64{
		{{1, 0}, {0, -0.01}},
		{{1, 1.01}, {1.01, 1}},
		{{1e12, 0, 0}, {0, 1, 1.01}, {0, 1.01, 1}}, // of units a million times smaller than another
		{{0, 1}, {1, 0}},
		{{1, 0.5}, {0.25, 1}},
	} {
		_, err := Noise{Dense: cov}.admitted("R", len(cov), rounding{u: 0x1p-53})
		require.Error(t, err, "%v", cov)
	}
}
