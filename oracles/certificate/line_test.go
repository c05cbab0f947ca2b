package certificate

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rankproof/rankproof/oracles/gfp"
)

// line is a random line x + s·y in the space of all indeterminates.
type line struct {
	field gfp.Field
	x, y  map[indeterminate]gfp.Element
	draw  func() gfp.Element
}

func newLine(seed uint64) *line {
	rng := seeded(seed)
	f := gfp.RandomField(rng)
	return &line{f, map[indeterminate]gfp.Element{}, map[indeterminate]gfp.Element{}, func() gfp.Element { return f.Random(rng) }}
}

// at evaluates the roots at one point of the line.
func (l *line) at(t *testing.T, s int, roots []*node) map[*node]gfp.Matrix {
	values, err := interpret(roots, func(n *node, args []gfp.Matrix) (gfp.Matrix, error) {
		return n.value(l.field, func(leaf *node, i, j int) gfp.Element {
			v := indeterminate{leaf, i, j}
			if _, ok := l.x[v]; !ok {
				l.x[v], l.y[v] = l.draw(), l.draw()
			}
			return l.field.Add(l.x[v], l.field.Mul(l.field.Integer(int64(s)), l.y[v]))
		}, args)
	})
	require.NoError(t, err)
	return values
}

// delta is the value of det Num(A) = det A · den(A)^n, given those of the inverses inside A.
func delta(f gfp.Field, inverse *node, a gfp.Matrix, den denominator, deltas map[*node]gfp.Element) gfp.Element {
	return f.Mul(a.Det(), f.Pow(denominatorValue(f, den, deltas), uint64(inverse.rows)))
}

func denominatorValue(f gfp.Field, den denominator, deltas map[*node]gfp.Element) gfp.Element {
	value := f.One()
	for v, k := range den {
		value = f.Mul(value, f.Pow(deltas[v], uint64(k)))
	}
	return value
}

// numerators returns, at one point of the line, Num of every node, and the δ of every inverse.
func (l *line) numerators(t *testing.T, s int, roots []*node, bounds map[*node]bound) (map[*node]gfp.Matrix, map[*node]gfp.Element) {
	values := l.at(t, s, roots)
	deltas := map[*node]gfp.Element{}
	nums, err := interpret(roots, func(n *node, _ []gfp.Matrix) (gfp.Matrix, error) {
		if n.op == opInverse {
			deltas[n] = delta(l.field, n, values[n.args[0]], bounds[n.args[0]].den, deltas)
		}
		return values[n].Scale(denominatorValue(l.field, bounds[n].den, deltas)), nil
	})
	require.NoError(t, err)
	return nums, deltas
}

// difference returns Σ_k (−1)^k C(d, k) f(k): zero if f is a polynomial of degree below d, and for other polynomials of
// degree < p almost never, on a random line.
func difference(f gfp.Field, values []gfp.Element) gfp.Element {
	for len(values) > 1 {
		next := make([]gfp.Element, len(values)-1)
		for i := range next {
			next[i] = f.Sub(values[i+1], values[i])
		}
		values = next
	}
	return values[0]
}

// A polynomial of total degree d is one of degree d or less on a line, so that its differences of order d + 1 vanish. This
// tests the degree bounds where the formulas are too large to be multiplied out.
func TestDegreesHoldOnLines(t *testing.T) {
	for seed, c := range append(trueClaims(), falseTwins()...) {
		t.Run(c.Name, func(t *testing.T) {
			roots := system(c.Build(NewBuilder(), c.shape)).roots()
			bounds, factors := measure(roots)
			l := newLine(uint64(seed))
			highest := 0
			for _, b := range bounds {
				for _, entry := range b.num {
					highest = max(highest, entry.degree)
				}
			}
			for _, bound := range factors {
				highest = max(highest, bound.degree)
			}
			var nums []map[*node]gfp.Matrix
			var deltas []map[*node]gfp.Element
			for s := range highest + 2 {
				num, delta := l.numerators(t, s, roots, bounds)
				nums, deltas = append(nums, num), append(deltas, delta)
			}
			for n, b := range bounds {
				for i := range n.rows {
					for j := range n.cols {
						values := make([]gfp.Element, b.at(i, j).degree+2)
						for s := range values {
							values[s] = nums[s][n].At(i, j)
						}
						require.Zero(t, difference(l.field, values), "%v, entry (%d, %d), degree %d", Expr{n}, i, j, len(values)-2)
					}
				}
			}
			for n, bound := range factors {
				values := make([]gfp.Element, bound.degree+2)
				for s := range values {
					values[s] = deltas[s][n]
				}
				require.Zero(t, difference(l.field, values), "determinant in %v", Expr{n})
			}
		})
	}
}

// And these bounds are attained: lower ones would be wrong.
func TestDegreesAreAttained(t *testing.T) {
	left := func(id Identity, s Shape) func(b *Builder) Expr {
		return func(b *Builder) Expr { return id.Build(b, s)[0].Left }
	}
	outer := func(b *Builder, left, right string, n, r int) Expr {
		return b.Matrix(left, n, r).Times(b.Matrix(right, n, r).T())
	}
	for name, c := range map[string]struct {
		degree int
		build  func(b *Builder) Expr
	}{
		"2N":     {12, left(characteristicPolynomials, Shape{N: 6})},
		"N + 2R": {10, left(lowRankPolynomials, Shape{N: 6, R: 2})},
		"N + 2R, transposed": {10, func(b *Builder) Expr {
			return Expr{left(lowRankPolynomials, Shape{N: 6, R: 2})(b).node.args[0]}.T().Det()
		}},
		"N + 2R, 3N": {12, left(lowRankPolynomials, Shape{N: 4, R: 4})},
		"two layers of one degree: N + R + R'": {8, func(b *Builder) Expr {
			tI := b.Identity(5).Scaled(b.Scalar("t"))
			return tI.Minus(outer(b, "M", "N", 5, 1)).Plus(outer(b, "U", "V", 5, 2)).Det()
		}},
		"layers alone, of ranks 2 and 3": {2*2 + 3*3, func(b *Builder) Expr {
			return outer(b, "M", "N", 5, 2).Plus(outer(b, "U", "V", 5, 3).Scaled(b.Scalar("t"))).Det()
		}},
	} {
		root := c.build(NewBuilder()).node
		bounds, _ := measure([]*node{root})
		require.Equal(t, c.degree, bounds[root].num[0].degree, name)
		l := newLine(77)
		values := make([]gfp.Element, c.degree+1)
		for s := range values {
			values[s] = l.at(t, s, []*node{root})[root].At(0, 0)
		}
		require.NotZero(t, difference(l.field, values), name)
	}
}
