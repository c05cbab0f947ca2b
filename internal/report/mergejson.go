package report

import (
	"encoding/json"

	"github.com/rankproof/rankproof/internal/journal"
)

// MergeDocument is a merge as JSON.
type MergeDocument struct {
	Status    MergeStatus    `json:"status"` // complete, refuted, incomplete, blind, contradictory
	Plan      string         `json:"plan"`   // digest
	Seed      uint64         `json:"seed"`
	BlockSize int            `json:"block_size"` // instances of a block, at most
	Blocks    int            `json:"blocks"`     // done, of theorems that are no canaries, like all counts here
	Of        int            `json:"of"`         // planned; 0: without end
	Missing   int            `json:"missing"`
	Counts    journal.Counts `json:"counts"`
	Seconds   float64        `json:"seconds"` // of judging
	Theorems  []MergedJSON   `json:"theorems"`

	Files              int                     `json:"files"`
	Records            int                     `json:"records"`
	Duplicates         int                     `json:"duplicates"` // records of blocks that another counts for
	Damaged            int                     `json:"damaged"`    // lines
	DamagedLines       []journal.Damage        `json:"damaged_lines,omitempty"`
	Contradictions     int                     `json:"contradictions"` // blocks
	ContradictingLines []journal.Contradiction `json:"contradicting,omitempty"`
}

// MergedJSON is what a merge says of a theorem, as JSON.
type MergedJSON struct {
	Ref     string          `json:"ref"`
	ID      string          `json:"id"`
	Canary  bool            `json:"canary"` // false on purpose: its failures are expected, and in no total
	Blocks  int             `json:"blocks"`
	Of      int             `json:"of"`
	Missing []journal.Range `json:"missing,omitempty"` // the first thousand ranges
	journal.Counts
	Seconds  float64         `json:"seconds"`
	Largest  *MarginJSON     `json:"largest,omitempty"`  // margin of those that hold
	Above    []MarginJSON    `json:"above,omitempty"`    // margins above those of the ledger
	Failures []MergedFailure `json:"failures,omitempty"` // each is what verify replay reads
}

// MarginJSON is a margin with its case, as JSON.
type MarginJSON struct {
	Check  string          `json:"check"`
	What   string          `json:"what"`
	Margin float64         `json:"margin"`
	Block  int             `json:"block"`
	Index  int             `json:"index"`
	Kind   string          `json:"kind"`
	Case   json.RawMessage `json:"case,omitempty"`
}

// Document returns a merge as JSON.
func (m Merge) Document() MergeDocument {
	p := m.Problems
	d := MergeDocument{Status: m.Status(), Plan: m.Totals.Plan, Seed: m.Plan.Seed, BlockSize: m.Plan.BlockSize,
		Files: p.Files, Records: p.Records, Duplicates: p.Duplicates, Damaged: p.Damaged, DamagedLines: p.DamagedLines,
		Contradictions: p.Contradictions, ContradictingLines: p.Contradicting}
	d.Counts, d.Blocks, d.Seconds = m.Totals.Sum(isTheorem)
	for _, th := range m.Totals.Theorems {
		t := MergedJSON{Ref: th.Ref, ID: th.ID, Canary: isCanary(th), Blocks: th.Blocks, Of: th.Of, Missing: th.Missing, Counts: th.Counts, Seconds: th.Seconds}
		if th.Top != nil {
			top := marginJSON(*th.Top)
			t.Largest = &top
		}
		for _, x := range th.Above {
			t.Above = append(t.Above, marginJSON(x))
		}
		for _, f := range m.Failures {
			if f.Theorem == th.ID {
				t.Failures = append(t.Failures, f)
			}
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
	return MarginJSON{x.Check, x.What, x.Margin.Margin, x.Block, x.Index, x.Kind, x.Case}
}
