package generators

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

// eachContraction calls f for samples of each size up to 6 of a kind.
func eachContraction(c contraction, regular bool, f func(a [][]float64)) {
	for n := max(c.least, 1); n <= 6; n++ {
		for seed := range uint64(15) {
			f(c.sample(rand.New(rand.NewPCG(seed, uint64(n))), n, regular))
		}
	}
}

func TestContractionsAreSound(t *testing.T) {
	for _, c := range contractions() {
		t.Run(c.name, func(t *testing.T) {
			largest := 0.0
			eachContraction(c, false, func(a [][]float64) {
				m := rational(t, a)
				require.Equal(t, exact.Inside, m.CharPoly().UnitDisc(), "%v", a)
				require.True(t, contracts(a), "%v", a)
				for _, edge := range c.edges {
					require.True(t, edge == "defective" && defective(m) || edge == slow && radiusIsSlowest(m), "%q is false of %v", edge, a)
				}
				for _, row := range a {
					for _, x := range row {
						largest = max(largest, math.Abs(x))
						require.True(t, !c.exact || isInteger(64*x), "%v", a)
						require.True(t, c.graded || isInteger(0x1p27*x), "%v", a)
					}
				}
			})
			if c.regular {
				eachContraction(c, true, func(a [][]float64) {
					require.Equal(t, len(a), rational(t, a).Rank(), "%v", a)
					require.Equal(t, exact.Inside, rational(t, a).CharPoly().UnitDisc())
				})
			}
			require.LessOrEqual(t, largest, 8.0)
			require.True(t, c.name == "zero" || largest > 0)
		})
	}
}

func TestExpandingIsUnstable(t *testing.T) {
	seen := map[exact.Side]bool{}
	for n := 1; n <= 5; n++ {
		for seed := range uint64(20) {
			a := expanding(rand.New(rand.NewPCG(seed, 7)), n, true)
			side := rational(t, a).CharPoly().UnitDisc()
			require.NotEqual(t, exact.Inside, side)
			require.False(t, contracts(a))
			require.Equal(t, n, rational(t, a).Rank())
			seen[side] = true
		}
	}
	require.Len(t, seen, 2, "on the circle and outside")
}

// contracts never says so of a matrix that does not, and says so of most that do.
func TestContractsIsNoGuess(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	stable, seen := 0, 0
	for range 400 {
		n := 1 + rng.IntN(4)
		a := zeros(n, n)
		for i := range a {
			for j := range a[i] {
				if rng.IntN(3) > 0 {
					a[i][j] = integer(rng, 9) / 8
				}
			}
		}
		truth := rational(t, a).CharPoly().UnitDisc() == exact.Inside
		require.False(t, contracts(a) && !truth, "%v", a)
		if truth {
			stable++
			if contracts(a) {
				seen++
			}
		}
	}
	require.Greater(t, stable, 50)
	require.Equal(t, stable, seen)
	require.False(t, contracts([][]float64{{1}}))
	require.False(t, contracts([][]float64{{0, 1}, {1, 0}}), "on the circle")
	require.False(t, contracts([][]float64{{0, 4}, {0.25, 0}}))
	require.False(t, contracts([][]float64{{math.NaN()}}))
	require.False(t, contracts([][]float64{{math.NaN(), 1}, {1, 0}}))
	require.True(t, contracts([][]float64{{0, 1e9}, {0, slowest}}))
	require.True(t, contracts(nil))
}

// Ranks by integers are those of the oracle.
func TestRankOfIntegers(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	deficient := 0
	for range 300 {
		rows, cols := 1+rng.IntN(5), 1+rng.IntN(5)
		a := zeros(rows, cols)
		inner := 1 + rng.IntN(4)
		for range inner {
			u, v := quarters(rng, 1, rows)[0], quarters(rng, 1, cols)[0]
			for i := range u {
				for j := range v {
					a[i][j] += math.Ldexp(u[i]*v[j], 12*(i%3)-9*(j%2))
				}
			}
		}
		want := rational(t, a).Rank()
		z := scaledToIntegers(a)
		require.Equal(t, want, z.rank(), "%v", a)
		require.Equal(t, want, z.rank(), "and the matrix is left alone")
		require.Equal(t, want == 0, z.isZero())
		if want < min(rows, cols) {
			deficient++
		}
		b := scaledToIntegers(quarters(rng, cols, 3)).reduced()
		require.LessOrEqual(t, z.times(b).rank(), want)
		require.Equal(t, want, z.times(z.transposed()).rank(), "rank A Aᵀ = rank A")
		require.Equal(t, want, z.above(z).rank())
	}
	require.Greater(t, deficient, 50)
	require.Zero(t, scaledToIntegers(nil).rank())
	require.Equal(t, 2, scaledToIntegers([][]float64{{1, 0}, {0, 0x1p-60}}).rank())
	require.True(t, scaledToIntegers([][]float64{{0, 1}, {0, 0}}).isNilpotent())
	require.False(t, scaledToIntegers([][]float64{{0, 1}, {0x1p-60, 0}}).isNilpotent())
}
