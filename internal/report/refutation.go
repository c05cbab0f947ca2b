package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/rankproof/rankproof/theorems"
)

// Refutation is a conjecture with what became of the search for a
// counterexample to it.
type Refutation struct {
	Conjecture theorems.Conjecture
	theorems.Refutation
}

// Attempt is a theorem with what became of the search for a counterexample.
type Attempt struct {
	Theorem theorems.Theorem
	theorems.Attempt
}

// Refutations is what a search for counterexamples found.
type Refutations struct {
	Run         Run // its effort and environment; the results are those below
	Conjectures []Refutation
	Theorems    []Attempt
}

// Refuted returns how many statements were refuted, and how many were looked at.
func (h Refutations) Refuted() (refuted, of int) {
	for _, r := range h.Conjectures {
		if r.Refuted {
			refuted++
		}
	}
	for _, a := range h.Theorems {
		if a.Refuted() {
			refuted++
		}
	}
	return refuted, len(h.Conjectures) + len(h.Theorems)
}

// RefutationsDocument is a search as JSON.
type RefutationsDocument struct {
	Conjectures []ConjectureDocument `json:"conjectures"`
	Seed        uint64               `json:"seed"`
	Interrupted bool                 `json:"interrupted"`
	Environment Environment          `json:"environment"`
}

// ConjectureDocument is a statement with its counterexample as JSON. The keys
// after seconds appear where they say something; residual_risk is of a theorem.
type ConjectureDocument struct {
	Ref       string                   `json:"ref"`
	Statement string                   `json:"statement"`
	Refuted   bool                     `json:"refuted"`
	Exact     bool                     `json:"exact"`
	Size      theorems.Size            `json:"size"`
	Witness   *theorems.Counterexample `json:"witness"` // what verify replay reads; null if there is none
	Tried     int                      `json:"tried"`
	Seconds   float64                  `json:"seconds"`

	ID           string   `json:"id"`
	Violation    string   `json:"violation,omitempty"`
	ByHand       []string `json:"by_hand,omitempty"`
	Minimal      string   `json:"minimal,omitempty"`
	TriedSmaller int      `json:"tried_smaller,omitempty"`
	Undecided    int      `json:"undecided,omitempty"`
	Instead      string   `json:"instead,omitempty"`
	ResidualRisk float64  `json:"residual_risk,omitempty"`
	Problem      string   `json:"problem,omitempty"`
}

// NewRefutationsDocument returns the JSON of a search.
func NewRefutationsDocument(h Refutations) (RefutationsDocument, error) {
	d := RefutationsDocument{Conjectures: []ConjectureDocument{}, Seed: h.Run.Effort.Seed, Interrupted: h.Run.Interrupted, Environment: h.Run.Environment}
	for _, r := range h.Conjectures {
		all, smaller := r.Tried()
		c := ConjectureDocument{Ref: r.Ref, Statement: r.Conjecture.Statement, Refuted: r.Refuted, Exact: r.Exact, Size: r.Size, Tried: all,
			Seconds: r.Seconds, ID: r.ID, Violation: r.Violation, TriedSmaller: smaller, Undecided: r.Undecided(), Instead: r.Conjecture.Instead}
		if r.Problem != nil {
			c.Problem = r.Problem.Error()
		}
		if r.Refuted {
			witness, err := r.Counterexample()
			if err != nil {
				return d, err
			}
			c.Witness, c.ByHand, c.Minimal = &witness, r.Conjecture.ByHand(r.Case), r.Conjecture.Minimal
		}
		d.Conjectures = append(d.Conjectures, c)
	}
	for _, a := range h.Theorems {
		c := ConjectureDocument{Ref: a.Theorem.Ref, Statement: a.Theorem.Statement, Refuted: a.Refuted(), Tried: a.Decided, Seconds: a.Report.Seconds,
			ID: a.Theorem.ID, Undecided: a.Report.Unknown}
		if !a.Refuted() {
			c.ResidualRisk = a.ResidualRisk()
		} else {
			f := a.Report.Failures[0]
			witness, err := theorems.NewCounterexample(a.Theorem, h.Run.Subject, f)
			if err != nil {
				return d, err
			}
			c.Witness, c.Exact, c.Violation = &witness, f.Outcome.Exact, f.Outcome.Finding.String()
		}
		d.Conjectures = append(d.Conjectures, c)
	}
	return d, nil
}

