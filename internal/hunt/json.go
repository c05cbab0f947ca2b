package hunt

import (
	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/theorems"
)

// Document is a summary as JSON.
type Document struct {
	Plan        journal.Plan              `json:"plan"`
	Digest      string                    `json:"digest"` // of the plan
	Theorems    []TheoremDocument         `json:"theorems"`
	Failures    []theorems.Counterexample `json:"failures"` // shrunk; each is what verify replay reads
	Escaped     []string                  `json:"escaped"`  // claims of the canary that were not refuted
	Damaged     int                       `json:"damaged"`  // lines that were no records
	Interrupted bool                      `json:"interrupted"`
}

// TheoremDocument is what a hunt found of a theorem, as JSON.
type TheoremDocument struct {
	Ref string `json:"ref"`
	ID  string `json:"id"`
	journal.Counts
	Blocks  int             `json:"blocks"`
	Top     *journal.Margin `json:"top,omitempty"`
	Seconds float64         `json:"seconds"`
}

// Document returns the JSON of a summary.
func (s Summary) Document() Document {
	d := Document{Plan: s.Plan, Digest: s.Plan.Digest(), Failures: []theorems.Counterexample{}, Escaped: append([]string{}, s.Escaped...),
		Damaged: s.Problems.Damaged, Interrupted: s.Interrupted}
	for _, t := range s.Totals.Theorems {
		td := TheoremDocument{Ref: t.Ref, ID: t.ID, Counts: t.Counts, Blocks: t.Blocks, Seconds: t.Seconds}
		if t.Top != nil {
			td.Top = &t.Top.Margin
		}
		d.Theorems = append(d.Theorems, td)
	}
	for _, w := range s.Witnesses {
		if c, err := theorems.NewCounterexample(w.Theorem, s.Subject, w.Failure); err == nil {
			d.Failures = append(d.Failures, c)
		}
	}
	return d
}
