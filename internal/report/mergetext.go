package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rankproof/rankproof/internal/journal"
)

// WriteText writes a merge for people.
func (m Merge) WriteText(w io.Writer) error {
	fmt.Fprintf(w, "plan %s: seed %d, %s, ", m.Totals.Plan, m.Plan.Seed, counted(len(m.Plan.Theorems), "theorem"))
	if m.Plan.Blocks == 0 {
		fmt.Fprint(w, "blocks without end")
	} else {
		fmt.Fprintf(w, "%s each", counted(m.Plan.Blocks, "block"))
	}
	fmt.Fprintf(w, " of at most %s\n\n", counted(m.Plan.BlockSize, "instance"))
	m.table(w)
	m.counts(w)
	m.missing(w)
	m.files(w)
	if err := m.failures(w); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n"+wrap("", m.conclusion()))
	return err
}

// table writes a line a theorem.
func (m Merge) table(w io.Writer) {
	rows := [][]string{{"ref", "theorem", "blocks", "of", "instances", "fails", "unknown", "margin", "of the quantity"}}
	for _, th := range m.Totals.Theorems {
		of, margin, what := "–", "–", ""
		if th.Of > 0 {
			of = fmt.Sprint(th.Of)
		}
		if th.Top != nil {
			margin, what = fmt.Sprintf("%.2g", th.Top.Margin.Margin), th.Top.Check+": "+th.Top.What
		}
		rows = append(rows, []string{th.Ref, th.ID, fmt.Sprint(th.Blocks), of, fmt.Sprint(th.Instances), fmt.Sprint(th.Fails),
			percent(th.Unknown, th.Instances), margin, what})
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
func (m Merge) counts(w io.Writer) {
	c, blocks, seconds := m.Totals.Sum(isTheorem)
	fmt.Fprintf(w, "\n%s, %s: %d hold, %d fail, %d unknown, %d vacuous, %d not tried; %d decided exactly; %s of judging\n",
		counted(blocks, "block"), counted(c.Instances, "instance"), c.Holds, c.Fails, c.Unknown, c.Vacuous, c.NotTried, c.Exact, duration(seconds))
	above := 0
	for _, th := range m.Totals.Theorems {
		above += len(th.Above)
	}
	if above > 0 {
		fmt.Fprintf(w, "%s above those of the ledger (see --json)\n", counted(above, "margin"))
	}
	for _, th := range m.Totals.Theorems {
		if isCanary(th) && th.Fails > 0 {
			fmt.Fprintf(w, "%s, which is false on purpose, was caught\n", th.ID)
		}
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
func (m Merge) missing(w io.Writer) {
	var order []string
	refs := map[string][]string{}
	blocks := 0
	for _, th := range m.Totals.Theorems {
		if th.NotDone() == 0 {
			continue
		}
		blocks += th.NotDone()
		text := fmt.Sprintf("%d of %s: %s", th.NotDone(), counted(th.Of, "block"), ranges(th))
		if len(refs[text]) == 0 {
			order = append(order, text)
		}
		refs[text] = append(refs[text], th.Ref)
	}
	if blocks > 0 {
		fmt.Fprintf(w, "\n%s missing\n", counted(blocks, "block"))
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
func (m Merge) files(w io.Writer) {
	p := m.Problems
	fmt.Fprintf(w, "\n%s, %s", counted(p.Files, "file"), counted(p.Records, "record"))
	if p.Duplicates > 0 {
		fmt.Fprintf(w, ", %d of them of blocks that another had counted for", p.Duplicates)
	}
	fmt.Fprintln(w)
	if p.Damaged > 0 {
		fmt.Fprintf(w, "%s, as a crash leaves them: their blocks count as not done, unless they were done again\n", counted(p.Damaged, "damaged line"))
		for _, d := range p.DamagedLines {
			io.WriteString(w, wrap("  ", fmt.Sprintf("%s, line %d: %s", d.File, d.Line, d.Why)))
		}
		more(w, p.Damaged-len(p.DamagedLines))
	}
	if p.Contradictions > 0 {
		fmt.Fprintf(w, "\n%s of which two records say different things\n", counted(p.Contradictions, "block"))
		for _, c := range p.Contradicting {
			fmt.Fprintf(w, "  %s, block %d\n", c.Theorem, c.Block)
			for _, at := range c.Places {
				io.WriteString(w, wrap("    ", fmt.Sprintf("%s, line %d", at.File, at.Line)))
			}
		}
		more(w, p.Contradictions-len(p.Contradicting))
	}
}

func more(w io.Writer, n int) {
	if n > 0 {
		fmt.Fprintf(w, "  and %d more\n", n)
	}
}

// failures writes each kind of failure with its simplest case.
func (m Merge) failures(w io.Writer) error {
	for _, f := range m.Failures {
		how := ""
		if f.Exact {
			how = " (in exact arithmetic)"
		}
		fmt.Fprintf(w, "\n%s %s: %q fails in %s%s:\n", f.Ref, f.Theorem, f.Check, counted(f.Blocks, "block"), how)
		io.WriteString(w, wrap("  ", f.What))
		if f.Found != "" && f.Found != f.What {
			io.WriteString(w, wrap("  ", f.Found))
		}
		fmt.Fprintf(w, "  the simplest case, number %d of block %d (%s), as JSON; save the line in FILE to repeat it with: verify replay FILE\n", f.Index, f.Block, f.Kind)
		line, err := f.JSON()
		if err != nil {
			return err
		}
		io.WriteString(w, line)
	}
	return nil
}

// conclusion says what the records come to.
func (m Merge) conclusion() string {
	var also []string
	if missing := m.uncaught(); len(missing) > 0 {
		also = append(also, fmt.Sprintf("The hunt was blind: the canary was not caught. Nothing was found against %s, which is false on purpose, so that what else was not found means nothing.", strings.Join(missing, ", ")))
	}
	switch m.Status() {
	case Contradictory:
		also = append(also, "Contradictory: a block is a function of the plan, and here are two answers for one. A machine, a build or this program is at fault, and no total is certain.")
	case Refuted:
		also = append(also, fmt.Sprintf("Refuted: %s.", counted(len(m.Failures), "kind of failure")))
	case Incomplete:
		also = append(also, "Incomplete: nothing failed in what is there.")
	case Complete:
		also = append(also, "Complete: nothing failed.")
	}
	return strings.Join(also, " ")
}
