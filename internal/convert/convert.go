// Package convert turns a latent linear dynamical system into a linear
// recurrent network and back, and tells how, and at what cost: what verify
// convert does.
package convert

import (
	"fmt"
	"math"

	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/model"
)

// Options say what is wanted.
type Options struct {
	To        string  // "lds" or "rnn"
	Tolerance float64 // a model.RankTolerance
	// Steps is how many matches of one step each are made of an LDS that starts
	// from an initial law, which no one network matches; 0 refuses it.
	Steps int
}

// Report is a conversion and what it was decided by.
type Report struct {
	From *netfile.Linear
	To   *netfile.Linear // nil if there are Steps
	// Steps are the networks, one a step, of an LDS that is not stationary.
	Steps []model.StepMatch

	Dimension int // K of an LDS, the rank of J of an RNN
	Decisions []model.RankDecision

	// Markov tells whether an LDS is one of order one, and so the match exact;
	// nil for what is converted exactly whatever it is, and for Steps.
	Markov *model.MarkovDecision
	// Truncated is true where the tolerance cut more than rounding would have:
	// the model that came out is then of another law.
	Truncated bool
	// Nats are lost a step, I(y_{t+1}; y_{t−1} | y_t), +Inf among them; unless
	// NatsRefused says why there is no number.
	Nats        float64
	NatsRefused string
	// Past is what the match loses against all of the past, at least Nats: more
	// than that where observations before y_{t−1} tell something (S5). Of an LDS
	// alone.
	Past report.Loss
}

// Run converts a model. A model that is already what it is to become, and an
// LDS with an initial law without Steps, are model.ErrInvalid; one that has no
// stationary law is model.ErrUnstable.
func Run(from *netfile.Linear, o Options) (*Report, error) {
	switch {
	case from.Kind() == o.To:
		return nil, fmt.Errorf("%w: it is an %s already", model.ErrInvalid, o.To)
	case from.RNN != nil && o.Steps > 0:
		return nil, fmt.Errorf("%w: an rnn is converted as a whole, without steps", model.ErrInvalid)
	case from.RNN != nil:
		return fromRNN(from, o)
	}
	_, initial := from.LDS.Initial()
	switch {
	case initial && o.Steps == 0:
		return nil, fmt.Errorf("%w: it starts from an initial law, and each of its steps is matched by a network of its own: "+
			"--steps T has the first T; without \"initial\" the stationary one is matched", model.ErrInvalid)
	case initial:
		return stepByStep(from, o)
	case o.Steps > 0:
		return nil, fmt.Errorf("%w: it is stationary, and one network matches all its steps: leave --steps out", model.ErrInvalid)
	}
	return fromLDS(from, o)
}

// fromRNN is exact (S6).
func fromRNN(from *netfile.Linear, o Options) (*Report, error) {
	c, err := from.RNN.ToLDS(model.RankTolerance(o.Tolerance))
	if err != nil {
		return nil, err
	}
	r := &Report{From: from, To: &netfile.Linear{LDS: c.LDS}, Dimension: c.Dimension, Decisions: c.Decisions}
	if o.Tolerance > 0 {
		plain, err := from.RNN.ToLDS(0)
		if err != nil {
			return nil, err
		}
		r.truncated(plain.Decisions)
	}
	return r, nil
}

// fromLDS is the first-order match (S1).
func fromLDS(from *netfile.Linear, o Options) (*Report, error) {
	match, err := from.LDS.FirstOrderMatch(model.RankTolerance(o.Tolerance))
	if err != nil {
		return nil, err
	}
	r := &Report{From: from, To: &netfile.Linear{RNN: match.RNN}, Decisions: match.Decisions, Markov: &match.Markov}
	if r.Nats, err = from.LDS.MarkovGap(); err != nil {
		r.NatsRefused = err.Error()
	} else if math.IsNaN(r.Nats) {
		r.NatsRefused = "not a number"
	}
	r.Past = report.NewLoss(from.LDS.MarkovLoss(1))
	if o.Tolerance > 0 {
		plain, err := from.LDS.FirstOrderMatch(0)
		if err != nil {
			return nil, err
		}
		r.truncated(plain.Decisions)
	}
	back, err := match.RNN.ToLDS(0) // of the J that came out nothing more is cut
	if err != nil {
		return nil, err
	}
	j := back.Decisions[0] // ToLDS decides on J first
	r.Dimension, r.Decisions = j.Rank, append(r.Decisions, j)
	return r, nil
}

// truncated compares with the ranks that the default tolerance finds.
func (r *Report) truncated(plain []model.RankDecision) {
	for i, d := range plain {
		r.Truncated = r.Truncated || r.Decisions[i].Rank != d.Rank
	}
	if r.Truncated {
		r.NatsRefused = "the tolerance cut singular values that are not rounding"
		r.Past = report.Loss{Refused: r.NatsRefused}
	}
}

// stepByStep is the match of each of the first steps.
func stepByStep(from *netfile.Linear, o Options) (*Report, error) {
	steps, err := from.LDS.FirstOrderMatchSteps(o.Steps, model.RankTolerance(o.Tolerance))
	if err != nil {
		return nil, err
	}
	return &Report{From: from, Steps: steps}, nil
}

// Exact tells whether the model that came out has the law of the one that went
// in; known is false where rounding hides it.
func (r *Report) Exact() (exact, known bool) {
	switch {
	case r.Truncated:
		return false, true
	case r.Markov == nil:
		return r.Steps == nil, true
	case r.Markov.Verdict == model.Markov:
		return true, true
	case r.Markov.Verdict == model.NotMarkov:
		return false, true
	}
	return false, false
}
