package hunt

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/internal/replay"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
)

// mostForms is how many failures of one kind are shrunk: one bug is told once,
// or a few times where it shows in different forms.
const mostForms = 3

// Shrunk returns the forms to which the least failures of a kind shrink, each
// once, the simplest first: a function of the totals alone, as long as ctx does
// not end. Then they are told as they were recorded, and nothing is judged.
func Shrunk(ctx context.Context, s theorems.Subject) func(theorems.Theorem, journal.FailureTotals) []report.Told {
	return new(witnesses).shrunk(ctx, s)
}

// witnesses are failures that were shrunk, by what was recorded of them.
type witnesses struct {
	mutex sync.Mutex
	known map[string]report.Told
	forms map[string]map[string]bool // of a kind, those told
	tried map[string]int             // of a kind, while the hunt goes on
}

func (w *witnesses) shrunk(ctx context.Context, s theorems.Subject) func(theorems.Theorem, journal.FailureTotals) []report.Told {
	return func(t theorems.Theorem, kind journal.FailureTotals) []report.Told {
		var out []report.Told
		for _, f := range kind.Least {
			told, ok := w.find(kindName(t, f.Failure) + string(f.Case))
			switch {
			case ok:
			case ctx.Err() != nil:
				told = asRecorded(s, t, f.Failure)
			default:
				told = w.shrink(s, t, f.Failure)
			}
			out = append(out, told)
		}
		return distinct(out)
	}
}

func (w *witnesses) find(name string) (report.Told, bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	told, ok := w.known[name]
	return told, ok
}

func kindName(t theorems.Theorem, f journal.Failure) string {
	return t.ID + "\x00" + f.Check + "\x00" + f.What + "\x00"
}

// add shrinks a failure of a kind that is not known well yet, and reports
// whether its form is new.
func (w *witnesses) add(s theorems.Subject, t theorems.Theorem, f journal.Failure) (told report.Told, isNew bool) {
	kind := kindName(t, f)
	w.mutex.Lock()
	if w.tried == nil {
		w.tried, w.forms = map[string]int{}, map[string]map[string]bool{}
	}
	w.tried[kind]++
	enough := w.tried[kind] > mostForms
	w.mutex.Unlock()
	if enough {
		return told, false
	}
	told = w.shrink(s, t, f)
	form := theorems.Form(told.Failure.Case)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.forms[kind] == nil {
		w.forms[kind] = map[string]bool{}
	}
	isNew = !w.forms[kind][form]
	w.forms[kind][form] = true
	return told, isNew
}

// shrink returns a recorded failure with the simplest instance that fails in
// the same way.
func (w *witnesses) shrink(s theorems.Subject, t theorems.Theorem, f journal.Failure) report.Told {
	told := asRecorded(s, t, f)
	if err := replay.Admissible(told.Counterexample); err != nil {
		told.Failure.Outcome.Reason = fmt.Sprintf("recorded as %q; what was recorded is no instance: %v", f.Found, err)
	} else if c, ok := t.CheckNamed(f.Check); ok {
		told = judgedAgain(s, t, c, told)
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.known == nil {
		w.known = map[string]report.Told{}
	}
	w.known[kindName(t, f)+string(f.Case)] = told
	return told
}

func judgedAgain(s theorems.Subject, t theorems.Theorem, c theorems.Check, told report.Told) report.Told {
	out := c.On(s, told.Failure.Case)
	if out.Verdict != theorems.Fails { // another program, or other rounding
		told.Failure.Outcome.Reason = fmt.Sprintf("recorded as %q; judged again here, it does not fail (%v)", told.Counterexample.Found, out.Finding)
		return told
	}
	small := c.Shrink(s, told.Failure.Case)
	failure := theorems.Failure{Check: c.Name, Case: small, Outcome: c.On(s, small)}
	text, err := theorems.NewCounterexample(t, s, failure)
	if err != nil { // a number that is no number: as it was found
		return told
	}
	return report.Told{Failure: failure, Counterexample: text}
}

// asRecorded returns a failure as it was recorded, and judges nothing.
func asRecorded(s theorems.Subject, t theorems.Theorem, f journal.Failure) report.Told {
	text := theorems.Counterexample{Theorem: t.ID, Ref: t.Ref, Check: f.Check, Subject: s.Name, Found: f.Found, Case: f.Case}
	if line, err := text.JSON(); err == nil {
		if read, _, _, err := theorems.ParseCounterexample([]byte(line), []theorems.Theorem{t}); err == nil {
			text = read
		}
	}
	return report.Told{Counterexample: text, Failure: theorems.Failure{Check: f.Check, Case: text.Instance(),
		Outcome: theorems.Outcome{Exact: f.Exact, Finding: theorems.Finding{Verdict: theorems.Fails, Reason: f.Found}}}}
}

// distinct returns failures of different forms, of each the shortest, and short
// ones first.
func distinct(list []report.Told) []report.Told {
	texts := map[string]string{} // of the shortest of a form
	shortest := map[string]report.Told{}
	for _, f := range list {
		form, text := theorems.Form(f.Failure.Case), string(f.Counterexample.Case)
		if known, seen := texts[form]; !seen || compareTexts(text, known) < 0 {
			texts[form], shortest[form] = text, f
		}
	}
	order := slices.SortedFunc(maps.Keys(texts), func(a, b string) int { return compareTexts(texts[a], texts[b]) })
	var out []report.Told
	for _, form := range order[:min(mostForms, len(order))] {
		out = append(out, shortest[form])
	}
	return out
}

func compareTexts(a, b string) int { return cmp.Or(len(a)-len(b), cmp.Compare(a, b)) }
