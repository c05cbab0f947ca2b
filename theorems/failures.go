package theorems

import (
	"context"
	"encoding/json"
	"strings"
	"unicode"
)

const (
	// formsTold bounds how many different simple cases are told of one kind of
	// failure, kindsTold how many kinds of one check.
	formsTold, kindsTold = 3, 6
	// shrunkAKind bounds how many instances of a kind are shrunk: the others are
	// counted.
	shrunkAKind = 4
	// laterShrinks bounds how often each shrink after a kind's first asks whether
	// a candidate fails.
	laterShrinks = 1000
)

// Failure is an instance with what was found on it.
type Failure struct {
	Check   string
	Case    any
	Outcome Outcome

	// Instances counts those of a run that failed in the same way: the same check
	// and the same quantity. 0 where there was no run.
	Instances int
	// From names the file of a corpus, or the entry of a ledger, that the instance
	// was kept in; empty for one that was drawn.
	From string
}

// Way names how an instance failed: by the quantity that is off, or by the words
// of the reason, without its numbers. One bug shows itself in few ways, on
// however many instances.
func (o Outcome) Way() string {
	if o.Worst.What != "" {
		return o.Worst.What
	}
	words := strings.FieldsFunc(o.Reason, func(r rune) bool { return !unicode.IsLetter(r) })
	var kept []string
	for _, w := range words {
		if len([]rune(w)) > 1 {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

// Form returns what remains of an instance when its numbers are forgotten, but
// for which of them are 0: sizes, words, and where something is. Of two shrunk
// instances of one form one is enough.
func Form(instance any) string {
	text, err := json.Marshal(instance)
	if err != nil {
		return "" // no instance of ours
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return ""
	}
	if fields, ok := value.(map[string]any); ok {
		delete(fields, "tags") // of how it was drawn
	}
	text, err = json.Marshal(formed(value))
	if err != nil {
		return ""
	}
	return string(text)
}

func formed(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key := range v {
			v[key] = formed(v[key])
		}
	case []any:
		for i := range v {
			v[i] = formed(v[i])
		}
	case float64:
		if v != 0 {
			return "·"
		}
	}
	return value
}

// kind tells failures apart that may be different bugs.
type kind struct {
	check, way string
	exact      bool
}

// failuresOf is what a report remembers of a kind.
type failuresOf struct {
	shrunk, instances int
	forms             []string
	told              []int // indices in Report.Failures
}

// fail counts a failure, and keeps it, shrunk unless the effort says otherwise,
// if it is the first of its kind or shrinks to another form than those before.
func (r *Report) fail(ctx context.Context, s Subject, e Effort, j judged) {
	k := kind{j.check.Name, j.outcome.Way(), j.outcome.Exact}
	of := r.kinds[k]
	if of == nil {
		of = &failuresOf{}
		r.kinds[k] = of
	}
	of.instances++
	defer func() {
		for _, i := range of.told {
			r.Failures[i].Instances = of.instances
		}
	}()
	first := of.instances == 1
	switch {
	case first && r.kindsOf(j.check.Name) > kindsTold:
		return
	case !first && (e.AsFound || len(of.told) == 0 || len(of.forms) >= formsTold || of.shrunk >= shrunkAKind || ctx.Err() != nil):
		return
	}
	f := Failure{Check: j.check.Name, Case: j.instance, Outcome: j.outcome}
	if !e.AsFound {
		budget := -1
		if !first {
			budget = laterShrinks
		}
		of.shrunk++
		f.Case = j.check.shrinkWithin(s, j.instance, j.outcome, budget)
		form := Form(f.Case)
		for _, seen := range of.forms {
			if seen == form {
				return
			}
		}
		of.forms = append(of.forms, form)
		f.Outcome = j.check.On(s, f.Case)
	}
	of.told = append(of.told, len(r.Failures))
	r.Failures = append(r.Failures, f)
}

// kindsOf counts the kinds of failure of a check.
func (r *Report) kindsOf(check string) int {
	n := 0
	for k := range r.kinds {
		if k.check == check {
			n++
		}
	}
	return n
}
