package theorems

// Mutate returns the instance changed by the moves that bytes say. Missing bytes
// are zero; a move that would break a hypothesis is left out. The result is
// tagged "mutated" alone: what its generator said of it may no longer be so.
func (c Check) Mutate(instance any, moves []byte) any { return c.mutate(instance, moves) }

// Numbers returns the free numbers of an instance in a canonical order.
func (c Check) Numbers(instance any) []float64 { return c.numbers(instance) }

// WithNumbers returns the instance with other numbers in place of those that
// Numbers lists, as near to them as its fields allow. It reports false where a
// hypothesis breaks.
func (c Check) WithNumbers(instance any, x []float64) (any, bool) { return c.renew(instance, x) }
