package theorems

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Counterexample is an instance that a check was found to fail on, in the form
// in which it is kept and replayed: the numbers themselves, so that it
// survives changes of the generators.
type Counterexample struct {
	Theorem string `json:"theorem"` // ID
	Ref     string `json:"ref"`
	Check   string `json:"check"`
	Subject string `json:"subject"`
	Found   string `json:"found"`
	Exactly string `json:"exactly,omitempty"` // the statement at this instance: see Theorem.Recheck
	// Instances counts those of a run that failed in the same way.
	Instances int             `json:"instances,omitempty"`
	Case      json.RawMessage `json:"case"`

	instance any
}

// NewCounterexample returns a failure as a counterexample.
func NewCounterexample(t Theorem, s Subject, f Failure) (Counterexample, error) {
	text, err := json.Marshal(f.Case)
	if err != nil {
		return Counterexample{}, fmt.Errorf("%s, %s: instance is not JSON: %w", t.Ref, f.Check, err)
	}
	return Counterexample{Theorem: t.ID, Ref: t.Ref, Check: f.Check, Subject: s.Name,
		Found:     f.Outcome.Finding.String(),
		Instances: f.Instances, Exactly: t.Recheck(f.Check, f.Case).String(), Case: text, instance: f.Case}, nil
}

// ParseCounterexample reads the JSON of a counterexample and finds its theorem
// and check in the registry. It names what is missing or malformed.
func ParseCounterexample(text []byte, registry []Theorem) (Counterexample, Theorem, Check, error) {
	var w Counterexample
	if err := json.Unmarshal(text, &w); err != nil {
		return w, Theorem{}, Check{}, fmt.Errorf("not a witness: %w", err)
	}
	for _, t := range registry {
		if t.ID != w.Theorem && (w.Theorem != "" || t.Ref != w.Ref) {
			continue
		}
		c, ok := t.CheckNamed(w.Check)
		if !ok {
			return w, t, c, fmt.Errorf("theorem %s has no check %q", t.Ref, w.Check)
		}
		if len(w.Case) == 0 {
			return w, t, c, fmt.Errorf("witness has no case")
		}
		instance, err := c.Decode(w.Case)
		if err != nil {
			return w, t, c, fmt.Errorf("case of check %q: %w", w.Check, err)
		}
		w.instance = instance
		return w, t, c, nil
	}
	return w, Theorem{}, Check{}, fmt.Errorf("theorem %q is not in the registry", w.Theorem)
}

// Instance returns the case as the value that the check judges.
func (w Counterexample) Instance() any { return w.instance }

// JSON returns the canonical text of the counterexample, a line.
func (w Counterexample) JSON() (string, error) {
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(w); err != nil {
		return "", err
	}
	return text.String(), nil
}

// GoLiteral returns the case as Go source, to paste into a test.
func (w Counterexample) GoLiteral() string {
	if w.instance == nil {
		return "nil"
	}
	return literal(reflect.ValueOf(w.instance))
}

// String is the JSON, and the Go literal below it.
func (w Counterexample) String() string {
	text, err := w.JSON()
	if err != nil {
		return err.Error()
	}
	return text + w.GoLiteral()
}
