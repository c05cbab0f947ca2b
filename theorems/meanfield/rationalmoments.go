package meanfield

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// The cubic φ(x) = ¼ + x + ½x² + ⅓x³ has all that the formulas of the mean field
// speak of: a slope, a curvature, and a curvature that changes.

// gaussianAverages are ⟨φ⟩, ⟨φ'⟩, ⟨φ”⟩ and ⟨φ”'⟩ of a φ over N(μ, Δ).
type gaussianAverages func(mu, delta *big.Rat) [4]*big.Rat

// cubicRule is that of the cubic φ.
func cubicRule(mu, delta *big.Rat) [4]*big.Rat {
	square := new(big.Rat).Mul(mu, mu)
	spread := new(big.Rat).Add(square, delta) // ⟨x²⟩
	prime := new(big.Rat).Add(spread, mu)
	prime.Add(prime, big.NewRat(1, 1))
	value := new(big.Rat).Add(big.NewRat(1, 4), mu)
	addProduct(value, spread, big.NewRat(1, 2))
	cube := new(big.Rat).Mul(mu, new(big.Rat).Add(square, mul(big.NewRat(3, 1), delta)))
	addProduct(value, cube, big.NewRat(1, 3))
	bend := new(big.Rat).Add(big.NewRat(1, 1), mul(big.NewRat(2, 1), mu))
	return [4]*big.Rat{value, prime, bend, big.NewRat(2, 1)}
}

// fieldBy is F(κ) (R×1) with averages by a rule.
func (l *rationalLaw) fieldBy(rule gaussianAverages, kappa *exact.Matrix) *exact.Matrix {
	out := exact.Zero(l.rank, 1).Sub(kappa)
	with := l.with(kappa)
	for _, p := range l.pops {
		moved := p.cov.Mul(with)
		a := rule(with.T().Mul(p.mean).At(0, 0), with.T().Mul(moved).At(0, 0))
		out = out.Add(p.n(l.rank, p.mean).Scale(a[0]).Add(p.n(l.rank, moved).Scale(a[1])).Scale(p.weight))
	}
	return out
}

// jacobianBy is DF(κ) (R×R) with averages by a rule.
func (l *rationalLaw) jacobianBy(rule gaussianAverages, kappa *exact.Matrix) *exact.Matrix {
	r := l.rank
	out := exact.Zero(r, r).Sub(exact.Identity(r))
	with := l.with(kappa)
	for _, p := range l.pops {
		moved := p.cov.Mul(with)
		a := rule(with.T().Mul(p.mean).At(0, 0), with.T().Mul(moved).At(0, 0))
		m, g := p.mean.Slice(0, r, 0, 1), moved.Slice(0, r, 0, 1) // ½∇Δ
		d := p.n(r, p.mean).Mul(m.Scale(a[1]).Add(g.Scale(a[2])).T())
		d = d.Add(p.cov.Slice(r, 2*r, 0, r).Scale(a[1]))
		d = d.Add(p.n(r, moved).Mul(m.Scale(a[2]).Add(g.Scale(a[3])).T()))
		out = out.Add(d.Scale(p.weight))
	}
	return out
}

// units are the (m, n, I) of the population.
func (p rationalPopulation) units() gaussian.Normal {
	return gaussian.Normal{Mean: p.mean, Factor: p.factor}
}

// Bounds of what is decided moment by moment: beyond what is drawn, and done within a
// second. mostEntries is of entries of DF, over populations.
const mostRank, mostPopulations, mostEntries = 6, 32, 1000

// expectations are E[n φ(x)] − κ and E[n mᵀφ'(x)] − 1 of the cubic φ, expanded in
// the independent normals behind (m, n, I).
func (l *rationalLaw) expectations(kappa *exact.Matrix) (field, slopes *exact.Matrix, err error) {
	r, with, one := l.rank, l.with(kappa), big.NewRat(1, 1)
	value, prime := []*big.Rat{big.NewRat(1, 4), one, big.NewRat(1, 2), big.NewRat(1, 3)}, []*big.Rat{one, one, one}
	field, slopes = exact.Zero(r, 1).Sub(kappa), exact.Zero(r, r).Sub(exact.Identity(r))
	for _, p := range l.pops {
		x, f, d := p.units().Along(with), make([]*big.Rat, r), make([][]*big.Rat, r)
		for i := range r {
			f[i] = gaussian.MeanOfPolynomial(x, value, p.units().Entry(r+i))
			for k := range r {
				d[i] = append(d[i], gaussian.MeanOfPolynomial(x, prime, p.units().Entry(r+i), p.units().Entry(k)))
			}
		}
		own, err := exact.FromRat(d)
		if err != nil {
			return nil, nil, err
		}
		field, slopes = field.Add(exact.Column(f).Scale(p.weight)), slopes.Add(own.Scale(p.weight))
	}
	return field, slopes, nil
}

// lawAt is the law of an instance that is not too large for its moments, and κ.
func lawAt(c generators.MixturePoint) (*rationalLaw, *exact.Matrix, error) {
	r := c.Rank()
	if r > mostRank || r*r*c.Populations() > mostEntries/4 || len(c.Kappa) != r {
		return nil, nil, theorems.ErrUndecided
	}
	l, err := newRationalLaw(c.Mixture)
	return l, exact.ColumnFloat64(c.Kappa), err
}

