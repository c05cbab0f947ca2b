package model_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/rankproof/rankproof/model"
	joint "github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// stationarySystems are those without an initial law.
func stationarySystems(t testing.TB, count int) []latentSystem {
	var out []latentSystem
	for i := range count {
		if s := latentSystemOf(t, i); s.oracle.Cov == nil {
			out = append(out, s)
		}
	}
	return out
}

// delayLines read a shift register without noise, or almost: what is read twice
// is certain the second time.
func delayLines(t testing.TB, count int) []latentSystem {
	must := noiseOf(t)
	var out []latentSystem
	for i := range count {
		rng := random(uint64(i))
		n, k := 1+rng.IntN(3), 2+rng.IntN(3)
		a, c, q, r := mat.NewDense(k, k, nil), mat.NewDense(n, k, nil), make([]float64, k), make([]float64, n)
		for j := 1; j < k; j++ {
			a.Set(j, j-1, 1)
		}
		for j := range n {
			c.Set(j, rng.IntN(k), float64(1+rng.IntN(4)))
			c.Set(j, rng.IntN(k), 1)
			r[j] = float64(rng.IntN(4) / 3)
		}
		q[0] = 1
		c2 := model.LDSConfig{A: a, C: c, Q: must(model.DiagonalNoise(q)), R: must(model.DiagonalNoise(r))}
		if i%3 == 0 {
			c2 = graded(t, rng, c2)
		}
		out = append(out, newLatentSystem(t, fmt.Sprintf("delay line %d: N=%d K=%d", i, n, k), c2))
	}
	return out
}

// requireLoss: what a step loses is known to rounding·(loss + √loss), since its
// root is known to rounding of standard deviations.
func requireLoss(t testing.TB, name string, want, got, rounding, missing float64) {
	t.Helper()
	if math.IsInf(want, 1) {
		require.True(t, math.IsInf(got, 1), "%s: got %v, want +Inf", name, got)
		return
	}
	allowed := rounding*(want+math.Sqrt(want)) + rounding*rounding
	require.True(t, got >= want-allowed && got <= want+missing+allowed, "%s: got %v, want %v and at most %.3g more, allowed %.3g", name, got, want, missing, allowed)
}

// roundingOf is the error of steps of the filter, relative to variances.
func roundingOf(t testing.TB, s latentSystem, steps int) (rounding float64, clear bool) {
	t.Helper()
	p, err := s.oracle.Process()
	require.NoError(t, err, s.name)
	c := condition{number: 1}
	c.see(t, p.Covariance(steps))
	variables := s.lds.Latents() + s.lds.Units() + 1
	rounding = 2 * u * float64(steps*variables*variables) * c.number * (1 + amplificationInUnits(t, s, p))
	return rounding, !c.unclear
}

// meaningless is a relative error that no bound on random systems may reach: half of the digits.
const meaningless = 0x1p-26

// amplificationInUnits is by how much the law amplifies rounding, latents scaled
// to unit variance: in their own units graded ones would make of it what they are.
func amplificationInUnits(t testing.TB, s latentSystem, p *joint.Process) float64 {
	t.Helper()
	if len(s.oracle.A) == 0 {
		return 0
	}
	a := make([][]float64, len(s.oracle.A))
	for i, row := range s.oracle.A {
		a[i] = slices.Clone(row)
	}
	scaled, _ := inUnitsOf(a, deviations(p.StateCovariance()))
	return amplification(t, scaled)
}

func TestMarkovGapIsTheConditionalInformation(t *testing.T) {
	infinite, positive, unclear := 0, 0, 0
	systems := append(stationarySystems(t, 200), delayLines(t, 150)...)
	for _, s := range systems {
		rounding, clear := roundingOf(t, s, 3)
		if !clear {
			unclear++
			continue
		}
		require.Less(t, rounding, meaningless, s.name)
		p, err := s.oracle.Process()
		require.NoError(t, err)
		want := p.MarkovGap()
		got, err := s.lds.MarkovGap()
		require.NoError(t, err, s.name)
		requireLoss(t, s.name, want, got, rounding, 0)
		switch {
		case math.IsInf(want, 1):
			infinite++
		case want > 0:
			positive++
		}
	}
	require.Less(t, unclear, len(systems)/10)
	require.Greater(t, infinite, 10)
	require.Greater(t, positive, 50)
}

func TestMarkovLossIsThatOfALongPast(t *testing.T) {
	seen := 0
	for _, s := range append(stationarySystems(t, times(t, 8)), delayLines(t, times(t, 4))...) {
		rounding, clear := roundingOf(t, s, 13)
		if !clear {
			continue
		}
		require.Less(t, rounding, meaningless, s.name)
		p, err := s.oracle.Process()
		require.NoError(t, err)
		for _, order := range []int{0, 1, 2, 5} {
			want := p.OrderLoss(order, 12)
			got, err := s.lds.MarkovLoss(order)
			require.NoError(t, err, s.name)
			steady, err := s.lds.SteadyState()
			require.NoError(t, err, s.name)
			if steady.ClosedLoopRadius > 0.9 {
				continue // a past of 12 steps tells little of an endless one
			}
			// What 12 more steps tell is at least what all the others after them do.
			requireLoss(t, s.name, want, got, rounding, max(p.OrderLoss(6, 12), 0))
			seen++
		}
	}
	require.Greater(t, seen, times(t, 33))
}

