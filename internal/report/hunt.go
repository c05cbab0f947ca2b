package report

import (
	"slices"
	"strings"

	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/theorems"
)

// CanaryPrefix starts the IDs of theorems that are false on purpose: a hunt that
// finds nothing against them would find nothing against others.
const CanaryPrefix = "canary/"

// HuntStatus is what the records of a plan come to, the gravest first.
type HuntStatus string

// The statuses of a merge.
const (
	Contradictory HuntStatus = "contradictory" // records disagree on a block, so that nothing is certain
	Refuted       HuntStatus = "refuted"       // there is a counterexample
	Incomplete    HuntStatus = "incomplete"    // blocks are missing
	Blind         HuntStatus = "blind"         // nothing is missing, and a canary was not caught
	Complete      HuntStatus = "complete"
)

// Hunt is what the records of a plan say together.
type Hunt struct {
	Plan        journal.Plan
	Totals      journal.Totals
	Problems    journal.Problems
	Subject     theorems.Subject
	Failures    []HuntFailure // canaries' apart
	Interrupted bool          // before the end that was asked for
	Part        bool          // of a plan that others work on too: what is not done is theirs, and so may the canary be

	list []theorems.Theorem
}

// HuntFailure is a failure in its simplest form.
type HuntFailure struct {
	Theorem theorems.Theorem
	Kind    journal.FailureTotals
	Told
}

// NewHunt returns what there is to tell of the totals of a plan. The failures
// are those that shrink makes of each kind; of canaries none is told.
func NewHunt(p journal.Plan, t journal.Totals, problems journal.Problems, s theorems.Subject, list []theorems.Theorem,
	shrink func(theorems.Theorem, journal.FailureTotals) []Told) Hunt {
	h := Hunt{Plan: p, Totals: t, Problems: problems, Subject: s, list: list}
	for _, th := range t.Theorems {
		i := slices.IndexFunc(list, func(t theorems.Theorem) bool { return t.ID == th.ID })
		if isCanary(th) || i < 0 {
			continue
		}
		for _, kind := range th.Failures {
			for _, f := range shrink(list[i], kind) {
				h.Failures = append(h.Failures, HuntFailure{list[i], kind, f})
			}
		}
	}
	return h
}

// Status returns the gravest of what the records come to. Of a plan without end
// nothing is missing once there is something.
func (h Hunt) Status() HuntStatus {
	all, _, _ := h.Totals.Sum(isTheorem)
	missing := 0
	for _, th := range h.Totals.Theorems {
		missing += th.NotDone()
	}
	switch {
	case h.Problems.Contradictions > 0:
		return Contradictory
	case all.Fails > 0:
		return Refuted
	case missing > 0 && !h.Part || all.Instances == 0 && !h.Part || h.Interrupted:
		return Incomplete
	case len(h.escaped()) > 0 && !h.Part:
		return Blind
	}
	return Complete
}

// noCanary is what escaped where none is in the plan.
const noCanary = "a canary, as there is none"

// escaped returns the claims of canaries that were not refuted.
func (h Hunt) escaped() []string {
	if !slices.ContainsFunc(h.Totals.Theorems, isCanary) {
		return []string{noCanary}
	}
	var out []string
	for _, t := range h.list {
		if IsCanary(t.ID) {
			out = append(out, Escaped(t, h.Totals)...)
		}
	}
	return out
}

// Escaped returns the claims of a canary that were not refuted: all, if it is not
// in the plan.
func Escaped(canary theorems.Theorem, totals journal.Totals) []string {
	var failures []journal.FailureTotals // none of a canary that is not in the plan
	for _, th := range totals.Theorems {
		if th.ID == canary.ID {
			failures = th.Failures
		}
	}
	var out []string
	for _, c := range canary.Claims {
		if !slices.ContainsFunc(failures, func(f journal.FailureTotals) bool { return f.Check == c.Name }) {
			out = append(out, c.Name)
		}
	}
	return out
}

// IsCanary reports whether an ID is that of a theorem that is false on purpose.
func IsCanary(id string) bool { return strings.HasPrefix(id, CanaryPrefix) }

func isCanary(th journal.TheoremTotals) bool  { return IsCanary(th.ID) }
func isTheorem(th journal.TheoremTotals) bool { return !isCanary(th) }
