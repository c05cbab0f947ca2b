package exact

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFromFloat64IsExact(t *testing.T) {
	values := [][]float64{{0.1, math.Copysign(0, -1), 0x1p-60}, {0x1p60, math.MaxFloat64, math.SmallestNonzeroFloat64}}
	m, err := FromFloat64(values)
	require.NoError(t, err)
	for i, row := range values {
		for j, v := range row {
			requireRat(t, new(big.Rat).SetFloat64(v), m.At(i, j))
		}
	}
	require.Equal(t, [][]float64{{0.1, 0, 0x1p-60}, {0x1p60, math.MaxFloat64, math.SmallestNonzeroFloat64}}, m.Float64())
	require.True(t, math.IsInf(m.Mul(m.T()).Float64()[1][1], 1), "out of range")
}

func TestConstructorsNameTheOffendingEntry(t *testing.T) {
	bad := func(v float64) [][]float64 { return [][]float64{{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, v}} }
	_, err := FromFloat64(bad(math.NaN()))
	require.ErrorContains(t, err, "entry (2,3) is NaN")
	_, err = FromFloat64(bad(math.Inf(-1)))
	require.ErrorContains(t, err, "entry (2,3) is -Inf")
	_, err = FromFloat64([][]float64{{1, 2}, {3}})
	require.ErrorContains(t, err, "row 1 has 1 entries, row 0 has 2")
	_, err = DiagonalFloat64([]float64{1, math.Inf(1)})
	require.ErrorContains(t, err, "entry (1,1) is +Inf")
	_, err = FromRat([][]*big.Rat{{rat(1, 2), nil}})
	require.ErrorContains(t, err, "entry (0,1) is nil")
	_, err = FromRat([][]*big.Rat{{rat(1, 2)}, {}})
	require.ErrorContains(t, err, "row 1 has 0 entries")
}

func TestConstructorsAgree(t *testing.T) {
	want := FromInt64([][]int64{{2, 0}, {0, -3}})
	requireEqual(t, want, Diagonal(rats(2, -3)))
	diagonal, err := DiagonalFloat64([]float64{2, -3})
	require.NoError(t, err)
	requireEqual(t, want, diagonal)
	fractions, err := FromRat([][]*big.Rat{{rat(4, 2), rat(0, 5)}, {rat(0, 1), rat(-9, 3)}})
	require.NoError(t, err)
	requireEqual(t, want, fractions)
	requireEqual(t, Identity(2), Diagonal(rats(1, 1)))
	requireEqual(t, Zero(2, 2), Diagonal(rats(0, 0)))
	requireEqual(t, FromInt64([][]int64{{2}, {-3}}), Column(rats(2, -3)))
	require.False(t, want.Equal(Identity(2)))
	require.False(t, Zero(2, 3).Equal(Zero(3, 2)))
	require.False(t, want.Equal(want.Scale(rat(1, 2))), "same numerators or not, the denominators differ")
}

func TestInputAndOutputAreCopied(t *testing.T) {
	entry := rat(1, 3)
	m := Column([]*big.Rat{entry})
	entry.SetInt64(7)
	m.At(0, 0).SetInt64(8)
	requireRat(t, rat(1, 3), m.At(0, 0))
	c := []*big.Rat{rat(1, 1), rat(1, 3)}
	p := NewPoly(c...)
	c[1].SetInt64(7)
	p.Derivative()[0].SetInt64(8)
	requirePoly(t, NewPoly(rat(1, 1), rat(1, 3)), p)
}

