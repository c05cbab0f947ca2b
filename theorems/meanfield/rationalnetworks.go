package meanfield

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// bySteps and byField say what decideReducedSteps and decideReducedField decide.
const (
	bySteps = "Euler and RK4 steps in rationals, φ as rounded where it is smooth"
	byField = "the field in rationals, φ as rounded where it is smooth"
)

// decideReducedField: at x = Mκ + Iv the rate −x + J φ(x) + I u of N units is M F_N +
// I(u − v), F_N by a rule from (1/N)Nᵀφ and κ.
func decideReducedField(rule func(read, kappa *exact.Matrix) *exact.Matrix) func(generators.Reduced) error {
	return func(c generators.Reduced) error {
		s, err := newReducedRational(c)
		if err != nil {
			return err
		}
		if c.Units() > mostUnits {
			return theorems.ErrUndecided
		}
		kappa, v, u := exact.ColumnFloat64(c.Kappa), theorems.Rational(c.V), big.NewRat(3, 4)
		x := s.m.Mul(kappa).Add(s.in.Scale(v))
		rate := s.m.Mul(s.n.T()).Scale(s.share).Mul(activity(s.phi, x)).Add(s.in.Scale(u)).Sub(x)
		moved := s.m.Mul(rule(s.read(x), kappa)).Add(s.in.Scale(new(big.Rat).Sub(u, v)))
		return sameMatrix("M F_N + I(u − v) = F(Mκ + Iv)", moved, rate)
	}
}

// withLeak is F_N.
func withLeak(read, kappa *exact.Matrix) *exact.Matrix { return read.Sub(kappa) }

// byLoadings says what decideGaugedUnits decides.
const byLoadings = "J, x and F_N in rationals, φ as rounded where it is smooth"

// loadingsRule is what M and N are multiplied with under G.
type loadingsRule func(g, inverse *exact.Matrix) (m, n *exact.Matrix)

func rightLoadings(g, inverse *exact.Matrix) (m, n *exact.Matrix) { return g, inverse.T() }

// decideGaugedUnits: with loadings by a rule J, x = Mκ + Iv and G F_N(G⁻¹κ) are as they
// were.
func decideGaugedUnits(rule loadingsRule) func(generators.ReducedGauge) error {
	return func(c generators.ReducedGauge) error {
		before, err := newReducedRational(c.Reduced)
		if err != nil {
			return err
		}
		g, err := exact.FromFloat64(c.G())
		if err != nil {
			return err
		}
		inverse, err := g.Inverse()
		if err != nil || c.Units() > mostUnits {
			return theorems.ErrUndecided
		}
		after := *before
		m, n := rule(g, inverse)
		after.m, after.n = before.m.Mul(m), before.n.Mul(n)
		if err := sameMatrix("M'N'ᵀ = M Nᵀ", after.m.Mul(after.n.T()), before.m.Mul(before.n.T())); err != nil {
			return err
		}
		kappa, drive := exact.ColumnFloat64(c.Kappa), before.in.Scale(theorems.Rational(c.V))
		changed := inverse.Mul(kappa)
		x, y := before.m.Mul(kappa).Add(drive), after.m.Mul(changed).Add(drive)
		if err := sameMatrix("M'κ' = Mκ", y, x); err != nil {
			return err
		}
		return sameMatrix("G F'_N(G⁻¹κ) = F_N(κ)", g.Mul(after.read(y).Sub(changed)), before.read(x).Sub(kappa))
	}
}
