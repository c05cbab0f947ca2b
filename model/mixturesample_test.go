package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
)

func sampled(t testing.TB, m *model.Mixture, seed uint64, s model.MixtureSampling) *model.SampledNetwork {
	t.Helper()
	net, err := m.Sample(random(seed), s)
	require.NoError(t, err)
	return net
}

// weighted is three populations of R = 1 with these weights.
func weighted(t testing.TB, weights ...float64) *model.Mixture {
	t.Helper()
	var pops []model.Population
	for _, w := range weights {
		pops = append(pops, rankOne(w))
	}
	m, err := model.NewMixture(model.Tanh(), pops)
	require.NoError(t, err)
	return m
}

func counts(labels []int, populations int) []int {
	out := make([]int, populations)
	for _, p := range labels {
		out[p]++
	}
	return out
}

func TestSamplingIsValidated(t *testing.T) {
	m := weighted(t, 0.5, 0.25, 0.25)
	net := sampled(t, m, 1, model.MixtureSampling{Units: 4})
	of := func(s model.MixtureSampling) func() error {
		return func() error { return errorOf(m.Sample(random(1), s)) }
	}
	refused(t, []refusal{
		{"no rng", func() error { return errorOf(m.Sample(nil, model.MixtureSampling{Units: 4})) }},
		{"units is 0, want at least 1", of(model.MixtureSampling{})},
		{"units is -3", of(model.MixtureSampling{Units: -3})},
		{"size rule is 7", of(model.MixtureSampling{Units: 4, Sizes: 7})},
		{"completion rule is 5", of(model.MixtureSampling{Units: 4, Completion: 5})},
		{"sizes are given of 2 populations, want 3", of(model.MixtureSampling{Units: 4, Given: []int{2, 2}})},
		{"population 1: size is -1", of(model.MixtureSampling{Units: 4, Given: []int{3, -1, 2}})},
		{"sizes of the populations sum to 5, want 4 units", of(model.MixtureSampling{Units: 4, Given: []int{3, 1, 1}})},
		{"population 1: invalid input: 3 units cannot have moments of rank 3", of(model.MixtureSampling{Units: 7, Given: []int{4, 3, 0}, MatchMoments: true})},
		{"no network is given", func() error { return errorOf(model.MixtureOf(nil, nil)) }},
		{"3 labels are given for 4 units", func() error { return errorOf(model.MixtureOf(net.ReducedNetwork, []int{0, 0, 0})) }},
		{"label of unit 2 is -1", func() error { return errorOf(model.MixtureOf(net.ReducedNetwork, []int{0, 0, -1, 0})) }},
		{"population 1 has no units", func() error { return errorOf(model.MixtureOf(net.ReducedNetwork, []int{0, 0, 2, 0})) }},
		{"label 4 is given for a network of 4 units", func() error { return errorOf(model.MixtureOf(net.ReducedNetwork, []int{0, 0, 4, 0})) }},
	})
}

// Sizes by largest remainders, worked by hand.
func TestExactSizes(t *testing.T) {
	for _, c := range []struct {
		weights []float64
		units   int
		want    []int
	}{
		{[]float64{0.5, 0.3, 0.2}, 10, []int{5, 3, 2}},
		{[]float64{0.5, 0.3, 0.2}, 7, []int{4, 2, 1}}, // 3.5, 2.1, 1.4
		{[]float64{0.5, 0.3, 0.2}, 1, []int{1, 0, 0}},
		{[]float64{0.4, 0.4, 0.2}, 8, []int{3, 3, 2}}, // 3.2, 3.2, 1.6
		{[]float64{0, 1, 0}, 5, []int{0, 5, 0}},
		{[]float64{1.0 / 3, 1.0 / 3, 1.0 / 3}, 9, []int{3, 3, 3}},         // ⅓ is rounded, 9·⅓ is 3 all the same
		{[]float64{1.0 / 49, 24.0 / 49, 24.0 / 49}, 49, []int{1, 24, 24}}, // 49·(1/49) < 1 in float64
	} {
		net := sampled(t, weighted(t, c.weights...), 1, model.MixtureSampling{Units: c.units, Sizes: model.ExactSizes})
		require.Equal(t, c.want, counts(net.Labels, 3), "%v of %d", c.weights, c.units)
		require.Equal(t, c.units, net.Units())
	}
}

