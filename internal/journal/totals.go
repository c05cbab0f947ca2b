package journal

import "slices"

// Totals are what all records of a plan say together, each block counted once.
// They do not depend on who recorded what, in which order, or how often.
type Totals struct {
	Plan     string // digest
	Theorems []TheoremTotals
}

// TheoremTotals are those of one theorem.
type TheoremTotals struct {
	ID, Ref string
	Counts
	Blocks   int     // that are done
	Of       int     // blocks of the plan; 0 if it has no end
	Missing  []Range // blocks of a plan with an end that are not done, the first thousand ranges; only Merge fills this
	Seconds  float64 // of judging; where a block was judged twice, those of the faster
	Top      *Extreme
	Above    []Extreme       // the largest of each check and quantity, in their order
	Failures []FailureTotals // in the order of check and quantity
}

// Extreme is a margin, and the block that it was met in: of equal ones that of
// the least block, and in it the first.
type Extreme struct {
	Margin
	Block int
	Kind  string
}

// FailureTotals are all failures of a check in one way.
type FailureTotals struct {
	Check, What string
	Blocks      int      // that have one
	Least       []Failed // at most three, no two of one case: short ones first, then in the order of their bytes
}

// Failed is a failure, and the block that it was met in.
type Failed struct {
	Failure
	Block int
	Kind  string
}

// Limits of what is kept.
const (
	mostLeast  = 3    // cases of a kind of failure
	mostKinds  = 1000 // kinds of failures of a theorem, and margins; far more than there are checks and quantities
	mostRanges = 1000
	mostListed = 20 // damaged lines and contradictions
)

// Range is the blocks First, First+Step, … Last.
type Range struct {
	First int `json:"first"`
	Last  int `json:"last"`
	Step  int `json:"step"`
}

// Len returns the number of blocks.
func (r Range) Len() int { return (r.Last-r.First)/r.Step + 1 }

// Sum returns the counts and the seconds of all theorems that keep, which may be
// nil, picks.
func (t Totals) Sum(keep func(TheoremTotals) bool) (counts Counts, blocks int, seconds float64) {
	for _, th := range t.Theorems {
		if keep == nil || keep(th) {
			counts.Add(th.Counts)
			blocks += th.Blocks
			seconds += th.Seconds
		}
	}
	return counts, blocks, seconds
}

// NotDone returns how many blocks of a plan with an end are missing.
func (t TheoremTotals) NotDone() int { return max(0, t.Of-t.Blocks) }

// clone returns a copy that shares only what never changes.
func (t TheoremTotals) clone() TheoremTotals {
	if t.Top != nil {
		top := *t.Top
		t.Top = &top
	}
	t.Above = slices.Clone(t.Above)
	t.Failures = slices.Clone(t.Failures)
	for i := range t.Failures {
		t.Failures[i].Least = slices.Clone(t.Failures[i].Least)
	}
	return t
}

// Problems are what was wrong with the files that totals were read from.
type Problems struct {
	Files          int
	Records        int             // good ones
	Duplicates     int             // of them, those of a block that another had counted for
	Damaged        int             // lines that are no records; their blocks are done again
	DamagedLines   []Damage        // the first
	Contradictions int             // blocks of which two records say different things
	Contradicting  []Contradiction // the first
}

// Damage is a line that is no record.
type Damage struct {
	Place
	Why string `json:"why"`
}

// Place is a line of a file, counted from 1.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// Contradiction is a block of which two records say different things, with one
// place of each.
type Contradiction struct {
	Theorem string  `json:"theorem"`
	Block   int     `json:"block"`
	Places  []Place `json:"places"`
}
