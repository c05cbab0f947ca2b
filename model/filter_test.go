package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func TestExplore(t *testing.T) {
	worst := map[string]float64{}
	see := func(what, name string, x float64) {
		if !(x <= worst[what]) {
			worst[what] = x
			t.Logf("%s %s %.3g", what, name, x)
		}
	}
	for i, s := range latentSystems(t, 3000) {
		rng := random(uint64(1000 + i))
		steps := 1 + rng.IntN(6)
		obs := model.Observations{Y: s.draw(t, rng, steps)}
		if rng.IntN(2) == 0 {
			obs.Missing = holes(rng, obs.Y, 0.3)
		}
		p, err := s.oracle.Process()
		require.NoError(t, err)
		f, err := s.lds.Filter(obs)
		require.NoError(t, err, s.name)
		sm, err := s.lds.Smooth(obs)
		require.NoError(t, err, s.name)
		ll, lerr := s.lds.LogLikelihood(obs)
		d, derr := p.LogDensity(obs.Y, obs.Missing)
		if (derr == nil) != (lerr == nil) || f.Density != (lerr == nil) {
			t.Errorf("%s: %v against %v", s.name, lerr, derr)
		} else if derr == nil {
			see("density", s.name, math.Abs(ll-d.LogDensity)/(1+math.Abs(d.Quadratic)+math.Abs(d.LogDet))/d.Condition/u)
		}
		for time := 1; time <= steps; time++ {
			for _, c := range []struct {
				what string
				upTo int
				mean []float64
				cov  *mat.SymDense
			}{{"predicted", time - 1, f.PredictedMean[time-1], f.PredictedCov[time-1]},
				{"filtered", time, f.FilteredMean[time-1], f.FilteredCov[time-1]},
				{"smoothed", steps, sm.Mean[time-1], sm.Cov[time-1]}} {
				m, v, err := p.Posterior(obs.Y, obs.Missing, time, c.upTo)
				if err != nil {
					t.Errorf("%s %v", s.name, err)
					continue
				}
				for i := range m {
					see(c.what+" mean", s.name, math.Abs(c.mean[i]-m[i]))
					for j := range m {
						see(c.what+" cov", s.name, math.Abs(c.cov.At(i, j)-v[i][j]))
					}
				}
			}
		}
	}
}