// decideMoments: by a rule for averages, F(κ) is E[n φ(x)] − κ and DF(κ) is
// E[n mᵀφ'(x)] − 1: Stein's lemma, μ, Δ and both covariances with x have a part in it.
func decideMoments(rule gaussianAverages) func(generators.MixturePoint) error {
	return func(c generators.MixturePoint) error {
		l, kappa, err := lawAt(c)
		if err != nil {
			return err
		}
		field, slopes, err := l.expectations(kappa)
		if err != nil {
			return err
		}
		if err := sameMatrix("F = E[n φ(x)] − κ", l.fieldBy(rule, kappa), field); err != nil {
			return err
		}
		return sameMatrix("DF = E[n mᵀφ'(x)] − 1", l.jacobianBy(rule, kappa), slopes)
	}
}

// byMoments says what decideMoments decides.
const byMoments = "F and DF of a cubic φ, moment by moment"

// fluctuation is the formula of M3 for φ(x) = x, of ⟨φ²⟩ = μ² + Δ, ⟨(φ²)'⟩ = 2μ and
// ⟨(φ²)”⟩ = 2: tr Cov(n x) over the mixture, or Σ_p α_p tr Cov_p(n x).
func (l *rationalLaw) fluctuation(kappa *exact.Matrix, fixed bool, cross int64) *big.Rat {
	with, second, mean, own := l.with(kappa), new(big.Rat), exact.Zero(l.rank, 1), new(big.Rat)
	square := func(v *exact.Matrix) *big.Rat { return v.T().Mul(v).At(0, 0) }
	for _, p := range l.pops {
		moved := p.cov.Mul(with)
		mu, delta := with.T().Mul(p.mean).At(0, 0), with.T().Mul(moved).At(0, 0)
		a, c := p.n(l.rank, p.mean), p.n(l.rank, moved)
		size := square(a)
		size.Add(size, p.cov.Slice(l.rank, 2*l.rank, l.rank, 2*l.rank).Trace())
		of := new(big.Rat).Mul(size, new(big.Rat).Add(mul(mu, mu), delta))
		addProduct(of, a.T().Mul(c).At(0, 0), mul(big.NewRat(2*cross, 1), mu))
		addProduct(of, square(c), big.NewRat(2, 1))
		addProduct(second, p.weight, of)
		f := a.Scale(mu).Add(c) // E_p n x
		mean = mean.Add(f.Scale(p.weight))
		addProduct(own, p.weight, square(f))
	}
	if fixed {
		return second.Sub(second, own)
	}
	return second.Sub(second, square(mean))
}

// distance is E‖n x − t‖², or Σ_p α_p E_p‖n x − E_p n x − t‖², moment by moment.
func (l *rationalLaw) distance(kappa, t *exact.Matrix, fixed bool) *big.Rat {
	sum := new(big.Rat)
	for _, p := range l.pops {
		x := p.units().Along(l.with(kappa))
		for r := range l.rank {
			n := p.units().Entry(l.rank + r)
			off := t.At(r, 0)
			if fixed {
				off.Add(off, gaussian.MeanOfProduct(n, x))
			}
			of := gaussian.MeanOfProduct(n, n, x, x)
			addProduct(of, mul(big.NewRat(-2, 1), off), gaussian.MeanOfProduct(n, x))
			addProduct(of, off, off)
			addProduct(sum, p.weight, of)
		}
	}
	return sum
}

// meanProduct is E n x.
func (l *rationalLaw) meanProduct(kappa *exact.Matrix) *exact.Matrix {
	mean := exact.Zero(l.rank, 1)
	for _, p := range l.pops {
		x, f := p.units().Along(l.with(kappa)), make([]*big.Rat, l.rank)
		for r := range f {
			f[r] = gaussian.MeanOfProduct(p.units().Entry(l.rank+r), x)
		}
		mean = mean.Add(exact.Column(f).Scale(p.weight))
	}
	return mean
}

// variance is tr Cov(n x), or Σ_p α_p tr Cov_p(n x), moment by moment.
func (l *rationalLaw) variance(kappa *exact.Matrix, fixed bool) *big.Rat {
	if fixed {
		return l.distance(kappa, exact.Zero(l.rank, 1), true)
	}
	return l.distance(kappa, l.meanProduct(kappa), false)
}

// decideFluctuation: the formula of M3 is tr Cov(n x), moment by moment; cross is 2
// of ⟨(φ²)'⟩'s factor 2a_n·c.
func decideFluctuation(cross int64) func(generators.MixturePoint) error {
	return func(c generators.MixturePoint) error {
		l, kappa, err := lawAt(c)
		if err != nil {
			return err
		}
		for _, fixed := range []bool{false, true} {
			if got, want := l.fluctuation(kappa, fixed, cross), l.variance(kappa, fixed); got.Cmp(want) != 0 {
				return theorems.Violatedf("tr Cov(n x) = %v, the formula gives %v (sizes fixed: %v)", want.RatString(), got.RatString(), fixed)
			}
		}
		return nil
	}
}

// byVariances says what decideFluctuation decides.
const byVariances = "tr Cov(n φ) of φ = x, moment by moment"

// bySamples and bySearch say why nothing decides.
const (
	bySamples = "a distribution is judged by samples"
	bySearch  = "zeros of a transcendental field are found by a search"
)
