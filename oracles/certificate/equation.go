package certificate

import (
	"fmt"
	"strings"
)

// Shape is the sizes that a claim is made for. Which of them a claim uses, and for what, is its own affair; by the
// conventions of this module they are the units, the rank, the latent dimension and the time steps.
type Shape struct{ N, R, K, T int }

// String names the sizes that are not zero, as in N=4 R=2.
func (s Shape) String() string {
	var parts []string
	for _, size := range []struct {
		name  string
		value int
	}{{"N", s.N}, {"R", s.R}, {"K", s.K}, {"T", s.T}} {
		if size.value != 0 {
			parts = append(parts, fmt.Sprintf("%s=%d", size.name, size.value))
		}
	}
	if len(parts) == 0 {
		return "N=0"
	}
	return strings.Join(parts, " ")
}

// Equation says that two matrices of the same shape are equal.
type Equation struct{ Left, Right Expr }

// Equals returns the equation A = B. It panics if the shapes differ.
func (e Expr) Equals(other Expr) Equation {
	e.sameShape(other, "cannot equate")
	return Equation{e, other}
}

// String returns both sides, as in det(A·B) = det(B·A).
func (q Equation) String() string { return q.Left.String() + " = " + q.Right.String() }

// system is a list of equations, all to be tested at one point.
type system []Equation

// roots lists both sides of all equations.
func (equations system) roots() []*node {
	var roots []*node
	for _, q := range equations {
		q.Left.sameShape(q.Right, "cannot equate")
		roots = append(roots, q.Left.node, q.Right.node)
	}
	return roots
}

// difference bounds the polynomials that vanish if and only if the equations hold. For one equation, with den the least common
// multiple of the denominators of its sides L and R, they are the entries of
//
//	(L − R)·den = Num(L)·(den/den(L)) − Num(R)·(den/den(R)).
//
// The bounds are those of the worst entry, and not sums over the entries: if the claim is false then one entry is, and the
// test passes only if that one vanishes. Also returned is the degree of the product of the δ(v) of all inverses v; at a
// zero of it, and nowhere else, the sides cannot be evaluated.
func (equations system) difference() (worst polynomial, denominatorDegree int) {
	bounds, factors := measure(equations.roots())
	m := measurement{factors}
	for _, q := range equations {
		for _, entry := range m.sum(bounds[q.Left.node], bounds[q.Right.node]).num {
			worst = polynomial{max(worst.degree, entry.degree), max(worst.height, entry.height)}
		}
	}
	for _, delta := range factors {
		denominatorDegree = add(denominatorDegree, delta.degree)
	}
	return worst, denominatorDegree
}
