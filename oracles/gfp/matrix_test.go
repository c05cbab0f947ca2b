package gfp

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProductIsTheSumOfProducts(t *testing.T) {
	rng := seeded(4)
	for _, p := range append(largePrimes, smallPrimes...) {
		f := field(t, p)
		for _, inner := range []int{0, 1, 2, 63, 64, 65, 200} {
			a, b := f.RandomMatrix(rng, 3, inner), f.RandomMatrix(rng, inner, 2)
			if inner%2 == 0 { // the largest residues: the sums of products come nearest to overflow
				for i := range a.entries {
					a.entries[i], b.entries[i%len(b.entries)] = Element{p - 1}, Element{p - 1}
				}
			}
			got := a.Mul(b)
			for i := range 3 {
				for j := range 2 {
					want := f.Zero()
					for k := range inner {
						want = f.Add(want, f.Mul(a.At(i, k), b.At(k, j)))
					}
					require.Equal(t, want, got.At(i, j), "%v, inner dimension %d", f, inner)
					require.Less(t, got.At(i, j).residue, p)
				}
			}
		}
	}
}

func TestIntegerMatrices(t *testing.T) {
	f := field(t, 101)
	a := f.Integers([][]int64{{1, 2}, {3, 4}, {5, 6}})
	b := f.Integers([][]int64{{-1, 0}, {2, 1}, {0, 100}})
	require.Equal(t, "[0 2; 5 5; 5 5]", a.Add(b).String())
	require.Equal(t, "[2 2; 1 3; 5 7]", a.Sub(b).String())
	require.Equal(t, "[1 3 5; 2 4 6]", a.Transpose().String())
	require.Equal(t, "[10 20; 30 40; 50 60]", a.Scale(f.Integer(10)).String())
	require.Equal(t, "[5 11; 11 25]", f.Integers([][]int64{{1, 2}, {3, 4}}).Mul(f.Integers([][]int64{{1, 3}, {2, 4}})).String())
	require.Equal(t, "[7 10; 15 22]", f.Integers([][]int64{{1, 2}, {3, 4}}).Pow(2).String())
	require.Equal(t, "[99; 0]", f.Integers([][]int64{{-2}, {0}}).String())
	require.True(t, a.Equal(f.Integers([][]int64{{1, 2}, {3, 4}, {5, 107}})))
	require.False(t, a.Equal(b))
	require.False(t, f.Zeros(0, 3).Equal(f.Zeros(0, 2)))
	rows, cols := f.Integers(nil).Dims()
	require.Equal(t, [2]int{0, 0}, [2]int{rows, cols})
	require.Equal(t, f, a.Field())
}

func TestPowers(t *testing.T) {
	f, rng := RandomField(seeded(5)), seeded(6)
	a := f.RandomMatrix(rng, 4, 4)
	want := f.Identity(4)
	for k := range 12 {
		require.True(t, want.Equal(a.Pow(k)), "A^%d", k)
		want = want.Mul(a)
	}
}

// leibniz is the determinant by its definition, column 0 expanded.
func leibniz(m Matrix) Element {
	if m.rows == 0 {
		return m.field.One()
	}
	f, det := m.field, m.field.Zero()
	for i := range m.rows {
		minor := f.Zeros(m.rows-1, m.rows-1)
		for r := range m.rows - 1 {
			for c := range m.rows - 1 {
				from := r
				if r >= i {
					from++
				}
				minor.Set(r, c, m.At(from, c+1))
			}
		}
		term := f.Mul(m.At(i, 0), leibniz(minor))
		if i%2 == 1 {
			term = f.Neg(term)
		}
		det = f.Add(det, term)
	}
	return det
}

func TestDeterminantInverseAndRankAgree(t *testing.T) {
	rng := seeded(7)
	fields := []Field{RandomField(rng), field(t, 1<<61-1), field(t, 3), field(t, 5)} // small ones are often singular
	singular := 0
	for trial := range 600 {
		f, n := fields[trial%len(fields)], trial/len(fields)%6
		a, b := f.RandomMatrix(rng, n, n), f.RandomMatrix(rng, n, n)
		before := a.clone()
		det := a.Det()
		require.Equal(t, leibniz(a), det, "%v over %v", a, f)
		require.Equal(t, f.Mul(det, b.Det()), a.Mul(b).Det())
		require.Equal(t, det, a.Transpose().Det())
		inverse, err := a.Inverse()
		require.Equal(t, det == f.Zero(), a.Rank() < n)
		require.True(t, a.Equal(before), "arguments are left alone")
		if det == f.Zero() {
			singular++
			require.ErrorIs(t, err, ErrSingular)
			require.ErrorContains(t, err, fmt.Sprintf("a %d×%d matrix of rank %d", n, n, a.Rank()))
			continue
		}
		require.NoError(t, err)
		require.True(t, a.Mul(inverse).Equal(f.Identity(n)))
		require.True(t, inverse.Mul(a).Equal(f.Identity(n)))
	}
	require.Greater(t, singular, 50)
}

func TestRankOfAProduct(t *testing.T) {
	rng := seeded(8)
	f := RandomField(rng)
	for rank := range 5 {
		a := f.RandomMatrix(rng, 7, rank).Mul(f.RandomMatrix(rng, rank, 5))
		require.Equal(t, rank, a.Rank())
		require.Equal(t, rank, a.Transpose().Rank())
		for i := range 7 {
			a.Set(i, 0, f.Zero()) // the first column has no pivot
		}
		require.Equal(t, min(rank, 4), a.Rank())
	}
	require.Zero(t, f.Zeros(0, 4).Rank())
}

func TestMisuseOfMatricesPanics(t *testing.T) {
	f, g := field(t, 7), field(t, 11)
	a := f.Zeros(2, 3)
	for message, misuse := range map[string]func(){
		"gfp: a matrix over GF(7) with one over GF(11)": func() { a.Mul(g.Zeros(3, 2)) },
		"gfp: product of 2×3 and 2×3":                   func() { a.Mul(a) },
		"gfp: sum of 2×3 and 3×2":                       func() { a.Add(a.Transpose()) },
		"gfp: determinant of a 2×3 matrix":              func() { a.Det() },
		"gfp: inverse of a 2×3 matrix":                  func() { _, _ = a.Inverse() },
		"gfp: power of a 2×3 matrix":                    func() { a.Pow(2) },
		"gfp: power -1":                                 func() { f.Identity(2).Pow(-1) },
		"gfp: entry (0, 3) of a 2×3 matrix":             func() { a.At(0, 3) },
		"gfp: row 1 has 1 entries, row 0 has 2":         func() { f.Integers([][]int64{{1, 2}, {3}}) },
	} {
		require.PanicsWithValue(t, message, misuse)
	}
}

func BenchmarkMatrixMul16(b *testing.B) {
	f, rng := RandomField(seeded(1)), seeded(2)
	x, y := f.RandomMatrix(rng, 16, 16), f.RandomMatrix(rng, 16, 16)
	for b.Loop() {
		x.Mul(y)
	}
}

func BenchmarkDet16(b *testing.B) {
	f, rng := RandomField(seeded(1)), seeded(2)
	x := f.RandomMatrix(rng, 16, 16)
	for b.Loop() {
		x.Det()
	}
}
