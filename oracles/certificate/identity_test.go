package certificate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rankproof/rankproof/oracles/gfp"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 128)) }

func TestTrueIdentitiesAreProved(t *testing.T) {
	for _, c := range trueClaims() {
		t.Run(c.Name, func(t *testing.T) {
			proof, err := c.Prove(seeded(1), c.shape, 128)
			require.NoError(t, err)
			require.Equal(t, c.shape, proof.Shape)
			require.Equal(t, 3, proof.Evaluations)
			require.Zero(t, proof.Resampled)
			require.GreaterOrEqual(t, proof.Bits, 128.0)
			require.Less(t, proof.Bits, 3*60.01)
		})
	}
}

func TestFalseTwinsAreRefutedAtOnce(t *testing.T) {
	for _, c := range falseTwins() {
		t.Run(c.Name, func(t *testing.T) {
			for seed := range uint64(10) {
				_, err := c.Prove(seeded(seed), c.shape, 1) // one evaluation
				refuted := (*Refuted)(nil)
				require.ErrorAs(t, err, &refuted)
				require.Equal(t, c.Name, refuted.Identity)
				require.Equal(t, c.shape, refuted.Shape)
				require.GreaterOrEqual(t, refuted.Prime, uint64(1<<60))
				require.ErrorContains(t, err, fmt.Sprintf("certificate: %s is false for %v: ", c.Name, c.shape))
				require.ErrorContains(t, err, fmt.Sprintf("entry (%d, %d) modulo %d", refuted.Row, refuted.Col, refuted.Prime))
			}
		})
	}
}

func TestTheFalseEntryIsNamed(t *testing.T) {
	for _, c := range falseTwins() {
		if c.Name != "only the last of many entries" {
			continue
		}
		_, err := c.Prove(seeded(1), c.shape, 1)
		refuted := (*Refuted)(nil)
		require.ErrorAs(t, err, &refuted)
		require.Equal(t, [2]int{3, 3}, [2]int{refuted.Row, refuted.Col})
		require.Equal(t, "W + D = D + W + [0 0 0 0; 0 0 0 0; 0 0 0 0; 0 0 0 1]", refuted.Equation)
		return
	}
	t.Fatal("the twin is gone")
}

// The degrees that theory.md states.
func TestDegreesOfTheCharacteristicPolynomials(t *testing.T) {
	for n := 1; n <= 16; n++ {
		proof, err := characteristicPolynomials.Prove(seeded(1), Shape{N: n}, 128)
		require.NoError(t, err)
		require.Equal(t, 2*n, proof.Degree)
		require.Zero(t, proof.DenominatorDegree)
		for r := 1; r <= n; r++ {
			proof, err := lowRankPolynomials.Prove(seeded(1), Shape{N: n, R: r}, 128)
			require.NoError(t, err)
			require.Equal(t, n+2*r, proof.Degree)
		}
	}
}

func TestTheSameSeedGivesTheSameResult(t *testing.T) {
	for _, c := range append(trueClaims(), falseTwins()...) {
		proof, err := c.Prove(seeded(5), c.shape, 128)
		again, errAgain := c.Prove(seeded(5), c.shape, 128)
		require.Equal(t, proof, again)
		require.Equal(t, err, errAgain)
	}
	w := falseTwins()[0]
	_, err := w.Prove(seeded(5), w.shape, 128)
	_, other := w.Prove(seeded(6), w.shape, 128)
	require.NotEqual(t, err, other, "another prime")
}

func TestEvaluationsFollowTheBitsAndTheDegree(t *testing.T) {
	power := func(k int) Identity {
		return identity("power", func(b *Builder, _ Shape) []Equation {
			x := b.Scalar("x")
			return []Equation{x.Pow(k).Equals(x.Times(x.Pow(k - 1)))}
		})
	}
	for _, c := range []struct{ degree, bits, evaluations int }{
		{1, 1, 1}, {1, 60, 1}, {1, 61, 2}, {1, 180, 3},
		{1 << 20, 40, 1}, {1 << 20, 41, 2}, {1 << 58, 128, 64}, {1 << 59, 5, 5},
	} {
		proof, err := power(c.degree).Prove(seeded(1), Shape{}, c.bits)
		require.NoError(t, err)
		require.Equal(t, c.degree, proof.Degree)
		require.Equal(t, c.evaluations, proof.Evaluations, "%+v", c)
		require.GreaterOrEqual(t, proof.Bits, float64(c.bits))
	}
	for _, degree := range []int{1<<59 + 1<<58, 1 << 60, 1 << 62} {
		_, err := power(degree).Prove(seeded(1), Shape{}, 1)
		require.ErrorIs(t, err, ErrBound)
	}
}

// The identity p·x = 0 is true modulo p and false otherwise. Planted with the very prime that will be drawn first, it
// survives the first evaluation and none with another prime.
func TestEveryEvaluationHasAPrimeOfItsOwn(t *testing.T) {
	first := gfp.RandomPrime(seeded(3))
	planted := identity("planted", func(b *Builder, _ Shape) []Equation {
		return []Equation{b.Scalar("x").Scaled(b.Integer(int64(first))).Equals(b.Zero(1, 1))}
	})
	proof, err := planted.Prove(seeded(3), Shape{}, 1)
	require.NoError(t, err)
	require.Equal(t, 1, proof.Evaluations)
	require.Equal(t, 61, proof.Log2Height)
	require.Less(t, proof.Bits, math.Log2(gfp.PrimeCount), "it is said that one prime may divide the coefficient")

	_, err = planted.Prove(seeded(3), Shape{}, 128)
	refuted := (*Refuted)(nil)
	require.ErrorAs(t, err, &refuted)
	require.NotEqual(t, first, refuted.Prime)

	other := rand.New(rand.NewPCG(3, 129))
	_, err = planted.Prove(other, Shape{}, 1)
	require.ErrorAs(t, err, &refuted)
}

