package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/rankproof/rankproof/internal/journal"
)

// WriteText writes it for people. Its error is of a case that is no JSON.
func (h Hunt) WriteText(w io.Writer) error {
	fmt.Fprintf(w, "plan %s: seed %d, %s, ", h.Totals.Plan, h.Plan.Seed, Counted(len(h.Plan.Theorems), "theorem"))
	if h.Plan.Blocks == 0 {
		fmt.Fprint(w, "blocks without end")
	} else {
		fmt.Fprintf(w, "%s each", Counted(h.Plan.Blocks, "block"))
	}
	fmt.Fprintf(w, " of at most %s\n\n", Counted(h.Plan.BlockSize, "instance"))
	h.table(w)
	h.counts(w)
	h.missing(w)
	h.files(w)
	if err := h.failures(w); err != nil {
		return err
	}
	io.WriteString(w, "\n"+wrap("", h.conclusion()))
	return nil
}

// table writes a line a theorem.
func (h Hunt) table(w io.Writer) {
	rows := [][]string{{"ref", "theorem", "blocks", "of", "instances", "fails", "unknown", "margin", "of the quantity"}}
	for _, th := range h.Totals.Theorems {
		of, margin, what := "–", "–", ""
		if th.Of > 0 {
			of = fmt.Sprint(th.Of)
		}
		if th.Top != nil {
			margin, what = fmt.Sprintf("%.2g", th.Top.Margin.Margin), th.Top.Check+": "+th.Top.What
		}
		rows = append(rows, []string{th.Ref, th.ID, fmt.Sprint(th.Blocks), of, fmt.Sprint(th.Instances), fmt.Sprint(th.Fails),
			Percent(th.Unknown, th.Instances), margin, what})
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			if i < 2 || i == len(row)-1 {
				cell = left(cell, widths[i])
			} else {
				cell = right(cell, widths[i])
			}
			line.WriteString(cell + "  ")
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}

// counts writes the totals, canaries apart.
func (h Hunt) counts(w io.Writer) {
	c, blocks, seconds := h.Totals.Sum(isTheorem)
	fmt.Fprintf(w, "\n%s, %s: %d hold, %d fail, %d unknown, %d vacuous, %d not tried; %d decided exactly; %s of judging\n",
		Counted(blocks, "block"), Counted(c.Instances, "instance"), c.Holds, c.Fails, c.Unknown, c.Vacuous, c.NotTried, c.Exact, duration(seconds))
	above := 0
	for _, th := range h.Totals.Theorems {
		if !isCanary(th) {
			above += len(th.Above)
		}
	}
	if above > 0 {
		fmt.Fprintf(w, "%s above those of the ledger (see --json)\n", Counted(above, "margin"))
	}
	if len(h.escaped()) == 0 {
		fmt.Fprintln(w, "the canary, false on purpose, was caught in every way of hunting")
	}
}

// duration writes seconds, or hours if there are many.
func duration(seconds float64) string {
	if seconds < 120 {
		return fmt.Sprintf("%.1f s", seconds)
	}
	return time.Duration(seconds * float64(time.Second)).Round(time.Second).String()
}

// missing writes the blocks that are missing, theorems with the same ones together.
func (h Hunt) missing(w io.Writer) {
	var order []string
	refs := map[string][]string{}
	blocks := 0
	for _, th := range h.Totals.Theorems {
		if th.NotDone() == 0 {
			continue
		}
		blocks += th.NotDone()
		text := fmt.Sprintf("%d of %s", th.NotDone(), Counted(th.Of, "block"))
		if len(th.Missing) > 0 { // a hunt that goes on does not list them
			text += ": " + ranges(th)
		}
		if len(refs[text]) == 0 {
			order = append(order, text)
		}
		refs[text] = append(refs[text], th.Ref)
	}
	if h.Part {
		return
	}
	if blocks > 0 {
		fmt.Fprintf(w, "\n%s missing\n", Counted(blocks, "block"))
	}
	for _, text := range order {
		io.WriteString(w, wrapList("  ", refs[text]))
		io.WriteString(w, wrap("    ", text))
	}
}

// ranges writes the first ranges of a theorem's missing blocks.
func ranges(th journal.TheoremTotals) string {
	const most = 8
	var parts []string
	left := th.NotDone()
	for _, r := range th.Missing[:min(most, len(th.Missing))] {
		left -= r.Len()
		switch {
		case r.First == r.Last:
			parts = append(parts, fmt.Sprint(r.First))
		case r.Step == 1:
			parts = append(parts, fmt.Sprintf("%d–%d", r.First, r.Last))
		default:
			parts = append(parts, fmt.Sprintf("%d–%d in steps of %d", r.First, r.Last, r.Step))
		}
	}
	if left > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", left))
	}
	return strings.Join(parts, ", ")
}

