package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// The filter's covariances after 24 steps are those of the steady state, but
// for what steps after them take away: less than steps 12 to 24 did, where the
// closed loop halves differences in as many.
func TestSteadyStateIsTheLimit(t *testing.T) {
	seen := 0
	for _, s := range append(stationarySystems(t, times(t, 36)), delayLines(t, times(t, 4))...) {
		steady, err := s.lds.SteadyState()
		require.NoError(t, err, s.name)
		if !(math.Pow(steady.ClosedLoopRadius, 24) < 0.5) || s.lds.Latents() == 0 {
			continue
		}
		rounding, clear := roundingOf(t, s, 12)
		if !clear {
			continue
		}
		require.Less(t, rounding, meaningless, s.name)
		seen++
		require.True(t, steady.Stabilizing, s.name)
		require.Less(t, steady.Residual, rounding, s.name)
		k, n := s.lds.Latents(), s.lds.Units()
		nothing := make([][]float64, 25)
		for i := range nothing {
			nothing[i] = make([]float64, n)
		}
		f, err := s.lds.Filter(model.Observations{Y: nothing})
		require.NoError(t, err, s.name)
		near := func(what string, got, after, before mat.Matrix, sizes []float64) {
			for i := range sizes {
				for j := range sizes {
					e, moved := math.Abs(got.At(i, j)-after.At(i, j)), math.Abs(after.At(i, j)-before.At(i, j))
					b := moved + (rounding+steady.ErrorBound)*sizes[i]*sizes[j]
					require.True(t, e <= b, "%s: %s %d,%d is off by %.3g, allowed %.3g", s.name, what, i, j, e, b)
				}
			}
		}
		p, err := s.oracle.Process()
		require.NoError(t, err)
		near("predictor", steady.PredictorCov, f.PredictedCov[24], f.PredictedCov[12], deviations(p.StateCovariance()))
		near("filter", steady.FilterCov, f.FilteredCov[24], f.FilteredCov[12], deviations(p.StateCovariance()))
		units := p.Covariance(1)
		near("innovation", steady.Innovation.Dense(), matrix(p.PredictionCovariance(12)...), matrix(p.PredictionCovariance(6)...), deviations(units))

		// The residual, magnified by the closed loop: that bounds what is known of Σ.
		var closed mat.Dense
		closed.Mul(steady.PredictorGain, s.lds.C())
		closed.Sub(s.lds.A(), &closed)
		scaled, _ := inUnitsOf(rowsOf(&closed), deviations(p.StateCovariance()))
		require.LessOrEqual(t, steady.ErrorBound, 2*(1+amplification(t, scaled))*rounding, s.name)

		// Gains solve L S = Σ Cᵀ, and the predictor's is A times the filter's.
		var left, right, predictor mat.Dense
		left.Mul(steady.FilterGain, steady.Innovation.Dense())
		right.Mul(steady.PredictorCov, s.lds.C().T())
		predictor.Mul(s.lds.A(), steady.FilterGain)
		for i := range k {
			for j := range n {
				size := math.Sqrt(p.StateCovariance()[i][i] * units[j][j])
				require.True(t, math.Abs(left.At(i, j)-right.At(i, j)) <= rounding*size, "%s: gain %d,%d", s.name, i, j)
				require.Equal(t, predictor.At(i, j), steady.PredictorGain.At(i, j), s.name)
			}
		}
	}
	require.Greater(t, seen, times(t, 12))
}

func deviations(cov [][]float64) []float64 {
	out := make([]float64, len(cov))
	for i := range out {
		out[i] = math.Sqrt(cov[i][i])
	}
	return out
}

// y = (1 + 2z⁻¹)/(1 − z⁻¹/2) w with Var w = ¼ has innovations of variance 1; the
// solution ¼ of the same equation, where the recursion from Q stays, is not it. (S12)
func TestSteadyStateIsTheStrongSolution(t *testing.T) {
	must := noiseOf(t)
	s := newLatentSystem(t, "zero outside the circle", model.LDSConfig{A: matrix([]float64{0.5, 0}, []float64{1, 0}), C: matrix([]float64{1, 2}),
		Q: must(model.DiagonalNoise([]float64{0.25, 0})), R: model.ZeroNoise(1)})
	steady, err := s.lds.SteadyState()
	require.NoError(t, err)
	require.True(t, steady.Stabilizing)
	require.LessOrEqual(t, math.Abs(steady.Innovation.At(0, 0)-1), steady.ErrorBound)
	require.LessOrEqual(t, math.Abs(steady.ClosedLoopRadius-0.5), steady.ErrorBound)
	require.Less(t, steady.ErrorBound, 0x1p-36)
}

