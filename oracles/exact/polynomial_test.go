package exact

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func randomPoly(r *rand.Rand, degree int) Poly {
	p := zeros(degree + 1)
	for k := range p {
		p[k] = rat(r.Int64N(9)-4, 1+r.Int64N(3))
	}
	return p.trim()
}

func TestPolyByHand(t *testing.T) {
	p := PolyFromInt64(-1, 0, 1, 0, 0)
	require.Equal(t, 2, p.Degree())
	require.Len(t, p, 3)
	require.Equal(t, -1, Poly{}.Degree())
	require.Equal(t, -1, Poly{new(big.Rat)}.Degree())
	require.True(t, Poly{}.Equal(Poly{new(big.Rat), new(big.Rat)}))
	require.False(t, p.Equal(PolyFromInt64(-1, 0, 2)))
	require.False(t, p.Equal(PolyFromInt64(-1, 0, 1, 1)))
	requireRat(t, rat(-3, 4), p.Eval(rat(-1, 2)))
	requireRat(t, rat(0, 1), Poly{}.Eval(rat(3, 1)))
	requireRat(t, rat(5, 7), NewPoly(rat(5, 7)).Eval(rat(3, 2)))
	requirePoly(t, PolyFromInt64(0, 2), p.Derivative())
	require.Empty(t, PolyFromInt64(4).Derivative())
	require.Empty(t, Poly{}.Derivative())
	require.Empty(t, p.Sub(p))
	requirePoly(t, PolyFromInt64(1, 0, -2, 0, 1), p.Mul(p))
	requirePoly(t, PolyFromInt64(0, 1, 1), p.Add(PolyFromInt64(1, 1)))
	quotient, remainder := PolyFromInt64(1, 2, 3, 4).DivMod(p)
	requirePoly(t, PolyFromInt64(3, 4), quotient)
	requirePoly(t, PolyFromInt64(4, 6), remainder)
	quotient, remainder = PolyFromInt64(1, 2).DivMod(p)
	require.Empty(t, quotient)
	requirePoly(t, PolyFromInt64(1, 2), remainder)
	requirePoly(t, PolyFromInt64(-1, 1), p.GCD(PolyFromInt64(2, -4, 2)))
	requirePoly(t, p, p.Mul(PolyFromInt64(-3)).GCD(nil))
	require.Empty(t, Poly{}.GCD(Poly{}))
	requireEqual(t, FromInt64([][]int64{{3, 0}, {0, 8}}), p.EvalMatrix(Diagonal(rats(2, 3))))
}

func TestPolyString(t *testing.T) {
	for want, p := range map[string]Poly{
		"0":                   {},
		"-1":                  PolyFromInt64(-1),
		"t":                   PolyFromInt64(0, 1),
		"-t^2":                PolyFromInt64(0, 0, -1),
		"t^3 - 3/2 t + 1":     NewPoly(rat(1, 1), rat(-3, 2), rat(0, 1), rat(1, 1)),
		"2 t^4 + t^2 - t - 1": PolyFromInt64(-1, -1, 1, 0, 2),
	} {
		require.Equal(t, want, p.String())
	}
}

