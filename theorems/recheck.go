package theorems

import (
	"errors"
	"fmt"

	"github.com/rankproof/rankproof/generators"
)

// Rechecked is the statement decided at one instance by exact arithmetic, with
// no help from the implementation that failed there.
type Rechecked struct {
	Verdict Verdict // Unknown: no exact check decides it
	By      string  // the check that decided
	Reason  string  // of a violation
}

// String says who is at fault.
func (r Rechecked) String() string {
	switch r.Verdict {
	case Holds:
		return fmt.Sprintf("what %q decides holds there exactly: the implementation, or its bound, is at fault, unless it is another part of the statement that fails", r.By)
	case Fails:
		return fmt.Sprintf("the statement is violated there exactly (%q): %s", r.By, r.Reason)
	}
	return "no exact check decides this instance"
}

// Recheck decides the statement at the instance on which a check of the theorem
// failed: by the exact decision of that check, if it has one, and by all exact
// checks of the theorem whose hypotheses the instance meets. One violation is
// enough. An instance outside the hypotheses decides nothing; to a check of a
// witness, which drops one, only its own decision applies.
func (t Theorem) Recheck(check string, instance any) Rechecked {
	if a, hypotheses := instance.(generators.Admissible); hypotheses && !a.Admissible() {
		return Rechecked{Verdict: Unknown}
	}
	var deciding []Check
	if own, ok := t.CheckNamed(check); ok && own.decide != nil {
		deciding = append(deciding, own)
	}
	if !t.ofWitness(check) {
		for _, c := range t.Exact {
			if c.Name != check && c.takes(instance) && c.within().Holds(instance) {
				deciding = append(deciding, c)
			}
		}
	}
	out := Rechecked{Verdict: Unknown}
	for _, c := range deciding {
		if !c.takes(instance) {
			continue
		}
		switch verdict, reason := c.decided(instance); verdict {
		case Fails:
			return Rechecked{Fails, c.Name, reason}
		case Holds:
			if out.Verdict == Unknown {
				out = Rechecked{Verdict: Holds, By: c.Name}
			}
		}
	}
	return out
}

// decided is the exact decision of a check alone.
func (c Check) decided(instance any) (v Verdict, reason string) {
	defer func() {
		if p := recover(); p != nil {
			v, reason = Unknown, fmt.Sprintf("panic: %v", p)
		}
	}()
	var violation *Violation
	switch err := c.decide(instance); {
	case err == nil:
		return Holds, ""
	case errors.As(err, &violation):
		return Fails, violation.What
	default:
		return Unknown, err.Error()
	}
}

// ofWitness reports whether a check is the statement without a hypothesis.
func (t Theorem) ofWitness(check string) bool {
	for _, c := range append(append([]Check(nil), t.Claims...), t.Exact...) {
		if c.Name == check {
			return false
		}
	}
	return true
}
