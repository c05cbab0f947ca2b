package theorems

import "math"

// What follows is for a subject that computes in less than float64.

const double = 0x1p-53 // unit roundoff of float64

// DrawFor returns the instance of a seed as a subject can be given it: for one
// of float32 with its free numbers rounded to that, so that it is judged on what
// it saw. Where a hypothesis would break it is the instance as drawn.
func (c Check) DrawFor(s Subject, seed uint64) any {
	instance := c.Draw(seed)
	if s.UnitRoundoff <= double {
		return instance
	}
	x := c.Numbers(instance)
	changed := false
	for i, wide := range x {
		if narrow := float64(float32(wide)); narrow != wide && !math.IsInf(narrow, 0) {
			x[i], changed = narrow, true
		}
	}
	if changed {
		instance, _ = c.WithNumbers(instance, x) // or as it was
	}
	return instance
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