func TestPolyIdentities(t *testing.T) {
	r := newRand(t, 20)
	for range 200 {
		p, q, s := randomPoly(r, r.IntN(6)), randomPoly(r, r.IntN(5)), randomPoly(r, r.IntN(3))
		x := rat(r.Int64N(9)-4, 1+r.Int64N(4))
		requireRat(t, new(big.Rat).Mul(p.Eval(x), q.Eval(x)), p.Mul(q).Eval(x))
		requireRat(t, new(big.Rat).Add(p.Eval(x), q.Eval(x)), p.Add(q).Eval(x))
		requirePoly(t, p.Derivative().Mul(q).Add(p.Mul(q.Derivative())), p.Mul(q).Derivative())
		requireEqual(t, Column([]*big.Rat{p.Eval(x)}), p.EvalMatrix(Column([]*big.Rat{x})))
		if q.Degree() >= 0 {
			quotient, remainder := p.DivMod(q)
			requirePoly(t, p, quotient.Mul(q).Add(remainder))
			require.Less(t, remainder.Degree(), q.Degree())
		}
		if p.Degree() >= 0 && q.Degree() >= 0 && s.Degree() >= 0 {
			g := p.Mul(s).GCD(q.Mul(s))
			requireRat(t, rat(1, 1), g[len(g)-1])
			for _, multiple := range []Poly{p.Mul(s), q.Mul(s)} {
				_, remainder := multiple.DivMod(g)
				require.Empty(t, remainder)
			}
			_, remainder := g.DivMod(s)
			require.Empty(t, remainder, "every common factor divides the greatest")
			a, _ := p.Mul(s).DivMod(g)
			b, _ := q.Mul(s).DivMod(g)
			require.Zero(t, a.GCD(b).Degree(), "and what is left has none")
		}
	}
}

func TestSquareFree(t *testing.T) {
	require.Empty(t, Poly{}.SquareFree())
	require.Empty(t, PolyFromInt64(3).SquareFree())
	linear, quadratic := PolyFromInt64(-1, 1), PolyFromInt64(1, 0, 1)
	p := PolyFromInt64(-6).Mul(linear).Mul(linear).Mul(linear).Mul(quadratic)
	factors := p.SquareFree()
	require.Len(t, factors, 2)
	requirePoly(t, quadratic, factors[0].Poly)
	requirePoly(t, linear, factors[1].Poly)
	require.Equal(t, []int{1, 3}, []int{factors[0].Multiplicity, factors[1].Multiplicity})

	r := newRand(t, 21)
	for range 100 {
		p := PolyFromInt64(1)
		for range 1 + r.IntN(4) {
			f := randomPoly(r, r.IntN(3))
			for range 1 + r.IntN(3) {
				if f.Degree() >= 0 {
					p = p.Mul(f)
				}
			}
		}
		product, last := NewPoly(p[len(p)-1]), 0
		for _, f := range p.SquareFree() {
			require.Greater(t, f.Multiplicity, last)
			require.Positive(t, f.Poly.Degree())
			require.Zero(t, f.Poly.GCD(f.Poly.Derivative()).Degree(), "square-free")
			last = f.Multiplicity
			for range f.Multiplicity {
				product = product.Mul(f.Poly)
			}
		}
		requirePoly(t, p, product)
	}
}

func TestStripZeroRoot(t *testing.T) {
	p, k := PolyFromInt64(0, 0, 3, 1).StripZeroRoot()
	requirePoly(t, PolyFromInt64(3, 1), p)
	require.Equal(t, 2, k)
	p, k = PolyFromInt64(3, 1).StripZeroRoot()
	requirePoly(t, PolyFromInt64(3, 1), p)
	require.Zero(t, k)
	p, k = Poly{}.StripZeroRoot()
	require.Empty(t, p)
	require.Zero(t, k)
}

