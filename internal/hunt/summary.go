package hunt

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conjectures"
)

// Summary is what all records of a plan say, with the failures shrunk.
type Summary struct {
	Plan        journal.Plan
	Totals      journal.Totals
	Problems    journal.Problems
	Witnesses   []Witness // distinct in theorem, check, quantity and shrunk form
	Escaped     []string  // claims of the canary that were not refuted
	Interrupted bool      // before an end that was asked for
	Subject     theorems.Subject
}

// Summary returns what is recorded so far.
func (h *Hunt) Summary(p journal.Plan) Summary {
	totals := h.Journal.Totals()
	return Summary{Plan: p, Totals: totals, Problems: h.Journal.Problems(), Escaped: escaped(totals), Witnesses: h.found.distinct(), Subject: h.Subject}
}

// planted reports whether a theorem is the canary.
func planted(t journal.TheoremTotals) bool { return t.ID == conjectures.Canary().ID }

// Refuted reports whether a theorem was refuted, the canary apart.
func (s Summary) Refuted() bool {
	return slices.ContainsFunc(s.Totals.Theorems, func(t journal.TheoremTotals) bool { return !planted(t) && t.Fails > 0 })
}

// Complete reports whether the canary was caught and nothing cut the hunt short.
func (s Summary) Complete() bool { return len(s.Escaped) == 0 && !s.Interrupted }

// Write writes the summary as text.
func (s Summary) Write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\ntheorem\tblocks\tinstances\texact\tunknown\tfail\tlargest margin\tseconds\t")
	for _, th := range s.Totals.Theorems {
		margin := "–"
		if th.Top != nil {
			margin = fmt.Sprintf("%.4g", th.Top.Margin.Margin)
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%s\t%d\t%s\t%.1f\t\n", th.Ref, th.Blocks, th.Instances, th.Exact, report.Percent(th.Unknown, th.Instances), th.Fails, margin, th.Seconds)
	}
	t.Flush()
	for _, found := range s.Witnesses {
		if found.Theorem.ID == conjectures.Canary().ID {
			continue
		}
		if err := report.OneFailure(w, found.Theorem, s.Subject, found.Failure); err != nil {
			return err
		}
	}
	s.writeEnd(w)
	return nil
}

// writeEnd writes the last lines.
func (s Summary) writeEnd(w io.Writer) {
	counts, blocks, seconds := s.Totals.Sum(func(t journal.TheoremTotals) bool { return !planted(t) })
	kinds, above := 0, 0
	for _, t := range s.Totals.Theorems {
		if !planted(t) {
			kinds += len(t.Failures)
			above += len(t.Above)
		}
	}
	fmt.Fprintf(w, "\n%s in %s, %s decided exactly, %.1f %% unknown; %.0f s of work\n", report.Counted(counts.Instances, "instance"),
		report.Counted(blocks, "block"), report.Counted(counts.Exact, "instance"), 100*float64(counts.Unknown)/float64(max(1, counts.Instances)), seconds)
	if above > 0 {
		fmt.Fprintf(w, "%s larger than any before\n", report.Counted(above, "margin"))
	}
	if s.Problems.Damaged > 0 {
		fmt.Fprintf(w, "%s of earlier records was no record: its block was done again\n", report.Counted(s.Problems.Damaged, "line"))
	}
	switch {
	case len(s.Escaped) == 0:
		fmt.Fprintln(w, "the canary, a planted false theorem, was caught in each of three ways")
	default:
		fmt.Fprintf(w, "THE HUNT IS BROKEN, or was too short: the canary, a planted false theorem, was not found false in %q\n", s.Escaped)
	}
	if s.Interrupted {
		fmt.Fprintln(w, "interrupted; the same command goes on from the records, if they were kept")
	}
	switch {
	case kinds > 0:
		fmt.Fprintf(w, "REFUTED in %s of failure\n", report.Counted(kinds, "kind"))
	default:
		fmt.Fprintln(w, "no counterexample was found")
	}
}

// distinct returns the witnesses, those that are equal once.
func (w *witnesses) distinct() []Witness {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	var out []Witness
	seen := map[string]bool{}
	for _, found := range w.kept {
		c, err := theorems.NewCounterexample(found.Theorem, theorems.Subject{}, found.Failure)
		if err != nil {
			continue
		}
		form := fmt.Sprint(c.Theorem, c.Check, Kind(found.Failure.Outcome), string(c.Case))
		if !seen[form] {
			seen[form] = true
			out = append(out, found)
		}
	}
	return out
}
