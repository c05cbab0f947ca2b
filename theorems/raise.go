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
// percent is left out, so that the file changes only where there is news. The
// ledger's margins of the theorem are those of today: see Rejudge.
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
		if e, ok := entry(t, c, c.On(s, small), m.Residual.What, text); ok && l.Raise(e) {
			raised += 1 + l.share(t, s, e, small)
		}
	}
	return raised, nil
}

// Rejudge makes the entries of a theorem those of today, and returns how many
// changed. One whose instance gives another margin, because a claim, a bound or
// the implementation was changed, gets that margin; one whose instance gives
// none is dropped. That alone lowers a ledger. One that fails stays: it is a
// counterexample, to be judged until that is mended. Where numbers are rounded otherwise
// than they were for an entry, its margin stays.
func (l *Ledger) Rejudge(t Theorem, s Subject) (changed int) {
	old := l.Of(t.ID)
	l.Replace(t.ID, nil)
	outcomes := map[string]Outcome{} // one instance gives several entries
	instances := map[string]any{}
	for _, e := range old {
		c, ok := t.CheckNamed(e.Check)
		if !ok {
			changed++
			continue
		}
		key := e.Check + string(e.Case)
		if _, known := outcomes[key]; !known {
			instance, err := c.Decode(e.Case)
			if err != nil {
				changed++
				continue
			}
			outcomes[key], instances[key] = c.On(s, instance), instance
		}
		now, ok := e.today(t, c, outcomes[key])
		if ok {
			l.Raise(now)
		}
		if !ok || now.Margin != e.Margin || now.Rounding != e.Rounding {
			changed++
		}
	}
	for _, e := range l.Of(t.ID) {
		if key := e.Check + string(e.Case); instances[key] != nil {
			changed += l.share(t, s, e, instances[key])
			instances[key] = nil
		}
	}
	return changed
}

// today is an entry as the outcome on its instance makes it: itself where that
// is no news, where it fails, or where numbers were rounded otherwise.
func (e Extreme) today(t Theorem, c Check, out Outcome) (Extreme, bool) {
	if out.Verdict == Fails || e.Rounding != "" && e.Rounding != Rounding() {
		return e, true
	}
	now, ok := entry(t, c, out, e.What, e.Case)
	if ok && e.Rounding != "" && keeps(now.Margin, e.Margin) && keeps(e.Margin, now.Margin) {
		return e, true
	}
	return now, ok
}

// share has an entry's instance judged by the other claims of its theorem that
// take it, and whose hypotheses it meets, and returns how many entries that
// raised: what is near one bound may be near another.
func (l *Ledger) share(t Theorem, s Subject, e Extreme, instance any) (raised int) {
	for _, c := range t.Claims {
		if c.Name == e.Check || c.IsCostly() || !c.takes(instance) || !c.within().Holds(instance) {
			continue
		}
		out := c.On(s, instance)
		for _, r := range out.Margins {
			if other, ok := entry(t, c, out, r.What, e.Case); ok && !keeps(l.Largest(t.ID, c.Name, r.What), other.Margin) && l.Raise(other) {
				raised++
			}
		}
	}
	return raised
}

// entry is the entry that an outcome gives of a quantity, if it gives one.
func entry(t Theorem, c Check, out Outcome, what string, text json.RawMessage) (e Extreme, ok bool) {
	i := slices.IndexFunc(out.Margins, func(r Residual) bool { return r.What == what })
	if out.Verdict != Holds || i < 0 {
		return e, false
	}
	r := out.Margins[i]
	return Extreme{t.ID, c.Name, what, r.Margin(), Rounding(), text}, true
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
