package model_test

import (
	"fmt"
	"testing"

	"github.com/rankproof/rankproof/model"
	joint "github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// The Markov product is the joint density, for every kind of noise, stationary
// or not, and so is the likelihood of the converted system.
func TestNetworkLikelihoodIsTheJointDensity(t *testing.T) {
	regular := 0
	for i := range 150 {
		rng := random(uint64(i))
		n := 1 + rng.IntN(5)
		rank := rng.IntN(min(n, 2) + 1)
		c := model.LinearRNNConfig{P: drawCovariance(t, rng, n, i%7)}
		j := mat.NewDense(n, n, nil)
		if rank > 0 {
			m, loadings := eighths(rng, n, rank), eighths(rng, n, rank)
			m.Scale(0.0625, m) // ‖J‖ < 1
			if rng.IntN(2) == 0 {
				m.Scale(16, m)
				mean := make([]float64, n)
				for k := range mean {
					mean[k] = float64(rng.IntN(5) - 2)
				}
				c.Initial = &model.Gaussian{Mean: mean, Cov: drawCovariance(t, rng, n, rng.IntN(7))}
			}
			j.Mul(m, loadings.T())
			if c.M, c.N = m, loadings; rng.IntN(4) == 0 {
				c.M, c.N, c.J = nil, nil, j
			}
		}
		name := fmt.Sprintf("%d: N=%d R=%d", i, n, rank)
		net, err := model.NewLinearRNN(c)
		require.NoError(t, err, name)
		oracle := joint.RNN{J: rowsOfMatrix(j, n), P: noiseRows(c.P)}
		if c.Initial != nil {
			oracle.Mean, oracle.Cov = c.Initial.Mean, noiseRows(c.Initial.Cov)
		}
		p, err := oracle.Process()
		require.NoError(t, err, name)
		steps := 1 + rng.IntN(5)
		obs := model.Observations{Y: rowsOf(gaussian(rng, steps, n, 1))}
		got, gotErr := net.LogLikelihood(obs)
		want, err := p.LogDensity(obs.Y, nil)
		if err != nil {
			require.ErrorIs(t, err, joint.ErrSingular, name)
			require.ErrorIs(t, gotErr, model.ErrSingular, name)
			continue
		}
		require.NoError(t, gotErr, name)
		regular++
		rounding := 2 * u * float64(steps*(rank+n+1)*(rank+n+1)) * want.Condition
		if c.Initial == nil {
			rounding *= 1 + p.Amplification()
		}
		requireLikelihood(t, name, want, got, rounding)

		converted, err := net.ToLDS(0)
		require.NoError(t, err, name)
		kalman, err := converted.LDS.LogLikelihood(obs)
		require.NoError(t, err, name)
		requireLikelihood(t, name+", converted", want, kalman, 4*rounding) // latents are twice as many
	}
	require.Greater(t, regular, 50)
}

func TestNetworkLikelihoodRefuses(t *testing.T) {
	must := noiseOf(t)
	half := matrix([]float64{0.5})
	certain, err := model.NewLinearRNN(model.LinearRNNConfig{J: half, P: model.ZeroNoise(1),
		Initial: &model.Gaussian{Mean: []float64{0}, Cov: must(model.IsotropicNoise(1, 4))}})
	require.NoError(t, err)
	got, err := certain.LogLikelihood(model.Observations{Y: [][]float64{{0}}})
	require.NoError(t, err, "y_1 has a density")
	require.LessOrEqual(t, relative(got, -0.9189385332046727), 4*u)
	_, err = certain.LogLikelihood(model.Observations{Y: [][]float64{{1}, {0.5}}})
	require.ErrorIs(t, err, model.ErrSingular)
	require.ErrorContains(t, err, "Y[1]")

	net, err := model.NewLinearRNN(model.LinearRNNConfig{J: half, P: must(model.IsotropicNoise(1, 1))})
	require.NoError(t, err)
	unstable, err := model.NewLinearRNN(model.LinearRNNConfig{J: matrix([]float64{1}), P: must(model.IsotropicNoise(1, 1))})
	require.NoError(t, err)
	_, err = unstable.LogLikelihood(model.Observations{Y: [][]float64{{0}}})
	require.ErrorIs(t, err, model.ErrUnstable)
	refused(t, []refusal{
		{"Y[1][0] is missing: a Markov product needs every entry, convert with ToLDS", func() error {
			return errorOf(net.LogLikelihood(model.Observations{Y: [][]float64{{0}, {0}}, Missing: [][]bool{{false}, {true}}}))
		}},
		{"Y has no steps", func() error { return errorOf(net.LogLikelihood(model.Observations{})) }},
		{"Y[1] has 2 entries, want 1", func() error { return errorOf(net.LogLikelihood(model.Observations{Y: [][]float64{{0}, {0, 1}}})) }},
	})
}