// Given sizes are kept, in order; labels that are drawn are of populations that
// have a weight, in numbers within Hoeffding's bound at 2e-12.
func TestGivenAndDrawnSizes(t *testing.T) {
	m := weighted(t, 0.5, 0, 0.5)
	net := sampled(t, m, 1, model.MixtureSampling{Units: 5, Given: []int{0, 3, 2}})
	require.Equal(t, []int{1, 1, 1, 2, 2}, net.Labels)
	const units = 10000
	net = sampled(t, m, 2, model.MixtureSampling{Units: units})
	got := counts(net.Labels, 3)
	require.Zero(t, got[1])
	within := math.Sqrt(units * math.Log(1e12) / 2)
	require.LessOrEqual(t, math.Abs(float64(got[0])-units/2), within)
	require.NotEqual(t, net.Labels, sampled(t, m, 3, model.MixtureSampling{Units: units}).Labels)
	require.Equal(t, net.Labels, sampled(t, m, 2, model.MixtureSampling{Units: units}).Labels)
}

// A network sampled with its moments matched has them: the mixture of the
// network is the mixture, to rounding, and the one with minimal completions is
// the completed one.
func TestMatchedMomentsComeBack(t *testing.T) {
	m := rankTwo(t)
	least, err := m.MinimalCompletion()
	require.NoError(t, err)
	for _, c := range []struct {
		rule model.CompletionRule
		want *model.Mixture
	}{{model.AsGiven, m}, {model.Minimal, least}} {
		const units = 64
		net := sampled(t, m, 1, model.MixtureSampling{Units: units, Sizes: model.ExactSizes, Completion: c.rule, MatchMoments: true})
		back, err := model.MixtureOf(net.ReducedNetwork, net.Labels)
		require.NoError(t, err)
		require.Equal(t, 2, back.Populations())
		require.Equal(t, "tanh", back.Nonlinearity().Name())
		for p := range 2 {
			want, got := c.want.Population(p), back.Population(p)
			require.Equal(t, want.Weight, got.Weight)
			trace, length := 0.0, 0.0
			for i, x := range want.Mean {
				trace, length = trace+want.Cov.At(i, i), math.Hypot(length, x)
			}
			// The basis of √N orthonormal columns is off by N u, sums of N by as much.
			bound := 16 * units * u
			for i := range want.Mean {
				require.LessOrEqual(t, math.Abs(got.Mean[i]-want.Mean[i]), bound*(length+math.Sqrt(trace)), "population %d, entry %d", p, i)
				for j := range want.Mean {
					require.LessOrEqual(t, math.Abs(got.Cov.At(i, j)-want.Cov.At(i, j)), bound*(trace+length*math.Sqrt(trace)), "population %d, entry %d, %d", p, i, j)
				}
			}
		}
	}
}

// A population without covariance has the units that its means say, with
// moments matched or not.
func TestPointPopulationsAreSampledExactly(t *testing.T) {
	m, err := model.PointMixture(model.Tanh(), [][]float64{{1, 2}, {-1, 0.5}})
	require.NoError(t, err)
	for _, match := range []bool{false, true} {
		net := sampled(t, m, 1, model.MixtureSampling{Units: 2, Sizes: model.ExactSizes, MatchMoments: match})
		require.Equal(t, [][]float64{{1, 2}, {-1, 0.5}}, rowsOf(net.M()))
		require.Equal(t, [][]float64{{1, 2}, {-1, 0.5}}, rowsOf(net.N()))
		require.Equal(t, []float64{0, 0}, net.Input())
	}
}

// Labels are what MixtureOf groups by, wherever units are.
func TestMixtureOfByHand(t *testing.T) {
	net := reduced(t, model.Tanh(), column(1, 10, 3, 14), column(2, 0, 4, 0), []float64{1, 0, 1, 8})
	m, err := model.MixtureOf(net, []int{0, 1, 0, 1})
	require.NoError(t, err)
	require.Equal(t, []float64{2, 3, 1}, m.Population(0).Mean)
	require.Equal(t, []float64{12, 0, 4}, m.Population(1).Mean)
	require.Equal(t, 0.5, m.Population(1).Weight)
	require.Equal(t, model.Moments{Weight: 0.5, MeanM: []float64{2}, MeanN: []float64{3}, MeanI: 1, CovMM: [][]float64{{1}}, CovNM: [][]float64{{1}}, CovMI: []float64{0}, CovNI: []float64{0}, VarI: 0}, m.Moments(0))
	require.Equal(t, 16.0, m.Moments(1).VarI) // divided by N_p, not N_p − 1
}
