package report

import (
	"fmt"
	"math"

	"github.com/rankproof/rankproof/model"
)

// What a MarkovDocument says, unless rounding hides it.
const (
	Yes = "yes"
	No  = "no"
)

// MarkovDocument is the decision on Markov or not, as JSON.
type MarkovDocument struct {
	Verdict   string  `json:"verdict"` // yes, no, undecided
	Lag       int     `json:"lag"`
	Violation float64 `json:"violation"`
	Bound     float64 `json:"bound"`
}

// NewMarkov returns a decision as JSON has it.
func NewMarkov(d model.MarkovDecision) *MarkovDocument {
	verdict := "undecided"
	switch d.Verdict {
	case model.Markov:
		verdict = Yes
	case model.NotMarkov:
		verdict = No
	}
	return &MarkovDocument{verdict, d.Lag, d.Violation, d.Bound}
}

// Markov says in two lines what was decided of an lds.
func Markov(d model.MarkovDecision) string {
	seen := fmt.Sprintf("‖Λ_%d − JΛ_%d‖ = %.3g of correlations, rounding at most %.3g", d.Lag+1, d.Lag, d.Violation, d.Bound)
	if d.Lag == 0 {
		seen = fmt.Sprintf("Λ_{k+1} − JΛ_k vanishes at every lag, rounding at most %.3g", d.Bound)
	}
	verdict := "rounding hides whether the lds is Markov of order one"
	switch d.Verdict {
	case model.Markov:
		verdict = "the lds is Markov of order one, to rounding"
	case model.NotMarkov:
		verdict = "the lds is not Markov of order one (S2)"
	}
	return verdict + ":\n  " + seen + "\n"
}

// Nats says how many are lost a step.
func Nats(nats float64, refused string) string {
	switch {
	case refused != "":
		return "not computed: " + refused
	case math.IsInf(nats, 1):
		return "infinitely many nats a step: what is certain given the whole past is not, given y_t alone"
	}
	return fmt.Sprintf("%.6g nats a step", nats)
}
