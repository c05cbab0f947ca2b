package evidence

import (
	"fmt"
	"math"
)

// most is the largest part of what is owned that is put at risk by one bet.
const most = 0.5

// A capital is a product of factors that are not negative, as mantissa·e^log.
type capital struct{ mantissa, log float64 }

func (c *capital) multiply(factor float64) {
	c.mantissa *= factor
	if !(c.mantissa > 1e-100 && c.mantissa < 1e100) {
		c.log += math.Log(c.mantissa)
		c.mantissa = 1
	}
}

func (c *capital) logE() float64 { return c.log + math.Log(c.mantissa) }

// ceiling rounds the mantissa up to a power of two.
func (c *capital) ceiling() float64 {
	_, exponent := math.Frexp(c.mantissa)
	return c.log + float64(exponent)*math.Ln2
}

// A bettor owns Π(1 + λ_i(y_i − m)) with 0 ≤ λ ≤ most/m, or with the other sign, for y = (x − origin)/scale: never below zero
// where y ≥ 0, or where y ≤ 1 for the other sign with |λ| ≤ most/(1 − m).
//
// λ is the share that maximises the growth to second order, λ = d/(v + d²), for the mean m + d and the variance v of the
// samples before, m and ¼ counted as one more: the predictable plug-in bet (aGRAPA) of Waudby-Smith and Ramdas.
type bettor struct {
	capital
	sign          float64
	limit         float64
	mean          float64
	origin, scale float64
	count         float64
	sum, square   float64 // of y − m, and its square
}

func newBettor(sign, limit, mean, origin, scale float64) *bettor {
	return &bettor{capital: capital{mantissa: 1}, sign: sign, limit: limit, mean: mean, origin: origin, scale: scale}
}

func (b *bettor) add(x float64) {
	deviation := b.sign * ((x-b.origin)/b.scale - b.mean)
	if b.sum > 0 {
		n := b.count + 1
		d := b.sum / n
		second := (b.square + 0.25) / n // v + d²
		b.multiply(1 + min(d/second, b.limit)*deviation)
	}
	b.count++
	b.sum += deviation
	b.square += deviation * deviation
}

// NewBounded returns the test of E X = mean for X ∈ [lower, upper], lower < mean < upper: two bettors, one on a larger and one
// on a smaller mean.
//
// Each sample has to be in the range, and to have the mean given those before; nothing else. The error wraps ErrInvalid.
func NewBounded(mean, lower, upper, alpha float64) (*Test, error) {
	if !(lower < mean && mean < upper) || math.IsInf(upper-lower, 0) {
		return nil, fmt.Errorf("%w: mean %v of variables in [%v, %v]", ErrInvalid, mean, lower, upper)
	}
	scale := upper - lower
	m := (mean - lower) / scale
	return newTest(alpha, lower, upper, fmt.Sprintf("mean %g of variables in [%g, %g]", mean, lower, upper),
		newBettor(1, most/m, m, lower, scale), newBettor(-1, most/(1-m), m, lower, scale))
}
