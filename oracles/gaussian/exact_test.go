package gaussian

import (
	"math"
	"math/big"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

// pair is one process twice: in floating point, and in rationals.
type pair struct {
	*Process
	joint       func(steps int) *exact.Matrix
	autocovary  func(k int) *exact.Matrix
	description any
}

func randomPairs(t testing.TB, seed uint64, count int, visit func(pair)) {
	r := newRand(t, seed)
	for c := range count {
		if c%2 == 0 {
			s := randomLDS(t, r)
			e := s.exact(t)
			visit(pair{processOf(t, s), both(t, e.Joint), both(t, e.Autocovariance), s})
		} else {
			s := randomRNN(t, r)
			e := s.exact(t)
			visit(pair{processOf(t, s), both(t, e.Joint), both(t, e.Autocovariance), s})
		}
	}
}

func both(t testing.TB, f func(int) (*exact.Matrix, error)) func(int) *exact.Matrix {
	return func(k int) *exact.Matrix {
		m, err := f(k)
		require.NoError(t, err)
		return m
	}
}

func TestCovariancesAreTheExactOnesRoundedOnce(t *testing.T) {
	randomPairs(t, 1, 120, func(p pair) {
		const steps = 4
		joint := p.joint(steps)
		requireRounded(t, joint, p.Covariance(steps), largestOf(joint))
		require.True(t, joint.IsSymmetric())
		psd, _ := joint.Definiteness()
		require.True(t, psd, "%+v", p.description)
		for k := range steps {
			lambda := p.autocovary(k)
			require.True(t, lambda.Equal(joint.Slice(k*p.units, (k+1)*p.units, 0, p.units)), "%+v", p.description)
			requireRounded(t, lambda, p.Autocovariance(k), largestOf(joint))
		}
	})
}

// TestInformationIsExactRatio compares with exact determinants, singular covariances and +Inf included.
func TestInformationIsExactRatio(t *testing.T) {
	finite, infinite, zero := 0, 0, 0
	randomPairs(t, 2, 160, func(p pair) {
		n := p.units
		joint := p.joint(4)
		c := func(from, to int) []int { return sequence(from*n, to*n) } // steps from+1 … to
		for _, q := range []struct {
			got         float64
			a, b, given []int
		}{
			{p.MarkovGap(), c(2, 3), c(0, 1), c(1, 2)},
			{p.MarkovGapAt(3), c(3, 4), c(1, 2), c(2, 3)},
			{p.OrderLoss(0, 1), c(1, 2), c(0, 1), nil},
			{p.OrderLoss(1, 3), c(3, 4), c(0, 2), c(2, 3)},
			{p.OrderLoss(2, 3), c(3, 4), c(0, 1), c(1, 3)},
			{p.OrderLoss(2, 2), c(2, 3), nil, c(0, 2)},
		} {
			ratio := RatioOfDeterminants(joint, q.a, q.b, q.given)
			requireNear(t, -logOf(ratio)/2, q.got, 8, "%+v", p.description)
			isZero := ConditionalInformationIsZero(joint, q.a, q.b, q.given)
			require.Equal(t, ratio.Cmp(big.NewRat(1, 1)) == 0, isZero, "%+v", p.description)
			require.Equal(t, isZero, q.got == 0)
			switch {
			case isZero:
				zero++
			case ratio.Sign() == 0:
				infinite++
			default:
				finite++
			}
		}
	})
	t.Logf("%d finite, %d infinite, %d zero", finite, infinite, zero)
	require.Greater(t, min(finite, infinite, zero), 30, "each kind must be met")
}

func TestPredictionCovarianceIsTheExactOne(t *testing.T) {
	randomPairs(t, 3, 100, func(p pair) {
		n := p.units
		for past := range 4 {
			joint := p.joint(past + 1)
			want := ConditionalCovariance(joint, sequence(past*n, (past+1)*n), sequence(0, past*n))
			got := p.PredictionCovariance(past)
			requireRounded(t, want, got, largestOf(joint))
			for i := range n {
				if want.At(i, i).Sign() == 0 {
					require.Zero(t, got[i][i])
				}
			}
		}
	})
}

func TestLogDensityIsTheExactOne(t *testing.T) {
	r := newRand(t, 40)
	singular, regular := 0, 0
	randomPairs(t, 4, 200, func(p pair) {
		n, steps := p.units, 1+r.IntN(4)
		y, missing := zeros(steps, n), make([][]bool, steps)
		var coordinates []int
		var data []*big.Rat
		mean := p.Mean(steps)
		for s := range y {
			missing[s] = make([]bool, n)
			for i := range y[s] {
				y[s][i] = float64(r.IntN(17)-8) / 4
				if missing[s][i] = r.IntN(3) == 0; missing[s][i] {
					y[s][i] = math.NaN() // nobody looks at it
					continue
				}
				coordinates = append(coordinates, s*n+i)
				data = append(data, new(big.Rat).Sub(new(big.Rat).SetFloat64(y[s][i]), new(big.Rat).SetFloat64(mean[s*n+i])))
			}
		}
		d, err := p.LogDensity(y, missing)
		sigma := submatrix(p.joint(steps), coordinates, coordinates)
		if sigma.Rank() < sigma.Rows() {
			require.ErrorIs(t, err, ErrSingular)
			singular++
			return
		}
		require.NoError(t, err)
		regular++
		inverse, err := sigma.Inverse()
		require.NoError(t, err)
		v := exact.Column(data)
		quadratic := new(big.Rat)
		if len(data) > 0 {
			quadratic = v.T().Mul(inverse).Mul(v).At(0, 0)
		}
		want, _ := quadratic.Float64()
		require.Equal(t, want, d.Quadratic)
		requireNear(t, logOf(sigma.Det()), d.LogDet, 4, "%+v", p.description)
		require.Equal(t, len(data), d.Observed)
		parts := float64(len(data))*math.Log(2*math.Pi) + math.Abs(d.LogDet) + d.Quadratic
		require.LessOrEqual(t, math.Abs(d.LogDensity+(float64(len(data))*math.Log(2*math.Pi)+d.LogDet+d.Quadratic)/2), 0x1p-51*parts)
		requireConditionBounds(t, sigma, inverse, d.Condition)
	})
	require.Greater(t, min(singular, regular), 50)
}

// requireConditionBounds: with B = ‖S‖_F tr S⁻¹ exactly, up to square roots.
func requireConditionBounds(t testing.TB, sigma, inverse *exact.Matrix, condition float64) {
	t.Helper()
	trace, squares := 0.0, 0.0
	for i := range sigma.Rows() {
		v, _ := new(big.Rat).Mul(sigma.At(i, i), inverse.At(i, i)).Float64()
		trace += v
		for j := range sigma.Rows() {
			s := new(big.Rat).Mul(sigma.At(i, j), sigma.At(i, j))
			s.Quo(s, sigma.At(i, i)).Quo(s, sigma.At(j, j))
			v, _ := s.Float64()
			squares += v
		}
	}
	want := max(1, trace*math.Sqrt(squares))
	requireNear(t, want, condition, 1e6, "condition") // L⁻¹ is computed in double precision
}

func TestExactRefusesUnstable(t *testing.T) {
	for _, j := range []int64{1, -1, 2} {
		m := exact.FromInt64([][]int64{{j}})
		_, err := ExactRNN{J: m, P: exact.Identity(1)}.Joint(1)
		require.ErrorIs(t, err, ErrUnstable)
		_, err = ExactLDS{A: m, C: m, Q: m, R: m}.Autocovariance(1)
		require.ErrorIs(t, err, ErrUnstable)
		_, err = ExactRNN{J: m, P: exact.Identity(1), Cov: m}.Joint(3)
		require.NoError(t, err)
	}
}

// TestSameCoordinatesOnBothSides: a = (z₁, z₂, (z₁ + z₂)·9/10) of rank two, and b = z₂ + noise. Without b the third coordinate varies most,
// with b the first, and determinants of different pairs have another ratio.
func TestSameCoordinatesOnBothSides(t *testing.T) {
	const noise = 1. / 64
	cov := rows{{1, 0, 0.9, 0}, {0, 1, 0.9, 1}, {0.9, 0.9, 2 * 0.81, 0.9}, {0, 1, 0.9, 1 + noise}}
	read := big.NewFloat(0.9).SetPrec(448)
	l := &law{prec: 448, cov: fromRows(448, 4, 4, cov), size: make([]int, 4)}
	l.cov.at(2, 2).Mul(read, read).SetMantExp(l.cov.at(2, 2), 1) // 2·0.9², exactly
	nats, err := l.eliminate(coarseThresholds(448), sequence(0, 4), nil).information([]int{0, 1, 2}, []int{3}, nil)
	require.NoError(t, err)
	requireNear(t, math.Log1p(1/noise)/2, nats, 4, "½ ln Var(z₂)/Var(z₂|b)")
}

// TestGivenNearlyDependent: y_{t+1} = C A C⁻¹ y_t, and C nearly loses a latent: what rounding leaves of the zero variance of y_{t+1} is
// amplified by 2^200.
func TestGivenNearlyDependent(t *testing.T) {
	p := processOf(t, LDS{A: rows{{0.3, 0.1}, {-0.2, 0.7}}, C: rows{{1, 0}, {1, 0x1p-100}}, Q: zeros(2, 2), R: zeros(2, 2), Cov: rows{{1, 0.3}, {0.3, 2}}})
	for _, at := range []int{2, 12} {
		require.Zero(t, p.MarkovGapAt(at))
	}
	require.Equal(t, zeros(2, 2), p.PredictionCovariance(12))
}

// TestMarkovIsExactlyZero for networks whose entries are not dyadic, so that everything is rounded.
func TestMarkovIsExactlyZero(t *testing.T) {
	r := newRand(t, 5)
	for range 50 {
		n := 1 + r.IntN(4)
		s := RNN{J: random(r, n, n), P: unit(n)}
		p := processOf(t, s)
		require.Zero(t, p.MarkovGap())
		require.Zero(t, p.OrderLoss(1, 4))
		require.Zero(t, p.MatchLoss(s.J, s.P))
	}
}
