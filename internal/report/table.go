package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/rankproof/rankproof/theorems"
)

// Table writes a line a theorem, as each is done; its columns are aligned for
// theorems that are known beforehand.
type Table struct {
	w       io.Writer
	ref, id int // widths
	columns []column
}

// NewTable returns a table for some of the theorems of a list.
func NewTable(w io.Writer, list []theorems.Theorem) *Table { return newTable(w, list, runColumns) }

func newTable(w io.Writer, list []theorems.Theorem, columns []column) *Table {
	t := &Table{w: w, ref: len("ref"), id: len("theorem"), columns: columns}
	for _, th := range list {
		t.ref, t.id = max(t.ref, width(th.Ref)), max(t.id, width(th.ID))
	}
	return t
}

// column is one after ref and id, right-aligned: two lines of heading, width.
type column struct {
	above, below string
	width        int
}

var runColumns = []column{
	{"", "instances", 9},
	{"worst", "margin", 7},
	{"", "unknown", 7},
	{"exact", "cases", 6},
	{"proof", "bits", 5},
	{"twins", "refuted", 7},
	{"", "verdict", 7},
	{"", "seconds", 7},
}

// Header writes the headings.
func (t *Table) Header() {
	above, below := make([]string, len(t.columns)), make([]string, len(t.columns))
	for i, c := range t.columns {
		above[i], below[i] = c.above, c.below
	}
	t.line("", "", above)
	t.line("ref", "theorem", below)
}

// Row writes what was found for a theorem.
func (t *Table) Row(r Result) {
	t.line(r.Ref, r.ID, []string{
		fmt.Sprint(r.Instances),
		margin(r),
		fmt.Sprint(r.Unknown),
		fmt.Sprint(r.Exact),
		bits(r),
		fmt.Sprintf("%d/%d", r.refutedTwins(), len(r.Theorem.Twins)),
		r.Verdict.String(),
		fmt.Sprintf("%.2f", r.Seconds),
	})
}

func (t *Table) line(ref, id string, cells []string) {
	var out strings.Builder
	out.WriteString(left(ref, t.ref) + "  " + left(id, t.id))
	for i, cell := range cells {
		out.WriteString(" " + right(cell, t.columns[i].width))
	}
	fmt.Fprintln(t.w, strings.TrimRight(out.String(), " "))
}

func margin(r Result) string {
	if r.Instances == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2g", r.WorstMargin)
}

func bits(r Result) string {
	proved := 0
	for _, p := range r.Proofs {
		if p.Err != nil {
			return "false"
		}
		proved += p.Shapes
	}
	if proved == 0 {
		return "–"
	}
	if least := r.CertificateBits(); !math.IsInf(least, 1) {
		return fmt.Sprintf("%.0f", least)
	}
	return "sure" // minors that are not zero, no identity
}

// Summary writes the totals, the seed, and where this was computed.
func Summary(w io.Writer, r Run) {
	var instances, exact, twins, refuted int
	for _, t := range r.Results {
		instances += t.Instances
		exact += t.Exact
		twins += len(t.Twins)
		refuted += t.refutedTwins()
	}
	fmt.Fprintf(w, "\n%s: %d hold, %d refuted, %d unknown", Counted(len(r.Results), "theorem"),
		r.count(theorems.Holds), r.count(theorems.Fails), r.count(theorems.Unknown))
	if missing := r.Planned - len(r.Results); missing > 0 {
		fmt.Fprintf(w, ", %d not run", missing)
	}
	fmt.Fprintf(w, "\n%s, %s, %d of %s refuted; %.1f s\n", Counted(instances, "instance"),
		Counted(exact, "exact case"), refuted, Counted(twins, "twin"), r.Seconds)
	if missing := r.NotInLedger(); len(missing) > 0 {
		fmt.Fprintln(w, "not in the ledger, which verify run --raise enters them into:")
		for _, m := range missing {
			io.WriteString(w, wrap("  ", m))
		}
	}
	if r.Interrupted {
		fmt.Fprintln(w, "interrupted: this is what was found until then")
	}
	fmt.Fprintf(w, "seed %d, %s\n", r.Effort.Seed, r.Environment)
}
