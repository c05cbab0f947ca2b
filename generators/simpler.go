package generators

import "cmp"

// Simpler compares two instances as Shrink does, by what they cost the reader:
// -1 if the first is the simpler one, 0 if neither is. Numbers are counted
// before they are looked at, fractions cost more than integers, and more
// digits more than few.
func Simpler[C any](a, b C) int {
	na, ca := cost(a)
	nb, cb := cost(b)
	return cmp.Or(cmp.Compare(na, nb), cmp.Compare(ca, cb))
}
