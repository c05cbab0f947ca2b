package meanfield

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// rationalLaw is a mixture in rationals. Its mean field is rational for a
// quadratic φ: φ(x) = ¼ + x + ½x², of ⟨φ⟩ = ¼ + μ + ½(μ² + Δ), ⟨φ'⟩ = 1 + μ.
type rationalLaw struct {
	rank int
	pops []rationalPopulation
}

type rationalPopulation struct {
	weight *big.Rat
	mean   *exact.Matrix // of (m, n, I), (2R+1)×1
	cov    *exact.Matrix
	factor *exact.Matrix // L, Σ = L Lᵀ (2R+1 rows); nil where only moments are known
}

func newRationalLaw(c generators.Mixture) (*rationalLaw, error) {
	l := &rationalLaw{rank: c.Rank()}
	total := new(big.Rat)
	for _, share := range c.Shares {
		total.Add(total, theorems.Rational(share))
	}
	for p, share := range c.Shares {
		factor, err := exact.FromFloat64(c.Factor(p))
		if err != nil {
			return nil, err
		}
		weight := new(big.Rat).Quo(theorems.Rational(share), total)
		l.pops = append(l.pops, rationalPopulation{weight, exact.ColumnFloat64(c.Mean(p)), factor.Mul(factor.T()), factor})
	}
	return l, nil
}

func quadratic(mu, delta *big.Rat) (value, prime *big.Rat) {
	half := big.NewRat(1, 2)
	value = new(big.Rat).Mul(mu, mu)
	value.Add(value, delta).Mul(value, half).Add(value, mu).Add(value, big.NewRat(1, 4))
	return value, new(big.Rat).Add(mu, big.NewRat(1, 1))
}

// with returns (κ, 0, 1), of which x is the product with (m, n, I).
func (l *rationalLaw) with(kappa *exact.Matrix) *exact.Matrix {
	return exact.VStack(kappa, exact.Zero(l.rank, 1), exact.Identity(1))
}

func (p rationalPopulation) n(rank int, v *exact.Matrix) *exact.Matrix {
	return v.Slice(rank, 2*rank, 0, v.Cols())
}

// drive returns a_n⟨φ⟩ + c⟨φ'⟩ of a population (R×1).
func (l *rationalLaw) drive(p rationalPopulation, kappa *exact.Matrix) *exact.Matrix {
	with := l.with(kappa)
	moved := p.cov.Mul(with)
	value, prime := quadratic(with.T().Mul(p.mean).At(0, 0), with.T().Mul(moved).At(0, 0))
	return p.n(l.rank, p.mean).Scale(value).Add(p.n(l.rank, moved).Scale(prime))
}

// field returns F(κ) (R×1).
func (l *rationalLaw) field(kappa *exact.Matrix) *exact.Matrix {
	out := exact.Zero(l.rank, 1).Sub(kappa)
	for _, p := range l.pops {
		out = out.Add(l.drive(p, kappa).Scale(p.weight))
	}
	return out
}

// pooled returns the one population that has the mean and the covariance of
// the whole mixture.
func (l *rationalLaw) pooled() *rationalLaw {
	size := 2*l.rank + 1
	mean, second := exact.Zero(size, 1), exact.Zero(size, size)
	for _, p := range l.pops {
		mean = mean.Add(p.mean.Scale(p.weight))
		second = second.Add(p.cov.Add(p.mean.Mul(p.mean.T())).Scale(p.weight))
	}
	one := rationalPopulation{big.NewRat(1, 1), mean, second.Sub(mean.Mul(mean.T())), nil}
	return &rationalLaw{l.rank, []rationalPopulation{one}}
}

// transformed returns the mixture of the loadings T(m, n, I).
func (l *rationalLaw) transformed(t *exact.Matrix) *rationalLaw {
	out := &rationalLaw{rank: l.rank}
	for _, p := range l.pops {
		q := rationalPopulation{p.weight, t.Mul(p.mean), t.Mul(p.cov).Mul(t.T()), nil}
		if p.factor != nil {
			q.factor = t.Mul(p.factor)
		}
		out.pops = append(out.pops, q)
	}
	return out
}

// acting returns diag(A, B, 1), which takes (m, n, I) to (A m, B n, I).
func acting(a, b *exact.Matrix) *exact.Matrix {
	r := a.Rows()
	return exact.VStack(
		exact.HStack(a, exact.Zero(r, r+1)),
		exact.HStack(exact.Zero(r, r), b, exact.Zero(r, 1)),
		exact.HStack(exact.Zero(1, 2*r), exact.Identity(1)))
}
