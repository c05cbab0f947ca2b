package hunt

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/theorems"
)

// mostForms is how many failures of one kind are shrunk: one bug is told once,
// or a few times where it shows in different forms.
const mostForms = 3

// Shrunk returns the forms to which the least failures of a kind shrink, each
// once, the simplest first. It is a function of the totals alone.
func Shrunk(s theorems.Subject) func(theorems.Theorem, journal.FailureTotals) []theorems.Failure {
	return func(t theorems.Theorem, kind journal.FailureTotals) []theorems.Failure {
		var out []theorems.Failure
		for _, f := range kind.Least {
			if small, ok := shrunk(s, t, f.Failure); ok {
				out = append(out, small)
			}
		}
		return distinct(out)
	}
}

// shrunk returns a recorded failure with the simplest instance that fails in
// the same way. ok is false for one that cannot be read.
func shrunk(s theorems.Subject, t theorems.Theorem, f journal.Failure) (theorems.Failure, bool) {
	c, instance, ok := decoded(t, f)
	if !ok {
		return theorems.Failure{}, false
	}
	if out := c.On(s, instance); out.Verdict != theorems.Fails {
		return notAgain(f, instance, out), true
	}
	small := c.Shrink(s, instance)
	return theorems.Failure{Check: f.Check, Case: small, Outcome: c.On(s, small)}, true
}

// notAgain is a recorded failure that does not fail here: by another program,
// or where numbers are rounded differently.
func notAgain(f journal.Failure, instance any, out theorems.Outcome) theorems.Failure {
	out.Verdict, out.Reason = theorems.Fails, fmt.Sprintf("recorded as %q; judged again here, it does not fail (%v)", f.Found, out.Finding)
	return theorems.Failure{Check: f.Check, Case: instance, Outcome: out}
}

func decoded(t theorems.Theorem, f journal.Failure) (theorems.Check, any, bool) {
	c, ok := t.CheckNamed(f.Check)
	if !ok {
		return c, nil, false
	}
	instance, err := c.Decode(f.Case)
	return c, instance, err == nil
}

// distinct returns failures of different forms, of each the shortest, and short
// ones first.
func distinct(list []theorems.Failure) []theorems.Failure {
	texts := map[string]string{} // of the shortest of a form
	shortest := map[string]theorems.Failure{}
	for _, f := range list {
		text, err := json.Marshal(f.Case)
		if err != nil {
			continue
		}
		form := theorems.Form(f.Case)
		if known, seen := texts[form]; !seen || compareTexts(string(text), known) < 0 {
			texts[form], shortest[form] = string(text), f
		}
	}
	order := slices.SortedFunc(maps.Keys(texts), func(a, b string) int { return compareTexts(texts[a], texts[b]) })
	var out []theorems.Failure
	for _, form := range order[:min(mostForms, len(order))] {
		out = append(out, shortest[form])
	}
	return out
}

func compareTexts(a, b string) int { return cmp.Or(len(a)-len(b), cmp.Compare(a, b)) }

// witnesses are failures that were shrunk while the hunt went on, so that it
// can tell of them when it has to stop.
type witnesses struct {
	mutex sync.Mutex
	tried map[string]int
	kept  map[string][]theorems.Failure
}

func kindName(theorem, check, what string) string { return theorem + "\x00" + check + "\x00" + what }

// add shrinks a failure of a kind that is not known well yet, and reports
// whether its form is new.
func (w *witnesses) add(s theorems.Subject, t theorems.Theorem, f journal.Failure) (small theorems.Failure, isNew bool) {
	kind := kindName(t.ID, f.Check, f.What)
	w.mutex.Lock()
	if w.tried == nil {
		w.tried, w.kept = map[string]int{}, map[string][]theorems.Failure{}
	}
	w.tried[kind]++
	enough := w.tried[kind] > mostForms
	w.mutex.Unlock()
	if enough {
		return small, false
	}
	small, ok := shrunk(s, t, f)
	if !ok {
		return small, false
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	before := len(w.kept[kind])
	w.kept[kind] = distinct(append(w.kept[kind], small))
	return small, len(w.kept[kind]) > before
}

// of returns what is known of a kind: what was shrunk, or else what was found.
func (w *witnesses) of(s theorems.Subject) func(theorems.Theorem, journal.FailureTotals) []theorems.Failure {
	return func(t theorems.Theorem, kind journal.FailureTotals) []theorems.Failure {
		w.mutex.Lock()
		known := slices.Clone(w.kept[kindName(t.ID, kind.Check, kind.What)])
		w.mutex.Unlock()
		if len(known) > 0 {
			return known
		}
		c, instance, ok := decoded(t, kind.Least[0].Failure)
		if !ok {
			return nil
		}
		return []theorems.Failure{{Check: kind.Check, Case: instance, Outcome: c.On(s, instance)}}
	}
}
