package certificate

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rankproof/rankproof/oracles/gfp"
)

// smallest limits for formulas that can be multiplied out in no time.
const (
	maxExpandedDegree = 6
	maxExpandedHeight = 40
)

// randomFormulas grows formulas by random operations on 2×2, 2×1, 1×2, 1×1 and 3×3 matrices, as long as they stay small.
func randomFormulas(rng *rand.Rand, operations int) []Expr {
	b := NewBuilder()
	small := make([][]int64, 2)
	for i := range small {
		small[i] = []int64{rng.Int64N(7) - 3, rng.Int64N(7) - 3}
	}
	pool := []Expr{
		b.Matrix("A", 2, 2), b.Diagonal("D", 2), b.Symmetric("P", 2), b.Scalar("t"), b.Integer(rng.Int64N(9) - 4),
		b.Matrix("u", 2, 1), b.Matrix("v", 1, 2), b.Constant(small), b.Identity(2), b.Zero(2, 2), b.Diagonal("E", 3),
	}
	f := gfp.RandomField(rng)
	pick := func() Expr { return pool[rng.IntN(len(pool))] }
	for range operations {
		candidate, ok := randomOperation(b, rng, pick)
		if !ok {
			continue
		}
		if _, _, err := evaluateSomewhere(f, rng, []*node{candidate.node}); err != nil {
			continue // an inverse of a matrix that has none
		}
		bounds, factors := measure([]*node{candidate.node})
		total := polynomial{}
		for _, delta := range factors {
			total = total.times(delta)
		}
		for _, entry := range bounds[candidate.node].num {
			total = polynomial{max(total.degree, entry.degree), max(total.height, entry.height)}
		}
		den := bounds[candidate.node].den.over(nil, factors)
		if max(total.degree, den.degree) <= maxExpandedDegree && max(total.height, den.height) <= maxExpandedHeight {
			pool = append(pool, candidate)
		}
	}
	return pool
}

// randomOperation reports false if the operands drawn do not fit the operation drawn.
func randomOperation(b *Builder, rng *rand.Rand, pick func() Expr) (e Expr, ok bool) {
	x, y := pick(), pick()
	xr, xc := x.Dims()
	yr, yc := y.Dims()
	switch op := rng.IntN(12); {
	case op == 0 && xr == yr && xc == yc:
		return x.Plus(y), true
	case op == 1 && xr == yr && xc == yc:
		return x.Minus(y), true
	case (op == 2 || op == 3) && xc == yr:
		return x.Times(y), true
	case op == 4 && yr == 1 && yc == 1:
		return x.Scaled(y), true
	case op == 5:
		return x.T(), true
	case op == 6 && xr == xc:
		return x.Pow(rng.IntN(4)), true
	case op == 7 && xr == xc:
		return x.Det(), true
	case (op == 8 || op == 9) && xr == xc:
		return x.Inverse(), true
	case op == 10:
		i, j := rng.IntN(xr), rng.IntN(xc)
		return x.Slice(i, i+1, j, xc), true
	case op == 11 && xr == yr && xr < 3 && xc+yc <= 3:
		if rng.IntN(2) == 0 {
			return b.VStack(x.T(), y.T()), true
		}
		return b.HStack(x, y), true
	}
	return Expr{}, false
}

