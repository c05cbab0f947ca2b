package generators

import (
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// draws calls f on the instances of many seeds, and counts their tags.
func draws[C any](gen *rapid.Generator[C], count int, f func(C)) map[string]int {
	seen := map[string]int{}
	for seed := range count {
		c := gen.Example(seed)
		for _, tag := range Tags(c) {
			seen[tag]++
		}
		f(c)
	}
	return seen
}

// requirePair checks what every pair is, and that each edge that it is tagged
// with is true of it; tags that name a kind are not edges.
func requirePair(t *testing.T, p Pair) {
	t.Helper()
	require.NoError(t, CheckShape(p))
	n := len(p.W)
	w := rational(t, p.W)
	d, err := exact.DiagonalFloat64(p.D)
	require.NoError(t, err)
	zero := 0
	for i := range p.D {
		require.True(t, isInteger(2*p.D[i]), "slopes are halves")
		require.True(t, isInteger(2*p.Tau[i]) && p.Tau[i] > 0, "τ is a multiple of ½")
		if p.D[i] == 0 {
			zero++
		}
		for _, b := range p.B[i] {
			require.True(t, isInteger(b))
		}
		for _, x := range p.W[i] {
			require.True(t, isInteger(x))
		}
	}
	for _, tag := range p.Tags {
		if holds, known := edgeHolds[tag]; known {
			require.True(t, holds(t, p.W), "%q is false of W = %v", tag, p.W)
		}
	}
	wd := w.Mul(d)
	require.Equal(t, n == 1, has(p.Tags, "N = 1"))
	if has(p.Tags, "chains") { // NilpotentProducts does not tag its D
		require.True(t, has(p.Tags, "WD nilpotent"))
		require.True(t, wd.Pow(n).IsZero())
		return
	}
	require.Equal(t, zero > 0, has(p.Tags, "D singular"), "D = %v", p.D)
	require.Equal(t, zero == n, has(p.Tags, "D = 0"), "D = %v", p.D)
	require.Equal(t, d.Det().Sign() == 0, zero > 0)
	if has(p.Tags, "rank one") {
		// W D of rank ≤ 1: μ = nᵀDm is its trace.
		require.Equal(t, wd.Trace().Sign() == 0, has(p.Tags, "μ = 0"))
		require.Equal(t, wd.Pow(2).IsZero(), has(p.Tags, "μ = 0"), "and then W D is nilpotent")
	}
}

func TestPairsAreSound(t *testing.T) {
	seen := draws(Pairs(5), 500, func(p Pair) {
		requirePair(t, p)
		require.LessOrEqual(t, len(p.W), 5)
	})
	t.Log(seen)
	for _, k := range Zoo() {
		require.Equal(t, k.Exact, seen[k.Name] > 0, "%s", k.Name)
	}
	for _, edge := range []string{"N = 1", "W = 0", "W singular", "W nilpotent", "W defective", "D singular", "D = 0", "repeated eigenvalue", "complex spectrum"} {
		require.Positive(t, seen[edge], edge)
	}
}

func TestPairsOfKinds(t *testing.T) {
	seen := draws(PairsOf(4, KindNamed("rank one"), KindNamed("skew")), 200, func(p Pair) {
		requirePair(t, p)
		require.NotEqual(t, has(p.Tags, "rank one"), has(p.Tags, "skew"))
	})
	require.Positive(t, seen["rank one"])
	require.Positive(t, seen["skew"])
	require.Positive(t, seen["μ = 0"])
}

// A link is an entry W_ab = 1 of a chain. WD keeps it if b is on, DW if a is.
func TestNilpotentProductsAreSound(t *testing.T) {
	differ := 0
	gen := NilpotentProducts()
	seen := draws(gen, 300, func(p Pair) {
		requirePair(t, p)
		n := len(p.W)
		w := rational(t, p.W)
		d, err := exact.DiagonalFloat64(p.D)
		require.NoError(t, err)
		require.True(t, d.Mul(d).Equal(d), "D is a projector")
		// A chain: at most one entry in a row and in a column, and nilpotent.
		require.True(t, w.Pow(n).IsZero())
		cut := false
		for a := range n {
			require.LessOrEqual(t, sum(p.W[a]), 1.0)
			require.LessOrEqual(t, sum(transpose(p.W)[a]), 1.0)
			for b := range n {
				require.True(t, p.W[a][b] == 0 || p.W[a][b] == 1)
				cut = cut || p.W[a][b] == 1 && p.D[a] == 1 && p.D[b] == 0
			}
		}
		require.Equal(t, cut, has(p.Tags, "link cut on one side"))
		ranks, others := w.Mul(d).RankSequence(n), d.Mul(w).RankSequence(n)
		for k := range ranks {
			if ranks[k] != others[k] {
				differ++
				break
			}
		}
	})
	t.Logf("%v; Jordan structures differ in %d", seen, differ)
	require.Greater(t, differ, 30, "instances on which WD and DW differ at 0 are what this generator is for")
}
