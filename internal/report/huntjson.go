package report

import (
	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/theorems"
)

// HuntDocument is what the records of a plan say, as JSON.
type HuntDocument struct {
	Status      HuntStatus     `json:"status"` // complete, refuted, incomplete, blind, contradictory
	Plan        string         `json:"plan"`   // digest
	Seed        uint64         `json:"seed"`
	BlockSize   int            `json:"block_size"` // instances of a block, at most
	Blocks      int            `json:"blocks"`     // done, of theorems that are no canaries, like all counts here
	Of          int            `json:"of"`         // planned; 0: without end
	Missing     int            `json:"missing"`
	Escaped     []string       `json:"escaped"` // claims of the canary that were not refuted
	Interrupted bool           `json:"interrupted"`
	Counts      journal.Counts `json:"counts"`
	Seconds     float64        `json:"seconds"` // of judging
	Theorems    []HuntedJSON   `json:"theorems"`

	Files              int                     `json:"files"`
	Records            int                     `json:"records"`
	Duplicates         int                     `json:"duplicates"` // records of blocks that another counts for
	Damaged            int                     `json:"damaged"`    // lines
	DamagedLines       []journal.Damage        `json:"damaged_lines,omitempty"`
	Contradictions     int                     `json:"contradictions"` // blocks
	ContradictingLines []journal.Contradiction `json:"contradicting,omitempty"`
}

// HuntedJSON is what they say of a theorem, as JSON.
type HuntedJSON struct {
	Ref     string          `json:"ref"`
	ID      string          `json:"id"`
	Canary  bool            `json:"canary"` // false on purpose: its failures are expected, and in no total
	Blocks  int             `json:"blocks"`
	Of      int             `json:"of"`
	Missing []journal.Range `json:"missing,omitempty"` // the first thousand ranges
	journal.Counts
	Seconds  float64           `json:"seconds"`
	Largest  *MarginJSON       `json:"largest,omitempty"` // margin of those that hold
	Above    []MarginJSON      `json:"above,omitempty"`   // margins above those of the ledger
	Failures []HuntFailureJSON `json:"failures,omitempty"`
}

// HuntFailureJSON is a failure in its simplest form, as JSON.
type HuntFailureJSON struct {
	theorems.Counterexample        // what verify replay reads
	What                    string `json:"what"`   // the quantity, or the reason
	Exact                   bool   `json:"exact"`  // decided by exact arithmetic
	Blocks                  int    `json:"blocks"` // in which such a failure was found
}

// MarginJSON is a margin with its case, as JSON.
type MarginJSON struct {
	Check  string  `json:"check"`
	What   string  `json:"what"`
	Margin float64 `json:"margin"`
	Block  int     `json:"block"`
	Index  int     `json:"index"`
	Kind   string  `json:"kind"`
}

// Document returns the JSON.
func (h Hunt) Document() HuntDocument {
	p := h.Problems
	d := HuntDocument{Status: h.Status(), Plan: h.Totals.Plan, Seed: h.Plan.Seed, BlockSize: h.Plan.BlockSize,
		Files: p.Files, Records: p.Records, Duplicates: p.Duplicates, Damaged: p.Damaged, DamagedLines: p.DamagedLines,
		Contradictions: p.Contradictions, ContradictingLines: p.Contradicting,
		Escaped: append([]string{}, h.escaped()...), Interrupted: h.Interrupted}
	d.Counts, d.Blocks, d.Seconds = h.Totals.Sum(isTheorem)
	for _, th := range h.Totals.Theorems {
		t := HuntedJSON{Ref: th.Ref, ID: th.ID, Canary: isCanary(th), Blocks: th.Blocks, Of: th.Of, Missing: th.Missing, Counts: th.Counts, Seconds: th.Seconds}
		if th.Top != nil {
			top := marginJSON(*th.Top)
			t.Largest = &top
		}
		for _, x := range th.Above {
			t.Above = append(t.Above, marginJSON(x))
		}
		for _, f := range h.Failures {
			if f.Theorem.ID != th.ID {
				continue
			}
			t.Failures = append(t.Failures, HuntFailureJSON{f.Counterexample, f.Kind.What, f.Failure.Outcome.Exact, f.Kind.Blocks})
		}
		if !t.Canary {
			d.Of += th.Of
			d.Missing += th.NotDone()
		}
		d.Theorems = append(d.Theorems, t)
	}
	return d
}

func marginJSON(x journal.Extreme) MarginJSON {
	return MarginJSON{x.Check, x.What, x.Margin.Margin, x.Block, x.Index, x.Kind}
}
