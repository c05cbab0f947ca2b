package bridges

import (
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/theorems"
)

// leaves are the generic matrices of a network: loadings M, N (N×R), slopes D,
// noise P, and the covariance S₀ of the deviation at t = 0. What holds for
// generic matrices holds for those that are covariances.
type leaves struct {
	b              *certificate.Builder
	s              certificate.Shape
	m, n, d, p, s0 certificate.Expr
}

// observed is a linear process in state-space form, with the state covariance x
// at the first observation.
type observed struct{ a, c, q, r, x certificate.Expr }

func (g leaves) w() certificate.Expr { return g.m.Times(g.n.T()) }

// recurrent is y_{t+1} = M Nᵀ y_t + ε_t itself.
func (g leaves) recurrent(m, n, p, s0 certificate.Expr) observed {
	j := m.Times(n.T())
	return observed{j, g.b.Identity(g.s.N), p, g.b.Zero(g.s.N, g.s.N), j.Times(s0).Times(j.T()).Plus(p)}
}

// split is the LDS of S6 in the basis [M, PN]: A = [[NᵀM, G], [0, 0]], C = [M,
// PN], Q = diag(0, G⁻¹), R_v = P − P N G⁻¹ NᵀP, G = NᵀPN.
func (g leaves) split(m, n, p, s0 certificate.Expr) observed {
	pn, zero := p.Times(n), g.b.Zero(g.s.R, g.s.R)
	gram := n.T().Times(pn)
	inverse := gram.Inverse()
	return observed{
		a: g.b.Block([][]certificate.Expr{{n.T().Times(m), gram}, {zero, zero}}),
		c: g.b.HStack(m, pn),
		q: g.b.Block([][]certificate.Expr{{zero, zero}, {zero, inverse}}),
		r: p.Minus(pn.Times(inverse).Times(pn.T())),
		x: g.b.Block([][]certificate.Expr{{n.T().Times(s0).Times(n), zero}, {zero, inverse}}),
	}
}

// through reads a process through W.
func (o observed) through(w certificate.Expr) observed {
	o.c, o.r = w.Times(o.c), w.Times(o.r).Times(w.T())
	return o
}

const jointSteps = 4 // observations of a certificate about laws

// sameJointLaw says that two processes have one joint covariance of y_1 … y_4.
func sameJointLaw(p, q observed) []certificate.Equation {
	var equations []certificate.Equation
	lag := func(o observed, k int) certificate.Expr {
		lambda := o.c.Times(o.a.Pow(k)).Times(o.x).Times(o.c.T())
		if k == 0 {
			return lambda.Plus(o.r)
		}
		return lambda
	}
	next := func(o observed) observed {
		o.x = o.a.Times(o.x).Times(o.a.T()).Plus(o.q)
		return o
	}
	for t := range jointSteps {
		for k := range jointSteps - t {
			equations = append(equations, lag(p, k).Equals(lag(q, k)))
		}
		p, q = next(p), next(q)
	}
	return equations
}

// bridgeShapes lists R ≤ min(N, 3), N ≤ 6.
func bridgeShapes() []certificate.Shape {
	var shapes []certificate.Shape
	for n := 1; n <= 6; n++ {
		for r := 1; r <= min(n, 3); r++ {
			shapes = append(shapes, certificate.Shape{N: n, R: r, T: jointSteps})
		}
	}
	return shapes
}

func leavesOf(b *certificate.Builder, s certificate.Shape) leaves {
	return leaves{b, s, b.Matrix("M", s.N, s.R), b.Matrix("N", s.N, s.R), b.Diagonal("D", s.N), b.Symmetric("P", s.N), b.Symmetric("S₀", s.N)}
}

func bridgeIdentity(name string, build func(g leaves) []certificate.Equation) theorems.Certificate {
	return theorems.Certificate{Shapes: bridgeShapes(), Identity: certificate.Identity{Name: name,
		Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation { return build(leavesOf(b, s)) }}}
}

func bridgeRank(name string, build func(g leaves) certificate.Expr, atLeast func(certificate.Shape) int) theorems.Certificate {
	return theorems.Certificate{Shapes: bridgeShapes(), Rank: &certificate.RankClaim{Name: name, AtLeast: atLeast,
		Build: func(b *certificate.Builder, s certificate.Shape) certificate.Expr { return build(leavesOf(b, s)) }}}
}

// twinOf is a certificate that must not be one, at two shapes of room.
func twinOf(c theorems.Certificate) *theorems.Certificate {
	c.Shapes = []certificate.Shape{{N: 4, R: 1, T: jointSteps}, {N: 5, R: 2, T: jointSteps}}
	return &c
}
