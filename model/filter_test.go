package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	joint "github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// condition is how much the law of some Gaussian numbers given others magnifies
// errors of rounding.
type condition struct {
	number  float64 // of the correlations, zero eigenvalues left out
	unclear bool    // zero eigenvalues are not told from the others
}

// see takes a covariance into account.
func (c *condition) see(t testing.TB, cov [][]float64) {
	t.Helper()
	var varying []int
	for i := range cov {
		if cov[i][i] > 0 {
			varying = append(varying, i)
		}
	}
	if len(varying) == 0 {
		return
	}
	correlation := mat.NewSymDense(len(varying), nil)
	for a, i := range varying {
		for b, j := range varying[:a+1] {
			correlation.SetSym(a, b, cov[i][j]/math.Sqrt(cov[i][i]*cov[j][j]))
		}
	}
	var eig mat.EigenSym
	require.True(t, eig.Factorize(correlation, false))
	values := eig.Values(nil)
	for _, x := range values {
		if x > 1e-11 {
			c.number = max(c.number, values[len(values)-1]/x)
		} else if x > 4*u*float64(len(varying)*len(varying)) {
			c.unclear = true
		}
	}
}

// observed returns the covariance of the entries that are not missing, and the
// size of them and of their means, in standard deviations.
func observed(p *joint.Process, obs model.Observations) (cov [][]float64, distance float64) {
	all, mean, n := p.Covariance(len(obs.Y)), p.Mean(len(obs.Y)), p.Units()
	var seen []int
	for i := range all {
		if obs.Missing == nil || !obs.Missing[i/n][i%n] {
			seen = append(seen, i)
			if all[i][i] > 0 {
				distance += (math.Abs(obs.Y[i/n][i%n]) + math.Abs(mean[i])) / math.Sqrt(all[i][i])
			}
		}
	}
	for _, i := range seen {
		row := []float64{}
		for _, j := range seen {
			row = append(row, all[i][j])
		}
		cov = append(cov, row)
	}
	return cov, distance
}

// requireLikelihood: a variance that is off by a relative ε moves ln p by ε/2, and
// by as much of its part of the quadratic form. Logarithms are below 100.
func requireLikelihood(t testing.TB, name string, want joint.Density, got, rounding float64) {
	t.Helper()
	n := float64(want.Observed)
	e, b := math.Abs(got-want.LogDensity), rounding*(n+want.Quadratic)+100*u*n*n
	require.True(t, e <= b, "%s: ln p is off by %.3g, allowed %.3g", name, e, b)
}

func TestFilterAndSmootherAreTheJointLaw(t *testing.T) {
	count, unclear := times(t, 34), 0
	numbers := []int{277, 286, 870, 1458} // these took rounding for noise once
	for i := range count {
		numbers = append(numbers, i)
	}
	for _, i := range numbers {
		s := latentSystemOf(t, i)
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
		smoothed, err := s.lds.Smooth(obs)
		require.NoError(t, err, s.name)
		got, likelihoodErr := s.lds.LogLikelihood(obs)
		require.Equal(t, f.Density, likelihoodErr == nil, s.name)
		require.Equal(t, got, f.LogLikelihood, s.name)
		cov, distance := observed(p, obs)
		c := condition{number: 1}
		c.see(t, cov)
		for time := 2; time <= steps; time++ { // the smoother conditions on x_t
			_, predicted, err := p.Posterior(obs.Y, obs.Missing, time, time-1)
			require.NoError(t, err)
			c.see(t, predicted)
		}
		if c.unclear {
			unclear++
			continue
		}
		// A step rotates K + N variables of K + 2N terms, and what is rotated is squared.
		variables := s.lds.Latents() + s.lds.Units() + 1
		rounding := 2 * u * float64(steps*variables*(variables+s.lds.Units())) * c.number
		if s.oracle.Cov == nil { // V is the solution of an equation with a condition of its own
			rounding *= 1 + amplificationInUnits(t, s, p)
		}
		require.True(t, c.unclear || rounding < meaningless, "%s: a bound of %.2g says nothing", s.name, rounding)
		if want, err := p.LogDensity(obs.Y, obs.Missing); err != nil {
			require.ErrorIs(t, err, joint.ErrSingular)
			require.ErrorIs(t, likelihoodErr, model.ErrSingular, s.name)
		} else {
			require.NoError(t, likelihoodErr, s.name)
			requireLikelihood(t, s.name, want, got, rounding)
		}
		for time := 1; time <= steps; time++ {
			prior, priorCov, err := p.Posterior(obs.Y, obs.Missing, time, 0)
			require.NoError(t, err)
			for _, got := range []struct {
				what string
				upTo int
				mean []float64
				cov  *mat.SymDense
			}{
				{"predicted", time - 1, f.PredictedMean[time-1], f.PredictedCov[time-1]},
				{"filtered", time, f.FilteredMean[time-1], f.FilteredCov[time-1]},
				{"smoothed", steps, smoothed.Mean[time-1], smoothed.Cov[time-1]},
			} {
				mean, cov, err := p.Posterior(obs.Y, obs.Missing, time, got.upTo)
				require.NoError(t, err)
				for i := range mean {
					size := math.Sqrt(priorCov[i][i])
					e := math.Abs(got.mean[i] - mean[i])
					b := rounding * (size*(1+distance) + math.Abs(prior[i]))
					require.True(t, e <= b, "%s: %s mean %d of step %d is off by %.3g, allowed %.3g", s.name, got.what, i, time, e, b)
					for j := range mean {
						e := math.Abs(got.cov.At(i, j) - cov[i][j])
						b := rounding * size * math.Sqrt(priorCov[j][j])
						require.True(t, e <= b, "%s: %s covariance %d,%d of step %d is off by %.3g, allowed %.3g", s.name, got.what, i, j, time, e, b)
					}
				}
			}
		}
	}
	require.Less(t, unclear, count/10)
}
