package theorems

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
)

// smallerTries bounds how many candidates are judged to make an instance of the
// ledger small.
const smallerTries = 1500

// RaiseFrom raises a ledger by the margins that a run of the theorem found, and
// returns by how many. An instance is made simpler first, as long as its margin
// stays as large to within a percent, and as near to 1 to within a percent: what
// is kept is small enough to read. What is no larger than the ledger's by such a
// percent is left out, so that the file changes only where there is news.
func (l *Ledger) RaiseFrom(t Theorem, s Subject, margins []Tightest) (raised int, err error) {
	for _, m := range margins {
		c, ok := t.CheckNamed(m.Check)
		margin := m.Residual.Margin()
		if !ok || keeps(l.Largest(t.ID, m.Check, m.Residual.What), margin) {
			continue
		}
		small := c.shrinkKeeping(s, m.Case, m.Residual.What, margin)
		text, err := caseText(small)
		if err != nil {
			return raised, fmt.Errorf("%s, %q: %w", t.Ref, m.Check, err)
		}
		if l.Raise(Extreme{t.ID, m.Check, m.Residual.What, c.marginAt(s, small, m.Residual.What), text}) {
			raised++
		}
	}
	return raised, nil
}

// Rejudge replaces the margins of a theorem that changed by more than a percent
// since they were entered, because a claim or a bound was changed, and drops those
// that its checks do not give any more. It returns how many.
func (l *Ledger) Rejudge(t Theorem, s Subject) (changed int) {
	var kept []Extreme
	for _, e := range l.Extremes {
		if e.Theorem != t.ID {
			kept = append(kept, e)
			continue
		}
		margin := 0.0
		if c, ok := t.CheckNamed(e.Check); ok {
			if instance, err := c.Decode(e.Case); err == nil {
				margin = c.marginAt(s, instance, e.What)
			}
		}
		if !keeps(margin, e.Margin) || !keeps(e.Margin, margin) {
			e.Margin = margin
			changed++
		}
		if e.Margin > 0 {
			kept = append(kept, e)
		}
	}
	l.Extremes = kept
	return changed
}

// keeps reports whether a margin is as good as another: to within a percent of
// it, and of its distance from 1.
func keeps(margin, of float64) bool { return margin >= 0.99*of && 1-margin <= 1.01*(1-of) }

// shrinkKeeping returns a simpler instance that holds with as large a margin of
// a quantity.
func (c Check) shrinkKeeping(s Subject, instance any, what string, margin float64) any {
	tries := smallerTries
	return c.shrink(instance, func(smaller any) bool {
		if tries == 0 {
			return false
		}
		tries--
		return keeps(c.marginAt(s, smaller, what), margin)
	})
}

// marginAt returns the margin of a quantity on an instance, 0 unless the check
// holds there.
func (c Check) marginAt(s Subject, instance any, what string) float64 {
	out := c.On(s, instance)
	i := slices.IndexFunc(out.Margins, func(r Residual) bool { return r.What == what })
	if out.Verdict != Holds || i < 0 {
		return 0
	}
	return out.Margins[i].Margin()
}

// untagged returns an instance without its tags, which tell how an ancestor was
// drawn.
func untagged(instance any) any {
	v := reflect.New(reflect.TypeOf(instance)).Elem()
	v.Set(reflect.ValueOf(instance))
	if tags := v.FieldByName("Tags"); tags.IsValid() && tags.CanSet() {
		tags.SetZero()
	}
	return v.Interface()
}

// caseText is the JSON of an instance without its tags.
func caseText(instance any) (json.RawMessage, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(untagged(instance)); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(text.Bytes()), nil
}
