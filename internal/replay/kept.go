package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/rankproof/rankproof/theorems/registry"
)

// Kept is an instance that was kept, ready to be judged again.
type Kept struct {
	From    string // the file, or the entry of the ledger
	Theorem theorems.Theorem
	Check   theorems.Check
	Case    any
	Entries []theorems.Extreme // that the ledger has of it
}

// Corpus reads kept counterexamples to the theorems of a list. Others are read
// too, so that a file which is none is told, by its name, whatever is run; every
// one of them.
func Corpus(files []registry.Kept, list, all []theorems.Theorem) ([]Kept, error) {
	var out []Kept
	var errs []error
	for _, file := range files {
		c, t, check, err := theorems.ParseCounterexample(file.Text, all)
		if conjecture := conjectureOf(c); err != nil && conjecture != "" {
			err = fmt.Errorf("a counterexample to conjecture %s: a corpus holds those to theorems, which are judged again; verify replay judges this one", conjecture)
		} else if err != nil {
			err = explained(err, file.Text, c, t, all)
		} else if err = admissible(c.Case, c.Instance()); err == nil && hypothesisDropped(t, c.Check) {
			err = fmt.Errorf("check %q is the statement without a hypothesis, which is false: nothing to keep", c.Check)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", file.Name, err))
			continue
		}
		if i := slices.IndexFunc(list, func(chosen theorems.Theorem) bool { return chosen.ID == t.ID }); i >= 0 {
			out = append(out, Kept{From: file.Name, Theorem: list[i], Check: check, Case: c.Instance()})
		}
	}
	return out, errors.Join(errs...)
}

// conjectureOf returns the ref of the conjecture that a counterexample names, ""
// if it names none.
func conjectureOf(c theorems.Counterexample) string {
	for _, f := range conjectures.All() {
		if c.Theorem == f.ID || c.Theorem == "" && c.Ref == f.Ref {
			return f.Ref
		}
	}
	return ""
}

func hypothesisDropped(t theorems.Theorem, check string) bool {
	return !slices.ContainsFunc(slices.Concat(t.Claims, t.Exact), func(c theorems.Check) bool { return c.Name == check })
}

// Ledger reads the instances of the largest margins of the theorems of a list.
func Ledger(l *theorems.Ledger, list []theorems.Theorem) ([]Kept, error) {
	var out []Kept
	for _, t := range list {
		at := map[string]int{} // one instance is the largest margin of several quantities
		for _, e := range l.Of(t.ID) {
			if i, known := at[e.Check+string(e.Case)]; known {
				out[i].Entries = append(out[i].Entries, e)
				continue
			}
			c, ok := t.CheckNamed(e.Check)
			if !ok {
				return nil, fmt.Errorf("ledger: theorem %s has no check %q", t.Ref, e.Check)
			}
			instance, err := c.Decode(e.Case)
			if err != nil {
				return nil, fmt.Errorf("ledger: %s, %q, %s: %w", t.Ref, e.Check, e.What, err)
			}
			at[e.Check+string(e.Case)] = len(out)
			out = append(out, Kept{"the ledger's instance of " + e.What, t, c, instance, []theorems.Extreme{e}})
		}
	}
	return out, nil
}

// JudgeKept judges kept instances for a subject, with several workers, and
// returns what it found in their order, with the entries of the ledger that are
// not what their instances give now; of those that ctx did not let it come to,
// nothing.
func JudgeKept(ctx context.Context, s theorems.Subject, list []Kept, workers int) report.Replayed {
	outcomes, done := make([]theorems.Outcome, len(list)), make([]bool, len(list))
	var next atomic.Int64
	var group sync.WaitGroup
	for range max(1, workers) {
		group.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(list) {
					return
				}
				outcomes[i], done[i] = list[i].Check.On(s, list[i].Case), true
			}
		})
	}
	group.Wait()
	var out report.Replayed
	for i, k := range list {
		if !done[i] {
			continue
		}
		out.Instances++
		if outcomes[i].Verdict == theorems.Fails {
			out.Failures = append(out.Failures, report.KeptFailure{Theorem: k.Theorem,
				Failure: theorems.Failure{Check: k.Check.Name, Case: k.Case, Outcome: outcomes[i], From: k.From}})
			continue
		}
		for _, e := range k.Entries {
			if why := e.Stale(outcomes[i]); why != "" {
				out.Stale = append(out.Stale, report.StaleEntry{Ref: k.Theorem.Ref, Check: e.Check, What: e.What, Why: why})
			}
		}
	}
	return out
}
