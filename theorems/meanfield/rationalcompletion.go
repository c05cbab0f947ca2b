package meanfield

import (
	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// byCompletion says what decideCompleted decides.
const byCompletion = "minimal, of rank Σ_aa, exists"

// decideCompleted: what a rule gives for each population is legal, and minimal.
func decideCompleted(rule func(blocks) *exact.Matrix) func(generators.Mixture) error {
	return func(c generators.Mixture) error {
		if c.Rank() > mostRank || c.Populations() > mostPopulations {
			return theorems.ErrUndecided
		}
		for p := range c.Populations() {
			b, err := blocksOf(c, p)
			if err != nil {
				return err
			}
			if err := b.decide(rule(b)); err != nil {
				return err
			}
		}
		return nil
	}
}

// decideNoCompletion: a Σ_na of the mixture with a part e₁zᵀ in the kernel of Σ_aa has no
// completion, and without it it has one. A rule says whether there is one.
func decideNoCompletion(rule func(aa, na *exact.Matrix) bool) func(generators.Mixture) error {
	return func(c generators.Mixture) error {
		if c.Rank() > mostRank || c.Populations() > mostPopulations {
			return theorems.ErrUndecided
		}
		for p := range c.Populations() {
			b, err := blocksOf(c, p)
			if err != nil {
				return err
			}
			cases := []*exact.Matrix{b.na}
			null, first := b.aa.NullSpace(), exact.Identity(c.Rank()).Columns(0)
			for k := range null.Cols() {
				cases = append(cases, b.na.Add(first.Mul(null.Columns(k).T())))
			}
			for _, na := range cases {
				// If any Σ_nn is legal with Σ_na, so is Σ_na Σ_aa⁻ Σ_an.
				other := blocks{aa: b.aa, na: na}
				legal, _ := other.completed(minimalCompletion(other)).Definiteness()
				if rule(b.aa, na) != legal {
					return theorems.Violatedf("Σ_aa = %v, Σ_na = %v have a completion: %v", b.aa, na, legal)
				}
			}
		}
		return nil
	}
}

// inRange reports whether range Σ_an ⊆ range Σ_aa.
func inRange(aa, na *exact.Matrix) bool { return exact.HStack(aa, na.T()).Rank() == aa.Rank() }

// completed is the mixture of minimal completions: n = a_n + Σ_na Σ_aa⁻(a − E a).
func (l *rationalLaw) completed() *rationalLaw {
	out, r := &rationalLaw{rank: l.rank}, l.rank
	for _, p := range l.pops {
		along := exact.VStack(p.factor.Slice(0, r, 0, p.factor.Cols()), p.factor.Slice(2*r, 2*r+1, 0, p.factor.Cols()))
		n := p.factor.Slice(r, 2*r, 0, p.factor.Cols())
		n = n.Mul(along.T()).Mul(along.Mul(along.T()).GeneralizedInverse()).Mul(along)
		p.factor = exact.VStack(along.Slice(0, r, 0, along.Cols()), n, along.Slice(r, r+1, 0, along.Cols()))
		p.cov = p.factor.Mul(p.factor.T())
		out.pops = append(out.pops, p)
	}
	return out
}

// byLeast says what decideLeast decides.
const byLeast = "F and DF of a cubic φ, tr Cov(n φ) of φ = x, moment by moment, of minimal completions"

// decideLeast: the mixture of minimal completions has, moment by moment, the F and the
// DF of the cubic φ of the one given, and no larger tr Cov(n x). A twin completes
// otherwise.
func decideLeast(complete func(*rationalLaw) *rationalLaw) func(generators.MixturePoint) error {
	return func(c generators.MixturePoint) error {
		given, kappa, err := lawAt(c)
		if err != nil {
			return err
		}
		least := complete(given)
		field, slopes, err := given.expectations(kappa)
		if err != nil {
			return err
		}
		other, otherSlopes, err := least.expectations(kappa)
		if err != nil {
			return err
		}
		if err := sameMatrix("F of the completion", other, field); err != nil {
			return err
		}
		if err := sameMatrix("DF of the completion", otherSlopes, slopes); err != nil {
			return err
		}
		for _, fixed := range []bool{false, true} {
			if before, after := given.variance(kappa, fixed), least.variance(kappa, fixed); after.Cmp(before) > 0 {
				return theorems.Violatedf("tr Cov(n x) rises from %v to %v (sizes fixed: %v)", before.RatString(), after.RatString(), fixed)
			}
		}
		return nil
	}
}

// byTarget says what decideTarget decides.
const byTarget = "E‖F_N − T‖² for N = 1 and φ = x, moment by moment"

// decideTarget: of one unit E‖n x − T‖² is ‖E n x − T‖² + tr Cov(n x), T a deviation off;
// the trace is by the formula of M3, times a share that is 1.
func decideTarget(share int64) func(Targeted) error {
	return func(c Targeted) error {
		l, kappa, err := lawAt(c.MixturePoint)
		if err != nil {
			return err
		}
		off := exact.ColumnFloat64(c.Target)
		target := l.meanProduct(kappa).Add(off)
		sum := mul(l.fluctuation(kappa, false, 2), theorems.Rational(float64(share)))
		sum.Add(sum, off.T().Mul(off).At(0, 0))
		if total := l.distance(kappa, target, false); total.Cmp(sum) != 0 {
			return theorems.Violatedf("E‖n x − T‖² = %v, both errors add up to %v", total.RatString(), sum.RatString())
		}
		return nil
	}
}