func TestRealRootsIn(t *testing.T) {
	// (t+2)² (t−1)³ (t−3) (t²+1): the ends of the interval are multiple roots.
	p := fromRoots(root(rat(-2, 1), rat(0, 1)), root(rat(-2, 1), rat(0, 1)), root(rat(1, 1), rat(0, 1)), root(rat(1, 1), rat(0, 1)),
		root(rat(1, 1), rat(0, 1)), root(rat(3, 1), rat(0, 1)), root(rat(0, 1), rat(1, 1)))
	require.Equal(t, 3, p.RealRootsIn(nil, nil))
	require.Equal(t, 2, p.RealRootsIn(rat(-2, 1), nil), "open on the left")
	require.Equal(t, 2, p.RealRootsIn(nil, rat(1, 1)), "closed on the right")
	require.Equal(t, 1, p.RealRootsIn(rat(-2, 1), rat(1, 1)))
	require.Equal(t, 1, p.RealRootsIn(rat(5, 2), rat(7, 2)))
	require.Equal(t, 0, p.RealRootsIn(rat(3, 1), rat(4, 1)))
	require.Equal(t, 0, p.RealRootsIn(rat(1, 1), rat(1, 1)))
	require.Equal(t, 0, p.RealRootsIn(rat(2, 1), rat(-4, 1)))
	require.Equal(t, 0, PolyFromInt64(5).RealRootsIn(nil, nil))
	require.Equal(t, -1, Poly{}.RealRootsIn(nil, nil))
	// t² − 2 between 7/5 and 3/2, and at −√2.
	require.Equal(t, 1, PolyFromInt64(-2, 0, 1).RealRootsIn(rat(7, 5), rat(3, 2)))
	require.Equal(t, 1, PolyFromInt64(2, 0, -1).RealRootsIn(nil, rat(0, 1)))
	// Wilkinson's polynomial.
	wilkinson := PolyFromInt64(1)
	for k := range int64(20) {
		wilkinson = wilkinson.Mul(PolyFromInt64(-k-1, 1))
	}
	require.Equal(t, 20, wilkinson.RealRootsIn(nil, nil))
	require.Equal(t, 7, wilkinson.RealRootsIn(rat(13, 1), rat(41, 2)))
	require.Len(t, wilkinson.RationalRoots(), 20)
}

func TestRationalRoots(t *testing.T) {
	require.Empty(t, Poly{}.RationalRoots())
	require.Empty(t, PolyFromInt64(2).RationalRoots())
	require.Empty(t, PolyFromInt64(-2, 0, 1).RationalRoots(), "√2")
	require.Empty(t, PolyFromInt64(1, 0, 1).RationalRoots())
	requireRoots := func(p Poly, want ...*big.Rat) {
		t.Helper()
		got := p.RationalRoots()
		require.Len(t, got, len(want), "%v", p)
		for i := range want {
			requireRat(t, want[i], got[i])
		}
	}
	requireRoots(PolyFromInt64(0, 0, 1), rat(0, 1))
	requireRoots(PolyFromInt64(-10, -3, 1), rat(-2, 1), rat(5, 1)) // 5 needs the factor 2 of the root bound
	requireRoots(PolyFromInt64(3, -2), rat(3, 2))
	requireRoots(PolyFromInt64(-1, 1, 6), rat(-1, 2), rat(1, 3))
	requireRoots(PolyFromInt64(1, -1, -6), rat(-1, 2), rat(1, 3))
	// Numbers that nobody can factor: roots that are ratios of 100-bit integers.
	big1, _ := new(big.Rat).SetString("1267650600228229401496703205653/633825300114114700748351602943")
	requireRoots(fromRoots(root(big1, rat(0, 1)), root(rat(1, 1), rat(1, 1))), big1)
	requireRoots(fromRoots(root(new(big.Rat).SetFloat64(0x1p-60), rat(0, 1)), root(new(big.Rat).SetFloat64(0x1p60), rat(0, 1))),
		new(big.Rat).SetFloat64(0x1p-60), new(big.Rat).SetFloat64(0x1p60))

	r := newRand(t, 22)
	for range 60 {
		distinct := map[string]*big.Rat{}
		p := NewPoly(rat(r.Int64N(5)-7, 3)).Mul(PolyFromInt64(-3, 0, 1)).Mul(PolyFromInt64(2, r.Int64N(3), 1))
		for range r.IntN(5) {
			x := rat(r.Int64N(13)-6, 1+r.Int64N(4))
			distinct[x.String()] = x
			p = p.Mul(root(x, rat(0, 1)).factor())
		}
		roots := p.RationalRoots()
		require.Len(t, roots, len(distinct))
		for i, x := range roots {
			require.Contains(t, distinct, x.String())
			require.True(t, i == 0 || roots[i-1].Cmp(x) < 0, "increasing")
		}
	}
}
