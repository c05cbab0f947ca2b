package inspect

import (
	"errors"
	"fmt"
	"math"

	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conversion"
)

// LinearReport is what is found of a latent LDS or a linear RNN, and the
// verdicts of family S on it.
type LinearReport struct {
	Model  *netfile.Linear
	Radius float64 // spectral, of A or of J
	// Stable is true where it is proven; a model that is not stable is judged
	// from its initial law.
	Stable bool
	Law    *Dimensions // of the stationary process; nil without one
	// Initial is the dimension of an rnn as an lds that starts from its law.
	Initial    *model.LDSConversion
	Statements []Statement
}

// Dimensions is what a stationary process needs of latents and of memory.
type Dimensions struct {
	Hankel model.RankDecision // the least number if the noises may be correlated
	// Pair is rank [Λ_1, Λ_1ᵀ], below which no system with independent noises
	// goes, and which is met by every rnn and by an lds that is Markov.
	Pair      int
	Decisions []model.RankDecision // of Pair
	Markov    *model.MarkovDecision
	// Nats are lost a step if one step is all that is remembered, +Inf among
	// them, unless NatsRefused says why there is no number. Of an lds alone: an
	// rnn is Markov.
	Nats        float64
	NatsRefused string
	// Past is what is lost against all of the past, Nats or more (S5).
	Past report.Loss
}

// JudgeLinear judges the statements of family S at a model; nil judges none.
type JudgeLinear func(*netfile.Linear) ([]Statement, error)

// RunLinear judges an LDS or a linear RNN. One that has no stationary law and
// starts from no law of its own is model.ErrUnstable, with the spectral radius.
func RunLinear(m *netfile.Linear, judge JudgeLinear) (*LinearReport, error) {
	r := &LinearReport{Model: m}
	var err error
	if r.Radius, err = m.SpectralRadius(); err != nil {
		return nil, err
	}
	_, initial := m.Initial()
	switch err := stationary(m); {
	case err == nil:
		r.Stable = true
	case !initial || !errors.Is(err, model.ErrUnstable):
		return nil, err
	}
	if r.Stable {
		if r.Law, err = dimensions(m); err != nil {
			return nil, err
		}
	}
	if initial && m.RNN != nil {
		if r.Initial, err = m.RNN.ToLDS(0); err != nil {
			return nil, err
		}
	}
	if judge != nil {
		if r.Statements, err = judge(m); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// stationary returns why there is no stationary law.
func stationary(m *netfile.Linear) (err error) {
	if m.LDS != nil {
		_, err = m.LDS.StationaryCovariance()
	} else {
		_, err = m.RNN.StationaryCovariance()
	}
	return err
}

// dimensions judges the stationary process, whatever law the model starts from.
func dimensions(m *netfile.Linear) (*Dimensions, error) {
	d := &Dimensions{}
	var net *model.LinearRNN
	var err error
	if m.LDS != nil {
		l := m.LDS // whose law of x_1 nothing here looks at
		if d.Hankel, err = l.HankelRank(0); err != nil {
			return nil, err
		}
		match, err := l.FirstOrderMatch(0)
		if err != nil {
			return nil, err
		}
		net, d.Markov = match.RNN, &match.Markov // of one Λ_1 with the lds
		if d.Nats, err = l.MarkovGap(); err != nil {
			d.NatsRefused = err.Error()
		} else if math.IsNaN(d.Nats) {
			d.NatsRefused = "not a number"
		}
		d.Past = report.NewLoss(l.MarkovLoss(1))
	} else {
		if net, err = netWithoutStart(m.RNN); err != nil {
			return nil, err
		}
		if d.Hankel, err = net.HankelRank(0); err != nil {
			return nil, err
		}
	}
	c, err := net.ToLDS(0)
	if err != nil {
		return nil, fmt.Errorf("rank [Λ_1, Λ_1ᵀ]: %w", err)
	}
	d.Pair, d.Decisions = c.Dimension, c.Decisions
	return d, nil
}

func netWithoutStart(net *model.LinearRNN) (*model.LinearRNN, error) {
	if _, ok := net.Initial(); !ok {
		return net, nil
	}
	config := model.LinearRNNConfig{P: net.P()}
	if m, n, ok := net.Loadings(); !ok {
		config.J = net.J()
	} else if m != nil {
		config.M, config.N = m, n
	}
	return model.NewLinearRNN(config)
}

// Verdict sums the report up: Fails if a statement does; Unknown if one is, or
// if rounding hides whether an lds is Markov; Holds otherwise.
func (r *LinearReport) Verdict() theorems.Verdict {
	out := worst(r.Statements)
	if r.Law != nil && r.Law.Markov != nil && r.Law.Markov.Verdict != model.Markov && r.Law.Markov.Verdict != model.NotMarkov {
		out = max(out, theorems.Unknown)
	}
	return out
}

// FamilyS judges S1 to S13 by what package model makes of the model.
func FamilyS(m *netfile.Linear) ([]Statement, error) {
	var judged []conversion.Judgement
	var err error
	if m.LDS != nil {
		judged, err = conversion.JudgeLDS(theorems.Model(), m.LDS)
	} else {
		judged, err = conversion.JudgeRNN(theorems.Model(), m.RNN)
	}
	out := make([]Statement, len(judged))
	for i, j := range judged {
		out[i] = Statement(j)
	}
	return out, err
}
