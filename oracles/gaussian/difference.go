package gaussian

import (
	"fmt"
	"math"
	"math/big"
)

// Gap is how far apart two laws are.
type Gap struct {
	// Relative is the largest |difference| of a covariance, over the product of the two standard deviations in the first law, or of
	// a mean, over one of them. No difference is 0, whatever the deviations; one over a deviation of zero is +Inf.
	Relative float64
	Where    string // entry of Relative

	Covariance float64 // the largest |difference| of a covariance
	Mean       float64 // the largest |difference| of a mean
	Scale      float64 // the largest variance in the first law
}

// Difference returns how far the law of (y_1 … y_steps) of b is from that of a. Entries are subtracted before they are rounded; what is
// below 2^-298 of the largest terms that went into them counts as zero. Between different numbers of units everything is +Inf.
func Difference(a, b *Process, steps int) Gap {
	mustBeSteps(steps)
	if a.units != b.units {
		inf := math.Inf(1)
		return Gap{inf, fmt.Sprintf("%d units against %d", a.units, b.units), inf, inf, inf}
	}
	first, second := a.law(steps), b.law(steps)
	n := first.cov.rows
	deviation, tiny := make([]*big.Float, n), make([]bool, n)
	g, zero := Gap{}, coarseThresholds(first.prec).zero // what is left of a zero by rounding is zero
	for i := range n {
		variance := first.cov.at(i, i)
		tiny[i] = variance.Sign() <= 0 || !exceeds(scaled(variance, -2*first.size[i]), zero)
		if !tiny[i] {
			deviation[i] = new(big.Float).Sqrt(variance)
			g.Scale = max(g.Scale, approximately(variance))
		}
	}
	meanSize := scaled(new(big.Float).Add(first.meanSize, second.meanSize), zero)
	name := func(i int) string { return fmt.Sprintf("unit %d at time %d", i%a.units, i/a.units+1) }
	for i := range n {
		for j := range i + 1 {
			d := new(big.Float).Sub(second.cov.at(i, j), first.cov.at(i, j))
			if !exceeds(scaled(d, -first.size[i]-first.size[j]), zero) && !exceeds(scaled(d, -second.size[i]-second.size[j]), zero) {
				d.SetInt64(0)
			}
			d.Abs(d)
			g.Covariance = max(g.Covariance, approximately(d))
			g.relative(d, tiny[i] || tiny[j], deviation[i], deviation[j], func() string {
				return fmt.Sprintf("covariance of %s with %s", name(i), name(j))
			})
		}
		d := new(big.Float).Sub(second.mean[i], first.mean[i])
		if d.Abs(d).Cmp(meanSize) <= 0 {
			d.SetInt64(0)
		}
		g.Mean = max(g.Mean, approximately(d))
		g.relative(d, tiny[i], deviation[i], big.NewFloat(1), func() string { return "mean of " + name(i) })
	}
	return g
}

// relative takes |d|/(x y) into account.
func (g *Gap) relative(d *big.Float, tiny bool, x, y *big.Float, where func() string) {
	if d.Sign() == 0 {
		return
	}
	r := math.Inf(1)
	if !tiny {
		quotient := new(big.Float).Quo(d, x)
		r = approximately(quotient.Quo(quotient, y))
	}
	if r > g.Relative {
		g.Relative, g.Where = r, where()
	}
}
