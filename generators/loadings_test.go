package generators

import (
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

// connectivity is M Nᵀ.
func (l loadings) connectivity(t *testing.T) *exact.Matrix {
	return rational(t, l.m).Mul(rational(t, l.n).T())
}

// Loadings are what they were made for: NᵀM = T, silent directions silent, J
// unmoved by shears, scales and dependent columns.
func TestLoadingsHaveTheirOverlap(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 11))
		rank := 1 + rng.IntN(3)
		units := rank + rng.IntN(4)
		overlap := triangular(rng, rank, false)
		l := withOverlap(rng, units, overlap, rng.IntN(2) == 0, rng.IntN(2) == 0)
		require.True(t, rational(t, l.n).T().Mul(rational(t, l.m)).Equal(rational(t, overlap)))
		if units > rank {
			silent := rational(t, l.silent)
			require.Equal(t, units-rank, silent.Rank())
			require.True(t, rational(t, l.n).T().Mul(silent).IsZero())
		}
		j := l.connectivity(t)
		l.mix(rng, 2)
		require.True(t, j.Equal(l.connectivity(t)))
		l.grade(rng)
		require.True(t, j.Equal(l.connectivity(t)))
		l.dependent(rng, rng.IntN(2) == 0)
		require.True(t, j.Equal(l.connectivity(t)))
		require.Len(t, l.m[0], rank+1)
		require.LessOrEqual(t, min(rational(t, l.m).Rank(), rational(t, l.n).Rank()), rank)
		if l.silent != nil && units > rank {
			require.True(t, rational(t, l.n).T().Mul(rational(t, l.silent)).IsZero())
		}
	}
}

func TestSpecialLoadings(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 12))
		rank := 1 + rng.IntN(3)
		units := rank + rng.IntN(4)
		require.True(t, vanishing(rng, units, rank).connectivity(t).IsZero())
		for _, l := range []loadings{unrelated(rng, units, rank), symmetric(rng, units, rank), reversible(rng, units, rank)} {
			require.Less(t, frobenius(multiply(transpose(l.n), l.m)), 1.0)
		}
		j := symmetric(rng, units, rank).connectivity(t)
		require.True(t, j.Equal(j.T()))
		require.Equal(t, rank, j.Rank())

		l := reversible(rng, units, rank)
		p := requireCovariance(t, *l.noise)
		flow := l.connectivity(t).Mul(p)
		require.True(t, flow.Equal(flow.T()))
		require.Equal(t, rank, exact.HStack(rational(t, l.m), p.Mul(rational(t, l.n))).Rank(), "range P N in range M")
		require.Equal(t, units, p.Rank())
	}
}
