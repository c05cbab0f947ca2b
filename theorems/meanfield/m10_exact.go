package meanfield

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// imageRule says which maps take m and n to the image of number k under Q, nil
// for none; first is the reflection of the first latent.
type imageRule func(q, first *exact.Matrix, k int) (m, n *exact.Matrix)

func rightImage(q, _ *exact.Matrix, _ int) (m, n *exact.Matrix) { return q, q }

// rationalTurn is a rotation by 3-4-5 in the first two latents.
func rationalTurn(rank int) *exact.Matrix {
	if rank == 1 {
		return exact.Identity(1)
	}
	c := exact.FromInt64([][]int64{{3, -4}, {4, 3}}).Scale(big.NewRat(1, 5))
	return exact.VStack(exact.HStack(c, exact.Zero(2, rank-2)), exact.HStack(exact.Zero(rank-2, 2), exact.Identity(rank-2)))
}

// decideSymmetry: the mixture of all images of the listed populations by a rule
// has, for a quadratic φ, F(Qκ) = Q F(κ) for every Q of the group. The group is
// one of signed permutations, in turned coordinates.
func decideSymmetry(rule imageRule) func(generators.Symmetric) error {
	return func(c generators.Symmetric) error {
		listed, err := newRationalLaw(c.Mixture)
		if err != nil {
			return err
		}
		turn := rationalTurn(c.Rank())
		first := exact.Identity(c.Rank())
		e0 := first.Columns(0)
		first = first.Sub(e0.Mul(e0.T()).Scale(big.NewRat(2, 1)))
		var group []*exact.Matrix
		whole := &rationalLaw{rank: c.Rank()}
		share := big.NewRat(1, int64(len(c.Elements())))
		for k, rows := range c.Elements() {
			q, err := exact.FromFloat64(rows)
			if err != nil {
				return err
			}
			q = turn.Mul(q).Mul(turn.T())
			group = append(group, q)
			m, n := rule(q, first, k)
			if m == nil {
				continue
			}
			for _, p := range listed.transformed(acting(m, n)).pops {
				p.weight = new(big.Rat).Mul(p.weight, share)
				whole.pops = append(whole.pops, p)
			}
		}
		kappa := exact.ColumnFloat64(c.Kappa)
		before := whole.field(kappa)
		for _, k := range []int{1, len(group) - 1} {
			if err := sameMatrix("F(Qκ) = Q F(κ)", whole.field(group[k].Mul(kappa)), group[k].Mul(before)); err != nil {
				return err
			}
		}
		return nil
	}
}

// falseImage is a rule of images that must be refuted.
func falseImage(name, mistake string, rule imageRule) theorems.Twin {
	signed := generators.Symmetrics(generators.MixtureOptions{Nonlinearity: []string{"identity"}, MaxPopulations: 1}, true)
	return theorems.Twin{Name: name, Mistake: mistake, False: []theorems.Check{theorems.Decide(name, signed, decideSymmetry(rule))}}
}

// populationLeaves is the moments of a population as indeterminates, and its
// averages at one κ.
type populationLeaves struct {
	am, an, ai, mm, nm, mi, ni, ii, value, prime certificate.Expr
}

func newPopulationLeaves(b *certificate.Builder, r int) populationLeaves {
	return populationLeaves{b.Matrix("a_m", r, 1), b.Matrix("a_n", r, 1), b.Scalar("a_I"), b.Symmetric("Σ_mm", r), b.Matrix("Σ_nm", r, r),
		b.Matrix("Σ_mI", r, 1), b.Matrix("Σ_nI", r, 1), b.Scalar("Σ_II"), b.Scalar("⟨φ⟩"), b.Scalar("⟨φ'⟩")}
}

// image is the population of (Q m, Q n, I).
func (p populationLeaves) image(q certificate.Expr) populationLeaves {
	p.am, p.an = q.Times(p.am), q.Times(p.an)
	p.mm, p.nm = q.Times(p.mm).Times(q.T()), q.Times(p.nm).Times(q.T())
	p.mi, p.ni = q.Times(p.mi), q.Times(p.ni)
	return p
}

func (p populationLeaves) mu(kappa certificate.Expr) certificate.Expr {
	return p.am.T().Times(kappa).Plus(p.ai)
}

func (p populationLeaves) delta(b *certificate.Builder, kappa certificate.Expr) certificate.Expr {
	return kappa.T().Times(p.mm).Times(kappa).Plus(kappa.T().Times(p.mi).Scaled(b.Integer(2))).Plus(p.ii)
}

func (p populationLeaves) drive(kappa, value, prime certificate.Expr) certificate.Expr {
	return p.an.Scaled(value).Plus(p.nm.Times(kappa).Plus(p.ni).Scaled(prime))
}

