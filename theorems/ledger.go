package theorems

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Extreme is the largest margin ever seen of one inequality: the check What of
// a claim of a theorem, with the instance that gave it.
type Extreme struct {
	Theorem  string          `json:"theorem"` // ID
	Check    string          `json:"check"`
	What     string          `json:"what"`
	Margin   float64         `json:"margin"`
	Rounding string          `json:"rounding"` // where it was judged: see Rounding
	Case     json.RawMessage `json:"case"`
}

// Stale says how the outcome of an entry's check on its instance, now, differs
// from the entry by more than rounding explains; "" where it does not. Where
// numbers are rounded as they were for the entry, rounding explains nothing: a
// margin that is another by more than a factor of 2, or not there, is of a claim,
// a bound or an implementation that was changed. Elsewhere an error that is an
// accident of rounding may be any other that keeps its bound, or none, and what
// was found by iteration, such as a zero, has another residual in its bound.
func (e Extreme) Stale(now Outcome) string {
	if e.Rounding != "" && e.Rounding != Rounding() {
		return ""
	}
	i := slices.IndexFunc(now.Margins, func(r Residual) bool { return r.What == e.What })
	if now.Verdict != Holds || i < 0 {
		return "its instance gives no such error any more"
	}
	if m := now.Margins[i].Margin(); m > 2*e.Margin || e.Margin > 2*m {
		return fmt.Sprintf("its margin is %.3g, not %.3g", m, e.Margin)
	}
	return ""
}

// Ledger holds an Extreme of each inequality, in the order of theorem, check and
// quantity. It tells how tight bounds are: a bound whose largest margin stays
// far below 1 would not notice errors that fit into the rest.
type Ledger struct{ Extremes []Extreme }

func (e Extreme) compare(theorem, check, what string) int {
	return cmp.Or(cmp.Compare(e.Theorem, theorem), cmp.Compare(e.Check, check), cmp.Compare(e.What, what))
}

func (l *Ledger) find(theorem, check, what string) (int, bool) {
	return slices.BinarySearchFunc(l.Extremes, struct{}{}, func(e Extreme, _ struct{}) int { return e.compare(theorem, check, what) })
}

// Largest returns the largest margin of an inequality, 0 if there is none.
func (l *Ledger) Largest(theorem, check, what string) float64 {
	if i, found := l.find(theorem, check, what); found {
		return l.Extremes[i].Margin
	}
	return 0
}

// Of returns the extremes of one theorem.
func (l *Ledger) Of(theorem string) []Extreme {
	var out []Extreme
	for _, e := range l.Extremes {
		if e.Theorem == theorem {
			out = append(out, e)
		}
	}
	return out
}

// Replace puts entries in the place of those of one theorem, which they are of.
func (l *Ledger) Replace(theorem string, with []Extreme) {
	l.Extremes = slices.DeleteFunc(l.Extremes, func(e Extreme) bool { return e.Theorem == theorem })
	for _, e := range with {
		l.Raise(e)
	}
}

// Raise enters an extreme if its margin is larger than what is there of its
// inequality; of equal margins the shorter instance stays, then the first in
// the order of text. So it does not matter in which order ledgers are merged,
// and how often. A margin that no instance which holds can have is refused.
func (l *Ledger) Raise(e Extreme) bool {
	if !(e.Margin > 0 && e.Margin <= 1) {
		return false
	}
	i, found := l.find(e.Theorem, e.Check, e.What)
	switch {
	case !found:
		l.Extremes = slices.Insert(l.Extremes, i, e)
	case e.above(l.Extremes[i]):
		l.Extremes[i] = e
	default:
		return false
	}
	return true
}

func (e Extreme) above(old Extreme) bool {
	return cmp.Or(cmp.Compare(e.Margin, old.Margin), cmp.Compare(len(old.Case), len(e.Case)), bytes.Compare(old.Case, e.Case)) > 0
}

// Write writes the ledger in its canonical form: a JSON array, an extreme a
// line, in order.
func (l *Ledger) Write(w io.Writer) error {
	var text bytes.Buffer
	for i, e := range l.Extremes {
		text.WriteString([]string{"[\n", ",\n"}[min(i, 1)])
		var line bytes.Buffer
		enc := json.NewEncoder(&line)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(e); err != nil {
			return fmt.Errorf("ledger, %s, %q, %s: %w", e.Theorem, e.Check, e.What, err)
		}
		text.Write(bytes.TrimSpace(line.Bytes()))
	}
	if len(l.Extremes) == 0 {
		text.WriteString("[")
	}
	text.WriteString("\n]\n")
	_, err := w.Write(text.Bytes())
	return err
}

// ReadLedger reads what Write wrote, and names the entry that is none.
func ReadLedger(r io.Reader) (*Ledger, error) {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	var list []Extreme
	if err := dec.Decode(&list); err != nil {
		return nil, fmt.Errorf("not a ledger: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not a ledger: something follows the array")
	}
	l := &Ledger{}
	for i, e := range list {
		switch {
		case e.Theorem == "" || e.Check == "" || e.What == "" || len(e.Case) == 0:
			return nil, fmt.Errorf("ledger, entry %d: no theorem, check, quantity (what) or case", i+1)
		case !(e.Margin > 0 && e.Margin <= 1):
			return nil, fmt.Errorf("ledger, entry %d (%s, %q, %s): margin is %v, want one in (0, 1]", i+1, e.Theorem, e.Check, e.What, e.Margin)
		}
		var text bytes.Buffer
		if err := json.Compact(&text, e.Case); err != nil {
			return nil, fmt.Errorf("ledger, entry %d: %w", i+1, err)
		}
		e.Case = text.Bytes()
		l.Raise(e)
	}
	return l, nil
}
