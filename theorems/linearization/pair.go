package linearization

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// pair is an instance in rationals: W, D, B, and the products whose spectra
// and eigenvectors the statements compare.
type pair struct {
	n         int
	w, d, b   *exact.Matrix
	wd, dw    *exact.Matrix
	tau       []*big.Rat
	tauMatrix *exact.Matrix
}

func newPair(c generators.Pair) (*pair, error) {
	w, err := exact.FromFloat64(c.W)
	if err != nil {
		return nil, err
	}
	d, err := exact.DiagonalFloat64(c.D)
	if err != nil {
		return nil, err
	}
	b, err := exact.FromFloat64(c.B)
	if err != nil {
		return nil, err
	}
	p := &pair{n: len(c.W), d: d, b: b}
	p.connect(w)
	for _, t := range c.Tau {
		p.tau = append(p.tau, theorems.Rational(t))
	}
	p.tauMatrix = exact.Diagonal(p.tau)
	return p, nil
}

// connect sets W and its products with D.
func (p *pair) connect(w *exact.Matrix) { p.w, p.wd, p.dw = w, w.Mul(p.d), p.d.Mul(w) }

// onPairs turns a decision about a pair into a check.
func onPairs(name string, decide func(*pair) error) theorems.Check {
	return theorems.Decide(name, generators.Pairs(6), func(c generators.Pair) error {
		p, err := newPair(c)
		if err != nil {
			return err
		}
		return decide(p)
	}).Visiting("N = 1", "W = 0", "W singular", "W nilpotent", "W defective", "D singular", "D = 0",
		"repeated eigenvalue", "complex spectrum")
}

// exactly turns the decision about a pair into one about W and the slopes of
// a floating-point instance at state x, every float64 being a rational: what
// an abstaining claim escalates to. Slopes are those of the oracle.
func exactly(net generators.Network, x []float64, decide func(*pair) error) error {
	t, err := observe(net, x, 0x1p-53)
	if err != nil {
		return err
	}
	if t.n > 8 {
		return theorems.ErrUndecided // rationals of 53-bit numbers get long
	}
	b := t.b
	if len(net.U) == 0 {
		b = make([][]float64, t.n)
		for i := range b {
			b[i] = []float64{1}
		}
	}
	p, err := newPair(generators.Pair{W: t.w, D: t.d, B: b, Tau: t.tau})
	if err != nil {
		return err
	}
	if net.LowRank() { // W = scale·M Nᵀ without the rounding of its entries
		m, err := exact.FromFloat64(net.M)
		if err != nil {
			return err
		}
		n, err := exact.FromFloat64(net.N)
		if err != nil {
			return err
		}
		p.connect(m.Mul(n.T()).Scale(theorems.Rational(net.Scale)))
	}
	return decide(p)
}

// atPoint escalates a claim about a point to exact arithmetic.
func atPoint(decide func(*pair) error) func(generators.Point) error {
	return func(c generators.Point) error { return exactly(c.Network, c.X, decide) }
}

// invariant is the part of a matrix A on which it is invertible (Fitting):
// columns V of a basis of range Aⁿ, rows Lᵀ of the dual one, A V = V J.
type invariant struct {
	v, l, j *exact.Matrix // V and L are n×k, LᵀV = I
}

// invariantOf splits A off its nilpotent part; every generalized eigenvector
// for μ ≠ 0 is in the span, rational or not.
func invariantOf(a *exact.Matrix) (invariant, error) {
	power := a.Pow(max(1, a.Rows()))
	v, l := power.RangeBasis(), power.T().RangeBasis()
	if v.Cols() == 0 {
		return invariant{v, l, exact.Zero(0, 0)}, nil
	}
	gram, err := l.T().Mul(v).Inverse() // Lᵀ ← (LᵀV)⁻¹Lᵀ
	if err != nil {
		return invariant{}, err
	}
	l = gram.Mul(l.T()).T()
	return invariant{v, l, l.T().Mul(a).Mul(v)}, nil
}

// equal is a Violation naming the formula unless A = B.
func equal(formula string, a, b *exact.Matrix) error {
	if a.Equal(b) {
		return nil
	}
	return theorems.Violatedf("%s: %v against %v", formula, a, b)
}

// squares lists the shapes N = 1 … 16.
func squares() []certificate.Shape {
	var shapes []certificate.Shape
	for n := 1; n <= 16; n++ {
		shapes = append(shapes, certificate.Shape{N: n})
	}
	return shapes
}

// lowRanks lists the shapes 1 ≤ R ≤ N ≤ 16.
func lowRanks() []certificate.Shape {
	var shapes []certificate.Shape
	for n := 1; n <= 16; n++ {
		for r := 1; r <= n; r++ {
			shapes = append(shapes, certificate.Shape{N: n, R: r})
		}
	}
	return shapes
}

// identity is a certificate of equations.
func identity(name string, shapes []certificate.Shape, build func(b *certificate.Builder, s certificate.Shape) []certificate.Equation) theorems.Certificate {
	return theorems.Certificate{Identity: certificate.Identity{Name: name, Build: build}, Shapes: shapes}
}