func TestErrorBits(t *testing.T) {
	const n = 1 << 20
	for _, c := range []struct {
		g           polynomial
		denominator int
		probability float64
	}{
		{polynomial{0, 0}, 0, 0x1p-60},
		{polynomial{1, 0}, 0, 0x1p-60},
		{polynomial{n, 0}, 0, 0x1p-40},
		{polynomial{n, 59}, 0, 0x1p-40}, // a number below 2^60 has no prime factor in [2^60, 2^61)
		{polynomial{n, 60}, 0, 0x1p-40 + 1/2.7e16},
		{polynomial{n, 6059}, 0, 0x1p-40 + 100/2.7e16},
		{polynomial{n, 0}, 1 << 59, 0x1p-39}, // half the points are no good
		{polynomial{1 << 60, 0}, 0, 1},
		{polynomial{1, unbounded}, 0, 1},
		{polynomial{1, 0}, unbounded, 1},
		{polynomial{1 << 59, 0}, 1<<60 - 1<<50, 1},
	} {
		require.Equal(t, max(0, -math.Log2(c.probability)), errorBits(c.g, c.denominator), "%+v", c)
	}
}

// Over GF(3) the false identity (v − 1)/v = 0, of degree 1 over a denominator of degree 1, passes at half of the points
// where it is defined: the bound degree/(p − denominatorDegree) is attained, and degree/p would be wrong.
func TestRejectedPointsRaiseTheErrorProbability(t *testing.T) {
	f, err := gfp.NewField(3)
	require.NoError(t, err)
	b := NewBuilder()
	v := b.Scalar("v")
	equations := system{v.Minus(b.Integer(1)).Times(v.Inverse()).Equals(b.Zero(1, 1))}
	worst, denominatorDegree := equations.difference()
	require.Equal(t, 1, worst.degree)
	require.Equal(t, 1, denominatorDegree)

	const trials = 4000
	passed, rejected := 0, 0
	rng := seeded(9)
	for range trials {
		again, err := equations.check(f, rng)
		rejected += again
		if err == nil {
			passed++
		}
	}
	// Binomial: standard deviation 0.008 of the share. Rejected points: geometric, mean ½, standard deviation 0.014.
	share, mean := float64(passed)/trials, float64(rejected)/trials
	require.True(t, 0.45 < share && share < 0.55, "passed %v", share)
	require.True(t, 0.41 < mean && mean < 0.59, "rejected %v", mean)
}

// gf3 is a source of fields in which many matrices are singular.
func gf3(t *testing.T) func(*rand.Rand) gfp.Field {
	f, err := gfp.NewField(3)
	require.NoError(t, err)
	return func(*rand.Rand) gfp.Field { return f }
}

func TestSingularPointsAreReplacedAndCounted(t *testing.T) {
	id := identity("inverse of a product", func(b *Builder, _ Shape) []Equation {
		v, w := b.Matrix("V", 2, 2), b.Matrix("W", 2, 2)
		return []Equation{v.Times(w).Inverse().Equals(w.Inverse().Times(v.Inverse()))}
	})
	total, rng := 0, seeded(10)
	const trials = 1000
	for range trials / 2 {
		proof, err := id.prove(rng, Shape{}, 64, gf3(t))
		require.NoError(t, err)
		require.Equal(t, 2, proof.Evaluations)
		total += proof.Resampled
	}
	// 48 of the 81 matrices are invertible: 1/(48/81)² − 1 = 1.85 rejected a trial, standard deviation 0.07.
	mean := float64(total) / trials
	require.True(t, 1.4 < mean && mean < 2.3, "rejected %v", mean)
}

func TestIdenticallySingularMatricesAreAnError(t *testing.T) {
	for name, build := range map[string]func(b *Builder) Expr{
		"known from the shapes": func(b *Builder) Expr { return b.Matrix("M", 3, 2).Times(b.Matrix("N", 2, 3)) },
		"by cancellation":       func(b *Builder) Expr { v := b.Matrix("V", 3, 3); return v.Plus(v.T()).Minus(v.T()).Minus(v) },
		"zero":                  func(b *Builder) Expr { return b.Zero(2, 2) },
	} {
		id := identity(name, func(b *Builder, _ Shape) []Equation {
			inverse := build(b).Inverse()
			return []Equation{inverse.Plus(inverse.Inverse()).Equals(inverse)}
		})
		_, err := id.Prove(seeded(1), Shape{}, 128)
		require.ErrorIs(t, err, ErrSingular, name)
		require.ErrorContains(t, err, "at 100 points of GF(1", name)
		require.ErrorContains(t, err, "⁻¹ does not exist at this point", name)
	}
}

func TestMisuseOfIdentitiesPanics(t *testing.T) {
	require.PanicsWithValue(t, "certificate: a proof of 0 bits", func() {
		_, _ = characteristicPolynomials.Prove(seeded(1), Shape{N: 1}, 0)
	})
	require.PanicsWithValue(t, "certificate: nothing has no equations for N=3", func() {
		empty := identity("nothing", func(*Builder, Shape) []Equation { return nil })
		_, _ = empty.Prove(seeded(1), Shape{N: 3}, 1)
	})
	require.PanicsWithValue(t, "certificate: cannot equate A (2×3) and Aᵀ (3×2)", func() {
		misfit := identity("misfit", func(b *Builder, _ Shape) []Equation {
			a := b.Matrix("A", 2, 3)
			return []Equation{{Left: a, Right: a.T()}}
		})
		_, _ = misfit.Prove(seeded(1), Shape{}, 1)
	})
}
