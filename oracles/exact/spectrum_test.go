package exact

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

// charPolyByTraces is the algorithm of Faddeev and Le Verrier: M_1 = I, c_{n−k} = −tr(A M_k)/k, M_{k+1} = A M_k + c_{n−k} I.
func charPolyByTraces(a *Matrix) Poly {
	n := a.Rows()
	p := zeros(n + 1)
	p[n].SetInt64(1)
	m := Identity(n)
	for k := 1; k <= n; k++ {
		am := a.Mul(m)
		p[n-k].Mul(am.Trace(), rat(-1, int64(k)))
		m = am.Add(Identity(n).Scale(p[n-k]))
	}
	return p
}

func TestCharPolyByHand(t *testing.T) {
	requirePoly(t, PolyFromInt64(-7, 1), FromInt64([][]int64{{7}}).CharPoly())
	requirePoly(t, PolyFromInt64(-2, -5, 1), FromInt64([][]int64{{1, 2}, {3, 4}}).CharPoly())
	requirePoly(t, PolyFromInt64(0, 0, 0, 1), Zero(3, 3).CharPoly())
	requirePoly(t, PolyFromInt64(0, 0, 0, 1), jordan(0, 2, 1).CharPoly())
	requirePoly(t, PolyFromInt64(-8, 12, -6, 1), jordan(2, 3).CharPoly())
	requirePoly(t, NewPoly(rat(1, 6), rat(-5, 6), rat(1, 1)), Diagonal([]*big.Rat{rat(1, 2), rat(1, 3)}).CharPoly())
	requirePoly(t, PolyFromInt64(-1, 0, 0, 0, 0, 1),
		FromInt64([][]int64{{0, 1, 0, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 0, 1, 0}, {0, 0, 0, 0, 1}, {1, 0, 0, 0, 0}}).CharPoly())
}

func TestCharPolyOfCompanion(t *testing.T) {
	r := newRand(t, 10)
	for range 60 {
		p := zeros(1 + r.IntN(8))
		for k := range p {
			p[k] = rat(r.Int64N(19)-9, 1+r.Int64N(5))
		}
		p[len(p)-1] = rat(1, 1)
		requirePoly(t, p, companion(p).CharPoly())
	}
}

func TestCharPolyIdentities(t *testing.T) {
	r := newRand(t, 11)
	for range 120 {
		n := r.IntN(7)
		a, b := randomMatrix(r, n, n), randomMatrix(r, n, n)
		p := a.CharPoly()
		require.Equal(t, n, p.Degree())
		requirePoly(t, charPolyByTraces(a), p)
		require.True(t, p.EvalMatrix(a).IsZero(), "Cayley–Hamilton")
		for x := range int64(3) {
			shift := Identity(n).Scale(rat(x-1, 2))
			requireRat(t, shift.Sub(a).Det(), p.Eval(rat(x-1, 2)))
		}
		requirePoly(t, a.Mul(b).CharPoly(), b.Mul(a).CharPoly())
		requirePoly(t, p, a.T().CharPoly())
		requirePoly(t, p, disguise(t, r, a).CharPoly())
		requirePoly(t, p.Mul(b.CharPoly()), directSum(a, b).CharPoly())
	}
}

func TestRankSequenceOfJordanForms(t *testing.T) {
	require.Equal(t, []int{4, 3, 2, 1, 0, 0, 0}, jordan(0, 4).RankSequence(6))
	require.Equal(t, []int{6, 3, 1, 0, 0}, jordan(0, 3, 2, 1).RankSequence(4))
	// The two nilpotent types of theory L9 that the weaker inequality cannot tell apart.
	require.Equal(t, []int{6, 4, 2, 0, 0}, jordan(0, 3, 3).RankSequence(4))
	require.Equal(t, []int{6, 3, 2, 1, 0}, jordan(0, 4, 1, 1).RankSequence(4))
	require.Equal(t, []int{3, 3, 3}, jordan(5, 3).RankSequence(2))
	require.Equal(t, []int{3}, jordan(0, 3).RankSequence(0))
	require.Equal(t, []int{1, 0}, Zero(1, 1).RankSequence(1))

	mixed := directSum(jordan(0, 2, 1), jordan(3, 2, 2))
	require.Equal(t, []int{7, 5, 4, 4, 4}, mixed.RankSequence(4))
	require.Equal(t, []int{7, 5, 3, 3}, mixed.JordanRanks(rat(3, 1), 3))
	require.Equal(t, []int{7, 7, 7}, mixed.JordanRanks(rat(1, 2), 2))
	require.Equal(t, []int{7, 5, 3, 3}, mixed.Scale(rat(1, 6)).JordanRanks(rat(1, 2), 3))
}

func TestRankSequenceIsThatOfPowers(t *testing.T) {
	r := newRand(t, 12)
	for range 100 {
		n := 1 + r.IntN(6)
		a := randomMatrix(r, n, n)
		switch r.IntN(3) {
		case 0:
			a = disguise(t, r, jordan(0, n-n/2, n/2))
		case 1:
			a = disguise(t, r, directSum(jordan(0, n), jordan(-1, 2)))
		}
		ranks := a.RankSequence(a.Rows() + 1)
		shifted := a.JordanRanks(rat(-1, 1), 3)
		for k := range ranks {
			require.Equal(t, a.Pow(k).Rank(), ranks[k], "A^%d, A =\n%v", k, a)
		}
		for k := range shifted {
			require.Equal(t, a.Add(Identity(a.Rows())).Pow(k).Rank(), shifted[k])
		}
	}
}

// TestL9 runs the statement L9 on small matrices, singular gains among them, as the theorem package will.
func TestL9(t *testing.T) {
	r := newRand(t, 13)
	for _, w := range []*Matrix{jordan(0, 4), jordan(0, 2, 2), jordan(1, 3, 1), Zero(4, 4)} {
		for range 20 {
			w := disguise(t, r, w)
			n := w.Rows()
			d := Diagonal(rats(r.Int64N(3), r.Int64N(3), r.Int64N(3), r.Int64N(3)))
			wd, dw := w.Mul(d), d.Mul(w)
			p := wd.CharPoly()
			requirePoly(t, p, dw.CharPoly())
			q, _ := p.StripZeroRoot()
			for _, f := range q.SquareFree() {
				require.Equal(t, f.Poly.EvalMatrix(wd).RankSequence(n), f.Poly.EvalMatrix(dw).RankSequence(n))
			}
			for _, mu := range q.RationalRoots() {
				require.Equal(t, wd.JordanRanks(mu, n), dw.JordanRanks(mu, n))
				require.Less(t, wd.JordanRanks(mu, 1)[1], n)
			}
			a, b := wd.RankSequence(n+1), dw.RankSequence(n+1)
			for k := 1; k <= n; k++ {
				require.LessOrEqual(t, a[k]-a[k+1], b[k-1]-b[k])
				require.LessOrEqual(t, b[k]-b[k+1], a[k-1]-a[k])
			}
		}
	}
	// W = [[0,1],[0,0]], D = diag(1,0): WD = 0, DW ≠ 0.
	w, d := jordan(0, 2), Diagonal(rats(1, 0))
	require.Equal(t, []int{2, 0, 0}, w.Mul(d).RankSequence(2))
	require.Equal(t, []int{2, 1, 0}, d.Mul(w).RankSequence(2))
}
