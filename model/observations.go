package model

import (
	"fmt"
	"slices"
)

// Observations are T steps of N units: Y (T×N), and which entries are missing
// (T×N); nil: none is. A missing entry's number is not looked at, but must be
// finite, so that a NaN is never a way to say that it is missing.
type Observations struct {
	Y       [][]float64
	Missing [][]bool
}

// check refuses what is not T×N, T ≥ 1, or not finite, naming the entry.
func (o Observations) check(units int) error {
	if len(o.Y) == 0 {
		return invalidf("Y has no steps, want at least one")
	}
	for t, y := range o.Y {
		if finiteVector("", y, units) != nil {
			return finiteVector(fmt.Sprintf("Y[%d]", t), y, units)
		}
	}
	if o.Missing == nil {
		return nil
	}
	if len(o.Missing) != len(o.Y) {
		return invalidf("Missing has %d steps, Y has %d", len(o.Missing), len(o.Y))
	}
	for t, m := range o.Missing {
		if len(m) != units {
			return invalidf("Missing[%d] has %d entries, want %d", t, len(m), units)
		}
	}
	return nil
}

// observed returns the units that are seen in Y[t], nil for all.
func (o Observations) observed(t int) []int {
	if o.Missing == nil || !slices.Contains(o.Missing[t], true) {
		return nil
	}
	seen := []int{}
	for i, missing := range o.Missing[t] {
		if !missing {
			seen = append(seen, i)
		}
	}
	return seen
}
