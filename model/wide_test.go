package model

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

func exactWide(t testing.TB, w wide) *exact.Matrix { return exactly(t, w.hi).Add(exactly(t, w.lo)) }

// wideArray is an array of numbers of 106 digits.
func wideArray(seed uint64, rows, cols int) wide {
	rng := seeded(seed)
	w := widen(gaussianArray(rng, rows, cols))
	for i, x := range w.hi.data {
		w.lo.data[i] = x * unitRoundoff * (rng.Float64() - .5)
	}
	return w
}

// Sums of products are off by (3n + 8)u² of their sizes at most, however much cancels.
func TestWideProducts(t *testing.T) {
	for _, n := range []int{1, 2, 7, 40} {
		w, v := wideArray(1, 3, n), wideArray(2, 4, n)
		for i := range 3 { // what cancels to about 2^-40
			for k := 0; k+1 < n; k += 2 {
				w.set(i, k+1, w.at(i, k))
				for j := range 4 {
					v.set(j, k+1, pair{-v.at(j, k).hi * (1 + 0x1p-40), v.at(j, k).lo})
				}
			}
		}
		product, size := w.mulT(v), w.hi.abs().mulT(v.hi.abs())
		off := nearest(exactWide(t, product).Sub(exactWide(t, w).Mul(exactWide(t, v).T())))
		for k := range off.data {
			require.LessOrEqual(t, math.Abs(off.data[k]), float64(3*n+8)*wideRoundoff*size.data[k])
			require.LessOrEqual(t, math.Abs(product.lo.data[k]), unitRoundoff*math.Abs(product.hi.data[k]))
		}

		tall := wideArray(3, n, 3)
		tmul, bound := wideTMul(tall.hi, wide{v.hi.t(), v.lo.t()})
		off = nearest(exactWide(t, tmul).Sub(exactly(t, tall.hi).T().Mul(exactWide(t, v).T())))
		gross := tall.hi.abs().tmul(v.hi.t().abs())
		for k := range off.data {
			require.LessOrEqual(t, math.Abs(off.data[k]), bound.data[k])
			require.LessOrEqual(t, bound.data[k], float64(8*n+32)*wideRoundoff*gross.data[k])
		}
	}
}

func TestWideSums(t *testing.T) {
	w, v := wideArray(5, 3, 3), wideArray(6, 3, 3)
	for k := range w.hi.data {
		if k%2 == 0 {
			v.hi.data[k] = -w.hi.data[k] * (1 + 0x1p-45)
		}
	}
	off := nearest(exactWide(t, w.plus(v)).Sub(exactWide(t, w)).Sub(exactWide(t, v)))
	require.LessOrEqual(t, off.maxAbs(), 3*wideRoundoff*(w.hi.maxAbs()+v.hi.maxAbs()))
	require.True(t, exactWide(t, w).Add(exactWide(t, w.negated())).IsZero())
	require.True(t, exactWide(t, w.ldexp(3)).Equal(exactWide(t, w).Add(exactWide(t, w)).Mul(exactly(t, identityArray(3).scaled(4)))))

	b := wideArray(7, 3, 2)
	for sign, name := range map[float64]string{1: "plus", -1: "minus"} {
		s := w.mirrored().plusSymmetric(sign, b, b)
		square := exactWide(t, b).Mul(exactWide(t, b).T()).Mul(exactly(t, identityArray(3).scaled(sign)))
		off := nearest(exactWide(t, s).Sub(exactWide(t, w.mirrored())).Sub(square))
		require.LessOrEqual(t, off.maxAbs(), 32*wideRoundoff*(w.hi.maxAbs()+2*b.hi.maxAbs()*b.hi.maxAbs()), name)
		require.Equal(t, s.hi, s.hi.t())
		require.Equal(t, s.lo, s.lo.t())
	}
}

// The same arithmetic in as many digits as asked for.
func TestDigits(t *testing.T) {
	w := wideArray(9, 3, 3)
	d := w.digits(256)
	back := d.wide()
	require.Equal(t, w, back)
	require.LessOrEqual(t, w.hi.maxAbs(), math.Ldexp(1, d.exponent()))

	product := d.plusProduct(&d, d.transposed(), false) // D + D D
	off := nearest(exactWide(t, product.wide()).Sub(exactWide(t, w)).Sub(exactWide(t, w).Mul(exactWide(t, w))))
	require.LessOrEqual(t, off.maxAbs(), 4*wideRoundoff*(w.hi.maxAbs()+3*w.hi.maxAbs()*w.hi.maxAbs()))

	for definite, m := range map[bool]array{
		true:  rowsArray([]float64{1e300, 0}, []float64{0, 1e-300}).scaled(1), // pivots are judged one by one
		false: rowsArray([]float64{1, 1}, []float64{1, 1 - 0x1p-50}),
	} {
		require.Equal(t, definite, widen(m).digits(4096).positiveDefinite())
	}
	require.False(t, widen(rowsArray([]float64{1, 1}, []float64{1, 1})).digits(256).positiveDefinite()) // singular
	require.True(t, widen(rowsArray([]float64{1, 1}, []float64{1, 1 + 0x1p-50})).digits(256).positiveDefinite())
	require.False(t, widen(newArray(2, 2)).digits(256).positiveDefinite())
	rng := seeded(71)
	for range 300 { // singular, and rounding may have the last pivot positive
		f := newArray(3, 2)
		for i := range f.data {
			f.data[i] = float64(1 + rng.IntN(999))
		}
		require.False(t, widen(f.mulT(f)).digits(24).positiveDefinite(), "%v", f)
	}
}
