package report

import (
	"fmt"
	"strings"

	"github.com/rankproof/rankproof/model"
)

// DecisionDocument is the decision on a rank, as JSON.
type DecisionDocument struct {
	Of       string    `json:"of"`
	Rank     int       `json:"rank"`
	Singular []float64 `json:"singular"`
	Cut      float64   `json:"cut"`
}

// NewDecisions returns decisions as JSON has them.
func NewDecisions(list []model.RankDecision) []DecisionDocument {
	out := []DecisionDocument{}
	for _, d := range list {
		out = append(out, DecisionDocument{d.Of, d.Rank, append([]float64{}, d.Singular...), d.Cut})
	}
	return out
}

// DecisionsHeading stands once above the lines of Decisions.
const DecisionsHeading = "ranks decided: singular values that count | those at or below the cut, taken for zero\n"

// Decisions writes a line for each: the rank, and the singular values on both
// sides of the cut, a bar between those that count and those that do not.
func Decisions(b *strings.Builder, list []model.RankDecision) {
	widest := 0
	for _, d := range list {
		widest = max(widest, width(d.Of))
	}
	for _, d := range list {
		fmt.Fprintf(b, "rank %s is %d   singular values %s | %s   cut %.2g\n", left(d.Of, widest), d.Rank,
			kept(d.Singular[:d.Rank]), dropped(d.Singular[d.Rank:]), d.Cut)
	}
}

// shownSingular is how many singular values a page has on a side of a cut.
const shownSingular = 5

// kept shows the ones next to the cut, which decide, and the largest.
func kept(s []float64) string {
	if len(s) <= shownSingular {
		return listed(s)
	}
	return listed(s[:1]) + ", …, " + listed(s[len(s)-shownSingular+1:])
}

func dropped(s []float64) string {
	if len(s) <= shownSingular {
		return listed(s)
	}
	return fmt.Sprintf("%s, … (%d)", listed(s[:shownSingular]), len(s))
}

func listed(s []float64) string {
	if len(s) == 0 {
		return "none"
	}
	var parts []string
	for _, x := range s {
		parts = append(parts, fmt.Sprintf("%.4g", x+0)) // −0 as 0
	}
	return strings.Join(parts, ", ")
}
