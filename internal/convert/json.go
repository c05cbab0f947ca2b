package convert

import (
	"encoding/json"
	"fmt"
	"io"
	"math"

	"github.com/rankproof/rankproof/internal/report"
)

// document is what a conversion has to say, as JSON. It stands beside the key
// lds or rnn of the model that came out.
type document struct {
	From      string                    `json:"from"`
	To        string                    `json:"to"`
	Read      string                    `json:"read"`
	Units     int                       `json:"units"`
	Dimension *int                      `json:"dimension,omitempty"` // absent for steps, which have one each
	Decisions []report.DecisionDocument `json:"decisions"`
	Exact     *bool                     `json:"exact"` // null: undecided
	Markov    *report.MarkovDocument    `json:"markov,omitempty"`
	// One of the three, but for steps.
	Nats     *float64 `json:"nats_per_step,omitempty"`
	Infinite bool     `json:"infinite,omitempty"`
	Refused  string   `json:"nats_refused,omitempty"`

	Past    *report.LossDocument `json:"all_of_the_past,omitempty"` // of an lds
	Written string               `json:"written,omitempty"`         // the file that the model went to
}

func (r *Report) document(written string) document {
	d := document{From: r.From.Kind(), To: "rnn", Read: r.From.Summary, Units: r.From.Units(),
		Decisions: report.NewDecisions(r.Decisions), Written: written}
	if r.From.RNN != nil {
		d.To = "lds"
	}
	if exact, known := r.Exact(); known {
		d.Exact = &exact
	}
	if r.Steps != nil {
		return d
	}
	d.Dimension = &r.Dimension
	if r.Markov != nil {
		d.Markov, d.Past = report.NewMarkov(*r.Markov), r.Past.Document()
	}
	switch {
	case r.NatsRefused != "":
		d.Refused = r.NatsRefused
	case math.IsInf(r.Nats, 1):
		d.Infinite = true
	default:
		d.Nats = &r.Nats
	}
	return d
}

// WriteJSON writes {"conversion": …, "lds": …}, or "rnn", or "steps", which
// verify convert reads again (steps apart). The model is left out if it was
// written to a file.
func (r *Report) WriteJSON(w io.Writer, written string) error {
	text, err := json.Marshal(r.document(written))
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "{\n  \"conversion\": %s", text); err != nil {
		return err
	}
	switch {
	case written != "":
	case r.Steps != nil:
		if _, err = io.WriteString(w, ",\n  \"steps\": "); err == nil {
			err = r.writeStepsJSON(w, "  ")
		}
	default:
		if _, err = fmt.Fprintf(w, ",\n  %q: ", r.To.Kind()); err == nil {
			err = r.To.WriteJSON(w, "  ")
		}
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, "\n}\n")
	return err
}

// writeStepsJSON writes an array of {"mean", "next_mean", "rnn"}: each rnn is of
// y_t less mean, and its initial law that of y_t.
func (r *Report) writeStepsJSON(w io.Writer, indent string) error {
	between := "["
	for _, s := range r.Steps {
		net, err := network(s)
		if err != nil {
			return err
		}
		means, err := json.Marshal(struct {
			Mean []float64 `json:"mean"`
			Next []float64 `json:"next_mean"`
		}{s.Mean, s.NextMean})
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s\n%s  %s, \"rnn\": ", between, indent, means[:len(means)-1]); err != nil {
			return err
		}
		if err := net.WriteJSON(w, indent+"  "); err != nil {
			return err
		}
		if _, err := io.WriteString(w, "}"); err != nil {
			return err
		}
		between = ","
	}
	_, err := io.WriteString(w, "\n"+indent+"]")
	return err
}
