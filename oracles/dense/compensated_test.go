package dense

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func exactDot(a, b []float64) *big.Rat {
	sum := new(big.Rat)
	for i := range a {
		sum.Add(sum, new(big.Rat).Mul(new(big.Rat).SetFloat64(a[i]), new(big.Rat).SetFloat64(b[i])))
	}
	return sum
}

// offBy returns |got − want| rounded up.
func offBy(want *big.Rat, got float64) float64 {
	d := new(big.Rat).SetFloat64(got)
	d.Sub(d, want)
	v, exact := d.Abs(d).Float64()
	if !exact {
		v = math.Nextafter(v, math.Inf(1))
	}
	return v
}

// The bound holds, and it is of the size of one rounding of the result plus u² of the terms: for vectors whose products run
// over 30 decades, for near-total cancellation, and at both ends of the range.
func TestDotDDAgainstRationals(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	naiveIsWorse := 0
	for trial := range 400 {
		n := rng.IntN(40)
		a, b := make([]float64, n), make([]float64, n)
		for i := range a {
			scale := float64(rng.IntN(30) - 15)
			if trial%4 == 3 {
				scale = -162 // products about 1e-324
			}
			a[i] = rng.NormFloat64() * math.Pow(10, scale)
			b[i] = rng.NormFloat64() * math.Pow(10, scale)
		}
		if trial%2 == 1 && n > 1 { // the last product takes most of the sum away
			a[n-1] = -1
			b[n-1], _ = exactDot(a[:n-1], b[:n-1]).Float64()
		}
		sum, bound := DotDD(a, b)
		want := exactDot(a, b)
		off := offBy(want, sum)
		require.LessOrEqual(t, off, bound)
		absolute := 0.0
		for i := range a {
			absolute += math.Abs(a[i] * b[i])
		}
		size, _ := new(big.Rat).Abs(want).Float64()
		require.LessOrEqual(t, bound, 1.01*(0x1p-53*size+3*math.Pow(float64(n)*0x1p-53, 2)*absolute+float64(5*n)*0x1p-1074))
		if offBy(want, Dot(a, b)) > 4*bound {
			naiveIsWorse++
		}
	}
	require.Greater(t, naiveIsWorse, 50)
}

func TestDotDDByHand(t *testing.T) {
	sum, bound := DotDD([]float64{1e16, 1, -1e16}, []float64{1, 1, 1})
	require.Equal(t, 1.0, sum)
	require.Less(t, bound, 1e-14)
	sum, _ = DotDD([]float64{1 + 0x1p-30, -1}, []float64{1 - 0x1p-30, 1}) // −2^-60: the rest of a product
	require.Equal(t, -0x1p-60, sum)
	sum, bound = DotDD(nil, nil)
	require.Zero(t, sum)
	require.Zero(t, bound)
	sum, bound = DotDD([]float64{0x1p-540}, []float64{0x1p-540})
	require.Zero(t, sum)
	require.GreaterOrEqual(t, bound, 0x1p-1074)
}

func TestDotDDWhereItOverflows(t *testing.T) {
	_, bound := DotDD([]float64{1e200, 1}, []float64{1e200, 1})
	require.True(t, math.IsInf(bound, 1))
	_, bound = DotDD([]float64{1e308, 1e308, -1e308}, []float64{1, 1, 1})
	require.True(t, math.IsInf(bound, 1))
	sum, bound := DotDD([]float64{math.NaN(), 1}, []float64{1, 1})
	require.True(t, math.IsNaN(sum))
	require.True(t, math.IsNaN(bound))
}
