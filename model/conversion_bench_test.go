package model_test

import (
	"fmt"
	"math"
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

// BenchmarkFirstOrderMatch is of the converted network: K = 10 latents and a
// covariance of observation noise that takes factors away.
func BenchmarkFirstOrderMatch(b *testing.B) {
	for _, units := range []int{2_000, 20_000, 200_000} {
		l := converted(b, manyUnits(b, random(1), units, 5)).LDS
		b.Run(fmt.Sprintf("N=%d/K=10", units), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := l.FirstOrderMatch(0); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*units), "ns/unit")
		})
	}
}

// TestConversionsAllocateLoadings: what is allocated is counted in N×R arrays
// of float64, of which N² numbers would be 4,000.
func TestConversionsAllocateLoadings(t *testing.T) {
	const units, rank = 20_000, 5
	check := func(what string, arrays uint64, f func() error) {
		t.Helper()
		used := allocated(func() { require.NoError(t, f()) })
		t.Logf("%s: %d N×R arrays", what, used/(8*units*rank))
		require.LessOrEqual(t, used, arrays*8*units*rank, what)
	}
	net := manyUnits(t, random(2), units, rank)
	var there *model.LDSConversion
	check("to latents", 128, func() (err error) { there, err = net.ToLDS(0); return err })
	require.Equal(t, 2*rank, there.Dimension)
	require.Equal(t, model.LowRankPlusDiagonal, there.LDS.R().Kind())

	var back *model.FirstOrderMatch
	check("and back", 128, func() (err error) { back, err = there.LDS.FirstOrderMatch(0); return err })
	require.Equal(t, model.Markov, back.Markov.Verdict, "%v", back.Markov)
	// a unit of the network in the middle of the range, and how J reads it
	for _, i := range []int{0, units / 2, units - 1} {
		require.LessOrEqual(t, math.Abs(back.RNN.P().At(i, i)-net.P().At(i, i)), 64*u*net.P().At(i, i))
	}
}