func TestArithmeticByHand(t *testing.T) {
	a := fromRats(2, 2, []*big.Rat{rat(1, 2), rat(1, 3), rat(0, 1), rat(-1, 1)})
	b := FromInt64([][]int64{{6, 1}, {0, 3}})
	requireEqual(t, fromRats(2, 2, []*big.Rat{rat(13, 2), rat(4, 3), rat(0, 1), rat(2, 1)}), a.Add(b))
	requireEqual(t, fromRats(2, 2, []*big.Rat{rat(-11, 2), rat(-2, 3), rat(0, 1), rat(-4, 1)}), a.Sub(b))
	requireEqual(t, fromRats(2, 2, []*big.Rat{rat(3, 1), rat(3, 2), rat(0, 1), rat(-3, 1)}), a.Mul(b))
	requireEqual(t, fromRats(2, 2, []*big.Rat{rat(-1, 3), rat(-2, 9), rat(0, 1), rat(2, 3)}), a.Scale(rat(-2, 3)))
	requireEqual(t, fromRats(2, 2, []*big.Rat{rat(1, 2), rat(0, 1), rat(1, 3), rat(-1, 1)}), a.T())
	requireRat(t, rat(-1, 2), a.Trace())
	requireRat(t, rat(4, 3), a.Norm1())
	requireRat(t, rat(1, 1), a.NormInf())
	requireRat(t, rat(7, 1), FromInt64([][]int64{{3, -4}, {-1, 2}}).NormInf())
	requireRat(t, rat(6, 1), FromInt64([][]int64{{3, -4}, {-1, 2}}).Norm1())
	require.True(t, a.Sub(a).IsZero())
	require.False(t, a.IsZero())
	requireEqual(t, Zero(2, 2), a.Scale(new(big.Rat)))
}

func TestBlocks(t *testing.T) {
	m := FromInt64([][]int64{{1, 2, 3}, {4, 5, 6}})
	requireEqual(t, FromInt64([][]int64{{5, 6}}), m.Slice(1, 2, 1, 3))
	requireEqual(t, FromInt64([][]int64{{3, 1, 3}, {6, 4, 6}}), m.Columns(2, 0, 2))
	half := m.Scale(rat(1, 2))
	requireEqual(t, m, HStack(half.Columns(0), half.Columns(1, 2)).Scale(rat(2, 1)))
	stacked := VStack(half, m.Scale(rat(1, 3)))
	requireEqual(t, half, stacked.Slice(0, 2, 0, 3))
	requireEqual(t, m, stacked.Slice(2, 4, 0, 3).Scale(rat(3, 1)))
	requireEqual(t, m, HStack(Zero(2, 0), m, Zero(2, 0)))
	requireEqual(t, m, VStack(m, Zero(0, 3)))
	requireEqual(t, Zero(0, 0), HStack())
	requireEqual(t, Zero(0, 0), VStack())
	requireEqual(t, Zero(0, 5), HStack(Zero(0, 2), Zero(0, 3)))
}

func TestString(t *testing.T) {
	m := fromRats(2, 2, []*big.Rat{rat(1, 2), rat(10, 1), rat(-4, 3), rat(0, 1)})
	require.Equal(t, "[ 1/2  10]\n[-4/3   0]", m.String())
	require.Equal(t, "[0×3]", Zero(0, 3).String())
}

func TestRingIdentities(t *testing.T) {
	r := newRand(t, 1)
	for range 100 {
		n, k, l := r.IntN(5), r.IntN(5), r.IntN(5)
		a, b, c := randomMatrix(r, n, k), randomMatrix(r, n, k), randomMatrix(r, k, l)
		requireEqual(t, a.Mul(c).Add(b.Mul(c)), a.Add(b).Mul(c))
		requireEqual(t, a, a.Add(b).Sub(b))
		requireEqual(t, a.Mul(c).T(), c.T().Mul(a.T()))
		requireEqual(t, a, a.Mul(Identity(k)))
		requireEqual(t, a.Scale(rat(2, 1)), a.Add(a))
		requireEqual(t, a.Add(b).Mul(c), HStack(a, b).Mul(VStack(c, c)))
		requireEqual(t, a, a.T().T())
		requireRat(t, a.Mul(b.T()).Trace(), b.T().Mul(a).Trace())
		requireRat(t, a.Norm1(), a.T().NormInf())
		p, square := Identity(n), randomMatrix(r, n, n)
		for e := range 6 {
			requireEqual(t, p, square.Pow(e))
			p = p.Mul(square)
		}
	}
}