// A radius of 1 − 1e-8 is found stable where nothing is observed, and the
// filter of a slow latent takes far fewer doublings than steps.
func TestSteadyStateOfSlowLatents(t *testing.T) {
	must := noiseOf(t)
	const slow = 1e-8
	for _, read := range []float64{0, 0x1p-30, 1} {
		s := newLatentSystem(t, "slow", model.LDSConfig{A: matrix([]float64{1 - slow}), C: matrix([]float64{read}),
			Q: must(model.IsotropicNoise(1, 1)), R: must(model.IsotropicNoise(1, 1))})
		steady, err := s.lds.SteadyState()
		require.NoError(t, err)
		require.True(t, steady.Stabilizing, "C = %v", read)
		require.Less(t, steady.Steps, 100)
		// Σ = aΣa/(1 + c²Σ) + 1 has c²Σ² + (1 − a² − c²)Σ − 1 = 0.
		a := 1 - slow
		gap := slow * (1 + a) // 1 − a²
		b, c2 := gap-read*read, read*read
		want := 1 / gap
		if c2 > 0 {
			want = 2 / (b + math.Sqrt(b*b+4*c2)) // the positive root, without cancellation for b > 0
		}
		v := 1 / gap // the unit of ErrorBound
		require.True(t, math.Abs(steady.PredictorCov.At(0, 0)-want) <= steady.ErrorBound*v, "C = %v: %v, want %v ± %.3g", read, steady.PredictorCov.At(0, 0), want, steady.ErrorBound*v)
	}
}

// y_t = w_t − 2w_{t−1} + w_{t−2} has a double zero on the unit circle: who waits knows all noises but the last, Σ_∞ =
// diag(1, 0, 0), to a fourth of the digits, and ErrorBound says so.
func TestSteadyStateAtADoubleZero(t *testing.T) {
	for _, c := range []float64{-2, 2} {
		q, err := model.DiagonalNoise([]float64{1, 0, 0})
		require.NoError(t, err)
		l, err := model.NewLDS(model.LDSConfig{A: mat.NewDense(3, 3, []float64{0, 0, 0, 1, 0, 0, 0, 1, 0}), C: mat.NewDense(1, 3, []float64{1, c, 1}), Q: q, R: model.ZeroNoise(1)})
		require.NoError(t, err)
		steady, err := l.SteadyState()
		require.NoError(t, err)
		require.False(t, steady.Stabilizing)
		require.Less(t, steady.ErrorBound, math.Pow(0x1p-53, 1.0/6))
		for i := range 3 {
			for j := range 3 {
				want := 0.0
				if i == 0 && j == 0 {
					want = 1
				}
				require.LessOrEqual(t, math.Abs(steady.PredictorCov.At(i, j)-want), steady.ErrorBound, "%d,%d", i, j)
			}
		}
	}
}

// A zero on the circle beside a pole that nearly cancels it: y_t = 2(x_t +
// x_{t−1}), of which the past tells x_{t−1} in the end: Σ_∞ = diag(q, 0), beside
// a stationary variance up to 30,000 times larger.
func TestSteadyStateOfAHiddenZero(t *testing.T) {
	const q = 2
	for _, slow := range []float64{0x1p-3, 0x1p-10, 0x1p-16} {
		lds, err := model.NewLDS(model.LDSConfig{
			A: matrix([]float64{slow - 1, 0}, []float64{1, 0}), C: matrix([]float64{2, 2}),
			Q: diagonal(t, q, 0), R: model.ZeroNoise(1),
		})
		require.NoError(t, err)
		steady, err := lds.SteadyState()
		require.NoError(t, err, "slow %g", slow)
		require.False(t, steady.Stabilizing)
		want, v := matrix([]float64{q, 0}, []float64{0, 0}), q/(slow*(2-slow))
		for i := range 2 {
			for j := range 2 {
				off := math.Abs(steady.PredictorCov.At(i, j) - want.At(i, j))
				require.LessOrEqual(t, off, steady.ErrorBound*v, "slow %g, entry %d,%d", slow, i, j)
				require.Less(t, off, 0x1p-10*q, "slow %g, entry %d,%d", slow, i, j)
			}
		}
	}
}

