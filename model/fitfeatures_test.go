package model_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
)

func TestDrawFeaturesNested(t *testing.T) {
	s := model.DefaultFeatureScales(vanDerPolBox)
	s.VarI = 0.5
	require.Equal(t, drawn(t, 1, 2, 5, s), drawn(t, 1, 2, 50, s)[:5])
	require.NotEqual(t, drawn(t, 1, 2, 5, s), drawn(t, 2, 2, 5, s))
	box := model.Box{Lower: []float64{9, -4}, Upper: []float64{11, 4}}
	scaled := drawn(t, 1, 2, 2, model.FeatureScales{MeanM: 1, MeanI: 1, CovMM: 1, Box: &box})
	plain := drawn(t, 1, 2, 2, model.FeatureScales{MeanM: 1, MeanI: 1, CovMM: 1})
	for p := range scaled { // half-widths 1 and 4, centre (10, 0)
		require.Equal(t, []float64{plain[p].MeanM[0], plain[p].MeanM[1] / 4}, scaled[p].MeanM)
		require.Equal(t, [][]float64{{plain[p].CovMM[0][0], 0}, {0, plain[p].CovMM[1][1] / 16}}, scaled[p].CovMM)
		require.LessOrEqual(t, math.Abs(scaled[p].MeanI+10*scaled[p].MeanM[0]-plain[p].MeanI), 64*u)
	}
}

func TestDrawFeaturesLaws(t *testing.T) {
	const count = 4000
	s := model.FeatureScales{MeanM: 2, MeanI: 3, CovMM: 0.5, VarI: 4}
	var m, i, v, w []float64
	for _, f := range drawn(t, 7, 3, count, s) {
		m, i, v, w = append(m, f.MeanM...), append(i, f.MeanI), append(v, f.CovMM[1][1]), append(w, f.VarI)
		require.True(t, f.CovMM[0][0] == f.CovMM[2][2] && f.CovMM[0][1] == 0 && f.CovMM[2][0] == 0)
		require.True(t, f.VarI >= 0 && f.VarI < 4 && f.CovMM[0][0] >= 0 && f.CovMM[0][0] < 0.5)
	}
	for _, c := range []struct {
		x              []float64
		mean, variance float64
	}{{m, 0, 4}, {i, 0, 9}, {v, 0.25, 0.25 / 12}, {w, 2, 16.0 / 12}} {
		n, sum, square := float64(len(c.x)), 0.0, 0.0
		for _, x := range c.x {
			sum += x
			square += (x - c.mean) * (x - c.mean)
		}
		require.Less(t, math.Abs(sum/n-c.mean), 6.5*math.Sqrt(c.variance/n))
		require.Less(t, math.Abs(square/n/c.variance-1), 9*math.Sqrt(2/n))
	}
}

func TestDrawFeaturesRefusals(t *testing.T) {
	draw := func(rng *rand.Rand, rank, count int, s model.FeatureScales) error {
		_, err := model.DrawFeatures(rng, rank, count, s)
		return err
	}
	require.ErrorIs(t, draw(nil, 1, 1, model.FeatureScales{}), model.ErrInvalid)
	require.ErrorContains(t, draw(random(1), 0, 1, model.FeatureScales{}), "rank 0")
	require.ErrorContains(t, draw(random(1), 1, 0, model.FeatureScales{}), "0 populations")
	require.ErrorContains(t, draw(random(1), 1, 1, model.FeatureScales{CovMM: -1}), "CovMM is -1")
	require.ErrorContains(t, draw(random(1), 1, 1, model.FeatureScales{VarI: math.NaN()}), "VarI is NaN")
	require.ErrorIs(t, draw(random(1), 1, 1, model.FeatureScales{Box: &vanDerPolBox}), model.ErrInvalid)
	require.ErrorIs(t, draw(random(1), 1, 20, model.FeatureScales{MeanM: math.MaxFloat64}), model.ErrInvalid)
}
