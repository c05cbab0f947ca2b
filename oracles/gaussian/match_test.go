package gaussian

import (
	"math"
	"math/big"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

// residualMoment returns E(y_2 − J y_1)(y_2 − J y_1)ᵀ exactly.
func residualMoment(t testing.TB, p pair, j rows) *exact.Matrix {
	n := p.units
	l := exact.HStack(exactly(t, j, n).Scale(big.NewRat(-1, 1)), exact.Identity(n))
	mean := l.Mul(exactly(t, rows{p.Mean(2)}, 2*n).T())
	return l.Mul(p.joint(2)).Mul(l.T()).Add(mean.Mul(mean.T()))
}

// TestMatchLossIsTheExactOne on models that are not the match, with P definite.
func TestMatchLossIsTheExactOne(t *testing.T) {
	r := newRand(t, 90)
	finite, infinite := 0, 0
	randomPairs(t, 9, 150, func(p pair) {
		n := p.units
		j, noise := randomSquare(r, n), randomGram(r, n)
		for i := range n {
			noise[i][i]++
		}
		inverse, err := exactly(t, noise, n).Inverse()
		require.NoError(t, err)
		trace, _ := inverse.Mul(residualMoment(t, p, j)).Trace().Float64()
		det := exactly(t, noise, n).Det()
		got, err := p.CrossEntropy(j, noise)
		require.NoError(t, err)
		terms := []float64{float64(n) * math.Log(2*math.Pi), logOf(det), trace}
		requireSum(t, got, terms)

		best := ConditionalCovariance(p.joint(2), sequence(n, 2*n), sequence(0, n)).Det()
		loss := p.MatchLoss(j, noise)
		if best.Sign() == 0 {
			require.Equal(t, math.Inf(1), loss)
			infinite++
			return
		}
		requireSum(t, loss, []float64{logOf(det.Quo(det, best)), trace, -float64(n)})
		finite++
	})
	require.Greater(t, min(finite, infinite), 30)
}

// requireSum: got is half the sum of some terms, each of which may be off by two units in the last place.
func requireSum(t testing.TB, got float64, terms []float64) {
	t.Helper()
	sum, size := 0., 0.
	for _, x := range terms {
		sum, size = sum+x, size+math.Abs(x)
	}
	require.LessOrEqual(t, math.Abs(got-sum/2), 0x1p-50*size)
}

// TestMatchLossOfTheProcessItself is zero, however singular its noise is; and it is less than any other model's.
func TestMatchLossOfTheProcessItself(t *testing.T) {
	r := newRand(t, 91)
	for range 100 {
		s := randomRNN(t, r)
		s.Mean = nil
		p := processOf(t, s)
		require.Zero(t, p.MatchLoss(s.J, s.P), "%+v", s)
		other := randomSquare(r, len(s.J))
		require.GreaterOrEqual(t, p.MatchLoss(other, s.P), 0., "%+v", s)
	}
}

func TestMatchLossOnARange(t *testing.T) {
	line := rows{{1, 2}, {2, 4}}
	p := processOf(t, RNN{J: rows{{0.5, 0}, {0.5, 0.25}}, P: line, Cov: rows{{1, 0}, {0, 1}}})
	require.Zero(t, p.MatchLoss(rows{{0.5, 0}, {0.5, 0.25}}, line))
	// Twice the covariance on a line: ½(ln 2 + ½ − 1).
	requireNear(t, (math.Ln2-0.5)/2, p.MatchLoss(rows{{0.5, 0}, {0.5, 0.25}}, rows{{2, 4}, {4, 8}}), 8, "on the line")
	require.Equal(t, math.Inf(1), p.MatchLoss(rows{{0.5, 0}, {0.5, 0.25}}, rows{{1, 0}, {0, 1}}), "on the plane")
	require.Equal(t, math.Inf(1), p.MatchLoss(rows{{0.5, 0}, {0.5, 0.25}}, rows{{1, 1}, {1, 1}}), "another line")
	require.Equal(t, math.Inf(1), p.MatchLoss(rows{{0, 0}, {0, 0}}, line), "the mean leaves the line")
	require.Equal(t, math.Inf(1), p.MatchLoss(rows{{0.5, 0}, {0.5, 0.25}}, zeros(2, 2)))
	_, err := p.CrossEntropy(rows{{0.5, 0}, {0.5, 0.25}}, line)
	require.ErrorIs(t, err, ErrSingular)
	// A singular y_1 leaves J free off its range.
	p = processOf(t, RNN{J: rows{{0.5, 0.5}, {0, 0}}, P: rows{{1, 0}, {0, 0}}})
	require.Zero(t, p.MatchLoss(rows{{0.5, 7}, {0, 7}}, rows{{1, 0}, {0, 0}}))
	still := processOf(t, RNN{J: zeros(2, 2), P: zeros(2, 2)})
	require.Zero(t, still.MatchLoss(rows{{1, 2}, {3, 4}}, zeros(2, 2)))
}

func TestMatchRefuses(t *testing.T) {
	p := processOf(t, RNN{J: rows{{0.5}}, P: rows{{1}}})
	require.True(t, math.IsNaN(p.MatchLoss(unit(2), unit(2))))
	require.True(t, math.IsNaN(p.MatchLoss(rows{{0.5}}, rows{{-1}})))
	_, err := p.CrossEntropy(unit(2), unit(1))
	require.ErrorContains(t, err, "J has 2 rows, not 1")
	_, err = p.CrossEntropy(unit(1), rows{{-1}})
	require.ErrorIs(t, err, ErrIndefinite)
}
