package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rankproof/rankproof/theorems"
)

// Replayed is what judging kept instances again found.
type Replayed struct {
	Instances int
	Failures  []KeptFailure
	Stale     []StaleEntry
}

// StaleEntry is an entry of the ledger that its instance does not give now.
type StaleEntry struct {
	Ref   string `json:"ref"`
	Check string `json:"check"`
	What  string `json:"what"`
	Why   string `json:"why"`
}

// KeptFailure is a kept instance that fails.
type KeptFailure struct {
	Theorem theorems.Theorem
	theorems.Failure
}

// Names lists where those that fail were kept, each once.
func (r Replayed) Names() []string {
	names := []string{}
	for _, f := range r.Failures {
		if !slices.Contains(names, f.From) {
			names = append(names, f.From)
		}
	}
	return names
}

func (r Replayed) verdict() string {
	switch n := len(r.Failures); n {
	case 0:
		return "none fails"
	case 1:
		return "1 fails: " + r.Names()[0]
	default:
		return fmt.Sprintf("%d fail: %s", n, strings.Join(r.Names(), "; "))
	}
}

// Corpus writes what the replay of the corpus found, in a line.
func Corpus(w io.Writer, r Replayed) {
	io.WriteString(w, wrap("corpus: ", Counted(r.Instances, "kept instance")+", "+r.verdict()))
}

// Ledger writes what the replay of the ledger found, and how slack its bounds
// are, in a line.
func Ledger(w io.Writer, r Replayed, lines []LedgerLine) {
	slack, unexplained, sharp := 0, []string{}, 0
	for _, l := range lines {
		if l.Slack() {
			slack++
			if l.Why == "" {
				unexplained = append(unexplained, l.Ref+", "+l.What)
			}
		}
		if l.Supremum > 0 && l.Margin >= 0.99*l.Supremum {
			sharp++
		}
	}
	inequalities := fmt.Sprintf("%d inequalities", len(lines))
	if len(lines) == 1 {
		inequalities = "1 inequality"
	}
	text := fmt.Sprintf("%s at their largest margins, %s; %d within 1 %% of a known supremum", inequalities, r.verdict(), sharp)
	switch {
	case len(unexplained) > 0:
		text += fmt.Sprintf("; %d slack by more than 10⁶, of which not explained: %s", slack, strings.Join(unexplained, "; "))
	case slack == 1:
		text += "; 1 slack by more than 10⁶, explained (verify ledger)"
	case slack > 0:
		text += fmt.Sprintf("; %d slack by more than 10⁶, each explained (verify ledger)", slack)
	}
	io.WriteString(w, wrap("ledger: ", text))
	if len(r.Stale) > 0 {
		io.WriteString(w, wrap("        ", fmt.Sprintf("%d not as recorded, because a claim, a bound or the implementation was changed (verify run --raise mends it):", len(r.Stale))))
	}
	for _, s := range r.Stale {
		io.WriteString(w, wrap("          ", fmt.Sprintf("%s, %q, %s: %s", s.Ref, s.Check, s.What, s.Why)))
	}
}

// NotInLedger lists the inequalities whose errors a run compared with bounds, and
// of which the ledger that it judged first has no entry.
func (r Run) NotInLedger() []string {
	out := []string{}
	if r.Ledger == nil {
		return out
	}
	for _, result := range r.Results {
		for _, m := range result.Margins {
			if !slices.ContainsFunc(r.Bounds, func(l LedgerLine) bool {
				return l.ID == result.ID && l.Check == m.Check && l.What == m.Residual.What
			}) {
				out = append(out, fmt.Sprintf("%s, %q, %s", result.Ref, m.Check, m.Residual.What))
			}
		}
	}
	return out
}

// LedgerLine is an inequality with its largest margin and what is known of its
// bound.
type LedgerLine struct {
	Ref      string  `json:"ref"`
	ID       string  `json:"id"`
	Check    string  `json:"check"`
	What     string  `json:"what"`
	Margin   float64 `json:"margin"`             // the largest ever seen
	Supremum float64 `json:"supremum,omitempty"` // of the margin over all instances, where it is known
	Why      string  `json:"why,omitempty"`      // of the supremum, or of the slack
}

// Slack reports whether the bound is larger than any error seen by more than 10⁶.
func (l LedgerLine) Slack() bool { return l.Margin < theorems.SlackBelow }

// LedgerLines lists the inequalities of theorems, in the order of their checks.
func LedgerLines(l *theorems.Ledger, list []theorems.Theorem) []LedgerLine {
	out := []LedgerLine{}
	for _, t := range list {
		extremes := l.Of(t.ID)
		for _, c := range t.Claims {
			for _, e := range extremes {
				if e.Check != c.Name {
					continue
				}
				line := LedgerLine{Ref: t.Ref, ID: t.ID, Check: e.Check, What: e.What, Margin: e.Margin}
				for _, s := range t.Sharp {
					if s.Check == e.Check && s.What == e.What {
						line.Supremum, line.Why = s.Supremum, s.Why
					}
				}
				for _, s := range t.Slack {
					if s.Check == e.Check && s.What == e.What && line.Slack() {
						line.Why = s.Why
					}
				}
				out = append(out, line)
			}
		}
	}
	return out
}

// Margins writes the largest margins of a theorem as a paragraph of Show.
func Margins(w io.Writer, lines []LedgerLine) {
	if len(lines) > 0 {
		heading(w, "ledger", "the largest errors ever seen, as shares of their bounds")
		WriteLedgerLines(w, "  ", lines)
	}
}

// WriteLedgerLines writes inequalities under the names of their checks, and what
// is known of their bounds below them, once where several share it.
func WriteLedgerLines(w io.Writer, indent string, lines []LedgerLine) {
	check := ""
	for i, l := range lines {
		if name := l.Ref + l.Check; name != check {
			check = name
			io.WriteString(w, wrap(indent, l.Check))
		}
		margin := fmt.Sprintf("%.3g", l.Margin)
		if l.Supremum > 0 {
			margin = closeTo(l.Margin, l.Supremum) + " of " + number(l.Supremum)
		}
		io.WriteString(w, wrap(fmt.Sprintf("%s  %s  ", indent, right(margin, 14)), l.What))
		if last := i+1 == len(lines) || lines[i+1].Why != l.Why || lines[i+1].Ref+lines[i+1].Check != check; last && l.Why != "" {
			label := "supremum: "
			if l.Slack() {
				label = "slack: "
			}
			io.WriteString(w, wrap(indent+blanks(18)+label, l.Why))
		}
	}
}

// closeTo writes a number below a limit with as many digits as tell them apart.
func closeTo(x, limit float64) string {
	for digits := 2; digits < 17; digits++ {
		if text := fmt.Sprintf("%.*g", digits, x); text != fmt.Sprintf("%.*g", digits, limit) {
			return text
		}
	}
	return number(x)
}

// WriteLedger writes the inequalities of several theorems, under their names.
func WriteLedger(w io.Writer, lines []LedgerLine) {
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && lines[n].ID == lines[0].ID {
			n++
		}
		fmt.Fprintf(w, "%s  %s\n", lines[0].Ref, lines[0].ID)
		WriteLedgerLines(w, "  ", lines[:n])
		if lines = lines[n:]; len(lines) > 0 {
			fmt.Fprintln(w)
		}
	}
}