// WriteRefutation writes a counterexample with the arithmetic that shows it to be
// one, or that none was found.
func WriteRefutation(w io.Writer, r Refutation) error {
	tried := tried(r.Refutation)
	if !r.Refuted {
		fmt.Fprintf(w, "%s  %s: not refuted\n\n", r.Ref, r.ID)
		labelled(w, "conjecture", r.Conjecture.Statement)
		if r.Problem != nil {
			labelled(w, "problem", r.Problem.Error())
		}
		labelled(w, "tried", tried)
		fmt.Fprintln(w)
		return nil
	}
	witness, err := r.Counterexample()
	if err != nil {
		return err
	}
	text, err := witness.JSON()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s  %s: refuted at %v\n\n", r.Ref, r.ID, r.Size)
	labelled(w, "conjecture", r.Conjecture.Statement)
	fmt.Fprintln(w, "\ncounterexample")
	Instance(w, "  ", r.Case)
	fmt.Fprintln(w, "\nby hand")
	for _, line := range r.Conjecture.ByHand(r.Case) {
		io.WriteString(w, wrap("  ", line))
	}
	fmt.Fprintln(w)
	labelled(w, "exactly", r.Violation)
	labelled(w, "smallest", r.Conjecture.Minimal)
	labelled(w, "instead", r.Conjecture.Instead)
	labelled(w, "tried", tried)
	fmt.Fprintf(w, "\nthe same as JSON, for verify replay\n%s\n", text)
	return nil
}

// tried says how many instances were decided at each size, and how many of these
// were all of a box of small numbers, up to the first violation.
func tried(r theorems.Refutation) string {
	var parts []string
	for _, l := range r.Levels {
		part := fmt.Sprintf("%d decided at %v", l.Decided, l.Size)
		if l.Listed > 0 {
			part += fmt.Sprintf(" (%d of a list)", l.Listed)
		}
		parts = append(parts, part)
	}
	if n := r.Undecided(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d outside the hypotheses or undecided", n))
	}
	return strings.Join(append(parts, fmt.Sprintf("%.2g s", r.Seconds)), ", ")
}

// WriteAttempt writes how much was tried against a theorem in vain, and what
// that leaves open; or what refutes it.
func WriteAttempt(w io.Writer, a Attempt, run Run) error {
	if a.Refuted() {
		err := Failures(w, Result{a.Theorem, a.Report}, run)
		fmt.Fprintln(w)
		return err
	}
	fmt.Fprintf(w, "%s  %s: not refuted\n\n", a.Theorem.Ref, a.Theorem.ID)
	labelled(w, "statement", a.Theorem.Statement)
	labelled(w, "tried", fmt.Sprintf("%s decided, none of which violates it; %d stayed unknown; %.2g s", Counted(a.Decided, "instance"), a.Report.Unknown, a.Report.Seconds))
	labelled(w, "residual risk", RiskText(a.Attempt))
	fmt.Fprintln(w)
	return nil
}

// RiskText says what a search in vain leaves open.
func RiskText(a theorems.Attempt) string {
	switch {
	case a.Decided < 3:
		return "nothing is known from so few instances"
	case a.Report.Interrupted:
		return "not given for a search that was interrupted: instances that take long are missing"
	}
	return fmt.Sprintf("at most 3/%d = %.2g, at 95 %%, for a seed chosen beforehand: if an instance drawn as these were, and decided, violated the statement, or this implementation of it, "+
		"with a higher probability than that, one of the %d would have done so with a probability of at least 95 %%. Of instances that are not drawn, and of those that stayed unknown, this says nothing.", a.Decided, a.ResidualRisk(), a.Decided)
}

// WriteRefutationsSummary writes the last lines of a search.
func WriteRefutationsSummary(w io.Writer, h Refutations) {
	refuted, of := h.Refuted()
	fmt.Fprintf(w, "%s: %d refuted, %d not; seed %d, %.2g s\n", Counted(of, "statement"), refuted, of-refuted, h.Run.Effort.Seed, h.Run.Seconds)
	if h.Run.Interrupted {
		fmt.Fprintf(w, "interrupted: %d of %d were looked at\n", of, h.Run.Planned)
	}
}
