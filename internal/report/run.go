package report

import (
	"fmt"
	"slices"

	"github.com/rankproof/rankproof/theorems"
)

// Result is a theorem with the evidence that a run gathered for it.
type Result struct {
	Theorem theorems.Theorem
	theorems.Report
}

// Run is what a run of several theorems found.
type Run struct {
	Environment Environment
	Subject     theorems.Subject
	Effort      theorems.Effort
	Planned     int       // theorems that were to be run
	Corpus      *Replayed // kept counterexamples, judged first; nil where none were
	Ledger      *Replayed // the largest margins
	Bounds      []LedgerLine
	Results     []Result
	Interrupted bool
	Seconds     float64
}

// Refuted reports whether some theorem was refuted, or some false twin was not.
func (r Run) Refuted() bool {
	for _, t := range r.Results {
		if t.Verdict == theorems.Fails || t.TwinSurvived() {
			return true
		}
	}
	return false
}

// Holds reports whether every theorem was run to its end, and holds.
func (r Run) Holds() bool {
	return !r.Interrupted && len(r.Results) == r.Planned && r.count(theorems.Holds) == r.Planned
}

// Blame adds the kept instances that fail to the results of their theorems: one
// refutes it, as any other does. A theorem that was not come to gets a result.
func (r *Run) Blame() {
	for _, replayed := range []*Replayed{r.Ledger, r.Corpus} {
		if replayed == nil {
			continue
		}
		for _, f := range slices.Backward(replayed.Failures) {
			i := slices.IndexFunc(r.Results, func(result Result) bool { return result.ID == f.Theorem.ID })
			if i < 0 {
				i = len(r.Results)
				r.Results = append(r.Results, Result{f.Theorem, theorems.Report{Ref: f.Theorem.Ref, ID: f.Theorem.ID, Interrupted: true}})
			}
			r.Results[i].Verdict = theorems.Fails
			r.Results[i].Failures = slices.Insert(r.Results[i].Failures, 0, f.Failure)
		}
	}
}

// Blamed returns a result with the verdict that Blame gives it.
func (r Run) Blamed(result Result) Result {
	for _, replayed := range []*Replayed{r.Ledger, r.Corpus} {
		if replayed != nil && slices.ContainsFunc(replayed.Failures, func(f KeptFailure) bool { return f.Theorem.ID == result.ID }) {
			result.Verdict = theorems.Fails
		}
	}
	return result
}

func (r Run) count(v theorems.Verdict) int {
	n := 0
	for _, t := range r.Results {
		if t.Verdict == v {
			n++
		}
	}
	return n
}

// refutedTwins returns how many twins were refuted.
func (r Result) refutedTwins() int {
	n := 0
	for _, t := range r.Twins {
		if t.Refuted {
			n++
		}
	}
	return n
}

// Judged returns how many instances were judged, each once. Instances that an
// exact check cannot decide are in no count of a Report but Unknown.
func (r Result) Judged() int {
	return r.Instances + r.Exact - r.Escalated
}

// Doubts says what, besides failures on instances, speaks against a theorem or
// leaves it open.
func (r Result) Doubts(twinAttempts int) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, p := range r.Proofs {
		if p.Err != nil {
			add("certificate %q is refuted: %v", p.Identity, p.Err)
		}
	}
	for _, t := range r.Twins {
		if !t.Refuted && !t.NotTried {
			mistake, tried := r.twin(t.Name, twinAttempts)
			add("false twin %q (%s) survived %s: this evidence would not notice such a mistake", t.Name, mistake, tried)
		}
	}
	if r.Verdict != theorems.Unknown {
		return out
	}
	if seen := r.Instances + r.Exact; float64(r.Unknown) > r.Theorem.MaxUnknown*float64(seen) {
		add("%d of %s unknown (%s), more than the %s %% allowed: too badly conditioned for floating point, and not decided exactly",
			r.Unknown, Counted(seen, "instance"), Percent(r.Unknown, seen), number(100*r.Theorem.MaxUnknown))
	}
	for _, claim := range r.Silent {
		add("claim %q says nothing on more than half of its instances", claim)
	}
	if r.Interrupted {
		add("interrupted after %s, %s and %s of %d", Counted(r.Judged(), "instance"),
			Counted(len(r.Proofs), "certificate"), Counted(len(r.Twins), "twin"), len(r.Theorem.Twins))
	} else if r.Instances+r.Exact+len(r.Proofs) == 0 {
		add("nothing could be tried")
	}
	return out
}

// twin returns a twin's mistake, and what it survived if it did.
func (r Result) twin(name string, attempts int) (mistake, tried string) {
	for _, t := range r.Theorem.Twins {
		switch {
		case t.Name != name:
		case t.FalseIdentity != nil:
			return t.Mistake, Counted(len(t.FalseIdentity.Shapes), "shape")
		default:
			return t.Mistake, Counted(attempts, "instance")
		}
	}
	return "", ""
}
