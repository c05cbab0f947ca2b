package exact

import (
	"math/big"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// determinantByExpansion is Laplace's expansion along the first row: slow, and nothing like elimination.
func determinantByExpansion(m *Matrix) *big.Rat {
	n := m.Rows()
	if n == 0 {
		return rat(1, 1)
	}
	sum := new(big.Rat)
	for j := range n {
		minor := HStack(m.Slice(1, n, 0, j), m.Slice(1, n, j+1, n))
		term := new(big.Rat).Mul(m.At(0, j), determinantByExpansion(minor))
		if j%2 == 1 {
			term.Neg(term)
		}
		sum.Add(sum, term)
	}
	return sum
}

// rankByMinors is the definition: the largest size of a minor that does not vanish.
func rankByMinors(m *Matrix) int {
	rank := 0
	for rowSet := range uint(1) << m.Rows() {
		for colSet := range uint(1) << m.Cols() {
			size := bits.OnesCount(rowSet)
			if size <= rank || size != bits.OnesCount(colSet) {
				continue
			}
			block := m.Columns(members(colSet)...).T().Columns(members(rowSet)...)
			if determinantByExpansion(block).Sign() != 0 {
				rank = size
			}
		}
	}
	return rank
}

func members(set uint) []int {
	var out []int
	for i := range bits.Len(set) {
		if set>>i&1 == 1 {
			out = append(out, i)
		}
	}
	return out
}

func TestDeterminant(t *testing.T) {
	requireRat(t, rat(-2, 1), FromInt64([][]int64{{1, 2}, {3, 4}}).Det())
	requireRat(t, rat(-1, 1), FromInt64([][]int64{{0, 1}, {1, 0}}).Det())
	requireRat(t, rat(1, 1), FromInt64([][]int64{{0, 1, 0}, {0, 0, 1}, {1, 0, 0}}).Det())
	requireRat(t, rat(0, 1), FromInt64([][]int64{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}).Det())
	requireRat(t, rat(1, 6), Diagonal([]*big.Rat{rat(1, 2), rat(1, 3)}).Det())
	requireRat(t, rat(-5, 1), FromInt64([][]int64{{-5}}).Det())

	r := newRand(t, 2)
	for range 150 {
		n := r.IntN(6)
		a, b := randomMatrix(r, n, n), randomMatrix(r, n, n)
		requireRat(t, determinantByExpansion(a), a.Det())
		requireRat(t, new(big.Rat).Mul(a.Det(), b.Det()), a.Mul(b).Det())
		requireRat(t, a.Det(), a.T().Det())
	}
}

// The determinant of the n×n Hilbert matrix is 1 over an integer: 1/2160 for n = 3, 1/266716800000 for n = 5.
func TestHilbert(t *testing.T) {
	hilbert := func(n int) *Matrix {
		entries := make([]*big.Rat, n*n)
		for k := range entries {
			entries[k] = rat(1, int64(k/n+k%n+1))
		}
		return fromRats(n, n, entries)
	}
	requireRat(t, rat(1, 2160), hilbert(3).Det())
	requireRat(t, rat(1, 266716800000), hilbert(5).Det())
	inverse, err := hilbert(12).Inverse()
	require.NoError(t, err)
	requireEqual(t, Identity(12), hilbert(12).Mul(inverse))
	requireRat(t, rat(144, 1), inverse.At(0, 0)) // n²
}

func TestRankIsTheLargestMinor(t *testing.T) {
	r := newRand(t, 3)
	for range 120 {
		m := randomMatrix(r, r.IntN(5), r.IntN(5))
		require.Equal(t, rankByMinors(m), m.Rank(), "%v", m)
		require.Equal(t, m.Rank(), m.T().Rank())
	}
	// A pivot column that is zero, and one that becomes zero.
	require.Equal(t, 2, FromInt64([][]int64{{0, 1, 2, 3}, {0, 2, 4, 7}, {0, 3, 6, 9}}).Rank())
}

// A rank that no floating-point tolerance can see.
func TestDyadicExtremes(t *testing.T) {
	tiny, huge := 0x1p-60, 0x1p60
	near, err := FromFloat64([][]float64{{huge, huge}, {huge, huge + 0x1p8}})
	require.NoError(t, err)
	require.Equal(t, 2, near.Rank())
	rankOne, err := FromFloat64([][]float64{{tiny, 1}, {1, huge}})
	require.NoError(t, err)
	require.Equal(t, 1, rankOne.Rank())
	requireRat(t, new(big.Rat), rankOne.Det())
	graded, err := FromFloat64([][]float64{{tiny, 1, 0}, {1, huge, 1}, {0, 1, 1 + 0x1p-52}})
	require.NoError(t, err)
	inverse, err := graded.Inverse()
	require.NoError(t, err)
	requireEqual(t, Identity(3), inverse.Mul(graded))
	requireRat(t, determinantByExpansion(graded), graded.Det())
	requireRat(t, new(big.Rat).SetFloat64(-tiny), graded.Det())
	require.Equal(t, Outside, graded.CharPoly().HalfPlane())
}

func TestInverse(t *testing.T) {
	r := newRand(t, 4)
	singular := 0
	for range 150 {
		n := r.IntN(6)
		a := randomMatrix(r, n, n)
		inverse, err := a.Inverse()
		if a.Det().Sign() == 0 {
			require.ErrorIs(t, err, ErrSingular)
			singular++
			continue
		}
		require.NoError(t, err)
		requireEqual(t, Identity(n), a.Mul(inverse))
		requireEqual(t, Identity(n), inverse.Mul(a))
	}
	require.Greater(t, singular, 20, "both cases must occur")
	_, err := FromInt64([][]int64{{1, 2}, {2, 4}}).Inverse()
	require.EqualError(t, err, "exact: singular matrix: 2×2 of rank 1")
}

func TestSolve(t *testing.T) {
	r := newRand(t, 5)
	seen := map[string]int{}
	for range 300 {
		rows, cols, k := r.IntN(6), r.IntN(5), r.IntN(3)
		a, b := randomMatrix(r, rows, cols), randomMatrix(r, rows, k)
		if r.IntN(2) == 0 {
			b = a.Mul(randomMatrix(r, cols, k))
		}
		x, err := a.Solve(b)
		switch {
		case a.Rank() < cols:
			require.ErrorIs(t, err, ErrSingular)
			seen["singular"]++
		case HStack(a, b).Rank() > a.Rank():
			require.ErrorIs(t, err, ErrInconsistent)
			seen["inconsistent"]++
		default:
			require.NoError(t, err)
			requireEqual(t, b, a.Mul(x))
			require.Equal(t, cols, x.Rows())
			seen["solved"]++
		}
	}
	for _, kind := range []string{"singular", "inconsistent", "solved"} {
		require.Greater(t, seen[kind], 20, kind)
	}
	_, err := Column(rats(1, 1)).Solve(HStack(Column(rats(2, 2)), Column(rats(2, 3))))
	require.EqualError(t, err, "exact: inconsistent equations: column 1 of the right-hand side is not in the range")
}

func TestNullSpaceAndRange(t *testing.T) {
	r := newRand(t, 6)
	check := func(m *Matrix) {
		t.Helper()
		null, image := m.NullSpace(), m.RangeBasis()
		require.True(t, m.Mul(null).IsZero())
		require.Equal(t, m.Cols()-m.Rank(), null.Cols())
		require.Equal(t, null.Cols(), null.Rank(), "independent")
		require.Equal(t, m.Rank(), image.Cols())
		require.Equal(t, m.Rank(), image.Rank(), "independent")
		_, err := image.Solve(m)
		require.NoError(t, err, "every column lies in the range")
	}
	for range 200 {
		check(randomMatrix(r, r.IntN(6), r.IntN(6)))
	}
	check(Zero(2, 3))
	check(FromInt64([][]int64{{0, 0, 1, 2}, {0, 0, 2, 5}}))
	requireEqual(t, Column(rats(-2, 1)), FromInt64([][]int64{{1, 2}, {3, 6}}).NullSpace())
	requireEqual(t, Column(rats(1, 3)), FromInt64([][]int64{{1, 2}, {3, 6}}).RangeBasis())
}

func TestRankOfProducts(t *testing.T) {
	r := newRand(t, 7)
	for range 60 {
		n := 1 + r.IntN(5)
		a, b := randomMatrix(r, n, n), randomMatrix(r, n, n)
		product := a.Mul(b).Rank()
		require.LessOrEqual(t, product, min(a.Rank(), b.Rank()))
		require.GreaterOrEqual(t, product, a.Rank()+b.Rank()-n) // Sylvester
		require.Equal(t, a.Rank(), disguise(t, r, a).Rank())
	}
	require.Equal(t, 7, wellMixed(r, 9, 7).Rank())
}

// wellMixed returns an n×n matrix of the given rank whose entries are all far from special.
func wellMixed(r *rand.Rand, n, rank int) *Matrix {
	rows := make([][]int64, n)
	for i := range rows {
		rows[i] = make([]int64, rank)
		for j := range rows[i] {
			rows[i][j] = r.Int64N(1<<40) - 1<<39
		}
	}
	f := FromInt64(rows)
	return f.Mul(f.T())
}
