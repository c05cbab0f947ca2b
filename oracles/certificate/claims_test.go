package certificate

// Identities that the tests share, true ones and false twins of them.

// identity is one whose single equation or equations are given by build.
func identity(name string, build func(b *Builder, s Shape) []Equation) Identity {
	return Identity{Name: name, Build: build}
}

func network(b *Builder, s Shape) (w, d, tI Expr) {
	return b.Matrix("W", s.N, s.N), b.Diagonal("D", s.N), b.Identity(s.N).Scaled(b.Scalar("t"))
}

// lowRank builds det(tI − M Nᵀ D) and t^power det(tI_R − NᵀDM).
func lowRank(b *Builder, s Shape, power int) []Equation {
	m, n, d, t := b.Matrix("M", s.N, s.R), b.Matrix("N", s.N, s.R), b.Diagonal("D", s.N), b.Scalar("t")
	left := b.Identity(s.N).Scaled(t).Minus(m.Times(n.T()).Times(d)).Det()
	right := b.Identity(s.R).Scaled(t).Minus(n.T().Times(d).Times(m)).Det()
	return []Equation{left.Equals(right.Scaled(t.Pow(power)))}
}

// eigenbasis parametrizes W by an eigenbasis V of WD with eigenvalues J.
func eigenbasis(b *Builder, s Shape) (v, j, d, w, leftX Expr) {
	v, j, d = b.Matrix("V", s.N, s.N), b.Diagonal("J", s.N), b.Diagonal("D", s.N)
	w = v.Times(j).Times(v.Inverse()).Times(d.Inverse())
	return v, j, d, w, v.T().Inverse()
}

var (
	characteristicPolynomials = identity("L2", func(b *Builder, s Shape) []Equation {
		w, d, tI := network(b, s)
		return []Equation{tI.Minus(w.Times(d)).Det().Equals(tI.Minus(d.Times(w)).Det())}
	})
	lowRankPolynomials = identity("L2 low rank", func(b *Builder, s Shape) []Equation { return lowRank(b, s, s.N-s.R) })
	leftEigenvectors   = identity("L4", func(b *Builder, s Shape) []Equation {
		v, j, d, w, leftX := eigenbasis(b, s)
		leftR := w.T().Times(leftX).Times(j.Inverse().T())
		return []Equation{
			w.Times(d).Times(v).Equals(v.Times(j)),
			leftR.T().Times(d).Times(v).Equals(b.Identity(s.N)),
			leftR.T().Times(d).Times(w).Equals(j.Times(leftR.T())),
		}
	})
)

// claim is an identity with a shape to try it in.
type claim struct {
	Identity
	shape Shape
}

func trueClaims() []claim {
	return []claim{
		{characteristicPolynomials, Shape{N: 5}},
		{lowRankPolynomials, Shape{N: 5, R: 2}},
		{lowRankPolynomials, Shape{N: 3, R: 3}},
		{leftEigenvectors, Shape{N: 4}},
		{identity("L9", func(b *Builder, s Shape) []Equation {
			w, d, tI := network(b, s)
			wd, dw := w.Times(d).Minus(tI).Pow(s.K), d.Times(w).Minus(tI).Pow(s.K)
			return []Equation{w.Times(dw).Equals(wd.Times(w)), d.Times(wd).Equals(dw.Times(d))}
		}), Shape{N: 3, K: 5}},
		{identity("S6, stationary", func(b *Builder, s Shape) []Equation {
			m, n, cov := b.Matrix("M", s.N, s.R), b.Matrix("N", s.N, s.R), b.Symmetric("S", s.N)
			j := m.Times(n.T())
			p := cov.Minus(j.Times(cov).Times(j.T()))
			pn := p.Times(n)
			q := pn.Times(n.T().Times(pn).Inverse()).Times(pn.T())
			r := p.Minus(q)
			x := cov.Minus(r)
			return []Equation{
				n.T().Times(r).Equals(b.Zero(s.R, s.N)),
				x.Equals(j.Times(x).Times(j.T()).Plus(q)),
				j.Times(x).Equals(j.Times(cov)),
			}
		}), Shape{N: 4, R: 2}},
		{identity("Sherman–Morrison", func(b *Builder, s Shape) []Equation { return shermanMorrison(b, s, true) }), Shape{N: 4}},
		{identity("Schur complement", func(b *Builder, s Shape) []Equation {
			p, q, r, u := b.Matrix("A", s.N, s.N), b.Matrix("B", s.N, s.R), b.Matrix("C", s.R, s.N), b.Matrix("U", s.R, s.R)
			whole := b.Block([][]Expr{{p, q}, {r, u}})
			return []Equation{
				whole.Det().Equals(u.Minus(r.Times(p.Inverse()).Times(q)).Det().Scaled(p.Det())),
				b.VStack(b.HStack(p, q), b.HStack(r, u)).Equals(whole),
				whole.Slice(0, s.N, s.N, s.N+s.R).Equals(q),
				whole.Column(s.N).Equals(b.VStack(q.Column(0), u.Column(0))),
			}
		}), Shape{N: 3, R: 2}},
		{identity("diagonal matrices commute", func(b *Builder, s Shape) []Equation {
			d, e, p := b.Diagonal("D", s.N), b.Diagonal("E", s.N), b.Symmetric("P", s.N)
			return []Equation{d.Times(e).Equals(e.Times(d)), d.T().Equals(d), p.T().Equals(p)}
		}), Shape{N: 4}},
		{identity("constants", func(b *Builder, s Shape) []Equation {
			c := b.Constant([][]int64{{1, 2}, {3, 4}})
			return []Equation{
				c.Det().Equals(b.Integer(-2)),
				c.Inverse().Scaled(b.Integer(2)).Equals(b.Constant([][]int64{{-4, 2}, {3, -1}})),
				c.Pow(0).Equals(b.Identity(2)),
				b.Matrix("empty", 0, 0).Det().Equals(b.Integer(1)),
				b.Matrix("M", 2, 0).Times(b.Matrix("N", 0, 2)).Equals(b.Zero(2, 2)),
			}
		}), Shape{}},
	}
}

