package theorems

import "github.com/rankproof/rankproof/generators"

// Where says which hypothesis of a check a change of an instance could break
// that neither its type knows nor the sizes, words and signs that its generator
// draws: that is how instances are changed, not how they are drawn.
func Where[C any](c Check, hypothesis func(C) bool) Check {
	c.given = func(instance any) bool { return hypothesis(instance.(C)) }
	return c
}

// AsDrawn has the instances of a check not be changed at all, nor shrunk: what it
// judges rests on how they are made.
func (c Check) AsDrawn() Check {
	c.given = func(any) bool { return false }
	c.shrink = func(instance any, _ func(any) bool) any { return instance }
	return c
}

func (c Check) within() *generators.Domain { return c.domain().Where(c.given) }

// Mutate returns the instance changed by the moves that bytes say. Missing bytes
// are zero; a move that would break a hypothesis is left out. The result is
// tagged "mutated" alone: what its generator said of it may no longer be so.
func (c Check) Mutate(instance any, moves []byte) any { return c.mutate(instance, moves, c.within()) }

// Numbers returns the free numbers of an instance in a canonical order.
func (c Check) Numbers(instance any) []float64 { return c.numbers(instance, c.within()) }

// WithNumbers returns the instance with other numbers in place of those that
// Numbers lists, as near to them as its fields allow. It reports false where a
// hypothesis breaks.
func (c Check) WithNumbers(instance any, x []float64) (any, bool) {
	return c.renew(instance, x, c.within())
}
