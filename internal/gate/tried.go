package gate

import (
	"fmt"
	"slices"
)

// Tried returns how many instances of a claim were judged, and how many were not
// tried.
func (r Result) Tried(check string) (judged, untried int) {
	for _, u := range r.Untried {
		if u.Check == check {
			untried += u.Instances
		}
	}
	return r.JudgedBy(check), untried
}

// Mostly reports whether a claim was judged on at least half of its instances, and
// on one: a child must not pick those that suit it.
func (r Result) Mostly(check string) bool {
	judged, untried := r.Tried(check)
	return judged > 0 && judged >= untried
}

// Share says on how many of its instances a claim was judged.
func (r Result) Share(check string) string {
	judged, untried := r.Tried(check)
	if judged == 0 {
		return "judged on no instance"
	}
	return fmt.Sprintf("judged on %d of %d instances", judged, judged+untried)
}

// tells reports whether that a claim is not found to fail says that it does not: the
// theorem was judged to its end, none of the claim's instances was left out after
// faults, and at least half of them were decided.
func (r Result) tells(check string) bool {
	const few = 20 // instances: the report names those of which so many stayed unknown
	judged, untried := r.Tried(check)
	switch {
	case r.Interrupted || r.Limited && untried > 0 || !r.Mostly(check):
		return false
	case judged < few:
		return 2*(judged-r.Unknown) >= judged // the unknown of all claims, and so at least
	}
	return !slices.Contains(r.Silent, check)
}
