package theorems

import (
	"math"
)

// What follows is for a subject that computes in less than float64.

const double = 0x1p-53 // unit roundoff of float64

// DrawFor returns an instance of a seed that a subject can be given. For one of
// float32 its free numbers are rounded to that, so that it is judged on what it
// saw; an instance that is none of the hypotheses' any more, such as a spectral
// radius of 1 − 2⁻²⁷, gives way to another one.
func (c Check) DrawFor(s Subject, seed uint64) any {
	instance := c.Draw(seed)
	if s.UnitRoundoff <= double {
		return instance
	}
	const attempts = 16
	for i := range attempts {
		candidate := instance
		if i > 0 {
			candidate = c.Draw(SeedOf(seed, "another", i))
		}
		if rounded, ok := c.rounded(candidate); ok {
			return rounded
		}
	}
	return instance // which is made as it is, and not to be changed
}

// rounded returns the instance with its free numbers rounded to float32, and
// false where a hypothesis breaks.
func (c Check) rounded(instance any) (any, bool) {
	x, changed := c.Numbers(instance), false
	for i, wide := range x {
		if narrow := float64(float32(wide)); narrow != wide {
			x[i], changed = narrow, true
		}
	}
	if !changed {
		return instance, true
	}
	return c.WithNumbers(instance, x)
}

// at returns the theorem with the shares of instances on which floating point
// may abstain at a unit roundoff. They are stated for float64. Conditions c of
// instances have tails like a power of 1/c, and what abstains is c·u > ½: so a
// share p of u = 2⁻⁵³ is p^(24/53) of u = 2⁻²⁴.
func (t Theorem) at(unitRoundoff float64) Theorem {
	if unitRoundoff > double {
		power := math.Log2(unitRoundoff) / math.Log2(double)
		t.MaxUnknown, t.MaxEscalated = math.Pow(t.MaxUnknown, power), math.Pow(t.MaxEscalated, power)
	}
	return t
}
