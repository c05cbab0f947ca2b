package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// K observations without any noise tell K latents, and everything after is
// certain: rounding of a covariance that should be zero is not taken for one.
func TestCertaintyAfterAsManyNumbersAsLatents(t *testing.T) {
	must := noiseOf(t)
	for seed := range uint64(60) {
		rng := random(seed)
		k := 1 + rng.IntN(4)
		a, c := gaussian(rng, k, k, 1), gaussian(rng, 1, k, 1)
		l, err := model.NewLDS(model.LDSConfig{A: a, C: c, Q: model.ZeroNoise(k), R: model.ZeroNoise(1),
			Initial: &model.Gaussian{Mean: make([]float64, k), Cov: must(model.IsotropicNoise(k, 1))}})
		require.NoError(t, err)
		x := mat.NewVecDense(k, nil)
		for i := range k {
			x.SetVec(i, rng.NormFloat64())
		}
		var y [][]float64
		for range k + 3 {
			var seen, next mat.VecDense
			seen.MulVec(c, x)
			y = append(y, []float64{seen.AtVec(0)})
			next.MulVec(a, x)
			x = &next
		}
		_, err = l.LogLikelihood(model.Observations{Y: y[:k]})
		require.NoError(t, err)
		_, err = l.LogLikelihood(model.Observations{Y: y[:k+1]})
		require.ErrorIs(t, err, model.ErrSingular, "seed %d, K = %d", seed, k)
		f, err := l.Filter(model.Observations{Y: y})
		require.NoError(t, err, "seed %d, K = %d", seed, k)
		for i := range k {
			require.Zero(t, f.FilteredCov[k].At(i, i), "seed %d, K = %d, latent %d", seed, k, i)
		}
	}
}

// A of rank one leaves one number of all latents: it is seen once, and then all
// is certain, though A L is of rank one only but for rounding.
func TestCertaintyAfterASingularStep(t *testing.T) {
	must := noiseOf(t)
	for seed := range uint64(40) {
		rng := random(seed)
		k := 2 + rng.IntN(3)
		var a mat.Dense
		a.Mul(gaussian(rng, k, 1, 1), gaussian(rng, 1, k, 1))
		l, err := model.NewLDS(model.LDSConfig{A: &a, C: gaussian(rng, 1, k, 1), Q: model.ZeroNoise(k), R: model.ZeroNoise(1),
			Initial: &model.Gaussian{Mean: make([]float64, k), Cov: must(model.IsotropicNoise(k, 1))}})
		require.NoError(t, err)
		y, missing := [][]float64{{0}, {0}, {0}}, [][]bool{{true}, {false}, {false}}
		_, err = l.LogLikelihood(model.Observations{Y: y[:2], Missing: missing[:2]})
		require.NoError(t, err, "seed %d", seed)
		_, err = l.LogLikelihood(model.Observations{Y: y, Missing: missing})
		require.ErrorIs(t, err, model.ErrSingular, "seed %d", seed)
		require.ErrorContains(t, err, "Y[2]")
	}
}

// y = (w_t, w_{t−1} + v): the past tells all of the second unit but v, of
// variance r, which is ½ ln ((1+r)/r) nats, and known to rounding for the
// smallest r.
func TestLargeLossesKeepTheirDigits(t *testing.T) {
	must := noiseOf(t)
	for e := 0; e <= 60; e += 5 {
		r := math.Ldexp(1, -e)
		s := newLatentSystem(t, "", model.LDSConfig{A: matrix([]float64{0, 0}, []float64{1, 0}), C: matrix([]float64{1, 0}, []float64{0, 1}),
			Q: must(model.DiagonalNoise([]float64{1, 0})), R: must(model.DiagonalNoise([]float64{0, r}))})
		loss, err := s.lds.MarkovLoss(0)
		require.NoError(t, err)
		require.LessOrEqual(t, math.Abs(loss-math.Log((1+r)/r)/2), 64*u, "r = 2^-%d", e)
		loss, err = s.lds.MarkovLoss(1)
		require.NoError(t, err)
		require.Zero(t, loss)
	}
}

