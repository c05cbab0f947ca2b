package report

import (
	"encoding/json"
	"strings"

	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/theorems"
)

// CanaryPrefix starts the IDs of theorems that are false on purpose: a hunt that
// finds nothing against them would find nothing against others.
const CanaryPrefix = "canary/"

// MergeStatus is what the records of a plan come to, the gravest first.
type MergeStatus string

// The statuses of a merge.
const (
	Contradictory MergeStatus = "contradictory" // records disagree on a block, so that nothing is certain
	Refuted       MergeStatus = "refuted"       // there is a counterexample
	Incomplete    MergeStatus = "incomplete"    // blocks are missing
	Blind         MergeStatus = "blind"         // nothing is missing, and a canary was not caught
	Complete      MergeStatus = "complete"
)

// Merge is what the records of a plan say together.
type Merge struct {
	Plan     journal.Plan
	Totals   journal.Totals
	Problems journal.Problems
	Failures []MergedFailure // canaries' apart
}

// MergedFailure is a kind of failure with its simplest case.
type MergedFailure struct {
	theorems.Counterexample        // what verify replay reads
	What                    string `json:"what"`  // the quantity, or the reason
	Exact                   bool   `json:"exact"` // decided by exact arithmetic
	Blocks                  int    `json:"blocks"`
	Block                   int    `json:"block"` // where the case was found
	Index                   int    `json:"index"`
	Kind                    string `json:"kind"`

	Others []json.RawMessage `json:"others,omitempty"` // the next simplest cases, as they were found
}

// NewMerge returns what there is to tell of the totals of a plan. The least case
// of each kind of failure goes through shrink, unless that is nil.
func NewMerge(p journal.Plan, t journal.Totals, problems journal.Problems, s theorems.Subject, shrink func(theorem string, f journal.Failure) journal.Failure) Merge {
	m := Merge{Plan: p, Totals: t, Problems: problems}
	for _, th := range t.Theorems {
		if isCanary(th) {
			continue
		}
		for _, f := range th.Failures {
			m.Failures = append(m.Failures, mergedFailure(th, f, s, shrink))
		}
	}
	return m
}

func mergedFailure(th journal.TheoremTotals, f journal.FailureTotals, s theorems.Subject, shrink func(string, journal.Failure) journal.Failure) MergedFailure {
	least := f.Least[0]
	if shrink != nil {
		least.Failure = shrink(th.ID, least.Failure)
	}
	out := MergedFailure{
		Counterexample: theorems.Counterexample{Theorem: th.ID, Ref: th.Ref, Check: least.Check, Subject: s.Name, Found: least.Found, Case: least.Case},
		What:           least.What, Exact: least.Exact, Blocks: f.Blocks, Block: least.Block, Index: least.Index, Kind: least.Kind}
	for _, other := range f.Least[1:] {
		out.Others = append(out.Others, other.Case)
	}
	return out
}

// Status returns the gravest of what the records come to. Of a plan without end
// nothing is missing once there is something.
func (m Merge) Status() MergeStatus {
	all, _, _ := m.Totals.Sum(isTheorem)
	_, blocks, _ := m.Totals.Sum(nil)
	missing := 0
	for _, th := range m.Totals.Theorems {
		missing += th.NotDone()
	}
	switch {
	case m.Problems.Contradictions > 0:
		return Contradictory
	case all.Fails > 0 || len(m.Failures) > 0:
		return Refuted
	case missing > 0 || blocks == 0:
		return Incomplete
	case len(m.uncaught()) > 0:
		return Blind
	}
	return Complete
}

// uncaught returns the canaries that nothing was found against to the end.
func (m Merge) uncaught() (ids []string) {
	for _, th := range m.Totals.Theorems {
		if isCanary(th) && th.Fails == 0 && th.NotDone() == 0 {
			ids = append(ids, th.ID)
		}
	}
	return ids
}

func isCanary(th journal.TheoremTotals) bool  { return strings.HasPrefix(th.ID, CanaryPrefix) }
func isTheorem(th journal.TheoremTotals) bool { return !isCanary(th) }