func shermanMorrison(b *Builder, s Shape, right bool) []Equation {
	a, u, v := b.Matrix("A", s.N, s.N), b.Matrix("u", s.N, 1), b.Matrix("v", s.N, 1)
	inverse := a.Inverse()
	scalar := b.Integer(1).Plus(v.T().Times(inverse).Times(u)).Inverse()
	correction := inverse.Times(u).Times(v.T()).Times(inverse).Scaled(scalar)
	whole := a.Plus(u.Times(v.T())).Inverse()
	if right {
		return []Equation{whole.Equals(inverse.Minus(correction))}
	}
	return []Equation{whole.Equals(inverse.Plus(correction))}
}

func falseTwins() []claim {
	return []claim{
		{identity("D twice", func(b *Builder, s Shape) []Equation {
			w, d, tI := network(b, s)
			return []Equation{tI.Minus(w.Times(d)).Det().Equals(tI.Minus(w.Times(d).Times(d)).Det())}
		}), Shape{N: 1}},
		{identity("WD = DW", func(b *Builder, s Shape) []Equation {
			w, d, _ := network(b, s)
			return []Equation{w.Times(d).Equals(d.Times(w))}
		}), Shape{N: 2}},
		{identity("N−2R for N−R", func(b *Builder, s Shape) []Equation { return lowRank(b, s, s.N-2*s.R) }), Shape{N: 4, R: 2}},
		{identity("D dropped", func(b *Builder, s Shape) []Equation {
			m, n, d, t := b.Matrix("M", s.N, s.R), b.Matrix("N", s.N, s.R), b.Diagonal("D", s.N), b.Scalar("t")
			left := b.Identity(s.N).Scaled(t).Minus(m.Times(n.T()).Times(d)).Det()
			right := b.Identity(s.R).Scaled(t).Minus(n.T().Times(m)).Det()
			return []Equation{left.Equals(right.Scaled(t.Pow(s.N - s.R)))}
		}), Shape{N: 3, R: 1}},
		{identity("left eigenvectors without 1/μ", func(b *Builder, s Shape) []Equation {
			v, _, d, w, leftX := eigenbasis(b, s)
			return []Equation{w.T().Times(leftX).T().Times(d).Times(v).Equals(b.Identity(s.N))}
		}), Shape{N: 1}},
		{identity("right eigenvectors are the same", func(b *Builder, s Shape) []Equation {
			v, j, d, w, _ := eigenbasis(b, s)
			return []Equation{d.Times(w).Times(v).Equals(v.Times(j))}
		}), Shape{N: 2}},
		{identity("intertwined by D instead of W", func(b *Builder, s Shape) []Equation {
			w, d, tI := network(b, s)
			return []Equation{d.Times(d.Times(w).Minus(tI).Pow(s.K)).Equals(w.Times(d).Minus(tI).Pow(s.K).Times(d))}
		}), Shape{N: 2, K: 1}},
		{identity("Sherman–Morrison with the other sign", func(b *Builder, s Shape) []Equation {
			return shermanMorrison(b, s, false)
		}), Shape{N: 2}},
		{identity("only the last of many entries", func(b *Builder, s Shape) []Equation {
			w, d, _ := network(b, s)
			last := make([][]int64, s.N)
			for i := range last {
				last[i] = make([]int64, s.N)
			}
			last[s.N-1][s.N-1] = 1
			return []Equation{w.Equals(w), w.Plus(d).Equals(d.Plus(w).Plus(b.Constant(last)))}
		}), Shape{N: 4}},
		{identity("generic matrices are symmetric", func(b *Builder, s Shape) []Equation {
			w, _, _ := network(b, s)
			return []Equation{w.T().Equals(w)}
		}), Shape{N: 2}},
		{identity("the inverse of a product, not reversed", func(b *Builder, s Shape) []Equation {
			v, w := b.Matrix("V", s.N, s.N), b.Matrix("W", s.N, s.N)
			return []Equation{v.Times(w).Inverse().Equals(v.Inverse().Times(w.Inverse()))}
		}), Shape{N: 2}},
	}
}
