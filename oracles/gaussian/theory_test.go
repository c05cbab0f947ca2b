package gaussian

import (
	"math"
	"math/big"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

// The numbers of the statements S2 to S13, by their labels.

func whole(m ...[]int64) *exact.Matrix { return exact.FromInt64(m) }

func over(m *exact.Matrix, d int64) *exact.Matrix { return m.Scale(big.NewRat(1, d)) }

// TestSecondLagAloneDoesNotTell is S2: Λ_2 = J Λ_1, and Λ_3 − J Λ_2 = 5/11.
func TestSecondLagAloneDoesNotTell(t *testing.T) {
	s := ExactLDS{A: over(whole([]int64{1, 0}, []int64{0, -1}), 2), C: whole([]int64{1, 1}),
		Q: over(whole([]int64{36, -10}, []int64{-10, 3}), 4), R: over(whole([]int64{40}), 9)}
	lambda := make([]*big.Rat, 4)
	for k := range lambda {
		m, err := s.Autocovariance(k)
		require.NoError(t, err)
		lambda[k] = m.At(0, 0)
	}
	j := new(big.Rat).Quo(lambda[1], lambda[0])
	require.Zero(t, lambda[2].Cmp(new(big.Rat).Mul(j, lambda[1])))
	require.Equal(t, "5/11", new(big.Rat).Sub(lambda[3], new(big.Rat).Mul(j, lambda[2])).RatString())
	joint, err := s.Joint(4)
	require.NoError(t, err)
	require.True(t, ConditionalInformationIsZero(joint, []int{2}, []int{0}, []int{1}))
	require.False(t, ConditionalInformationIsZero(joint, []int{3}, []int{0}, []int{2}))
}

// TestInformationNeedNotVanish is S4.
func TestInformationNeedNotVanish(t *testing.T) {
	gap := func(variance float64) float64 {
		return processOf(t, LDS{A: rows{{0.8, -0.3}, {0.3, 0.7}}, C: rows{{1, 0}, {0, 1}}, Q: rows{{1, 0}, {0, 0}},
			R: rows{{variance, 0}, {0, variance}}}).MarkovGap()
	}
	for _, c := range []struct{ variance, nats float64 }{{1, 0.0605}, {0.1, 0.1027}, {1e-4, 0.1092}} {
		require.Equal(t, c.nats, math.Round(gap(c.variance)*1e4)/1e4)
	}
	// 0.8, 0.3 and 0.7 are off by half a unit of 2^-53 or less, and the derivative of the limit by them is of order 1.
	limit := math.Log(6241./5016) / 2
	for _, variance := range []float64{1e-20, 1e-30, 1e-40, 1e-80} { // these need the precision raised
		requireNear(t, limit, gap(variance), 100, "at %g", variance)
	}
	require.Zero(t, gap(0))
}

// TestMemoryIsNotGeometric is S5: a zero on the unit circle.
func TestMemoryIsNotGeometric(t *testing.T) {
	s := LDS{A: rows{{0, 0}, {1, 0}}, C: rows{{1, 1}}, Q: rows{{1, 0}, {0, 0}}, R: rows{{0}}}
	p := processOf(t, s)
	for order := range 5 {
		ratio := float64(order+2) / float64(order+1)
		require.Equal(t, ratio, p.PredictionCovariance(order)[0][0])
		// Var(y | h past) = (h+2)/(h+1), which the loss against all of the past has 1 for.
		requireNear(t, logOf(new(big.Rat).Mul(big.NewRat(int64(order+2), int64(order+1)), big.NewRat(8, 9)))/2, p.OrderLoss(order, 7), 4, "order %d", order)
	}
	joint, err := s.exact(t).Joint(3)
	require.NoError(t, err)
	require.Equal(t, "8/9", RatioOfDeterminants(joint, []int{2}, []int{0}, []int{1}).RatString()) // (4/3)/(3/2)
}

// TestNoDensityOnALine is S8: N = 1, P = 0, J = 1/2, Var y_1 = 1 has singular (y_1, y_2).
func TestNoDensityOnALine(t *testing.T) {
	p := processOf(t, RNN{J: rows{{0.5}}, P: rows{{0}}, Cov: rows{{4}}})
	require.Equal(t, rows{{1, 0.5}, {0.5, 0.25}}, p.Covariance(2))
	_, err := p.LogDensity(rows{{1}}, nil)
	require.NoError(t, err)
	_, err = p.LogDensity(rows{{1}, {0.5}}, nil)
	require.ErrorIs(t, err, ErrSingular)
	d, err := p.LogDensity(rows{{7}, {0.5}}, [][]bool{{true}, {false}})
	require.NoError(t, err)
	requireNear(t, -(math.Log(2*math.Pi/4)+1)/2, d.LogDensity, 4, "one number")
}

// TestUnitOneAlone is S10: e^(−2I) = 440/441 for M = (1,1), N = (0,1/2), P = I.
func TestUnitOneAlone(t *testing.T) {
	s := LDS{A: rows{{0, 0.5}, {0, 0.5}}, C: rows{{1, 0}}, Q: rows{{1, 0}, {0, 1}}, R: rows{{0}}}
	joint, err := s.exact(t).Joint(3)
	require.NoError(t, err)
	require.Equal(t, "440/441", RatioOfDeterminants(joint, []int{2}, []int{0}, []int{1}).RatString())
	requireNear(t, math.Log1p(1./440)/2, processOf(t, s).MarkovGap(), 4, "nats")
	onOther := s
	onOther.A = rows{{0.5, 0}, {0.5, 0}} // N = (1/2, 0): supported on what is observed
	require.Zero(t, processOf(t, onOther).MarkovGap())
}

// TestInnovationVarianceIsOne is S12: y = (1 + 2z⁻¹)/(1 − z⁻¹/2) w with Var w = 1/4; one step of the past after another leaves less.
func TestInnovationVarianceIsOne(t *testing.T) {
	// x_{t+1} = x_t/2 + w_t, and y_t = (5/2) x_t + w_t with the same w, which a second latent holds.
	s := LDS{A: rows{{0.5, 1}, {0, 0}}, C: rows{{2.5, 1}}, Q: rows{{0, 0}, {0, 0.25}}, R: rows{{0}}}
	p := processOf(t, s)
	previous := math.Inf(1)
	for past := range 30 {
		v := p.PredictionCovariance(past)[0][0]
		require.GreaterOrEqual(t, v, 1.)
		require.LessOrEqual(t, v, previous)
		previous = v
	}
	// The excess falls by the squared zero a step: 4^-past.
	require.LessOrEqual(t, p.PredictionCovariance(29)[0][0]-1, 4*math.Pow(4, -29)+0x1p-52)
}

// TestInfiniteDivergence is S12's smallest: I(y_3; y_1 | y_2) = +∞, where a pseudo-determinant is finite.
func TestInfiniteDivergence(t *testing.T) {
	s := LDS{A: rows{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}, C: rows{{1, 0, 0}, {0, 0, 1}}, Q: rows{{1, 0, 0}, {0, 0, 0}, {0, 0, 0}}, R: zeros(2, 2)}
	p := processOf(t, s)
	require.Equal(t, math.Inf(1), p.MarkovGap())
	require.Equal(t, math.Inf(1), p.OrderLoss(1, 2))
	require.Zero(t, p.OrderLoss(2, 5))
	joint, err := s.exact(t).Joint(3)
	require.NoError(t, err)
	require.Zero(t, RatioOfDeterminants(joint, []int{4, 5}, []int{0, 1}, []int{2, 3}).Sign())
	require.False(t, ConditionalInformationIsZero(joint, []int{4, 5}, []int{0, 1}, []int{2, 3}))
}

// TestConversionIsEqualInLaw is S6 for the M = e₁, N = e₂, P = I of its text, done by hand: K = 2, R_v = diag(1, 0).
func TestConversionIsEqualInLaw(t *testing.T) {
	network := RNN{J: rows{{0, 0.5}, {0, 0}}, P: rows{{1, 0}, {0, 1}}}
	latent := LDS{A: network.J, C: rows{{1, 0}, {0, 1}}, Q: rows{{0, 0}, {0, 1}}, R: rows{{1, 0}, {0, 0}}}
	g := Difference(processOf(t, network), processOf(t, latent), 5)
	require.Zero(t, g.Relative)
	require.Zero(t, g.Covariance)
	require.Equal(t, 1.25, g.Scale)
	// The naive latent Nᵀy alone, with independent noises, is another process.
	naive := LDS{A: rows{{0}}, C: rows{{0.5}, {0}}, Q: rows{{1}}, R: rows{{1, 0}, {0, 1}}}
	g = Difference(processOf(t, network), processOf(t, naive), 5)
	require.Equal(t, 0.5, g.Covariance) // Cov(y_{t+1}, y_t)₁₂ = ½ is lost
	require.Contains(t, g.Where, "unit 0 at time 2")
}
