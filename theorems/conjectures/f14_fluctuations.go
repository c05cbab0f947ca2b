package conjectures

import (
	"fmt"
	"math/big"
	"math/rand/v2"

	"github.com/rankproof/rankproof/theorems"
)

// TwoVariances is a population of rank one of the identity φ, with a constant
// input, at a point κ, and another that differs from it in Var n alone.
type TwoVariances struct {
	Kappa     float64 `json:"kappa"`
	MeanM     float64 `json:"mean_m"`
	MeanN     float64 `json:"mean_n"`
	I         float64 `json:"I"`
	VarM      float64 `json:"var_m"`
	CovNM     float64 `json:"cov_nm"`
	VarN      float64 `json:"var_n"`
	OtherVarN float64 `json:"other_var_n"`
}

// Admissible reports whether both covariances of (m, n) are positive semidefinite.
func (c TwoVariances) Admissible() bool {
	square := times(theorems.Rational(c.CovNM), theorems.Rational(c.CovNM))
	for _, v := range []float64{c.VarN, c.OtherVarN} {
		if c.VarM < 0 || v < 0 || times(theorems.Rational(c.VarM), theorems.Rational(v)).Cmp(square) < 0 {
			return false
		}
	}
	return true
}

// fluctuationsOfNN is F14.
func fluctuationsOfNN() theorems.Conjecture {
	return theorems.Conjecture{
		Ref: "F14", ID: "conjectures/fluctuations-without-nn",
		Statement: "For every two mixtures that differ in Σ_nn alone, every N and κ, E‖F_N(κ) − F(κ)‖² is the same: as the mean field, fluctuations do not depend on Σ_nn.",
		Source:    "carrying M4 over from F to F_N, and taking any completion of a fitted mixture for as good as any other (B; M14)",
		Instead: "F does not depend on Σ_nn (M4). N·E‖F_N − F‖² = tr Cov(nφ) grows with it by Σ_p α_p tr(ΔΣ_nn^p) E_p φ² (M3, given the other blocks): n is a regression on (m, I) and an independent rest, which takes all of ΔΣ_nn. " +
			"So the smallest completion is the best (M14).",
		Levels: []theorems.Level{listing(level(theorems.Size{N: 1, R: 1, P: 1}, drawnBy(drawTwoVariances), decideFluctuations),
			simplestFirst(func(x []float64) TwoVariances { return TwoVariances{x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]} }, copies(8, 0, 1)...))},
		Minimal: "One unit, one pair of loadings and one population are the least there is; one of two different variances is not 0, and φ must not be 0 almost surely. " +
			"It is the same at every N: only the factor 1/N changes.",
		ByHand: byHand(func(c TwoVariances) []string {
			m := c.moments()
			return []string{
				fmt.Sprintf("x = mκ + I has mean μ = %s and variance Δ = %s, Cov(n, x) = %s, E n = %v; φ(x) = x", m.mu.RatString(), m.delta.RatString(), m.s.RatString(), c.MeanN),
				fmt.Sprintf("the field is the same: F = −κ + E n x = −κ + (E n)μ + Cov(n, x) = %s", m.field(c).RatString()),
				fmt.Sprintf("Var(n x) = (E n)²Δ + 2(E n)μ Cov(n, x) + Cov(n, x)² + (μ² + Δ)Var n = %s + %s·Var n", m.rest.RatString(), m.square.RatString()),
				fmt.Sprintf("Var n = %v: %s; Var n = %v: %s", c.VarN, m.variance(c.VarN).RatString(), c.OtherVarN, m.variance(c.OtherVarN).RatString()),
			}
		}),
	}
}

func drawTwoVariances(rng *rand.Rand) TwoVariances {
	for {
		v, w := wholes(rng, 5, 2), naturals(rng, 3, 4)
		c := TwoVariances{Kappa: v[0], MeanM: v[1], MeanN: v[2], I: v[3], VarM: w[0] - 1, CovNM: v[4], VarN: w[1] - 1, OtherVarN: w[2] - 1}
		if c.Admissible() {
			return c
		}
	}
}

// products are moments of n x, x = mκ + I, by Isserlis' theorem.
type products struct {
	mu, delta, s *big.Rat // E x, Var x, Cov(n, x)
	rest, square *big.Rat // Var(n x) = rest + square·Var n, square = E x²
}

func (c TwoVariances) moments() products {
	kappa, n := theorems.Rational(c.Kappa), theorems.Rational(c.MeanN)
	p := products{
		mu:    plus(times(theorems.Rational(c.MeanM), kappa), theorems.Rational(c.I)),
		delta: times(times(kappa, kappa), theorems.Rational(c.VarM)),
		s:     times(kappa, theorems.Rational(c.CovNM)),
	}
	p.square = plus(times(p.mu, p.mu), p.delta)
	twice := times(big.NewRat(2, 1), times(n, times(p.mu, p.s)))
	p.rest = plus(plus(times(times(n, n), p.delta), twice), times(p.s, p.s))
	return p
}

func (p products) field(c TwoVariances) *big.Rat {
	return minus(plus(times(theorems.Rational(c.MeanN), p.mu), p.s), theorems.Rational(c.Kappa))
}

func (p products) variance(varN float64) *big.Rat {
	return plus(p.rest, times(p.square, theorems.Rational(varN)))
}

func decideFluctuations(c TwoVariances) error {
	if !c.Admissible() {
		return fmt.Errorf("%w: a covariance is not positive semidefinite", theorems.ErrUndecided)
	}
	m := c.moments()
	a, b := m.variance(c.VarN), m.variance(c.OtherVarN)
	if a.Cmp(b) == 0 {
		return nil
	}
	return theorems.Violatedf("N·E(F_N − F)² = Var(nφ) is %s at Var n = %v, and %s at %v", a.RatString(), c.VarN, b.RatString(), c.OtherVarN)
}
