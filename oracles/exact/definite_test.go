package exact

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// gram returns B Bᵀ, positive semidefinite, for an n×r matrix of small integers.
func gram(r *rand.Rand, n, rank int) *Matrix {
	b := randomMatrix(r, n, rank)
	return b.Mul(b.T())
}

// TestDefinitenessIsThatOfCongruentDiagonals: S D Sᵀ has as many positive and negative eigenvalues as D (Sylvester).
func TestDefinitenessIsThatOfCongruentDiagonals(t *testing.T) {
	r := newRand(t, 60)
	seen := map[[2]bool]int{}
	for range 400 {
		n := r.IntN(6)
		d, semidefinite, definite := make([]*big.Rat, n), true, true
		negativeToo := r.IntN(3) == 0
		for i := range d {
			v := r.Int64N(3)
			if negativeToo {
				v--
			}
			semidefinite, definite = semidefinite && v >= 0, definite && v > 0
			d[i] = rat(v, 1+r.Int64N(3))
		}
		s := Identity(n)
		if n > 0 {
			s = disguise(t, r, jordan(1, n))
		}
		psd, pd := s.Mul(Diagonal(d)).Mul(s.T()).Definiteness()
		require.Equal(t, []bool{semidefinite, definite}, []bool{psd, pd}, "D = %v", d)
		seen[[2]bool{psd, pd}]++
	}
	require.Len(t, seen, 3, "every kind must have been met")
}

func TestDefinitenessOfZeroDiagonals(t *testing.T) {
	for _, c := range []struct {
		m       [][]int64
		psd, pd bool
	}{
		{[][]int64{{0, 1}, {1, 0}}, false, false},
		{[][]int64{{0, 1}, {1, 5}}, false, false},
		{[][]int64{{1, 1, 1}, {1, 1, 2}, {1, 2, 9}}, false, false},
		{[][]int64{{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}, true, false},
		{[][]int64{{0, 0}, {0, -1}}, false, false},
		{[][]int64{{0}}, true, false},
		{[][]int64{{2, 1}, {1, 1}}, true, true},
		{nil, true, true},
	} {
		psd, pd := FromInt64(c.m).Definiteness()
		require.Equal(t, []bool{c.psd, c.pd}, []bool{psd, pd}, "%v", c.m)
	}
	require.Panics(t, func() { FromInt64([][]int64{{1, 2}, {3, 4}}).Definiteness() })
}

func TestIsSymmetric(t *testing.T) {
	require.True(t, FromInt64([][]int64{{1, 2}, {2, 3}}).IsSymmetric())
	require.False(t, FromInt64([][]int64{{1, 2}, {3, 3}}).IsSymmetric())
	require.False(t, Zero(2, 3).IsSymmetric())
	require.True(t, Zero(0, 0).IsSymmetric())
}

func TestGeneralizedInverse(t *testing.T) {
	r := newRand(t, 61)
	for range 200 {
		a := randomMatrix(r, r.IntN(6), r.IntN(6))
		g := a.GeneralizedInverse()
		requireEqual(t, a, a.Mul(g).Mul(a))
		require.Equal(t, a.Rank(), g.Rank())

		s := gram(r, 1+r.IntN(5), r.IntN(5))
		if r.IntN(2) == 0 {
			s = s.Sub(gram(r, s.Rows(), 1)) // indefinite
		}
		g = s.GeneralizedInverse()
		requireEqual(t, s, s.Mul(g).Mul(s))
		require.True(t, g.IsSymmetric(), "%v", s)
	}
	full := FromInt64([][]int64{{1, 2}, {3, 4}})
	inverse, err := full.Inverse()
	require.NoError(t, err)
	requireEqual(t, inverse, full.GeneralizedInverse())
	requireEqual(t, Zero(3, 2), Zero(2, 3).GeneralizedInverse())
}

func TestLyapunovSolvesTheEquationItStates(t *testing.T) {
	r := newRand(t, 62)
	for range 100 {
		k := r.IntN(5)
		a := randomMatrix(r, k, k).Scale(rat(1, 1+r.Int64N(9)))
		v := gram(r, k, k).Sub(gram(r, k, 1))
		q := v.Sub(a.Mul(v).Mul(a.T()))
		solved, err := Lyapunov(a, q)
		if err != nil { // two eigenvalues of product 1
			require.ErrorIs(t, err, ErrSingular)
			require.NotEqual(t, Inside, a.CharPoly().UnitDisc())
			continue
		}
		requireEqual(t, v, solved)
	}
}

func TestLyapunovSaysWhenThereIsNoOneSolution(t *testing.T) {
	for _, a := range []*Matrix{
		FromInt64([][]int64{{1}}),
		FromInt64([][]int64{{-1}}),
		FromInt64([][]int64{{0, 1}, {-1, 0}}),
		Diagonal([]*big.Rat{rat(2, 1), rat(1, 2)}),
	} {
		_, err := Lyapunov(a, Identity(a.Rows()))
		require.ErrorIs(t, err, ErrSingular)
	}
	unstable, err := Lyapunov(FromInt64([][]int64{{2}}), Identity(1))
	require.NoError(t, err)
	requireRat(t, rat(-1, 3), unstable.At(0, 0))
	require.Panics(t, func() { _, _ = Lyapunov(Identity(2), Identity(3)) })
	require.Panics(t, func() { _, _ = Lyapunov(Identity(2), FromInt64([][]int64{{1, 2}, {3, 4}})) })
}

// BenchmarkLyapunov3 is a stationary covariance of three latents with entries of 53 bits.
func BenchmarkLyapunov3(b *testing.B) {
	r := rand.New(rand.NewPCG(63, 2023))
	entries := make([][]float64, 3)
	for i := range entries {
		entries[i] = []float64{r.Float64() / 3, r.Float64() / 3, r.Float64() / 3}
	}
	a, err := FromFloat64(entries)
	require.NoError(b, err)
	q := a.Mul(a.T())
	for b.Loop() {
		if _, err := Lyapunov(a, q); err != nil {
			b.Fatal(err)
		}
	}
}