// imageEquations: μ and Δ of the image at Qκ are those of the original at κ, so
// that ⟨φ⟩ and ⟨φ'⟩ are, and what it contributes is Q times that.
func imageEquations(anyMap bool) func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
	return func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
		one, x := b.Identity(s.R), b.Matrix("X", s.R, s.R)
		skew := x.Minus(x.T())
		q := one.Minus(skew).Times(one.Plus(skew).Inverse())
		if anyMap {
			q = x
		}
		p, kappa := newPopulationLeaves(b, s.R), b.Matrix("κ", s.R, 1)
		at, image := q.Times(kappa), p.image(q)
		return []certificate.Equation{
			image.mu(at).Equals(p.mu(kappa)),
			image.delta(b, at).Equals(p.delta(b, kappa)),
			image.drive(at, p.value, p.prime).Equals(q.Times(p.drive(kappa, p.value, p.prime))),
		}
	}
}

// pairEquations: a population and its image under a reflection, of one weight.
// At κ their averages are (⟨φ⟩, ⟨φ'⟩) and (⟨φ⟩₂, ⟨φ'⟩₂); at Qκ, as μ and Δ show,
// the other way round.
func pairEquations(invariant bool) func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
	return func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
		v := b.Matrix("v", s.R, 1)
		q := b.Identity(s.R).Minus(v.Times(v.T()).Scaled(b.Integer(2).Times(v.T().Times(v).Inverse())))
		p, kappa, weight := newPopulationLeaves(b, s.R), b.Matrix("κ", s.R, 1), b.Scalar("α")
		value2, prime2 := b.Scalar("⟨φ⟩₂"), b.Scalar("⟨φ'⟩₂")
		at, image := q.Times(kappa), p.image(q)
		field := p.drive(kappa, p.value, p.prime).Plus(image.drive(kappa, value2, prime2)).Scaled(weight).Minus(kappa)
		there := p.drive(at, value2, prime2).Plus(image.drive(at, p.value, p.prime)).Scaled(weight).Minus(at)
		if !invariant {
			field = q.Times(field)
		}
		return []certificate.Equation{
			there.Equals(field),
			image.mu(at).Equals(p.mu(kappa)), p.mu(at).Equals(image.mu(kappa)),
			image.delta(b, at).Equals(p.delta(b, kappa)), p.delta(b, at).Equals(image.delta(b, kappa)),
		}
	}
}

// pairWitness decides F(Qκ) = Q F(κ) for Q = −1, or a given map, at R = 1 or 2,
// of the mixture that an instance lists in full.
func pairWitness(without, shows string, c generators.MixturePoint, q *exact.Matrix) theorems.Witness {
	points := generators.MixturePoints(generators.MixtureOptions{Nonlinearity: []string{"identity"}})
	return theorems.Witness{Without: without, Shows: shows, Case: c,
		Check: theorems.Decide("F(Qκ) = Q F(κ)", points, func(c generators.MixturePoint) error {
			l, err := newRationalLaw(c.Mixture)
			if err != nil {
				return err
			}
			kappa := exact.ColumnFloat64(c.Kappa)
			return sameMatrix("F(Qκ) = Q F(κ)", l.field(q.Mul(kappa)), q.Mul(l.field(kappa)))
		})}
}

func points(shares []float64, at [][]float64, in []float64) generators.MixturePoint {
	c := generators.MixturePoint{Mixture: generators.Mixture{Nonlinearity: "identity", Shares: shares, MeanM: at, MeanN: at, MeanI: in}}
	c.Kappa = make([]float64, len(at[0]))
	c.Kappa[0] = 1
	return c
}

// stretchingIsNoSymmetry: Q = [[0, 2], [½, 0]] is its own inverse and permutes
// the points (2, 0) and (0, 1).
func stretchingIsNoSymmetry() theorems.Witness {
	q := exact.FromInt64([][]int64{{0, 4}, {1, 0}}).Scale(big.NewRat(1, 2))
	return pairWitness("Q is orthogonal", "φ = ¼ + x + ½x², Q = [[0, 2], [½, 0]], points at (2, 0) and Q(2, 0) = (0, 1): F(Q(1, 0)) ≠ Q F(1, 0)",
		points([]float64{1, 1}, [][]float64{{2, 0}, {0, 1}}, []float64{0, 0}), q)
}

// unequalWeightsBreakSymmetry: points at ±1 with weights ¾ and ¼.
func unequalWeightsBreakSymmetry() theorems.Witness {
	return pairWitness("weights are equal along each orbit", "φ = ¼ + x + ½x², points at ±1 of weights ¾, ¼: F(−1) ≠ −F(1)",
		points([]float64{3, 1}, [][]float64{{1}, {-1}}, []float64{0, 0}), exact.FromInt64([][]int64{{-1}}))
}

// ownInputsBreakSymmetry: points at ±1 with inputs 1 and −1: a_I is not
// carried along but changes sign with m.
func ownInputsBreakSymmetry() theorems.Witness {
	return pairWitness("a_I is carried along", "φ = ¼ + x + ½x², points at ±1 of inputs ±1: F(−1) ≠ −F(1)",
		points([]float64{1, 1}, [][]float64{{1}, {-1}}, []float64{1, -1}), exact.FromInt64([][]int64{{-1}}))
}
