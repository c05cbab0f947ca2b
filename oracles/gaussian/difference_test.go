package gaussian

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDifferenceIsFreeOfScale(t *testing.T) {
	a := processOf(t, RNN{J: rows{{0}}, P: rows{{4}}})
	b := processOf(t, RNN{J: rows{{0}}, P: rows{{5}}})
	require.Equal(t, Gap{Relative: 0.25, Where: "covariance of unit 0 at time 1 with unit 0 at time 1", Covariance: 1, Scale: 4}, Difference(a, b, 2))
	require.Equal(t, 0.2, Difference(b, a, 2).Relative)

	s := RNN{J: rows{{0.5}}, P: rows{{4}}, Mean: []float64{1}, Cov: rows{{0}}}
	shifted := s
	shifted.Mean = []float64{3}
	g := Difference(processOf(t, s), processOf(t, shifted), 2)
	require.Equal(t, Gap{Relative: 0.5, Where: "mean of unit 0 at time 1", Mean: 1, Scale: 5}, g)
}

func TestDifferenceOfZeroVariances(t *testing.T) {
	zero := processOf(t, RNN{J: zeros(2, 2), P: rows{{1, 0}, {0, 0}}})
	tiny := processOf(t, RNN{J: zeros(2, 2), P: rows{{1, 0}, {0, 1e-60}}})
	require.Zero(t, Difference(zero, zero, 3).Relative)
	require.Equal(t, math.Inf(1), Difference(zero, tiny, 3).Relative)
	require.Equal(t, 1., Difference(tiny, zero, 3).Relative)
	require.Equal(t, 1e-60, Difference(tiny, zero, 3).Covariance)
	other := processOf(t, RNN{J: rows{{0}}, P: rows{{1}}})
	require.Equal(t, math.Inf(1), Difference(zero, other, 1).Relative)
	require.Zero(t, Difference(zero, tiny, 0).Relative)
}

// TestDifferenceIsNotBlindToRounding: rationals that are not dyadic, in another order, leave nothing; a unit in the last place is seen.
func TestDifferenceIsNotBlindToRounding(t *testing.T) {
	s := LDS{A: rows{{0.3, 0.1}, {-0.2, 0.7}}, C: rows{{0.1, 0.9}}, Q: rows{{0.1, 0}, {0, 0.3}}, R: rows{{0.7}}}
	swapped := LDS{A: rows{{0.7, -0.2}, {0.1, 0.3}}, C: rows{{0.9, 0.1}}, Q: rows{{0.3, 0}, {0, 0.1}}, R: s.R}
	require.Zero(t, Difference(processOf(t, s), processOf(t, swapped), 4).Covariance)
	swapped.R = rows{{math.Nextafter(0.7, 1)}}
	g := Difference(processOf(t, s), processOf(t, swapped), 4)
	require.Equal(t, math.Nextafter(0.7, 1)-0.7, g.Covariance)
	wide := LDS{A: rows{{0.5}}, C: rows{{3}}, Q: rows{{1}}, R: rows{{1}}, Mean: []float64{0.1}, Cov: rows{{1}}}
	narrow := LDS{A: rows{{0.5}}, C: rows{{1.5}}, Q: rows{{4}}, R: rows{{1}}, Mean: []float64{0.2}, Cov: rows{{4}}}
	require.Zero(t, Difference(processOf(t, wide), processOf(t, narrow), 6).Relative)
	// Nothing but a mean, of as many digits as steps, summed in another order.
	still := LDS{A: rows{{0.3, 0.1, 0.7}, {-0.2, 0.7, 0.1}, {0.9, 0.1, 0.2}}, C: rows{{0.1, 0.9, 0.3}}, Q: zeros(3, 3), R: rows{{0}},
		Mean: []float64{0.1, 0.3, 0.7}, Cov: zeros(3, 3)}
	turned := still
	turned.A, turned.C = rows{{0.2, 0.9, 0.1}, {0.7, 0.3, 0.1}, {0.1, -0.2, 0.7}}, rows{{0.3, 0.1, 0.9}}
	turned.Mean = []float64{0.7, 0.1, 0.3}
	require.Zero(t, Difference(processOf(t, still), processOf(t, turned), 12).Relative)
	turned.Mean[0] = math.Nextafter(0.7, 1)
	require.Equal(t, math.Inf(1), Difference(processOf(t, still), processOf(t, turned), 1).Relative)
}
