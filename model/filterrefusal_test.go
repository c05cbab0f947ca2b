package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
)

// Without noise the data are a function of x_1: a joint density does not exist,
// and the latents are known all the same. (S8)
func TestFilterOfCertainty(t *testing.T) {
	must := noiseOf(t)
	s := newLatentSystem(t, "halving", model.LDSConfig{A: matrix([]float64{0.5}), C: matrix([]float64{1}), Q: model.ZeroNoise(1), R: model.ZeroNoise(1),
		Initial: &model.Gaussian{Mean: []float64{0}, Cov: must(model.IsotropicNoise(1, 1))}})
	good := model.Observations{Y: [][]float64{{1}, {0.5}}}
	f, err := s.lds.Filter(good)
	require.NoError(t, err)
	require.False(t, f.Density)
	require.Zero(t, f.LogLikelihood)
	for step, want := range []float64{1, 0.5} {
		require.LessOrEqual(t, relative(f.FilteredMean[step][0], want), 8*u)
	}
	require.Zero(t, f.FilteredCov[0].At(0, 0))
	_, err = s.lds.LogLikelihood(good)
	require.ErrorIs(t, err, model.ErrSingular)
	require.ErrorContains(t, err, "Y[1] has no density")

	bad := model.Observations{Y: [][]float64{{1}, {0.625}}}
	for _, call := range []func() error{
		func() error { return errorOf(s.lds.Filter(bad)) },
		func() error { return errorOf(s.lds.Smooth(bad)) },
	} {
		err := call()
		require.ErrorIs(t, err, model.ErrInvalid)
		require.ErrorContains(t, err, "Y[1]: ")
		require.ErrorContains(t, err, "off by 0.125")
	}

	// What was not seen is smoothed: x_1 is certain once y_2 is.
	smoothed, err := s.lds.Smooth(model.Observations{Y: good.Y, Missing: [][]bool{{true}, {false}}})
	require.NoError(t, err)
	require.LessOrEqual(t, relative(smoothed.Mean[0][0], 1), 16*u)
	require.Zero(t, smoothed.Cov[0].At(0, 0))
}

// More units without noise than latents: the others are functions of some.
func TestFilterOfRedundantUnits(t *testing.T) {
	must := noiseOf(t)
	s := newLatentSystem(t, "three units, one latent", model.LDSConfig{A: matrix([]float64{0.5}), C: column(1, 2, 0),
		Q: must(model.IsotropicNoise(1, 1)), R: model.ZeroNoise(3)})
	f, err := s.lds.Filter(model.Observations{Y: [][]float64{{1, 2, 0}}})
	require.NoError(t, err)
	require.False(t, f.Density)
	require.LessOrEqual(t, relative(f.FilteredMean[0][0], 1), 4*u)
	require.Zero(t, f.FilteredCov[0].At(0, 0))
	for _, y := range [][]float64{{1, 1, 0}, {1, 2, 1e-300}} {
		_, err = s.lds.Filter(model.Observations{Y: [][]float64{y}})
		require.ErrorIs(t, err, model.ErrInvalid)
		require.ErrorContains(t, err, "the law is singular and does not allow the data")
	}
}

func TestFilterWithoutLatents(t *testing.T) {
	must := noiseOf(t)
	s := newLatentSystem(t, "white", model.LDSConfig{R: must(model.IsotropicNoise(2, 4))})
	f, err := s.lds.Filter(model.Observations{Y: [][]float64{{0, 0}, {2, 0}}})
	require.NoError(t, err)
	require.Equal(t, [][]float64{{}, {}}, f.FilteredMean)
	require.Nil(t, f.PredictedCov[0])
	smoothed, err := s.lds.Smooth(model.Observations{Y: [][]float64{{0, 0}, {2, 0}}})
	require.NoError(t, err)
	require.Nil(t, smoothed.Cov[1])
	gap, err := s.lds.MarkovGap()
	require.NoError(t, err)
	require.Zero(t, gap)
	steady, err := s.lds.SteadyState()
	require.NoError(t, err)
	require.True(t, steady.Stabilizing)
	require.Nil(t, steady.FilterGain)
	require.Equal(t, 4.0, steady.Innovation.At(1, 1))
}

// Everything missing is a prediction, and tells nothing.
func TestFilterPredicts(t *testing.T) {
	s := latentSystemOf(t, 0)
	y := [][]float64{{1, -1}, {0.5, 0}, {99, 99}}
	missing := [][]bool{{false, false}, {false, false}, {true, true}}
	f, err := s.lds.Filter(model.Observations{Y: y, Missing: missing})
	require.NoError(t, err)
	short, err := s.lds.LogLikelihood(model.Observations{Y: y[:2]})
	require.NoError(t, err)
	require.Equal(t, short, f.LogLikelihood)
	require.Equal(t, f.PredictedMean[2], f.FilteredMean[2])
	before, after := f.PredictedCov[2], f.FilteredCov[2]
	for i := range 3 {
		for j := range 3 {
			e, size := math.Abs(after.At(i, j)-before.At(i, j)), math.Sqrt(before.At(i, i)*before.At(j, j))
			require.True(t, e <= 16*u*size, "%d,%d is off by %.3g", i, j, e)
		}
	}
}

func TestObservationsAreValidated(t *testing.T) {
	must := noiseOf(t)
	white := newLatentSystem(t, "white", model.LDSConfig{R: must(model.IsotropicNoise(2, 1))}).lds
	walk := newLatentSystem(t, "walk", model.LDSConfig{A: matrix([]float64{1}), C: matrix([]float64{1}), Q: model.ZeroNoise(1), R: must(model.IsotropicNoise(1, 1))}).lds
	_, err := walk.LogLikelihood(model.Observations{Y: [][]float64{{0}}})
	require.ErrorIs(t, err, model.ErrUnstable)
	require.ErrorContains(t, err, "spectral radius 1")
	explosive := newLatentSystem(t, "explosive", model.LDSConfig{A: matrix([]float64{1e200}), C: matrix([]float64{0}), Q: model.ZeroNoise(1), R: must(model.IsotropicNoise(1, 1)),
		Initial: &model.Gaussian{Mean: []float64{1}, Cov: model.ZeroNoise(1)}}).lds
	refused(t, []refusal{
		{"Y has no steps", func() error { return errorOf(white.Filter(model.Observations{})) }},
		{"Y[1] has 1 entries, want 2", func() error { return errorOf(white.Filter(model.Observations{Y: [][]float64{{0, 0}, {0}}})) }},
		{"Y[0][1] is NaN", func() error {
			return errorOf(white.Smooth(model.Observations{Y: [][]float64{{0, nan}}, Missing: [][]bool{{false, true}}}))
		}},
		{"Missing has 2 steps, Y has 1", func() error {
			return errorOf(white.LogLikelihood(model.Observations{Y: [][]float64{{0, 0}}, Missing: make([][]bool, 2)}))
		}},
		{"Missing[0] has 0 entries, want 2", func() error {
			return errorOf(white.LogLikelihood(model.Observations{Y: [][]float64{{0, 0}}, Missing: make([][]bool, 1)}))
		}},
		{"latent 0 overflows", func() error {
			return errorOf(explosive.Filter(model.Observations{Y: [][]float64{{0}, {0}, {0}}}))
		}},
	})
}
