package conversion

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// jointIsMarkov: with S₁ the covariance of y_1, of (y_1, y_2, y_3) the joint
// determinant is det S₁ (det P)², and the joint quadratic form is
// y_1ᵀS₁⁻¹y_1 + Σ (y_{t+1} − Jy_t)ᵀP⁻¹(y_{t+1} − Jy_t).
func jointIsMarkov(g generic) []certificate.Equation {
	l, s1 := g.recurrent(), g.b.Symmetric("S₁", g.s.N)
	p := g.observed(l.j, l.p, s1)
	var rows [][]certificate.Expr
	for t := range 3 {
		rows = append(rows, make([]certificate.Expr, 3))
		for s := 0; s <= t; s++ {
			at := p
			for range s {
				at = at.next()
			}
			rows[t][s] = at.lag(t - s)
			rows[s][t] = rows[t][s].T()
		}
	}
	joint := g.b.Block(rows)
	y := []certificate.Expr{g.b.Matrix("y₁", g.s.N, 1), g.b.Matrix("y₂", g.s.N, 1), g.b.Matrix("y₃", g.s.N, 1)}
	data := g.b.VStack(y...)
	quadratic := y[0].T().Times(s1.Inverse()).Times(y[0])
	for t := range 2 {
		e := y[t+1].Minus(l.j.Times(y[t]))
		quadratic = quadratic.Plus(e.T().Times(l.p.Inverse()).Times(e))
	}
	return []certificate.Equation{
		joint.Det().Equals(s1.Det().Times(l.p.Det()).Times(l.p.Det())),
		data.T().Times(joint.Inverse()).Times(data).Equals(quadratic),
	}
}

// innovationsAreNoise: Kalman's filter on the converted LDS predicts Jy_t, and
// its innovation covariance is P, from the second observation on.
func innovationsAreNoise(g generic) []certificate.Equation {
	l, s0 := g.recurrent(), g.b.Symmetric("S₀", g.s.N)
	p := g.convertedWhole(l, s0)
	mean, cov := g.b.Zero(g.s.N, 1), p.x
	var equations []certificate.Equation
	for t := range 3 {
		y := g.b.Matrix([]string{"y₁", "y₂", "y₃"}[t], g.s.N, 1)
		innovation := cov.Plus(p.r)
		gain := cov.Times(innovation.Inverse())
		mean = p.a.Times(mean.Plus(gain.Times(y.Minus(mean))))
		cov = p.a.Times(cov.Minus(gain.Times(cov))).Times(p.a.T()).Plus(p.q)
		equations = append(equations, mean.Equals(l.j.Times(y)), cov.Plus(p.r).Equals(l.p))
	}
	return equations
}

// conditionalPseudoDeterminants: N = 1, P = 0, J = ½, Var y_1 = 1: the product
// of conditional pseudo-determinants is 1, the joint one 5/4.
func conditionalPseudoDeterminants() theorems.Witness {
	c := generators.Recurrent{Form: "structured", M: [][]float64{{1}}, N: [][]float64{{0.5}}, PDiag: []float64{0}, Mean: []float64{0}, CovDiag: []float64{4}}
	return theorems.Witness{Without: "the observed numbers have a joint density", Shows: "N = 1, P = 0, J = ½, Var y_1 = 1, T = 2: conditional pseudo-determinants give 1, the joint one is 5/4", Case: c,
		Check: theorems.Decide("pseudo-determinants multiply", generators.Recurrents(exactStartedNetworks()), func(c generators.Recurrent) error {
			r, err := (&network{recurrentNumbers: numbersOfNetwork(c)}).exactly()
			if err != nil {
				return err
			}
			s0, err := rational(c.Cov(), c.Units(), c.Units())
			if err != nil {
				return err
			}
			joint, err := gaussian.ExactRNN{J: r.j, P: r.p, Cov: s0}.Joint(2)
			if err != nil {
				return err
			}
			first := r.j.Mul(s0).Mul(r.j.T()).Add(r.p)
			product := new(big.Rat).Mul(pseudoDeterminant(first), pseudoDeterminant(r.p))
			if got := pseudoDeterminant(joint); got.Cmp(product) != 0 {
				return theorems.Violatedf("the joint pseudo-determinant is %v, the product of conditional ones %v", got.RatString(), product.RatString())
			}
			return nil
		})}
}

// pseudoDeterminant is the product of the eigenvalues that are not 0: up to its
// sign the lowest coefficient of the characteristic polynomial that is not 0.
func pseudoDeterminant(a *exact.Matrix) *big.Rat {
	p, _ := a.CharPoly().StripZeroRoot()
	out := new(big.Rat).Set(p[0])
	if p.Degree()%2 == 1 {
		out.Neg(out)
	}
	return out
}

// exactJoint returns the covariance of (y_1 … y_steps).
func (t *system) exactJoint(steps int) (*exact.Matrix, error) {
	a, c, q, r, err := exactMatrices(t.LatentSystem)
	if err != nil {
		return nil, err
	}
	process := gaussian.ExactLDS{A: a, C: c, Q: q, R: r}
	if t.HasInitial() {
		if process.Cov, err = rational(t.Cov, t.Latents(), t.Latents()); err != nil {
			return nil, err
		}
	}
	return process.Joint(steps)
}

// principal returns the rows and columns with the given indices.
func principal(m *exact.Matrix, index []int) *exact.Matrix {
	return m.Columns(index...).T().Columns(index...)
}
