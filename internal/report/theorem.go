package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/rankproof/rankproof/theorems"
)

// ListDocument is a theorem of verify list as JSON.
type ListDocument struct {
	Ref       string   `json:"ref"`
	ID        string   `json:"id"`
	Statement string   `json:"statement"`
	Source    string   `json:"source"`
	Evidence  []string `json:"evidence"`
	Twins     []string `json:"twins"`
}

// NewList returns the JSON of a list of theorems.
func NewList(list []theorems.Theorem) []ListDocument {
	out := make([]ListDocument, len(list))
	for i, t := range list {
		out[i] = ListDocument{t.Ref, t.ID, t.Statement, t.Source, append([]string{}, t.Evidence()...), []string{}}
		for _, tw := range t.Twins {
			out[i].Twins = append(out[i].Twins, tw.Name)
		}
	}
	return out
}

// List writes a line a theorem.
func List(w io.Writer, list []theorems.Theorem) {
	rows := [][4]string{{"ref", "theorem", "evidence", "twins"}}
	for _, t := range list {
		rows = append(rows, [4]string{t.Ref, t.ID, strings.Join(t.Evidence(), ", "), fmt.Sprint(len(t.Twins))})
	}
	var widths [4]int
	for _, row := range rows {
		for j, text := range row {
			widths[j] = max(widths[j], width(text))
		}
	}
	sources := append([]string{"source"}, make([]string, len(list))...)
	for i, t := range list {
		sources[i+1] = t.Source
	}
	for i, row := range rows {
		fmt.Fprintf(w, "%s  %s  %s  %s  %s\n", left(row[0], widths[0]), left(row[1], widths[1]),
			left(row[2], widths[2]), right(row[3], widths[3]), sources[i])
	}
}

// Names lists refs and IDs, for people who asked for what there is not.
func Names(list []theorems.Theorem) string {
	lines := make([]string, len(list))
	for i, t := range list {
		lines[i] = fmt.Sprintf("  %-4s %s", t.Ref, t.ID)
	}
	return strings.Join(lines, "\n")
}

// Show writes all that a theorem says of itself.
func Show(w io.Writer, t theorems.Theorem) {
	fmt.Fprintf(w, "%s  %s\n\n", t.Ref, t.ID)
	labelled(w, "statement", t.Statement)
	labelled(w, "source", t.Source)
	labelled(w, "given", t.Given...)
	labelled(w, "bound", t.Why)
	labelled(w, "abstention", fmt.Sprintf("at most %s %% of the instances may stay unknown", number(100*t.MaxUnknown)))
	showNeeded(w, t.Needed)
	showChecks(w, "claims", "of an implementation, in floating point", t.Claims)
	showChecks(w, "exact", "of the statement, in rationals", t.Exact)
	if len(t.Certificates) > 0 {
		heading(w, "certificates", "of the statement, for all matrices of a shape")
		for _, c := range t.Certificates {
			io.WriteString(w, wrap("  ", c.Name()))
			io.WriteString(w, wrap("    ", shapes(c)))
		}
	}
	heading(w, "twins", "mistakes, each of which must be refuted")
	for _, tw := range t.Twins {
		io.WriteString(w, wrap("  ", tw.Name+" ("+kind(tw)+")"))
		io.WriteString(w, wrap("    ", tw.Mistake))
	}
}

func heading(w io.Writer, label, what string) { fmt.Fprintf(w, "\n%s: %s\n", label, what) }

func showNeeded(w io.Writer, needed []theorems.Witness) {
	if len(needed) == 0 {
		return
	}
	heading(w, "needed", "hypotheses without which the statement fails, each with a case")
	for _, n := range needed {
		io.WriteString(w, wrap("  without: ", n.Without))
		io.WriteString(w, wrap("    claimed: ", n.Check.Name))
		io.WriteString(w, wrap("    instead: ", n.Shows))
		Instance(w, "    ", n.Case)
	}
}

func showChecks(w io.Writer, label, what string, checks []theorems.Check) {
	if len(checks) == 0 {
		return
	}
	heading(w, label, what)
	for _, c := range checks {
		io.WriteString(w, wrap("  ", c.Name))
		if len(c.Edges) > 0 {
			io.WriteString(w, wrapList("    visits: ", c.Edges))
		}
	}
}

func kind(t theorems.Twin) string {
	switch {
	case t.Break != nil:
		return "broken implementation"
	case t.FalseIdentity != nil:
		return "false identity"
	}
	return "false statement"
}

// shapes names the first and the last shape and how many there are.
func shapes(c theorems.Certificate) string {
	list := c.Shapes
	switch len(list) {
	case 0:
		return "no shapes"
	case 1, 2, 3:
		names := make([]string, len(list))
		for i, s := range list {
			names[i] = s.String()
		}
		return strings.Join(names, "; ")
	}
	return fmt.Sprintf("%d shapes, %v to %v", len(list), list[0], list[len(list)-1])
}
