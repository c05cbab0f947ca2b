package gaussian

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLogarithm(t *testing.T) {
	r := newRand(t, 80)
	for range 500 {
		x := math.Ldexp(0.5+r.Float64()/2, r.IntN(200)-100)
		if r.IntN(3) == 0 {
			x = 1 + (r.Float64()-0.5)/4 // where digits are lost by others
		}
		got, _ := ln(new(big.Float).SetPrec(448).SetFloat64(x)).Float64()
		// The standard library's is within one unit, except near 1, where its argument is exact but the last bit may differ.
		requireNear(t, math.Log(x), got, 2, "ln %v", x)
	}
	for _, e := range []int{-60, -300, -430} { // ln(1 + d) = d − d²/2 + …
		one := new(big.Float).SetPrec(448).SetInt64(1)
		d := new(big.Float).SetMantExp(one, e)
		up, down := ln(one.Add(one, d)), ln(new(big.Float).SetPrec(448).Sub(big.NewFloat(1), d))
		require.Equal(t, e, up.MantExp(nil)) // just below 2^e
		sum, _ := up.Add(up, down).Float64() // −d²
		if e == -60 {
			require.Equal(t, -math.Ldexp(1, 2*e), sum)
		}
	}
	zero, _ := ln(new(big.Float).SetPrec(448).SetInt64(1)).Float64()
	require.Zero(t, zero)
	// ln ab = ln a + ln b at full precision.
	a, b := new(big.Float).SetPrec(448).Sqrt(big.NewFloat(1e40)), new(big.Float).SetPrec(448).Quo(big.NewFloat(1), big.NewFloat(7))
	sum := new(big.Float).Add(ln(a), ln(b))
	sum.Sub(sum, ln(new(big.Float).Mul(a, b)))
	require.False(t, exceeds(sum, -430), "%v", sum)

	twoPi := new(big.Float).SetPrec(256).Sub(arctan(5, 32), arctan(239, 8)) // Machin's, twice
	twoPi.Sub(ln(twoPi), lnTwoPi())
	require.False(t, exceeds(twoPi, -240), "%v", twoPi)
}

// arctan returns scale·arctan 1/d to 256 bits.
func arctan(d, scale int64) *big.Float {
	sum, power := new(big.Float).SetPrec(256), new(big.Float).SetPrec(256).SetInt64(scale)
	power.Quo(power, new(big.Float).SetInt64(d))
	for n := int64(1); exceeds(power, -260); n += 2 {
		sum.Add(sum, new(big.Float).Quo(power, new(big.Float).SetInt64(n)))
		power.Quo(power, new(big.Float).SetInt64(-d*d))
	}
	return sum
}
