package meanfield

import (
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// withAcross is the mixture with the larger Σ_mm, across κ without a rounding.
func (l *rationalLaw) withAcross(c generators.Embellished) *rationalLaw {
	out := &rationalLaw{rank: l.rank}
	for p, pop := range l.pops {
		column := make([]*big.Rat, 2*l.rank+1)
		for i := range column {
			column[i] = new(big.Rat)
		}
		if i, j := p%l.rank, (p+1)%l.rank; i != j {
			scale := theorems.Rational(c.Across[p])
			column[i].Mul(scale, theorems.Rational(c.Kappa[j]))
			column[j].Mul(scale, theorems.Rational(-c.Kappa[i]))
		}
		pop.factor = exact.HStack(pop.factor, exact.Column(column))
		pop.cov = pop.factor.Mul(pop.factor.T())
		out.pops = append(out.pops, pop)
	}
	return out
}

// decideKept: with a part of n beside, E[n φ] and E[n mᵀφ'] of the cubic φ are, moment
// by moment, what the formulas say of the mixture without it; with a part of m
// across κ E[n φ] is. A twin takes the moments of other populations.
func decideKept(of func(*rationalLaw) *rationalLaw) func(generators.Embellished) error {
	return func(c generators.Embellished) error {
		plain, kappa, err := lawAt(c.MixturePoint)
		if err != nil {
			return err
		}
		more, err := newRationalLaw(c.WithBeside())
		if err != nil {
			return err
		}
		formula := of(plain)
		field, slopes, err := more.expectations(kappa)
		if err != nil {
			return err
		}
		if err := sameMatrix("F with a larger Σ_nn", field, formula.fieldBy(cubicRule, kappa)); err != nil {
			return err
		}
		if err := sameMatrix("DF with a larger Σ_nn", slopes, formula.jacobianBy(cubicRule, kappa)); err != nil {
			return err
		}
		if field, _, err = plain.withAcross(c).expectations(kappa); err != nil {
			return err
		}
		return sameMatrix("F with a Σ_mm of the same Δ", field, formula.fieldBy(cubicRule, kappa))
	}
}

// asGiven is no twin.
func asGiven(l *rationalLaw) *rationalLaw { return l }

// decideApart: E[n φ] over all units, moment by moment, is the sum of the α_p(F_p + κ),
// each by the formula of its own population.
func decideApart(weight func(alpha *big.Rat, populations int) *big.Rat) func(generators.MixturePoint) error {
	return func(c generators.MixturePoint) error {
		whole, kappa, err := lawAt(c)
		if err != nil {
			return err
		}
		field, _, err := whole.expectations(kappa)
		if err != nil {
			return err
		}
		sum := exact.Zero(whole.rank, 1)
		for p, pop := range whole.pops {
			alone, err := newRationalLaw(c.Alone(p))
			if err != nil {
				return err
			}
			sum = sum.Add(alone.fieldBy(cubicRule, kappa).Add(kappa).Scale(weight(pop.weight, len(whole.pops))))
		}
		return sameMatrix("F + κ = Σ α_p(F_p + κ)", field.Add(kappa), sum)
	}
}

func ownWeight(alpha *big.Rat, _ int) *big.Rat { return alpha }

// orthogonal returns a map of a group if it is a signed permutation, and otherwise
// the rational rotation or reflection of the plane next to it, by the tangent of half
// its angle.
func orthogonal(rows [][]float64) (*exact.Matrix, error) {
	q, err := exact.FromFloat64(rows)
	if err != nil || q.Mul(q.T()).Equal(exact.Identity(q.Rows())) {
		return q, err
	}
	if q.Rows() != 2 {
		return nil, theorems.ErrUndecided
	}
	c, s, sign := rows[0][0], rows[1][0], big.NewRat(1, 1)
	if c < 0 { // −Q is nearer to 1
		c, s, sign = -c, -s, big.NewRat(-1, 1)
	}
	t := theorems.Rational(s / (1 + c))
	square := mul(t, t)
	inverse := new(big.Rat).Inv(new(big.Rat).Add(big.NewRat(1, 1), square))
	cos, sin := mul(new(big.Rat).Sub(big.NewRat(1, 1), square), inverse, sign), mul(big.NewRat(2, 1), t, inverse, sign)
	other := mul(big.NewRat(-1, 1), sin)
	turn, err := exact.FromRat([][]*big.Rat{{cos, other}, {sin, cos}})
	if err != nil {
		return nil, err
	}
	if q.Det().Sign() < 0 {
		turn = turn.Mul(exact.FromInt64([][]int64{{1, 0}, {0, -1}}))
	}
	near := turn.Sub(q).NormInf()
	if near.Cmp(theorems.Rational(math.Exp2(-40))) > 0 {
		return nil, theorems.ErrUndecided // Q is not orthogonal
	}
	return turn, nil
}

// decideImages: what the image of a population contributes at Qκ, by the moments of
// the cubic φ, is Q times what the population does at κ by the formulas, to F and to
// DF: so that the sum over an orbit, which Q permutes, is turned.
func decideImages(rule imageRule) func(generators.Symmetric) error {
	return func(c generators.Symmetric) error {
		l, kappa, err := lawAt(c.MixturePoint)
		if err != nil {
			return err
		}
		if l.rank*l.rank*len(l.pops)*len(c.Elements()) > mostEntries {
			return theorems.ErrUndecided
		}
		first := exact.Identity(l.rank)
		e0 := first.Columns(0)
		first = first.Sub(e0.Mul(e0.T()).Scale(big.NewRat(2, 1)))
		field, slopes := l.fieldBy(cubicRule, kappa), l.jacobianBy(cubicRule, kappa)
		for k, rows := range c.Elements() {
			q, err := orthogonal(rows)
			if err != nil {
				return err
			}
			m, n := rule(q, first, k)
			if m == nil {
				continue
			}
			there, slope, err := l.transformed(acting(m, n)).expectations(q.Mul(kappa))
			if err != nil {
				return err
			}
			if err := sameMatrix("F of the image at Qκ = Q F(κ)", there, q.Mul(field)); err != nil {
				return err
			}
			if err := sameMatrix("DF of the image at Qκ = Q DF(κ) Qᵀ", slope, q.Mul(slopes).Mul(q.T())); err != nil {
				return err
			}
		}
		return nil
	}
}

// byImages says what decideImages decides.
const byImages = "what an image contributes at Qκ, of a cubic φ, for a rational Q next to each of the group"
