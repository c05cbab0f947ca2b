package conversion

import (
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/theorems"
)

// Certificates speak of generic matrices. A stationary law is parametrized
// from behind: S generic and symmetric, P := S − J S Jᵀ. What holds for generic
// matrices holds for those that are stable and whose P is positive semidefinite.

const horizon = 4 // observations y_1 … y_T of a certificate about laws

// process is a linear Gaussian process in state-space form, generic: state
// covariance x at the first observation.
type process struct{ a, c, q, r, x certificate.Expr }

// next returns the process that starts one observation later.
func (p process) next() process {
	p.x = p.a.Times(p.x).Times(p.a.T()).Plus(p.q)
	return p
}

// lag returns Cov(y_{1+k}, y_1) = C A^k X Cᵀ, and R more for k = 0.
func (p process) lag(k int) certificate.Expr {
	lambda := p.c.Times(p.a.Pow(k)).Times(p.x).Times(p.c.T())
	if k == 0 {
		return lambda.Plus(p.r)
	}
	return lambda
}

// sameLaw says that two processes have one joint covariance of y_1 … y_steps.
func sameLaw(p, q process, steps int) []certificate.Equation {
	var equations []certificate.Equation
	for t := range steps {
		for k := range steps - t {
			equations = append(equations, p.lag(k).Equals(q.lag(k)))
		}
		p, q = p.next(), q.next()
	}
	return equations
}

// generic is a family of leaves for shapes N, R, K.
type generic struct {
	b *certificate.Builder
	s certificate.Shape
}

// stationaryLDS has generic A, C, R_v and V, and Q = V − A V Aᵀ.
func (g generic) stationaryLDS() process {
	a, v := g.b.Matrix("A", g.s.K, g.s.K), g.b.Symmetric("V", g.s.K)
	return process{a, g.b.Matrix("C", g.s.N, g.s.K), v.Minus(a.Times(v).Times(a.T())), g.b.Symmetric("R", g.s.N), v}
}

// startedLDS has generic A, C, Q, R_v, and covariance X of x_1.
func (g generic) startedLDS() process {
	return process{g.b.Matrix("A", g.s.K, g.s.K), g.b.Matrix("C", g.s.N, g.s.K), g.b.Symmetric("Q", g.s.K), g.b.Symmetric("R", g.s.N), g.b.Symmetric("X", g.s.K)}
}

// observed is the network itself as a process that is its own state, with the
// covariance s of y_1.
func (g generic) observed(j, p, s certificate.Expr) process {
	return process{j, g.b.Identity(g.s.N), p, g.b.Zero(g.s.N, g.s.N), s}
}

// matched returns Λ_0, the gain V CᵀΛ_0⁻¹, Σ, J and P of the first-order match.
func (p process) matched() (lambda0, gain, posterior, j, noise certificate.Expr) {
	lambda0 = p.lag(0)
	gain = p.x.Times(p.c.T()).Times(lambda0.Inverse())
	posterior = p.x.Minus(gain.Times(p.c).Times(p.x))
	j = p.lag(1).Times(lambda0.Inverse())
	noise = p.next().lag(0).Minus(j.Times(lambda0).Times(j.T()))
	return lambda0, gain, posterior, j, noise
}

// recurrentLeaves are loadings M, N and noise P, J = M Nᵀ, G = NᵀPN.
type recurrentLeaves struct{ m, n, p, j, g, reduced certificate.Expr }

func (g generic) recurrent() recurrentLeaves {
	m, n, p := g.b.Matrix("M", g.s.N, g.s.R), g.b.Matrix("N", g.s.N, g.s.R), g.b.Symmetric("P", g.s.N)
	return recurrentLeavesOf(m, n, p)
}

func recurrentLeavesOf(m, n, p certificate.Expr) recurrentLeaves {
	gram := n.T().Times(p).Times(n)
	pn := p.Times(n)
	return recurrentLeaves{m, n, p, m.Times(n.T()), gram, p.Minus(pn.Times(gram.Inverse()).Times(pn.T()))}
}