// With K = 1 the loss of an order falls by ρ(A − K C)² an order, but
// for a term of the size of the loss itself.
func TestMarkovLossFallsGeometrically(t *testing.T) {
	must := noiseOf(t)
	s := newLatentSystem(t, "K = 1", model.LDSConfig{A: matrix([]float64{0.9}), C: matrix([]float64{1}),
		Q: must(model.IsotropicNoise(1, 1)), R: must(model.IsotropicNoise(1, 2))})
	steady, err := s.lds.SteadyState()
	require.NoError(t, err)
	require.True(t, steady.Stabilizing)
	last, rate := 0.0, steady.ClosedLoopRadius*steady.ClosedLoopRadius
	for order := range 30 {
		loss, err := s.lds.MarkovLoss(order)
		require.NoError(t, err)
		if order > 2 { // Σ_p − Σ_∞ = δ falls by ρ²/(1 + δ/S), and the loss is δ/2S
			e := math.Abs(loss/last/rate - 1)
			require.True(t, e <= 4*last+64*u*float64(order), "order %d: %.3g of loss %.3g", order, e, last)
		}
		last = loss
	}
	require.Less(t, last, 1e-17, "and is relatively accurate there")
}

func TestMarkovLossOnTheUnitCircle(t *testing.T) {
	must := noiseOf(t)
	s := newLatentSystem(t, "y_t = w_t + w_{t−1}", model.LDSConfig{A: matrix([]float64{0, 0}, []float64{1, 0}), C: matrix([]float64{1, 1}),
		Q: must(model.DiagonalNoise([]float64{1, 0})), R: model.ZeroNoise(1)})
	for order := range 40 {
		got, err := s.lds.MarkovLoss(order)
		require.NoError(t, err)
		e := relative(got, math.Log(float64(order+2)/float64(order+1))/2)
		require.True(t, e <= 4*math.Sqrt(u), "order %d is off by %.3g", order, e)
	}
	steady, err := s.lds.SteadyState()
	require.NoError(t, err)
	require.False(t, steady.Stabilizing)
	require.Less(t, math.Abs(steady.Innovation.At(0, 0)-1), 4*steady.ErrorBound)
	require.Less(t, steady.ErrorBound, 128*math.Sqrt(u))
}

// Small losses: σ⁴ nats at R = σ² I, and what does not vanish if Q is singular.
func TestMarkovGapOfSmallNoise(t *testing.T) {
	must := noiseOf(t)
	a, c := matrix([]float64{0.8, -0.3}, []float64{0.3, 0.7}), matrix([]float64{1, 0}, []float64{0, 1})
	for e := 0; e <= 24; e += 2 {
		r := must(model.IsotropicNoise(2, math.Ldexp(1, -e)))
		for _, q := range []model.Noise{must(model.IsotropicNoise(2, 1)), must(model.DiagonalNoise([]float64{1, 0}))} {
			s := newLatentSystem(t, "σ → 0", model.LDSConfig{A: a, C: c, Q: q, R: r})
			p, err := s.oracle.Process()
			require.NoError(t, err)
			got, err := s.lds.MarkovGap()
			require.NoError(t, err)
			rounding, _ := roundingOf(t, s, 3)
			requireLoss(t, s.name, p.MarkovGap(), got, rounding, 0)
			if q.At(1, 1) == 0 && e >= 20 {
				require.Less(t, relative(got, math.Log(6241.0/5016)/2), math.Ldexp(16, -e))
			}
			if q.At(1, 1) == 1 && e >= 10 {
				require.Less(t, got, math.Ldexp(1, 2-2*e))
			}
		}
	}
}

func TestInfiniteMarkovGap(t *testing.T) {
	must := noiseOf(t)
	s := newLatentSystem(t, "x_1 and x_3", model.LDSConfig{A: matrix([]float64{0, 0, 0}, []float64{1, 0, 0}, []float64{0, 1, 0}),
		C: matrix([]float64{1, 0, 0}, []float64{0, 0, 1}), Q: must(model.DiagonalNoise([]float64{1, 0, 0})), R: model.ZeroNoise(2)})
	for _, c := range []struct {
		name string
		loss func() (float64, error)
		want float64
	}{
		{"gap", s.lds.MarkovGap, math.Inf(1)},
		{"order 0", func() (float64, error) { return s.lds.MarkovLoss(0) }, math.Inf(1)},
		{"order 1", func() (float64, error) { return s.lds.MarkovLoss(1) }, math.Inf(1)},
		{"order 2", func() (float64, error) { return s.lds.MarkovLoss(2) }, 0},
	} {
		got, err := c.loss()
		require.NoError(t, err)
		require.Equal(t, c.want, got, c.name)
	}
	steady, err := s.lds.SteadyState()
	require.NoError(t, err)
	require.True(t, steady.Stabilizing)
	require.Equal(t, 1.0, steady.Innovation.At(0, 0))
	require.Equal(t, 0.0, steady.Innovation.At(1, 1))
}

func TestMarkovLossRefuses(t *testing.T) {
	must := noiseOf(t)
	s := newLatentSystem(t, "random walk", model.LDSConfig{A: matrix([]float64{1}), C: matrix([]float64{1}),
		Q: must(model.IsotropicNoise(1, 1)), R: must(model.IsotropicNoise(1, 1))})
	_, err := s.lds.MarkovGap()
	require.ErrorIs(t, err, model.ErrUnstable)
	_, err = s.lds.MarkovLoss(1)
	require.ErrorIs(t, err, model.ErrUnstable)
	_, err = s.lds.SteadyState()
	require.ErrorIs(t, err, model.ErrUnstable)
	refused(t, []refusal{{"order is -1, want ≥ 0", func() error { return errorOf(s.lds.MarkovLoss(-1)) }}})
}
