package theorems

import (
	"errors"
	"fmt"

	"github.com/rankproof/rankproof/generators"
)

// decision is an exact decision of a statement at an instance of a claim.
type decision struct {
	by     string
	decide func(any) error
}

// Deciding returns a Claim with a decision of its statement at one instance, by
// exact arithmetic and with no help from an implementation. It is asked where the
// claim failed, and nowhere else: where the claim abstains, see Escalating.
func Deciding[C any](c Check, by string, decide func(C) error) Check {
	c.again = append(append([]decision(nil), c.again...), decision{by, func(instance any) error { return decide(instance.(C)) }})
	return c
}

// NotExactly declares why no exact arithmetic decides what a claim says at an
// instance: where Deciding has nothing to offer, a failure tells this.
func (c Check) NotExactly(why string) Check {
	c.never = why
	return c
}

// Rechecked is the statement decided at one instance by exact arithmetic, with
// no help from the implementation that failed there.
type Rechecked struct {
	Verdict Verdict // Unknown: no exact check decides it
	By      string  // the check that decided
	Reason  string  // of a violation, or why nothing decides, or what panicked
}

// String says who is at fault.
func (r Rechecked) String() string {
	switch r.Verdict {
	case Holds:
		return fmt.Sprintf("what %q decides holds there exactly: the implementation, or its bound, is at fault, unless it is another part of the statement that fails", r.By)
	case Fails:
		return fmt.Sprintf("the statement is violated there exactly (%q): %s", r.By, r.Reason)
	}
	if r.Reason != "" {
		return "no exact check decides this instance: " + r.Reason
	}
	return "no exact check decides this instance"
}

// Recheck decides the statement at the instance on which a check of the theorem
// failed: by the exact decisions of that check, if it has any, and by all exact
// checks of the theorem whose hypotheses the instance meets. One violation is
// enough. An instance outside the hypotheses decides nothing; to a check of a
// witness, which drops one, only its own decision applies.
func (t Theorem) Recheck(check string, instance any) Rechecked {
	if a, hypotheses := instance.(generators.Admissible); hypotheses && !a.Admissible() {
		return Rechecked{Verdict: Unknown, Reason: "it is outside the hypotheses"}
	}
	out := Rechecked{Verdict: Unknown}
	var deciding []decision
	if own, ok := t.CheckNamed(check); ok && own.takes(instance) {
		out.Reason = own.never
		if own.decide != nil {
			deciding = append(deciding, decision{own.Name, own.decide})
		}
		deciding = append(deciding, own.again...)
	}
	if !t.ofWitness(check) {
		for _, c := range t.Exact {
			if c.Name != check && c.takes(instance) && c.within().Holds(instance) {
				deciding = append(deciding, decision{c.Name, c.decide})
			}
		}
	}
	panicked := ""
	for _, d := range deciding {
		switch verdict, reason := d.at(instance); {
		case verdict == Fails:
			return Rechecked{Fails, d.by, reason}
		case verdict == Holds && out.Verdict == Unknown:
			out = Rechecked{Verdict: Holds, By: d.by}
		case reason != "":
			panicked = fmt.Sprintf("%q: %s", d.by, reason)
		}
	}
	if panicked != "" {
		out.Reason = panicked
	}
	return out
}

// at is what is decided at an instance, and of what is not whether it panicked.
func (d decision) at(instance any) (v Verdict, reason string) {
	defer func() {
		if p := recover(); p != nil {
			v, reason = Unknown, fmt.Sprintf("panic: %v", p)
		}
	}()
	var violation *Violation
	switch err := d.decide(instance); {
	case err == nil:
		return Holds, ""
	case errors.As(err, &violation):
		return Fails, violation.What
	}
	return Unknown, ""
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
