package theorems

import (
	"context"
	"encoding/json"
	"strings"
	"unicode"

	"github.com/rankproof/rankproof/generators"
)

const (
	// formsTold bounds how many different simple cases are told of one kind of
	// failure, kindsTold how many kinds of one check.
	formsTold, kindsTold = 3, 6
	// laterShrinks bounds how many candidates are judged to shrink the instances of
	// a kind after its first, all together: those that are left are counted.
	laterShrinks = 3000
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
// for which of them are 0: sizes, words, and where something is. Fields of nothing
// but zeros are no part of it, nor is the order of units, latents, populations or
// columns of factors. Of two shrunk instances of one form one is enough.
func Form(instance any) string {
	text, err := json.Marshal(generators.Pattern(instance))
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
	out, _ := formed(value)
	text, err = json.Marshal(out)
	if err != nil {
		return ""
	}
	return string(text)
}

// formed reports too whether anything is there that is not 0.
func formed(value any) (out any, something bool) {
	switch v := value.(type) {
	case map[string]any:
		for key := range v {
			f, is := formed(v[key])
			v[key], something = f, something || is
			if !is {
				delete(v, key)
			}
		}
		return v, something
	case []any:
		for i := range v {
			f, is := formed(v[i])
			v[i], something = f, something || is
		}
		return v, something
	case float64:
		if v != 0 {
			return "·", true
		}
		return v, false
	}
	return value, value != nil && value != "" && value != false
}

// kind tells failures apart that may be different bugs.
type kind struct {
	check, way string
	exact      bool
}

// failuresOf is what a report remembers of a kind.
type failuresOf struct {
	instances int
	budget    int // what is left of laterShrinks
	forms     []string
	told      []int // indices in Report.Failures
}

// fail counts a failure, and keeps it, shrunk unless the effort says otherwise,
// if it is the first of its kind or shrinks to another form than those before.
func (r *Report) fail(ctx context.Context, s Subject, e Effort, j judged) {
	k := kind{j.check.Name, j.outcome.Way(), j.outcome.Exact}
	of := r.kinds[k]
	if of == nil {
		of = &failuresOf{budget: laterShrinks}
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
	case !first && (e.AsFound || len(of.told) == 0 || len(of.forms) >= formsTold || of.budget == 0 || ctx.Err() != nil):
		return
	}
	f := Failure{Check: j.check.Name, Case: j.instance, Outcome: j.outcome}
	if !e.AsFound {
		budget := &of.budget
		if first {
			budget = nil
		}
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

// Untold returns how many kinds of failure a run counted beyond those that it
// tells of.
func (r Report) Untold() int {
	n := 0
	for _, of := range r.kinds {
		if len(of.told) == 0 {
			n++
		}
	}
	return n
}

// JudgedBy returns how many instances of a check were judged.
func (r Report) JudgedBy(check string) int { return r.judged[check] }
