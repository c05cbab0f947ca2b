package certificate

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// minimalLatents is [Λ₁, Λ₁ᵀ] for Λ₁ = M Nᵀ S (S7 of the theory), of generic rank min(2R, N).
func minimalLatents(claimed func(s Shape) int) RankClaim {
	return RankClaim{
		Name: "S7",
		Build: func(b *Builder, s Shape) Expr {
			lag := b.Matrix("M", s.N, s.R).Times(b.Matrix("N", s.N, s.R).T()).Times(b.Symmetric("S", s.N))
			return b.HStack(lag, lag.T())
		},
		AtLeast: claimed,
	}
}

func TestGenericRanksAreProved(t *testing.T) {
	claim := minimalLatents(func(s Shape) int { return min(2*s.R, s.N) })
	for n := 1; n <= 8; n++ {
		for r := 0; r <= min(n, 4); r++ {
			s := Shape{N: n, R: r}
			proof, err := claim.Prove(seeded(1), s)
			require.NoError(t, err)
			require.Equal(t, RankProof{Shape: s, AtLeast: min(2*r, n), AtMost: min(2*r, n), Evaluations: 1}, proof)
			require.True(t, proof.Exact())
		}
	}
	modest := minimalLatents(func(s Shape) int { return s.R })
	proof, err := modest.Prove(seeded(1), Shape{N: 5, R: 2})
	require.NoError(t, err)
	require.Equal(t, 4, proof.AtLeast, "what was found, not what was claimed")
}

func TestRanksThatAreTooHighAreRefused(t *testing.T) {
	claim := minimalLatents(func(s Shape) int { return 2*s.R + 1 })
	_, err := claim.Prove(seeded(1), Shape{N: 5, R: 2})
	tooLow := (*RankTooLow)(nil)
	require.ErrorAs(t, err, &tooLow)
	require.Equal(t, 4, tooLow.Found)
	require.Equal(t, 5, tooLow.Claimed)
	require.True(t, math.IsInf(tooLow.Bits, 1), "the shapes exclude it")
	require.EqualError(t, err, "certificate: S7 fails for N=5 R=2: [M·Nᵀ·S, (M·Nᵀ·S)ᵀ] has rank 4 at random points, not 5")
}

// A skew-symmetric matrix of odd size is singular, which the shapes do not show.
func TestRankTooLowStatesItsProbability(t *testing.T) {
	for _, n := range []int{3, 5} {
		skew := RankClaim{
			Name: "skew",
			Build: func(b *Builder, s Shape) Expr {
				w := b.Matrix("W", s.N, s.N)
				return w.Minus(w.T())
			},
			AtLeast: func(s Shape) int { return s.N },
		}
		_, err := skew.Prove(seeded(1), Shape{N: n})
		tooLow := (*RankTooLow)(nil)
		require.ErrorAs(t, err, &tooLow)
		require.Equal(t, n-1, tooLow.Found)
		require.Equal(t, n, tooLow.AtMost)
		require.Equal(t, 3*(60-math.Log2(float64(n))), tooLow.Bits, "the determinant has degree n")

		// The determinant has degree n still, but over a denominator whose zeros may be half of the points.
		bare := skew.Build
		skew.Build = func(b *Builder, s Shape) Expr { return bare(b, s).Scaled(b.Scalar("x").Pow(1 << 59).Inverse()) }
		_, err = skew.Prove(seeded(1), Shape{N: n})
		require.ErrorAs(t, err, &tooLow)
		require.Equal(t, 3*(59-math.Log2(float64(n))), tooLow.Bits)

		skew.AtLeast = func(s Shape) int { return s.N - 1 }
		proof, err := skew.Prove(seeded(1), Shape{N: n})
		require.NoError(t, err)
		require.False(t, proof.Exact())
	}
}

func TestRankCountsReplacedPoints(t *testing.T) {
	claim := RankClaim{
		Name:    "inverse",
		Build:   func(b *Builder, _ Shape) Expr { return b.Matrix("V", 2, 2).Inverse() },
		AtLeast: func(Shape) int { return 2 },
	}
	resampled, rng := 0, seeded(1)
	for range 100 {
		proof, err := claim.prove(rng, Shape{}, gf3(t))
		require.NoError(t, err)
		resampled += proof.Resampled
	}
	// 1/(48/81) − 1 = 0.69 expected a time, standard deviation 0.11.
	require.Greater(t, resampled, 10)
	require.Less(t, resampled, 130)
}

func TestRankOfAFormulaWithoutMeaning(t *testing.T) {
	claim := RankClaim{
		Name: "nowhere",
		Build: func(b *Builder, s Shape) Expr {
			return b.Matrix("M", s.N, 1).Times(b.Matrix("N", 1, s.N)).Inverse()
		},
		AtLeast: func(Shape) int { return 1 },
	}
	_, err := claim.Prove(seeded(1), Shape{N: 2})
	require.ErrorIs(t, err, ErrSingular)
	proof, err := claim.Prove(seeded(1), Shape{N: 1})
	require.NoError(t, err)
	require.Equal(t, "N=1", fmt.Sprint(proof.Shape))
}
