package theorems

import (
	"errors"
	"fmt"
	"regexp"
)

var idForm = regexp.MustCompile(`^[a-z]+/[a-z0-9-]+$`)

// Validate refuses a theorem that could not fail, or that a reader could not
// judge: without statement, source, reason for its bound, evidence of two
// kinds or three twins; and a registry with two theorems of one name.
func Validate(registry []Theorem) error {
	var errs []error
	seen := map[string]bool{}
	for _, t := range registry {
		for _, p := range t.problems() {
			errs = append(errs, fmt.Errorf("theorem %s (%s): %s", t.Ref, t.ID, p))
		}
		for _, name := range []string{t.Ref, t.ID} {
			if seen[name] {
				errs = append(errs, fmt.Errorf("two theorems are named %s", name))
			}
			seen[name] = true
		}
	}
	return errors.Join(errs...)
}

func (t Theorem) problems() []string {
	var out []string
	need := func(met bool, problem string) {
		if !met {
			out = append(out, problem)
		}
	}
	need(t.Ref != "", "no ref")
	need(idForm.MatchString(t.ID), "ID is not family/conclusion")
	need(t.Statement != "", "no statement")
	need(t.Source != "", "no source")
	need(t.Why != "" || len(t.Claims) == 0, "no reason for its bounds (Why)")
	need(t.MaxUnknown >= 0 && t.MaxUnknown <= 0.25, "MaxUnknown is not in [0, 0.25]")
	need(t.MaxEscalated >= 0 && t.MaxEscalated <= 0.25, "MaxEscalated is not in [0, 0.25]")
	need(len(t.Evidence()) >= 2, "fewer than two kinds of evidence")
	need(len(t.Twins) >= 3, "fewer than three twins")
	names := map[string]bool{}
	for _, c := range append(append([]Check(nil), t.Claims...), t.Exact...) {
		need(c.Name != "" && !names[c.Name], "check without a name of its own: "+c.Name)
		need(c.caseProblem() == "", c.caseProblem())
		names[c.Name] = true
	}
	for _, c := range t.Claims {
		need(c.judge != nil, "claim "+c.Name+" judges no subject")
	}
	for _, c := range t.Exact {
		need(c.decide != nil && c.judge == nil, "exact check "+c.Name+" is not of the statement alone")
	}
	for _, tw := range t.Twins {
		set := 0
		for _, is := range []bool{tw.Break != nil, len(tw.False) > 0, tw.FalseIdentity != nil} {
			if is {
				set++
			}
		}
		need(tw.Name != "" && tw.Mistake != "", "twin without a name or a mistake")
		need(set == 1, "twin "+tw.Name+" is not exactly one of a break, a false claim, a false identity")
		need(!names["twin "+tw.Name], "two twins are named "+tw.Name)
		names["twin "+tw.Name] = true
	}
	for _, c := range t.Certificates {
		need(c.Name() != "" && (c.Rank != nil) != (c.Identity.Build != nil) && len(c.Shapes) > 0,
			"certificate "+c.Name()+" without a name or shapes, or not exactly one of an identity and a rank")
	}
	for _, w := range t.Needed {
		need(w.Without != "" && w.Case != nil && w.Check.Name != "", "witness that names no hypothesis, check or case")
	}
	return out
}

// caseProblem says why values of a check's type are no instances; "" if they are.
func (c Check) caseProblem() string {
	if c.layout == nil {
		return "" // no check of ours, which others refuse
	}
	if err := c.layout(); err != nil {
		return fmt.Sprintf("check %s: %v", c.Name, err)
	}
	return ""
}

// Evidence lists the kinds of evidence that the theorem has: "floating-point",
// "exact", "certificate".
func (t Theorem) Evidence() []string {
	var kinds []string
	if len(t.Claims) > 0 {
		kinds = append(kinds, "floating-point")
	}
	if len(t.Exact) > 0 {
		kinds = append(kinds, "exact")
	}
	if len(t.Certificates) > 0 {
		kinds = append(kinds, "certificate")
	}
	return kinds
}

// CheckNamed returns the claim, exact check, or witness check of that name.
func (t Theorem) CheckNamed(name string) (Check, bool) {
	checks := append(append([]Check(nil), t.Claims...), t.Exact...)
	for _, w := range t.Needed {
		checks = append(checks, w.Check)
	}
	for _, c := range checks {
		if c.Name == name {
			return c, true
		}
	}
	return Check{}, false
}

// ValidateConjectures refuses a conjecture that could not be refuted, or whose
// refutation a reader could not judge: without statement, source, what is true
// instead, arithmetic to follow, sizes in their order, or a reason why the last
// of them is the smallest; and two conjectures of one name.
func ValidateConjectures(list []Conjecture) error {
	var errs []error
	seen := map[string]bool{}
	for _, c := range list {
		for _, p := range c.problems() {
			errs = append(errs, fmt.Errorf("conjecture %s (%s): %s", c.Ref, c.ID, p))
		}
		for _, name := range []string{c.Ref, c.ID} {
			if seen[name] {
				errs = append(errs, fmt.Errorf("two conjectures are named %s", name))
			}
			seen[name] = true
		}
	}
	return errors.Join(errs...)
}

func (c Conjecture) problems() []string {
	var out []string
	need := func(met bool, problem string) {
		if !met {
			out = append(out, problem)
		}
	}
	need(c.Ref != "", "no ref")
	need(idForm.MatchString(c.ID), "ID is not family/conclusion")
	need(c.Statement != "", "no statement")
	need(c.Source != "", "no source")
	need(c.Instead != "", "nothing is true instead")
	need(c.Minimal != "", "no reason why nothing smaller refutes it")
	need(c.ByHand != nil, "no arithmetic to follow by hand")
	need(len(c.Levels) > 0, "no levels")
	names := map[string]bool{}
	for i, l := range c.Levels {
		need(l.Size != Size{}, "level without a size")
		need(i == 0 || c.Levels[i-1].Size.Compare(l.Size) < 0, "levels are not in the order of their sizes")
		need(l.Check.Name != "" && !names[l.Check.Name], "level without a check of a name of its own: "+l.Check.Name)
		need(l.Check.decide != nil && l.Check.judge == nil, "check "+l.Check.Name+" is not of the statement alone")
		need(l.Check.caseProblem() == "", l.Check.caseProblem())
		names[l.Check.Name] = true
	}
	return out
}