// Where S is singular gains are not unique, and what they do to errors that
// cannot be matters all the same: some make them grow.
func TestGainsOfSingularInnovations(t *testing.T) {
	must := noiseOf(t)
	s := newLatentSystem(t, "both units are one latent, known", model.LDSConfig{A: matrix([]float64{0, -1}, []float64{0, 0}), C: matrix([]float64{-2, -1}, []float64{0, 1}),
		Q: must(model.DiagonalNoise([]float64{0, 1})), R: model.ZeroNoise(2)})
	steady, err := s.lds.SteadyState()
	require.NoError(t, err)
	require.Less(t, steady.ClosedLoopRadius, 1.0)
	var left, right mat.Dense
	left.Mul(steady.FilterGain, steady.Innovation.Dense())
	right.Mul(steady.PredictorCov, s.lds.C().T())
	for i := range 2 {
		for j := range 2 {
			require.LessOrEqual(t, math.Abs(left.At(i, j)-right.At(i, j)), 16*u, "L S = Σ Cᵀ at %d,%d", i, j)
		}
	}

	still := newLatentSystem(t, "nothing moves", model.LDSConfig{A: matrix([]float64{0.125}), C: matrix([]float64{0}), Q: model.ZeroNoise(1), R: model.ZeroNoise(1)})
	steady, err = still.lds.SteadyState()
	require.NoError(t, err)
	require.Equal(t, 0.125, steady.ClosedLoopRadius)
	require.Zero(t, steady.PredictorCov.At(0, 0))
}

// A dense R of many units, of different sizes, some without noise, some twice.
func TestDenseNoiseOfManyUnits(t *testing.T) {
	const units, latents = 40, 2
	must := noiseOf(t)
	for _, singular := range []bool{false, true} {
		rng := random(7)
		f := eighths(rng, units, units/2)
		var full mat.Dense
		full.Mul(f, f.T())
		for i := range units {
			if !singular {
				full.Set(i, i, full.At(i, i)+4)
			}
			for j := range units { // exact
				full.Set(i, j, math.Ldexp(full.At(i, j), i%5+j%5))
			}
		}
		c := eighths(rng, units, latents)
		s := newLatentSystem(t, "dense", model.LDSConfig{A: stable(rng, latents, 0), C: c, Q: must(model.IsotropicNoise(latents, 1)), R: must(model.DenseNoise(&full))})
		p, err := s.oracle.Process()
		require.NoError(t, err)
		obs := model.Observations{Y: s.draw(t, rng, 2)}
		filtered, err := s.lds.Filter(obs)
		require.NoError(t, err)
		cov, distance := observed(p, obs)
		cond := condition{number: 1}
		cond.see(t, cov)
		require.False(t, cond.unclear)
		rounding := 2 * u * 2 * (units + latents + 1) * (units + latents + 1) * cond.number * (1 + p.Amplification())
		require.Equal(t, !singular, filtered.Density)
		if want, err := p.LogDensity(obs.Y, nil); !singular {
			require.NoError(t, err)
			requireLikelihood(t, s.name, want, filtered.LogLikelihood, rounding)
		}
		for step := range 2 {
			mean, want, err := p.Posterior(obs.Y, nil, step+1, step+1)
			require.NoError(t, err)
			for i := range mean {
				require.LessOrEqual(t, math.Abs(filtered.FilteredMean[step][i]-mean[i]), rounding*(1+distance))
				for j := range mean {
					require.LessOrEqual(t, math.Abs(filtered.FilteredCov[step].At(i, j)-want[i][j]), rounding)
				}
			}
		}
	}
}

// Two units tell one number twice: the one is read that is not the small
// difference of large numbers.
func TestRedundantDataAreReadWhereTheyAreSharp(t *testing.T) {
	must := noiseOf(t)
	s := newLatentSystem(t, "", model.LDSConfig{A: matrix([]float64{-0.25, 0.875}, []float64{0, -0.125}), C: matrix([]float64{-2, 0}, []float64{-0.5, -1.5}),
		Q: must(model.LowRankNoise(make([]float64, 2), column(-0x1p-11, -256))), R: model.ZeroNoise(2)})
	f, err := s.lds.Filter(model.Observations{Y: [][]float64{{-0.000244140625, -96.00006103515625}, {-111.99920654296875, 272.0001983642578}}})
	require.NoError(t, err)
	require.LessOrEqual(t, relative(f.FilteredMean[1][1], -200), 64*u)
}