// files writes what there is to say of the files.
func (h Hunt) files(w io.Writer) {
	p := h.Problems
	if p.Files == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s, %s read", Counted(p.Files, "file"), Counted(p.Records, "record"))
	if p.Duplicates > 0 {
		fmt.Fprintf(w, ", %d of them of blocks that another had counted for", p.Duplicates)
	}
	fmt.Fprintln(w)
	if p.Damaged > 0 {
		are, blocks := "are no records", "each of their blocks"
		if p.Damaged == 1 {
			are, blocks = "is no record", "its block"
		}
		done := "counts as not done, unless it was done again"
		if h.wholly() {
			done = "was done again"
		}
		fmt.Fprintf(w, "%s that %s: %s %s\n", Counted(p.Damaged, "line"), are, blocks, done)
		for _, d := range p.DamagedLines {
			io.WriteString(w, wrap("  ", fmt.Sprintf("%s, line %d: %s", d.File, d.Line, d.Why)))
		}
		more(w, p.Damaged-len(p.DamagedLines))
	}
	if p.Contradictions > 0 {
		fmt.Fprintf(w, "\n%s of which two records say different things\n", Counted(p.Contradictions, "block"))
		for _, c := range p.Contradicting {
			fmt.Fprintf(w, "  %s, block %d\n", c.Theorem, c.Block)
			for _, at := range c.Places {
				io.WriteString(w, wrap("    ", fmt.Sprintf("%s, line %d", at.File, at.Line)))
			}
		}
		more(w, p.Contradictions-len(p.Contradicting))
	}
}

// wholly reports whether no block of a plan with an end is missing.
func (h Hunt) wholly() bool {
	return h.Plan.Blocks > 0 && !slices.ContainsFunc(h.Totals.Theorems, func(th journal.TheoremTotals) bool { return th.NotDone() > 0 })
}

func more(w io.Writer, n int) {
	if n > 0 {
		fmt.Fprintf(w, "  and %d more\n", n)
	}
}

// failures writes each failure in its simplest form.
func (h Hunt) failures(w io.Writer) error {
	for _, f := range h.Failures {
		fmt.Fprintf(w, "\n%s %s: in %s", f.Theorem.Ref, f.Theorem.ID, Counted(f.Kind.Blocks, "block"))
		if err := OneFailure(w, f.Told); err != nil {
			return err
		}
	}
	return nil
}

// conclusion says what the records come to.
func (h Hunt) conclusion() string {
	var also []string
	if missing := h.escaped(); len(missing) > 0 && !h.Part {
		also = append(also, fmt.Sprintf("The hunt was blind, or too short: the canary is false on purpose, and nothing was found against %q. What else was not found means nothing.", missing))
	}
	switch h.Status() {
	case Contradictory:
		also = append(also, "Contradictory: a block is a function of the plan, and here are two answers for one. A machine, a build or this program is at fault, and no total is certain.")
	case Refuted:
		kinds := 0
		for _, th := range h.Totals.Theorems {
			if !isCanary(th) {
				kinds += len(th.Failures)
			}
		}
		also = append(also, fmt.Sprintf("Refuted: %s of failure, told in %s.", Counted(kinds, "kind"), Counted(len(h.Failures), "form")))
	case Incomplete:
		also = append(also, "Incomplete: nothing failed in what is there.")
	case Complete:
		done := "Complete"
		switch {
		case h.Part:
			done = "This part of the plan is complete"
		case h.Plan.Blocks == 0:
			done = "Ended as was asked for"
		}
		also = append(also, done+": nothing failed.")
	}
	return strings.Join(also, " ")
}