func TestWithoutEntries(t *testing.T) {
	empty := Zero(0, 0)
	requireEqual(t, empty, Identity(0))
	requireEqual(t, Zero(2, 3), Zero(2, 0).Mul(Zero(0, 3)))
	requireEqual(t, Zero(0, 2), Column(nil).Mul(Zero(1, 2)))
	requireRat(t, rat(1, 1), empty.Det())
	requireRat(t, rat(0, 1), empty.Trace())
	requireRat(t, rat(0, 1), Zero(3, 0).Norm1())
	requireRat(t, rat(0, 1), Zero(3, 0).NormInf())
	requirePoly(t, PolyFromInt64(1), empty.CharPoly())
	require.Equal(t, []int{0, 0, 0}, empty.RankSequence(2))
	require.Equal(t, []int{0}, empty.JordanRanks(rat(1, 1), 0))
	inverse, err := empty.Inverse()
	require.NoError(t, err)
	requireEqual(t, empty, inverse)
	require.Zero(t, Zero(0, 3).Rank())
	require.Zero(t, Zero(3, 0).Rank())
	requireEqual(t, Zero(3, 0), Zero(3, 2).RangeBasis())
	requireEqual(t, Zero(0, 0), Zero(3, 0).NullSpace())
	require.Equal(t, 3, Zero(0, 3).NullSpace().Rank())
	x, err := Zero(3, 0).Solve(Zero(3, 2))
	require.NoError(t, err)
	requireEqual(t, Zero(0, 2), x)
	requireEqual(t, empty, empty.Pow(3))
	requireEqual(t, empty, PolyFromInt64(1, 2).EvalMatrix(empty))
	require.Empty(t, empty.Float64())
	none, err := FromFloat64(nil)
	require.NoError(t, err)
	requireEqual(t, empty, none)
}

func TestMisuseOfShapesPanicsWithTheShapes(t *testing.T) {
	a := Zero(2, 3)
	for want, misuse := range map[string]func(){
		"exact: Add of a 2×3 and a 3×2 matrix":                        func() { a.Add(a.T()) },
		"exact: Sub of a 2×3 and a 3×2 matrix":                        func() { a.Sub(a.T()) },
		"exact: Mul of a 2×3 and a 2×3 matrix":                        func() { a.Mul(a) },
		"exact: Det of a 2×3 matrix, which is not square":             func() { a.Det() },
		"exact: Pow with the negative exponent -1":                    func() { Identity(1).Pow(-1) },
		"exact: RankSequence with the negative exponent -1":           func() { Identity(1).RankSequence(-1) },
		"exact: entry (2,0) of a 2×3 matrix":                          func() { a.At(2, 0) },
		"exact: entry (0,3) of a 2×3 matrix":                          func() { a.At(0, 3) },
		"exact: column 3 of a 2×3 matrix":                             func() { a.Columns(3) },
		"exact: Slice of rows 0 to 3, columns 0 to 1 of a 2×3 matrix": func() { a.Slice(0, 3, 0, 1) },
		"exact: HStack of a 2×3 and a 3×2 matrix":                     func() { HStack(a, a.T()) },
		"exact: VStack of a 2×3 and a 3×2 matrix":                     func() { VStack(a, a.T()) },
		"exact: Solve with a 2×3 matrix and a 3×2 right-hand side":    func() { _, _ = a.Solve(a.T()) },
		"exact: row 1 has 1 entries, row 0 has 2":                     func() { FromInt64([][]int64{{1, 2}, {3}}) },
		"exact: Diagonal: value 0 is nil":                             func() { Diagonal([]*big.Rat{nil}) },
		"exact: a matrix cannot be -1×2":                              func() { Zero(-1, 2) },
		"exact: DivMod by the zero polynomial":                        func() { PolyFromInt64(1).DivMod(nil) },
	} {
		require.PanicsWithValue(t, want, misuse)
	}
}