// The three interpretations agree: values are those of the fractions multiplied out, and these are within the bounds, entry
// by entry.
func TestBoundsHoldForFormulasMultipliedOut(t *testing.T) {
	entries, sharpDegrees, inverses, operations := 0, 0, 0, map[operation]int{}
	for seed := range uint64(150) {
		rng := seeded(seed)
		formulas := randomFormulas(rng, 60)
		var roots []*node
		for _, e := range formulas {
			roots = append(roots, e.node)
		}
		bounds, factors := measure(roots)
		x := newExpansion()
		f := gfp.RandomField(rng)
		point := make([]gfp.Element, 20)
		for i := range point {
			point[i] = f.Random(rng)
		}
		for _, root := range roots {
			x.expand(root)
		}
		values, err := interpret(roots, func(n *node, args []gfp.Matrix) (gfp.Matrix, error) {
			return n.value(f, func(leaf *node, i, j int) gfp.Element { return point[x.number(indeterminate{leaf, i, j})] }, args)
		})
		require.NoError(t, err)

		for n, bound := range bounds {
			operations[n.op]++
			fraction := x.expand(n)
			name := fmt.Sprintf("seed %d: %v", seed, Expr{n})
			require.Equal(t, [2]int{n.rows, n.cols}, [2]int{bound.rows, bound.cols}, name)
			den := x.quotient(fraction.den, nil)
			requireBound(t, den, bound.den.over(nil, factors), name+", denominator")
			denominator := den.at(f, point)
			require.NotZero(t, denominator)
			for i := range n.rows {
				for j := range n.cols {
					entry := fraction.num[i][j]
					requireBound(t, entry, bound.at(i, j), fmt.Sprintf("%s, entry (%d, %d)", name, i, j))
					require.Equal(t, entry.at(f, point), f.Mul(denominator, values[n].At(i, j)), name)
					entries++
					if entry.degree() == bound.at(i, j).degree {
						sharpDegrees++
					}
				}
			}
			require.LessOrEqual(t, values[n].Rank(), bound.rank, name)
			for k := 1; k <= min(n.rows, n.cols); k++ {
				corner := table(k, k, func(i, j int) poly { return fraction.num[i][j] })
				requireBound(t, det(corner), bound.anyMinor(k), fmt.Sprintf("%s, minor of size %d", name, k))
			}
			if n.op == opInverse {
				inverses++
				requireBound(t, x.deltas[n], factors[n], name+", determinant")
			}
		}
	}
	require.Greater(t, inverses, 100)
	for op := opMatrix; op <= opBlock; op++ {
		require.Greater(t, operations[op], 50, "operation %d", op)
	}
	require.Greater(t, float64(sharpDegrees)/float64(entries), 0.8, "bounds so loose that they could hide an error")
}

func requireBound(t *testing.T, f poly, bound polynomial, name string) {
	t.Helper()
	if bound.isZero() {
		require.Empty(t, f, "%s is said to be zero", name)
		return
	}
	require.LessOrEqual(t, f.degree(), bound.degree, "degree of %s", name)
	limit := new(big.Int).Lsh(big.NewInt(1), uint(bound.height))
	require.LessOrEqual(t, f.length().Cmp(limit), 0, "length %v of %s above 2^%d", f.length(), name, bound.height)
}

func TestBoundsOfSmallCasesByHand(t *testing.T) {
	b := NewBuilder()
	w, d, tI := network(b, Shape{N: 2})
	for _, c := range []struct {
		e      Expr
		degree int
		height int
	}{
		{d.Times(w), 2, 0}, // one product an entry
		{w.Times(w), 2, 1}, // two
		{w.Plus(d), 1, 1},
		{w.Det(), 2, 1},                    // two products
		{d.Det(), 2, 0},                    // one
		{tI.Minus(w.Times(d)).Det(), 4, 3}, // (1 + 1)² for one product, times two
		{w.Pow(0), 0, 0},
		{w.Scaled(b.Integer(-8)), 1, 3}, // −8 = −2³
		{w.Scaled(b.Integer(9)), 1, 4},
		{b.Integer(-1 << 63), 0, 63},              // the least int64
		{d.Inverse(), 1, 0},                       // the adjugate of a diagonal matrix is diagonal
		{w.Inverse().Plus(w.Inverse().T()), 1, 1}, // one common denominator
		{w.Inverse().Times(w.Inverse()), 2, 1},
		{w.T().Inverse().Minus(w.Inverse()), 1, 1},
		{w.Inverse().Plus(b.Identity(2)), 2, 2}, // adj W + det W · I
		{w.Inverse().Plus(d.Inverse()), 3, 2},   // adj W · det D + adj D · det W
		{w.Column(0).Times(d.Slice(1, 2, 0, 2)), 2, 0},
	} {
		bounds, _ := measure([]*node{c.e.node})
		worst := polynomial{}
		for _, entry := range bounds[c.e.node].num {
			worst = polynomial{max(worst.degree, entry.degree), max(worst.height, entry.height)}
		}
		require.Equal(t, polynomial{c.degree, c.height}, worst, "%v", c.e)
	}
	bounds, _ := measure([]*node{d.Inverse().node})
	require.True(t, bounds[d.Inverse().node].at(0, 1).isZero())
}

