package model

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func maxOff(x, y array) float64 { return x.minus(y).maxAbs() }

// Thin decompositions are that: orthonormal columns, the product is what was decomposed, nothing of rows×rows.
func TestThinDecompositions(t *testing.T) {
	rng := seeded(37)
	for _, shape := range [][2]int{{5, 3}, {3, 3}, {2, 4}, {6, 1}, {1, 1}, {0, 3}, {4, 0}, {0, 0}} {
		b := gaussianArray(rng, shape[0], shape[1])
		bound := float64(16*(shape[0]+shape[1]+1)) * unitRoundoff * (1 + b.frobenius())
		small := min(shape[0], shape[1])
		for name, decompose := range map[string]func() (array, array){"qr": b.qr, "gradedQR": b.gradedQR} {
			q, r := decompose()
			require.Equal(t, [4]int{shape[0], small, small, shape[1]}, [4]int{q.rows, q.cols, r.rows, r.cols}, "%s of %v", name, shape)
			require.LessOrEqual(t, maxOff(q.mul(r), b), bound)
			require.LessOrEqual(t, maxOff(q.tmul(q), identityArray(small)), bound)
		}
		u, s, v, err := b.svd()
		require.NoError(t, err)
		require.Equal(t, [3]int{shape[0], shape[1], small}, [3]int{u.rows, v.rows, len(s)})
		require.LessOrEqual(t, maxOff(u.scaledColumns(s).mulT(v), b), bound)
		require.LessOrEqual(t, maxOff(v.tmul(v), identityArray(small)), bound)

		values, vectors, err := b.mulT(b).eigenSym()
		require.NoError(t, err)
		require.LessOrEqual(t, maxOff(vectors.scaledColumns(values).mulT(vectors), b.mulT(b)), bound*(1+b.frobenius()))
		require.IsNonDecreasing(t, append([]float64{math.Inf(-1)}, values...))
	}
}

// Each row is decomposed to its own rounding.
func TestGradedQR(t *testing.T) {
	rng := seeded(41)
	for _, power := range []int{0, 20, 50, 100} {
		b := gaussianArray(rng, 8, 3)
		for i := range b.rows {
			for j := range b.row(i) {
				b.row(i)[j] *= math.Ldexp(1, (i*5%8-4)*power/4)
			}
		}
		q, r := b.gradedQR()
		require.LessOrEqual(t, maxOff(q.tmul(q), identityArray(3)), 128*unitRoundoff)
		product := q.mul(r)
		for i := range b.rows {
			size := largest(b.row(i))
			for j, x := range b.row(i) {
				require.LessOrEqual(t, math.Abs(product.at(i, j)-x), 256*unitRoundoff*size, "row %d of size %v", i, size)
			}
		}
	}
}

func TestArrayProducts(t *testing.T) {
	b := rowsArray([]float64{1, 2, 3}, []float64{4, 5, 6})
	c := rowsArray([]float64{1, 0, -1}, []float64{2, 1, 0})
	require.Equal(t, rowsArray([]float64{-2, 4}, []float64{-2, 13}), b.mulT(c))
	require.Equal(t, b.mulT(c), b.mul(c.t()))
	require.Equal(t, b.mulT(c).t(), c.t().tmul(b.t()))
	require.Equal(t, newArray(2, 5), newArray(2, 0).mul(newArray(0, 5))) // an empty sum
	require.Equal(t, []float64{14, 32}, b.timesVector([]float64{1, 2, 3}))
	require.Equal(t, []float64{9, 12, 15}, b.timesVectorT([]float64{1, 2}))
	require.Equal(t, []float64{2, 5}, b.column(1))
	require.Equal(t, rowsArray([]float64{1, 2, 3, 1, 0, -1}, []float64{4, 5, 6, 2, 1, 0}), b.beside(c))
	require.Equal(t, rowsArray([]float64{2, 3}, []float64{5, 6}), b.columns(1, 3))
	require.Equal(t, rowsArray([]float64{4, 5, 6}, []float64{1, 2, 3}), b.selectRows([]int{1, 0}))
	require.Equal(t, rowsArray([]float64{2, 4, 6}, []float64{-4, -5, -6}), b.scaledRows([]float64{2, -1}))
	require.Equal(t, rowsArray([]float64{2, -2, 0}, []float64{8, -5, 0}), b.scaledColumns([]float64{2, -1, 0}))
	require.Equal(t, rowsArray([]float64{3, 2, 1}, []float64{8, 7, 6}), b.combined(2, c))
	require.PanicsWithValue(t, "model: arrays do not fit", func() { b.mul(c) })
	require.PanicsWithValue(t, "model: arrays do not fit", func() { b.plus(c.t()) })

	require.True(t, math.IsNaN(rowsArray([]float64{1, math.NaN(), 2}).maxAbs()))
	require.Equal(t, 5e300, rowsArray([]float64{3e300, 4e300}).frobenius())
	require.Nil(t, newArray(3, 0).dense())
	require.Nil(t, newArray(0, 0).symmetric())
	s := rowsArray([]float64{5e-324, 1}, []float64{3, math.MaxFloat64}).symmetrized()
	require.Equal(t, rowsArray([]float64{5e-324, 2}, []float64{2, math.MaxFloat64}), s)
}
