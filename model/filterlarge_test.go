package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// 3,000 units of rank 2 over 40 steps: the Markov product of the network, by
// its loadings, and the Kalman filter of the converted system, whose observation
// noise is singular, are one number; with an entry missing the filter's set-up
// is another.
func TestLikelihoodsOfManyUnits(t *testing.T) {
	const units, rank, steps = 3000, 2, 40
	rng, must := random(5), noiseOf(t)
	m, n := gaussian(rng, units, rank, 1), gaussian(rng, units, rank, 1)
	n.Add(n, m)
	n.Scale(0.4/float64(units), n)
	d := make([]float64, units)
	for i := range d {
		d[i] = 0.5 + rng.Float64()
	}
	for name, p := range map[string]model.Noise{
		"isotropic":               must(model.IsotropicNoise(units, 2)),
		"diagonal":                must(model.DiagonalNoise(d)),
		"low rank plus diagonal":  must(model.LowRankNoise(d, gaussian(rng, units, 2, 1))),
		"diagonal of many orders": must(model.DiagonalNoise(orders(units))),
	} {
		net, err := model.NewLinearRNN(model.LinearRNNConfig{M: m, N: n, P: p})
		require.NoError(t, err)
		y, err := net.Sample(rng, steps)
		require.NoError(t, err)
		obs := model.Observations{Y: y}
		markov, err := net.LogLikelihood(obs)
		require.NoError(t, err, name)
		converted, err := net.ToLDS(0)
		require.NoError(t, err, name)
		require.LessOrEqual(t, converted.Dimension, 2*rank)
		kalman, err := converted.LDS.LogLikelihood(obs)
		require.NoError(t, err, name)
		// Sums of logarithms, and of squares that are small parts of y²/P.
		allowed := 0.0
		for _, row := range y {
			for i, v := range row {
				allowed += u * (100 + v*v/p.At(i, i))
			}
		}
		require.True(t, math.Abs(markov-kalman) <= allowed, "%s: %v and %v", name, markov, kalman)

		missing := make([][]bool, steps)
		for i := range missing {
			missing[i] = make([]bool, units)
			missing[i][0] = true
		}
		less, err := converted.LDS.LogLikelihood(model.Observations{Y: y, Missing: missing})
		require.NoError(t, err, name)
		others := make([]int, units-1)
		for i := range others {
			others[i] = i + 1
		}
		part, err := converted.LDS.Observe(others) // unit 0 is not there at all
		require.NoError(t, err, name)
		without := make([][]float64, steps)
		for i := range without {
			without[i] = y[i][1:]
		}
		marginal, err := part.LogLikelihood(model.Observations{Y: without})
		require.NoError(t, err, name)
		require.True(t, math.Abs(less-marginal) <= allowed, "%s: %v with unit 0 missing, %v without it", name, less, marginal)
	}
}

func orders(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.Ldexp(1, i%40-20)
	}
	return out
}

// A variance of 2⁻⁶⁰ beside one of 1 keeps its digits: of one latent with
// stationary variance V, 1/Var(x|y) = 1/V + Σ c²/r.
func TestHardlyAnyNoise(t *testing.T) {
	must := noiseOf(t)
	for _, dense := range []bool{false, true} {
		for e := 0; e <= 60; e += 10 {
			r := []float64{math.Ldexp(1, -e), 1, 4}
			noise := must(model.DiagonalNoise(r))
			if dense {
				noise = must(model.DenseNoise(noise.Dense()))
			}
			s := newLatentSystem(t, "", model.LDSConfig{A: matrix([]float64{0.5}), C: column(1, 2, -1), Q: must(model.IsotropicNoise(1, 0.75)), R: noise})
			f, err := s.lds.Filter(model.Observations{Y: [][]float64{{1, 2, -1}, {1, 2, -1}}})
			require.NoError(t, err)
			prior := 1.0
			for step := range 2 {
				precision := 1/prior + 1/r[0] + 4/r[1] + 1/r[2]
				require.LessOrEqual(t, relative(f.FilteredCov[step].At(0, 0), 1/precision), 64*u, "R = 2^-%d, step %d, dense %v", e, step, dense)
				prior = 0.25/precision + 0.75
			}
		}
	}
}

// Latents of very different sizes beside units without noise, more than
// latents: each latent keeps its digits.
func TestRedundantUnitsOfGradedLatents(t *testing.T) {
	must := noiseOf(t)
	const small, large = 0x1p-30, 0x1p30
	c := mat.NewDense(4, 2, []float64{1 / small, 0, 0, 1 / large, 1 / small, 1 / large, 2 / small, -1 / large})
	s := newLatentSystem(t, "", model.LDSConfig{A: mat.NewDense(2, 2, nil), C: c, R: model.ZeroNoise(4), Q: must(model.DiagonalNoise([]float64{small * small, large * large}))})
	f, err := s.lds.Filter(model.Observations{Y: [][]float64{{3, 5, 8, 1}}})
	require.NoError(t, err)
	require.LessOrEqual(t, relative(f.FilteredMean[0][0], 3*small), 64*u)
	require.LessOrEqual(t, relative(f.FilteredMean[0][1], 5*large), 64*u)
}