// stationaryRecurrent has a generic stationary covariance S, P = S − J S Jᵀ.
func (g generic) stationaryRecurrent() (leaves recurrentLeaves, s certificate.Expr) {
	m, n, s := g.b.Matrix("M", g.s.N, g.s.R), g.b.Matrix("N", g.s.N, g.s.R), g.b.Symmetric("S", g.s.N)
	j := m.Times(n.T())
	return recurrentLeavesOf(m, n, s.Minus(j.Times(s).Times(j.T()))), s
}

// converted is the LDS of S6 in the basis [M, PN]: A = [[NᵀM, G], [0, 0]],
// C = [M, PN], Q = diag(0, G⁻¹), R_v = P − P N G⁻¹ NᵀP, and NᵀS₀N beside G⁻¹
// as covariance of x_1 for a covariance S₀ of y_0.
func (g generic) converted(l recurrentLeaves, s0 certificate.Expr) process {
	r := g.s.R
	zero := g.b.Zero(r, r)
	inverse := l.g.Inverse()
	return process{
		a: g.b.Block([][]certificate.Expr{{l.n.T().Times(l.m), l.g}, {zero, zero}}),
		c: g.b.HStack(l.m, l.p.Times(l.n)),
		q: g.b.Block([][]certificate.Expr{{zero, zero}, {zero, inverse}}),
		r: l.reduced,
		x: g.b.Block([][]certificate.Expr{{l.n.T().Times(s0).Times(l.n), zero}, {zero, inverse}}),
	}
}

// convertedWhole is the LDS of S6 with all of space as range U: A = J, C = I.
func (g generic) convertedWhole(l recurrentLeaves, s0 certificate.Expr) process {
	drive := l.p.Minus(l.reduced)
	return process{l.j, g.b.Identity(g.s.N), drive, l.reduced, l.j.Times(s0).Times(l.j.T()).Plus(drive)}
}

// identity is a certificate of equations.
func identity(name string, shapes []certificate.Shape, build func(g generic) []certificate.Equation) theorems.Certificate {
	return theorems.Certificate{Shapes: shapes, Identity: certificate.Identity{Name: name,
		Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation { return build(generic{b, s}) }}}
}

// minors is a certificate that a matrix has generically at least some rank.
func minors(name string, shapes []certificate.Shape, atLeast func(certificate.Shape) int, build func(g generic) certificate.Expr) theorems.Certificate {
	return theorems.Certificate{Shapes: shapes, Rank: &certificate.RankClaim{Name: name, AtLeast: atLeast,
		Build: func(b *certificate.Builder, s certificate.Shape) certificate.Expr { return build(generic{b, s}) }}}
}

// falseTwin is a twin about the statement: a certificate that must not be one.
func falseTwin(name, mistake string, c theorems.Certificate) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, FalseIdentity: &c}
}

// latentShapes lists N ≤ 8, K ≤ 4.
func latentShapes() []certificate.Shape {
	var shapes []certificate.Shape
	for n := 1; n <= 8; n++ {
		for k := 1; k <= 4; k++ {
			shapes = append(shapes, certificate.Shape{N: n, K: k, T: horizon})
		}
	}
	return shapes
}

// injectiveShapes lists K ≤ min(N, 4), N ≤ 8.
func injectiveShapes() []certificate.Shape {
	return kept(latentShapes(), func(s certificate.Shape) bool { return s.K <= s.N })
}

// recurrentShapes lists R ≤ min(N, 4), N ≤ 8.
func recurrentShapes() []certificate.Shape {
	var shapes []certificate.Shape
	for n := 1; n <= 8; n++ {
		for r := 1; r <= min(n, 4); r++ {
			shapes = append(shapes, certificate.Shape{N: n, R: r, T: horizon})
		}
	}
	return shapes
}

func kept(shapes []certificate.Shape, keep func(certificate.Shape) bool) []certificate.Shape {
	var out []certificate.Shape
	for _, s := range shapes {
		if keep(s) {
			out = append(out, s)
		}
	}
	return out
}