// The ranks that the shapes of the factors imply, and that generic matrices have.
func TestRanksByHand(t *testing.T) {
	b := NewBuilder()
	outer := func(left, right string, r int) Expr { return b.Matrix(left, 6, r).Times(b.Matrix(right, 6, r).T()) }
	one, two, three := outer("M1", "N1", 1), outer("M2", "N2", 2), outer("M3", "N3", 3)
	for _, c := range []struct {
		e    Expr
		rank int
	}{
		{two, 2}, {two.T(), 2}, {two.Pow(3), 2}, {two.Pow(0), 6}, {two.Times(three), 2}, {three.Times(two), 2},
		{one.Plus(two), 3}, {three.Minus(two), 5}, {three.Plus(two).Plus(one).Plus(outer("M4", "N4", 4)), 6},
		{two.Scaled(b.Scalar("t")), 2}, {two.Scaled(b.Integer(0)), 0}, {b.Zero(3, 2), 0}, {b.Diagonal("D", 6).Plus(one), 6},
		{b.HStack(one, two), 3}, {b.VStack(three, two), 5}, {b.VStack(three, three).Slice(0, 12, 0, 2), 2}, {two.Column(3), 1},
		{two.Plus(b.Identity(6)).Inverse().Times(three), 3}, {two.Det(), 0}, {b.Symmetric("P", 6), 6},
	} {
		root := c.e.node
		bounds, _ := measure([]*node{root})
		values, _, err := evaluateSomewhere(gfp.RandomField(seeded(1)), seeded(2), []*node{root})
		require.NoError(t, err)
		require.Equal(t, c.rank, bounds[root].rank, "bound for %v", c.e)
		require.Equal(t, c.rank, values[root].Rank(), "value of %v", c.e)
	}
}

// The largest degree and height of all entries of all equations count, and the denominators of all inverses.
func TestDifferenceBoundsTheWorstEntry(t *testing.T) {
	b := NewBuilder()
	x, v, w := b.Scalar("x"), b.Matrix("V", 2, 2), b.Matrix("W", 3, 3)
	high, low := x.Pow(5).Scaled(b.Integer(1024)), x.Plus(b.Integer(1))
	for _, row := range [][]Expr{{high, low}, {low, high}} {
		worst, denominatorDegree := system{b.HStack(row...).Equals(b.Zero(1, 2))}.difference()
		require.Equal(t, polynomial{5, 10}, worst)
		require.Zero(t, denominatorDegree)
		worst, _ = system{row[0].Equals(b.Zero(1, 1)), row[1].Equals(b.Zero(1, 1))}.difference()
		require.Equal(t, polynomial{5, 10}, worst)
		worst, _ = system{b.Zero(1, 1).Equals(row[0]), b.Zero(1, 1).Equals(row[1])}.difference()
		require.Equal(t, polynomial{5, 10}, worst)
	}
	for range 10 { // in whatever order
		_, denominatorDegree := system{w.Inverse().Equals(w), v.Inverse().Equals(v.Inverse().T()), v.Equals(v.T())}.difference()
		require.Equal(t, 2+3, denominatorDegree)
	}
	_, denominatorDegree := system(leftEigenvectors.Build(NewBuilder(), Shape{N: 4})).difference()
	require.Equal(t, 3*4, denominatorDegree, "V, J and D")
}

func TestBoundsSaturate(t *testing.T) {
	b := NewBuilder()
	x := b.Matrix("X", 16, 16)
	for range 3 {
		x = x.Pow(1 << 40).Inverse().Plus(x)
	}
	bounds, factors := measure([]*node{x.Det().node})
	require.Equal(t, polynomial{unbounded, unbounded}, bounds[x.Det().node].num[0])
	for v, delta := range factors {
		require.LessOrEqual(t, delta.degree, unbounded, "%v", Expr{v})
		require.Positive(t, delta.degree)
	}
	require.Equal(t, unbounded, multiple(1<<40, 1<<40))
	require.Equal(t, unbounded, multiple(1<<31, 1<<30))
	require.Equal(t, unbounded-1, add(unbounded-2, 1))
}

func TestFactorialBits(t *testing.T) {
	factorial := big.NewInt(1)
	for n := range 60 {
		factorial.Mul(factorial, big.NewInt(int64(max(n, 1))))
		exact := new(big.Int).Sub(factorial, big.NewInt(1)).BitLen() // least b with n! ≤ 2^b
		require.GreaterOrEqual(t, factorialBits(n), exact, "%d!", n)
		require.LessOrEqual(t, factorialBits(n), exact+n/16, "%d!", n)
	}
}
