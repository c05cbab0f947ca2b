package inspect

import (
	"encoding/json"
	"io"
	"math"

	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/model"
)

// linearDocument is the JSON of a report on an LDS or a linear RNN.
type linearDocument struct {
	Kind       string        `json:"kind"`
	Read       string        `json:"read"`
	Verdict    string        `json:"verdict"`
	Radius     float64       `json:"spectral_radius"`
	Stable     bool          `json:"stable"`
	Stationary *lawDocument  `json:"stationary"` // null: there is no stationary law
	Initial    *fromDocument `json:"from_initial_law,omitempty"`

	Theorems     []statementJSON `json:"theorems"`
	Inapplicable []inapplicable  `json:"not_applicable"`
}

// lawDocument is a stationary process.
type lawDocument struct {
	AtLeast   int                       `json:"latents_at_least"` // with independent noises
	Enough    *int                      `json:"latents_enough"`   // null: only what the file has is known to be
	Hankel    int                       `json:"hankel_rank"`
	Decisions []report.DecisionDocument `json:"decisions"`
	Markov    *report.MarkovDocument    `json:"markov"`
	Nats      *float64                  `json:"nats_per_step,omitempty"`
	Infinite  bool                      `json:"infinite,omitempty"`
	Refused   string                    `json:"nats_refused,omitempty"`
	Past      *report.LossDocument      `json:"all_of_the_past,omitempty"` // of an lds
}

type fromDocument struct {
	Latents   int                       `json:"latents"`
	Decisions []report.DecisionDocument `json:"decisions"`
}

// WriteJSON writes the report as JSON.
func (r *LinearReport) WriteJSON(w io.Writer) error {
	d := linearDocument{Kind: r.Model.Kind(), Read: r.Model.Summary, Verdict: r.Verdict().String(), Radius: r.Radius, Stable: r.Stable}
	d.Theorems, d.Inapplicable = newStatements(r.Statements)
	if r.Law != nil {
		d.Stationary = r.law()
	}
	if c := r.Initial; c != nil {
		d.Initial = &fromDocument{c.Dimension, report.NewDecisions(c.Decisions)}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(d)
}

func (r *LinearReport) law() *lawDocument {
	law := r.Law
	d := &lawDocument{AtLeast: max(law.Pair, law.Hankel.Rank), Hankel: law.Hankel.Rank,
		Decisions: append(report.NewDecisions(law.Decisions), report.NewDecisions([]model.RankDecision{law.Hankel})...)}
	if law.Markov == nil {
		d.Markov = &report.MarkovDocument{Verdict: report.Yes}
		d.Enough = &law.Pair
	} else {
		d.Markov, d.Past = report.NewMarkov(*law.Markov), law.Past.Document()
		if d.Markov.Verdict == report.Yes {
			d.Enough = &law.Pair
		}
	}
	switch {
	case law.NatsRefused != "":
		d.Refused = law.NatsRefused
	case math.IsInf(law.Nats, 1):
		d.Infinite = true
	default:
		d.Nats = &law.Nats
	}
	return d
}