// Zeros on the circle beside a slow pole p: x_t = (u_t, u_{t−1}, u_{t−2}), u_t =
// p u_{t−1} + w_t, of which the past tells all but w_t in the end: Σ_∞ = diag(1, 0,
// 0), beside a variance of 1/(1 − p²). None is certified, and ErrorBound holds.
func TestErrorBoundOfADoubleZeroBesideASlowPole(t *testing.T) {
	for _, read := range [][]float64{{1, -2, 1}, {1, 2, 1}, {1, 0, 1}, {1, -1, 0}, {1, -1.5, 0.5}} {
		for _, slow := range []float64{0x1p-1, 0x1p-4, 0x1p-7, 0x1p-10, 0x1p-13, 0x1p-17, 0x1p-20, 0x1p-24} {
			lds, err := model.NewLDS(model.LDSConfig{
				A: matrix([]float64{1 - slow, 0, 0}, []float64{1, 0, 0}, []float64{0, 1, 0}), C: matrix(read),
				Q: diagonal(t, 1, 0, 0), R: model.ZeroNoise(1),
			})
			require.NoError(t, err)
			steady, err := lds.SteadyState()
			require.NoError(t, err, "reads %v, slow %g", read, slow)
			require.False(t, steady.Stabilizing, "reads %v, slow %g", read, slow)
			v := (1 + 0x1p-50/slow) / (slow * (2 - slow)) // to which it is known
			for i := range 3 {
				for j := range 3 {
					want := 0.0
					if i == 0 && j == 0 {
						want = 1
					}
					require.LessOrEqual(t, math.Abs(steady.PredictorCov.At(i, j)-want), steady.ErrorBound*v, "reads %v, slow %g: %d,%d", read, slow, i, j)
				}
			}
		}
	}
}

// Noise-free units, zeros on the unit circle and outside it beside a pole that
// nearly cancels one of them, or innovations of fewer dimensions than units: the
// closed loop does not grow, and innovations are those of zeros turned inside.
func TestClosedLoopOfTheSteadyStateDoesNotGrow(t *testing.T) {
	for _, c := range []struct {
		name string
		lds  model.LDSConfig
		most float64 // ρ − 1
		want float64 // innovation variance, 0 where it is not known
	}{
		{"zeros 1, 9/8, −1/2 beside 1 − 2⁻²³", model.LDSConfig{
			A: matrix([]float64{1 - 0x1p-23, 0, 0, 0}, []float64{1, 0, 0, 0}, []float64{0, 1, 0, 0}, []float64{0, 0, 1, 0}),
			C: matrix([]float64{1, -1.625, 0.0625, 0.5625}), Q: diagonal(t, 1, 0, 0, 0), R: model.ZeroNoise(1)}, 0x1p-26, 81.0 / 64},
		{"zeros 1, 33/32, −1/2 beside 1 − 2⁻²⁰", model.LDSConfig{
			A: matrix([]float64{1 - 0x1p-20, 0, 0, 0}, []float64{1, 0, 0, 0}, []float64{0, 1, 0, 0}, []float64{0, 0, 1, 0}),
			C: matrix([]float64{1, -1.53125, 0.015625, 0.515625}), Q: diagonal(t, 1, 0, 0, 0), R: model.ZeroNoise(1)}, 0x1p-26, 1089.0 / 1024},
		{"one noise, two units", model.LDSConfig{
			A: matrix([]float64{-0.75956806906617724, 2.0888121899319874, 0.18989201726654431},
				[]float64{0.75956806906617724, 1.1393521035992658, 1.8989201726654432}, []float64{0, -1.1393521035992658, -1.1393521035992658}),
			C: matrix([]float64{-1.25, -3, 0.625}, []float64{2, -2.125, 0.875}), Q: diagonal(t, 2, 0, 0), R: model.ZeroNoise(2)}, 0, 0},
	} {
		lds, err := model.NewLDS(c.lds)
		require.NoError(t, err)
		steady, err := lds.SteadyState()
		require.NoError(t, err, c.name)
		require.LessOrEqual(t, steady.ClosedLoopRadius, 1+c.most, c.name)
		if c.want > 0 { // of a difference from V, 2⁻²⁶ of it
			require.LessOrEqual(t, math.Abs(steady.Innovation.At(0, 0)-c.want), 0x1p-4, c.name)
		}
	}
}
