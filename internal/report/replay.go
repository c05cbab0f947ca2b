package report

import (
	"cmp"
	"fmt"
	"io"

	"github.com/rankproof/rankproof/theorems"
)

// Replay is a counterexample judged again.
type Replay struct {
	Theorem theorems.Theorem
	Found   theorems.Counterexample // as it was read
	Subject string                  // that was judged now; "" where the check is of the statement alone
	Outcome theorems.Outcome
	// Exactly is the statement at the instance of an outcome that fails.
	Exactly string
}

// Verdict returns that on the instance: unknown where it could not be tried.
func (r Replay) Verdict() theorems.Verdict {
	if r.Outcome.NotTried {
		return theorems.Unknown
	}
	return r.Outcome.Verdict
}

// ReplayDocument is a replay as JSON.
type ReplayDocument struct {
	Ref     string `json:"ref"`
	ID      string `json:"id"`
	Check   string `json:"check"`
	Verdict string `json:"verdict"` // holds, refuted, unknown
	Finding string `json:"finding"`
	Exact   bool   `json:"exact"`             // decided by exact arithmetic
	Exactly string `json:"exactly,omitempty"` // the statement at an instance that fails
	Subject string `json:"subject"`           // that was judged now; "" of a check of the statement alone

	Counterexample theorems.Counterexample `json:"counterexample"` // as it was read
}

// NewReplayDocument returns the JSON of a replay.
func NewReplayDocument(r Replay) ReplayDocument {
	return ReplayDocument{r.Theorem.Ref, r.Theorem.ID, r.Found.Check, r.Verdict().String(), r.Outcome.Finding.String(),
		r.Outcome.Exact, r.Exactly, r.Subject, r.Found}
}

// WriteReplay writes a replay for people.
func WriteReplay(w io.Writer, r Replay) {
	fmt.Fprintf(w, "%s %s, %q: %v", r.Theorem.Ref, r.Theorem.ID, r.Found.Check, r.Verdict())
	if r.Subject != "" {
		fmt.Fprintf(w, " for %s", r.Subject)
	}
	Outcome(w, "", r.Outcome)
	if r.Exactly != "" {
		io.WriteString(w, wrap("exactly: ", r.Exactly))
	}
	if without := hypothesis(r.Theorem, r.Found.Check); without != "" {
		io.WriteString(w, wrap("", fmt.Sprintf("This check is the statement without the hypothesis %q; it is in the registry because it is false.", without)))
	}
	if r.Found.Found != "" {
		subject := ""
		if r.Subject != "" {
			subject = " for " + cmp.Or(r.Found.Subject, "a subject without a name")
		}
		io.WriteString(w, wrap("", fmt.Sprintf("It was found%s as: %s", subject, r.Found.Found)))
	}
	fmt.Fprintln(w, "\nthe case")
	Instance(w, "  ", r.Found.Instance())
	fmt.Fprintf(w, "\nthe same as Go\n%s\n", r.Found.GoLiteral())
}

// hypothesis returns the one that a check of a witness drops, if it is one.
func hypothesis(t theorems.Theorem, check string) string {
	for _, n := range t.Needed {
		if n.Check.Name == check {
			return n.Without
		}
	}
	return ""
}
