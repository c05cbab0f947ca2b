package model_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// manyUnits is a stationary network of many units with diagonal noise, its overlap
// of spectral radius about ½ whatever N is.
func manyUnits(t testing.TB, rng *rand.Rand, units, rank int) *model.LinearRNN {
	t.Helper()
	m, n := gaussian(rng, units, rank, 1), gaussian(rng, units, rank, 1/float64(units))
	n.Add(n, scaledBy(0.5/float64(units), m))
	d := make([]float64, units)
	for i := range d {
		d[i] = 0.5 + rng.Float64()
	}
	return linearNetwork(t, model.LinearRNNConfig{M: m, N: n, P: diagonal(t, d...)})
}

func scaledBy(x float64, a *mat.Dense) *mat.Dense {
	var out mat.Dense
	out.Scale(x, a)
	return &out
}

// BenchmarkToLDS: time a unit that does not grow with N tells O(N).
func BenchmarkToLDS(b *testing.B) {
	for _, units := range []int{2_000, 20_000, 200_000} {
		net := manyUnits(b, random(1), units, 5)
		b.Run(fmt.Sprintf("N=%d/R=5", units), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := net.ToLDS(0); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*units), "ns/unit")
		})
	}
}

// TestToLDSAllocatesLoadings: what is allocated is counted in N×R arrays of
// float64, of which N² numbers would be 4,000.
func TestToLDSAllocatesLoadings(t *testing.T) {
	const units, rank = 20_000, 5
	net := manyUnits(t, random(2), units, rank)
	var got *model.LDSConversion
	used := allocated(func() {
		var err error
		got, err = net.ToLDS(0)
		require.NoError(t, err)
	})
	t.Logf("%d N×R arrays", used/(8*units*rank))
	require.LessOrEqual(t, used, uint64(64*8*units*rank))
	require.Equal(t, 2*rank, got.Dimension)
	require.Equal(t, model.LowRankPlusDiagonal, got.LDS.R().Kind())
}
